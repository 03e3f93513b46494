//! What somebody's day holds: to accept, overdue, due today, handed over, waiting for others. May import model, policy. Each item stands in one place.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::facts::{deadline, fact_at};
use super::list::name;
use super::{Context, Past, Read};
use crate::model::{Answer, ClockKind, Entry, Fact, Item, ItemClock, ItemId, Notice, Party, PersonKey, Section, State};

/// The most items one section names; of further ones it says how many there are.
const MAX_NAMED: usize = 12;
/// The same in a whole list.
const MAX_NAMED_IN_ALL: usize = 60;
/// So long back something was handed over is told, where there was no digest before.
const HANDED_SINCE: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// The parts of a day, in the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    ToAccept,
    Overdue,
    Today,
    ToMe,
    ByMe,
    Others,
    /// In a whole list: with them, and it can wait.
    Mine,
}

const PARTS: [(Part, &str, &str); 7] = [
    (Part::ToAccept, "To accept", "to accept"),
    (Part::Overdue, "Overdue", "overdue"),
    (Part::Today, "Due today", "due today"),
    (Part::ToMe, "Handed to you", "handed to you"),
    (Part::ByMe, "Handed over by you", "handed over by you"),
    (Part::Mine, "With you, not due today", "not due today"),
    (Part::Others, "Waiting for others", "waiting for others"),
];

/// A person's day.
#[derive(Debug, Default)]
pub(super) struct Day {
    /// The parts with something in them.
    pub(super) sections: Vec<Section>,
    /// The items they name, in the order of their numbers.
    pub(super) items: Vec<ItemId>,
    /// It in one line, such as `2 to accept, 1 overdue`.
    pub(super) line: String,
    /// How many more they have of which nothing is due today.
    pub(super) rest: usize,
}

/// Whose day it is, and when.
struct Reading<'a> {
    person: &'a PersonKey,
    since: Timestamp,
    end_of_day: Timestamp,
    /// Whether what can wait is named too.
    whole: bool,
    cx: &'a Context<'a>,
}

impl Day {
    /// The day of a person who was last told at `since`, out of the items that may concern them, below what stands first: its items have the first numbers.
    pub(super) fn below(
        first: Self,
        person: &PersonKey,
        ids: &[ItemId],
        since: Option<Timestamp>,
        past: &dyn Past,
        cx: &Context<'_>,
    ) -> Read<Self> {
        Self::read(first, person, ids, since, false, past, cx)
    }

    /// All that is with a person, what can wait among it.
    pub(super) fn whole(person: &PersonKey, ids: &[ItemId], past: &dyn Past, cx: &Context<'_>) -> Read<Self> {
        Self::read(Self::default(), person, ids, None, true, past, cx)
    }

