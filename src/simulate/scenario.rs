//! A scenario as text in the domain's words. May import nothing of the crate. One line a step; times run forward.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

/// A scenario: where it starts, and what happens when.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The first instant, in the zone times are read and printed in.
    pub start: Zoned,
    /// The steps in order of time.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// The line it is written on, from 1.
    pub line: usize,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// `mail FROM -> TO: SUBJECT`, then lines `| TEXT` and `> Header: value`.
    Mail {
        /// The sender.
        from: String,
        /// The recipient.
        to: String,
        /// The subject.
        subject: String,
        /// Further headers.
        headers: Vec<String>,
        /// The text.
        text: String,
    },
    /// `hook SOURCE JSON`
    Hook {
        /// The source.
        source: String,
        /// The body.
        json: String,
    },
    /// `WHO [on ITEM]: TEXT`: an answer to the last mail WHO got, or the last about the item.
    Reply {
        /// A person's key, or `requester`.
        who: String,
        /// The item.
        item: Option<String>,
        /// What they write above the quote.
        text: String,
    },
    /// `robot WHO: TEXT`: what WHO's vacation robot answers to the last mail they got.
    Robot {
        /// A person's key.
        who: String,
        /// What it writes.
        text: String,
    },
    /// `bounce WHO: STATUS WORDS`: the last mail WHO got comes back; with a status of `4.…` it is only late.
    Bounce {
        /// A person's key, or `requester`.
        who: String,
        /// The status code, and the words of the other end.
        said: String,
    },
    /// `wait`: only time passes.
    Wait,
    /// `down`: batond does not run until the next step, and is started then.
    Down,
    /// `mute TARGET WHEN by WHO: WHY`, as at the command line.
    Mute {
        /// `queue:NAME`, `key:KEY`, or an item.
        target: String,
        /// Until when.
        until: String,
        /// Who says so.
        who: String,
        /// Why.
        why: String,
    },
    /// `unmute NAME by WHO`
    Unmute {
        /// The mute.
        name: String,
        /// Who ends it.
        who: String,
    },
    /// `reload NAME`: another configuration decides from now on.
    Reload(String),
}

/// Why a text is no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct ScenarioError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

impl Scenario {
    /// Reads a scenario: `start: 2026-11-23 09:00 Europe/Berlin`, then a step a line, `#` comments and empty lines between.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        Self::parse_from(text, None)
    }

    /// Reads a scenario that begins at `start` unless it says otherwise.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn parse_from(text: &str, mut start: Option<Zoned>) -> Result<Self, ScenarioError> {
        let mut steps: Vec<Step> = Vec::new();
        for (index, raw) in text.lines().enumerate() {
            let line = index + 1;
            let fail = |why: &str| ScenarioError { line, why: why.to_owned() };
            let trimmed = raw.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            if let Some(rest) = trimmed.strip_prefix("start:") {
                start = Some(read_start(rest.trim()).ok_or_else(|| fail("start: DATE TIME ZONE"))?);
                continue;
            }
            if trimmed.starts_with("| ") || trimmed == "|" || trimmed.starts_with("> ") {
                let step = steps.last_mut().ok_or_else(|| fail("text without a step before it"))?;
                add_line(step, trimmed).ok_or_else(|| fail("only mail and answers have further lines"))?;
                continue;
            }
            let begin = start.as_ref().ok_or_else(|| fail("the first line says start:"))?;
            let before = steps
                .last()
                .map_or_else(|| begin.clone(), |s| s.at.to_zoned(begin.time_zone().clone()));
            let (at, rest) =
                read_time(trimmed, &before).ok_or_else(|| fail("a step begins with a time: `Mon 09:00`, `2026-12-01 09:00` or `+2h`"))?;
            if at < before {
                return Err(fail("times run forward"));
            }
            let what = read_what(rest.trim()).ok_or_else(|| fail("not a step; write mail, hook, WHO: TEXT or wait"))?;
            steps.push(Step {
                line,
                at: at.timestamp(),
                what,
            });
        }
        let start = start.ok_or(ScenarioError {
            line: 1,
            why: "the first line says start:".to_owned(),
        })?;
        Ok(Self { start, steps })
    }
}

fn read_start(text: &str) -> Option<Zoned> {
    let mut words = text.split_whitespace();
    let date: Date = words.next()?.parse().ok()?;
    let time = read_clock(words.next()?)?;
    let zone = TimeZone::get(words.next()?).ok()?;
    date.to_datetime(time).to_zoned(zone).ok()
}

