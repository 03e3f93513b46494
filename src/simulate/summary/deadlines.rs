//! Deadlines that were met and missed. May import model, engine. A deadline is counted once, when it is decided.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::ItemEvent;
use crate::model::ClockKind;

/// The clocks whose deadlines are promises; the others only wait.
pub const PROMISES: [ClockKind; 4] = [ClockKind::Accept, ClockKind::Respond, ClockKind::Resolve, ClockKind::Update];

/// How deadlines of one kind went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What was promised was done in time.
    pub met: u64,
    /// The deadline passed.
    pub missed: u64,
}

/// Deadlines by kind.
pub type Deadlines = BTreeMap<ClockKind, Kept>;

/// The promises that run on one item: whether each is overdue already.
#[derive(Debug, Default)]
pub(super) struct Running(BTreeMap<ClockKind, bool>);

/// How one deadline went.
pub(super) type Decided = (ClockKind, bool);

impl Running {
    /// Follows an event; answers the deadlines it decides, each with whether it was met.
    pub(super) fn follow(&mut self, event: &ItemEvent) -> Vec<Decided> {
        match event {
            ItemEvent::ClockStarted(clock) if PROMISES.contains(&clock.kind) => {
                let before = self.0.insert(clock.kind, false);
                // A word in time starts the next; an offer that went on to somebody else decides nothing.
                let word = clock.kind == ClockKind::Update && before == Some(false);
                word.then_some((ClockKind::Update, true)).into_iter().collect()
            }
            ItemEvent::ClockStopped { kind } => {
                let in_time = self.0.remove(kind) == Some(false);
                in_time.then_some((*kind, true)).into_iter().collect()
            }
            ItemEvent::ClockOverdue { kind, .. } => {
                let first = self.0.get(kind) == Some(&false);
                if PROMISES.contains(kind) {
                    self.0.insert(*kind, true);
                }
                first.then_some((*kind, false)).into_iter().collect()
            }
            ItemEvent::Done { .. } => {
                let open = std::mem::take(&mut self.0);
                open.into_iter()
                    .filter(|(_, overdue)| !overdue)
                    .map(|(kind, _)| (kind, true))
                    .collect()
            }
            ItemEvent::Dropped { .. } => {
                self.0.clear();
                Vec::new()
            }
            _ => Vec::new(),
        }
    }
}

/// Counts how a deadline went.
pub(super) fn count(deadlines: &mut Deadlines, (kind, met): Decided) {
    let kept = deadlines.entry(kind).or_default();
    if met {
        kept.met += 1;
    } else {
        kept.missed += 1;
    }
}
