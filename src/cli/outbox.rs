//! `batond outbox`: what is to be sent and what was given up, mail and calls; one again, or never. May import control, views.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::Value;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::{Exit, Failure};
use crate::model::DeliveryId;
use crate::web::control::Ask;
use crate::web::view::{DeliveryView, RelayView};

/// `outbox`
#[derive(Debug, Args)]
pub struct Outbox {
    #[command(subcommand)]
    look: Look,
}

#[derive(Debug, Subcommand)]
enum Look {
    /// List what is due and what was given up: mail, and calls of web addresses
    List {
        /// What was sent too
        #[arg(long)]
        all: bool,
        /// Only the calls of web addresses
        #[arg(long)]
        calls: bool,
        /// Only what was given up
        #[arg(long, conflicts_with = "all")]
        dead: bool,
    },
    /// Show one delivery
    Show {
        /// Its id, such as d12.0
        delivery: String,
    },
    /// Send again what was given up, or now what waits for its next try; its id stays the same
    Retry {
        /// Their ids, such as d12.0
        #[arg(required_unless_present = "dead", conflicts_with = "dead")]
        deliveries: Vec<DeliveryId>,
        /// Everything that was given up
        #[arg(long)]
        dead: bool,
    },
    /// Do not send a mail or make a call: it is kept as a dead letter, and nobody is told
    Drop {
        /// Its id, such as d12.0
        delivery: DeliveryId,
        /// Why, for whoever looks later
        why: String,
    },
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    relays: Vec<RelayView>,
    #[serde(default)]
    deliveries: Vec<DeliveryView>,
}

impl Outbox {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        match &self.look {
            Look::Retry { deliveries, .. } => return act(&mut client, screen, deliveries.clone(), None),
            Look::Drop { delivery, why } => return act(&mut client, screen, vec![*delivery], Some(why.clone())),
            Look::List { .. } | Look::Show { .. } => {}
        }
        let calls_only = matches!(self.look, Look::List { calls: true, .. });
        let mut value = client.ask(&Ask::Outbox { calls: calls_only })?;
        match &self.look {
            Look::List { all, dead, .. } => {
                if let (false, Some(list)) = (all, value.get_mut("deliveries").and_then(|list| list.as_array_mut())) {
                    let is = |delivery: &Value, word: &str| delivery.get("state").is_some_and(|state| state == word);
                    list.retain(|delivery| !is(delivery, "sent") && (!dead || is(delivery, "dead")));
                }
                screen.show(&value, || Ok(listed(&typed(&value)?, screen)))
            }
            Look::Retry { .. } | Look::Drop { .. } => Ok(()),
            Look::Show { delivery } => {
                let found = value.get("deliveries").and_then(|list| list.as_array()).into_iter().flatten();
                let found = found
                    .into_iter()
                    .find(|one| one.get("id").is_some_and(|id| id == delivery.as_str()));
                let missing = || {
                    Failure::new(
                        Exit::NotFound,
                        format!("there is no delivery {delivery}; see `batond outbox list --all`"),
                    )
                };
                let found = found.ok_or_else(missing)?;
                screen.show(found, || Ok(one(&typed(found)?, screen)))
            }
        }
    }
}

#[derive(Deserialize)]
struct Done {
    lines: Vec<String>,
}

/// Does something with deliveries, and says what came of each.
fn act(client: &mut Client, screen: &Screen, ids: Vec<DeliveryId>, drop: Option<String>) -> Result<(), Failure> {
    let value = client.ask(&Ask::Mail { ids, drop })?;
    screen.show(&value, || {
        let done: Done = typed(&value)?;
        if done.lines.is_empty() {
            return Ok("Nothing was given up.\n".to_owned());
        }
        Ok(done.lines.iter().map(|line| plain(line) + "\n").collect())
    })
}

/// Relays that do not work, then a table of mail and calls.
fn listed(listed: &Listed, screen: &Screen) -> String {
    let down = listed.relays.iter().filter_map(|relay| {
        let why = relay.why.as_deref().unwrap_or_default();
        Some(format!(
            "Relay {} does not work since {}: {}\n",
            plain(&relay.name),
            screen.at(relay.down_since?),
            plain(why)
        ))
    });
    let mut text: String = down.collect();
    if !text.is_empty() {
        text.push('\n');
    }
    text + &human(&listed.deliveries, screen)
}

/// A table.
pub fn human(deliveries: &[DeliveryView], screen: &Screen) -> String {
    if deliveries.is_empty() {
        return "Nothing waits to be sent, nothing was given up.\n".into();
    }
    let row = |delivery: &DeliveryView| {
        let tries = delivery.attempts.to_string();
        let at = screen.at(delivery.at);
        [
            delivery.id.to_string(),
            delivery.kind.clone(),
            delivery.state.clone(),
            at,
            tries,
            plain(&delivery.reader),
            plain(&delivery.subject),
        ]
    };
    let rows: Vec<_> = deliveries.iter().map(row).collect();
    let mut text = table(["ID", "KIND", "STATE", "AT", "TRIES", "TO", "SUBJECT"], &rows, screen.columns);
    text.push_str(&format!("\ntimes in {}\n", screen.zone_name));
    text
}

fn one(delivery: &DeliveryView, screen: &Screen) -> String {
    let join = |parts: Vec<String>| parts.join(", ");
    let mut lines = vec![
        ("Delivery", delivery.id.to_string()),
        (
            "State",
            format!("{} {} ({})", delivery.state, screen.at(delivery.at), screen.zone_name),
        ),
        ("To", plain(&delivery.to)),
        ("Subject", plain(&delivery.subject)),
        ("Message-ID", plain(&delivery.message_id)),
        ("For", join(delivery.reasons.iter().map(ToString::to_string).collect())),
        ("Items", join(delivery.items.iter().map(ToString::to_string).collect())),
        ("Queued", screen.at(delivery.queued)),
        ("Tries", delivery.attempts.to_string()),
    ];
    lines.extend(delivery.replayed.map(|at| ("Again since", screen.at(at))));
    lines.extend(delivery.last_error.as_deref().map(|error| ("Last error", plain(error))));
    let mut text: String = lines.iter().map(|(label, text)| format!("{label:<12}{text}\n")).collect();
    if delivery.state == "dead" {
        text.push_str(&format!("\n`batond outbox retry {}` sends it once more.\n", delivery.id));
    }
    text
}
