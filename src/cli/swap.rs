//! `batond swap`: which swaps of duty are asked and agreed, or asking for one. May import control, views.

use clap::Args;
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::{Exit, Failure};
use crate::model::PersonKey;
use crate::web::control::Ask;
use crate::web::view::{StretchView, SwapView};

/// `swap`
#[derive(Debug, Args)]
pub struct Swap {
    /// The day, or days, of your duty: 2026-12-24, friday, "24 Dec until 26 Dec"; without it, swaps are listed
    when: Option<String>,
    /// Who is asked to take it
    #[arg(long, value_name = "PERSON", requires = "when")]
    with: Option<String>,
    /// Whose duty it is
    #[arg(long = "as", value_name = "PERSON", requires = "when")]
    person: Option<String>,
    /// What you take in return
    #[arg(long = "for", value_name = "WHEN", requires = "when")]
    back: Option<String>,
    /// The rotation, where you have duty in several then
    #[arg(long = "in", value_name = "ROTATION", requires = "when")]
    rotation: Option<String>,
}

#[derive(Deserialize)]
struct Swaps {
    swaps: Vec<SwapView>,
}

#[derive(Deserialize)]
struct Done {
    lines: Vec<String>,
}

impl Swap {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let Some(when) = &self.when else {
            let value = client.ask(&Ask::Swaps)?;
            return screen.show(&value, || Ok(human(&typed::<Swaps>(&value)?.swaps, screen)));
        };
        let (Some(with), Some(person)) = (&self.with, &self.person) else {
            let text = format!("say whose duty it is and who is asked: batond swap \"{when}\" --as ana --with ben");
            return Err(Failure::new(Exit::Usage, text));
        };
        let back = self.back.as_ref().map_or_else(String::new, |back| format!(" for {back}"));
        let rotation = self
            .rotation
            .as_ref()
            .map_or_else(String::new, |rotation| format!(" in {rotation}"));
        let ask = Ask::About {
            person: PersonKey::from(person.as_str()),
            words: one_line(&format!("/swap {when} with {with}{rotation}{back}")),
        };
        let value = client.ask(&ask)?;
        screen.show(&value, || {
            let done: Done = typed(&value)?;
            Ok(done.lines.iter().map(|line| plain(line) + "\n").collect())
        })
    }
}

/// What is asked stays one line, whatever the arguments hold.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A table, the newest first.
pub fn human(swaps: &[SwapView], screen: &Screen) -> String {
    if swaps.is_empty() {
        return "No duty is swapped. `swap 2026-12-24 with ben` in an answer to any mail asks for it.\n".into();
    }
    let rows: Vec<[String; 5]> = swaps.iter().map(|swap| row(swap, screen)).collect();
    let mut text = table(["ID", "STATE", "ROTATION", "ANSWER BY", "WHAT"], &rows, screen.columns);
    text.push_str(&format!(
        "\n`batond do --as PERSON SWAP-1 accept` answers one; times in {}\n",
        screen.zone_name
    ));
    text
}

fn row(swap: &SwapView, screen: &Screen) -> [String; 5] {
    let stretches = |stretches: &[StretchView]| {
        let said: Vec<String> = stretches
            .iter()
            .map(|stretch| format!("{} to {}", screen.at(stretch.from), screen.at(stretch.until)))
            .collect();
        said.join(" and ")
    };
    let mut what = format!("{} to {}: {}", swap.asker, swap.other, stretches(&swap.given));
    if !swap.returned.is_empty() {
        what.push_str(&format!("; {} to {}: {}", swap.other, swap.asker, stretches(&swap.returned)));
    }
    if let Some(why) = &swap.why {
        what.push_str(&format!(" ({})", plain(why)));
    }
    let by = if swap.state == "asked" {
        screen.at(swap.answer_by)
    } else {
        "-".to_owned()
    };
    [swap.id.to_string(), swap.state.clone(), plain(swap.rotation.as_str()), by, what]
}
