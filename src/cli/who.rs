//! `batond who`: who is on duty, until when, and who is next. May import control, views.

use std::path::Path;

use clap::Args;
use serde::Deserialize;

use super::client::typed;
use super::policy;
use super::screen::{Screen, plain};
use super::table::table;
use super::when::instant;
use crate::daemon::{Exit, Failure};
use crate::model::PersonKey;
use crate::policy::Standing;
use crate::web::control::Ask;
use crate::web::view::{AwayView, DutyView};

/// `who`
#[derive(Debug, Args)]
pub struct Who {
    /// A queue or a rotation; all rotations if none is named
    #[arg(value_name = "QUEUE|ROTATION")]
    name: Option<String>,
    /// Then, and not now: `2026-12-24`, `2026-12-24 09:00`, `2026-12-24T08:00:00Z`
    #[arg(long, value_name = "WHEN")]
    at: Option<String>,
}

#[derive(Deserialize)]
struct Duty {
    duty: Vec<DutyView>,
    #[serde(default)]
    away: Vec<AwayView>,
}

impl Who {
    /// Asks and prints.
    pub fn run(&self, config: &Path, screen: &Screen) -> Result<(), Failure> {
        let at = self.at.as_ref().map(|text| instant(text, screen)).transpose()?;
        let ask = Ask::Who {
            name: self.name.clone(),
            at,
        };
        let value = policy::answer(config, &ask, |policy| {
            let duty = DutyView::of(policy, &Standing::default(), self.name.as_deref(), at.unwrap_or(screen.now));
            let duty = duty.map_err(|text| Failure::new(Exit::NotFound, text))?;
            let away = AwayView::of(policy, &Standing::default(), at.unwrap_or(screen.now));
            Ok(serde_json::json!({ "duty": duty, "away": away }))
        })?;
        screen.show(&value, || {
            let Duty { duty, away } = typed(&value)?;
            Ok(format!("{}{}", human(&duty, screen), absent(&away, screen)))
        })
    }
}

/// A table, in order of names.
pub fn human(duty: &[DutyView], screen: &Screen) -> String {
    let Some(first) = duty.first() else {
        return "There is no rotation. `batond who QUEUE` says who a queue's items are offered to.\n".into();
    };
    let rows: Vec<[String; 5]> = duty.iter().map(|view| row(view, screen)).collect();
    let mut text = table(["NAME", "ON DUTY", "UNTIL", "NEXT", "WHY"], &rows, screen.columns);
    let at = screen.at(first.at);
    text.push_str(&format!("\nat {at}; times in {}\n", screen.zone_name));
    text
}

/// Who is away now and in the weeks ahead; nothing if nobody is.
fn absent(away: &[AwayView], screen: &Screen) -> String {
    if away.is_empty() {
        return String::new();
    }
    let row = |away: &AwayView| {
        let cover = away.cover.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string);
        let source = if away.said { "said so" } else { "configured" };
        let why = away
            .why
            .as_ref()
            .map_or_else(|| source.to_owned(), |why| format!("{source}: {}", plain(why)));
        [away.person.to_string(), screen.at(away.from), screen.at(away.until), cover, why]
    };
    let rows: Vec<[String; 5]> = away.iter().map(row).collect();
    format!("\n{}", table(["AWAY", "FROM", "UNTIL", "COVERED BY", "WHY"], &rows, screen.columns))
}

fn row(view: &DutyView, screen: &Screen) -> [String; 5] {
    let mut why = plain(&view.because);
    if view.kind == "queue" {
        if let Some(rotation) = &view.rotation {
            why = format!("rotation:{rotation}, {why}");
        }
        if let Some(owner) = view.owner.as_ref().filter(|_| view.on_duty.is_empty()) {
            why = format!("{why} ({owner})");
        }
    }
    [
        plain(&view.name),
        names(&view.on_duty),
        view.until.map_or_else(|| "-".to_owned(), |at| screen.at(at)),
        view.next.as_ref().map_or_else(|| "-".to_owned(), |next| names(next)),
        why,
    ]
}

fn names(people: &[PersonKey]) -> String {
    let names: Vec<&str> = people.iter().map(PersonKey::as_str).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}
