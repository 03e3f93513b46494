//! Deadlines that were promised, and what other calendars would have made of them. May import model, policy, store. Nothing is moved: a promise stands.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Handle, Refusal};
use crate::calendar::Calendar;
use crate::model::{ClockKind, Item, ItemClock, ItemId, Span};
use crate::policy::Policy;

/// How many items are read at once.
const PAGE: usize = 200;

/// A promised deadline that another policy's calendar would set otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The clock.
    pub clock: ClockKind,
    /// The promised instant, which stands.
    pub promised: Timestamp,
    /// The instant the other calendar gives; `None` when it has too few hours ahead.
    pub would: Option<Timestamp>,
    /// The calendar.
    pub calendar: String,
    /// The zone the two are best read in.
    pub time_zone: String,
}

/// The deadlines of an item that run at `now` and would be otherwise by the calendars of `new`. What `new` promised itself is left out.
#[must_use]
pub fn moved(item: &Item, old: &Policy, new: &Policy, now: Timestamp) -> Vec<Moved> {
    let runs = |clock: &&ItemClock| clock.paused.is_none() && !clock.overdue && clock.deadline > now && clock.policy != new.revision;
    item.clocks
        .iter()
        .filter(runs)
        .filter_map(|clock| of_clock(item, clock, old, new, now))
        .collect()
}

fn of_clock(item: &Item, clock: &ItemClock, old: &Policy, new: &Policy, now: Timestamp) -> Option<Moved> {
    let name = clock.calendar.as_ref()?;
    if clock.due.as_ref().is_some_and(|set| set.due.is_fixed()) {
        return None;
    }
    let of = |policy: &'_ Policy| -> Option<Calendar> {
        let here = policy.calendars.get(name);
        here.or_else(|| policy.calendars.get(&policy.queue(&item.queue).calendar)).cloned()
    };
    let (was, is) = (of(old)?, of(new)?);
    let ends = |calendar: &Calendar, from, span| calendar.add(from, span).ok().map(|sum| sum.deadline);
    // From its start, unless it stood still meanwhile or older calendars promised it: then what is left of it from now.
    let (before, would) = if ends(&was, clock.started, clock.span) == Some(clock.deadline) {
        (Some(clock.deadline), ends(&is, clock.started, clock.span))
    } else {
        let left = Span::Working(was.between(now, clock.deadline).max(1));
        (ends(&was, now, left), ends(&is, now, left))
    };
    // What the running calendars would not give either was promised by older ones, and said when those went.
    // What is left is counted in whole seconds.
    let known = before.is_some_and(|before| before.duration_until(clock.deadline).abs() <= SignedDuration::from_secs(1));
    (known && before != would).then(|| Moved {
        clock: clock.kind,
        promised: clock.deadline,
        would,
        calendar: name.to_string(),
        time_zone: clock.time_zone.clone(),
    })
}

impl Moved {
    /// `Thu 24 Dec 2026 12:00 (Europe/Berlin)`: the promised instant, and the other.
    #[must_use]
    pub fn told(&self) -> (String, String) {
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        let at = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string();
        let would = self.would.map_or_else(|| "no hours ahead".to_owned(), at);
        (format!("{} ({})", at(self.promised), self.time_zone), would)
    }
}

/// The open items of which a promised deadline would be otherwise, in order of id. Reads in pages.
///
/// # Errors
/// When the items cannot be read.
pub async fn moved_items(
    handle: &Handle,
    old: &Arc<Policy>,
    new: &Arc<Policy>,
    now: Timestamp,
) -> Result<Vec<(ItemId, Vec<Moved>)>, Refusal> {
    let mut found = Vec::new();
    let mut after: Option<ItemId> = None;
    loop {
        let from = after.clone();
        let page = handle.read(move |store| store.items_page(false, from.as_ref(), PAGE)).await?;
        let page = page.map_err(|_| Refusal::Store)?;
        after = page.last().map(|item| item.id.clone());
        let ended = page.len() < PAGE;
        let (old, new) = (Arc::clone(old), Arc::clone(new));
        let look = move || {
            let looked = page.into_iter().map(|item| (item.id.clone(), moved(&item, &old, &new, now)));
            looked.filter(|(_, moved)| !moved.is_empty()).collect::<Vec<_>>()
        };
        found.extend(tokio::task::spawn_blocking(look).await.map_err(|_| Refusal::Store)?);
        if ended {
            return Ok(found);
        }
    }
}
