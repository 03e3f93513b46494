//! One command and all that follows from it, as one record. May import model, engine, notice, policy, reply. Everything is rendered before anything is committed.

mod calling;
mod mailing;

use std::collections::VecDeque;
use std::sync::Arc;

use super::choice::choose;
use super::covering::covering;
use super::layer::{Layer, View};
use super::trouble;
use crate::engine::{
    Cause, Command, Context, Correlation, DeliveryEvent, Draft, Effect, Event, ExpectationCommand, ExpectationEvent, Incoming, ItemCommand,
    ItemEvent, ListCommand, MuteEvent, Past, PersonEvent, Read, Record, RoundCommand, RoundEvent, Seen, SeenKey, ShiftCommand, ShiftEvent,
    Step, SwapCommand, Trouble, apply, apply_delivery, apply_expectation, apply_mute, apply_person, apply_round, apply_shift, decide,
    list_of, moved, next_id, own_undelivered, shift_of, swap_of,
};
use crate::model::{
    Address, DeliveryId, DutyPlan, ExpectationName, ItemId, Mute, MuteName, PersonKey, PersonState, RawRef, RotationName, Round,
};
use crate::reply::KeyRing;

/// The most commands one record can come to: an item, its readers, their deliveries. More is a defect, and is refused.
const MAX_COMMANDS: usize = 10_000;

/// The most text one record can queue as letters: far more than a message gives rise to, less than what a record can hold.
const MAX_LETTER_BYTES: usize = 128 << 20;

/// A record while it comes about.
pub(super) struct Cascade<'a> {
    base: &'a dyn Past,
    cx: &'a Context<'a>,
    keys: &'a KeyRing,
    scratch: Layer,
    steps: Vec<Step>,
    correlations: Vec<(Correlation, ItemId)>,
    seen: Vec<(SeenKey, Seen)>,
    let_go: Option<Box<Incoming>>,
    next_delivery: u32,
    outcomes: Vec<String>,
    letter_bytes: usize,
    overflows: bool,
    troubles: Vec<Trouble>,
    settled: Vec<(Address, bool)>,
}

/// A finished record, what it changes, and what is told to whoever asked.
pub(super) struct Settled {
    pub(super) record: Record,
    pub(super) changes: Layer,
    pub(super) outcomes: Vec<String>,
    /// Whether more would follow than one record can say: then it says less than was decided, and must not be taken.
    pub(super) overflows: bool,
}

impl<'a> Cascade<'a> {
    pub(super) fn new(base: &'a dyn Past, cx: &'a Context<'a>, keys: &'a KeyRing) -> Self {
        Self {
            base,
            cx,
            keys,
            scratch: Layer::default(),
            steps: Vec::new(),
            correlations: Vec::new(),
            seen: Vec::new(),
            let_go: None,
            next_delivery: 0,
            outcomes: Vec::new(),
            letter_bytes: 0,
            overflows: false,
            troubles: Vec::new(),
            settled: Vec::new(),
        }
    }

