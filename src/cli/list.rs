//! `batond list`: what is open, or everything. May import control, views.

use clap::Args;
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::Failure;
use crate::web::control::Ask;
use crate::web::view::{ItemView, TimerState};

/// `list`
#[derive(Debug, Args)]
pub struct List {
    /// Closed items too
    #[arg(long)]
    all: bool,
    /// Only this queue
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
}

#[derive(Deserialize)]
struct Items {
    items: Vec<ItemView>,
}

impl List {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let mut value = client.ask(&Ask::List { all: self.all })?;
        if let (Some(queue), Some(items)) = (&self.queue, value.get_mut("items").and_then(|items| items.as_array_mut())) {
            items.retain(|item| item.get("queue").is_some_and(|name| name == queue.as_str()));
        }
        screen.show(&value, || Ok(human(&typed::<Items>(&value)?.items, screen)))
    }
}

/// A table, soonest due first among what is open.
pub fn human(items: &[ItemView], screen: &Screen) -> String {
    if items.is_empty() {
        return "Nothing is open.\n".into();
    }
    let mut items: Vec<&ItemView> = items.iter().collect();
    items.sort_by_key(|item| {
        (
            item.closed.is_some(),
            due(item).map_or(jiff::Timestamp::MAX, |(at, _)| at),
            item.id.clone(),
        )
    });
    let rows: Vec<[String; 7]> = items.iter().map(|item| row(item, screen)).collect();
    let head = ["ID", "STATE", "PRIORITY", "HOLDER", "DUE", "QUEUE", "TITLE"];
    let open = items.iter().filter(|item| item.closed.is_none()).count();
    let mut text = table(head, &rows, screen.columns);
    text.push_str(&format!(
        "\n{open} open of {} shown; times in {}; * overdue\n",
        items.len(),
        screen.zone_name
    ));
    text
}

fn row(item: &ItemView, screen: &Screen) -> [String; 7] {
    let due = match (item.closed, due(item)) {
        (Some(at), _) => format!("closed {}", screen.at(at)),
        (None, Some((at, true))) => format!("{} *", screen.at(at)),
        (None, Some((at, false))) => screen.at(at),
        (None, None) => "-".into(),
    };
    let holder = item.holder.as_ref().unwrap_or(&item.accountable);
    [
        item.id.to_string(),
        item.state.to_string(),
        item.priority.to_string(),
        holder.to_string(),
        due,
        item.queue.to_string(),
        plain(&item.title),
    ]
}

/// The deadline that presses most: the oldest one passed, else the next; and whether it has passed.
fn due(item: &ItemView) -> Option<(jiff::Timestamp, bool)> {
    let presses = |state: TimerState| {
        item.timers
            .iter()
            .filter(|timer| timer.cause.is_none())
            .find(|timer| timer.state == state)
    };
    let overdue = presses(TimerState::Overdue).map(|timer| (timer.due, true));
    overdue.or_else(|| presses(TimerState::Running).map(|timer| (timer.due, false)))
}
