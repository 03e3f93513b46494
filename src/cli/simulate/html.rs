//! A simulation as one page: style and charts are in it, nothing is fetched, no script runs. May import simulate. Text of strangers is always escaped.

use std::fmt::{Display, Write};

use askama::filters;
use jiff::Timestamp;

use super::super::screen::plain;
use super::words::{self, total};
use super::{Shown, chart};
use crate::simulate::summary::{Deadlines, Hours, PROMISES, PersonTally, QueueTally};

const STYLE: &str = include_str!("page.css");
/// How many lines of the timeline stand on the page; a browser of a phone has to hold them.
const MAX_LINES: usize = 5_000;
/// How many of the messages that were left out stand on the page.
const MAX_LEFT_OUT: usize = 500;

/// The whole page.
pub(super) fn page(shown: &Shown) -> String {
    let mut body = String::new();
    let days = shown.period();
    let _ = write!(
        body,
        "<h1>What would happen</h1><p>{}, {}.</p>",
        escape(&days),
        escape(&shown.zone_name)
    );
    let (counts, policy) = (shown.counts(), shown.policy());
    let _ = write!(body, "<p>{}</p><p class='soft'>{}</p>", escape(&counts), escape(&policy));
    sums(&mut body, shown);
    whole_time(&mut body, shown);
    for (name, queue) in shown.week.tally.queues.iter().filter(|(_, queue)| !queue.is_quiet()) {
        self::queue(&mut body, shown, name.as_str(), queue);
    }
    for (key, person) in shown.week.tally.people.iter().filter(|(_, person)| !person.is_quiet()) {
        self::person(&mut body, shown, &shown.who(key), person);
    }
    if let Some(nothing) = shown.nothing() {
        let _ = write!(body, "<p class='soft'>{}</p>", escape(&nothing));
    }
    left_out(&mut body, shown);
    timeline(&mut body, shown);
    whole(&format!("Simulation, {days}"), &body)
}

/// A page around its content.
pub(super) fn whole(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' content='width=device-width, initial-scale=1'>\
         <meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{}</title><style>\n{STYLE}</style></head><body>\n{body}\n</body></html>\n",
        escape(title)
    )
}

/// The few numbers one looks for first.
fn sums(body: &mut String, shown: &Shown) {
    let tally = &shown.week.tally;
    let people = || tally.people.values();
    let kept = || tally.queues.values().flat_map(|queue| queue.deadlines.values());
    let (met, missed): (u64, u64) = (kept().map(|kept| kept.met).sum(), kept().map(|kept| kept.missed).sum());
    let sums = [
        (people().map(|person| total(&person.mails)).sum::<u64>(), "mails to people"),
        (people().map(|person| person.mails.at_night()).sum(), "of them at night"),
        (people().map(|person| person.outside_hours).sum(), "outside working hours"),
        (met, "deadlines met"),
        (missed, "deadlines missed"),
        (tally.queues.values().map(|queue| queue.escalations).sum(), "escalations"),
    ];
    body.push_str("<ul class='sums'>");
    for (number, what) in sums {
        let _ = write!(body, "<li><b>{number}</b>{what}</li>");
    }
    body.push_str("</ul>");
}

fn whole_time(body: &mut String, shown: &Shown) {
    let mut all = std::collections::BTreeMap::<Timestamp, u64>::new();
    for (at, count) in shown.week.tally.people.values().flat_map(|person| person.mails.of_time()) {
        *all.entry(at).or_default() += count;
    }
    if all.is_empty() {
        return;
    }
    let all: Vec<(Timestamp, u64)> = all.into_iter().collect();
    let chart = chart::through_time(&all, shown.from, shown.to, &shown.zone, "mail");
    let _ = write!(body, "<h2>Mails to people, the whole time</h2>{chart}");
}

