//! `batond do ITEM WORDS…`: what a reply would do, from the command line. May import control.

use clap::Args;
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use crate::daemon::Failure;
use crate::model::{ItemId, PersonKey};
use crate::web::control::Ask;

/// `do`
#[derive(Debug, Args)]
pub struct Act {
    /// Who does it; the accountable person if nobody is named
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
    /// The item, such as SUP-142
    item: ItemId,
    /// The words, as in a reply: accept, pass ben, snooze 2h, note it rains; options stand before the item
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

#[derive(Deserialize)]
struct Done {
    lines: Vec<String>,
}

impl Act {
    /// Asks and prints the outcome, a line for a line.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let value = client.ask(&Ask::Do {
            id: self.item.clone(),
            words: self.words.join(" "),
            person: self.person.as_deref().map(PersonKey::from),
        })?;
        screen.show(&value, || {
            let done: Done = typed(&value)?;
            Ok(done.lines.iter().map(|line| plain(line) + "\n").collect())
        })
    }
}
