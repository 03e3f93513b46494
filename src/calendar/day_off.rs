//! Single days that are not like the week: holidays and exceptions, and where each came from. May import model.

use super::DaySpan;
use crate::model::Place;

/// The name of a holiday that has none.
pub const UNNAMED: &str = "holiday";
/// Longest name of a day off that is kept, in characters.
const MAX_NAME_CHARS: usize = 100;

/// A day without work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayOff {
    /// Its name; several for one day are joined by ` / `.
    pub name: String,
    /// Where it is written: lines of the configuration and of .ics files, none twice.
    pub places: Vec<Place>,
}

/// A day with hours of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its hours, sorted, without overlap; none on a closed day.
    pub spans: Vec<DaySpan>,
    /// Where it is written.
    pub place: Place,
}

impl DayOff {
    /// A day off by that name.
    #[must_use]
    pub fn new(name: &str, place: Place) -> Self {
        Self {
            name: name.chars().take(MAX_NAME_CHARS).collect(),
            places: vec![place],
        }
    }

    /// Says of the same day what is written elsewhere too: a further name is added, a missing one given.
    pub fn join(&mut self, other: Self) {
        if self.name == UNNAMED {
            self.name = other.name;
        } else if other.name != UNNAMED && !self.name.split(" / ").any(|part| part == other.name) {
            self.name = format!("{} / {}", self.name, other.name).chars().take(MAX_NAME_CHARS).collect();
        }
        for place in other.places {
            if !self.places.contains(&place) {
                self.places.push(place);
            }
        }
    }
}
