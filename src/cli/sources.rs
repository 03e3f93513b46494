//! `batond sources`: how each source is. May import control, views.

use jiff::Timestamp;
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::Failure;
use crate::web::control::Ask;
use crate::web::view::{HappenedView, SourceView};

#[derive(Deserialize)]
struct Listed {
    since: Timestamp,
    sources: Vec<SourceView>,
}

/// Asks and prints.
pub fn run(mut client: Client, screen: &Screen) -> Result<(), Failure> {
    let value = client.ask(&Ask::Sources)?;
    screen.show(&value, || {
        let listed: Listed = typed(&value)?;
        Ok(human(&listed.sources, listed.since, screen))
    })
}

/// A table, and below it a line for each thing that went wrong.
fn human(sources: &[SourceView], since: Timestamp, screen: &Screen) -> String {
    let row = |one: &SourceView| {
        let state = match one.failing_since {
            Some(since) => format!("failing since {}", screen.at(since)),
            None if one.silent_since.is_some() => "silent".to_owned(),
            None => one.busy.as_deref().map_or_else(|| one.state.clone(), plain),
        };
        [
            plain(&one.name),
            one.kind.clone(),
            one.last_delivery.map_or_else(|| "-".to_owned(), |at| screen.at(at)),
            one.delivered.to_string(),
            one.refused.to_string(),
            state,
        ]
    };
    let rows: Vec<_> = sources.iter().map(row).collect();
    let head = ["SOURCE", "KIND", "LAST DELIVERY", "TAKEN", "REFUSED", "STATE"];
    let mut text = table(head, &rows, screen.columns);
    let said: Vec<String> = sources.iter().flat_map(|one| troubles(one, screen)).collect();
    if !said.is_empty() {
        text.push('\n');
        text.extend(said);
    }
    text.push_str(&format!("\nsince the start, {}; times in {}\n", screen.at(since), screen.zone_name));
    text
}

/// What went wrong at a source, a line each.
fn troubles(one: &SourceView, screen: &Screen) -> Vec<String> {
    let name = plain(&one.name);
    let happened = |what: &str, count: u64, last: &Option<HappenedView>| {
        let last = last.as_ref()?;
        Some(format!(
            "{name}: {what} {count}, last {}: {}\n",
            screen.at(last.at),
            plain(&last.what)
        ))
    };
    let silent = one.silent_since.map(|since| {
        let item = one.silence_item.as_ref().map_or_else(String::new, |item| format!("; see {item}"));
        let every = one.expect_every.as_deref().unwrap_or_default();
        format!("{name}: nothing came since {}, {every} is expected{item}\n", screen.at(since))
    });
    let found = [
        happened("failed", one.failures, &one.last_failure),
        happened("put aside", one.aside, &one.last_aside),
        happened("refused", one.refused, &one.last_refusal),
        silent,
    ];
    found.into_iter().flatten().collect()
}