fn queue(body: &mut String, shown: &Shown, name: &str, queue: &QueueTally) {
    let _ = write!(body, "<section><h2>Queue {}</h2><dl>", escape(name));
    fact(body, "Items", &words::items(queue));
    deadlines(body, &queue.deadlines);
    fact(body, "Escalations", &queue.escalations.to_string());
    maybe(body, "Busiest", shown.busiest(&queue.arrivals, "message"));
    maybe(body, "Silence", queue.silence.as_ref().map(|silence| shown.silence(silence)));
    body.push_str("</dl>");
    hours(body, "Notices", &queue.notices, "notice");
    body.push_str("</section>");
}

fn person(body: &mut String, shown: &Shown, name: &str, person: &PersonTally) {
    let _ = write!(body, "<section><h2>{}</h2><dl>", escape(name));
    fact(body, "Mails", &format!("{}: {}", total(&person.mails), words::untimely(person)));
    fact(body, "Notices", &words::reasons(person));
    fact(body, "Items", &words::acts(person));
    deadlines(body, &person.deadlines);
    fact(body, "Escalations", &person.escalations.to_string());
    maybe(body, "Busiest", shown.busiest(&person.mails, "mail"));
    maybe(body, "Silence", person.silence.as_ref().map(|silence| shown.silence(silence)));
    body.push_str("</dl>");
    hours(body, "Mails", &person.mails, "mail");
    body.push_str("</section>");
}

fn hours(body: &mut String, label: &str, hours: &Hours, what: &str) {
    if total(hours) > 0 {
        let zone = hours.zone().iana_name().unwrap_or("UTC");
        let chart = chart::of_day(hours, what);
        let _ = write!(body, "<h3>{label} by hour of the day, {}</h3>{chart}", escape(zone));
    }
}

fn deadlines(body: &mut String, deadlines: &Deadlines) {
    for (kind, kept) in PROMISES.iter().filter_map(|kind| Some((kind, deadlines.get(kind)?))) {
        let bar = chart::kept(*kept);
        let _ = write!(body, "<dt>To {kind}</dt><dd>{}{bar}</dd>", words::kept(*kept));
    }
}

fn left_out(body: &mut String, shown: &Shown) {
    let messages = shown.left_out.iter().map(|one| format!("{}: {}", one.name, one.why));
    let all: Vec<String> = shown.week.not_played.iter().cloned().chain(messages).collect();
    if all.is_empty() {
        return;
    }
    let _ = write!(body, "<details><summary>{} left out</summary><ul class='list'>", all.len());
    for one in all.iter().take(MAX_LEFT_OUT) {
        let _ = write!(body, "<li>{}</li>", escape(one));
    }
    body.push_str("</ul>");
    more(body, all.len(), MAX_LEFT_OUT);
    body.push_str("</details>");
}

fn timeline(body: &mut String, shown: &Shown) {
    let lines: Vec<_> = shown.week.table.lines().collect();
    let _ = write!(
        body,
        "<details><summary>The timeline, {} lines</summary><table class='timeline'>",
        lines.len()
    );
    for (at, about, said) in lines.iter().take(MAX_LINES) {
        let time = shown.at(*at);
        let _ = write!(
            body,
            "<tr><td class='t'>{}</td><td class='t'>{}</td><td>{}</td></tr>",
            escape(&time),
            escape(about),
            escape(said)
        );
    }
    body.push_str("</table>");
    more(body, lines.len(), MAX_LINES);
    body.push_str("</details>");
}

/// Says that a list goes on.
pub(super) fn more(body: &mut String, all: usize, shown: usize) {
    if all > shown {
        let _ = write!(body, "<p class='soft'>{} more; --format text and json have all.</p>", all - shown);
    }
}

fn fact(body: &mut String, label: &str, said: &str) {
    let _ = write!(body, "<dt>{label}</dt><dd>{}</dd>", escape(said));
}

fn maybe(body: &mut String, label: &str, said: Option<String>) {
    if let Some(said) = said {
        fact(body, label, &said);
    }
}

/// Text as it may stand in HTML, within and without quotes: no controls, nothing that turns the direction of writing.
pub(super) fn escape(text: &str) -> impl Display + use<> {
    let Ok(escaped) = filters::escape(plain(text), filters::Html);
    escaped
}
