//! Shifts as the writer begins and wakes them: it knows which items are with whom. May import engine, model, policy, store. Each shift's change is one record.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Core;
use crate::engine::{Cause, Command, Read, ShiftCommand, shift_of};
use crate::model::{Item, ItemId, Party, PersonKey, RotationName, State};

impl Core {
    /// Stages what the policy says of shifts by now: those of its rotations, and of those that are gone.
    pub(super) fn begin_shifts(&mut self, now: Timestamp) -> Read<()> {
        let known = self.store.shifts()?.into_iter().map(|shift| shift.rotation);
        let names: BTreeSet<RotationName> = self.policy.rotations.keys().cloned().chain(known).collect();
        for name in names {
            self.stage(Command::Shift(name, ShiftCommand::Begin), Cause::Reload, now)?;
        }
        Ok(())
    }

    /// Stages what is due of a shift, with the items it is about.
    pub(super) fn wake_shift(&mut self, rotation: &RotationName, now: Timestamp) -> Read<()> {
        let person = shift_of(&self.view(), rotation)?.and_then(|shift| shift.person);
        let held = match person {
            Some(person) => self.with(rotation, &person)?,
            None => Vec::new(),
        };
        self.stage(Command::Shift(rotation.clone(), ShiftCommand::Wake(held)), Cause::Timer, now)?;
        Ok(())
    }

    /// The items of the rotation's queues that somebody has, or is asked to take.
    fn with(&self, rotation: &RotationName, person: &PersonKey) -> Read<Vec<ItemId>> {
        let policy = std::sync::Arc::clone(&self.policy);
        let served = Party::Rotation(rotation.clone());
        let asked = Party::Person(person.clone());
        self.open_items(|item: &Item| {
            let held = matches!(item.state, State::Accepted | State::Waiting | State::Snoozed | State::Blocked);
            let theirs = (held && item.holder.as_ref() == Some(person)) || item.offered_to.as_ref() == Some(&asked);
            theirs && policy.queue(&item.queue).assign == served
        })
    }
}
