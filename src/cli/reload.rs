//! `batond reload`: as SIGHUP, with the answer; with `--dry-run` only what would be otherwise. May import control.

use clap::Args;
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{COLUMNS, Screen, plain, wrapped};
use crate::daemon::Failure;
use crate::web::control::{Ahead, AheadItem, Ask};

/// `reload`
#[derive(Debug, Args)]
pub struct Reload {
    /// Change nothing; say which open items the configuration on disk would treat otherwise
    #[arg(long)]
    dry_run: bool,
}

#[derive(Deserialize)]
struct Told {
    text: String,
}

impl Reload {
    /// Asks and prints what came of it.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let value = client.ask(&Ask::Reload { dry_run: self.dry_run })?;
        screen.show(&value, || {
            if self.dry_run {
                Ok(human(&typed(&value)?))
            } else {
                Ok(typed::<Told>(&value)?.text + "\n")
            }
        })
    }
}

/// Each item, and below it what would be otherwise.
pub fn human(ahead: &Ahead) -> String {
    let mut lines = Vec::new();
    for changed in &ahead.items {
        lines.push(format!("{}  {}", changed.item, plain(&changed.title)));
        for one in &changed.differences {
            let mut told = wrapped(&format!("{} → {}", plain(&one.was), plain(&one.would)), 14, COLUMNS);
            if let Some(first) = told.first_mut() {
                *first = format!("  {:<12}{}", one.what, first.trim_start());
            }
            lines.extend(told);
        }
        lines.push(String::new());
    }
    let items = if ahead.looked_at == 1 { "item" } else { "items" };
    lines.push(if ahead.policy_now == ahead.policy_then {
        format!("The configuration on disk is the one that runs (policy {}).", ahead.policy_now)
    } else {
        format!("Policy {} would take the place of {}.", ahead.policy_then, ahead.policy_now)
    });
    lines.push(format!(
        "{} of {} open {items} would be treated otherwise if {} came now.",
        ahead.items.len(),
        ahead.looked_at,
        if ahead.looked_at == 1 { "it" } else { "they" }
    ));
    lines.push("Nothing was changed, and no deadline moves on a reload.".to_owned());
    let mute = |changed: &AheadItem| changed.differences.iter().any(|one| one.what == "mute");
    if ahead.items.iter().any(mute) {
        lines.push("Mutes of the configuration it ends or moves as shown.".to_owned());
    }
    if ahead.left_out > 0 {
        lines.push(format!("{} more open items were not looked at.", ahead.left_out));
    }
    lines.join("\n") + "\n"
}
