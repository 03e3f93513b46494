//! A year of the follow-the-sun example on virtual time: every change of the clocks in three zones, every holiday, absences, swaps, people who answer in
//! their own hours. Looked at record by record: who answers for what, who is disturbed when, what becomes of each handoff.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use batond::driver::{Arrival, ArrivalKind, Reading};
use batond::engine::{DeliveryEvent, ItemEvent, Record, ShiftEvent, Step as RecordStep};
use batond::model::{Delivery, Envelope, Item, ItemId, PersonKey, Priority, Reader, Reason, State};
use batond::policy::Policy;
use batond::simulate::{Step, Table, What, World};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::seeds::Dice;

/// The year.
const FROM: &str = "2026-03-01T00:00:00Z";
const TO: &str = "2027-03-01T00:00:00Z";
/// A mail comes every so many hours, a little more or less.
const EVERY_HOURS: u64 = 16;
/// So long before the end nothing new comes, so that all can be finished.
const REST: SignedDuration = SignedDuration::from_hours(24 * 14);

fn policy() -> Arc<Policy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/follow-the-sun");
    let loaded = batond::config::load_without_secrets(&folder);
    Arc::new(loaded.config.expect("the example is in order").policy)
}

/// What is seen of the year.
#[derive(Debug, Default)]
struct Seen {
    mails: u64,
    notices: BTreeMap<Reason, u64>,
    outside: u64,
    shifts: u64,
    parked_on_weekdays: Vec<String>,
    disturbed: Vec<String>,
    unanswered: Vec<String>,
}

/// What people mean to write, soonest first.
type Intents = BTreeMap<(Timestamp, u64), (PersonKey, Option<ItemId>, String)>;

struct Year {
    policy: Arc<Policy>,
    world: World,
    table: Table,
    dice: Dice,
    intents: Intents,
    next: u64,
    seen: Seen,
}

impl Year {
    fn new() -> Self {
        let policy = policy();
        let world = World::without_past(Arc::clone(&policy), FROM.parse().unwrap());
        Self {
            policy,
            world,
            table: Table::new(TimeZone::UTC),
            dice: Dice::of(2026),
            intents: Intents::new(),
            next: 0,
            seen: Seen::default(),
        }
    }

    /// Somebody writes after so many minutes of their own working time, the first at their next working hour.
    fn means(&mut self, who: &PersonKey, item: Option<&ItemId>, text: &str, at: Timestamp, minutes: u64) {
        let calendar = self.policy.calendar_of(who).expect("a calendar");
        let begins = if calendar.is_open(at) {
            at
        } else {
            calendar.next_open(at).expect("hours ahead")
        };
        let span = batond::model::Span::Working(i64::try_from(minutes * 60).unwrap().max(60));
        let when = calendar.add(begins, span).expect("hours ahead").deadline;
        self.next += 1;
        self.intents
            .insert((when, self.next), (who.clone(), item.cloned(), text.to_owned()));
    }

    fn play(&mut self) {
        let end: Timestamp = TO.parse().unwrap();
        let quiet = end - REST;
        let mut mail: Timestamp = FROM.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(7);
        let mut month = mail + SignedDuration::from_hours(24 * 9);
        self.advance(FROM.parse().unwrap());
        loop {
            let due = self.world.next_due().expect("a store");
            let intent = self.intents.keys().next().map(|(at, _)| *at);
            let message = Some(mail).filter(|at| *at < quiet);
            let monthly = Some(month).filter(|at| *at < quiet);
            let Some(at) = [due, intent, message, monthly].into_iter().flatten().min().filter(|at| *at < end) else {
                break;
            };
            self.advance(at);
            if message == Some(at) {
                self.mail(at);
                mail = at + SignedDuration::from_mins(i64::try_from(self.dice.roll(EVERY_HOURS * 120) + 5).unwrap());
            } else if monthly == Some(at) {
                self.monthly(at);
                month = at + SignedDuration::from_hours(24 * 15);
            } else if intent == Some(at) {
                let ((_, _), (who, item, text)) = self.intents.pop_first().expect("an intent");
                self.write(&who, item.as_ref(), &text, at);
            }
        }
        self.advance(end);
    }

    fn advance(&mut self, to: Timestamp) {
        self.world.advance(to, &mut self.table).expect("time passes");
        self.note();
    }

    fn step(&mut self, at: Timestamp, what: What) {
        // Whoever has had no mail yet has nothing to answer.
        let _ = self.world.play(&Step { line: 0, at, what }, &mut self.table);
        self.note();
    }

    fn write(&mut self, who: &PersonKey, item: Option<&ItemId>, text: &str, at: Timestamp) {
        if let Some(item) = item.and_then(|id| self.world.store().item(id).unwrap()) {
            let holds = item.holder.as_ref() == Some(who) && item.state != State::Offered;
            let fits = match text {
                "accept" => item.state == State::Offered,
                _ => holds && item.state.is_open(),
            };
            if !fits {
                return;
            }
        }
        let what = What::Reply {
            who: who.to_string(),
            item: item.map(ToString::to_string),
            text: text.to_owned(),
        };
        self.step(at, what);
    }

