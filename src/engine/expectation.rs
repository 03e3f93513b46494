//! What should arrive by a time: promised, arrived, missed, withdrawn. May import model, policy. A time that was missed is told once, and says how late that was noticed.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[path = "once.rs"]
mod once;
#[path = "silence.rs"]
mod silence;

use super::{Context, Decision, Draft, Effect, Event, Incoming, facts};
use crate::model::{Arrival, Expectation, ExpectationName, Fact, ItemId, Otherwise, Place, RawRef, RuleName, RuleRef, SourceName};
use crate::policy::Expected;
use crate::rules::{ExpectDraft, ItemDraft};

/// The source of items that no message opened.
const SOURCE: &str = "expect";

/// What an expectation is asked to do.
#[derive(Debug, Clone)]
pub enum ExpectationCommand {
    /// Expect it once, after a message of a rule.
    Await(Box<ExpectDraft>),
    /// Be as the policy has it: new, changed, withdrawn, or as it was.
    Promise,
    /// Take note of a message of its rule.
    Arrived {
        /// The rule.
        rule: RuleRef,
        /// The message.
        message: Box<Incoming>,
    },
    /// Take note that its source brought something.
    Heard(Box<Incoming>),
    /// Remember the item that was raised.
    Raised(ItemId),
    /// Look at what is due.
    Wake,
}

/// A fact about an expectation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ExpectationEvent {
    /// It is expected from now on, or otherwise than before.
    Promised {
        /// The whole of it.
        expectation: Box<Expectation>,
    },
    /// A message of its rule came.
    Arrived {
        /// When.
        at: Timestamp,
        /// How it counted.
        how: Arrival,
    },
    /// Its time has come.
    Due {
        /// The time that was missed, if one was.
        missed: Option<Timestamp>,
        /// Whether what was due next had come.
        met: bool,
        /// How much later that was noticed, in seconds: more than a little after downtime.
        late_seconds: i64,
        /// The next time.
        next: Timestamp,
        /// From when on a message counts for it.
        opens: Timestamp,
    },
    /// An item was raised for what was missed.
    Raised {
        /// Which.
        item: ItemId,
    },
    /// It is not configured any more.
    Withdrawn,
}

/// What an item that is raised says of the miss.
#[derive(Debug, Clone)]
pub struct Missed {
    /// The labelled lines of its notice.
    pub facts: Vec<Fact>,
    /// The same as text.
    pub text: String,
    /// What the configuration says to whoever is told.
    pub note: Option<String>,
    /// Why somebody is told, as a sentence.
    pub why: String,
}

/// Decides. `state` is `None` for what was never expected.
pub(super) fn decide(name: &ExpectationName, state: Option<Expectation>, what: ExpectationCommand, cx: &Context<'_>) -> Decision {
    if let Some(source) = silence::source_of(name) {
        return silence::decide(&source, state, what, cx.policy.silences.get(&source), cx);
    }
    let defined = cx.policy.expected.get(name);
    match (what, state, defined) {
        (ExpectationCommand::Promise, state, Some(defined)) => promise(state, defined, cx),
        (ExpectationCommand::Await(said), state, _) => once::promise(name, state, *said, cx),
        (ExpectationCommand::Arrived { rule, message }, Some(state), _) if state.once.is_some() => {
            let mut decision = arrived(&state, rule, message);
            decision.events.push(Event::Expectation(ExpectationEvent::Withdrawn));
            decision
        }
        (ExpectationCommand::Wake, Some(state), _) if state.once.is_some() => once::due(&state, cx),
        // What was promised of a message stands, whatever becomes of the rule.
        (ExpectationCommand::Promise, Some(state), None) if state.once.is_some() => Decision::default(),
        // Nobody says any more what to do about it.
        (ExpectationCommand::Promise | ExpectationCommand::Wake, Some(_), None) => facts_only(vec![ExpectationEvent::Withdrawn]),
        (ExpectationCommand::Arrived { rule, message }, Some(state), Some(_)) => arrived(&state, rule, message),
        (ExpectationCommand::Raised(item), Some(_), _) => facts_only(vec![ExpectationEvent::Raised { item }]),
        (ExpectationCommand::Wake, Some(state), Some(defined)) => due(&state, defined, cx),
        _ => Decision::default(),
    }
}

fn facts_only(events: Vec<ExpectationEvent>) -> Decision {
    Decision {
        events: events.into_iter().map(Event::Expectation).collect(),
        ..Decision::default()
    }
}

