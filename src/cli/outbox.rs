//! `batond outbox`: what is to be sent and what was given up, mail and calls. May import control, views.

use clap::{Args, Subcommand};
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::{Exit, Failure};
use crate::web::control::Ask;
use crate::web::view::DeliveryView;

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
    },
    /// Show one delivery
    Show {
        /// Its id, such as d12.0
        delivery: String,
    },
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    deliveries: Vec<DeliveryView>,
}

impl Outbox {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let calls_only = matches!(self.look, Look::List { calls: true, .. });
        let mut value = client.ask(&Ask::Outbox { calls: calls_only })?;
        match &self.look {
            Look::List { all, .. } => {
                if let (false, Some(list)) = (all, value.get_mut("deliveries").and_then(|list| list.as_array_mut())) {
                    list.retain(|delivery| delivery.get("state").is_none_or(|state| state != "sent"));
                }
                screen.show(&value, || {
                    let listed: Listed = typed(&value)?;
                    Ok(human(&listed.deliveries, screen))
                })
            }
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
    lines.extend(delivery.last_error.as_deref().map(|error| ("Last error", plain(error))));
    lines.iter().map(|(label, text)| format!("{label:<12}{text}\n")).collect()
}
