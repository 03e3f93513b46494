//! Digests as the writer arms and wakes them: it knows where the store lists what concerns somebody. May import engine, model, policy, store.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Core;
use crate::engine::{Cause, Command, Gathered, Past, Read};
use crate::model::{ItemId, Party, PersonKey};

/// So many items are looked at for one digest, those with the nearest deadlines; of further ones it says how many there are.
const MAX_GATHERED: usize = 200;

impl Core {
    /// Stages when digests come as the policy says now: of everybody, and of those who are gone.
    pub(super) fn begin_digests(&mut self, now: Timestamp) -> Read<()> {
        let people: Vec<PersonKey> = self.policy().people.keys().cloned().collect();
        for key in people {
            self.stage(Command::PlanDigest(key), Cause::Reload, now)?;
        }
        Ok(())
    }

    /// What is due for somebody, with what concerns them if that is their digest.
    pub(super) fn due_for(&self, key: &PersonKey, now: Timestamp) -> Read<Command> {
        let digest = self.view().person(key)?.and_then(|state| state.digest);
        if digest.is_none_or(|digest| digest > now) {
            return Ok(Command::Release(key.clone()));
        }
        Ok(Command::Digest(key.clone(), self.concerning(key)?))
    }

    /// The open items that concern somebody, by themselves or in a team, those of records that wait for the commit among them.
    fn concerning(&self, key: &PersonKey) -> Read<Gathered> {
        let teams = self.policy().teams.iter().filter(|(_, members)| members.contains(key));
        let parties: Vec<Party> = teams
            .map(|(team, _)| Party::Team(team.clone()))
            .chain([Party::Person(key.clone())])
            .collect();
        let mut gathered = Gathered::default();
        let mut found: BTreeSet<ItemId> = BTreeSet::new();
        for party in &parties {
            let (items, more) = self.store().concerning(party, MAX_GATHERED)?;
            gathered.more += more;
            found.extend(items);
        }
        let staged = self
            .group
            .items
            .values()
            .filter(|item| item.concerns().iter().any(|party| parties.contains(party)));
        found.extend(staged.map(|item| item.id.clone()));
        gathered.items.extend(found);
        Ok(gathered)
    }
}
