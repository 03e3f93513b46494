//! `batond coverage`: what is not covered in the weeks ahead. May import control, views.

use std::path::Path;

use clap::Args;

use super::client::typed;
use super::policy;
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::{Exit, Failure};
use crate::policy::Standing;
use crate::web::control::Ask;
use crate::web::view::{AgreedView, CoverageView, FindingView};

/// `coverage`
#[derive(Debug, Args)]
pub struct Coverage {
    /// So many weeks from now on, at most 52
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=52))]
    weeks: u32,
}

impl Coverage {
    /// Asks and prints.
    pub fn run(&self, config: &Path, screen: &Screen) -> Result<(), Failure> {
        let value = policy::answer(config, &Ask::Coverage { weeks: self.weeks }, |policy| {
            let view = CoverageView::of(policy, &Standing::default(), screen.now, self.weeks);
            serde_json::to_value(view).map_err(|error| Failure::new(Exit::Internal, error.to_string()))
        })?;
        screen.show(&value, || Ok(human(&typed(&value)?, screen)))
    }
}

/// A table, in order of kind.
pub fn human(view: &CoverageView, screen: &Screen) -> String {
    let span = format!("{} to {}", screen.at(view.from), screen.at(view.until));
    let mut text = if view.findings.is_empty() {
        format!("Everything is covered, {span}.\n")
    } else {
        let rows: Vec<[String; 5]> = view.findings.iter().map(|finding| row(finding, screen)).collect();
        table(["KIND", "QUEUE", "FROM", "UNTIL", "WHAT"], &rows, screen.columns)
    };
    if !view.agreed.is_empty() {
        let agreed = |agreed: &AgreedView| {
            [
                plain(agreed.rotation.as_str()),
                agreed.person.to_string(),
                screen.at(agreed.from),
                screen.at(agreed.until),
                if agreed.why.is_empty() {
                    "-".to_owned()
                } else {
                    plain(&agreed.why)
                },
            ]
        };
        let rows: Vec<[String; 5]> = view.agreed.iter().map(agreed).collect();
        text.push_str("\nAgreed besides, by overrides and swaps:\n");
        text.push_str(&table(["ROTATION", "ON DUTY", "FROM", "UNTIL", "WHY"], &rows, screen.columns));
    }
    if !(view.findings.is_empty() && view.agreed.is_empty()) {
        text.push_str(&format!("\n{span}; times in {}\n", screen.zone_name));
    }
    text
}

fn row(finding: &FindingView, screen: &Screen) -> [String; 5] {
    let first = finding.when.first();
    let more = finding.when.len().saturating_sub(1);
    let more = if more > 0 {
        format!(" (and {more} more times)")
    } else {
        String::new()
    };
    let place = match (&finding.queue, &finding.rotation) {
        (Some(queue), _) => queue.to_string(),
        (None, Some(rotation)) => format!("rotation:{rotation}"),
        (None, None) => "-".to_owned(),
    };
    let until = first.filter(|when| when.from < when.until);
    [
        finding.kind.clone(),
        plain(&place),
        first.map_or_else(|| "always".to_owned(), |when| screen.at(when.from)),
        until.map_or_else(|| "-".to_owned(), |when| screen.at(when.until)),
        format!("{}{more}", plain(&finding.text)),
    ]
}
