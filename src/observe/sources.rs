//! How each source is, since the process started: what it brought, whom it turned away, whether it works. May import model. In memory alone; never on the way of a message.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use metrics::{counter, gauge};

use super::counts::refused;
use crate::model::SourceName;

/// The longest reason that is kept, in characters.
const MAX_REASON_CHARS: usize = 300;
/// How many senders a webhook turns away in a row, with nothing accepted between, until that counts as not working.
const MAX_REFUSED_IN_A_ROW: u64 = 5;
/// How long a webhook turns away everybody until that counts as not working.
const REFUSING_FOR: SignedDuration = SignedDuration::from_mins(30);

/// What a source has to say of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// It turned a sender away before anything was stored. A fixed word, such as `size` or `signature`: it is a label of a metric.
    Refused(&'static str),
    /// It does not work: it cannot listen, connect, log in, read. A sentence with the cause, without secrets.
    Failed(String),
    /// It works, whether or not anything came: connected and logged in, or scanned.
    Works,
    /// What it is busy with, such as `first sync: 1,200 of 10,000`; `None` when that is over.
    Busy(Option<String>),
    /// Something it could not take and put aside, so that the rest goes on: a sentence.
    Aside(String),
}

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// What, in one line.
    pub what: String,
}

/// How a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceState {
    /// Nothing is known yet: nothing came and nothing failed.
    Idle,
    /// It works.
    Ok,
    /// It does not, since then.
    Failing(Timestamp),
}

/// What is known of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceHealth {
    /// `smtp`, `imap`, …
    pub kind: &'static str,
    /// Messages it brought that were stored.
    pub delivered: u64,
    /// Of these, how many had come before and changed nothing.
    pub repeats: u64,
    /// Senders turned away, and messages the driver did not take.
    pub refused: u64,
    /// How often it did not work.
    pub failures: u64,
    /// Messages put aside.
    pub aside: u64,
    /// When the last message was stored.
    pub last_delivery: Option<Timestamp>,
    /// The last sender turned away.
    pub last_refusal: Option<Happened>,
    /// The last failure.
    pub last_failure: Option<Happened>,
    /// The last message put aside.
    pub last_aside: Option<Happened>,
    /// What it is busy with.
    pub busy: Option<String>,
    failing_since: Option<Timestamp>,
    works_since: Option<Timestamp>,
    refused_in_a_row: u64,
    refusing_since: Option<Timestamp>,
}

impl SourceHealth {
    fn new(kind: &'static str) -> Self {
        Self {
            kind,
            delivered: 0,
            repeats: 0,
            refused: 0,
            failures: 0,
            aside: 0,
            last_delivery: None,
            last_refusal: None,
            last_failure: None,
            last_aside: None,
            busy: None,
            failing_since: None,
            works_since: None,
            refused_in_a_row: 0,
            refusing_since: None,
        }
    }

    /// How it is at `now`. A webhook that turns away everybody for a while does not work: a secret may have been changed on one side only.
    /// At a mail listener that is what the internet looks like.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> SourceState {
        let refusing = self.refusing_since.filter(|since| {
            self.kind == "webhook" && self.refused_in_a_row >= MAX_REFUSED_IN_A_ROW && now.duration_since(*since) >= REFUSING_FOR
        });
        match self.failing_since.or(refusing) {
            Some(since) => SourceState::Failing(since),
            None if self.works_since.is_some() || self.last_delivery.is_some() => SourceState::Ok,
            None => SourceState::Idle,
        }
    }

    /// Why it does not work, in one line.
    #[must_use]
    pub fn why(&self) -> Option<&Happened> {
        self.failing_since
            .map_or(self.last_refusal.as_ref(), |_| self.last_failure.as_ref())
    }

    fn works(&mut self, now: Timestamp) {
        self.failing_since = None;
        self.works_since = self.works_since.or(Some(now));
    }
}

/// All sources. Cheap to clone; every door reports into the same one.
#[derive(Clone, Default)]
pub struct Sources(Arc<Mutex<BTreeMap<SourceName, SourceHealth>>>);

impl Sources {
    /// Makes these sources known, with what kind each is; others are forgotten. What is known of one that stays is kept.
    pub fn known(&self, sources: impl IntoIterator<Item = (SourceName, &'static str)>) {
        let mut all = self.lock();
        let mut before = std::mem::take(&mut *all);
        for (name, kind) in sources {
            let kept = before.remove(&name).filter(|kept| kept.kind == kind);
            let health = kept.unwrap_or_else(|| SourceHealth::new(kind));
            set_up(&name, health.failing_since.is_none());
            all.insert(name, health);
        }
    }

    /// A message of it was stored, or had come before.
    pub fn delivered(&self, source: &SourceName, repeat: bool, now: Timestamp) {
        self.change(source, |health| {
            health.delivered += 1;
            health.repeats += u64::from(repeat);
            health.last_delivery = Some(now);
            health.refused_in_a_row = 0;
            health.refusing_since = None;
            // What is read where it lies says itself whether all of it works: one folder of several can fail while others bring mail.
            if matches!(health.kind, "smtp" | "lmtp" | "webhook") {
                health.works(now);
            }
        });
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; seconds fit")]
        gauge!("batond_source_last_delivery_timestamp_seconds", "source" => source.to_string()).set(now.as_second() as f64);
    }

    /// Takes a report.
    pub fn report(&self, source: &SourceName, report: Report, now: Timestamp) {
        if let Report::Refused(reason) = &report {
            refused(source, reason);
        }
        self.change(source, |health| match report {
            Report::Refused(reason) => {
                health.refused += 1;
                health.refused_in_a_row += 1;
                health.refusing_since.get_or_insert(now);
                health.last_refusal = Some(happened(now, reason));
            }
            Report::Failed(why) => {
                health.failures += 1;
                health.failing_since.get_or_insert(now);
                health.last_failure = Some(happened(now, &why));
                counter!("batond_source_failures_total", "source" => source.to_string()).increment(1);
            }
            Report::Works => health.works(now),
            Report::Busy(what) => health.busy = what,
            Report::Aside(what) => {
                health.aside += 1;
                health.last_aside = Some(happened(now, &what));
                counter!("batond_source_aside_total", "source" => source.to_string()).increment(1);
            }
        });
    }

    /// Everything known, by name.
    #[must_use]
    pub fn all(&self) -> Vec<(SourceName, SourceHealth)> {
        self.lock().iter().map(|(name, health)| (name.clone(), health.clone())).collect()
    }

    /// What is not configured is not kept: names then have an end.
    fn change(&self, source: &SourceName, change: impl FnOnce(&mut SourceHealth)) {
        if let Some(health) = self.lock().get_mut(source) {
            let before = health.failing_since.is_none();
            change(health);
            let after = health.failing_since.is_none();
            if before != after {
                set_up(source, after);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SourceName, SourceHealth>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set_up(source: &SourceName, up: bool) {
    gauge!("batond_source_up", "source" => source.to_string()).set(f64::from(u8::from(up)));
}

fn happened(at: Timestamp, what: &str) -> Happened {
    let line = what.split_whitespace().collect::<Vec<_>>().join(" ");
    let what = line.chars().filter(|c| !c.is_control()).take(MAX_REASON_CHARS).collect();
    Happened { at, what }
}

#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;
