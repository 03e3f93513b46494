//! `batond replay`: stored messages through the rules in the configuration folder, without effect. May import control, views, config, the driver's foresight. The daemon is only read from.

use std::path::Path;
use std::str::FromStr;

use clap::Args;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Client, typed};
use super::explain::{Explained, Explainer, VerdictView, configuration};
use super::screen::{Screen, plain};
use super::stored::{DROPPED, Stored, Wanted, dropped, dropped_number, stored};
use super::table::table;
use super::{Format, when};
use crate::daemon::{Exit, Failure};
use crate::model::{ItemId, QueueName};
use crate::simulate::messages::FileMessage;
use crate::web::control::Ask;
use crate::web::view::{ItemView, WentView};

/// `replay`
#[derive(Debug, Args)]
pub struct Replay {
    /// Items, such as SUP-142: all their messages; or a dropped message, such as dropped:57
    #[arg(value_name = "ITEM", required_unless_present = "since")]
    items: Vec<Named>,
    /// Every message that came since then, the dropped ones too: `2d`, `2026-11-23`, "2026-11-23 09:00"
    #[arg(long, value_name = "WHEN", conflicts_with = "items")]
    since: Option<String>,
    /// Show only what would go otherwise
    #[arg(long)]
    changed: bool,
}

/// What can be named: an item, or a message that a rule let go.
#[derive(Debug, Clone)]
enum Named {
    Item(ItemId),
    Dropped(u64),
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(number) = dropped_number(text) {
            return Ok(Self::Dropped(number));
        }
        let item = text.parse().map(Self::Item);
        item.map_err(|_| "name an item, such as SUP-142, or a dropped message, such as dropped:57".to_owned())
    }
}

#[derive(Deserialize)]
struct Items {
    items: Vec<ItemView>,
}

/// One message, as it went and as it would go.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Replayed {
    /// `SUP-142:1`, `dropped:57`
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
        let mut replayed = Rows {
            explainer: Explainer::new(Some(&loaded.policy)),
            changed: self.changed,
            rows: Vec::new(),
            all: 0,
            otherwise: 0,
            unreadable: 0,
        };
        match since {
            Some(since) => replayed.since(&mut client, since)?,
            None => replayed.named(&mut client, &self.items)?,
        }
        match screen.format {
            Format::Json => screen.print(&format!("{:#}\n", replayed.json())),
            Format::Human | Format::Html | Format::Junit => screen.print(&human(&replayed, screen)),
        }
    }
}

/// What was replayed so far.
struct Rows<'a> {
    explainer: Explainer<'a>,
    /// Whether only what would go otherwise is shown.
    changed: bool,
    rows: Vec<Replayed>,
    all: u64,
    otherwise: u64,
    unreadable: u64,
}

impl Rows<'_> {
    fn since(&mut self, client: &mut Client, since: Timestamp) -> Result<(), Failure> {
        for item in since_then(client, since)? {
            stored(client, &item, |one| {
                // What was dropped is listed with its like.
                if one.incoming.at >= since && one.went.way != "dropped" {
                    self.add(format!("{item}:{}", one.number), one);
                }
                Ok(())
            })?;
        }
        self.unreadable = dropped(client, Wanted::Since(since), |one| {
            if one.incoming.at >= since {
                self.add(format!("{DROPPED}{}", one.number), one);
            }
            Ok(())
        })?;
        Ok(())
    }

    fn named(&mut self, client: &mut Client, named: &[Named]) -> Result<(), Failure> {
        for one in named {
            match one {
                Named::Item(item) => stored(client, item, |one| {
                    self.add(format!("{item}:{}", one.number), one);
                    Ok(())
                })?,
                Named::Dropped(number) => {
                    dropped(client, Wanted::One(*number), |one| {
                        self.add(format!("{DROPPED}{}", one.number), one);
                        Ok(())
                    })?;
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, message: String, one: Stored) {
        let replayed = replayed(message, one, &self.explainer);
        self.all += 1;
        self.otherwise += u64::from(!replayed.differs.is_empty());
        if !self.changed || !replayed.differs.is_empty() {
            self.rows.push(replayed);
        }
    }

    fn json(&self) -> Value {
        json!({ "messages": self.rows, "otherwise": self.otherwise, "all": self.all, "unreadable": self.unreadable })
    }
}

/// The items that a message may have come to since then.
fn since_then(client: &mut Client, since: Timestamp) -> Result<Vec<ItemId>, Failure> {
    let answer = client.ask(&Ask::List { all: true })?;
    let Items { items } = typed(&answer)?;
    Ok(items.into_iter().filter(|item| item.updated >= since).map(|item| item.id).collect())
}

fn replayed(message: String, one: Stored, explainer: &Explainer<'_>) -> Replayed {
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
            view.target.queue.as_deref() == went.queue.as_ref().map(QueueName::as_str),
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
    let rule = went.rule.as_ref().map(|rule| rule.name.as_str());
    if went.way == "dropped" {
        // A rule that closes by a key, and found nothing to close, lets its message go.
        let same_way = matches!(target.way, "dropped" | "closes");
        let checks = [("way", same_way), ("rule", rule == now.rule.as_deref())];
        return checks.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
    }
    if went.way == "joins" {
        return if same_key && went.key.is_some() && target.way == "new" {
            Vec::new()
        } else {
            vec!["way"]
        };
    }
    let was = went.queue.as_ref().map(QueueName::as_str);
    let queue = target.queue.is_none() || target.queue.as_deref() == was;
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

fn human(replayed: &Rows<'_>, screen: &Screen) -> String {
    let (all, otherwise) = (replayed.all, replayed.otherwise);
    let rows = replayed.rows.iter();
    let lines: Vec<[String; 4]> = rows
        .map(|row| {
            let now = if row.differs.is_empty() { "the same".to_owned() } else { now(row) };
            let mark = if row.differs.is_empty() { " " } else { "*" };
            [format!("{mark} {}", row.message), screen.at(row.at), went(&row.went), now]
        })
        .collect();
    let mut text = if lines.is_empty() {
        String::new()
    } else {
        table(["  MESSAGE", "CAME", "WENT", "WOULD GO"], &lines, screen.columns) + "\n"
    };
    let messages = if all == 1 { "message" } else { "messages" };
    text.push_str(&format!(
        "{all} {messages}, {otherwise} would go otherwise (*); times in {}. Nothing was changed.\n",
        screen.zone_name
    ));
    if replayed.unreadable > 0 {
        text.push_str(&format!(
            "{} more that rules let go cannot be read: the store is damaged.\n",
            replayed.unreadable
        ));
    }
    text
}

fn went(went: &WentView) -> String {
    let rule = went
        .rule
        .as_ref()
        .map_or_else(String::new, |rule| format!(" by {}", plain(&rule.name)));
    let queue = went.queue.as_ref().map_or("", QueueName::as_str);
    match went.way.as_str() {
        "new" => format!("new in {queue}{rule}"),
        "closes" => format!("closed it{rule}"),
        "dropped" => format!("let go{rule}"),
        _ => format!("joined in {queue}"),
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
