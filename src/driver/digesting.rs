//! Digests as the writer arms and wakes them: one is armed for everybody, and goes out with what waits. May import engine, model, policy, store.

use jiff::Timestamp;

use super::Core;
use crate::engine::{Cause, Command, Past, Read};
use crate::model::PersonKey;

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
        Ok(Command::Digest(key.clone()))
    }
}
