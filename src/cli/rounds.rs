//! `batond rounds`: what is planned, asked and over; one of them with who said what; starting one. May import control, views.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::Value;

use super::client::{Client, typed};
use super::screen::{Screen, plain, wrapped};
use super::table::table;
use crate::daemon::{Exit, Failure};
use crate::model::{ItemId, PersonKey, Round, RoundName};
use crate::web::control::Ask;
use crate::web::view::{AskedView, RoundEntry, RoundView};

/// Events that only say which mail went and which message came: they are in the JSON.
const QUIET: [&str; 2] = ["told", "heard"];

/// `rounds`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Rounds {
    /// One round, such as ROUND-12; without it, what is planned and open
    round: Option<ItemId>,
    /// Those that are over too
    #[arg(long)]
    all: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Begin a round now
    Start(Start),
}

/// `rounds start`
#[derive(Debug, Args)]
struct Start {
    /// Its name under `rounds`
    name: String,
    /// What it is about this time
    #[arg(long, value_name = "TEXT", default_value = "")]
    about: String,
    /// Who starts it: those who are asked read the name
    #[arg(long = "as", value_name = "PERSON")]
    person: String,
}

#[derive(Deserialize)]
struct Listed {
    rounds: Vec<RoundView>,
}

#[derive(Deserialize)]
struct Shown {
    #[serde(flatten)]
    round: RoundView,
    history: Vec<RoundEntry>,
}

#[derive(Deserialize)]
struct Started {
    round: ItemId,
}

impl Rounds {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        match (&self.what, &self.round) {
            (Some(What::Start(start)), _) => {
                let value = client.ask(&Ask::StartRound {
                    name: RoundName::from(start.name.as_str()),
                    about: start.about.clone(),
                    person: PersonKey::from(start.person.as_str()),
                })?;
                screen.show(&value, || {
                    let started: Started = typed(&value)?;
                    Ok(format!("{0} has begun; `batond rounds {0}` shows it.\n", started.round))
                })
            }
            (None, Some(id)) if !Round::is_id(id) => {
                let text = format!("{id} is an item; `batond show {id}` shows it, and a round is called like ROUND-12");
                Err(Failure::new(Exit::Usage, text))
            }
            (None, Some(id)) => {
                let value = client.ask(&Ask::Show {
                    id: id.clone(),
                    person: None,
                })?;
                screen.show(&value, || one(&value, screen))
            }
            (None, None) => {
                let value = client.ask(&Ask::Rounds { all: self.all })?;
                screen.show(&value, || Ok(human(&typed::<Listed>(&value)?.rounds, self.all, screen)))
            }
        }
    }
}

/// A table, newest first.
pub fn human(rounds: &[RoundView], all: bool, screen: &Screen) -> String {
    if rounds.is_empty() {
        let rest = if all { "" } else { "; `--all` shows those that are over" };
        return format!("No round is planned or open{rest}.\n");
    }
    let rows: Vec<[String; 7]> = rounds.iter().map(|round| cells(round, screen)).collect();
    let head = ["ROUND", "NAME", "KIND", "STATE", "BEGINS", "CLOSES", "ANSWERS"];
    let mut text = table(head, &rows, screen.columns);
    text.push_str(&format!("\ntimes in {}\n", screen.zone_name));
    text
}

fn cells(round: &RoundView, screen: &Screen) -> [String; 7] {
    let (answered, asked) = round.answered();
    let answers = match (&round.result, round.is_planned()) {
        (Some(result), _) => plain(result),
        (None, true) => "-".to_owned(),
        (None, false) => format!("{answered} of {asked}"),
    };
    let closes = round.closed.or(round.closes).map_or_else(|| "-".to_owned(), |at| screen.at(at));
    [
        round.id.to_string(),
        round.name.to_string(),
        round.kind.clone(),
        round.state.clone(),
        screen.at(round.starts),
        closes,
        answers,
    ]
}

/// One round: what was asked, who said what, what happened when.
pub fn one(value: &Value, screen: &Screen) -> Result<String, Failure> {
    let Shown { round, history } = typed(value)?;
    let mut lines = vec![format!("{}  {}", round.id, plain(&round.title)), String::new()];
    let mut fact = |label: &str, text: String| lines.push(format!("{label:<12}{text}"));
    fact("kind", format!("{}, {}", round.kind, round.state));
    if let Some(result) = &round.result {
        fact("result", plain(result));
    }
    fact("begins", format!("{}, {}", screen.at(round.starts), plain(&round.by)));
    match (round.closed, round.closes) {
        (Some(at), _) => fact("closed", screen.at(at)),
        (None, Some(at)) => fact("closes", screen.at(at)),
        (None, None) => {}
    }
    for (number, asked) in (1..).zip(&round.asks) {
        fact("asks", format!("{number}. {}", plain(asked)));
    }
    if !round.tell.is_empty() {
        fact("result to", round.tell.join(", "));
    }
    let items: Vec<String> = round.items.iter().map(ToString::to_string).collect();
    if !items.is_empty() {
        fact("items", items.join(", "));
    }
    for text in [&round.text, &round.about].into_iter().filter(|text| !text.is_empty()) {
        lines.push(String::new());
        lines.extend(text.lines().flat_map(|line| wrapped(&plain(line), 2, screen.columns.unwrap_or(80))));
    }
    if !round.people.is_empty() {
        lines.extend([String::new(), "Who said what".to_owned()]);
        lines.extend(round.people.iter().flat_map(|asked| answers(asked, screen)));
    }
    lines.extend([String::new(), "What happened".to_owned()]);
    for entry in history.iter().filter(|entry| !QUIET.contains(&entry.event.as_str())) {
        let due = entry.due.map(|due| format!(" {}", screen.at(due))).unwrap_or_default();
        lines.push(format!("  {}  {}{due}", screen.at(entry.at), plain(&entry.text)));
    }
    lines.push(format!("\ntimes in {}\n", screen.zone_name));
    Ok(lines.join("\n"))
}

fn answers(asked: &AskedView, screen: &Screen) -> Vec<String> {
    let mut lines = vec![match &asked.undelivered {
        Some(error) => format!(
            "  {}: {}; the mail to them came back: {}",
            plain(&asked.name),
            asked.state,
            plain(error)
        ),
        None => format!("  {}: {}", plain(&asked.name), asked.state),
    }];
    for said in &asked.answers {
        let late = if said.late { ", too late to count" } else { "" };
        lines.push(format!("    {}  {}{late}", screen.at(said.at), plain(&said.choice)));
        let words = said.words.lines().filter(|line| !line.trim().is_empty());
        lines.extend(words.flat_map(|line| wrapped(&plain(line), 6, screen.columns.unwrap_or(80))));
    }
    lines
}
