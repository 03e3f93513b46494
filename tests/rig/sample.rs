//! Records like those of a day's work, and how they change the index: for the store's tests, its bench and the rig. May import batond. The same seed makes the same records.
#![allow(dead_code, reason = "each of its users needs a part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::digest;
use batond::engine::{
    Cause, Change, Correlation, Deed, DeliveryEvent, Incoming, ItemEvent, Past, PersonEvent, Read, Record, Seen, SeenKey, Step,
};
use batond::model::{
    Address, ClockKind, Delivery, DeliveryId, DeliveryState, HeldFor, Item, ItemClock, ItemId, Letter, Notice, NoticeId, PersonKey,
    PersonState, Priority, RawRef, Reader, Reason, RuleRef, Span, State, SumInterval,
};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

/// A reproducible source of numbers (xorshift64*).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(count + 8);
        while out.len() < count {
            out.extend_from_slice(&self.next().to_le_bytes());
        }
        out.truncate(count);
        out
    }
}

/// Monday 2026-03-02 09:00 UTC and so many seconds.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_772_442_000).unwrap() + SignedDuration::from_secs(seconds)
}

pub fn raw_ref(bytes: &[u8]) -> RawRef {
    RawRef {
        sha256: data_encoding::HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref()),
        size_bytes: bytes.len() as u64,
    }
}

/// The bytes of message `number`: its number in text, then what only it has.
pub fn message(number: u64, size: usize) -> Bytes {
    let mut bytes = format!("Message-ID: <m{number}@sender.example>\r\nSubject: order {number}\r\n\r\n").into_bytes();
    let fill = Dice::new(number + 1).bytes(size.saturating_sub(bytes.len()));
    bytes.extend_from_slice(&fill);
    bytes.truncate(size.max(8));
    bytes.into()
}

fn clock(kind: ClockKind, started: Timestamp, hours: i64) -> ItemClock {
    let deadline = started + SignedDuration::from_hours(hours);
    ItemClock {
        kind,
        started,
        span: Span::Working(hours * 3_600),
        calendar: Some("berlin".into()),
        time_zone: "Europe/Berlin".to_owned(),
        deadline,
        warn: Some(started + SignedDuration::from_mins(hours * 45)),
        paused: None,
        overdue: false,
        sum: vec![SumInterval {
            from: started,
            to: deadline,
        }],
        sum_omitted: 0,
        holidays: Vec::new(),
        policy: "r-1f3a".into(),
        due: None,
    }
}

pub fn item(id: &ItemId, now: Timestamp, text: &str) -> Item {
    Item {
        id: id.clone(),
        queue: "support".into(),
        title: format!("order {} does not arrive", id.number),
        priority: Priority::Normal,
        labels: ["orders".to_owned()].into(),
        fields: BTreeMap::from([("order".to_owned(), serde_json::json!(id.number))]),
        key: Some(format!("order-{}", id.number)),
        state: State::Offered,
        holder: Some("ana".into()),
        accountable: "ana".into(),
        offered_to: None,
        state_note: None,
        giver: None,
        meant: None,
        receipts: Vec::new(),
        declined: Default::default(),
        silent_updates: 0,
        waiting_for: None,
        requester: None,
        source: "inbox".into(),
        rule: RuleRef {
            name: "orders".into(),
            place: None,
        },
        policy: "r-1f3a".into(),
        created: now,
        updated: now,
        closed: None,
        clocks: vec![
            clock(ClockKind::Accept, now, 2),
            clock(ClockKind::Respond, now, 4),
            clock(ClockKind::Resolve, now, 24),
        ],
        escalations: Vec::new(),
        follow_up: None,
        summary: text.to_owned(),
        their_word: None,
        our_word: None,
        messages: 1,
        repeats: 0,
        notices: 1,
        told: [Reader::Person("ana".into())].into(),
        group: None,
        planned: None,
        muted: None,
        muted_by: Default::default(),
        watchers: Default::default(),
        guests: Default::default(),
        also_asked: Vec::new(),
        merged_into: None,
        acted: None,
        merged: Default::default(),
        undo: None,
        files: Vec::new(),
        words: Vec::new(),
        follows: None,
        links: Default::default(),
        also: Vec::new(),
        plan: Default::default(),
        handoffs: Vec::new(),
        silent: Default::default(),
        aside: None,
        chosen: None,
    }
}

