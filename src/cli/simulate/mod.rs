//! `batond simulate`: real messages through a virtual week, under this configuration. May import config, simulate. Touches no store, needs no daemon and no secrets.

mod against;
mod chart;
mod html;
mod json;
mod revision;
mod text;
mod words;

use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use against::Both;
use revision::Revision;

use super::Format;
use super::screen::Screen;
use crate::config::{self, Settings};
use crate::daemon::{Exit, Failure};
use crate::policy::Policy;
use crate::simulate::messages::{Reader, Sources};
use crate::simulate::{Catalogue, LeftOut, Period, Places, Plan, Script, Week};

/// The seed where none is given.
const SEED: u64 = 1;
/// The largest script, in bytes.
const MAX_SCRIPT_BYTES: u64 = 4 << 20;
/// After how many messages the progress is told again.
const PROGRESS_MESSAGES: usize = 500;

/// `simulate`
#[derive(Debug, Args)]
pub struct Simulate {
    /// Mails: a mailbox (mbox), a Maildir, a folder of .eml files, or a single one
    #[arg(long, value_name = "PATH")]
    mail: Vec<PathBuf>,
    /// Webhook deliveries: a folder of .json files, or a single one
    #[arg(long, value_name = "PATH")]
    hooks: Vec<PathBuf>,
    /// When it begins: 2026-11-23, "2026-11-23 09:00", or RFC 3339 [default: the day of the first message]
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// When it ends; a day is simulated to its end [default: seven days later]
    #[arg(long, value_name = "WHEN")]
    to: Option<String>,
    /// The zone of these times, and of those printed [default: that of the unmatched queue's calendar]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// What people do; without one they answer by chance, as people usually do
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// What chance begins with: the same seed, the same week
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
    /// Only what differs from another configuration: a git revision of this one, or another folder or file
    #[arg(long, value_name = "REV-OR-FOLDER")]
    against: Option<String>,
}

/// Everything that is shown of a simulation.
pub(super) struct Shown {
    /// The configuration.
    policy: Arc<Policy>,
    /// What came of it.
    week: Week,
    /// What was not played.
    left_out: Vec<LeftOut>,
    /// What it was begun with.
    seed: u64,
    /// Whether anybody answers by chance.
    chance: bool,
    from: Timestamp,
    to: Timestamp,
    zone: TimeZone,
    zone_name: String,
}

/// One configuration, ready to be played.
struct Side {
    policy: Arc<Policy>,
    settings: Settings,
}

impl Simulate {
    /// Reads, plays, shows.
    pub fn run(&self, path: &Path, screen: &Screen) -> Result<(), Failure> {
        if self.mail.is_empty() && self.hooks.is_empty() && self.script.is_none() {
            return Err(usage(
                "there is nothing to simulate: name messages with --mail or --hooks, or steps with --script",
            ));
        }
        let now = loaded(path, screen)?;
        let (zone, zone_name) = self.zone(&now.policy)?;
        let Some(name) = &self.against else {
            let shown = self.play(now, zone, zone_name)?;
            return match screen.format {
                Format::Json => screen.print(&format!("{:#}\n", json::json(&shown))),
                Format::Html => screen.print(&html::page(&shown)),
                Format::Human | Format::Junit => screen.print(&text::human(&shown, screen.columns)),
            };
        };
        let before = other(path, name, screen)?;
        // One after the other, so that only one side's messages wait in memory at a time.
        let before = self.play(before, zone.clone(), zone_name.clone())?;
        let both = Both::of(before, self.play(now, zone, zone_name)?, name);
        match screen.format {
            Format::Json => screen.print(&format!("{:#}\n", both.json())),
            Format::Html => screen.print(&both.page()),
            Format::Human | Format::Junit => screen.print(&both.human(screen.columns)),
        }
    }

    fn play(&self, side: Side, zone: TimeZone, zone_name: String) -> Result<Shown, Failure> {
        let Side { policy, settings } = side;
        let mut messages = self.gather(&settings, &zone)?;
        let period = Period {
            from: self.from.as_deref().map(|text| when(text, &zone, Edge::Begin)).transpose()?,
            to: self.to.as_deref().map(|text| when(text, &zone, Edge::End)).transpose()?,
            zone: zone.clone(),
        };
        let first = messages.played.first().map(|played| played.at);
        let ends = period.ends(first);
        let (from, to) = ends.ok_or_else(|| usage("no message says when it came; say with --from when the simulation begins"))?;
        if from >= to {
            return Err(usage("--to lies before --from"));
        }
        messages.keep_within(from, to);
        let script = self.script(&policy, from.to_zoned(zone.clone()))?;
        let mut progress = Progress::new("played", Some(messages.played.len()));
        let plan = Plan {
            policy: Arc::clone(&policy),
            messages: &messages,
            script: &script,
            seed: self.seed,
            from,
            to,
            zone: zone.clone(),
        };
        let week = plan.play(&mut |count| progress.tell(count));
        progress.end();
        Ok(Shown {
            week: week.map_err(|error| Failure::new(Exit::Internal, error.to_string()))?,
            left_out: messages.left_out,
            seed: self.seed,
            chance: script.has_chance(),
            policy,
            from,
            to,
            zone,
            zone_name,
        })
    }

