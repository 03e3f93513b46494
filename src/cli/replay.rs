//! `batond replay`: stored messages through the rules in the configuration folder, without effect. May import control, views, config, the driver's foresight. The daemon is only read from.

use std::path::Path;

use clap::Args;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{Client, typed};
use super::explain::{Explained, Explainer, VerdictView, configuration};
use super::screen::{Screen, plain};
use super::stored::{Stored, stored};
use super::table::table;
use super::{Format, when};
use crate::daemon::{Exit, Failure};
use crate::model::ItemId;
use crate::simulate::messages::FileMessage;
use crate::web::control::Ask;
use crate::web::view::{ItemView, WentView};

/// `replay`
#[derive(Debug, Args)]
pub struct Replay {
    /// Items, such as SUP-142: all their messages
    #[arg(value_name = "ITEM", required_unless_present = "since")]
    items: Vec<ItemId>,
    /// Every message that came since then: `2d`, `2026-11-23`, "2026-11-23 09:00"
    #[arg(long, value_name = "WHEN", conflicts_with = "items")]
    since: Option<String>,
    /// Show only what would go otherwise
    #[arg(long)]
    changed: bool,
}

#[derive(Deserialize)]
struct Items {
    items: Vec<ItemView>,
}

/// One message, as it went and as it would go.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Replayed {
    /// `SUP-142:1`
    message: String,
    /// When it came.
    at: Timestamp,
    /// As it went.
    went: WentView,
    /// As it would go now.
    now: Option<VerdictView>,
    /// What is otherwise: `way`, `rule`, `queue`, `key`, `priority`.
    differs: Vec<&'static str>,
}

impl Replay {
    /// Reads, judges, compares.
    pub fn run(&self, config: &Path, screen: &Screen) -> Result<(), Failure> {
        let loaded =
            configuration(config)?.ok_or_else(|| Failure::new(Exit::Config, "replay needs a configuration; name one with --config"))?;
        let mut client = Client::connect(config)?;
        let since = self.since.as_deref().map(|text| when::since(text, screen)).transpose()?;
        let items = match since {
            Some(since) => since_then(&mut client, since)?,
            None => self.items.clone(),
        };
        let explainer = Explainer::new(Some(&loaded.policy));
        let mut rows = Vec::new();
        let (mut all, mut otherwise) = (0u64, 0u64);
        for item in &items {
            stored(&mut client, item, |one| {
                if since.is_some_and(|since| one.incoming.at < since) {
                    return Ok(());
                }
                let replayed = replayed(item, one, &explainer);
                all += 1;
                otherwise += u64::from(!replayed.differs.is_empty());
                if !self.changed || !replayed.differs.is_empty() {
                    rows.push(replayed);
                }
                Ok(())
            })?;
        }
        match screen.format {
            Format::Json => screen.print(&format!("{:#}\n", json!({ "messages": rows, "otherwise": otherwise, "all": all }))),
            Format::Human | Format::Html | Format::Junit => screen.print(&human(&rows, all, otherwise, screen)),
        }
    }
}

/// The items that a message may have come to since then.
fn since_then(client: &mut Client, since: Timestamp) -> Result<Vec<ItemId>, Failure> {
    let answer = client.ask(&Ask::List { all: true })?;
    let Items { items } = typed(&answer)?;
    Ok(items.into_iter().filter(|item| item.updated >= since).map(|item| item.id).collect())
}

fn replayed(item: &ItemId, one: Stored, explainer: &Explainer<'_>) -> Replayed {
    let message = format!("{item}:{}", one.number);
    let explained = explainer.explain(FileMessage {
        name: message.clone(),
        own_time: Some(one.incoming.at),
        arrival: Ok(one.arrival),
    });
    let now = nearest(explained, &one.went);
    Replayed {
        message,
        at: one.incoming.at,
        differs: differs(&one.went, now.as_ref(), one.answers),
        went: one.went,
        now,
    }
}