fn incoming(number: u64, now: Timestamp, text: &str, raw: &RawRef) -> Incoming {
    Incoming {
        author: None,
        by_mail: true,
        source: "inbox".into(),
        at: now,
        from: None,
        message_id: Some(format!("m{number}@sender.example")),
        subject: format!("order {number}"),
        text: text.to_owned(),
        in_summary: false,
        attachments: Vec::new(),
        files: Vec::new(),
        raw: raw.clone(),
        automatic: false,
        oddities: Vec::new(),
        around: None,
    }
}

pub fn delivery(id: DeliveryId, item: &ItemId, now: Timestamp) -> Delivery {
    let address: Address = "ana@ops.example".parse().unwrap();
    let text = "Please accept: order does not arrive. You are on duty this week.\n".repeat(20);
    Delivery {
        id,
        reader: Reader::Person("ana".into()),
        notices: vec![(NoticeId { seq: id.seq, index: 0 }, Reason::Assigned, item.clone())],
        letter: Letter {
            to: address.clone(),
            to_name: Some("Ana Ruiz".to_owned()),
            from: "desk@ops.example".parse().unwrap(),
            from_name: Some("Ops desk".to_owned()),
            reply_to: None,
            null_return_path: false,
            return_path: None,
            subject: format!("[{item}] please accept"),
            message_id: format!("{item}.1@ops.example"),
            in_reply_to: None,
            references: Vec::new(),
            date: now,
            headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
            html: format!("<p>{text}</p>"),
            attached: None,
            text,
        },
        call: None,
        queued: now,
        attempts: 0,
        last_error: None,
        replayed: None,
        state: DeliveryState::Due(now),
    }
}

pub fn notice(id: NoticeId, item: &ItemId, now: Timestamp) -> Notice {
    Notice {
        id,
        reason: Reason::Reminder,
        to: Reader::Person("ana".into()),
        item: item.clone(),
        number: 2,
        first: false,
        queue: "support".into(),
        title: "order does not arrive".to_owned(),
        priority: Priority::Normal,
        at: now,
        opened: now,
        ask: "please answer".to_owned(),
        by: None,
        why_you: "You hold it.".to_owned(),
        facts: Vec::new(),
        text: String::new(),
        answers: vec!["accept".to_owned()],
        urgent: false,
        in_reply_to: None,
        subject: None,
        handed: Vec::new(),
        sections: Vec::new(),
        voices: Vec::new(),
        attached: None,
    }
}

pub fn record(seq: u64, now: Timestamp, steps: Vec<Step>) -> Record {
    Record {
        seq,
        at: now,
        policy: "r-1f3a".into(),
        cause: Cause::Message,
        steps,
        correlations: Vec::new(),
        seen: Vec::new(),
        raw: None,
        let_go: None,
    }
}

/// A mail that a rule let go.
pub fn dropped(seq: u64, now: Timestamp, raw: &Bytes) -> Record {
    let raw = raw_ref(raw);
    Record {
        let_go: Some(Box::new(incoming(seq, now, "", &raw))),
        raw: Some(raw),
        ..record(seq, now, vec![Step::Dropped("reports".to_owned(), "as expected".to_owned())])
    }
}

