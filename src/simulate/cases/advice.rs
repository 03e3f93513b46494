//! What the cases of a configuration say of it: rules that none of them tries, and cases that fail. May import config. Warnings only, never an error.

use super::Trial;
use crate::config::{Case, Code, Config, Diagnostic, Severity};
use crate::model::Place;

/// Plays the cases of a configuration: a warning for each that fails and for each rule that none of them tries. Without any case there is
/// none: who has not begun to write cases is not told of every rule.
#[must_use]
pub fn advise(mut config: Config) -> Vec<Diagnostic> {
    let cases = std::mem::take(&mut config.cases);
    if cases.is_empty() {
        return Vec::new();
    }
    let trial = Trial::of(config);
    let mut coverage = trial.coverage();
    let mut found = Vec::new();
    for case in &cases {
        let came = trial.play(case);
        came.verdicts.iter().for_each(|verdict| coverage.add(verdict));
        if let Some(first) = came.differences.first() {
            found.push(fails(case, &first.what, came.differences.len()));
        }
    }
    for rule in coverage.untried() {
        let Some(place) = &rule.place else { continue };
        let text = format!("no case tries the rule `{}`", rule.name);
        let hint = "add a case under `tests:` with a message that it takes; `batond test` shows what came of it";
        found.push(warning(Code::RuleUntested, place, text, hint));
    }
    found
}

fn fails(case: &Case, first: &str, differences: usize) -> Diagnostic {
    let others = match differences {
        0 | 1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    let text = format!("the case `{}` fails: `{first}`{others}", case.name);
    warning(
        Code::CaseFails,
        &case.place,
        text,
        "`batond test` shows what was expected and what was there",
    )
}

fn warning(code: Code, place: &Place, text: String, hint: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code,
        place: place.clone(),
        // A place alone underlines its word.
        end: (place.line, place.column),
        text,
        hint: Some(hint.to_owned()),
        related: Vec::new(),
    }
}
