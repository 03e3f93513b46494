//! Digests and mails on coverage as the writer arms and wakes them: each is armed for whom it is for. May import engine, model, policy, store.

use jiff::Timestamp;

use super::Core;
use crate::engine::{Cause, Command, Past, Read};
use crate::model::PersonKey;

impl Core {
    /// Stages when digests and mails on coverage come as the policy says now, for everybody.
    pub(super) fn begin_digests(&mut self, now: Timestamp) -> Read<()> {
        let people: Vec<PersonKey> = self.policy().people.keys().cloned().collect();
        for key in people {
            self.stage(Command::Plan(key), Cause::Reload, now)?;
        }
        Ok(())
    }

    /// What is due for somebody, each for a record of its own: their digest, what happened while they were away, what waits for them; what is not covered.
    pub(super) fn due_for(&self, key: &PersonKey, now: Timestamp) -> Read<Vec<Command>> {
        let state = self.view().person(key)?;
        let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let digest = is_due(state.as_ref().and_then(|state| state.digest));
        let back = is_due(state.as_ref().and_then(|state| state.said.meanwhile.due));
        let coverage = is_due(state.as_ref().and_then(|state| state.coverage));
        let first = if digest || back {
            Command::Digest(key.clone())
        } else {
            Command::Release(key.clone())
        };
        let second = coverage.then(|| Command::Coverage(key.clone()));
        Ok(std::iter::once(first).chain(second).collect())
    }
}
