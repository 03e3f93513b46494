//! Whom an open item concerns, so that nobody has to search when they begin their day. May import only its peers in model.

use jiff::Timestamp;

use super::{Item, Party, State};

impl Item {
    /// Whose lists it stands on: whoever has it, is asked to take it, passed it on, or answers for it while nobody can be found. Nobody's once it is closed.
    #[must_use]
    pub fn concerns(&self) -> Vec<Party> {
        let of = |person: &Option<_>| person.clone().map(Party::Person);
        let mut parties: Vec<Party> = match self.state {
            State::Done | State::Dropped => return Vec::new(),
            State::Accepted | State::Waiting | State::Snoozed | State::Blocked => of(&self.holder).into_iter().collect(),
            State::Offered => self.offered_to.clone().into_iter().chain(of(&self.giver)).collect(),
            State::Parked => vec![Party::Person(self.accountable.clone())],
            State::Muted | State::Collecting => Vec::new(),
        };
        // Whoever gave it last wants to know where it is.
        parties.extend(self.handoffs.last().map(|handoff| Party::Person(handoff.giver.clone())));
        parties.sort();
        parties.dedup();
        parties
    }

    /// Its nearest deadline of any kind that runs, be it over.
    #[must_use]
    pub fn nearest(&self) -> Option<Timestamp> {
        self.clocks
            .iter()
            .filter(|clock| clock.paused.is_none())
            .map(|clock| clock.deadline)
            .min()
    }
}
