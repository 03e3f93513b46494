//! Two tallies side by side: every number that differs. May import its peers in simulate. In the order of queues and people, each measure in the same order.

use std::collections::BTreeSet;

use super::summary::{Deadlines, Hours, PROMISES, PersonTally, QueueTally, Tally};

/// A number that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumChange {
    /// Whose it is: `queue support`, `ana`.
    pub of: String,
    /// What was counted: `mails at night`.
    pub what: String,
    /// Before.
    pub before: u64,
    /// Now.
    pub now: u64,
}

/// Every number that differs. Who is only in one of the two counts as nothing in the other.
#[must_use]
pub fn changes(before: &Tally, now: &Tally) -> Vec<SumChange> {
    let mut found = Vec::new();
    let queues: BTreeSet<_> = before.queues.keys().chain(now.queues.keys()).collect();
    for name in queues {
        let (was, is) = (before.queues.get(name).map(queue), now.queues.get(name).map(queue));
        compare(&mut found, &format!("queue {name}"), was, is);
    }
    let people: BTreeSet<_> = before.people.keys().chain(now.people.keys()).collect();
    for key in people {
        let (was, is) = (before.people.get(key).map(person), now.people.get(key).map(person));
        compare(&mut found, key.as_str(), was, is);
    }
    let outside = |tally: &Tally| Some(vec![("mails".to_owned(), tally.mails_outside)]);
    compare(&mut found, "people outside", outside(before), outside(now));
    found
}

type Numbers = Vec<(String, u64)>;

fn compare(found: &mut Vec<SumChange>, of: &str, before: Option<Numbers>, now: Option<Numbers>) {
    let nothing = |numbers: &Numbers| numbers.iter().map(|(what, _)| (what.clone(), 0)).collect();
    let (before, now): (Numbers, Numbers) = match (before, now) {
        (Some(before), Some(now)) => (before, now),
        (Some(before), None) => (before.clone(), nothing(&before)),
        (None, Some(now)) => (nothing(&now), now),
        (None, None) => return,
    };
    let both = before.into_iter().zip(now).filter(|((_, before), (_, now))| before != now);
    found.extend(both.map(|((what, before), (_, now))| SumChange {
        of: of.to_owned(),
        what,
        before,
        now,
    }));
}

fn queue(queue: &QueueTally) -> Numbers {
    let mut numbers = vec![
        ("messages".to_owned(), queue.messages),
        ("items opened".to_owned(), queue.opened),
        ("items done".to_owned(), queue.done),
        ("items dropped".to_owned(), queue.dropped),
        ("items open at the end".to_owned(), queue.open),
        ("notices".to_owned(), total(&queue.notices)),
        ("escalations".to_owned(), queue.escalations),
    ];
    numbers.extend(deadlines(&queue.deadlines));
    numbers
}

fn person(person: &PersonTally) -> Numbers {
    let mut numbers = vec![
        ("mails".to_owned(), total(&person.mails)),
        ("mails at night".to_owned(), person.mails.at_night()),
        ("mails outside hours".to_owned(), person.outside_hours),
        ("items accepted".to_owned(), person.accepted),
        ("items declined".to_owned(), person.declined),
        ("items done".to_owned(), person.done),
        ("escalations".to_owned(), person.escalations),
    ];
    numbers.extend(deadlines(&person.deadlines));
    numbers
}

fn deadlines(deadlines: &Deadlines) -> impl Iterator<Item = (String, u64)> {
    PROMISES.into_iter().flat_map(|kind| {
        let kept = deadlines.get(&kind).copied().unwrap_or_default();
        [(format!("{kind} met"), kept.met), (format!("{kind} missed"), kept.missed)]
    })
}

fn total(hours: &Hours) -> u64 {
    hours.of_day().iter().sum()
}
