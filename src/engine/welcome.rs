//! What somebody who was away reads when they are there again: what became of what they had, what came for them, the duty they have next. May import model, policy.

use jiff::{SignedDuration, Timestamp};

use super::day::Day;
use super::facts::{deadline, fact, fact_at, is_promise};
use super::list::name;
use super::swap::{moment, span};
use super::{Context, Past, Read, take_back};
use crate::model::{
    ClockKind, Entry, Fact, Item, ItemClock, ItemId, Meanwhile, Notice, Party, PersonKey, PersonState, Reason, Remark, Section, State,
    Stint,
};

/// The most items of a section that are named; of further ones it says how many there are.
const MAX_NAMED: usize = 20;
/// So far ahead duty is looked for.
const DUTY_AHEAD: SignedDuration = SignedDuration::from_hours(4 * 7 * 24);
/// The most rotations of which the next duty is named.
const MAX_DUTY: usize = 6;

/// The first sections of their mail: the items in them are numbered from 1.
pub(super) fn meanwhile(person: &PersonKey, what: &Meanwhile, past: &dyn Past, cx: &Context<'_>) -> Read<Day> {
    let mut day = Day::default();
    let mut line = Vec::new();
    for (title, words, ids) in [
        ("Taken over from you", "taken over from you", &what.handed),
        ("Came for you meanwhile", "came for you", &what.came),
    ] {
        let mut items = Vec::with_capacity(ids.len());
        for id in ids {
            items.extend(past.item(id)?);
        }
        if items.is_empty() {
            continue;
        }
        // What is open comes first, and of that what others have.
        items.sort_by_key(|item| (!item.state.is_open(), item.holder.as_ref() == Some(person)));
        line.push(format!("{} {words}", items.len()));
        let mut entries = Vec::new();
        for item in items.iter().take(MAX_NAMED) {
            day.items.push(item.id.clone());
            entries.push(entry(person, item, day.items.len(), cx));
        }
        day.sections.push(Section {
            title: title.to_owned(),
            entries,
            more: u32::try_from(items.len().saturating_sub(MAX_NAMED)).unwrap_or(u32::MAX),
            told_below: false,
            remarks: Vec::new(),
        });
    }
    day.line = line.join(", ");
    Ok(day)
}

/// Since when they were away, and how they take back what others have.
pub(super) fn notes(what: &Meanwhile, day: &Day) -> Vec<Fact> {
    let mut notes: Vec<Fact> = what
        .since
        .map(|since| fact_at("You were away", "since", since))
        .into_iter()
        .collect();
    let entries = day.sections.iter().flat_map(|section| &section.entries);
    let back: Vec<String> = entries
        .filter(|entry| entry.answers.iter().any(|answer| answer == "accept"))
        .map(|entry| entry.number.to_string())
        .collect();
    if !back.is_empty() {
        let shown = back.iter().take(3).cloned().collect::<Vec<_>>().join(",");
        let rest = if back.len() > 1 {
            "; what you do not name stays where it is"
        } else {
            ""
        };
        notes.push(fact("To take back", format!("reply `accept {shown}`{rest}")));
    }
    notes
}

/// Whether a notice that waited only says what became of something that stands in here: who took it over.
pub(super) fn tells(notice: &Notice, state: &PersonState, day: &Day) -> bool {
    if notice.reason != Reason::HandoffAnswered {
        return false;
    }
    let handed = &state.said.meanwhile.handed;
    let named = |item: &ItemId| handed.contains(item) && day.items.contains(item);
    match state.list(&notice.item) {
        Some(list) => list.giver == state.key && !list.is_digest() && list.items.iter().all(named),
        None => named(&notice.item),
    }
}

fn entry(person: &PersonKey, item: &Item, number: usize, cx: &Context<'_>) -> Entry {
    let theirs = item.holder.as_ref() == Some(person) && item.state != State::Offered;
    let takes = can_take(person, item);
    let answers: &[&str] = match item.state.is_open() {
        false => &["show"],
        true if theirs => &["done NOTE", "snooze WHEN", "show"],
        true if takes => &["accept", "note TEXT", "show"],
        true => &["note TEXT", "show"],
    };
    Entry {
        number: u32::try_from(number).unwrap_or(u32::MAX),
        item: item.id.clone(),
        title: item.title.clone(),
        queue: item.queue.clone(),
        state: state(person, item, cx),
        deadline: shown(item).map(deadline),
        answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
    }
}