    fn read(
        first: Self,
        person: &PersonKey,
        ids: &[ItemId],
        since: Option<Timestamp>,
        whole: bool,
        past: &dyn Past,
        cx: &Context<'_>,
    ) -> Read<Self> {
        let zone = cx
            .policy
            .calendar_of(person)
            .map_or(TimeZone::UTC, |calendar| calendar.zone.clone());
        let midnight = cx.now.to_zoned(zone).tomorrow().and_then(|day| day.start_of_day());
        let reading = Reading {
            person,
            since: since.unwrap_or_else(|| cx.now.saturating_sub(HANDED_SINCE).unwrap_or(cx.now)),
            end_of_day: midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp()),
            whole,
            cx,
        };
        let mut found: Vec<(Part, Item)> = Vec::new();
        let mut day = first;
        for id in ids {
            let Some(item) = past.item(id)?.filter(|item| item.state.is_open()) else {
                continue;
            };
            match reading.part(&item) {
                Some(part) => found.push((part, item)),
                None if has(&item, person) => day.rest += 1,
                None => {}
            }
        }
        // The most pressing first.
        found.sort_by_key(|(_, item)| (std::cmp::Reverse(item.priority), item.nearest(), item.id.clone()));
        let mut line = Vec::new();
        line.extend(Some(std::mem::take(&mut day.line)).filter(|line| !line.is_empty()));
        for (part, title, words) in PARTS {
            let items: Vec<&Item> = found.iter().filter(|(of, _)| *of == part).map(|(_, item)| item).collect();
            if items.is_empty() {
                continue;
            }
            line.push(format!("{} {words}", items.len()));
            let most = if whole { MAX_NAMED_IN_ALL } else { MAX_NAMED };
            let entries = items.iter().take(most).map(|item| {
                day.items.push(item.id.clone());
                reading.entry(part, item, day.items.len())
            });
            day.sections.push(Section {
                title: title.to_owned(),
                entries: entries.collect(),
                more: u32::try_from(items.len().saturating_sub(most)).unwrap_or(u32::MAX),
                told_below: false,
                remarks: Vec::new(),
            });
        }
        day.line = line.join(", ");
        Ok(day)
    }

    /// What waited gets numbers too, so that it can be answered like the rest.
    pub(super) fn with_waiting(&mut self, held: &[Notice], past: &dyn Past) -> Read<()> {
        let mut entries = Vec::new();
        for notice in held {
            // A list or a swap of duty is no item.
            if self.items.contains(&notice.item) || past.item(&notice.item)?.is_none() {
                continue;
            }
            self.items.push(notice.item.clone());
            entries.push(Entry {
                number: u32::try_from(self.items.len()).unwrap_or(u32::MAX),
                item: notice.item.clone(),
                title: notice.title.clone(),
                queue: notice.queue.clone(),
                state: notice.reason.to_string(),
                deadline: None,
                answers: Vec::new(),
            });
        }
        self.sections.push(Section {
            title: "What waited".to_owned(),
            entries,
            more: 0,
            told_below: true,
            remarks: Vec::new(),
        });
        Ok(())
    }
}

/// Whether somebody has an item.
fn has(item: &Item, person: &PersonKey) -> bool {
    let held = matches!(item.state, State::Accepted | State::Waiting | State::Snoozed | State::Blocked);
    held && item.holder.as_ref() == Some(person)
}

