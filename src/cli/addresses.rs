//! `batond addresses`: the addresses mail to which is in trouble; `batond addresses works ADDRESS` lets it go on. May import control, views.

use clap::{Args, Subcommand};
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::Failure;
use crate::web::control::Ask;
use crate::web::view::AddressView;

/// `addresses`
#[derive(Debug, Args)]
pub struct Addresses {
    #[command(subcommand)]
    say: Option<Say>,
}

#[derive(Debug, Subcommand)]
enum Say {
    /// Mail to an address works again: what waits for it and still makes sense is sent
    Works {
        /// The address
        address: String,
    },
}

#[derive(Deserialize)]
struct Listed {
    addresses: Vec<AddressView>,
}

#[derive(Deserialize)]
struct Done {
    lines: Vec<String>,
}

impl Addresses {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        match &self.say {
            None => {
                let value = client.ask(&Ask::Addresses)?;
                screen.show(&value, || Ok(human(&typed::<Listed>(&value)?.addresses, screen)))
            }
            Some(Say::Works { address }) => {
                let value = client.ask(&Ask::AddressWorks { address: address.clone() })?;
                screen.show(&value, || {
                    let done: Done = typed(&value)?;
                    Ok(done.lines.iter().map(|line| plain(line) + "\n").collect())
                })
            }
        }
    }
}

/// A table.
pub fn human(addresses: &[AddressView], screen: &Screen) -> String {
    if addresses.is_empty() {
        return "Mail to every address is in order.\n".into();
    }
    let row = |one: &AddressView| {
        [
            plain(&one.address),
            one.state.clone(),
            one.since.map_or_else(|| "-".to_owned(), |at| screen.at(at)),
            one.until.map_or_else(|| "-".to_owned(), |at| screen.at(at)),
            one.parked.to_string(),
            one.item.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            plain(&one.why),
        ]
    };
    let rows: Vec<_> = addresses.iter().map(row).collect();
    let mut text = table(
        ["ADDRESS", "STATE", "SINCE", "UNTIL", "WAITING", "ITEM", "WHY"],
        &rows,
        screen.columns,
    );
    text.push_str(&format!(
        "\n`batond addresses works ADDRESS` lets mail go on; times in {}\n",
        screen.zone_name
    ));
    text
}
