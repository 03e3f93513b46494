//! What a simulated time came to, counted from its records. May import model, calendar, policy, engine. Grows with items and people, not with mail.
//! For each queue and person: who was told when, what was kept, how long it was silent.

mod deadlines;
mod hours;
mod watched;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::engine::{DeliveryEvent, ItemEvent, Record, Step};
use crate::model::{Delivery, ItemId, PersonKey, QueueName, Reader, Reason};
use crate::policy::Policy;

pub use deadlines::{Deadlines, Kept, PROMISES};
pub use hours::{Busiest, Hours, NIGHT, is_night};
use watched::{Stands, Watched};

/// The counts so far.
#[derive(Debug)]
pub struct Tally {
    policy: Arc<Policy>,
    items: BTreeMap<ItemId, Watched>,
    /// What was counted of each queue, all of the configuration among them.
    pub queues: BTreeMap<QueueName, QueueTally>,
    /// What was counted of each person, all of the configuration among them.
    pub people: BTreeMap<PersonKey, PersonTally>,
    /// Mails to addresses that belong to nobody of the configuration.
    pub mails_outside: u64,
}

/// What was counted of a queue. Hours are those of its calendar's zone.
#[derive(Debug, Clone)]
pub struct QueueTally {
    /// Messages that opened an item or joined one.
    pub messages: u64,
    /// Items opened.
    pub opened: u64,
    /// Items finished.
    pub done: u64,
    /// Items dropped.
    pub dropped: u64,
    /// Items still open at the end.
    pub open: u64,
    /// Notices about its items, by when they went out.
    pub notices: Hours,
    /// When its messages came.
    pub arrivals: Hours,
    /// Its items' deadlines.
    pub deadlines: Deadlines,
    /// Escalations that started.
    pub escalations: u64,
    /// The longest silence on an item.
    pub silence: Option<Silence>,
}

/// What was counted of a person. Hours are those of their own zone.
#[derive(Debug, Clone)]
pub struct PersonTally {
    /// Mails but receipts, by when they went out: a receipt answers a mail of their own and disturbs nobody.
    pub mails: Hours,
    /// The notices in them.
    pub notices: BTreeMap<Reason, u64>,
    /// Of these mails, those outside their working hours.
    pub outside_hours: u64,
    /// Offers accepted.
    pub accepted: u64,
    /// Offers declined.
    pub declined: u64,
    /// Items finished while they were theirs.
    pub done: u64,
    /// Deadlines of items that were with them.
    pub deadlines: Deadlines,
    /// Escalations of items that were with them.
    pub escalations: u64,
    /// The longest silence on an item they answered for.
    pub silence: Option<Silence>,
}

/// A time in which an open item saw no word and no act of anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The item.
    pub item: ItemId,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

impl Silence {
    /// How long it was.
    #[must_use]
    pub fn length(&self) -> SignedDuration {
        self.from.duration_until(self.to)
    }

    fn longest(best: &mut Option<Self>, other: Self) {
        if best.as_ref().is_none_or(|best| best.length() < other.length()) {
            *best = Some(other);
        }
    }
}

impl Tally {
    /// Nothing yet.
    #[must_use]
    pub fn new(policy: Arc<Policy>) -> Self {
        let zone = |name| policy.calendars.get(name).map_or(TimeZone::UTC, |calendar| calendar.zone.clone());
        let queues = policy
            .queues
            .values()
            .map(|queue| (queue.name.clone(), QueueTally::new(zone(&queue.calendar))));
        let people = policy
            .people
            .values()
            .map(|person| (person.key.clone(), PersonTally::new(zone(&person.calendar))));
        Self {
            queues: queues.collect(),
            people: people.collect(),
            items: BTreeMap::new(),
            mails_outside: 0,
            policy,
        }
    }

    /// A message came to these items.
    pub fn message(&mut self, at: Timestamp, items: &[ItemId]) {
        for id in items {
            let queue = self.items.get(id).and_then(|item| self.queues.get_mut(&item.queue));
            if let Some(queue) = queue {
                queue.messages += 1;
                queue.arrivals.add(at);
            }
        }
    }