    /// State as it is after what was decided so far.
    pub(super) fn view(&self) -> View<'_> {
        View {
            base: self.base,
            layer: &self.scratch,
        }
    }

    /// Decides a command and everything that follows from it; or, once that is too much, notes that and decides nothing more.
    pub(super) fn run(&mut self, command: Command) -> Read<()> {
        self.all(VecDeque::from([command]))
    }

    fn all(&mut self, mut waiting: VecDeque<Command>) -> Read<()> {
        for _ in 0..MAX_COMMANDS {
            let Some(command) = waiting.pop_front().filter(|_| !self.overflows) else {
                return self.see_to_troubles();
            };
            self.one(command, &mut waiting)?;
        }
        self.overflows = true;
        Ok(())
    }

    fn one(&mut self, mut command: Command, waiting: &mut VecDeque<Command>) -> Read<()> {
        // What came of the items is said in one receipt.
        if let Command::Shift(_, ShiftCommand::Receipt(_, outcomes)) | Command::List(_, ListCommand::Receipt(_, outcomes)) = &mut command {
            outcomes.clone_from(&self.outcomes);
        }
        let target = match &command {
            Command::Item(id, _) => Target::Item(id.clone()),
            Command::Tell(key, _)
            | Command::Release(key)
            | Command::Digest(key)
            | Command::Plan(key)
            | Command::Coverage(key)
            | Command::List(key, _)
            | Command::Turn(key, ..)
            | Command::Unsay(key, ..)
            | Command::Person(key, _) => Target::Person(key.clone()),
            Command::Attempted(id, _) | Command::Returned(id, _) | Command::Unpark(id, _) | Command::Outbox(id, _) => Target::Delivery(*id),
            Command::Expectation(name, _) => Target::Expectation(name.clone()),
            Command::Mute(name, _) => Target::Mute(name.clone()),
            Command::Shift(name, _) => Target::Shift(name.clone()),
            Command::Round(id, _) => Target::Round(id.clone()),
        };
        let decision = decide(command, &self.view(), self.cx)?;
        let at_fault = trouble::at_fault(&decision.events);
        self.note_end(&target, &decision.events)?;
        self.take(&target, decision.events)?;
        if let (Target::Delivery(id), Some(why)) = (&target, at_fault)
            && let Some(delivery) = self.view().delivery(id)?
            && delivery.call.is_none()
        {
            trouble::came_back(&delivery, &why, self)?;
        }
        self.outcomes.extend(decision.outcomes);
        for effect in decision.effects {
            match effect {
                Effect::Notify(notice) => {
                    if let Some(why) = trouble::holds_back(&notice, self)? {
                        waiting.push_back(trouble::not_sent(&notice.item, &notice.to, notice.reason, why));
                        continue;
                    }
                    match self.addressee(&notice) {
                        Some(person) => waiting.push_back(Command::Tell(person, notice)),
                        None => self.send(&notice.to.clone(), &[*notice], None)?,
                    }
                }
                Effect::Send { reader, notices, bundle } => self.send(&reader, &notices, bundle)?,
                Effect::Further(commands) => waiting.extend(commands),
                Effect::Undelivered(id, reader, _, error) if Round::is_id(&id) => {
                    waiting.push_back(Command::Round(id, RoundCommand::Undelivered(reader, error)));
                }
                Effect::Undelivered(id, reader, reason, error) if &*id.prefix == DutyPlan::PREFIX => {
                    waiting.extend(own_undelivered(&reader, reason, &error, self.cx));
                }
                Effect::Undelivered(id, reader, reason, error) => {
                    if let Some(swap) = swap_of(&self.view(), &id)? {
                        let dead = SwapCommand::Undelivered { id, reader, reason, error };
                        waiting.push_back(Command::Shift(swap.rotation, ShiftCommand::Swap(Box::new(dead))));
                        continue;
                    }
                    // Of a list its first item hears.
                    let listed = list_of(&self.view(), &id, Some(&reader))?.and_then(|(_, list)| list.items.first().cloned());
                    let id = listed.unwrap_or(id);
                    waiting.push_back(Command::Item(id, ItemCommand::Undelivered { reader, reason, error }));
                }
                Effect::Person(key, what) => waiting.push_back(Command::Person(key, what)),
                Effect::Mute(name, what) => waiting.push_back(Command::Mute(name, what)),
                Effect::SumUp(mute) => waiting.extend(self.sum_up(mute)?),
                Effect::OpenFor(round, draft) => self.open_for(round, *draft, waiting)?,
                Effect::PlanRound(name) => {
                    let id = next_id(Round::PREFIX, &self.view())?;
                    waiting.push_back(Command::Round(id, RoundCommand::Plan(name)));
                }
                Effect::Raise(name, before, draft) => self.raise(name, before, *draft, waiting)?,
                Effect::Arrived(id, rule, note, message) => {
                    if self.view().item(&id)?.is_some_and(|item| item.state.is_open()) {
                        let note = Some(note);
                        waiting.push_back(Command::Item(
                            id,
                            ItemCommand::CloseByRule {
                                rule,
                                note,
                                message,
                                deeds: Box::default(),
                            },
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    /// Something did not arrive: the open item raised for it hears again, else a new one follows it.
    fn raise(&self, name: ExpectationName, before: Option<ItemId>, mut draft: Draft, waiting: &mut VecDeque<Command>) -> Read<()> {
        if let Some(id) = before {
            let open = self.view().item(&id)?.is_some_and(|item| item.state.is_open());
            if let Some(missed) = draft.missed.clone().filter(|_| open) {
                waiting.push_back(Command::Item(id, ItemCommand::MissedAgain(Box::new(missed))));
                return Ok(());
            }
            draft.follows = Some(id);
        }
        draft.muting = covering(&[], &draft.queue, None, &self.view(), self.cx)?.map(Box::new);
        let id = next_id(&self.cx.policy.queue(&draft.queue).prefix, &self.view())?;
        let turn = choose(&mut draft, &self.view(), self.cx)?;
        waiting.push_back(Command::Item(id.clone(), ItemCommand::Open(Box::new(draft))));
        waiting.extend(turn);
        waiting.push_back(Command::Expectation(name, ExpectationCommand::Raised(id)));
        Ok(())
    }

    /// An item that batond itself opens.
    pub(super) fn open_by_itself(&mut self, mut draft: Draft) -> Read<()> {
        draft.muting = covering(&[], &draft.queue, None, &self.view(), self.cx)?.map(Box::new);
        let id = next_id(&self.cx.policy.queue(&draft.queue).prefix, &self.view())?;
        let turn = choose(&mut draft, &self.view(), self.cx)?;
        let open = Command::Item(id, ItemCommand::Open(Box::new(draft)));
        self.all([open].into_iter().chain(turn).collect())
    }

    /// An item is opened for a round. Decided at once: what follows takes the next number.
    fn open_for(&mut self, round: ItemId, mut draft: Draft, waiting: &mut VecDeque<Command>) -> Read<()> {
        draft.muting = covering(&[], &draft.queue, None, &self.view(), self.cx)?.map(Box::new);
        let id = next_id(&self.cx.policy.queue(&draft.queue).prefix, &self.view())?;
        let turn = choose(&mut draft, &self.view(), self.cx)?;
        self.one(Command::Item(id.clone(), ItemCommand::Open(Box::new(draft))), waiting)?;
        waiting.extend(turn);
        self.one(Command::Round(round, RoundCommand::ItemOpened(id)), waiting)
    }

    /// What came of a mute is told on one of its items: the first that is open still, else the last.
    fn sum_up(&self, mute: Box<Mute>) -> Read<Option<Command>> {
        let mut still = Vec::with_capacity(mute.open.len());
        for id in &mute.open {
            let item = self.view().item(id)?.filter(|item| item.state.is_open());
            still.extend(item.map(|item| (item.id, item.title)));
        }
        let first = still.first().map(|(id, _)| id.clone());
        let told_on = first.or_else(|| mute.last.clone());
        Ok(told_on.map(|id| Command::Item(id, ItemCommand::SumUp(mute, still))))
    }

    fn take(&mut self, target: &Target, events: Vec<Event>) -> Read<()> {
        if events.is_empty() {
            return Ok(());
        }
        match target {
            Target::Item(id) => {
                let events: Vec<ItemEvent> = events
                    .into_iter()
                    .filter_map(|e| if let Event::Item(e) = e { Some(e) } else { None })
                    .collect();
                let opened = matches!(events.first(), Some(ItemEvent::Opened { .. }));
                let before = if opened { None } else { self.view().item(id)? };
                let mut item = before.clone();
                events.iter().for_each(|event| apply(&mut item, event, self.cx.now));
                for (key, load) in moved(before.as_ref(), item.as_ref()) {
                    let mut person = self.view().person(&key)?.unwrap_or_else(|| PersonState::new(key.clone()));
                    load.apply(&mut person);
                    self.scratch.people.insert(key, person);
                }
                if let Some(item) = item {
                    self.scratch.items.insert(id.clone(), Arc::new(item));
                }
                self.correlate(id, &events)?;
                self.steps.push(Step::Item(id.clone(), events.clone()));
                self.call_out(id, &events)?;
            }
            Target::Person(key) => {
                let events: Vec<PersonEvent> = events
                    .into_iter()
                    .filter_map(|e| if let Event::Person(e) = e { Some(e) } else { None })
                    .collect();
                let mut person = self.view().person(key)?.unwrap_or_else(|| PersonState::new(key.clone()));
                for event in &events {
                    apply_person(&mut person, event);
                    match event {
                        PersonEvent::Held { notice, .. } => {
                            drop(self.scratch.held.insert((key.clone(), notice.id), Arc::new((**notice).clone())));
                        }
                        PersonEvent::Chosen { .. }
                        | PersonEvent::Digest { .. }
                        | PersonEvent::Coverage { .. }
                        | PersonEvent::Listed { .. }
                        | PersonEvent::Told { .. }
                        | PersonEvent::Reminded { .. }
                        | PersonEvent::Away { .. }
                        | PersonEvent::Confirm { .. }
                        | PersonEvent::Counted { .. }
                        | PersonEvent::Mailed { .. }
                        | PersonEvent::Postponed { .. } => {}
                        PersonEvent::Withdrawn { notice, .. } => self.scratch.unhold(key, *notice),
                        PersonEvent::Released { notices, .. } => notices.iter().for_each(|id| self.scratch.unhold(key, *id)),
                    }
                }
                self.scratch.people.insert(key.clone(), person);
                self.steps.push(Step::Person(key.clone(), events));
            }
            Target::Delivery(id) => {
                let events: Vec<DeliveryEvent> = events
                    .into_iter()
                    .filter_map(|e| if let Event::Delivery(e) = e { Some(e) } else { None })
                    .collect();
                let mut delivery = self.view().delivery(id)?;
                events.iter().for_each(|event| apply_delivery(&mut delivery, event, self.cx.now));
                if let Some(delivery) = delivery {
                    self.scratch.deliveries.insert(*id, Arc::new(delivery));
                }
                self.steps.push(Step::Delivery(*id, events));
            }
            Target::Expectation(name) => {
                let events: Vec<ExpectationEvent> = events
                    .into_iter()
                    .filter_map(|e| if let Event::Expectation(e) = e { Some(e) } else { None })
                    .collect();
                let mut state = self.view().expectation(name)?;
                events.iter().for_each(|event| apply_expectation(&mut state, event));
                self.scratch.expectations.insert(name.clone(), state);
                self.steps.push(Step::Expectation(name.clone(), events));
            }
            Target::Mute(name) => {
                let events: Vec<MuteEvent> = events
                    .into_iter()
                    .filter_map(|e| if let Event::Mute(e) = e { Some(e) } else { None })
                    .collect();
                let mut state = self.view().mute(name)?;
                events.iter().for_each(|event| apply_mute(&mut state, event));
                self.scratch.mutes.insert(name.clone(), state);
                self.steps.push(Step::Mute(name.clone(), events));
            }
            Target::Shift(name) => {
                let events: Vec<ShiftEvent> = events
                    .into_iter()
                    .filter_map(|e| if let Event::Shift(e) = e { Some(e) } else { None })
                    .collect();
                let mut state = shift_of(&self.view(), name)?;
                events.iter().for_each(|event| apply_shift(&mut state, name, event));
                if let Some(state) = state {
                    self.scratch.shifts.insert(name.clone(), state);
                }
                self.steps.push(Step::Shift(name.clone(), events));
            }
            Target::Round(id) => {
                let events: Vec<RoundEvent> = events
                    .into_iter()
                    .filter_map(|e| if let Event::Round(e) = e { Some(e) } else { None })
                    .collect();
                let mut state = self.view().round(id)?;
                events.iter().for_each(|event| apply_round(&mut state, event));
                if let Some(state) = state {
                    self.scratch.rounds.insert(id.clone(), state);
                }
                self.steps.push(Step::Round(id.clone(), events));
            }
        }
        Ok(())
    }

    /// Later messages find an item by its key and by the Message-IDs of its mail. The first item with a Message-ID keeps it.
    fn correlate(&mut self, id: &ItemId, events: &[ItemEvent]) -> Read<()> {
        for event in events {
            let (key, message) = match event {
                ItemEvent::Opened { item, message } => (item.key.clone(), message),
                ItemEvent::Joined { message, .. } => (None, message),
                _ => continue,
            };
            if let Some(key) = key {
                self.add_correlation(Correlation::Key(key), id);
            }
            if let Some(message_id) = message.message_id.clone().filter(|_| message.from.is_some()) {
                let thread = Correlation::Thread(message_id);
                if self.view().correlated(&thread)?.is_none() {
                    self.add_correlation(thread, id);
                }
            }
        }
        Ok(())
    }

    fn add_correlation(&mut self, key: Correlation, id: &ItemId) {
        self.scratch.correlations.insert(key.clone(), id.clone());
        self.correlations.push((key, id.clone()));
    }

    pub(super) fn remember(&mut self, key: SeenKey, seen: Seen) {
        self.scratch.seen.insert(key.clone(), seen.clone());
        self.seen.push((key, seen));
    }

    pub(super) fn drop_message(&mut self, rule: String, reason: String) {
        self.steps.push(Step::Dropped(rule, reason));
    }

    /// Notes a message that led to no item, if a rule let it go: it can be read again later.
    pub(super) fn note_let_go(&mut self, incoming: &Incoming) {
        if self.steps.iter().any(|step| matches!(step, Step::Dropped(..))) {
            self.let_go = Some(Box::new(incoming.without_text()));
        }
    }

    pub(super) fn settle(self, cause: Cause, raw: Option<RawRef>) -> Settled {
        let record = Record {
            seq: self.cx.seq,
            at: self.cx.now,
            policy: self.cx.policy.revision.clone(),
            cause,
            steps: self.steps,
            correlations: self.correlations,
            seen: self.seen,
            let_go: self.let_go.filter(|_| raw.is_some()),
            raw,
        };
        Settled {
            record,
            changes: self.scratch,
            outcomes: self.outcomes,
            overflows: self.overflows,
        }
    }
}

enum Target {
    Item(ItemId),
    Person(PersonKey),
    Delivery(DeliveryId),
    Expectation(ExpectationName),
    Mute(MuteName),
    Shift(RotationName),
    Round(ItemId),
}