/// Of several things that would follow, the one that is most like what came of it on this item.
fn nearest(explained: Explained, went: &WentView) -> Option<VerdictView> {
    let mut first = explained.verdict?;
    let others = std::mem::take(&mut first.also);
    let likeness = |view: &VerdictView| {
        let same = [
            view.target.key == went.key,
            view.rule.as_deref() == went.rule.as_ref().map(|rule| rule.name.as_str()),
            view.target.queue.as_deref() == Some(went.queue.as_str()),
        ];
        same.into_iter().filter(|same| *same).count()
    };
    std::iter::once(first)
        .chain(others)
        .reduce(|best, other| if likeness(&other) > likeness(&best) { other } else { best })
}

/// In what the two differ. A message that joined by its thread or reply key was never asked about by rules; one that joined by a key still does if it has it.
fn differs(went: &WentView, now: Option<&VerdictView>, answers: bool) -> Vec<&'static str> {
    if went.way == "joins" && answers {
        return Vec::new();
    }
    let Some(now) = now else { return vec!["way"] };
    let target = &now.target;
    let same_key = target.key == went.key;
    if went.way == "joins" {
        return if same_key && went.key.is_some() && target.way == "new" {
            Vec::new()
        } else {
            vec!["way"]
        };
    }
    let rule = went.rule.as_ref().map(|rule| rule.name.as_str());
    let queue = target.queue.as_deref().is_none_or(|queue| queue == went.queue.as_str());
    let priority = went
        .priority
        .is_none_or(|was| target.priority.as_deref().is_none_or(|now| now == was.as_str()));
    let checks = [
        ("way", went.way == target.way),
        ("rule", rule == now.rule.as_deref()),
        ("queue", queue),
        ("key", same_key || target.way == "dropped"),
        ("priority", priority),
    ];
    checks.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

fn human(rows: &[Replayed], all: u64, otherwise: u64, screen: &Screen) -> String {
    let lines: Vec<[String; 4]> = rows
        .iter()
        .map(|row| {
            let now = if row.differs.is_empty() { "the same".to_owned() } else { now(row) };
            let mark = if row.differs.is_empty() { " " } else { "*" };
            [format!("{mark} {}", row.message), screen.at(row.at), went(&row.went), now]
        })
        .collect();
    let mut text = if rows.is_empty() {
        String::new()
    } else {
        table(["  MESSAGE", "CAME", "WENT", "WOULD GO"], &lines, screen.columns) + "\n"
    };
    let messages = if all == 1 { "message" } else { "messages" };
    text.push_str(&format!(
        "{all} {messages}, {otherwise} would go otherwise (*); times in {}. Nothing was changed.\n",
        screen.zone_name
    ));
    text
}

fn went(went: &WentView) -> String {
    let rule = went
        .rule
        .as_ref()
        .map_or_else(String::new, |rule| format!(" by {}", plain(&rule.name)));
    match went.way.as_str() {
        "new" => format!("new in {}{rule}", went.queue),
        "closes" => format!("closed it{rule}"),
        _ => format!("joined in {}", went.queue),
    }
}

fn now(row: &Replayed) -> String {
    let Some(now) = &row.now else { return "cannot be read".to_owned() };
    let rule = now.rule.as_deref().map_or_else(String::new, |rule| format!(" by {}", plain(rule)));
    let queue = now.target.queue.as_deref().unwrap_or_default();
    let what = match now.target.way {
        "new" => format!("new in {queue}{rule}"),
        "closes" => format!("closes what has the key{rule}"),
        "dropped" => format!("let go{rule}"),
        _ => format!("joins in {queue}{rule}"),
    };
    let more = |name: &str, text: Option<&str>| {
        let shown = row
            .differs
            .contains(&name)
            .then(|| format!(", {name} {}", plain(text.unwrap_or("none"))));
        shown.unwrap_or_default()
    };
    let key = more("key", now.target.key.as_deref());
    format!("{what}{}{key}", more("priority", now.target.priority.as_deref()))
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
