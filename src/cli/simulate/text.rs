//! A simulation for people at a terminal: the timeline, then the summary. May import simulate. Reads well in 80 columns.

use super::super::screen::{cut, plain};
use super::Shown;
use super::words::{self, count, joined, total};
use crate::simulate::summary::{Deadlines, Hours, PROMISES, PersonTally, QueueTally};

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
    line(text, &format!("From {}; times in {}.", shown.period(), shown.zone_name));
    line(text, &shown.policy());
    line(text, &shown.counts());
    for (name, queue) in shown.week.tally.queues.iter().filter(|(_, queue)| !queue.is_quiet()) {
        line(text, &format!("\nQueue {name}"));
        self::queue(text, shown, queue);
    }
    for (key, person) in shown.week.tally.people.iter().filter(|(_, person)| !person.is_quiet()) {
        line(text, &format!("\n{}", shown.who(key)));
        self::person(text, shown, person);
    }
    if let Some(nothing) = shown.nothing() {
        line(text, &format!("\n{nothing}"));
    }
    left_out(text, shown);
}

fn queue(text: &mut String, shown: &Shown, queue: &QueueTally) {
    fact(text, "Items", &words::items(queue));
    deadlines(text, &queue.deadlines);
    fact(text, "Escalations", &queue.escalations.to_string());
    hours(text, "Notices", &queue.notices, "");
    maybe(text, "Busiest", shown.busiest(&queue.arrivals, "message"));
    maybe(text, "Silence", queue.silence.as_ref().map(|silence| shown.silence(silence)));
}

fn person(text: &mut String, shown: &Shown, person: &PersonTally) {
    hours(text, "Mails", &person.mails, &words::untimely(person));
    fact(text, "Notices", &words::reasons(person));
    fact(text, "Items", &words::acts(person));
    deadlines(text, &person.deadlines);
    fact(text, "Escalations", &person.escalations.to_string());
    maybe(text, "Busiest", shown.busiest(&person.mails, "mail"));
    maybe(text, "Silence", person.silence.as_ref().map(|silence| shown.silence(silence)));
}

fn deadlines(text: &mut String, deadlines: &Deadlines) {
    let kinds = PROMISES.iter().filter_map(|kind| Some((kind, deadlines.get(kind)?)));
    let said: Vec<String> = kinds.map(|(kind, kept)| format!("{kind} {}", words::kept(*kept))).collect();
    fact(text, "Deadlines", &joined(&said, "; ", "none came due"));
}

/// A histogram of the day's hours, six in a group, and what else there is to say.
fn hours(text: &mut String, label: &str, hours: &Hours, more: &str) {
    let total = total(hours);
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

fn fact(text: &mut String, label: &str, said: &str) {
    line(text, &format!("  {label:<12} {said}"));
}

fn maybe(text: &mut String, label: &str, said: Option<String>) {
    if let Some(said) = said {
        fact(text, label, &said);
    }
}

fn line(text: &mut String, said: &str) {
    text.push_str(said.trim_end());
    text.push('\n');
}
