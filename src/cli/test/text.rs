//! What came of all cases, for people: a table, each difference, a summary. May import its peers in cli. Reads well on 80 columns.

use std::time::Duration;

use super::report::{Played, Report};
use crate::cli::screen::{Screen, cut, plain};
use crate::cli::table::table;
use crate::simulate::cases::Difference;

/// The most characters of a value that are shown.
const MAX_SHOWN_CHARS: usize = 400;

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
    page
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
    let plural = if all == 1 { "" } else { "s" };
    let came = match (all - failed, failed) {
        (_, 0) => "all passed".to_owned(),
        (passed, failed) => format!("{passed} passed, {failed} failed"),
    };
    format!("{all} case{plural}: {came}, in {} ms", whole(report.took()))
}

/// Milliseconds as people read them.
fn whole(took: Duration) -> String {
    took.as_millis().to_string()
}
