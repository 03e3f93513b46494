//! What is asked by mail and is about no item: who has duty, what a queue is, what is with somebody. May import model, calendar, policy, reply. Changes nothing.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::facts::{fact, fact_at};
use super::list::name;
use super::{Command, Context, ListCommand};
use crate::calendar::{Calendar, Rotation, week_text};
use crate::model::{Fact, Party, PersonKey, Span};
use crate::policy::Queue;
use crate::reply::Verb;

/// So far ahead an absence is told of.
const AHEAD: SignedDuration = SignedDuration::from_hours(4 * 7 * 24);

/// What a question comes to.
#[derive(Debug)]
pub enum Asked {
    /// These facts answer it.
    Facts(Vec<Fact>),
    /// A mail of its own answers it, which this brings about.
    Mail(Command),
}

/// The answer to `list`, `who` and `queue NAME`; `None` for any other verb. `answers` is the Message-ID of the mail that asks.
///
/// # Errors
/// Why it cannot be answered, as a sentence.
#[must_use]
pub fn asked(person: &PersonKey, verb: &Verb, answers: Option<&String>, cx: &Context<'_>) -> Option<Result<Asked, String>> {
    match verb {
        Verb::List => {
            let ask = ListCommand::Ask(answers.cloned());
            Some(Ok(Asked::Mail(Command::List(person.clone(), ask))))
        }
        Verb::Who => Some(Ok(Asked::Facts(who(cx)))),
        Verb::Queue(wanted) => Some(queue(wanted, cx).map(Asked::Facts)),
        _ => None,
    }
}

/// Facts as lines of text, their instants in the zone of whoever reads them: where an answer is nothing but text.
#[must_use]
pub fn fact_lines(facts: &[Fact], reader: &PersonKey, cx: &Context<'_>) -> String {
    let calendar = cx.policy.calendar_of(reader);
    let zone = calendar.map_or(TimeZone::UTC, |calendar| calendar.zone.clone());
    let mut lines: Vec<String> = facts
        .iter()
        .map(|fact| {
            let at = fact
                .at
                .map_or_else(String::new, |at| at.to_zoned(zone.clone()).strftime(" %a %-d %b %H:%M").to_string());
            format!("{}: {}{at}", fact.label, fact.text)
        })
        .collect();
    if facts.iter().any(|fact| fact.at.is_some()) {
        lines.push(format!(
            "Times are in {}.",
            calendar.map_or("UTC", |calendar| calendar.zone_name.as_str())
        ));
    }
    lines.join("\n")
}

/// Who has duty in each rotation, who is next, and who is away.
fn who(cx: &Context<'_>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = cx
        .policy
        .rotations
        .values()
        .map(|rotation| duty(rotation.name.as_str(), rotation, cx))
        .collect();
    if facts.is_empty() {
        facts.push(fact("On duty", "there is no rotation here; `queue NAME` says who a queue asks"));
    }
    facts.extend(cx.policy.people.keys().filter_map(|person| away(person, cx)));
    facts
}

/// `support-duty: Ana Ruiz; then Ben Okafor, from Tue 24 Nov 18:00`.
fn duty(label: &str, rotation: &Rotation, cx: &Context<'_>) -> Fact {
    let now = match rotation.on_duty(cx.now) {
        Some(person) => acting(&person, cx),
        None => "nobody: what comes waits, and the owner is told".to_owned(),
    };
    let Some(change) = rotation.next_change(cx.now) else {
        return fact(label, now);
    };
    let next = rotation
        .on_duty(change)
        .map_or_else(|| "nobody".to_owned(), |person| name(&person, cx));
    fact_at(label, format!("{now}; then {next}, from"), change)
}

/// Somebody, or who stands in for them now.
fn acting(person: &PersonKey, cx: &Context<'_>) -> String {
    match cx.stands_in(person) {
        Some(other) if other == *person => name(person, cx),
        Some(other) => format!("{}, for {} who is away", name(&other, cx), name(person, cx)),
        None => format!("{}, who is away, and nobody covers", name(person, cx)),
    }
}

