//! What came of all cases, as numbers and as JSON. May import simulate. Names are stable; times are how long it took, and differ from run to run.

use std::time::Duration;

use serde_json::{Value, json};

use crate::model::Place;
use crate::simulate::cases::{Alternative, CaseReport, Coverage, Difference, RuleCover};

/// What came of all cases.
#[derive(Debug, Default)]
pub struct Report {
    /// The cases, in the order they are written.
    pub played: Vec<Played>,
    /// Which rules they tried; `None` where only some of the cases were asked for.
    pub coverage: Option<Coverage>,
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

    /// `{"cases": […], "passed": n, "failed": n, "milliseconds": n, "coverage": {"rules": […], "rules_tried": n, "alternatives": n,
    /// "alternatives_tried": n}}`; `coverage` is null where only some of the cases were asked for.
    pub fn json(&self) -> Value {
        let cases: Vec<Value> = self.played.iter().map(one).collect();
        let failed = self.failed();
        json!({
            "cases": cases,
            "passed": self.played.len() - failed,
            "failed": failed,
            "milliseconds": milliseconds(self.took()),
            "coverage": self.coverage.as_ref().map(covered),
        })
    }
}

fn covered(coverage: &Coverage) -> Value {
    let rules: Vec<Value> = coverage.rules.iter().map(rule).collect();
    let alternatives = || coverage.rules.iter().flat_map(|rule| &rule.alternatives);
    json!({
        "rules": rules,
        "rules_tried": coverage.rules.iter().filter(|rule| rule.matched > 0).count(),
        "alternatives": alternatives().count(),
        "alternatives_tried": alternatives().filter(|one| one.tried).count(),
    })
}

fn rule(rule: &RuleCover) -> Value {
    let alternatives: Vec<Value> = rule.alternatives.iter().map(alternative).collect();
    json!({
        "name": rule.name,
        "place": rule.place.as_ref().map(at),
        "matched": rule.matched,
        "alternatives": alternatives,
    })
}

fn alternative(one: &Alternative) -> Value {
    json!({ "place": at(&one.place), "wanted": one.wanted, "negated": one.negated, "tried": one.tried })
}

fn one(played: &Played) -> Value {
    let CaseReport {
        name, place, differences, ..
    } = &played.came;
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
