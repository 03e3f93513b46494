//! A time as a case writes it: `mon 09:00`, `2026-12-01 09:00`, `17:30`, `+4 working hours`. May import model, calendar. A zone may follow a local time.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use crate::calendar::{parse_day, parse_time, zone};
use crate::model::Span;

/// A time of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// A local time: the first one of its kind that is not before the step above.
    Local {
        /// The day; without one, the next such time.
        day: Option<Day>,
        /// The time on the wall.
        time: Time,
        /// The zone, where it is not the case's.
        zone: Option<TimeZone>,
    },
    /// So long after the step above.
    After(Span),
}

/// A day of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// This date.
    Date(Date),
    /// The next of these days, today counted.
    Weekday(Weekday),
}

/// Why a text is no time of a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// No such form.
    #[error("not a time of a case; write `mon 09:00`, `2026-12-01 09:00`, `17:30` or `+4 working hours`")]
    Form,
    /// The span after `+`.
    #[error("{0}")]
    Span(String),
    /// The zone at its end.
    #[error("{0}")]
    Zone(String),
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let text = text.trim();
        if let Some(span) = text.strip_prefix('+') {
            return span
                .parse()
                .map(Self::After)
                .map_err(|error: crate::model::SpanError| MomentError::Span(error.to_string()));
        }
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let day = match words.first() {
            Some(first) if !first.contains(':') => {
                let weekday = parse_day(first).map(Day::Weekday);
                let date = || first.parse().ok().map(Day::Date);
                let day = weekday.or_else(date).ok_or(MomentError::Form)?;
                words.remove(0);
                Some(day)
            }
            _ => None,
        };
        let (time, rest) = words.split_first().ok_or(MomentError::Form)?;
        let time = parse_time(time).ok_or(MomentError::Form)?;
        let zone = match rest {
            [] => None,
            [name] => Some(zone(name).map_err(|error| MomentError::Zone(error.to_string()))?),
            _ => return Err(MomentError::Form),
        };
        Ok(Self::Local { day, time, zone })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(span) => write!(f, "+{span}"),
            Self::Local { day, time, zone } => {
                match day {
                    Some(Day::Date(date)) => write!(f, "{date} ")?,
                    Some(Day::Weekday(day)) => write!(f, "{} ", short(*day))?,
                    None => {}
                }
                write!(f, "{}", time.strftime("%H:%M"))?;
                match zone.as_ref().and_then(TimeZone::iana_name) {
                    Some(name) => write!(f, " {name}"),
                    None => Ok(()),
                }
            }
        }
    }
}

fn short(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn each_form_prints_as_it_is_written() {
        for text in [
            "mon 09:00",
            "2026-12-01 09:00",
            "17:30",
            "+4 working hours",
            "+30m",
            "fri 08:30 America/New_York",
            "09:00 UTC",
        ] {
            assert_eq!(text.parse::<Moment>().map(|moment| moment.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("Monday 9:00".parse::<Moment>().unwrap().to_string(), "mon 09:00");
        for text in [
            "",
            "noon",
            "mon",
            "mon 25:00",
            "2026-13-01 09:00",
            "+soon",
            "mon 09:00 Nowhere/Land",
            "mon 09:00 UTC x",
            "+",
            "-1h",
        ] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
