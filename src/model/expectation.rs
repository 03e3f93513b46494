//! What should arrive by a time, and whether it did. May import only its peers in model. The engine's `expectation::apply` is the only thing that changes one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ExpectationName, ItemId, Revision, RuleName};

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
    /// The policy revision that promised it.
    pub policy: Revision,
}

impl Expectation {
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
