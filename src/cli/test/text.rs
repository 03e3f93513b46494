//! What came of all cases, for people: a table, each difference, a summary. May import its peers in cli. Reads well on 80 columns.

use std::time::Duration;

use super::report::{Played, Report};
use crate::cli::screen::{Screen, cut, plain};
use crate::cli::table::table;
use crate::model::Place;
use crate::simulate::cases::{Coverage, Difference, RuleCover};

/// The most characters of a value that are shown.
const MAX_SHOWN_CHARS: usize = 400;
/// The most rules and the most alternatives that no case has tried which are named.
const MAX_UNTRIED: usize = 20;

/// The whole page.
pub fn text(report: &Report, screen: &Screen) -> String {
    let mut page = String::new();
    if report.played.is_empty() {
        return "0 cases\n".to_owned();
    }
    let rows: Vec<[String; 3]> = report.played.iter().map(row).collect();
    page.push_str(&table(["OUTCOME", "MS", "CASE"], &rows, screen.columns));
    for played in report.played.iter().filter(|played| !played.came.passed()) {
        page.push_str(&format!("\n{}  {}\n", screen.paint("1;31", "failed"), plain(&played.came.name)));
        // What several differences have in common is said once.
        let mut said: Vec<&String> = Vec::new();
        for difference in &played.came.differences {
            page.push_str(&one(difference, &said));
            said.extend(&difference.notes);
        }
    }
    page.push_str(&format!("\n{}\n", summary(report)));
    page.push_str(&report.coverage.as_ref().map_or_else(String::new, covered));
    page
}

/// Which rules no case has tried, and which alternatives of the others.
fn covered(coverage: &Coverage) -> String {
    let all = coverage.rules.len();
    let never: Vec<&RuleCover> = coverage.untried().collect();
    let mut text = match (all, never.len()) {
        (0, _) => "There are no rules\n".to_owned(),
        (_, 0) => format!("{}: each took a message of a case\n", counted(all, "rule")),
        (_, n) => format!("{}: {} took a message of a case, {n} never did:\n", counted(all, "rule"), all - n),
    };
    let line = |place: &Place, what: &str| format!("  {place}: {}\n", cut(&plain(what), MAX_SHOWN_CHARS));
    let rules = never.iter().filter_map(|rule| Some(line(rule.place.as_ref()?, rule.name.as_str())));
    text.push_str(&some(rules.collect()));
    let left: Vec<String> = coverage
        .untried_alternatives()
        .map(|(_, one)| {
            line(
                &one.place,
                &if one.negated {
                    format!("not {}", one.wanted)
                } else {
                    one.wanted.clone()
                },
            )
        })
        .collect();
    if !left.is_empty() {
        let which = if left.len() == 1 {
            "One alternative of theirs was".to_owned()
        } else {
            format!("{} alternatives of theirs were", left.len())
        };
        text.push_str(&format!("{which} never the one that counted:\n{}", some(left)));
    }
    text
}

/// The first lines, and how many there are besides.
fn some(mut lines: Vec<String>) -> String {
    let more = lines.len().saturating_sub(MAX_UNTRIED);
    lines.truncate(MAX_UNTRIED);
    if more > 0 {
        lines.push(format!("  and {more} more; `--format json` lists all\n"));
    }
    lines.concat()
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn row(played: &Played) -> [String; 3] {
    let outcome = if played.came.passed() { "passed" } else { "failed" };
    [outcome.to_owned(), whole(played.took), plain(&played.came.name)]
}

fn one(difference: &Difference, said: &[&String]) -> String {
    let shown = |text: &str| cut(&plain(text), MAX_SHOWN_CHARS);
    let mut lines = if difference.what == "play" {
        format!("  {}: {}\n", difference.place, shown(&difference.got))
    } else {
        format!(
            "  {}: {}\n    expected  {}\n    got       {}\n",
            difference.place,
            difference.what,
            shown(&difference.expected),
            shown(&difference.got)
        )
    };
    let fresh = difference.notes.iter().filter(|note| !said.contains(note));
    fresh.for_each(|note| lines.push_str(&format!("    {}\n", shown(note))));
    lines
}

/// `12 cases: 11 passed, 1 failed, in 34 ms`
pub fn summary(report: &Report) -> String {
    let (all, failed) = (report.played.len(), report.failed());
    let all_of_them = counted(all, "case");
    let came = match (all - failed, failed) {
        (_, 0) => "all passed".to_owned(),
        (passed, failed) => format!("{passed} passed, {failed} failed"),
    };
    format!("{all_of_them}: {came}, in {} ms", whole(report.took()))
}

/// Milliseconds as people read them.
fn whole(took: Duration) -> String {
    took.as_millis().to_string()
}
