//! How likely people are to answer, and dice that fall the same for the same seed. May import model, calendar, decode. No state: what is drawn follows from what is asked.

use jiff::Timestamp;

use crate::calendar::Calendar;
use crate::decode::sha256_hex;
use crate::model::Span;

/// A chance and the time it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odds {
    /// In how many of a hundred cases.
    pub percent: u32,
    /// Within which time, each moment of it as likely as the next. Working time is the person's own.
    pub within: Span,
}

/// How somebody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habit {
    /// Accepts what is offered, counted from each mail that asks for it.
    pub accept: Odds,
    /// Declines it instead, in so many of a hundred cases, in the time accepting takes.
    pub decline_percent: u32,
    /// Answers the requester, counted from accepting.
    pub reply: Odds,
    /// Finishes it, counted from accepting, and again from each mail that urges.
    pub finish: Odds,
}

impl Default for Habit {
    /// Nine in ten mails are accepted within two working hours, three in a hundred declined; nearly all that was accepted is answered within three working hours
    /// and finished within a working day.
    fn default() -> Self {
        let odds = |percent, within| Odds { percent, within };
        Self {
            accept: odds(90, Span::Working(2 * 3_600)),
            decline_percent: 3,
            reply: odds(85, Span::Working(3 * 3_600)),
            finish: odds(85, Span::WorkingDays(1)),
        }
    }
}

impl Habit {
    /// Somebody who never answers.
    #[must_use]
    pub fn silent() -> Self {
        let never = |odds: Odds| Odds { percent: 0, ..odds };
        let usual = Self::default();
        Self {
            accept: never(usual.accept),
            decline_percent: 0,
            reply: never(usual.reply),
            finish: never(usual.finish),
        }
    }
}

/// The dice of one seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below 100: the same for the same seed and parts, whatever else was drawn.
    #[must_use]
    pub fn percent(self, parts: &[&str]) -> u32 {
        let mut asked = self.0.to_be_bytes().to_vec();
        for part in parts {
            asked.extend_from_slice(&(part.len() as u64).to_be_bytes());
            asked.extend_from_slice(part.as_bytes());
        }
        let digest = sha256_hex(&asked);
        // 48 bits, so that the rest of the division favours nothing that could be seen.
        let drawn = digest.get(..12).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0);
        u32::try_from(drawn % 100).unwrap_or(0)
    }

    /// When something happens that takes up to `within` from `from`; at least its first hundredth. `None` if the calendar has no hours ahead.
    #[must_use]
    pub fn instant(self, parts: &[&str], calendar: &Calendar, from: Timestamp, within: Span) -> Option<Timestamp> {
        let sum = calendar.add(from, within).ok()?;
        Some(sum.at_percent(self.percent(parts) + 1).max(from))
    }
}

#[cfg(test)]
#[path = "chance_tests.rs"]
mod tests;
