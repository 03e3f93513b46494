//! Rounds as the writer plans and starts them: it gives them their numbers. May import engine, model, policy, store. Each is one record.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Core;
use crate::engine::{Cause, Command, Read, RoundCommand, Starting, next_id};
use crate::model::{ItemId, PersonKey, Round, RoundName, RoundState, StartedBy};

impl Core {
    /// Stages what the policy says of rounds by now: each one that begins by itself has its next time planned.
    pub(super) fn begin_rounds(&mut self, now: Timestamp) -> Read<()> {
        let live = self.store.rounds_page(false, None, usize::MAX)?;
        let planned: Vec<Round> = live.into_iter().filter(|round| round.state == RoundState::Planned).collect();
        for round in &planned {
            self.stage(Command::Round(round.id.clone(), RoundCommand::Look), Cause::Reload, now)?;
        }
        let known: BTreeSet<&RoundName> = planned.iter().map(|round| &round.name).collect();
        let scheduled = self.policy.rounds.values().filter(|def| def.start.is_some());
        let fresh: Vec<RoundName> = scheduled.map(|def| def.name.clone()).filter(|name| !known.contains(name)).collect();
        for name in fresh {
            let id = next_id(Round::PREFIX, &self.view())?;
            self.stage(Command::Round(id, RoundCommand::Plan(name)), Cause::Reload, now)?;
        }
        Ok(())
    }

    /// Stages the beginning of a round, as somebody at the command line says; its id, or `None` if none of this name is configured.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn start_round(&mut self, name: &RoundName, about: String, by: PersonKey, now: Timestamp) -> Read<Option<ItemId>> {
        if !self.policy.rounds.contains_key(name) {
            return Ok(None);
        }
        let id = next_id(Round::PREFIX, &self.view())?;
        let starting = Starting {
            name: name.clone(),
            by: StartedBy::Local(by),
            about,
            item: None,
        };
        let command = RoundCommand::Start(Box::new(starting));
        self.stage(Command::Round(id.clone(), command), Cause::Local, now)?;
        Ok(Some(id))
    }
}
