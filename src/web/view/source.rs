//! How a source is, as `batond sources` gives it. May import model, observe.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Expectation, ItemId, SourceName};
use crate::observe::{Happened, SourceHealth, SourceState};

/// A source. Counts begin with the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceView {
    /// Its name.
    pub name: String,
    /// `smtp`, `imap`, …
    pub kind: String,
    /// `ok`, `failing`, or `idle`: nothing came yet and nothing failed.
    pub state: String,
    /// Since when it fails.
    pub failing_since: Option<Timestamp>,
    /// What it is busy with.
    pub busy: Option<String>,
    /// When the last message was stored.
    pub last_delivery: Option<Timestamp>,
    /// Messages stored.
    pub delivered: u64,
    /// Of these, how many had come before.
    pub repeats: u64,
    /// Senders turned away, and messages that could not be stored.
    pub refused: u64,
    /// The last of them.
    pub last_refusal: Option<HappenedView>,
    /// How often it did not work.
    pub failures: u64,
    /// The last time.
    pub last_failure: Option<HappenedView>,
    /// Messages it could not take and put aside.
    pub aside: u64,
    /// The last of them.
    pub last_aside: Option<HappenedView>,
    /// How often something is expected of it, as the configuration writes it.
    pub expect_every: Option<String>,
    /// Since when it is silent for longer than that.
    pub silent_since: Option<Timestamp>,
    /// The item that says so.
    pub silence_item: Option<ItemId>,
}

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HappenedView {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
}

impl From<&Happened> for HappenedView {
    fn from(happened: &Happened) -> Self {
        Self {
            at: happened.at,
            what: happened.what.clone(),
        }
    }
}

impl SourceView {
    /// A source as it is at `now`.
    #[must_use]
    pub fn of(name: &SourceName, health: &SourceHealth, silence: Option<&Expectation>, now: Timestamp) -> Self {
        let (state, failing_since) = match health.state(now) {
            SourceState::Idle => ("idle", None),
            SourceState::Ok => ("ok", None),
            SourceState::Failing(since) => ("failing", Some(since)),
        };
        let happened = |what: &Option<Happened>| what.as_ref().map(HappenedView::from);
        let silent = silence.filter(|silence| silence.missed.is_some());
        Self {
            name: name.to_string(),
            kind: health.kind.to_owned(),
            state: state.to_owned(),
            failing_since,
            busy: health.busy.clone(),
            last_delivery: health.last_delivery,
            delivered: health.delivered,
            repeats: health.repeats,
            refused: health.refused,
            last_refusal: happened(&health.last_refusal),
            failures: health.failures,
            last_failure: happened(&health.last_failure),
            aside: health.aside,
            last_aside: happened(&health.last_aside),
            expect_every: silence.map(|silence| silence.written.clone()),
            silent_since: silent.map(|silent| silent.arrived.unwrap_or(silent.since)),
            silence_item: silent.and_then(|silent| silent.item.clone()),
        }
    }
}