/// A new mail: one item, one notice on its way out, two repeat keys, two correlations, the raw bytes.
pub fn new_mail(seq: u64, number: u64, raw: &Bytes) -> Record {
    let now = at(i64::try_from(seq).unwrap());
    let (id, raw) = (ItemId::new("RIG", number), raw_ref(raw));
    let text = "It was paid on Monday and has not arrived. Where is it, please?\n".repeat(12);
    let opened = ItemEvent::Opened {
        item: Box::new(item(&id, now, &text)),
        message: Box::new(incoming(number, now, &text, &raw)),
    };
    let told = ItemEvent::Told {
        notice: NoticeId { seq, index: 0 },
        to: Reader::Person("ana".into()),
        reason: Reason::Assigned,
    };
    let delivery_id = DeliveryId { seq, index: 0 };
    let queued = DeliveryEvent::Queued {
        delivery: Arc::new(delivery(delivery_id, &id, now)),
    };
    let seen = Seen {
        items: vec![id.clone()],
        ..Seen::new(now)
    };
    let mut record = record(
        seq,
        now,
        vec![
            Step::Item(id.clone(), vec![opened, told]),
            Step::Delivery(delivery_id, vec![queued]),
        ],
    );
    record.correlations = vec![
        (Correlation::Thread(format!("m{number}@sender.example")), id.clone()),
        (Correlation::Key(format!("order-{number}")), id),
    ];
    record.seen = vec![
        (
            SeenKey::of_id(&"inbox".into(), &format!("m{number}@sender.example:{}", &raw.sha256[..16])),
            seen.clone(),
        ),
        (SeenKey::of_bytes(None, &raw), seen),
    ];
    record.raw = Some(raw);
    record
}

/// A small stand-in for `engine::project`, over the events that `Walk` makes. What it is given twice counts twice, so that a record applied twice shows.
pub fn project(record: &Record, past: &dyn Past) -> Read<Vec<Change>> {
    let mut changes = Vec::new();
    for step in &record.steps {
        match step {
            Step::Item(id, events) => {
                let mut item = past.item(id)?;
                for event in events {
                    item = item_after(item, event, record.at);
                }
                changes.extend(item.map(|item| Change::Item(Arc::new(item))));
            }
            Step::Person(key, events) => {
                let mut person = past.person(key)?.unwrap_or_else(|| PersonState::new(key.clone()));
                for event in events {
                    changes.extend(person_after(&mut person, event));
                }
                changes.push(Change::Person(Box::new(person)));
            }
            Step::Delivery(id, events) => {
                let mut delivery = past.delivery(id)?;
                for event in events {
                    delivery = delivery_after(delivery, event, record.at);
                }
                changes.extend(delivery.map(|delivery| Change::Delivery(Arc::new(delivery))));
            }
            // `Walk` makes none.
            Step::Correspondent(..) | Step::Round(..) | Step::Dropped(..) | Step::Expectation(..) | Step::Mute(..) | Step::Shift(..) => {}
        }
    }
    changes.extend(
        record
            .correlations
            .iter()
            .map(|(key, id)| Change::Correlate(key.clone(), id.clone())),
    );
    changes.extend(record.seen.iter().map(|(key, seen)| Change::Seen(key.clone(), seen.clone())));
    Ok(changes)
}

fn item_after(item: Option<Item>, event: &ItemEvent, now: Timestamp) -> Option<Item> {
    if let ItemEvent::Opened { item, .. } = event {
        return Some((**item).clone());
    }
    let mut item = item?;
    item.updated = now;
    match event {
        ItemEvent::Joined { .. } => item.messages += 1,
        ItemEvent::Repeated { .. } => item.repeats += 1,
        ItemEvent::ClockSet(clock) => {
            item.clocks.retain(|old| old.kind != clock.kind);
            item.clocks.push((**clock).clone());
        }
        ItemEvent::Done { .. } => {
            item.state = State::Done;
            item.closed = Some(now);
        }
        ItemEvent::Reopened { .. } => {
            item.state = State::Accepted;
            item.closed = None;
        }
        _ => {}
    }
    Some(item)
}

fn person_after(person: &mut PersonState, event: &PersonEvent) -> Vec<Change> {
    match event {
        PersonEvent::Held { notice, release, .. } => {
            person.held += 1;
            person.oldest_held = person.oldest_held.or(Some(notice.at));
            person.release = Some(*release);
            vec![Change::Held(person.key.clone(), Arc::new((**notice).clone()))]
        }
        PersonEvent::Counted { .. } | PersonEvent::Mailed { .. } | PersonEvent::Postponed { .. } => Vec::new(),
        PersonEvent::Withdrawn { notice, .. } => {
            person.held -= 1;
            vec![Change::Unheld(person.key.clone(), *notice)]
        }
        PersonEvent::Chosen { team, turn } => {
            person.turns.insert(team.clone(), *turn);
            Vec::new()
        }
        PersonEvent::Away { .. }
        | PersonEvent::Confirm { .. }
        | PersonEvent::Digest { .. }
        | PersonEvent::Coverage { .. }
        | PersonEvent::Listed { .. }
        | PersonEvent::Told { .. }
        | PersonEvent::Reminded { .. } => {
            batond::engine::apply_person(person, event);
            Vec::new()
        }
        PersonEvent::Released { notices, bundle, .. } => {
            (person.held, person.oldest_held, person.release, person.bundles) = (0, None, None, *bundle);
            notices.iter().map(|id| Change::Unheld(person.key.clone(), *id)).collect()
        }
    }
}

