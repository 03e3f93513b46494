//! People, and who is meant by a party at an instant. May import model, calendar. Lookups only; nothing here changes anything.

use jiff::Timestamp;

use super::{Budget, DigestAt, Policy, Queue, ReachMe};
use crate::calendar::Calendar;
use crate::model::{Address, Away, CalendarName, Party, PersonKey};

/// Somebody who can hold items.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their key.
    pub key: PersonKey,
    /// Their name.
    pub name: String,
    /// Their addresses; notices go to the first, answers may come from any. Never empty.
    pub mail: Vec<Address>,
    /// Their working hours and zone.
    pub calendar: CalendarName,
    /// Who covers when they are away.
    pub cover: Option<PersonKey>,
    /// What may disturb them outside their hours.
    pub reach_me: ReachMe,
    /// How many mails they are sent in a while, if not as everybody.
    pub budget: Option<Budget>,
    /// When their digest comes, if not as everybody's.
    pub digest: Option<DigestAt>,
    /// When they are away, as the configuration says.
    pub away: Vec<Away>,
}

/// The people a party stands for at an instant, in the order they should be asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    /// Configured people.
    pub people: Vec<PersonKey>,
    /// Bare addresses.
    pub addresses: Vec<Address>,
}

impl Policy {
    /// How somebody is named in sentences: by their key if they are not configured any more.
    #[must_use]
    pub fn name(&self, person: &PersonKey) -> String {
        self.people
            .get(person)
            .map_or_else(|| person.to_string(), |found| found.name.clone())
    }

    /// The person who has this address.
    #[must_use]
    pub fn person_by_address(&self, address: &Address) -> Option<&Person> {
        self.people.values().find(|person| person.mail.contains(address))
    }

    /// Whether an address is batond's own: the desk's, with or without a key, or a queue's.
    #[must_use]
    pub fn is_own(&self, address: &Address) -> bool {
        let bare = |folded: &str| match folded.rsplit_once('@') {
            Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
            None => folded.to_owned(),
        };
        let queues = self.queues.values().filter_map(|queue| queue.address.as_ref());
        bare(address.folded()) == self.desk.address.folded() || queues.into_iter().any(|own| own == address)
    }

    /// The working hours of a person; `None` only for a person who is no longer configured.
    #[must_use]
    pub fn calendar_of(&self, person: &PersonKey) -> Option<&Calendar> {
        self.calendars.get(&self.people.get(person)?.calendar)
    }

    /// Who a party stands for at `at`. `holder` and `owner` are the item's.
    #[must_use]
    pub fn candidates(&self, party: &Party, holder: Option<&PersonKey>, owner: &PersonKey, at: Timestamp) -> Candidates {
        let known = |key: &PersonKey| self.people.contains_key(key).then(|| key.clone());
        let mut found = Candidates::default();
        match party {
            Party::Person(key) => found.people.extend(known(key)),
            Party::Team(name) => found.people.extend(self.teams.get(name).into_iter().flatten().filter_map(known)),
            Party::Rotation(name) => {
                let on_duty = self.rotations.get(name).and_then(|rotation| rotation.on_duty(at));
                found.people.extend(on_duty.as_ref().and_then(known));
            }
            Party::Holder => found.people.extend(holder.and_then(known)),
            Party::Owner => found.people.extend(known(owner)),
            Party::Address(address) => match self.person_by_address(address) {
                Some(person) => found.people.push(person.key.clone()),
                None => found.addresses.push(address.clone()),
            },
        }
        found
    }

    /// Whether a person is among those a queue's items are offered to.
    #[must_use]
    pub fn works_in(&self, queue: &Queue, person: &PersonKey) -> bool {
        match &queue.assign {
            Party::Person(key) => key == person,
            Party::Team(name) => self.teams.get(name).is_some_and(|members| members.contains(person)),
            Party::Rotation(name) => self.rotations.get(name).is_some_and(|rotation| rotation.people().contains(&person)),
            Party::Holder | Party::Owner | Party::Address(_) => queue.owner == *person,
        }
    }
}

impl Policy {
    /// The party somebody means when they write a name: a person's key, address or name, or a team with or without `team:`; in any case.
    #[must_use]
    pub fn party_named(&self, text: &str) -> Option<Party> {
        let text = text.trim().trim_end_matches(['.', ',', ':']);
        let same = |a: &str| a.eq_ignore_ascii_case(text);
        if let Some(person) = self.people.values().find(|p| same(p.key.as_str())) {
            return Some(Party::Person(person.key.clone()));
        }
        let team = text.strip_prefix("team:").unwrap_or(text);
        if let Some(name) = self.teams.keys().find(|name| name.as_str().eq_ignore_ascii_case(team)) {
            return Some(Party::Team(name.clone()));
        }
        let rotation = text.strip_prefix("rotation:").unwrap_or(text);
        if let Some(name) = self.rotations.keys().find(|name| name.as_str().eq_ignore_ascii_case(rotation)) {
            return Some(Party::Rotation(name.clone()));
        }
        let by_text = self
            .people
            .values()
            .find(|p| same(&p.name) || p.mail.iter().any(|m| same(m.as_str())));
        by_text.map(|person| Party::Person(person.key.clone()))
    }

    /// The names one can pass to, as a sentence.
    #[must_use]
    pub fn names_for_passing(&self) -> String {
        const MOST: usize = 12;
        let people = self.people.keys().map(ToString::to_string);
        let names: Vec<String> = people.chain(self.teams.keys().map(|t| format!("team:{t}"))).collect();
        let more = if names.len() > MOST { ", …" } else { "" };
        format!("there are {}{more}", names[..names.len().min(MOST)].join(", "))
    }
}