/// Whether `accept` makes it theirs.
fn can_take(person: &PersonKey, item: &Item) -> bool {
    let asked = item.offered_to == Some(Party::Person(person.clone()));
    match item.state {
        State::Offered => asked || item.giver.as_ref() == Some(person),
        State::Parked => item.accountable == *person,
        _ => take_back::may(item, person),
    }
}

/// What became of it.
fn state(person: &PersonKey, item: &Item, cx: &Context<'_>) -> String {
    let who = |key: &PersonKey| {
        if key == person {
            "you have it".to_owned()
        } else {
            format!("{} has it", name(key, cx))
        }
    };
    let had = |verb: &str| {
        let with = item.holder.as_ref().filter(|holder| *holder != person);
        let with = with.map_or_else(String::new, |holder| format!(", with {}", name(holder, cx)));
        let note = item.state_note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
        format!("{verb}{with}{note}")
    };
    match (item.state, &item.offered_to) {
        (State::Done, _) => had("done"),
        (State::Dropped, _) => had("dropped"),
        (State::Offered, Some(Party::Person(asked))) if asked == person => "offered to you".to_owned(),
        (State::Offered, Some(party)) => {
            let asked = match party {
                Party::Person(asked) => name(asked, cx),
                party => party.to_string(),
            };
            let yours = if item.giver.as_ref() == Some(person) {
                "; yours until it is accepted"
            } else {
                ""
            };
            format!("offered to {asked}{yours}")
        }
        (State::Parked, _) => "nobody could be found for it".to_owned(),
        (state, _) => {
            let holder = item.holder.as_ref().map_or_else(|| state.to_string(), &who);
            let holder = said(item).map_or(holder.clone(), |words| format!("{holder} and said: {words}"));
            match (state, &item.waiting_for, &item.state_note) {
                (State::Waiting, Some(whom), _) => format!("{holder}; waits for {whom}"),
                (State::Waiting, None, _) => format!("{holder}; waits for the requester"),
                (State::Snoozed, ..) => format!("{holder}; put off"),
                (State::Blocked, _, Some(why)) => format!("{holder}; blocked: {why}"),
                (State::Muted, ..) => format!("{holder}; muted"),
                _ => holder,
            }
        }
    }
}

/// What whoever has it said as they took it.
fn said(item: &Item) -> Option<&str> {
    let answer = item.handoffs.last()?.answer.as_ref()?;
    answer.words.as_deref().filter(|_| answer.by == item.holder)
}

/// The deadline that matters.
fn shown(item: &Item) -> Option<&ItemClock> {
    let runs = |clock: &&ItemClock| clock.paused.is_none() && item.state.is_open();
    let of = |kind: ClockKind| item.clock(kind).filter(runs);
    let nearest = || {
        let promised = item.clocks.iter().filter(runs).filter(|clock| is_promise(clock.kind));
        promised.min_by_key(|clock| clock.deadline)
    };
    match item.state {
        State::Offered => of(ClockKind::Accept).or_else(nearest),
        State::Waiting => of(ClockKind::Wait).or_else(nearest),
        State::Snoozed => of(ClockKind::Snooze).or_else(nearest),
        _ => nearest(),
    }
}

/// Their next turn in each rotation.
pub(super) fn duty(person: &PersonKey, cx: &Context<'_>) -> Option<Section> {
    let until = cx.now.checked_add(DUTY_AHEAD).unwrap_or(Timestamp::MAX);
    let next = cx.policy.rotations.values().filter_map(|rotation| {
        let duties = rotation.duties(cx.now, until);
        let turn = duties.into_iter().find(|duty| duty.person.as_ref() == Some(person))?;
        let stint = Stint {
            from: turn.from,
            until: turn.until,
        };
        let when = match turn.from <= cx.now {
            true => format!("now, until {}", moment(turn.until, person, cx.policy)),
            false => span(stint, person, cx.policy),
        };
        Some(Remark {
            head: rotation.name.to_string(),
            lines: vec![when],
        })
    });
    let remarks: Vec<Remark> = next.take(MAX_DUTY).collect();
    (!remarks.is_empty()).then(|| Section {
        title: "Your duty".to_owned(),
        entries: Vec::new(),
        more: 0,
        told_below: false,
        remarks,
    })
}

/// What of the items that concern them is not told of already.
pub(super) fn others(items: Vec<ItemId>, told: &Day) -> Vec<ItemId> {
    items.into_iter().filter(|item| !told.items.contains(item)).collect()
}
