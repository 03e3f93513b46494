//! `batond explain`: what would come of a message, and why; or the page of a code. May import config, simulate's messages, the driver's foresight. Changes nothing.

mod explained;
mod message;
mod page;
mod text;
mod verdict;

pub use explained::{Explained, Explainer};
#[cfg(test)]
pub use verdict::TargetView;
pub use verdict::VerdictView;

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::client::Client;
use super::screen::Screen;
use super::stored::{Stored, Wanted, dropped, dropped_number, stored};
use super::{DEFAULT_CONFIG, Format, when};
use crate::config::{self, Config, render_text};
use crate::daemon::{Exit, Failure};
use crate::model::{ItemId, SourceName};
use crate::simulate::messages::{FileMessage, Reader, Sources};

/// The name of what is read from standard input.
const STDIN: &str = "-";

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// Mails (.eml), mailboxes (.mbox), Maildirs, webhooks (.json), folders of them; `-` for standard input; an item such as SUP-142 or a dropped message such as dropped:57; or a code such as B0203
    #[arg(required = true, value_name = "FILE")]
    what: Vec<String>,
    /// The source they came by, when the files do not show it
    #[arg(long, value_name = "SOURCE")]
    source: Option<SourceName>,
    /// When they arrive: `now`, or such as "2026-11-23 09:00"; else when each says that it did
    #[arg(long, value_name = "WHEN")]
    at: Option<String>,
    /// Show every rule that was looked at, not only the nearest
    #[arg(long)]
    all: bool,
}

impl Explain {
    /// Explains one after the other, as they are read.
    pub fn run(&self, path: &Path, screen: &Screen) -> Result<(), Failure> {
        let is_code = |word: &String| page::is_code(word) && !Path::new(word).exists();
        if self.what.iter().all(is_code) {
            return self.what.iter().try_for_each(|word| page::print(word, screen));
        }
        let config = configuration(path)?;
        let reader = Reader {
            sources: Sources::of(config.as_ref().map_or(&[], |config| &config.settings.sources), self.source.clone()),
            at: self.at.as_deref().map(|at| when::instant(at, screen)).transpose()?,
            now: screen.now,
        };
        let mut telling = Telling {
            explainer: Explainer::new(config.as_ref().map(|config| &config.policy)),
            all: self.all,
            screen,
            told: 0,
            unreadable: 0,
        };
        for what in &self.what {
            if let Some(item) = item(what) {
                self.item(&item, path, &reader, &mut telling)?;
                continue;
            }
            if let Some(number) = dropped_number(what).filter(|_| !Path::new(what).exists()) {
                let mut client = Client::connect(path)?;
                dropped(&mut client, Wanted::One(number), |one| telling.stored(what.clone(), one, &reader))?;
                continue;
            }
            let messages = if what == STDIN {
                reader.stream(STDIN, io::stdin())
            } else {
                reader.messages(vec![PathBuf::from(what)])
            };
            for found in messages {
                telling.tell(found)?;
            }
        }
        match telling.unreadable {
            0 => Ok(()),
            1 => Err(Failure::new(Exit::Failed, "1 file could not be read")),
            many => Err(Failure::new(Exit::Failed, format!("{many} files could not be read"))),
        }
    }

    /// The messages of an item, asked of the daemon.
    fn item(&self, item: &ItemId, path: &Path, reader: &Reader, telling: &mut Telling<'_>) -> Result<(), Failure> {
        let mut client = Client::connect(path)?;
        stored(&mut client, item, |one| {
            telling.stored(format!("{item}:{}", one.number), one, reader)
        })
    }
}

/// An item's id, where there is no file of that name.
fn item(what: &str) -> Option<ItemId> {
    what.parse().ok().filter(|_| !Path::new(what).exists())
}

/// Explains and prints, one message after the other.
struct Telling<'a> {
    explainer: Explainer<'a>,
    all: bool,
    screen: &'a Screen,
    told: u64,
    unreadable: u64,
}

impl Telling<'_> {
    fn stored(&mut self, name: String, one: Stored, reader: &Reader) -> Result<(), Failure> {
        let mut arrival = one.arrival;
        arrival.received = reader.at.unwrap_or(arrival.received);
        self.tell(FileMessage {
            name,
            own_time: Some(one.incoming.at),
            arrival: Ok(arrival),
        })
    }

    fn tell(&mut self, found: FileMessage) -> Result<(), Failure> {
        self.unreadable += u64::from(found.arrival.is_err());
        let explained = self.explainer.explain(found);
        self.told += 1;
        match self.screen.format {
            Format::Json => {
                let line = serde_json::to_string(&explained);
                let line = line.map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
                self.screen.print(&format!("{line}\n"))
            }
            Format::Human | Format::Html | Format::Junit => {
                let gap = if self.told == 1 { "" } else { "\n" };
                self.screen
                    .print(&format!("{gap}{}", text::human(&explained, self.all, self.screen)))
            }
        }
    }
}

/// The configuration as it is checked now; none where none was named and the usual place is empty.
pub fn configuration(path: &Path) -> Result<Option<Config>, Failure> {
    if path == Path::new(DEFAULT_CONFIG) && !path.exists() {
        eprintln!(
            "batond: there is no configuration at {DEFAULT_CONFIG}: messages are read, and no rule is asked. Name one with --config."
        );
        return Ok(None);
    }
    let loaded = config::load_without_secrets(path);
    if loaded.config.is_none() {
        return Err(Failure::new(
            Exit::Config,
            format!("the configuration has mistakes:\n{}", render_text(&loaded, false)),
        ));
    }
    Ok(loaded.config)
}
