//! What is expected, as `batond expect` gives it. May import model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Expectation, ExpectationName, ItemId};

/// An expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedView {
    /// Its name.
    pub name: ExpectationName,
    /// `waiting`, `arrived` for the time to come, or `missed`.
    pub state: String,
    /// The rule whose message is expected.
    pub rule: String,
    /// When it is expected, as the configuration writes it.
    pub written: String,
    /// The zone its times are best read in.
    pub zone: String,
    /// By when the next message must be there.
    pub due: Timestamp,
    /// From when on a message counts for that.
    pub opens: Timestamp,
    /// When a message last arrived; `null` if none did.
    pub arrived: Option<Timestamp>,
    /// The time that was missed and for which nothing came since; `null` if there is none.
    pub missed: Option<Timestamp>,
    /// The last item that was raised.
    pub item: Option<ItemId>,
    /// Since when it is expected.
    pub since: Timestamp,
    /// How many times were met.
    pub times_met: u64,
    /// How many messages came late.
    pub times_late: u64,
    /// How many times were missed.
    pub times_missed: u64,
}

impl From<&Expectation> for ExpectedView {
    fn from(state: &Expectation) -> Self {
        Self {
            name: state.name.clone(),
            state: state.state().to_owned(),
            rule: state.rule.to_string(),
            written: state.written.clone(),
            zone: state.time_zone.clone(),
            due: state.due,
            opens: state.opens,
            arrived: state.arrived,
            missed: state.missed,
            item: state.item.clone(),
            since: state.since,
            times_met: state.times_met,
            times_late: state.times_late,
            times_missed: state.times_missed,
        }
    }
}
