//! `batond demo`: the main job played once on a real daemon, with real mail, on short clocks. May import client, config, decode, views. It fails if any step is not seen.

mod hook;
mod mail;
mod mailbox;
mod place;
mod process;
mod stage;
mod story;
mod tell;
mod wait;

use std::path::Path;

use clap::Args;
use jiff::tz::TimeZone;

use super::screen::Screen;
use crate::clock::{Clock, SystemClock};
use crate::daemon::{Exit, Failure};
use place::Place;
use stage::Stage;

/// The zone of the people in the story who are told about most.
const ZONE: &str = "Europe/Berlin";
/// How much of the daemon's log is shown when a step fails.
const LOG_LINES: usize = 12;
/// The longest log that is looked at.
const MAX_LOG_BYTES: u64 = 8 * 1024 * 1024;

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Leave the folder with the mails, the log and the store
    #[arg(long)]
    keep: bool,
    /// Break the relay first, to prove that the demo can fail
    #[arg(long, hide = true)]
    broken_relay: bool,
}

impl Demo {
    /// Plays it. The folder stays if a step fails.
    pub fn run(&self, screen: &Screen) -> Result<(), Failure> {
        let screen = &to_the_second(screen)?;
        let place = Place::make(SystemClock.now())?;
        if self.broken_relay {
            place.break_relay()?;
        }
        play(&place, screen).map_err(|failure| explained(failure, &place))?;
        if self.keep {
            return screen.print(&format!("\nEverything of this demo is in {}.\n", place.folder.display()));
        }
        place.remove()
    }
}

/// Times as Ana reads them, to the second: all of it happens within a minute.
fn to_the_second(screen: &Screen) -> Result<Screen, Failure> {
    let zone = TimeZone::get(ZONE).map_err(|error| Failure::new(Exit::Internal, format!("{ZONE}: {error}; is tzdata installed?")))?;
    Ok(Screen {
        zone,
        zone_name: ZONE.to_owned(),
        seconds: true,
        ..*screen
    })
}

fn play(place: &Place, screen: &Screen) -> Result<(), Failure> {
    let mut stage = Stage::open(place, screen)?;
    story::play(&mut stage)?;
    stage.close()
}

/// A failure with where to look: the folder, and the end of the daemon's log.
fn explained(failure: Failure, place: &Place) -> Failure {
    if failure.text.is_empty() {
        return failure;
    }
    let log = log_end(&place.log());
    let text = format!(
        "the demo FAILED\n{}\nIts folder is left for you to look at: {}\nThe last lines of the daemon's log there:\n{log}",
        failure.text,
        place.folder.display()
    );
    Failure::new(failure.exit, text)
}

fn log_end(path: &Path) -> String {
    match place::read_at_most(path, MAX_LOG_BYTES) {
        Err(error) => format!("  it cannot be read: {error}"),
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = text.lines().collect();
            let first = lines.len().saturating_sub(LOG_LINES);
            let last = lines.get(first..).unwrap_or_default();
            last.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
        }
    }
}

/// A step that was not seen: what should have happened, and what did.
fn missed(step: &str, expected: &str, seen: &str) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("  step:     {step}\n  expected: {expected}\n  seen:     {seen}"),
    )
}