    fn mail(&mut self, at: Timestamp) {
        let urgent = self.dice.roll(9) == 0;
        let number = self.dice.roll(100_000);
        let to = self
            .dice
            .pick(&["support@ops.example", "support@ops.example", "releases@ops.example"])
            .to_owned();
        let subject = if urgent {
            format!("Refund for order #{number}")
        } else {
            format!("Question {number}")
        };
        self.next += 1;
        let raw = format!(
            "From: <kim{number}@customer.example>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <y{}@customer.example>\r\n\r\nHow does it go on?\r\n",
            self.next
        );
        let arrival = Arrival {
            source: "mail".into(),
            received: at,
            raw: raw.into_bytes().into(),
            kind: ArrivalKind::Mail(Envelope {
                from: Some(format!("kim{number}@customer.example")),
                to: vec![to],
                ..Envelope::default()
            }),
        };
        let reading = Reading::here(arrival, &self.policy);
        self.world.receive(&reading, &mut self.table).expect("it is taken");
        self.note();
    }

    /// Twice a month somebody goes away for some days, or asks for a swap.
    fn monthly(&mut self, at: Timestamp) {
        let who = PersonKey::from(self.dice.pick(&["ana", "ben", "fay", "dan", "eve", "cat"]));
        let text = self
            .dice
            .pick(&[
                "away 3d until 9d",
                "away 2d until 4d",
                "swap 5d until 6d with ana",
                "swap 4d until 8d with dan",
                "swap 3d until 5d with eve",
                "swap 6d until 9d with cat",
            ])
            .to_owned();
        self.means(&who, None, &text, at, 30);
    }

    fn note(&mut self) {
        for record in self.world.take_records() {
            for step in &record.steps {
                match step {
                    RecordStep::Item(id, events) => self.item(id, events, &record),
                    RecordStep::Delivery(_, events) => self.delivery(events, &record),
                    RecordStep::Shift(_, events) => {
                        let lists = events
                            .iter()
                            .filter(|event| matches!(event, ShiftEvent::Listed { list } if !list.notes));
                        self.seen.shifts += u64::try_from(lists.count()).unwrap();
                    }
                    _ => {}
                }
            }
        }
    }

    fn item(&mut self, id: &ItemId, events: &[ItemEvent], record: &Record) {
        let item = self.world.store().item(id).unwrap().expect("it is there");
        let calendar = &self.policy.calendars[&self.policy.queue(&item.queue).calendar];
        let who = &item.accountable;
        assert!(
            self.policy.people.contains_key(who),
            "{id}: nobody configured answers for it at {}",
            record.at
        );
        if item.state.is_open() {
            assert!(item.next_due().is_some(), "{id} is open at {} and nothing is armed", record.at);
        }
        let parked = events.iter().any(|event| matches!(event, ItemEvent::Parked { .. }));
        if parked && calendar.is_open(record.at) {
            self.seen.parked_on_weekdays.push(format!("{id} at {}", record.at));
        }
        for event in events {
            if let ItemEvent::Accepted { by, .. } = event {
                let minutes = 20 + self.dice.roll(900);
                self.means(&by.clone(), Some(id), "done", record.at, minutes);
            }
        }
    }

    fn delivery(&mut self, events: &[DeliveryEvent], record: &Record) {
        for event in events {
            let DeliveryEvent::Queued { delivery } = event else { continue };
            self.seen.mails += 1;
            for (_, reason, _) in &delivery.notices {
                *self.seen.notices.entry(*reason).or_default() += 1;
            }
            let Reader::Person(person) = &delivery.reader else { continue };
            let open = self.policy.calendar_of(person).expect("a calendar").is_open(record.at);
            if !open {
                self.seen.outside += 1;
                if !self.may_disturb(delivery, record.at) {
                    let reasons: Vec<String> = delivery.notices.iter().map(|(_, reason, id)| format!("{reason} on {id}")).collect();
                    self.seen
                        .disturbed
                        .push(format!("{person} at {}: {}", record.at, reasons.join(", ")));
                }
            }
            self.reads(person, delivery, record.at);
        }
    }

    /// What may come at night: answers to their own mail, the digest at the time its reader has chosen, urgent items, and duty that begins before they would read of it.
    fn may_disturb(&self, delivery: &Delivery, at: Timestamp) -> bool {
        delivery.notices.iter().any(|(_, reason, id)| match reason {
            Reason::Receipt => true,
            // Dan wants his at half past eight.
            Reason::Digest => delivery.reader == Reader::Person("dan".into()),
            Reason::SwapAsked | Reason::SwapAnswered | Reason::DutyChanged => self.begins_before(delivery, id, at),
            _ => self.is_urgent(id),
        })
    }