/// New: the first time is the first after now. As it was: nothing moves. Written anew: the first time after now, unless what came lately counts for it.
fn promise(state: Option<Expectation>, defined: &Expected, cx: &Context<'_>) -> Decision {
    if let Some(state) = &state
        && state.written == defined.written
        && state.rule == defined.rule
    {
        return Decision::default();
    }
    // What was due before the new words were read is still owed.
    let mut decision = state.as_ref().map(|state| due(state, defined, cx)).unwrap_or_default();
    let mut kept = state;
    for event in &decision.events {
        if let Event::Expectation(event) = event {
            apply(&mut kept, event);
        }
    }
    let same_times = kept.as_ref().is_some_and(|kept| kept.written == defined.written);
    let due = kept
        .as_ref()
        .filter(|_| same_times)
        .map_or_else(|| defined.schedule.next_after(cx.now).unwrap_or(Timestamp::MAX), |kept| kept.due);
    let opens = kept
        .as_ref()
        .filter(|_| same_times)
        .map_or_else(|| defined.opens(due), |kept| kept.opens);
    let arrived = kept.as_ref().and_then(|kept| kept.arrived);
    let before = kept.as_ref();
    let expectation = Expectation {
        name: defined.name.clone(),
        rule: defined.rule.clone(),
        written: defined.written.clone(),
        time_zone: defined.schedule.zone_name.clone(),
        due,
        opens,
        met: arrived.is_some_and(|at| at >= opens),
        missed: before.and_then(|kept| kept.missed),
        in_a_row: before.map_or(0, |kept| kept.in_a_row),
        item: before.and_then(|kept| kept.item.clone()),
        arrived,
        since: before.map_or(cx.now, |kept| kept.since),
        times_met: before.map_or(0, |kept| kept.times_met),
        times_late: before.map_or(0, |kept| kept.times_late),
        times_missed: before.map_or(0, |kept| kept.times_missed),
        once: None,
        policy: cx.policy.revision.clone(),
    };
    decision.events.push(Event::Expectation(ExpectationEvent::Promised {
        expectation: Box::new(expectation),
    }));
    decision
}

/// From `opens` on a message counts for the time to come, before that for the one that was missed. Whatever comes ends the miss.
fn arrived(state: &Expectation, rule: RuleRef, message: Box<Incoming>) -> Decision {
    let at = message.at;
    let how = match state.missed {
        _ if at >= state.opens && !state.met => Arrival::InTime,
        Some(_) => Arrival::Late,
        None => Arrival::Again,
    };
    let mut decision = facts_only(vec![ExpectationEvent::Arrived { at, how }]);
    if let (Some(missed), Some(item)) = (state.missed, &state.item) {
        let said = |at| in_zone(at, &state.time_zone);
        let note = match how {
            Arrival::InTime => format!("Nothing came for {}. The next message came in time, {}.", said(missed), said(at)),
            _ => {
                let late = facts::length(at.duration_since(missed).as_secs().max(0));
                format!("It arrived late: {}, {late} after its time.", said(at))
            }
        };
        decision.effects.push(Effect::Arrived(item.clone(), rule, note, message));
    }
    decision
}

/// Its time, or several of them, have passed: the first that was not met is told, once.
fn due(state: &Expectation, defined: &Expected, cx: &Context<'_>) -> Decision {
    if state.due > cx.now {
        return Decision::default();
    }
    let after = |at| defined.schedule.next_after(at).unwrap_or(Timestamp::MAX);
    let following = after(state.due);
    let missed = if state.met {
        Some(following).filter(|at| *at <= cx.now)
    } else {
        Some(state.due)
    };
    // What passed while batond did not run is one miss: nobody was there to see what came.
    let next = if following > cx.now { following } else { after(cx.now) };
    let opens = defined.opens(next);
    let late_seconds = cx.now.duration_since(missed.unwrap_or(state.due)).as_secs();
    let mut decision = facts_only(vec![ExpectationEvent::Due {
        missed,
        met: state.met,
        late_seconds,
        next,
        opens,
    }]);
    if let Some(missed) = missed {
        let draft = raise(state, (&defined.otherwise, Some(&defined.place)), missed, late_seconds, cx);
        decision
            .effects
            .push(Effect::Raise(state.name.clone(), state.item.clone(), Box::new(draft)));
    }
    decision
}