fn read_clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// The time at the head of a line and the rest of it. A weekday means that day in the seven days from `before`.
fn read_time<'t>(line: &'t str, before: &Zoned) -> Option<(Zoned, &'t str)> {
    let (first, rest) = line.split_once(' ')?;
    if let Some(span) = first.strip_prefix('+') {
        let span: jiff::Span = span.parse().ok()?;
        return Some((before.checked_add(span).ok()?, rest));
    }
    let rest = rest.trim_start();
    let (clock, tail) = rest.split_once(' ').unwrap_or((rest, ""));
    let time = read_clock(clock)?;
    if let Ok(date) = first.parse::<Date>() {
        return Some((date.to_datetime(time).to_zoned(before.time_zone().clone()).ok()?, tail));
    }
    let day = weekday(first)?;
    let mut date = before.date();
    for _ in 0..8 {
        let at = date.to_datetime(time).to_zoned(before.time_zone().clone()).ok()?;
        if date.weekday() == day && at >= *before {
            return Some((at, tail));
        }
        date = date.checked_add(1.day()).ok()?;
    }
    None
}

fn weekday(text: &str) -> Option<Weekday> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = DAYS.iter().position(|day| text.eq_ignore_ascii_case(day))?;
    Weekday::from_monday_zero_offset(i8::try_from(day).ok()?).ok()
}

fn read_what(text: &str) -> Option<What> {
    match text {
        "wait" => return Some(What::Wait),
        "down" => return Some(What::Down),
        _ => {}
    }
    if let Some(name) = text.strip_prefix("reload ") {
        return Some(What::Reload(name.trim().to_owned()));
    }
    if let Some(rest) = text.strip_prefix("mute ") {
        let (head, why) = rest.split_once(": ")?;
        let (head, who) = head.rsplit_once(" by ")?;
        let (target, until) = head.split_once(' ')?;
        let [target, until, who, why] = [target, until, who, why].map(|part| part.trim().to_owned());
        return Some(What::Mute { target, until, who, why });
    }
    if let Some(rest) = text.strip_prefix("unmute ") {
        let (name, who) = rest.rsplit_once(" by ")?;
        let [name, who] = [name, who].map(|part| part.trim().to_owned());
        return Some(What::Unmute { name, who });
    }
    if let Some(rest) = text.strip_prefix("mail ") {
        let (from, rest) = rest.split_once(" -> ")?;
        let (to, subject) = rest.split_once(": ")?;
        return Some(What::Mail {
            from: from.trim().to_owned(),
            to: to.trim().to_owned(),
            subject: subject.to_owned(),
            headers: Vec::new(),
            text: String::new(),
        });
    }
    if let Some(rest) = text.strip_prefix("hook ") {
        let (source, json) = rest.split_once(' ')?;
        return Some(What::Hook {
            source: source.to_owned(),
            json: json.to_owned(),
        });
    }
    if let Some(rest) = text.strip_prefix("bounce ") {
        let (who, said) = rest.split_once(": ")?;
        let [who, said] = [who, said].map(|part| part.trim().to_owned());
        return Some(What::Bounce { who, said });
    }
    if let Some(rest) = text.strip_prefix("robot ") {
        let (who, text) = rest.split_once(": ")?;
        let [who, text] = [who, text].map(|part| part.trim().to_owned());
        return Some(What::Robot { who, text });
    }
    let (head, words) = text.split_once(':')?;
    let (who, item) = match head.split_once(" on ") {
        Some((who, item)) => (who, Some(item.trim().to_owned())),
        None => (head, None),
    };
    (!who.trim().contains(' ')).then(|| What::Reply {
        who: who.trim().to_owned(),
        item,
        text: words.trim().to_owned(),
    })
}

fn add_line(step: &mut Step, line: &str) -> Option<()> {
    let said = line.strip_prefix('|').map(|l| l.strip_prefix(' ').unwrap_or(l));
    match (&mut step.what, said) {
        (What::Mail { headers, .. }, None) => headers.push(line.trim_start_matches("> ").to_owned()),
        (What::Mail { text, .. }, Some(said)) => {
            text.push_str(said);
            text.push('\n');
        }
        (What::Reply { text, .. }, Some(said)) => {
            text.push('\n');
            text.push_str(said);
        }
        _ => return None,
    }
    Some(())
}
