//! What came of all cases, as numbers and as JSON. May import simulate. Names are stable; times are how long it took, and differ from run to run.

use std::time::Duration;

use serde_json::{Value, json};

use crate::model::Place;
use crate::simulate::cases::{CaseReport, Difference};

/// What came of all cases.
#[derive(Debug, Default)]
pub struct Report {
    /// The cases, in the order they are written.
    pub played: Vec<Played>,
}

/// One case.
#[derive(Debug)]
pub struct Played {
    /// How long it took.
    pub took: Duration,
    /// What came of it.
    pub came: CaseReport,
}

impl Report {
    /// How many failed.
    pub fn failed(&self) -> usize {
        self.played.iter().filter(|played| !played.came.passed()).count()
    }

    /// How long all of it took.
    pub fn took(&self) -> Duration {
        self.played.iter().map(|played| played.took).sum()
    }

    /// `{"cases": […], "passed": n, "failed": n, "milliseconds": n}`
    pub fn json(&self) -> Value {
        let cases: Vec<Value> = self.played.iter().map(one).collect();
        let failed = self.failed();
        json!({
            "cases": cases,
            "passed": self.played.len() - failed,
            "failed": failed,
            "milliseconds": milliseconds(self.took()),
        })
    }
}

fn one(played: &Played) -> Value {
    let CaseReport { name, place, differences } = &played.came;
    let differences: Vec<Value> = differences.iter().map(difference).collect();
    json!({
        "name": name,
        "place": at(place),
        "passed": differences.is_empty(),
        "milliseconds": milliseconds(played.took),
        "differences": differences,
    })
}

fn difference(difference: &Difference) -> Value {
    json!({
        "place": at(&difference.place),
        "what": difference.what,
        "expected": difference.expected,
        "got": difference.got,
        "notes": difference.notes,
    })
}

fn at(place: &Place) -> Value {
    json!({ "file": &*place.file, "line": place.line, "column": place.column })
}

/// To the microsecond.
pub fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
