//! A source that should bring something every so often: heard, silent, heard again. May import model, policy. Silence is told once, whatever comes ends it.

use jiff::{SignedDuration, Timestamp};

use super::super::trouble::time_in;
use super::super::{Context, Decision, Draft, Effect, Incoming};
use super::{ExpectationCommand, ExpectationEvent, Missed, drafted, facts, facts_only, in_zone};
use crate::model::{Arrival, Expectation, ExpectationName, Fact, Otherwise, RuleName, RuleRef, SourceName};
use crate::policy::{Canary, Silence};

/// Noticed later than this after its time, nobody was there to hear: batond did not run, and the time is given anew.
const NOT_RUNNING: SignedDuration = SignedDuration::from_mins(1);

/// What whoever is told of a missing canary does next.
const CANARY_NOTE: &str =
    "Mail may not go out: `batond outbox list` says how the relays are. Or it may not come in: `batond sources` says how the sources are.";

/// Decides. `said` is what the configuration says of the source, if it says something still.
pub(super) fn decide(
    source: &SourceName,
    state: Option<Expectation>,
    what: ExpectationCommand,
    said: Option<&Silence>,
    cx: &Context<'_>,
) -> Decision {
    match (what, state, said) {
        (ExpectationCommand::Promise, state, Some(said)) => promise(source, state, said, cx),
        (ExpectationCommand::Promise | ExpectationCommand::Wake, Some(_), None) => facts_only(vec![ExpectationEvent::Withdrawn]),
        (ExpectationCommand::Heard(message), Some(state), Some(said)) => heard(source, &state, said, message, cx),
        (ExpectationCommand::Wake, Some(state), Some(said)) => due(source, &state, said, cx),
        (ExpectationCommand::Raised(item), Some(_), _) => facts_only(vec![ExpectationEvent::Raised { item }]),
        _ => Decision::default(),
    }
}

/// New or written anew: the time begins now.
fn promise(source: &SourceName, state: Option<Expectation>, said: &Silence, cx: &Context<'_>) -> Decision {
    if state.as_ref().is_some_and(|state| state.written == said.written) {
        return Decision::default();
    }
    let before = state.as_ref();
    let calendar = cx.policy.calendars.get(&cx.policy.queue(&cx.policy.unmatched).calendar);
    let silent = before.is_some_and(|before| before.missed.is_some());
    let name = Expectation::silence_name(source);
    let expectation = Expectation {
        rule: RuleName::from(name.as_str()),
        name,
        written: said.written.clone(),
        time_zone: calendar.map_or_else(|| "UTC".to_owned(), |calendar| calendar.zone_name.clone()),
        due: if silent { Timestamp::MAX } else { after(cx.now, said) },
        opens: if silent { Timestamp::MAX } else { cx.now },
        met: false,
        missed: before.and_then(|before| before.missed),
        in_a_row: before.map_or(0, |before| before.in_a_row),
        item: before.and_then(|before| before.item.clone()),
        arrived: before.and_then(|before| before.arrived),
        since: before.map_or(cx.now, |before| before.since),
        times_met: before.map_or(0, |before| before.times_met),
        times_late: before.map_or(0, |before| before.times_late),
        times_missed: before.map_or(0, |before| before.times_missed),
        once: None,
        policy: cx.policy.revision.clone(),
    };
    facts_only(vec![ExpectationEvent::Promised {
        expectation: Box::new(expectation),
    }])
}

/// Something came by it. The time begins anew when it is next looked at, so that a message costs one small fact.
fn heard(source: &SourceName, state: &Expectation, said: &Silence, message: Box<Incoming>, cx: &Context<'_>) -> Decision {
    let at = cx.now;
    let Some(missed) = state.missed else {
        return facts_only(vec![ExpectationEvent::Arrived { at, how: Arrival::InTime }]);
    };
    let again = ExpectationEvent::Due {
        missed: None,
        met: false,
        late_seconds: 0,
        next: after(at, said),
        opens: at,
    };
    let mut decision = facts_only(vec![ExpectationEvent::Arrived { at, how: Arrival::Late }, again]);
    if let Some(item) = &state.item {
        let late = facts::length(at.duration_since(missed).as_secs().max(0));
        let what = match said.canary {
            Some(_) => "The canary came back".to_owned(),
            None => format!("Something came by source {source} again"),
        };
        let note = format!("{what}: {}, {late} after it was due.", in_zone(at, &state.time_zone));
        let rule = RuleRef {
            name: RuleName::from(format!("expect {}", state.name)),
            place: Some(said.place.clone()),
        };
        decision.effects.push(Effect::Arrived(item.clone(), rule, note, message));
    }
    decision
}

