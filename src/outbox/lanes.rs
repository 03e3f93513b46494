//! What was read from the store and is not sent yet, by destination. May import model. A destination that is slow gets few hands, so that the others find some.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::model::Delivery;

/// An attempt that takes longer than this is slow: it does not count against the others, and makes its destination slow.
pub(super) const SLOW: Duration = Duration::from_secs(5);
/// How many attempts one destination has at once.
const PER_DESTINATION: usize = 12;
/// How many a slow one has.
const PER_SLOW_DESTINATION: usize = 2;
/// How many mails to one destination are held in memory; the others stay in the store.
const PER_LANE: usize = 256;
/// A destination gets more from the store once no more than so many wait for it in memory: enough to go on with while that is read.
const FEW: usize = 128;

/// All destinations with something to send or on its way.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: BTreeMap<String, Lane>,
    /// Whose turn is next: one mail each.
    turn: VecDeque<String>,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Delivery>,
    /// When each attempt on its way was begun.
    begun: Vec<Instant>,
    /// Whether the last attempt that ended was slow.
    was_slow: bool,
}

impl Lane {
    fn is_slow(&self) -> bool {
        let now = Instant::now();
        self.was_slow || self.begun.iter().any(|begun| now.duration_since(*begun) > SLOW)
    }

    fn has_room(&self) -> bool {
        let most = if self.is_slow() { PER_SLOW_DESTINATION } else { PER_DESTINATION };
        self.begun.len() < most
    }
}

/// What a lane is found by.
pub(super) fn destination(delivery: &Delivery) -> String {
    delivery.letter.to.domain().to_lowercase()
}

impl Lanes {
    /// Takes in what waits.
    pub fn push(&mut self, delivery: Delivery) {
        let name = destination(&delivery);
        let lane = self.lanes.entry(name.clone()).or_default();
        if lane.waiting.is_empty() {
            self.turn.push_back(name);
        }
        lane.waiting.push_back(delivery);
    }

    /// The next mail whose destination has room; it counts as begun at the instant that comes with it.
    pub fn next(&mut self) -> Option<(Delivery, Instant)> {
        for _ in 0..self.turn.len() {
            let name = self.turn.pop_front()?;
            let Some(lane) = self.lanes.get_mut(&name) else { continue };
            if !lane.has_room() {
                self.turn.push_back(name);
                continue;
            }
            let Some(next) = lane.waiting.pop_front() else { continue };
            let now = Instant::now();
            lane.begun.push(now);
            if !lane.waiting.is_empty() {
                self.turn.push_back(name);
            }
            return Some((next, now));
        }
        None
    }

    /// An attempt that `next` began has ended.
    pub fn ended(&mut self, name: &str, begun: Instant) {
        let Some(lane) = self.lanes.get_mut(name) else { return };
        if let Some(at) = lane.begun.iter().position(|at| *at == begun) {
            lane.begun.swap_remove(at);
        }
        lane.was_slow = begun.elapsed() > SLOW;
        if lane.waiting.is_empty() && lane.begun.is_empty() {
            self.lanes.remove(name);
        }
    }

    /// Destinations of which no more is to be read now.
    pub fn full(&self) -> Vec<String> {
        let full = |lane: &Lane| match lane.waiting.len() {
            0 => false,
            waiting if lane.is_slow() => waiting >= PER_SLOW_DESTINATION,
            waiting => waiting > if lane.has_room() { PER_LANE } else { FEW },
        };
        self.lanes
            .iter()
            .filter(|(_, lane)| full(lane))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Whether few wait that could go at once.
    pub fn is_low(&self) -> bool {
        let ready = |lane: &Lane| if lane.has_room() { lane.waiting.len() } else { 0 };
        self.lanes.values().map(ready).sum::<usize>() <= FEW
    }

    /// Whether something waits.
    pub fn is_waiting(&self) -> bool {
        !self.turn.is_empty()
    }

    /// How many attempts on their way are not slow yet.
    pub fn quick(&self) -> usize {
        let now = Instant::now();
        let begun = self.lanes.values().flat_map(|lane| &lane.begun);
        begun.filter(|begun| now.duration_since(**begun) <= SLOW).count()
    }

    /// Gives back all that waits.
    pub fn drain(&mut self) -> Vec<Delivery> {
        self.turn.clear();
        let drained = self.lanes.values_mut().flat_map(|lane| lane.waiting.drain(..)).collect();
        self.lanes.retain(|_, lane| !lane.begun.is_empty());
        drained
    }
}

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;