fn delivery_after(delivery: Option<Delivery>, event: &DeliveryEvent, now: Timestamp) -> Option<Delivery> {
    if let DeliveryEvent::Queued { delivery } = event {
        return Some((**delivery).clone());
    }
    let mut delivery = delivery?;
    let tried = matches!(
        event,
        DeliveryEvent::Sent | DeliveryEvent::Deferred { .. } | DeliveryEvent::Died { .. }
    ) && !matches!(delivery.state, DeliveryState::Parked(_));
    delivery.attempts += u32::from(tried);
    match event {
        DeliveryEvent::Queued { .. } => {}
        DeliveryEvent::Sent => delivery.state = DeliveryState::Sent(now),
        DeliveryEvent::Deferred { error, next } => {
            delivery.last_error = Some(error.clone());
            delivery.state = DeliveryState::Due(*next);
        }
        DeliveryEvent::Unparked => delivery.state = DeliveryState::Due(now),
        DeliveryEvent::Replayed { .. } => (delivery.replayed, delivery.state) = (Some(now), DeliveryState::Due(now)),
        DeliveryEvent::Dropped { .. } => delivery.state = DeliveryState::Dead(now),
        DeliveryEvent::Died { error } | DeliveryEvent::Returned { error, .. } => {
            delivery.last_error = Some(error.clone());
            delivery.state = DeliveryState::Dead(now);
        }
    }
    Some(delivery)
}

/// A random walk through a day's work: records that each make sense after the ones before.
pub struct Walk {
    pub dice: Dice,
    pub seq: u64,
    pub items: Vec<ItemId>,
    pub deliveries: Vec<DeliveryId>,
    pub held: Vec<NoticeId>,
    numbers: BTreeMap<&'static str, u64>,
}

