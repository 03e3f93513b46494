//! `batond handoffs`: who gave what to whom, and when it was accepted. May import control, views.

use clap::Args;
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::Failure;
use crate::model::RotationName;
use crate::web::control::Ask;
use crate::web::view::HandoffRow;

/// `handoffs`
#[derive(Debug, Args)]
pub struct Handoffs {
    /// Only what was handed over at changes of shift of this rotation
    #[arg(long, value_name = "ROTATION")]
    rotation: Option<String>,
    /// So many of the newest
    #[arg(long, value_name = "N", default_value_t = 50)]
    last: usize,
}

#[derive(Deserialize)]
struct Rows {
    handoffs: Vec<HandoffRow>,
}

impl Handoffs {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let value = client.ask(&Ask::Handoffs {
            rotation: self.rotation.as_deref().map(RotationName::from),
            last: self.last,
        })?;
        screen.show(&value, || Ok(human(&typed::<Rows>(&value)?.handoffs, screen)))
    }
}

/// A table, oldest first.
pub fn human(rows: &[HandoffRow], screen: &Screen) -> String {
    if rows.is_empty() {
        return "Nothing was handed on.\n".into();
    }
    let rows: Vec<[String; 6]> = rows.iter().map(|row| cells(row, screen)).collect();
    let mut text = table(["WHEN", "ITEM", "FROM", "TO", "ANSWER", "HOW"], &rows, screen.columns);
    text.push_str(&format!("\ntimes in {}\n", screen.zone_name));
    text
}

fn cells(row: &HandoffRow, screen: &Screen) -> [String; 6] {
    let handoff = &row.handoff;
    let answer = match (handoff.answer, handoff.answered) {
        (Some(answer), Some(at)) => format!("{answer} {}", screen.at(at)),
        _ => "not yet".to_owned(),
    };
    let words = handoff
        .words
        .as_deref()
        .map(|words| format!(": {}", plain(words)))
        .unwrap_or_default();
    let by = handoff.by.as_ref().filter(|by| handoff.to != by.as_str());
    let by = by.map_or_else(String::new, |by| format!(", answered by {by}"));
    [
        screen.at(handoff.at),
        row.item.to_string(),
        handoff.giver.to_string(),
        plain(&handoff.to),
        answer,
        format!("{}{by}{words}", handoff.way),
    ]
}
