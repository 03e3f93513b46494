//! Who is away, as the writer keeps it at hand. May import model, engine, policy, store. Follows what is staged; what a failed commit drops ends with the process.

use std::sync::Arc;

use jiff::Timestamp;

use super::Core;
use crate::engine::{Cause, Change, Command, Context, Past, PersonCommand, Read, leaving};
use crate::model::{Item, Party, PersonKey};
use crate::policy::Standing;

impl Core {
    /// Reads what people said, and looks at each who has said something or of whom the configuration does.
    pub(super) fn stand(&mut self, now: Timestamp) -> Read<()> {
        let mut standing = Standing::default();
        let mut concerned = Vec::new();
        for (key, person) in &self.policy().people {
            let said = self.view().person(key)?.map(|state| state.said).unwrap_or_default();
            if !said.is_empty() || !person.away.is_empty() {
                concerned.push(key.clone());
            }
            if !said.is_empty() {
                standing.0.insert(key.clone(), said);
            }
        }
        self.standing = Arc::new(standing);
        concerned.iter().try_for_each(|key| self.look(key, Cause::Reload, now))
    }

    /// Notes what a record says about somebody being away.
    pub(super) fn stood(&mut self, changes: &[Change]) {
        for change in changes {
            let Change::Person(state) = change else { continue };
            if self
                .standing
                .0
                .get(&state.key)
                .map_or(!state.said.is_empty(), |said| *said != state.said)
            {
                let before = self.standing.0.get(&state.key).map(|said| (said.away.clone(), said.back));
                if before.unwrap_or_default() != (state.said.away.clone(), state.said.back) {
                    self.looked_for.extend(self.policy.rotations.keys().cloned());
                }
                let standing = Arc::make_mut(&mut self.standing);
                standing.0.insert(state.key.clone(), state.said.clone());
            }
        }
    }

    /// Looks whether somebody leaves or comes back; when they leave, what they have goes to whoever covers: what is told in one notice in one record.
    pub(super) fn look(&mut self, key: &PersonKey, cause: Cause, now: Timestamp) -> Read<()> {
        let left = |core: &Self| core.standing.0.get(key).and_then(|said| said.left);
        let before = left(self);
        self.stage(Command::Person(key.clone(), PersonCommand::Look), cause, now)?;
        if before.is_some() || left(self).is_none() {
            return Ok(());
        }
        let theirs = |item: &Item| item.holder.as_ref() == Some(key) || item.offered_to == Some(Party::Person(key.clone()));
        let mut items = Vec::new();
        for id in self.open_items(theirs)? {
            items.extend(self.view().item(&id)?);
        }
        let policy = Arc::clone(&self.policy);
        let cx = Context::new(&policy, now, self.next_seq).with_standing(Arc::clone(&self.standing));
        for command in leaving(key, items, &cx) {
            self.stage(command, cause, now)?;
        }
        Ok(())
    }
}