    /// Whether the duty a notice is about begins, or must be answered for, before its reader works again.
    fn begins_before(&self, delivery: &Delivery, id: &ItemId, at: Timestamp) -> bool {
        let Reader::Person(person) = &delivery.reader else { return false };
        let opens = self
            .policy
            .calendar_of(person)
            .and_then(|calendar| calendar.next_open(at))
            .expect("hours ahead");
        let shifts = self.world.store().shifts().unwrap();
        match shifts.iter().find_map(|shift| shift.swap(id)) {
            Some(swap) => swap.answer_by <= opens || swap.moves().any(|(_, _, stint)| stint.from <= opens),
            // Who has it is in the plan by now.
            None => shifts.iter().filter_map(|shift| shift.plan.as_ref()).any(|plan| {
                let turns = plan.turns.iter().filter(|turn| turn.at <= opens);
                plan.at(at) == Some(person) || turns.clone().any(|turn| turn.at >= at && turn.person.as_ref() == Some(person))
            }),
        }
    }

    /// Of a list any of its items.
    fn is_urgent(&self, id: &ItemId) -> bool {
        let urgent = |item: Item| item.priority == Priority::Urgent;
        if let Some(item) = self.world.store().item(id).unwrap() {
            return urgent(item);
        }
        let shifts = self.world.store().shifts().unwrap();
        let list = shifts.iter().find_map(|shift| shift.list(id));
        list.is_some_and(|list| list.items.iter().any(|id| self.world.store().item(id).unwrap().is_some_and(urgent)))
    }

    /// Most answer within an hour or two of their own time; some let it lie.
    fn reads(&mut self, person: &PersonKey, delivery: &Delivery, at: Timestamp) {
        for (_, reason, id) in &delivery.notices {
            let answers = match reason {
                Reason::Assigned | Reason::Handoff | Reason::Escalation | Reason::Reminder | Reason::Returned | Reason::Parked => "accept",
                Reason::SwapAsked => "accept",
                Reason::UpdateWanted => "update: it goes on",
                _ => continue,
            };
            if self.dice.roll(12) == 0 {
                continue;
            }
            let minutes = 2 + self.dice.roll(80);
            self.means(person, Some(id), answers, at, minutes);
        }
    }

    /// What is left at the end.
    fn handoffs(&mut self) -> (usize, usize) {
        let (mut answered, mut open) = (0, 0);
        let end: Timestamp = TO.parse().unwrap();
        for item in self.world.store().items(true).unwrap() {
            let last = item.handoffs.len().saturating_sub(1);
            for (place, handoff) in item.handoffs.iter().enumerate() {
                match &handoff.answer {
                    Some(_) => answered += 1,
                    // One that waits now is no more than a day of the receiver's old.
                    None if place == last
                        && item.state == State::Offered
                        && end.duration_since(handoff.at) < SignedDuration::from_hours(24 * 5) =>
                    {
                        open += 1
                    }
                    None => self
                        .seen
                        .unanswered
                        .push(format!("{}: {} to {} at {}", item.id, handoff.giver, handoff.to, handoff.at)),
                }
            }
        }
        (answered, open)
    }
}

#[test]
fn a_year_of_follow_the_sun() {
    let mut year = Year::new();
    year.play();
    let (answered, open) = year.handoffs();
    let items = year.world.store().items(true).unwrap();
    let left = items.iter().filter(|item| item.state.is_open()).count();
    let swaps: Vec<String> = year
        .world
        .store()
        .shifts()
        .unwrap()
        .iter()
        .flat_map(|shift| shift.swaps.clone())
        .map(|swap| swap.state.as_str().to_owned())
        .collect();
    println!(
        "a year: {} items, {left} open at the end; {} mails, {} of them outside their readers' hours; {} shifts handed over; {answered} handoffs answered or returned, {open} waiting; swaps: {}",
        items.len(),
        year.seen.mails,
        year.seen.outside,
        year.seen.shifts,
        swaps.join(" "),
    );
    if std::env::var_os("BATOND_SHOW").is_some() {
        println!("{}", year.table.print());
    }
    for (reason, count) in &year.seen.notices {
        println!("  {count:>5} {reason}");
    }
    assert!(
        year.seen.parked_on_weekdays.is_empty(),
        "nobody was on duty: {:#?}",
        year.seen.parked_on_weekdays
    );
    assert!(year.seen.disturbed.is_empty(), "disturbed for nothing: {:#?}", year.seen.disturbed);
    assert!(
        year.seen.unanswered.is_empty(),
        "handoffs without an end: {:#?}",
        year.seen.unanswered
    );
    assert!(items.len() > 300 && answered > 100 && year.seen.shifts > 50, "the year was empty");
    assert!(swaps.iter().any(|state| state == "accepted"), "nobody swapped");
}
