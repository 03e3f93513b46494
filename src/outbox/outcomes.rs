//! What came of attempts, on its way to disk. May import model, engine, driver. Gathered for a moment, so that many share a commit; known as recorded only after it.

use std::collections::HashMap;
use std::future::pending;
use std::time::Duration;

use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::driver::Handle;
use crate::engine::SendOutcome;
use crate::model::DeliveryId;

/// How long the first waits for others at most.
const LINGER: Duration = Duration::from_millis(2);
/// So many wait for no more.
const SHARE: usize = 16;

/// All that are not known to be on disk.
pub(super) struct Outcomes {
    handle: Handle,
    gathered: Vec<(DeliveryId, SendOutcome)>,
    /// When those are recorded that are gathered.
    until: Option<Instant>,
    recording: JoinSet<Vec<Recorded>>,
    /// How many each of them records.
    counts: HashMap<task::Id, usize>,
}

/// One that is on disk, or that will be tried again because it could not be put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recorded {
    pub id: DeliveryId,
    /// Whether that is the end of it.
    pub is_over: bool,
}

impl Outcomes {
    pub fn new(handle: Handle) -> Self {
        Self {
            handle,
            gathered: Vec::new(),
            until: None,
            recording: JoinSet::new(),
            counts: HashMap::new(),
        }
    }

    /// How many are not known to be on disk.
    pub fn unrecorded(&self) -> usize {
        self.gathered.len() + self.counts.values().sum::<usize>()
    }

    /// Takes one in, and records what is gathered if `is_last` says that nothing else is on its way.
    pub fn add(&mut self, id: DeliveryId, outcome: SendOutcome, is_last: bool) {
        self.gathered.push((id, outcome));
        self.until.get_or_insert_with(|| Instant::now() + LINGER);
        if is_last || self.gathered.len() >= SHARE {
            self.record();
        }
    }

    /// Resolves with some that are recorded; never, while there are none. May be dropped and asked again.
    pub async fn recorded(&mut self) -> Vec<Recorded> {
        loop {
            let until = self.until;
            let time = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = time => self.record(),
                Some(done) = self.recording.join_next_with_id() => return self.done(done),
            }
        }
    }

    /// Records the rest. Resolves with some of them, and with `None` once there are no more.
    pub async fn finish(&mut self) -> Option<Vec<Recorded>> {
        self.record();
        let done = self.recording.join_next_with_id().await?;
        Some(self.done(done))
    }

    fn record(&mut self) {
        self.until = None;
        let outcomes = std::mem::take(&mut self.gathered);
        if outcomes.is_empty() {
            return;
        }
        let handle = self.handle.clone();
        let count = outcomes.len();
        let task = self.recording.spawn(async move {
            let is_over = |outcome: &SendOutcome| matches!(outcome, SendOutcome::Sent | SendOutcome::GiveUp(_));
            let recorded = outcomes.iter().map(|(id, outcome)| Recorded {
                id: *id,
                is_over: is_over(outcome),
            });
            let recorded: Vec<Recorded> = recorded.collect();
            if let Err(refusal) = handle.attempted(outcomes).await {
                for Recorded { id, .. } in &recorded {
                    tracing::warn!(delivery = %id, %refusal, "an attempt may not be recorded; then it is repeated with the same Message-ID");
                }
            }
            recorded
        });
        self.counts.insert(task.id(), count);
    }

    fn done(&mut self, done: Result<(task::Id, Vec<Recorded>), JoinError>) -> Vec<Recorded> {
        match done {
            Ok((task, recorded)) => {
                self.counts.remove(&task);
                recorded
            }
            // They stay in hand until the next start, which tries them again.
            Err(error) => {
                tracing::error!(%error, "recording attempts broke off");
                self.counts.remove(&error.id());
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
#[path = "outcomes_tests.rs"]
mod tests;
