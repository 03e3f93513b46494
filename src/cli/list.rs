//! `batond list`: what is open, or everything, or what rules let go. May import control, views.

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::stored::DROPPED;
use super::table::table;
use super::when;
use crate::daemon::Failure;
use crate::web::control::Ask;
use crate::web::view::{DroppedView, ItemView, TimerState};

/// `list`
#[derive(Debug, Args)]
pub struct List {
    /// Closed items too
    #[arg(long)]
    all: bool,
    /// Only this queue
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
    /// Messages that a rule let go, with its reason; their bytes are kept
    #[arg(long, conflicts_with_all = ["all", "queue"])]
    dropped: bool,
    /// With --dropped: what came since then, `2d`, `2026-11-23`; else since a week
    #[arg(long, value_name = "WHEN", requires = "dropped")]
    since: Option<String>,
}

#[derive(Deserialize)]
struct Items {
    items: Vec<ItemView>,
}

impl List {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        if self.dropped {
            let since = when::since(self.since.as_deref().unwrap_or(DROPPED_SINCE), screen)?;
            return let_go(&mut client, since, screen);
        }
        let mut value = client.ask(&Ask::List { all: self.all })?;
        if let (Some(queue), Some(items)) = (&self.queue, value.get_mut("items").and_then(|items| items.as_array_mut())) {
            items.retain(|item| item.get("queue").is_some_and(|name| name == queue.as_str()));
        }
        screen.show(&value, || Ok(human(&typed::<Items>(&value)?.items, screen)))
    }
}

/// How far back dropped messages are listed when nothing is said.
const DROPPED_SINCE: &str = "7d";

#[derive(Deserialize)]
struct LetGo {
    dropped: Vec<DroppedView>,
    unreadable: u64,
    next: Option<u64>,
}

/// Asks for what rules let go, page by page, and prints it.
fn let_go(client: &mut Client, since: Timestamp, screen: &Screen) -> Result<(), Failure> {
    let (mut all, mut unreadable, mut after) = (Vec::new(), 0, 0);
    loop {
        let answer = client.ask(&Ask::Dropped {
            since: Some(since),
            after,
            bytes: false,
        })?;
        let page: LetGo = typed(&answer)?;
        all.extend(page.dropped);
        unreadable += page.unreadable;
        match page.next {
            Some(next) if next > after => after = next,
            _ => break,
        }
    }
    let value = json!({ "dropped": all, "unreadable": unreadable });
    screen.show(&value, || Ok(let_go_table(&all, unreadable, since, screen)))
}

fn let_go_table(all: &[DroppedView], unreadable: u64, since: Timestamp, screen: &Screen) -> String {
    let row = |one: &DroppedView| {
        [
            format!("{DROPPED}{}", one.number),
            screen.at(one.at),
            one.from.clone().map_or_else(|| one.source.to_string(), |from| plain(&from)),
            plain(&one.subject),
            plain(&one.rule),
            plain(&one.reason),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let mut text = match rows.is_empty() {
        true => String::new(),
        false => table(["MESSAGE", "CAME", "FROM", "SUBJECT", "RULE", "REASON"], &rows, screen.columns) + "\n",
    };
    let messages = if rows.len() == 1 { "message was" } else { "messages were" };
    text.push_str(&format!(
        "{} {messages} let go by rules since {}; times in {}\n",
        rows.len(),
        screen.at(since),
        screen.zone_name
    ));
    if unreadable > 0 {
        text.push_str(&format!("{unreadable} more cannot be read: the store is damaged.\n"));
    }
    text
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