    /// Counts what a record says.
    pub fn add(&mut self, record: &Record) {
        for step in &record.steps {
            match step {
                Step::Item(id, events) => events.iter().for_each(|event| self.item(record.at, id, event)),
                Step::Delivery(_, events) => {
                    for event in events {
                        if let DeliveryEvent::Queued { delivery } = event
                            && delivery.call.is_none()
                        {
                            self.mail(record.at, delivery);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The time is over.
    pub fn end(&mut self, at: Timestamp) {
        for (id, item) in std::mem::take(&mut self.items) {
            if item.stands == Stands::Open {
                self.silence(&item, &id, at.max(item.since));
            }
            let Some(queue) = self.queues.get_mut(&item.queue) else { continue };
            match item.stands {
                Stands::Open => queue.open += 1,
                Stands::Done => queue.done += 1,
                Stands::Dropped => queue.dropped += 1,
            }
            let person = self.people.get_mut(item.with());
            if let Some(person) = person.filter(|_| item.stands == Stands::Done) {
                person.done += 1;
            }
        }
    }

    fn item(&mut self, at: Timestamp, id: &ItemId, event: &ItemEvent) {
        if let ItemEvent::Opened { item, .. } = event {
            self.items.insert(id.clone(), Watched::of(item));
            if let Some(queue) = self.queues.get_mut(&item.queue) {
                queue.opened += 1;
            }
            return;
        }
        let Some(mut item) = self.items.remove(id) else { return };
        if watched::is_word(event) {
            if item.stands == Stands::Open {
                self.silence(&item, id, at);
            }
            item.since = at;
        }
        // Who had it before the event: an offer that is not taken was theirs to take.
        let with = item.with().clone();
        for decided in item.running.follow(event) {
            if let Some(queue) = self.queues.get_mut(&item.queue) {
                deadlines::count(&mut queue.deadlines, decided);
            }
            if let Some(person) = self.people.get_mut(&with) {
                deadlines::count(&mut person.deadlines, decided);
            }
        }
        self.count(&item.queue, &with, event);
        item.follow(event);
        self.items.insert(id.clone(), item);
    }

    fn count(&mut self, queue: &QueueName, with: &PersonKey, event: &ItemEvent) {
        match event {
            ItemEvent::EscalationStarted(_) => {
                if let Some(queue) = self.queues.get_mut(queue) {
                    queue.escalations += 1;
                }
                if let Some(person) = self.people.get_mut(with) {
                    person.escalations += 1;
                }
            }
            ItemEvent::Accepted { by, .. } => {
                if let Some(person) = self.people.get_mut(by) {
                    person.accepted += 1;
                }
            }
            ItemEvent::Declined { by, .. } => {
                if let Some(person) = self.people.get_mut(by) {
                    person.declined += 1;
                }
            }
            _ => {}
        }
    }

    fn mail(&mut self, at: Timestamp, delivery: &Delivery) {
        for (_, _, item) in &delivery.notices {
            let queue = self.items.get(item).and_then(|item| self.queues.get_mut(&item.queue));
            if let Some(queue) = queue {
                queue.notices.add(at);
            }
        }
        let Reader::Person(key) = &delivery.reader else {
            self.mails_outside += 1;
            return;
        };
        let working = self.policy.calendar_of(key).is_some_and(|calendar| calendar.is_open(at));
        let Some(person) = self.people.get_mut(key) else { return };
        if delivery.notices.iter().any(|(_, reason, _)| *reason != Reason::Receipt) {
            person.mails.add(at);
            person.outside_hours += u64::from(!working);
        }
        for (_, reason, _) in &delivery.notices {
            *person.notices.entry(*reason).or_default() += 1;
        }
    }

    /// An item was silent up to here.
    fn silence(&mut self, item: &Watched, id: &ItemId, to: Timestamp) {
        let silence = Silence {
            item: id.clone(),
            from: item.since,
            to,
        };
        if let Some(person) = self.people.get_mut(&item.accountable) {
            Silence::longest(&mut person.silence, silence.clone());
        }
        if let Some(queue) = self.queues.get_mut(&item.queue) {
            Silence::longest(&mut queue.silence, silence);
        }
    }
}

impl QueueTally {
    /// Whether nothing happened in it.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.messages + self.opened == 0 && self.notices.of_day().iter().all(|count| *count == 0)
    }

    fn new(zone: TimeZone) -> Self {
        Self {
            messages: 0,
            opened: 0,
            done: 0,
            dropped: 0,
            open: 0,
            notices: Hours::new(zone.clone()),
            arrivals: Hours::new(zone),
            deadlines: Deadlines::new(),
            escalations: 0,
            silence: None,
        }
    }
}

impl PersonTally {
    /// Whether nothing happened to them.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let acts = self.accepted + self.declined + self.done;
        acts == 0 && self.deadlines.is_empty() && self.silence.is_none() && self.mails.of_day().iter().all(|count| *count == 0)
    }

    fn new(zone: TimeZone) -> Self {
        Self {
            mails: Hours::new(zone),
            notices: BTreeMap::new(),
            outside_hours: 0,
            accepted: 0,
            declined: 0,
            done: 0,
            deadlines: Deadlines::new(),
            escalations: 0,
            silence: None,
        }
    }
}
