//! `batond expect`: what should arrive, and whether it did. May import control, views.

use jiff::Timestamp;
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::Failure;
use crate::web::control::Ask;
use crate::web::view::ExpectedView;

#[derive(Deserialize)]
struct Expected {
    expected: Vec<ExpectedView>,
}

/// Asks and prints.
pub fn run(mut client: Client, screen: &Screen) -> Result<(), Failure> {
    let value = client.ask(&Ask::Expect)?;
    screen.show(&value, || Ok(human(&typed::<Expected>(&value)?.expected, screen)))
}

/// A table, what is missing first.
pub fn human(expected: &[ExpectedView], screen: &Screen) -> String {
    if expected.is_empty() {
        return "Nothing is expected. Say what should arrive under `expect` in the configuration.\n".into();
    }
    let mut expected: Vec<&ExpectedView> = expected.iter().collect();
    expected.sort_by_key(|one| (one.missed.is_none(), one.due, one.name.clone()));
    let row = |one: &&ExpectedView| {
        let state = match (&one.missed, &one.item) {
            (Some(_), Some(item)) => format!("{}, {item}", one.state),
            _ => one.state.clone(),
        };
        [
            plain(one.name.as_str()),
            state,
            one.arrived.map_or_else(|| "never".into(), |at| screen.at(at)),
            // What was expected once and missed comes late or not at all.
            if one.opens == Timestamp::MAX {
                "-".into()
            } else {
                screen.at(one.due)
            },
            format!("{}/{}/{}", one.times_met, one.times_late, one.times_missed),
            plain(&one.written),
        ]
    };
    let rows: Vec<[String; 6]> = expected.iter().map(row).collect();
    let head = ["NAME", "STATE", "LAST ARRIVED", "NEXT BY", "MET/LATE/MISSED", "EXPECTED"];
    let mut text = table(head, &rows, screen.columns);
    text.push_str(&format!("\ntimes in {}\n", screen.zone_name));
    text
}