impl Walk {
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            seq: 0,
            items: Vec::new(),
            deliveries: Vec::new(),
            held: Vec::new(),
            numbers: BTreeMap::new(),
        }
    }

    fn pick<T: Clone>(dice: &mut Dice, from: &[T]) -> Option<T> {
        let index = usize::try_from(dice.below(from.len() as u64)).ok()?;
        from.get(index).cloned()
    }

    /// The next record, and the raw bytes it accepts.
    pub fn step(&mut self) -> (Record, Option<Bytes>) {
        self.seq += 1;
        let (seq, now) = (self.seq, at(i64::try_from(self.seq).unwrap() * 60));
        let item = Self::pick(&mut self.dice, &self.items);
        let delivery = Self::pick(&mut self.dice, &self.deliveries);
        let ana = PersonKey::from("ana");
        match (self.dice.below(14), item, delivery) {
            (4, Some(id), _) => {
                let hours = i64::try_from(self.dice.below(50)).unwrap();
                let event = ItemEvent::ClockSet(Box::new(clock(ClockKind::Accept, now, hours + 1)));
                (record(seq, now, vec![Step::Item(id, vec![event])]), None)
            }
            (5, Some(id), _) => {
                let event = ItemEvent::Done { note: None, rule: None };
                (record(seq, now, vec![Step::Item(id, vec![event])]), None)
            }
            (6, Some(id), _) => {
                let event = ItemEvent::Reopened {
                    why: "They wrote again.".to_owned(),
                };
                (record(seq, now, vec![Step::Item(id, vec![event])]), None)
            }
            (7, Some(id), _) => {
                let notice_id = NoticeId { seq, index: 0 };
                self.held.push(notice_id);
                let event = PersonEvent::Held {
                    notice: Box::new(notice(notice_id, &id, now)),
                    release: now + SignedDuration::from_hours(9),
                    cause: HeldFor::WorkingHours,
                };
                let told = ItemEvent::Noted {
                    by: None,
                    text: "Ana is told in the morning.".to_owned(),
                };
                (
                    record(seq, now, vec![Step::Item(id, vec![told]), Step::Person(ana, vec![event])]),
                    None,
                )
            }
            (8, ..) => {
                let event = PersonEvent::Released {
                    left: 0,
                    more: 0,
                    release: None,
                    notices: std::mem::take(&mut self.held),
                    bundle: u32::try_from(seq).unwrap(),
                };
                (record(seq, now, vec![Step::Person(ana, vec![event])]), None)
            }
            (9, _, Some(id)) => {
                self.deliveries.retain(|one| *one != id);
                (record(seq, now, vec![Step::Delivery(id, vec![DeliveryEvent::Sent])]), None)
            }
            (10, _, Some(id)) => {
                let event = DeliveryEvent::Deferred {
                    error: "451 later".to_owned(),
                    next: now + SignedDuration::from_mins(5),
                };
                (record(seq, now, vec![Step::Delivery(id, vec![event])]), None)
            }
            (12, Some(id), _) => {
                let event = ItemEvent::ByRule {
                    rule: "page somebody".into(),
                    deed: Deed::CallQueued {
                        url: "https://pager.example/".to_owned(),
                        event: "item.opened".to_owned(),
                        body: None,
                    },
                };
                (record(seq, now, vec![Step::Item(id, vec![event])]), None)
            }
            (13, ..) => self.let_go(now),
            (11, Some(item_id), Some(id)) => self.died_or_joined(item_id, id, now),
            _ => self.mail(),
        }
    }

    fn died_or_joined(&mut self, item_id: ItemId, id: DeliveryId, now: Timestamp) -> (Record, Option<Bytes>) {
        if self.dice.below(2) == 0 {
            self.deliveries.retain(|one| *one != id);
            let event = DeliveryEvent::Died {
                error: "550 unknown".to_owned(),
            };
            return (record(self.seq, now, vec![Step::Delivery(id, vec![event])]), None);
        }
        // The same bytes again and again: they are kept once.
        let raw = message(1, 700);
        let event = ItemEvent::Joined {
            message: Box::new(incoming(1, now, "Still nothing.", &raw_ref(&raw))),
            by_requester: true,
        };
        let mut record = record(self.seq, now, vec![Step::Item(item_id, vec![event])]);
        record.raw = Some(raw_ref(&raw));
        (record, Some(raw))
    }

    fn let_go(&mut self, now: Timestamp) -> (Record, Option<Bytes>) {
        let raw = message(self.seq, [60, 700, 9_000][usize::try_from(self.dice.below(3)).unwrap()]);
        let record = dropped(self.seq, now, &raw);
        (record, Some(raw))
    }

    fn mail(&mut self) -> (Record, Option<Bytes>) {
        let prefix = ["SUP", "INC", "SU"][usize::try_from(self.dice.below(3)).unwrap()];
        let number = self.numbers.entry(prefix).or_default();
        *number += 1;
        let size = [60, 700, 2_000, 9_000][usize::try_from(self.dice.below(4)).unwrap()];
        let raw = message(self.seq, size);
        let mut mail = new_mail(self.seq, self.seq, &raw);
        let id = ItemId::new(prefix, *number);
        for step in &mut mail.steps {
            if let Step::Item(step_id, events) = step {
                *step_id = id.clone();
                if let Some(ItemEvent::Opened { item, .. }) = events.first_mut() {
                    item.id = id.clone();
                }
            }
        }
        // Keys are used again: the newest item has them.
        mail.correlations = vec![
            (Correlation::Key(format!("k{}", self.dice.below(9))), id.clone()),
            (
                Correlation::Thread("t".repeat(usize::try_from(self.seq % 200).unwrap())),
                id.clone(),
            ),
        ];
        self.items.push(id);
        self.deliveries.push(DeliveryId { seq: self.seq, index: 0 });
        (mail, Some(raw))
    }
}
