//! The writer without its thread: stages records and commits them as a group. May import model, engine, policy, store. Live, in tests and in `simulate` the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use super::cascade::{Cascade, Settled};
use super::layer::{Layer, View};
use super::receive::receive;
use super::{Reading, Receipt};
use crate::engine::{
    Actor, AggregateId, Cause, Command, Context, ExpectationCommand, ItemCommand, MuteCommand, OutboxAct, Read, ReadError, RoundCommand,
    SendOutcome, swap_of,
};
use crate::model::{Body, DeliveryId, Expectation, ExpectationName, ItemClock, ItemId, Party, PersonKey, RotationName};
use crate::policy::{Policy, Standing};
use crate::reply::{KeyRing, Line};
use crate::store::{Begun, Done, Entry, Store, StoreError};

/// How many due aggregates are looked at in one group.
const MAX_DUE: usize = 256;
/// A record of no more steps, from no larger message, is far from too long: every text in it is cut to its own limit.
const UNMEASURED_STEPS: usize = 16;
/// See [`UNMEASURED_STEPS`].
const UNMEASURED_BYTES: u64 = 1 << 20;
/// Why a message is in quarantine that could be read.
const TOO_LARGE: &str = "What follows from it is more than batond decides at once. Look at its bytes, and send it in parts.";

/// The writer.
pub struct Core {
    pub(super) store: Box<dyn Store>,
    /// The policy that decides: the configured one, and what people agreed to exchange.
    pub(super) policy: Arc<Policy>,
    /// As it is configured.
    pub(super) written: Arc<Policy>,
    /// The rotations in which somebody else can have duty now.
    pub(super) looked_for: BTreeSet<RotationName>,
    pub(super) keys: KeyRing,
    /// What is staged, and what is on its way to the disk.
    pub(super) group: Layer,
    entries: Vec<Entry>,
    under_way: bool,
    pub(super) next_seq: u64,
    pub(super) standing: Arc<Standing>,
}

impl Core {
    /// A writer over a store.
    #[must_use]
    pub fn new(store: Box<dyn Store>, policy: Arc<Policy>, keys: KeyRing) -> Self {
        let next_seq = store.next_seq();
        Self {
            store,
            written: Arc::clone(&policy),
            looked_for: BTreeSet::new(),
            policy,
            keys,
            group: Layer::default(),
            entries: Vec::new(),
            under_way: false,
            next_seq,
            standing: Arc::default(),
        }
    }

    /// Makes and verifies reply keys with these from now on.
    pub fn set_keys(&mut self, keys: KeyRing) {
        self.keys = keys;
    }

    /// As after a restart: only what is stored is known. [`Core::begin`] is to be called again.
    pub fn forget(&mut self) {
        self.group = Layer::default();
        self.entries.clear();
        self.under_way = false;
        self.next_seq = self.store.next_seq();
        self.standing = Arc::default();
        self.policy = Arc::clone(&self.written);
    }

    /// Committed state.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The policy that decides.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// Decides by another policy from now on. No deadline moves; items whose people are gone are staged to be offered anew, and clocks that had no
    /// hours ahead to be counted again.
    ///
    /// # Errors
    /// When the store cannot be read; the old policy goes on.
    pub fn set_policy(&mut self, policy: Arc<Policy>, now: Timestamp) -> Read<()> {
        let known = |person: &PersonKey| policy.people.contains_key(person);
        let (mut gone, mut still) = (Vec::new(), Vec::new());
        for item in self.store.items(false)? {
            let asked = match &item.offered_to {
                Some(Party::Person(person)) => Some(person),
                _ => None,
            };
            if !item.holder.iter().chain([&item.accountable]).chain(asked).all(known) {
                gone.push(item.id.clone());
            }
            if item.clocks.iter().any(ItemClock::stands_still) {
                still.push(item.id);
            }
        }
        self.written = policy;
        self.exchange()?;
        for id in gone {
            self.stage(Command::Item(id, ItemCommand::PeopleGone), Cause::Reload, now)?;
        }
        for id in still {
            self.stage(Command::Item(id, ItemCommand::CountAgain), Cause::Reload, now)?;
        }
        self.begin(now)
    }

