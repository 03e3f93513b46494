//! Follows records as they were committed and closes the ledger: each promised instant at most once, never before it, and none forgotten.

use std::collections::{BTreeMap, BTreeSet};

use batond::engine::{Cause, DeliveryEvent, ItemEvent, Record, Step};
use batond::model::{ClockKind, DeliveryId, ItemClock, ItemId, NoticeId, Reason, Stood};
use jiff::Timestamp;

/// What went wrong, a line each, by its kind.
#[derive(Debug, Default)]
pub struct Ledger {
    pub early: Vec<String>,
    pub doubled: Vec<String>,
    pub moved: Vec<String>,
    pub lost: Vec<String>,
    pub after_cancel: Vec<String>,
    /// How many promised instants came.
    pub fired: usize,
    clocks: BTreeMap<(ItemId, ClockKind), ItemClock>,
    ladders: BTreeMap<(ItemId, ClockKind), Timestamp>,
    told: BTreeSet<NoticeId>,
    carried: BTreeSet<NoticeId>,
    deliveries: BTreeSet<DeliveryId>,
    sent: BTreeSet<DeliveryId>,
    closed: BTreeSet<ItemId>,
    undo: BTreeMap<ItemId, Stood>,
}

impl Ledger {
    pub fn of(records: &[Record]) -> Self {
        let mut ledger = Self::default();
        records.iter().for_each(|record| ledger.add(record));
        ledger
    }

    /// Every kind of fault must be none.
    pub fn assert_clean(&self) {
        let faults = [&self.early, &self.doubled, &self.moved, &self.lost, &self.after_cancel];
        assert!(
            faults.iter().all(|kind| kind.is_empty()),
            "early: {:#?}\ndoubled: {:#?}\nmoved: {:#?}\nlost: {:#?}\nafter a cancel: {:#?}",
            self.early,
            self.doubled,
            self.moved,
            self.lost,
            self.after_cancel
        );
    }

    pub fn add(&mut self, record: &Record) {
        for step in &record.steps {
            match step {
                Step::Item(id, events) => events.iter().for_each(|event| self.item(record, id, event, events)),
                Step::Delivery(id, events) => events.iter().for_each(|event| self.delivery(*id, event)),
                _ => {}
            }
        }
    }

    /// Whatever was promised by `now` and has not come is lost. To be asked when everything due by `now` has been woken.
    pub fn close(&mut self, now: Timestamp) {
        let due = |clock: &&ItemClock| clock.paused.is_none() && !clock.overdue && clock.deadline <= now;
        let clocks = self.clocks.iter().filter(|(_, clock)| due(clock));
        self.lost
            .extend(clocks.map(|((id, kind), clock)| format!("{id} {kind} of {}", clock.deadline)));
        let ladders = self.ladders.iter().filter(|(_, due)| **due <= now);
        self.lost
            .extend(ladders.map(|((id, kind), due)| format!("{id} ladder of {kind}, {due}")));
    }