/// That somebody is away now or in the weeks ahead, and who covers.
fn away(person: &PersonKey, cx: &Context<'_>) -> Option<Fact> {
    let standing = cx.standing();
    let covered = |at: Timestamp| match cx.policy.stands_in(standing, person, at) {
        Some(other) => format!("{} covers", name(&other, cx)),
        None => "nobody covers".to_owned(),
    };
    if let Some(back) = cx.policy.back_at(standing, person, cx.now) {
        return Some(fact_at("Away", format!("{}, {}; back", name(person, cx), covered(cx.now)), back));
    }
    let leaves = cx.policy.next_leave(standing, person, cx.now)?;
    let soon = leaves.duration_since(cx.now) <= AHEAD;
    cx.policy.back_at(standing, person, leaves).filter(|_| soon)?;
    Some(fact_at(
        "Away soon",
        format!("{}, {}; from", name(person, cx), covered(leaves)),
        leaves,
    ))
}

/// The page of a queue in the handbook.
fn queue(wanted: &str, cx: &Context<'_>) -> Result<Vec<Fact>, String> {
    let plain = wanted.trim().trim_end_matches(['.', '!', '?']);
    let found = cx
        .policy
        .queues
        .values()
        .find(|queue| queue.name.as_str().eq_ignore_ascii_case(plain));
    let Some(queue) = found else {
        let known: Vec<&str> = cx.policy.queues.keys().map(crate::model::QueueName::as_str).collect();
        return Err(format!("there is no queue `{plain}`; there are {}", known.join(", ")));
    };
    let mut facts = vec![
        fact(
            "Queue",
            format!("{}; its items are called {}-1 and so on", queue.name, queue.prefix),
        ),
        fact("For", queue.purpose.as_str()),
        fact("Owner", name(&queue.owner, cx)),
        fact("Urgent when", queue.urgent_when.as_str()),
        fact("A handoff says", queue.handover.as_str()),
    ];
    facts.push(asks(queue, cx));
    facts.extend(queue.address.as_ref().map(|address| fact("Address", address.as_str())));
    facts.extend(cx.policy.calendars.get(&queue.calendar).map(hours));
    facts.extend(clocks(queue));
    facts.extend(
        queue
            .escalation
            .as_ref()
            .map(|ladder| fact("Past a deadline", format!("{ladder} starts"))),
    );
    Ok(facts)
}

/// Who is asked to take its new items now.
fn asks(queue: &Queue, cx: &Context<'_>) -> Fact {
    if let Party::Rotation(rotation) = &queue.assign
        && let Some(rotation) = cx.policy.rotations.get(rotation)
    {
        return duty("On duty", rotation, cx);
    }
    let people = cx.policy.candidates(&queue.assign, None, &queue.owner, cx.now).people;
    let names: Vec<String> = people.iter().map(|person| acting(person, cx)).collect();
    let together = match (&queue.assign, queue.pick) {
        (Party::Team(team), None) => format!(" (team {team}; the first to accept has it)"),
        (Party::Team(team), Some(_)) => format!(" (team {team}; one of them is chosen)"),
        _ => String::new(),
    };
    fact("Asks", format!("{}{together}", names.join(", ")))
}

fn hours(calendar: &Calendar) -> Fact {
    let week = week_text(&calendar.week);
    let week = if week.is_empty() { "no hours".to_owned() } else { week };
    fact("Hours", format!("{week} ({})", calendar.zone_name))
}

/// What it promises.
fn clocks(queue: &Queue) -> Vec<Fact> {
    let promised: [(&str, Option<Span>); 4] = [
        ("Accept within", queue.accept_within),
        ("Answer within", queue.respond_within),
        ("Finish within", queue.resolve_within),
        ("A word every", Some(queue.update_every)),
    ];
    let promised = promised
        .into_iter()
        .filter_map(|(label, span)| Some(fact(label, span?.to_string())));
    promised.collect()
}
