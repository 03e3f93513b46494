//! Mutes as the writer begins and ends them: the mute first, then each of its items. May import model, engine, policy, store. An item that is missed here ends by its own clock.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Core;
use crate::engine::{Cause, Command, ItemCommand, MuteCommand, Read};
use crate::model::{Item, ItemId, MuteName, MuteTarget, Muting, PersonKey, Priority, State};

impl Core {
    /// Stages what the configuration says of mutes by now: one that is gone ends, one with another end is moved.
    pub(super) fn begin_mutes(&mut self, now: Timestamp) -> Read<()> {
        let written = self.store.mutes()?.into_iter();
        for mute in written.filter(|mute| mute.muting.target == MuteTarget::Messages) {
            let name = mute.muting.name;
            match self.policy.mutes.said.get(&name).cloned() {
                None if mute.ended.is_some() => drop(self.stage(Command::Mute(name, MuteCommand::Forget), Cause::Reload, now)?),
                None => self.unmute(&name, None, Cause::Reload, "the configuration does not mute it any more", now)?,
                // What was ended by hand stays so until another time is written.
                Some(said) if mute.ended.is_some() && said.until == mute.muting.until => {}
                Some(said) if said.until > now => self.mute(&said, Cause::Reload, now)?,
                // Its own timer ends it, now.
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Stages a mute: what it covers and nobody has accepted is muted from now on.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn begin_mute(&mut self, muting: &Muting, now: Timestamp) -> Read<Vec<String>> {
        self.mute(muting, Cause::Local, now)?;
        let items = self.open_items(|item| item.muted.as_ref().is_some_and(|muted| muted.muting.name == muting.name))?;
        Ok(vec![format!(
            "{} is muted, {} open now among it",
            muting.target,
            counted(items.len())
        )])
    }

    fn mute(&mut self, muting: &Muting, cause: Cause, now: Timestamp) -> Read<()> {
        let begin = MuteCommand::Begin(Box::new(muting.clone()));
        self.stage(Command::Mute(muting.name.clone(), begin), cause, now)?;
        for id in self.open_items(|item| covers(muting, item))? {
            self.stage(Command::Item(id, ItemCommand::Mute(Box::new(muting.clone()))), cause, now)?;
        }
        Ok(())
    }

    /// Stages the end of a mute; `None` if there is none of this name.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn end_mute(&mut self, name: &MuteName, by: &PersonKey, now: Timestamp) -> Read<Option<Vec<String>>> {
        let state = self.store.mute(name)?.filter(|mute| mute.ended.is_none());
        let said = self.policy.mutes.said.get(name).filter(|said| said.until > now).cloned();
        if state.is_none() && self.store.mute(name)?.is_some() {
            return Ok(None);
        }
        // One of the configuration that covered nothing so far is not stored yet.
        if let (None, Some(said)) = (&state, &said) {
            self.stage(
                Command::Mute(name.clone(), MuteCommand::Begin(Box::new(said.clone()))),
                Cause::Local,
                now,
            )?;
        }
        if state.is_none() && said.is_none() {
            return Ok(None);
        }
        let items = self.open_items(|item| item.muted.as_ref().is_some_and(|muted| muted.muting.name == *name))?;
        self.unmute(name, Some(by.clone()), Cause::Local, &format!("{by} ended the mute"), now)?;
        Ok(Some(vec![format!("{name} is muted no longer; {} told now", counted(items.len()))]))
    }

    fn unmute(&mut self, name: &MuteName, by: Option<PersonKey>, cause: Cause, why: &str, now: Timestamp) -> Read<()> {
        let items = self.open_items(|item| item.muted.as_ref().is_some_and(|muted| muted.muting.name == *name))?;
        self.stage(Command::Mute(name.clone(), MuteCommand::End { by }), cause, now)?;
        for id in items {
            self.stage(Command::Item(id, ItemCommand::Unmute(why.to_owned())), cause, now)?;
        }
        Ok(())
    }

    /// The open items for which something holds, those of records that wait for the commit among them.
    pub(super) fn open_items(&self, holds: impl Fn(&Item) -> bool) -> Read<Vec<ItemId>> {
        let mut found: BTreeMap<ItemId, bool> = BTreeMap::new();
        for item in self.store.items(false)? {
            found.insert(item.id.clone(), holds(&item));
        }
        for (id, item) in &self.group.items {
            found.insert(id.clone(), item.state.is_open() && holds(item));
        }
        Ok(found.into_iter().filter_map(|(id, holds)| holds.then_some(id)).collect())
    }
}

/// Whether a mute that begins takes an open item in. What somebody has accepted stays with them.
fn covers(muting: &Muting, item: &Item) -> bool {
    if let Some(muted) = &item.muted {
        return muted.muting.name == muting.name || meant(muting, item);
    }
    meant(muting, item) && nobody_has_it(item) && !(muting.except_urgent && item.priority == Priority::Urgent)
}

fn meant(muting: &Muting, item: &Item) -> bool {
    match &muting.target {
        // Which messages it means is known when they come.
        MuteTarget::Messages => false,
        MuteTarget::Item(id) => item.id == *id,
        MuteTarget::Queue(queue) => item.queue == *queue,
        MuteTarget::Key(key) => item.key.as_deref() == Some(key.as_str()),
    }
}

fn counted(items: usize) -> String {
    match items {
        1 => "1 item".to_owned(),
        items => format!("{items} items"),
    }
}

/// Whether nobody has accepted it so far.
fn nobody_has_it(item: &Item) -> bool {
    matches!(item.state, State::Offered | State::Parked | State::Collecting) && item.giver.is_none()
}