/// Its time has passed. What came meanwhile gives it more; else it is silent until something comes.
fn due(source: &SourceName, state: &Expectation, said: &Silence, cx: &Context<'_>) -> Decision {
    if state.due > cx.now {
        return Decision::default();
    }
    let late = cx.now.duration_since(state.due);
    let heard_until = state.arrived.filter(|_| state.met).map(|at| after(at, said));
    let anew = heard_until.filter(|until| *until > cx.now);
    let next = match anew {
        Some(until) => Some(until),
        None if late > NOT_RUNNING => Some(after(cx.now, said)),
        None => None,
    };
    if let Some(next) = next {
        return facts_only(vec![ExpectationEvent::Due {
            missed: None,
            met: anew.is_some(),
            late_seconds: late.as_secs(),
            next,
            opens: state.arrived.unwrap_or(cx.now),
        }]);
    }
    // Its time was counted from what it was last heard at, which can be later than what was due first.
    let missed = heard_until.unwrap_or(state.due);
    let mut decision = facts_only(vec![ExpectationEvent::Due {
        missed: Some(missed),
        met: false,
        late_seconds: 0,
        next: Timestamp::MAX,
        opens: Timestamp::MAX,
    }]);
    let draft = raise(source, state, said, missed, cx);
    let raised = Effect::Raise(state.name.clone(), state.item.clone(), Box::new(draft));
    decision.effects.push(raised);
    decision
}

fn raise(source: &SourceName, state: &Expectation, said: &Silence, missed: Timestamp, cx: &Context<'_>) -> Draft {
    let queue = cx.policy.unmatched.clone();
    if let Some(canary) = &said.canary {
        return raise_canary(canary, state, said, missed, cx);
    }
    let length = facts::length(said.every.as_secs());
    let title = format!("Nothing came by source {source} for {length}");
    let heard = match state.arrived {
        Some(at) => format!("The last message came by it {}.", time_in(&queue, at, cx)),
        None => format!(
            "Nothing ever came by it since it is expected, {}.",
            time_in(&queue, state.since, cx)
        ),
    };
    let text = format!(
        "Source `{source}` should bring something every {length} (`expect_every`), and did not. {heard}\n\n\
Look whether its sender still sends, and where to; `batond sources` says whether the source itself works. When something comes, this item is closed with a note.",
    );
    let lines = vec![
        facts::fact_at("Expected", format!("something by source {source}, by"), missed),
        last_arrived(state),
    ];
    let why = format!("source {source} was silent for {length}");
    item(state, said, title, (lines, text, why), cx)
}

fn last_arrived(state: &Expectation) -> Fact {
    match state.arrived {
        Some(at) => facts::fact_at("Last arrived", "", at),
        None => facts::fact_at("Last arrived", "never; it is expected since", state.since),
    }
}

/// A mail of our own did not come back.
fn raise_canary(canary: &Canary, state: &Expectation, said: &Silence, missed: Timestamp, cx: &Context<'_>) -> Draft {
    let (every, within) = (facts::length(canary.every.as_secs()), facts::length(canary.within.as_secs()));
    let title = "The canary did not come back: mail may not go out, or not come in".to_owned();
    let heard = match state.arrived {
        Some(at) => format!("The last one came back {}.", time_in(&cx.policy.unmatched, at, cx)),
        None => format!(
            "None ever came back since they are sent, {}.",
            time_in(&cx.policy.unmatched, state.since, cx)
        ),
    };
    let text = format!(
        "Every {every} batond sends a mail to {to} by its relay, and it should come back by a source within {within}. It did not. {heard}\n\n\
Either mail does not go out: `batond outbox list` says how the relays are. Or it does not come in: `batond sources` says how the sources are, and the log of the mail \
server between them says where the mail is. Send a mail to {to} yourself to see which.\n\nOne goes out every {every} all the same. When one comes back, this item is \
closed with a note.",
        to = canary.to,
    );
    let lines = vec![
        facts::fact_at("Expected", "a mail of batond's own, by", missed),
        last_arrived(state),
    ];
    let why = format!("a mail to {} did not come back within {within}", canary.to);
    item(state, said, title, (lines, text, why), cx)
}

/// The item, where what no rule took goes.
fn item(state: &Expectation, said: &Silence, title: String, words: (Vec<Fact>, String, String), cx: &Context<'_>) -> Draft {
    let (facts, text, why) = words;
    // Where to look: of a source its own page says that.
    let note = said.canary.as_ref().map(|_| CANARY_NOTE.to_owned());
    let otherwise = Otherwise {
        queue: cx.policy.unmatched.clone(),
        title: Some(title.clone()),
        priority: None,
        labels: Default::default(),
        assign: None,
        note: note.clone(),
    };
    let missed = Missed { facts, text, note, why };
    drafted(&state.name, (&otherwise, Some(&said.place)), title, missed, cx.now)
}

fn after(at: Timestamp, said: &Silence) -> Timestamp {
    at.checked_add(said.every).unwrap_or(Timestamp::MAX)
}

/// The source a name of an expectation is about, if it is about one.
pub(super) fn source_of(name: &ExpectationName) -> Option<SourceName> {
    name.as_str().strip_prefix(Expectation::SILENCE_OF).map(SourceName::from)
}
