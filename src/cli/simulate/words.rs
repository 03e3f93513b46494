//! What a simulation says, sentence by sentence: the terminal and the page print the same. May import simulate.

use std::fmt::Write;

use jiff::Timestamp;

use super::super::screen::{instant_in, length};
use super::Shown;
use crate::model::PersonKey;
use crate::simulate::Did;
use crate::simulate::summary::{Hours, Kept, PersonTally, QueueTally, Silence};

/// What came of a queue's items.
pub(super) fn items(queue: &QueueTally) -> String {
    format!(
        "{} from {}: {} done, {} dropped, {} open at the end",
        count(queue.opened, "item"),
        count(queue.messages, "message"),
        queue.done,
        queue.dropped,
        queue.open
    )
}

/// What a person did with items.
pub(super) fn acts(person: &PersonTally) -> String {
    format!("{} accepted, {} declined, {} done", person.accepted, person.declined, person.done)
}

/// How many of a person's mails came when they do not work.
pub(super) fn untimely(person: &PersonTally) -> String {
    format!(
        "{} at night, {} outside working hours",
        person.mails.at_night(),
        person.outside_hours
    )
}

/// Why a person was told, and how often.
pub(super) fn reasons(person: &PersonTally) -> String {
    let reasons: Vec<String> = person.notices.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    joined(&reasons, ", ", "none")
}

/// How many deadlines were kept.
pub(super) fn kept(kept: Kept) -> String {
    format!("{} met, {} missed", kept.met, kept.missed)
}

/// The parts, or what stands for none.
pub(super) fn joined(parts: &[String], between: &str, none: &str) -> String {
    if parts.is_empty() { none.to_owned() } else { parts.join(between) }
}

/// How many in all hours.
pub(super) fn total(hours: &Hours) -> u64 {
    hours.of_day().iter().sum()
}

/// `1 item`, `3 items`.
pub(super) fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

impl Shown {
    /// From when to when.
    pub(super) fn period(&self) -> String {
        format!("{} to {}", self.at(self.from), self.at(self.to))
    }

    /// Under which policy, and how people answered.
    pub(super) fn policy(&self) -> String {
        format!("Policy {}. {}", self.policy.revision, self.answers())
    }

    /// A person as headings name them.
    pub(super) fn who(&self, key: &PersonKey) -> String {
        let name = self.policy.people.get(key).map_or("", |person| person.name.as_str());
        format!("{key} ({name})")
    }

    /// The hour in which most came, if any did.
    pub(super) fn busiest(&self, hours: &Hours, what: &str) -> Option<String> {
        let busiest = hours.busiest()?;
        Some(format!("the hour from {}, {}", self.at(busiest.from), count(busiest.count, what)))
    }

    /// The longest time in which nothing was heard of an item.
    pub(super) fn silence(&self, silence: &Silence) -> String {
        let minutes = silence.length().as_secs() / 60 * 60;
        format!(
            "longest {}: {} from {} to {}",
            length(minutes),
            silence.item,
            self.at(silence.from),
            self.at(silence.to)
        )
    }

    /// Says to whom nothing happened, if there is anybody.
    pub(super) fn nothing(&self) -> Option<String> {
        let quiet = self.quiet();
        (!quiet.is_empty()).then(|| format!("Nothing happened to {}.", quiet.join(", ")))
    }

    /// An instant in the zone of the simulation.
    pub(super) fn at(&self, at: Timestamp) -> String {
        let year = |at: Timestamp| at.to_zoned(self.zone.clone()).year();
        // Over a new year's eve every time needs its year.
        let now = if year(self.from) == year(self.to) {
            self.from
        } else {
            Timestamp::MIN
        };
        instant_in(at, &self.zone, now)
    }

    /// How people answered.
    pub(super) fn answers(&self) -> String {
        if self.chance {
            format!("People answer by chance, seed {}.", self.seed)
        } else {
            "People answer as the script says.".to_owned()
        }
    }

    /// What the messages did, in a sentence.
    pub(super) fn counts(&self) -> String {
        let fates = &self.week.fates;
        let mut did: Vec<(&str, u64)> = [
            "opened an item",
            "joined one",
            "closed one",
            "repeated",
            "dropped",
            "without effect",
        ]
        .map(|word| (word, 0))
        .to_vec();
        for fate in fates {
            // A message that did several things is counted by the first.
            let place = match fate.did.first() {
                Some(Did::Opened { .. }) => 0,
                Some(Did::Joined { .. }) => 1,
                Some(Did::Closed { .. }) => 2,
                Some(Did::Repeated { .. }) => 3,
                Some(Did::Dropped { .. }) => 4,
                None => 5,
            };
            if let Some((_, count)) = did.get_mut(place) {
                *count += 1;
            }
        }
        let mut said = count(fates.len() as u64, "message");
        let parts: Vec<String> = did
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        if !parts.is_empty() {
            let _ = write!(said, ": {}", parts.join(", "));
        }
        said + "."
    }

    /// Queues and people to whom nothing happened.
    fn quiet(&self) -> Vec<String> {
        let tally = &self.week.tally;
        let queues = tally
            .queues
            .iter()
            .filter(|(_, queue)| queue.is_quiet())
            .map(|(name, _)| format!("queue {name}"));
        let people = tally
            .people
            .iter()
            .filter(|(_, person)| person.is_quiet())
            .map(|(key, _)| key.to_string());
        queues.chain(people).collect()
    }
}