    fn zone(&self, policy: &Policy) -> Result<(TimeZone, String), Failure> {
        let of_unmatched = || {
            let calendar = policy.calendars.get(&policy.queue(&policy.unmatched).calendar);
            calendar.map_or_else(|| "UTC".to_owned(), |calendar| calendar.zone_name.clone())
        };
        let name = self.time_zone.clone().unwrap_or_else(of_unmatched);
        let zone = TimeZone::get(&name).map_err(|_| usage(&format!("`{name}` is no time zone; write one such as Europe/Berlin")))?;
        Ok((zone, name))
    }

    fn gather(&self, settings: &Settings, zone: &TimeZone) -> Result<Catalogue, Failure> {
        let reader = Reader {
            sources: Sources::of(&settings.sources, None),
            at: None,
            now: Timestamp::UNIX_EPOCH,
        };
        let places = Places {
            mail: self.mail.clone(),
            hooks: self.hooks.clone(),
        };
        let mut progress = Progress::new("read", None);
        let gathered = Catalogue::gather(&reader, &places, zone, &mut |count| progress.tell(count));
        progress.end();
        gathered.map_err(|error| Failure::new(Exit::Io, format!("the messages cannot be put in order: {error}")))
    }

    fn script(&self, policy: &Policy, start: Zoned) -> Result<Script, Failure> {
        let Some(path) = &self.script else { return Ok(Script::usual()) };
        let failed = |error: &dyn std::fmt::Display| usage(&format!("the script {}: {error}", path.display()));
        let mut text = String::new();
        let file = File::open(path).map_err(|error| failed(&error))?;
        file.take(MAX_SCRIPT_BYTES)
            .read_to_string(&mut text)
            .map_err(|error| failed(&error))?;
        Script::parse(&text, start, policy).map_err(|error| failed(&error))
    }
}

/// Loads a configuration; what is wrong with it goes to stderr.
fn loaded(path: &Path, screen: &Screen) -> Result<Side, Failure> {
    let loaded = config::load_without_secrets(path);
    match loaded.config {
        Some(config) => Ok(Side {
            policy: Arc::new(config.policy),
            settings: config.settings,
        }),
        None => {
            eprint!("{}", config::render_text(&loaded, screen.colour));
            Err(Failure::silent(Exit::Config))
        }
    }
}

/// Loads the configuration to compare with: a path if there is one of that name, else a revision.
fn other(path: &Path, name: &str, screen: &Screen) -> Result<Side, Failure> {
    let named = Path::new(name);
    if named.exists() {
        return loaded(named, screen);
    }
    let revision = Revision::of(path, name)?;
    loaded(&revision.config, screen)
}

fn usage(text: &str) -> Failure {
    Failure::new(Exit::Usage, text)
}

/// Which end of a day is meant by its date.
#[derive(Clone, Copy)]
enum Edge {
    Begin,
    End,
}

/// `2026-11-23`, `2026-11-23 09:00`, `2026-11-23T09:00`, or RFC 3339.
fn when(text: &str, zone: &TimeZone, edge: Edge) -> Result<Timestamp, Failure> {
    let refuse = || {
        usage(&format!(
            "`{text}` is no time; write 2026-11-23, \"2026-11-23 09:00\", or 2026-11-23T08:00:00Z"
        ))
    };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let day = text.len() <= "2026-11-23".len();
    let local = if day {
        let date: Date = text.parse().map_err(|_| refuse())?;
        let date = match edge {
            Edge::Begin => date,
            Edge::End => date.tomorrow().map_err(|_| refuse())?,
        };
        date.to_datetime(jiff::civil::Time::midnight())
    } else {
        text.replacen(' ', "T", 1).parse().map_err(|_| refuse())?
    };
    local.to_zoned(zone.clone()).map(|at| at.timestamp()).map_err(|_| refuse())
}

/// How far it is, on a terminal's stderr.
struct Progress {
    what: &'static str,
    of: Option<usize>,
    shows: bool,
    told: bool,
}

impl Progress {
    fn new(what: &'static str, of: Option<usize>) -> Self {
        Self {
            what,
            of,
            shows: std::io::stderr().is_terminal(),
            told: false,
        }
    }

    fn tell(&mut self, count: usize) {
        if !self.shows || !count.is_multiple_of(PROGRESS_MESSAGES) {
            return;
        }
        self.told = true;
        let of = self.of.map(|of| format!(" of {of}")).unwrap_or_default();
        eprint!("\r{count}{of} messages {} ", self.what);
        // A terminal that has gone away is nobody's loss.
        drop(std::io::stderr().flush());
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.told) {
            eprint!("\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests;
