//! A simulation for people at a terminal: the timeline, then the summary. May import simulate. Reads well in 80 columns.

use std::fmt::Write;

use jiff::Timestamp;

use super::super::screen::{cut, instant_in, length, plain};
use super::Shown;
use crate::simulate::Did;
use crate::simulate::summary::{Deadlines, Hours, PROMISES, PersonTally, QueueTally, Silence};

/// One block for each eighth of the busiest hour.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// How many of the messages that were left out for one reason are named, and how many reasons.
const MAX_NAMED: usize = 10;

/// All of it.
pub(super) fn human(shown: &Shown, columns: Option<usize>) -> String {
    let mut text = String::new();
    timeline(&mut text, shown, columns);
    summary(&mut text, shown);
    text
}

/// One line a move or a mail; a time is said once.
fn timeline(text: &mut String, shown: &Shown, columns: Option<usize>) {
    let mut last = String::new();
    for (at, about, said) in shown.week.table.lines() {
        let time = shown.at(at);
        let first = if time == last { String::new() } else { time.clone() };
        let line = plain(&format!("{first:<16} {about:<7} {said}"));
        // `plain` trims: a line without a time keeps its place.
        let line = if first.is_empty() { format!("{:<16} {line}", "") } else { line };
        let line = columns.map_or_else(|| line.clone(), |columns| cut(&line, columns));
        text.push_str(line.trim_end());
        text.push('\n');
        last = time;
    }
    if !last.is_empty() {
        text.push('\n');
    }
}

fn summary(text: &mut String, shown: &Shown) {
    line(
        text,
        &format!(
            "From {} to {}; times in {}.",
            shown.at(shown.from),
            shown.at(shown.to),
            shown.zone_name
        ),
    );
    line(text, &format!("Policy {}. {}", shown.policy.revision, shown.answers()));
    line(text, &shown.counts());
    for (name, queue) in &shown.week.tally.queues {
        if queue.is_quiet() {
            continue;
        }
        line(text, &format!("\nQueue {name}"));
        self::queue(text, shown, queue);
    }
    for (key, person) in &shown.week.tally.people {
        if person.is_quiet() {
            continue;
        }
        let name = shown.policy.people.get(key).map_or("", |person| person.name.as_str());
        line(text, &format!("\n{key} ({name})"));
        self::person(text, shown, person);
    }
    let quiet = shown.quiet();
    if !quiet.is_empty() {
        line(text, &format!("\nNothing happened to {}.", quiet.join(", ")));
    }
    left_out(text, shown);
}

fn queue(text: &mut String, shown: &Shown, queue: &QueueTally) {
    let items = format!(
        "{} from {}: {} done, {} dropped, {} open at the end",
        count(queue.opened, "item"),
        count(queue.messages, "message"),
        queue.done,
        queue.dropped,
        queue.open
    );
    fact(text, "Items", &items);
    deadlines(text, &queue.deadlines);
    fact(text, "Escalations", &queue.escalations.to_string());
    hours(text, "Notices", &queue.notices, "");
    busiest(text, shown, &queue.arrivals, "message");
    silence(text, shown, queue.silence.as_ref());
}

fn person(text: &mut String, shown: &Shown, person: &PersonTally) {
    let mails = format!(
        "{} at night, {} outside working hours",
        person.mails.at_night(),
        person.outside_hours
    );
    hours(text, "Mails", &person.mails, &mails);
    let reasons: Vec<String> = person.notices.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    fact(text, "Notices", &joined(&reasons, ", ", "none"));
    let acts = format!("{} accepted, {} declined, {} done", person.accepted, person.declined, person.done);
    fact(text, "Items", &acts);
    deadlines(text, &person.deadlines);
    fact(text, "Escalations", &person.escalations.to_string());
    busiest(text, shown, &person.mails, "mail");
    silence(text, shown, person.silence.as_ref());
}

fn deadlines(text: &mut String, deadlines: &Deadlines) {
    let kinds = PROMISES.iter().filter_map(|kind| Some((kind, deadlines.get(kind)?)));
    let said: Vec<String> = kinds
        .map(|(kind, kept)| format!("{kind} {} met, {} missed", kept.met, kept.missed))
        .collect();
    fact(text, "Deadlines", &joined(&said, "; ", "none came due"));
}

/// A histogram of the day's hours, six in a group, and what else there is to say.
fn hours(text: &mut String, label: &str, hours: &Hours, more: &str) {
    let total: u64 = hours.of_day().iter().sum();
    let said = if more.is_empty() || total == 0 {
        total.to_string()
    } else {
        format!("{total}: {more}")
    };
    fact(text, label, &said);
    if total > 0 {
        let zone = hours.zone().iana_name().unwrap_or("UTC");
        fact(text, "", &format!("0h {} 24h {zone}", bars(hours.of_day())));
    }
}

fn bars(counts: &[u64; 24]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let block = |count: u64| match count {
        0 => '·',
        count => {
            let eighth = (count * 8).div_ceil(most).clamp(1, 8) - 1;
            usize::try_from(eighth).ok().and_then(|at| BLOCKS.get(at)).copied().unwrap_or('█')
        }
    };
    let groups: Vec<String> = counts
        .chunks(6)
        .map(|group| group.iter().map(|count| block(*count)).collect())
        .collect();
    groups.join("|")
}

fn busiest(text: &mut String, shown: &Shown, hours: &Hours, what: &str) {
    if let Some(busiest) = hours.busiest() {
        fact(
            text,
            "Busiest",
            &format!("the hour from {}, {}", shown.at(busiest.from), count(busiest.count, what)),
        );
    }
}

fn silence(text: &mut String, shown: &Shown, silence: Option<&Silence>) {
    if let Some(silence) = silence {
        let minutes = silence.length().as_secs() / 60 * 60;
        let said = format!(
            "longest {}: {} from {} to {}",
            length(minutes),
            silence.item,
            shown.at(silence.from),
            shown.at(silence.to)
        );
        fact(text, "Silence", &said);
    }
}

fn left_out(text: &mut String, shown: &Shown) {
    for step in &shown.week.not_played {
        line(text, &format!("\n{}", plain(step)));
    }
    let left_out = &shown.left_out;
    if left_out.is_empty() {
        return;
    }
    line(text, &format!("\n{} left out:", count(left_out.len() as u64, "message")));
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in left_out {
        match reasons.iter_mut().find(|(why, _)| *why == one.why) {
            Some((_, names)) => names.push(&one.name),
            None => reasons.push((&one.why, vec![&one.name])),
        }
    }
    for (why, names) in reasons.iter().take(MAX_NAMED) {
        line(text, &format!("  {}, because {}", names.len(), plain(why)));
        names
            .iter()
            .take(MAX_NAMED)
            .for_each(|name| line(text, &format!("    {}", plain(name))));
        if names.len() > MAX_NAMED {
            line(
                text,
                &format!("    … and {} more; --format json names all", names.len() - MAX_NAMED),
            );
        }
    }
}

fn joined(parts: &[String], between: &str, none: &str) -> String {
    if parts.is_empty() { none.to_owned() } else { parts.join(between) }
}

fn fact(text: &mut String, label: &str, said: &str) {
    line(text, &format!("  {label:<12} {said}"));
}

fn line(text: &mut String, said: &str) {
    text.push_str(said.trim_end());
    text.push('\n');
}

/// `1 item`, `3 items`.
pub(super) fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

impl Shown {
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
    pub(super) fn quiet(&self) -> Vec<String> {
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