impl Reading<'_> {
    /// Where an item stands in this day; `None` if it can wait for another.
    fn part(&self, item: &Item) -> Option<Part> {
        if self.is_asked(item) {
            return Some(Part::ToAccept);
        }
        if has(item, self.person) {
            let runs = |clock: &&ItemClock| clock.paused.is_none() && is_theirs(clock.kind);
            let nearest = item.clocks.iter().filter(runs).map(|clock| clock.deadline).min();
            return match nearest {
                Some(at) if at <= self.cx.now => Some(Part::Overdue),
                Some(at) if at < self.end_of_day => Some(Part::Today),
                _ if self.handed_since(item, |by, _| by == Some(self.person)) => Some(Part::ToMe),
                _ if matches!(item.state, State::Waiting | State::Blocked) => Some(Part::Others),
                _ if self.whole => Some(Part::Mine),
                _ => None,
            };
        }
        if item.state == State::Offered && item.giver.as_ref() == Some(self.person) {
            return Some(Part::Others);
        }
        self.handed_since(item, |by, giver| giver == self.person && by != Some(self.person))
            .then_some(Part::ByMe)
    }

    fn is_asked(&self, item: &Item) -> bool {
        if item.giver.as_ref() == Some(self.person) || item.declined.contains(self.person) {
            return false;
        }
        match (&item.state, &item.offered_to) {
            (State::Offered, Some(Party::Person(asked))) => asked == self.person,
            (State::Offered, Some(Party::Team(team))) => {
                let members = self.cx.policy.teams.get(team);
                members.is_some_and(|members| members.contains(self.person))
            }
            (State::Parked, _) => item.accountable == *self.person,
            _ => false,
        }
    }

    /// Whether its last handoff was taken since the digest before, by and from whom it says.
    fn handed_since(&self, item: &Item, says: impl Fn(Option<&PersonKey>, &PersonKey) -> bool) -> bool {
        let last = item.handoffs.last();
        last.is_some_and(|handoff| {
            let answer = handoff
                .answer
                .as_ref()
                .filter(|answer| answer.how == Answer::Accepted && answer.at > self.since);
            answer.is_some_and(|answer| says(answer.by.as_ref(), &handoff.giver))
        })
    }

    fn deadline(&self, clock: &ItemClock) -> Fact {
        let was = match clock.kind {
            ClockKind::Accept => "was to be accepted by",
            ClockKind::Respond => "was to be answered by",
            ClockKind::Update => "a word was due by",
            ClockKind::Snooze => "slept until",
            _ => "was to be finished by",
        };
        if clock.deadline > self.cx.now {
            deadline(clock)
        } else {
            fact_at(was, "", clock.deadline)
        }
    }

    fn entry(&self, part: Part, item: &Item, number: usize) -> Entry {
        let giver = item.handoffs.last().map(|handoff| name(&handoff.giver, self.cx));
        let from = |giver: Option<String>| giver.map_or_else(String::new, |giver| format!(" by {giver}"));
        let has_it = || {
            item.holder
                .as_ref()
                .map_or_else(|| "nobody has it".to_owned(), |key| format!("{} has it", name(key, self.cx)))
        };
        let state = match part {
            Part::ToAccept if item.state == State::Parked => "nobody could be found".to_owned(),
            Part::ToAccept if item.giver.is_some() => format!("handed to you{}", from(giver)),
            Part::ToAccept => match &item.offered_to {
                Some(Party::Team(team)) => format!("offered to {team}"),
                _ => "offered to you".to_owned(),
            },
            Part::ToMe => format!("handed to you{}", from(giver)),
            Part::ByMe => has_it(),
            Part::Others if item.state == State::Offered => {
                let asked = match &item.offered_to {
                    Some(Party::Person(asked)) => name(asked, self.cx),
                    Some(party) => party.to_string(),
                    None => "nobody".to_owned(),
                };
                format!("offered to {asked}; yours until it is accepted")
            }
            _ => match (item.state, &item.waiting_for, &item.state_note) {
                (State::Waiting, Some(whom), _) => format!("waits for {whom}"),
                (State::Waiting, None, _) => "waits for the requester".to_owned(),
                (State::Blocked, _, Some(why)) => format!("blocked: {why}"),
                (State::Accepted, ..) => String::new(),
                (state, ..) => state.to_string(),
            },
        };
        Entry {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            item: item.id.clone(),
            title: item.title.clone(),
            queue: item.queue.clone(),
            state,
            deadline: shown(part, item).map(|clock| self.deadline(clock)),
            answers: answers(part),
        }
    }
}

/// The clocks that ask something of whoever has an item.
fn is_theirs(kind: ClockKind) -> bool {
    matches!(
        kind,
        ClockKind::Respond | ClockKind::Resolve | ClockKind::Update | ClockKind::Snooze
    )
}

/// The deadline that matters in a part.
fn shown(part: Part, item: &Item) -> Option<&ItemClock> {
    let runs = |clock: &&ItemClock| clock.paused.is_none();
    let of = |kind: ClockKind| item.clock(kind).filter(runs);
    match part {
        Part::ToAccept => of(ClockKind::Accept),
        Part::Others if item.state == State::Offered => of(ClockKind::Accept),
        Part::Others => of(ClockKind::Wait).or_else(|| of(ClockKind::Resolve)),
        Part::ByMe => of(ClockKind::Resolve),
        _ => item
            .clocks
            .iter()
            .filter(runs)
            .filter(|clock| is_theirs(clock.kind))
            .min_by_key(|clock| clock.deadline),
    }
}

/// What can be answered at once, each without its number.
fn answers(part: Part) -> Vec<String> {
    let words: &[&str] = match part {
        Part::ToAccept => &["accept", "decline WHY", "show"],
        Part::Overdue | Part::Today | Part::ToMe | Part::Mine => &["done NOTE", "snooze WHEN", "show"],
        Part::Others => &["note TEXT", "show"],
        Part::ByMe => &["show"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}