fn raise(state: &Expectation, by: (&Otherwise, Option<&Place>), missed: Timestamp, late_seconds: i64, cx: &Context<'_>) -> Draft {
    let (otherwise, place) = by;
    let said = |at| in_zone(at, &state.time_zone);
    let mut text = vec![format!(
        "Expected: a message of rule `{}` by {} ({}).",
        state.rule,
        said(missed),
        state.time_zone
    )];
    let mut lines = vec![
        facts::fact_at("Expected", format!("{}, by", what(state)), missed),
        facts::fact("From rule", state.rule.as_str()),
    ];
    if let Some(once) = &state.once {
        text.push(format!(
            "Rule `{}` expects it since a message of {}.",
            once.by.name,
            said(state.since)
        ));
        lines.extend(once.key.as_ref().map(|key| facts::fact("Key", key.clone())));
        lines.push(facts::fact_at("Expected by", format!("rule {}, since", once.by.name), state.since));
    }
    match state.arrived {
        _ if state.once.is_some() => {}
        Some(at) => {
            text.push(format!("It last arrived {}.", said(at)));
            lines.push(facts::fact_at("Last arrived", "", at));
        }
        None => {
            text.push(format!("It never arrived since it is expected, {}.", said(state.since)));
            lines.push(facts::fact_at("Last arrived", "never; it is expected since", state.since));
        }
    }
    if state.in_a_row > 0 {
        let times = state.in_a_row + 1;
        text.push(format!("That is {times} times in a row."));
        lines.push(facts::fact("Missed", format!("{times} times in a row")));
    }
    if let Some(late) = facts::noticed_late(late_seconds) {
        text.push(format!(
            "This was noticed {} late: batond was not running. It may have been sent meanwhile.",
            facts::length(late_seconds)
        ));
        lines.push(late);
    }
    let text = text.join("\n");
    let title = otherwise.title.clone().unwrap_or_else(|| format!("{} did not arrive", what(state)));
    let missed = Missed {
        facts: lines,
        text,
        note: otherwise.note.clone(),
        why: format!("{} did not arrive by its time", what(state)),
    };
    drafted(&state.name, (otherwise, place), title, missed, cx.now)
}

/// The item that says what is missing.
fn drafted(name: &ExpectationName, by: (&Otherwise, Option<&Place>), title: String, missed: Missed, at: Timestamp) -> Draft {
    let (otherwise, place) = by;
    Draft {
        queue: otherwise.queue.clone(),
        requester: None,
        message: nothing_came(&title, &missed.text, at),
        confirm: false,
        follows: None,
        links: Vec::new(),
        chosen: None,
        allowance: Default::default(),
        muting: None,
        missed: Some(missed),
        draft: ItemDraft {
            rule: RuleRef {
                name: RuleName::from(format!("expect {name}")),
                place: place.cloned(),
            },
            queue: otherwise.queue.clone(),
            title: Some(title),
            priority: otherwise.priority,
            labels: otherwise.labels.clone(),
            fields: [("expectation".to_owned(), Value::from(name.as_str()))].into(),
            assign: otherwise.assign.clone(),
            pick: None,
            due: None,
            key: None,
            note: otherwise.note.clone(),
            collect: None,
            mute: None,
            excerpt: None,
            element: None,
            also: Vec::new(),
            deeds: Default::default(),
        },
    }
}

/// What is expected, as people are told of it.
fn what(state: &Expectation) -> String {
    match state.once.as_deref().map(|once| &once.key) {
        Some(Some(key)) => format!("{} for {key}", state.rule),
        Some(None) => state.rule.to_string(),
        None => state.name.to_string(),
    }
}

/// Stands on the timeline where a message would: there is none, and no bytes.
fn nothing_came(subject: &str, text: &str, at: Timestamp) -> Incoming {
    Incoming {
        source: SourceName::from(SOURCE),
        at,
        from: None,
        author: None,
        by_mail: false,
        message_id: None,
        subject: subject.to_owned(),
        text: text.to_owned(),
        in_summary: false,
        attachments: Vec::new(),
        files: Vec::new(),
        raw: RawRef {
            sha256: String::new(),
            size_bytes: 0,
        },
        automatic: true,
        oddities: Vec::new(),
        around: None,
    }
}

/// `Mon 23 Nov 07:00` where it is expected.
fn in_zone(at: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).strftime("%a %-d %b %H:%M").to_string()
}

/// Applies one fact. `Promised` makes it, `Withdrawn` ends it.
pub fn apply(state: &mut Option<Expectation>, event: &ExpectationEvent) {
    match event {
        ExpectationEvent::Promised { expectation } => *state = Some((**expectation).clone()),
        ExpectationEvent::Withdrawn => *state = None,
        ExpectationEvent::Arrived { at, how } => {
            let Some(state) = state else { return };
            state.arrived = Some(*at);
            state.met |= *how == Arrival::InTime;
            state.times_late += u64::from(*how == Arrival::Late);
            state.missed = None;
            state.in_a_row = 0;
        }
        ExpectationEvent::Due {
            missed, met, next, opens, ..
        } => {
            let Some(state) = state else { return };
            state.times_met += u64::from(*met);
            if missed.is_some() {
                state.missed = *missed;
                state.in_a_row += 1;
                state.times_missed += 1;
            }
            state.met = false;
            state.due = *next;
            state.opens = *opens;
        }
        ExpectationEvent::Raised { item } => {
            if let Some(state) = state {
                state.item = Some(item.clone());
            }
        }
    }
}
