//! What differs between two simulations of the same messages. May import its peers in simulate, model. Item numbers are no difference, nor are receipts: they only answer people.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::fate::{Fate, Told};
use super::week::Week;
use crate::model::{ClockKind, Reason};

/// Everything that differs.
#[derive(Debug, Default)]
pub struct Difference {
    /// How many messages both played.
    pub compared: usize,
    /// The messages of which something differs, in order of time.
    pub messages: Vec<Changed>,
    /// The messages only one of them played: their names, and whether it was the first.
    pub only_one: Vec<(String, bool)>,
}

/// A message of which something differs.
#[derive(Debug)]
pub struct Changed {
    /// The file, and in a mailbox the number of the message.
    pub name: String,
    /// When it came.
    pub at: Timestamp,
    /// What it is. Text of strangers.
    pub headline: String,
    /// Where it went, before and now, if that differs.
    pub went: Option<(String, String)>,
    /// Deadlines that differ: which, before, now.
    pub deadlines: Vec<(ClockKind, Option<Timestamp>, Option<Timestamp>)>,
    /// Notices that are not sent any more.
    pub fewer: Vec<Told>,
    /// Notices that were not sent before.
    pub more: Vec<Told>,
}

impl Difference {
    /// Compares two simulations.
    #[must_use]
    pub fn of(before: &Week, now: &Week) -> Self {
        let mut difference = Self::default();
        let mut old: BTreeMap<&str, &Fate> = before.fates.iter().map(|fate| (fate.name.as_str(), fate)).collect();
        for fate in &now.fates {
            let Some(was) = old.remove(fate.name.as_str()) else {
                difference.only_one.push((fate.name.clone(), false));
                continue;
            };
            difference.compared += 1;
            difference.messages.extend(changed(was, fate));
        }
        let gone = before.fates.iter().filter(|fate| old.contains_key(fate.name.as_str()));
        difference.only_one.extend(gone.map(|fate| (fate.name.clone(), true)));
        difference
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.only_one.is_empty()
    }
}

fn changed(was: &Fate, fate: &Fate) -> Option<Changed> {
    let (before, now) = (was.in_words(), fate.in_words());
    let (fewer, more) = apart(&was.told, &fate.told);
    let changed = Changed {
        name: fate.name.clone(),
        at: fate.at,
        headline: fate.headline.clone(),
        went: (before != now).then_some((before, now)),
        deadlines: deadlines(was, fate),
        fewer,
        more,
    };
    let same = changed.went.is_none() && changed.deadlines.is_empty() && changed.fewer.is_empty() && changed.more.is_empty();
    (!same).then_some(changed)
}

/// Deadlines promised at once that are not the same, those of one kind in their order.
fn deadlines(was: &Fate, fate: &Fate) -> Vec<(ClockKind, Option<Timestamp>, Option<Timestamp>)> {
    let of_kind = |fate: &Fate, kind: ClockKind| -> Vec<Timestamp> {
        let same = fate.deadlines.iter().filter(|(other, _)| *other == kind);
        same.map(|(_, at)| *at).collect()
    };
    let mut kinds: Vec<ClockKind> = was.deadlines.iter().chain(&fate.deadlines).map(|(kind, _)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut found = Vec::new();
    for kind in kinds {
        let (before, now) = (of_kind(was, kind), of_kind(fate, kind));
        for place in 0..before.len().max(now.len()) {
            let (before, now) = (before.get(place).copied(), now.get(place).copied());
            if before != now {
                found.push((kind, before, now));
            }
        }
    }
    found
}

/// What is only in the first and what is only in the second, each sorted.
fn apart(before: &[Told], now: &[Told]) -> (Vec<Told>, Vec<Told>) {
    let counted = |told: &[Told]| {
        let mut counts = BTreeMap::<Told, i64>::new();
        for one in told.iter().filter(|told| told.reason != Reason::Receipt) {
            *counts.entry(one.clone()).or_default() += 1;
        }
        counts
    };
    let mut balance = counted(now);
    for (one, count) in counted(before) {
        *balance.entry(one).or_default() -= count;
    }
    let (mut fewer, mut more) = (Vec::new(), Vec::new());
    for (one, count) in balance {
        let side = if count < 0 { &mut fewer } else { &mut more };
        side.extend((0..count.unsigned_abs()).map(|_| one.clone()));
    }
    (fewer, more)
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;
