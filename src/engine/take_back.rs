//! Whoever was away has back what went to others in their place, by `accept`. May import model. What was passed on by hand since is asked for, as ever.

use super::offer::{Handing, Occasion};
use super::work::Work;
use crate::model::{Item, Party, PersonKey, State, Way};

/// Whether an item that somebody else has went to them because `person` was away.
pub(super) fn may(item: &Item, person: &PersonKey) -> bool {
    let held = matches!(item.state, State::Accepted | State::Waiting | State::Snoozed | State::Blocked);
    held && item.holder.as_ref() != Some(person) && (item.meant.as_ref() == Some(person) || was_left(item, person))
}

/// Whether they left it, and nobody has passed it on by hand since.
fn was_left(item: &Item, person: &PersonKey) -> bool {
    let mut handoffs = item.handoffs.iter().rev();
    let by_itself = |way: &Way| matches!(way, Way::Away | Way::Silence | Way::Decline | Way::Shift(_));
    handoffs
        .by_ref()
        .take_while(|handoff| by_itself(&handoff.way))
        .any(|handoff| handoff.way == Way::Away && handoff.giver == *person)
}

impl Work<'_> {
    /// It is offered back to them by whoever has it; that they accept is said in the same breath.
    pub(super) fn offer_back(&mut self, person: &PersonKey) {
        let occasion = Occasion::Handoff(Handing {
            way: Way::Back,
            by: self.item.holder.clone(),
            note: None,
            together: true,
        });
        let why = format!("{} is back and takes it again", self.name(person));
        self.offer(&Party::Person(person.clone()), &occasion, &why);
    }
}
