//! A simulation for programs: names are stable, times are RFC 3339 in UTC, hours are those of the zone named beside them. May import simulate.

use serde_json::{Value, json};

use super::Shown;
use crate::simulate::Fate;
use crate::simulate::summary::{Deadlines, Hours, PersonTally, QueueTally, Silence};

/// All of it.
pub(super) fn json(shown: &Shown) -> Value {
    let tally = &shown.week.tally;
    let timeline = shown.week.table.lines();
    let timeline = timeline.map(|(at, about, text)| json!({ "at": at, "item": (about != "-").then_some(about), "text": text }));
    json!({
        "from": shown.from,
        "to": shown.to,
        "time_zone": shown.zone_name,
        "policy": shown.policy.revision,
        "seed": shown.chance.then_some(shown.seed),
        "messages": shown.week.fates.iter().map(fate).collect::<Vec<_>>(),
        "left_out": shown.left_out.iter().map(|one| json!({ "file": one.name, "why": one.why })).collect::<Vec<_>>(),
        "not_played": shown.week.not_played,
        "queues": queues(shown),
        "people": people(shown),
        "mails_outside": tally.mails_outside,
        "timeline": timeline.collect::<Vec<_>>(),
    })
}

/// What was counted of queues.
pub(super) fn queues(shown: &Shown) -> Value {
    let queues = shown.week.tally.queues.iter();
    Value::Object(queues.map(|(name, tally)| (name.to_string(), queue(tally))).collect())
}

/// What was counted of people.
pub(super) fn people(shown: &Shown) -> Value {
    let people = shown.week.tally.people.iter();
    Value::Object(people.map(|(key, tally)| (key.to_string(), person(tally))).collect())
}

/// What became of a message.
fn fate(fate: &Fate) -> Value {
    let deadlines = fate.deadlines.iter().map(|(kind, at)| json!({ "clock": kind, "at": at }));
    json!({
        "file": fate.name,
        "at": fate.at,
        "what": fate.headline,
        "did": fate.did.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "items": fate.items,
        "deadlines": deadlines.collect::<Vec<_>>(),
    })
}

fn queue(queue: &QueueTally) -> Value {
    json!({
        "messages": queue.messages,
        "opened": queue.opened,
        "done": queue.done,
        "dropped": queue.dropped,
        "open": queue.open,
        "notices": hours(&queue.notices),
        "arrivals": hours(&queue.arrivals),
        "deadlines": deadlines(&queue.deadlines),
        "escalations": queue.escalations,
        "silence": silence(queue.silence.as_ref()),
    })
}

fn person(person: &PersonTally) -> Value {
    let notices = person.notices.iter().map(|(reason, count)| (reason.to_string(), json!(count)));
    json!({
        "mails": hours(&person.mails),
        "outside_hours": person.outside_hours,
        "notices": notices.collect::<serde_json::Map<_, _>>(),
        "accepted": person.accepted,
        "declined": person.declined,
        "done": person.done,
        "deadlines": deadlines(&person.deadlines),
        "escalations": person.escalations,
        "silence": silence(person.silence.as_ref()),
    })
}

fn hours(hours: &Hours) -> Value {
    json!({
        "count": hours.of_day().iter().sum::<u64>(),
        "time_zone": hours.zone().iana_name().unwrap_or("UTC"),
        "by_hour": hours.of_day(),
        "at_night": hours.at_night(),
        "busiest": hours.busiest(),
    })
}

fn deadlines(deadlines: &Deadlines) -> Value {
    let kinds = deadlines.iter().map(|(kind, kept)| (kind.to_string(), json!(kept)));
    Value::Object(kinds.collect())
}

fn silence(silence: Option<&Silence>) -> Value {
    let said =
        |silence: &Silence| json!({ "item": silence.item, "from": silence.from, "to": silence.to, "seconds": silence.length().as_secs() });
    silence.map_or(Value::Null, said)
}
