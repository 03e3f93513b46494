//! Where output goes and how instants look there. May import nothing of the crate but exit codes. Text of strangers is made harmless before it is printed.

use std::io::{self, IsTerminal, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Format;
use crate::daemon::{Exit, Failure};

/// The width of running text.
pub const COLUMNS: usize = 80;
/// The width used when nothing else is known.
const DEFAULT_COLUMNS: usize = 100;

/// What output has to fit.
pub struct Screen {
    /// Whether programs read it.
    pub format: Format,
    /// The zone instants are printed in.
    pub zone: TimeZone,
    /// Its name, always said.
    pub zone_name: String,
    /// Now, for leaving out the year.
    pub now: Timestamp,
    /// Columns of the terminal; `None` when it is not one and nothing has to be cut.
    pub columns: Option<usize>,
    /// Whether colours may be used: stdout is a terminal and `NO_COLOR` does not say otherwise.
    pub colour: bool,
    /// Whether instants are printed to the second, where minutes tell nothing apart.
    pub seconds: bool,
}

impl Screen {
    /// This process's own.
    #[expect(
        clippy::disallowed_methods,
        reason = "people at a terminal read times in the machine's zone, and it is named"
    )]
    pub fn here(format: Format) -> Self {
        let zone = TimeZone::system();
        let zone_name = zone.iana_name().map_or_else(|| "UTC".to_owned(), str::to_owned);
        let zone = if zone.iana_name().is_some() { zone } else { TimeZone::UTC };
        let window = || {
            rustix::termios::tcgetwinsize(io::stdout())
                .ok()
                .map(|size| usize::from(size.ws_col))
        };
        let named = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let columns = named().or_else(window).filter(|columns| *columns > 0).unwrap_or(DEFAULT_COLUMNS);
        Self {
            format,
            zone,
            zone_name,
            now: Timestamp::now(),
            columns: io::stdout().is_terminal().then_some(columns),
            seconds: false,
            colour: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// A text in a colour, where colours may be used.
    pub fn paint(&self, style: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{style}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// Writes data to stdout. A reader that has gone away, as `head` does, is no failure.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        self.print_bytes(text.as_bytes())
    }

    /// Writes bytes to stdout as they are.
    pub fn print_bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::silent(Exit::Done)),
            Err(error) => Err(Failure::new(Exit::Io, format!("stdout cannot be written: {error}"))),
        }
    }

    /// Writes JSON as it came, or what `human` makes of it.
    pub fn show(&self, value: &Value, human: impl FnOnce() -> Result<String, Failure>) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.print(&format!("{value:#}\n")),
            Format::Human | Format::Html | Format::Junit => self.print(&human()?),
        }
    }

    /// `Mon 23 Nov 09:00`; with the year if it is not this one.
    pub fn at(&self, instant: Timestamp) -> String {
        let text = instant_in(instant, &self.zone, self.now);
        if self.seconds {
            return text + &instant.to_zoned(self.zone.clone()).strftime(":%S").to_string();
        }
        text
    }
}

/// `Mon 23 Nov 09:00` in a zone; with the year if `now` is in another.
pub fn instant_in(instant: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
    let local = instant.to_zoned(zone.clone());
    let same_year = local.year() == now.to_zoned(zone.clone()).year();
    let format = if same_year { "%a %-d %b %H:%M" } else { "%a %-d %b %Y %H:%M" };
    local.strftime(format).to_string()
}

/// `2 h`, `1 h 30 min`, `45 s`.
pub fn length(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds % 3_600 / 60, seconds % 60);
    let parts = [(hours, "h"), (minutes, "min"), (rest, "s")];
    let said: Vec<_> = parts
        .into_iter()
        .filter(|(n, _)| *n != 0)
        .map(|(n, unit)| format!("{n} {unit}"))
        .collect();
    if said.is_empty() { "0 s".into() } else { said.join(" ") }
}

/// Text of strangers as one harmless line: no controls, nothing that turns the direction of writing.
pub fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let clean = text.chars().filter(|c| !turns(*c)).map(|c| if c.is_control() { ' ' } else { c });
    clean.collect::<String>().trim().to_owned()
}

/// The first `most` characters, with an ellipsis if something is left out.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A text in lines of at most `columns`, indented. A word that is longer than a line stays whole.
pub fn wrapped(text: &str, indent: usize, columns: usize) -> Vec<String> {
    let room = columns.saturating_sub(indent);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.into_iter().map(|line| format!("{:indent$}{line}", "")).collect()
}
