//! Instants as people write them on the command line. May import the screen's zone. A date without a time begins at midnight; a time without a zone is the machine's.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::screen::Screen;
use crate::daemon::{Exit, Failure};
use crate::model::Span;

/// `now`, `2026-11-23`, `2026-11-23 09:00`, `2026-11-23T08:00:00Z`.
pub fn instant(text: &str, screen: &Screen) -> Result<Timestamp, Failure> {
    let text = text.trim();
    if text == "now" {
        return Ok(screen.now);
    }
    let local = || {
        let civil: DateTime = text.parse().ok()?;
        civil.to_zoned(screen.zone.clone()).ok().map(|zoned| zoned.timestamp())
    };
    text.parse().ok().or_else(local).ok_or_else(|| {
        let text = format!("`{text}` is no instant; write `2026-11-23`, `2026-11-23 09:00`, `2026-11-23T08:00:00Z` or `now`");
        Failure::new(Exit::Usage, text)
    })
}

/// The same, or a length of time before now: `2d`, `12h`.
pub fn since(text: &str, screen: &Screen) -> Result<Timestamp, Failure> {
    let ago = text.trim().parse::<Span>().ok().and_then(|span| match span {
        Span::Elapsed(seconds) => screen.now.checked_sub(jiff::SignedDuration::from_secs(seconds)).ok(),
        Span::Working(_) | Span::WorkingDays(_) => None,
    });
    ago.map_or_else(|| instant(text, screen), Ok)
}
