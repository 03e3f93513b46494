//! What should arrive by a time, and whether it did. May import only its peers in model. The engine's `expectation::apply` is the only thing that changes one.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ExpectationName, ItemId, Party, Priority, QueueName, Revision, RuleName, RuleRef, SourceName};

/// How an arrival counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrival {
    /// For the time that is due next.
    InTime,
    /// For the time that was missed.
    Late,
    /// Once more for a time that had its message.
    Again,
}

/// `else`: the item that is raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Otherwise {
    /// The queue it goes to.
    pub queue: QueueName,
    /// Its title; a sentence with the name where none is written.
    pub title: Option<String>,
    /// Its priority.
    pub priority: Option<Priority>,
    /// Its labels.
    pub labels: BTreeSet<String>,
    /// Who it is offered to; as the queue says where nobody is written.
    pub assign: Option<Party>,
    /// A note on it, such as where to look.
    pub note: Option<String>,
}

/// What a rule expects once, after a message it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Once {
    /// The rule that expects it.
    pub by: RuleRef,
    /// The key that the expected message must have; `None` takes any of its rule.
    pub key: Option<String>,
    /// What is raised when it does not arrive.
    pub otherwise: Otherwise,
}

/// One expectation as it stands. Instants are stored: neither a restart nor a reload moves them, unless what is expected is written anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// Its name.
    pub name: ExpectationName,
    /// The rule whose message is expected.
    pub rule: RuleName,
    /// When it is expected, as the configuration writes it: another text is another promise.
    pub written: String,
    /// The zone its times are best read in, an IANA name.
    pub time_zone: String,
    /// By when the next message must be there.
    pub due: Timestamp,
    /// From when on a message counts for `due`.
    pub opens: Timestamp,
    /// Whether it is there already.
    pub met: bool,
    /// The time that was missed, and for which nothing came so far.
    #[serde(default)]
    pub missed: Option<Timestamp>,
    /// How many times in a row were missed.
    #[serde(default)]
    pub in_a_row: u32,
    /// The last item that was raised.
    #[serde(default)]
    pub item: Option<ItemId>,
    /// When a message last arrived.
    #[serde(default)]
    pub arrived: Option<Timestamp>,
    /// Since when it is expected.
    pub since: Timestamp,
    /// How many times were met.
    #[serde(default)]
    pub times_met: u64,
    /// How many messages came late.
    #[serde(default)]
    pub times_late: u64,
    /// How many times were missed.
    #[serde(default)]
    pub times_missed: u64,
    /// Set for what a rule expects once; `None` for what the configuration expects again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once: Option<Box<Once>>,
    /// The policy revision that promised it.
    pub policy: Revision,
}

impl Expectation {
    /// The most expectations that can stand at a time for a rule to add one.
    pub const MAX_STANDING: usize = 1_000;
    /// How long after its time what was expected once still counts as late, in days.
    pub const LATE_DAYS: i64 = 30;

    /// How the names begin of what is expected of sources. No name that is configured has a space in it.
    pub const SILENCE_OF: &str = "source ";

    /// The name of what is expected of a source.
    #[must_use]
    pub fn silence_name(source: &SourceName) -> ExpectationName {
        ExpectationName::from(format!("{}{source}", Self::SILENCE_OF))
    }

    /// The name of what is expected once: the same rule and key are expected once at a time. No two pairs share a name.
    #[must_use]
    pub fn once_name(rule: &RuleName, key: Option<&str>) -> ExpectationName {
        let rule = rule.as_str().replace('\\', "\\\\").replace('→', "\\→");
        ExpectationName::from(match key {
            Some(key) => format!("{rule} → {key}"),
            None => format!("{rule} →"),
        })
    }

    /// Whether it waits for nothing but a late message.
    #[must_use]
    pub fn is_past(&self) -> bool {
        self.once.is_some() && self.opens == Timestamp::MAX
    }

    /// One word for tables: `missed`, `arrived` for the time to come, or `waiting`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (self.missed, self.met) {
            (Some(_), _) => "missed",
            (None, true) => "arrived",
            (None, false) => "waiting",
        }
    }
}
