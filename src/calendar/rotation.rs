//! Who is on duty when. May import model. The same instant always gives the same person.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{PersonKey, RotationName};

/// People who take turns, changing at fixed local times in a zone.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// Its key.
    pub name: RotationName,
    /// Who takes turns, in order; never empty.
    pub people: Vec<PersonKey>,
    /// The zone the changes are read in.
    pub zone: TimeZone,
    /// The zone's IANA name.
    pub zone_name: String,
}

impl Rotation {
    /// Who is on duty at `at`.
    #[must_use]
    pub fn on_duty(&self, at: Timestamp) -> Option<PersonKey> {
        let _ = at;
        self.people.first().cloned()
    }

    /// The next change of duty strictly after `at`.
    #[must_use]
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let _ = at;
        None
    }
}