    /// Stages what the policy promises of itself: what is expected, new, written anew or no more. To be called once before anything else.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn begin(&mut self, now: Timestamp) -> Read<()> {
        self.exchange()?;
        let known = self.store.expectations()?.into_iter().map(|state| state.name);
        let silences = self.policy.silences.keys().map(Expectation::silence_name);
        let names: BTreeSet<ExpectationName> = self.policy.expected.keys().cloned().chain(silences).chain(known).collect();
        for name in names {
            self.stage(Command::Expectation(name, ExpectationCommand::Promise), Cause::Reload, now)?;
        }
        self.begin_mutes(now)?;
        self.stand(now)?;
        self.begin_digests(now)?;
        self.begin_shifts(now)?;
        self.begin_rounds(now)
    }

    /// How many records wait for [`Core::commit`].
    #[must_use]
    pub fn staged(&self) -> usize {
        self.entries.len()
    }

    /// Stages a message. The receipt holds once [`Core::commit`] has returned.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn receive(&mut self, reading: &Reading, now: Timestamp) -> Read<Receipt> {
        let policy = Arc::clone(&self.policy);
        let cx = Context::new(&policy, now, self.next_seq).with_standing(Arc::clone(&self.standing));
        let view = View {
            base: &*self.store,
            layer: &self.group,
        };
        // A rule that counts is asked later: whether it expects something is not known yet.
        let may_expect = policy.rules.counts() || reading.verdict.outcomes.iter().any(|outcome| !outcome.expects().is_empty());
        let room = if may_expect { self.room_to_expect()? } else { 0 };
        let mut cascade = Cascade::new(&view, &cx, &self.keys);
        let (receipt, fresh) = receive(reading, &mut cascade, &view, &cx, &self.keys, room)?;
        let settled = cascade.settle(Cause::Message, fresh.then(|| reading.message.raw.clone()));
        if !self.fits(&settled) {
            return self.receive_unread(reading, now);
        }
        self.add(settled, fresh.then(|| reading.raw.clone()));
        self.look_at_duty(Cause::Message, now)?;
        Ok(receipt)
    }

    /// How much more can be expected, with what is staged.
    fn room_to_expect(&self) -> Read<usize> {
        let stored = self.store.expectations()?;
        let mut standing: BTreeSet<&ExpectationName> = stored.iter().map(|state| &state.name).collect();
        for (name, state) in &self.group.expectations {
            match state {
                Some(_) => standing.insert(name),
                None => standing.remove(name),
            };
        }
        Ok(Expectation::MAX_STANDING.saturating_sub(standing.len()))
    }

    /// Stages what somebody at the command line said; answers what came of it.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn act(&mut self, item: ItemId, actor: Actor, lines: Vec<Line>, now: Timestamp) -> Read<Vec<String>> {
        if let Some(swap) = swap_of(&self.view(), &item)? {
            return self.act_on_swap(swap, actor, lines, now);
        }
        self.stage(
            Command::Item(
                item,
                ItemCommand::Say {
                    actor,
                    lines,
                    message: None,
                },
            ),
            Cause::Local,
            now,
        )
    }

    /// Stages what an attempt to send came to.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn attempted(&mut self, id: DeliveryId, outcome: SendOutcome, now: Timestamp) -> Read<()> {
        self.stage(Command::Attempted(id, outcome), Cause::Outbox, now).map(drop)
    }

    /// Stages what somebody at the command line said of a delivery; `None` if there is none of this id.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn outbox(&mut self, id: DeliveryId, act: OutboxAct, now: Timestamp) -> Read<Option<Vec<String>>> {
        let said = self.stage(Command::Outbox(id, act), Cause::Local, now)?;
        Ok(Some(said).filter(|said| !said.is_empty()))
    }

    /// Stages what is due. Call it with nothing else staged, until it answers 0.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn wake(&mut self, now: Timestamp) -> Read<usize> {
        let mut due = self.store.due(now, MAX_DUE)?;
        // What came of a mute is told before its items are.
        due.sort_by_key(|(at, aggregate)| (*at, !matches!(aggregate, AggregateId::Mute(_))));
        for (_, aggregate) in &due {
            let command = match aggregate {
                AggregateId::Item(id) => Command::Item(id.clone(), ItemCommand::Wake),
                AggregateId::Person(key) => {
                    self.look(key, Cause::Timer, now)?;
                    for command in self.due_for(key, now)? {
                        self.stage(command, Cause::Timer, now)?;
                    }
                    continue;
                }
                AggregateId::Expectation(name) => Command::Expectation(name.clone(), ExpectationCommand::Wake),
                AggregateId::Shift(name) => {
                    self.wake_shift(name, now)?;
                    continue;
                }
                AggregateId::Mute(name) => Command::Mute(name.clone(), MuteCommand::Wake),
                AggregateId::Round(id) => Command::Round(id.clone(), RoundCommand::Wake),
            };
            self.stage(command, Cause::Timer, now)?;
        }
        Ok(due.len())
    }

    /// State with what is staged.
    pub(super) fn view(&self) -> View<'_> {
        View {
            base: &*self.store,
            layer: &self.group,
        }
    }

    pub(super) fn stage(&mut self, command: Command, cause: Cause, now: Timestamp) -> Read<Vec<String>> {
        let policy = Arc::clone(&self.policy);
        let cx = Context::new(&policy, now, self.next_seq).with_standing(Arc::clone(&self.standing));
        let view = View {
            base: &*self.store,
            layer: &self.group,
        };
        let mut cascade = Cascade::new(&view, &cx, &self.keys);
        cascade.run(command)?;
        let settled = cascade.settle(cause, None);
        if !self.fits(&settled) {
            return Err(too_large());
        }
        let outcomes = self.add(settled, None);
        self.look_at_duty(cause, now)?;
        Ok(outcomes)
    }

    /// A message that leads to more than the store takes at once would be refused for ever: it goes to quarantine with its bytes.
    fn receive_unread(&mut self, reading: &Reading, now: Timestamp) -> Read<Receipt> {
        if matches!(reading.message.body, Body::Unparsed { .. }) {
            return Err(too_large());
        }
        self.receive(&reading.as_unread("too_large", TOO_LARGE), now)
    }

    /// Whether the store takes it. Only a record of many steps, or of a large message, can be too long: only that one is measured.
    fn fits(&self, settled: &Settled) -> bool {
        let record = &settled.record;
        let small = record.steps.len() <= UNMEASURED_STEPS && record.raw.as_ref().is_none_or(|raw| raw.size_bytes <= UNMEASURED_BYTES);
        !settled.overflows && (small || self.store.fits(record))
    }

    /// Adds a record to the group; one that says nothing is not written.
    pub(super) fn add(&mut self, settled: Settled, raw: Option<Bytes>) -> Vec<String> {
        let Settled {
            record, changes, outcomes, ..
        } = settled;
        if record.steps.is_empty() && record.seen.is_empty() {
            return outcomes;
        }
        let changes = changes.into_changes();
        self.stood(&changes);
        self.exchanged(&changes);
        self.group.absorb(&changes);
        self.entries.push(Entry { record, raw, changes });
        self.next_seq += 1;
        outcomes
    }

    /// Makes everything staged durable and answers it, in order. Not while something is [under way](Core::begin_commit).
    ///
    /// # Errors
    /// The store failed: nothing staged may be acknowledged, and nothing more will be taken.
    pub fn commit(&mut self) -> Result<Vec<Entry>, StoreError> {
        let entries = std::mem::take(&mut self.entries);
        self.group = Layer::default();
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        self.store.commit(entries)
    }

    /// Begins to make everything staged durable. `None` when that is under way: messages can be staged meanwhile, `done` is called when
    /// [`Core::settle`] would not wait any more, and whatever asks the store itself must come after that.
    ///
    /// # Errors
    /// As [`Core::commit`].
    pub fn begin_commit(&mut self, done: Done) -> Result<Option<Vec<Entry>>, StoreError> {
        match self.store.begin(std::mem::take(&mut self.entries), done)? {
            Begun::Committed(entries) => {
                self.group = Layer::default();
                Ok(Some(entries))
            }
            Begun::UnderWay => {
                self.under_way = true;
                Ok(None)
            }
        }
    }

    /// Waits for what is under way, if anything is, and answers it, in order.
    ///
    /// # Errors
    /// As [`Core::commit`]; what was staged meanwhile may not be acknowledged either.
    pub fn settle(&mut self) -> Result<Vec<Entry>, StoreError> {
        if !std::mem::take(&mut self.under_way) {
            return Ok(Vec::new());
        }
        let entries = self.store.settle()?;
        if entries.is_empty() {
            return Err(StoreError::Refused("what was under way is gone".to_owned()));
        }
        // The store has the rest of the layer now.
        self.group = Layer::default();
        for entry in &self.entries {
            self.group.absorb(&entry.changes);
        }
        Ok(entries)
    }

    /// Ends in good order.
    ///
    /// # Errors
    /// When the store could not be closed.
    pub fn close(&mut self) -> Result<(), StoreError> {
        self.store.close()
    }
}

fn too_large() -> ReadError {
    ReadError("one command led to more than a record can hold".to_owned())
}