    fn item(&mut self, record: &Record, id: &ItemId, event: &ItemEvent, beside: &[ItemEvent]) {
        let key = |kind: ClockKind| (id.clone(), kind);
        match event {
            ItemEvent::Opened { item, .. } => {
                let clocks = item.clocks.iter().cloned();
                self.clocks.extend(clocks.map(|clock| (key(clock.kind), clock)));
            }
            ItemEvent::ClockStarted(clock) => {
                let asked_anew = beside.iter().any(|event| {
                    matches!(
                        event,
                        ItemEvent::Orphaned { .. } | ItemEvent::Offered { .. } | ItemEvent::Parked { .. }
                    )
                });
                if record.cause == Cause::Reload && !asked_anew {
                    self.moved
                        .push(format!("{id} {}: started by a reload at {}", clock.kind, record.at));
                }
                self.clocks.insert(key(clock.kind), (**clock).clone());
            }
            ItemEvent::ClockSet(clock) => self.set(record, id, clock),
            ItemEvent::ClockStopped { kind } => drop(self.clocks.remove(&key(*kind))),
            ItemEvent::ClockOverdue { kind, deadline, .. } => {
                let Some(clock) = self.clocks.get_mut(&key(*kind)) else {
                    return self
                        .doubled
                        .push(format!("{id} {kind}: nothing ran that could be overdue at {}", record.at));
                };
                if std::mem::replace(&mut clock.overdue, true) {
                    self.doubled.push(format!("{id} {kind}: overdue again at {}", record.at));
                }
                if clock.deadline != *deadline {
                    self.moved
                        .push(format!("{id} {kind}: {} was promised, {deadline} came", clock.deadline));
                }
                self.reached(record, id, *kind);
            }
            ItemEvent::UpdateAsked { .. } => self.reached(record, id, ClockKind::Update),
            ItemEvent::FollowedUp { .. } => self.reached(record, id, ClockKind::Wait),
            ItemEvent::Resumed { .. } if record.cause == Cause::Timer && self.clocks.contains_key(&key(ClockKind::Snooze)) => {
                self.reached(record, id, ClockKind::Snooze);
            }
            ItemEvent::EscalationStarted(ladder) => drop(self.ladders.insert(key(ladder.cause), ladder.due)),
            ItemEvent::EscalationStepped { cause, due, .. } => match self.ladders.insert(key(*cause), *due) {
                Some(promised) => self.not_before(record, promised, &format!("{id} ladder of {cause}")),
                None => self
                    .doubled
                    .push(format!("{id}: a step of a ladder that does not run at {}", record.at)),
            },
            ItemEvent::EscalationEnded { cause } => drop(self.ladders.remove(&key(*cause))),
            ItemEvent::Told { notice, reason, .. } => {
                if !self.told.insert(*notice) {
                    self.doubled.push(format!("{id}: notice {notice} made twice"));
                }
                let urges = matches!(
                    reason,
                    Reason::Reminder | Reason::Escalation | Reason::UpdateWanted | Reason::FollowUp
                );
                if urges && self.closed.contains(id) {
                    self.after_cancel
                        .push(format!("{id}: {reason} at {} though it is closed", record.at));
                }
            }
            ItemEvent::Undoable(undo) => drop(self.undo.insert(id.clone(), (*undo.before).clone())),
            ItemEvent::Undone { .. } => match self.undo.remove(id) {
                Some(before) => self.stands(id, before),
                None => self.doubled.push(format!("{id}: taken back at {} and nothing could be", record.at)),
            },
            ItemEvent::Done { .. } | ItemEvent::Dropped { .. } | ItemEvent::Merged { .. } => {
                // Everything that ran on it ends with it.
                self.clocks.retain(|(of, _), _| of != id);
                self.ladders.retain(|(of, _), _| of != id);
                self.closed.insert(id.clone());
            }
            ItemEvent::Reopened { .. } => drop(self.closed.remove(id)),
            _ => {}
        }
    }

    /// A command was taken back: what ran before it runs again.
    fn stands(&mut self, id: &ItemId, before: Stood) {
        self.clocks.retain(|(of, _), _| of != id);
        self.clocks
            .extend(before.clocks.into_iter().map(|clock| ((id.clone(), clock.kind), clock)));
        self.ladders.retain(|(of, _), _| of != id);
        self.ladders.extend(
            before
                .escalations
                .into_iter()
                .map(|ladder| ((id.clone(), ladder.cause), ladder.due)),
        );
        if before.closed.is_none() {
            self.closed.remove(id);
        } else {
            self.closed.insert(id.clone());
        }
    }

    /// A clock that runs may lose its warning; only what a person or a message says sets its deadline anew.
    fn set(&mut self, record: &Record, id: &ItemId, clock: &ItemClock) {
        let Some(before) = self.clocks.insert((id.clone(), clock.kind), clock.clone()) else {
            return self
                .moved
                .push(format!("{id} {}: set at {} and never started", clock.kind, record.at));
        };
        let running = before.paused.is_none() && clock.paused.is_none();
        if running && before.deadline != clock.deadline && matches!(record.cause, Cause::Timer | Cause::Reload | Cause::Outbox) {
            self.moved
                .push(format!("{id} {}: {} became {}", clock.kind, before.deadline, clock.deadline));
        }
        if let (true, Some(warn), None, Cause::Timer) = (running, before.warn, clock.warn, record.cause) {
            self.not_before(record, warn, &format!("{id} warning of {}", clock.kind));
        }
    }

    /// The deadline of a clock has come.
    fn reached(&mut self, record: &Record, id: &ItemId, kind: ClockKind) {
        match self.clocks.get(&(id.clone(), kind)).map(|clock| clock.deadline) {
            Some(deadline) => self.not_before(record, deadline, &format!("{id} {kind}")),
            None => self.doubled.push(format!("{id} {kind}: came at {} and does not run", record.at)),
        }
    }

    fn not_before(&mut self, record: &Record, promised: Timestamp, what: &str) {
        self.fired += 1;
        if record.at < promised {
            self.early.push(format!("{what}: {} instead of {promised}", record.at));
        }
    }

    fn delivery(&mut self, id: DeliveryId, event: &DeliveryEvent) {
        match event {
            DeliveryEvent::Queued { delivery } => {
                if !self.deliveries.insert(id) {
                    self.doubled.push(format!("{id}: queued twice"));
                }
                for (notice, _, item) in &delivery.notices {
                    if !self.carried.insert(*notice) {
                        self.doubled.push(format!("{item}: notice {notice} is in two mails"));
                    }
                }
            }
            DeliveryEvent::Sent if !self.sent.insert(id) => self.doubled.push(format!("{id}: sent twice")),
            _ => {}
        }
    }
}
