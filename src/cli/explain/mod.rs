//! `batond explain`: what would come of a message, and why; or the page of a code. May import config, simulate's messages, the driver's foresight. Changes nothing.

mod explained;
mod message;
mod page;
mod text;
mod verdict;

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::screen::Screen;
use super::{DEFAULT_CONFIG, Format, when};
use crate::config::{self, Config, render_text};
use crate::daemon::{Exit, Failure};
use crate::model::SourceName;
use crate::simulate::messages::{Reader, Sources};
use explained::Explainer;

/// The name of what is read from standard input.
const STDIN: &str = "-";

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// Mails (.eml), mailboxes (.mbox), Maildirs, webhooks (.json), folders of them; `-` for standard input; or a code such as B0203
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
    pub fn run(&self, config: &Path, screen: &Screen) -> Result<(), Failure> {
        let is_code = |word: &String| page::is_code(word) && !Path::new(word).exists();
        if self.what.iter().all(is_code) {
            return self.what.iter().try_for_each(|word| page::print(word, screen));
        }
        let config = configuration(config)?;
        let reader = Reader {
            sources: Sources::of(config.as_ref().map_or(&[], |config| &config.settings.sources), self.source.clone()),
            at: self.at.as_deref().map(|at| when::instant(at, screen)).transpose()?,
            now: screen.now,
        };
        let explainer = Explainer::new(config.as_ref().map(|config| &config.policy));
        let mut unreadable = 0u64;
        let mut first = true;
        for what in &self.what {
            let messages = if what == STDIN {
                reader.stream(STDIN, io::stdin())
            } else {
                reader.messages(vec![PathBuf::from(what)])
            };
            for found in messages {
                unreadable += u64::from(found.arrival.is_err());
                let explained = explainer.explain(found);
                match screen.format {
                    Format::Json => {
                        let line = serde_json::to_string(&explained);
                        let line = line.map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
                        screen.print(&format!("{line}\n"))?;
                    }
                    Format::Human => {
                        let gap = if std::mem::take(&mut first) { "" } else { "\n" };
                        screen.print(&format!("{gap}{}", text::human(&explained, self.all, screen)))?;
                    }
                }
            }
        }
        match unreadable {
            0 => Ok(()),
            1 => Err(Failure::new(Exit::Failed, "1 file could not be read")),
            many => Err(Failure::new(Exit::Failed, format!("{many} files could not be read"))),
        }
    }
}

/// The configuration as it is checked now; none where none was named and the usual place is empty.
fn configuration(path: &Path) -> Result<Option<Config>, Failure> {
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
