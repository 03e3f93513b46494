//! A mute: begun, counted, ended, summed up. May import model, policy. What came while it held is told once, at its end, and nothing of it is forgotten.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::work::{Say, Work};
use super::{Context, Decision, Effect, Event, facts};
use crate::model::{ItemId, Mute, MuteTarget, Muting, PersonKey, QueueName, Reader, Reason, Revision};

/// What a mute is asked to do.
#[derive(Debug, Clone)]
pub enum MuteCommand {
    /// Hold from now on, or otherwise than before.
    Begin(Box<Muting>),
    /// Remember an item that it muted, with the messages that opened it.
    Cover {
        /// The mute.
        muting: Box<Muting>,
        /// The item.
        item: ItemId,
        /// Its queue.
        queue: QueueName,
        /// How many messages it began with.
        messages: u32,
    },
    /// Count a message on one of its items.
    Message,
    /// One of its items was closed.
    Closed(ItemId),
    /// Somebody took one of its items up, or it is muted otherwise.
    Left(ItemId),
    /// End before its time.
    End {
        /// Who says so; `None` for the configuration.
        by: Option<PersonKey>,
    },
    /// Nothing names it any more and it has ended: it is forgotten.
    Forget,
    /// Look at what is due.
    Wake,
}

/// A fact about a mute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum MuteEvent {
    /// It holds from now on, or until another time, or for another reason.
    Begun {
        /// What was said.
        muting: Box<Muting>,
        /// When.
        at: Timestamp,
        /// The policy revision.
        policy: Revision,
    },
    /// It muted an item.
    Covered {
        /// The item.
        item: ItemId,
        /// Its queue.
        queue: QueueName,
        /// How many messages it began with.
        messages: u32,
    },
    /// A message came on one of its items.
    Counted,
    /// One of its items was closed.
    Closed {
        /// Which.
        item: ItemId,
    },
    /// One of its items is muted by it no longer.
    Left {
        /// Which.
        item: ItemId,
    },
    /// It is over.
    Ended {
        /// When.
        at: Timestamp,
        /// Who ended it before its time.
        #[serde(default)]
        by: Option<PersonKey>,
        /// Whether its end is remembered, as the configuration names it still.
        #[serde(default)]
        kept: bool,
    },
    /// It is forgotten.
    Forgotten,
}

/// Decides. `state` is `None` for a mute that covered nothing so far.
pub(super) fn decide(state: Option<Mute>, what: MuteCommand, cx: &Context<'_>) -> Decision {
    let begun = |muting: Box<Muting>| MuteEvent::Begun {
        muting,
        at: cx.now,
        policy: cx.policy.revision.clone(),
    };
    match (what, state) {
        (MuteCommand::Begin(muting), state) => {
            let same = state.is_some_and(|state| state.ended.is_none() && state.muting.says_as(&muting));
            facts_only(if same { Vec::new() } else { vec![begun(muting)] })
        }
        (
            MuteCommand::Cover {
                muting,
                item,
                queue,
                messages,
            },
            state,
        ) => {
            let known = state.is_some_and(|state| state.ended.is_none());
            let begins = (!known).then(|| begun(muting));
            facts_only(begins.into_iter().chain([MuteEvent::Covered { item, queue, messages }]).collect())
        }
        (MuteCommand::Message, Some(_)) => facts_only(vec![MuteEvent::Counted]),
        (MuteCommand::Closed(item), Some(state)) => {
            let mut events = vec![MuteEvent::Closed { item }];
            // A rule muted this one item and asked for no summary: what closed itself disturbs nobody.
            if state.muting.rule.is_some() && state.ended.is_none() {
                events.push(ended(cx, None, false));
            }
            facts_only(events)
        }
        (MuteCommand::Left(item), Some(state)) if state.ended.is_none() => {
            let mut events = vec![MuteEvent::Left { item }];
            // Of one item nothing is left to be quiet about: whoever took it up knows.
            if matches!(state.muting.target, MuteTarget::Item(_)) {
                events.push(ended(cx, None, false));
            }
            facts_only(events)
        }
        (MuteCommand::End { by }, Some(state)) if state.ended.is_none() => over(&state, by, cx),
        (MuteCommand::Forget, Some(_)) => facts_only(vec![MuteEvent::Forgotten]),
        (MuteCommand::Wake, Some(state)) if state.next_due().is_some_and(|due| due <= cx.now) => over(&state, None, cx),
        _ => Decision::default(),
    }
}

fn ended(cx: &Context<'_>, by: Option<PersonKey>, kept: bool) -> MuteEvent {
    MuteEvent::Ended { at: cx.now, by, kept }
}

fn facts_only(events: Vec<MuteEvent>) -> Decision {
    Decision {
        events: events.into_iter().map(Event::Mute).collect(),
        ..Decision::default()
    }
}

/// It ends, and what came meanwhile is told once. Where nothing came and nothing waits but one item, that item says all there is.
fn over(state: &Mute, by: Option<PersonKey>, cx: &Context<'_>) -> Decision {
    let kept = by.is_some() && cx.policy.mutes.said.contains_key(&state.muting.name) && state.muting.until > cx.now;
    let mut decision = facts_only(vec![ended(cx, by, kept)]);
    // What a rule muted is one item, and says itself what came: a summary for each would be the noise that the mute was to spare.
    let several = state.messages > 0 || state.closed > 0 || state.open.len() > 1;
    if several && state.muting.rule.is_none() {
        decision.effects.push(Effect::SumUp(Box::new(state.clone())));
    }
    decision
}

/// Tells those concerned what came of a mute: the owners of its queues, and whoever set it. `still` are the items that were open at its end.
pub(super) fn sum_up(work: &mut Work<'_>, mute: &Mute, still: &[(ItemId, String)]) {
    let muting = &mute.muting;
    let mut readers: Vec<(PersonKey, String)> = Vec::new();
    if let Some(by) = muting.by.clone() {
        readers.push((by, "you muted it".to_owned()));
    }
    for queue in &mute.queues {
        let owner = work.cx.policy.queue(queue).owner.clone();
        if !readers.iter().any(|(reader, _)| *reader == owner) {
            readers.push((owner, format!("you answer for the queue {queue}")));
        }
    }
    // Ended by hand it ends before its time.
    let late = facts::noticed_late(work.cx.now.duration_since(muting.until).as_secs());
    let open = still.len() + mute.more as usize;
    let title = format!("Mute {}, {}, {open} still open", muting.name, plural(mute.messages, "message"));
    for (person, why_you) in readers {
        let set_by = match &muting.by {
            Some(by) if *by != person => work.name(by),
            Some(_) => "you".to_owned(),
            None => muting.said_by(),
        };
        let mut lines = vec![
            facts::fact("Mute", format!("{}, set by {set_by}", muting.name)),
            facts::fact("Why", muting.why.clone()),
            facts::fact_at("Since", "", mute.since),
            facts::fact_at("Until", "", muting.until.min(work.cx.now)),
        ];
        lines.extend(late.clone());
        lines.extend([
            facts::fact(
                "Came",
                format!("{} on {}", plural(mute.messages, "message"), plural(mute.items, "item")),
            ),
            facts::fact("Closed", plural(mute.closed, "item")),
        ]);
        if mute.taken > 0 {
            let text = format!("{}, taken up or muted by another", plural(mute.taken, "item"));
            lines.push(facts::fact("Left it", text));
        }
        lines.push(facts::fact("Still open", plural(u32::try_from(open).unwrap_or(u32::MAX), "item")));
        let say = Say {
            why_you,
            facts: lines,
            text: list(still, mute.more),
            title: Some(title.clone()),
            answers: vec!["why".to_owned()],
            ..Say::default()
        };
        work.notify(Reader::Person(person), Reason::MuteSummary, say);
    }
}

fn plural(count: u32, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

/// What is open still, a line each.
fn list(still: &[(ItemId, String)], more: u32) -> String {
    let mut lines: Vec<String> = still.iter().map(|(id, title)| format!("- {id} {title}")).collect();
    if more > 0 {
        lines.push(format!("… and {more} more"));
    }
    lines.join("\n")
}

/// Applies one fact. `Begun` makes it; `Ended` takes it away, unless its end is to be remembered.
pub fn apply(state: &mut Option<Mute>, event: &MuteEvent) {
    match event {
        MuteEvent::Begun { muting, at, policy } => match state {
            Some(mute) if mute.ended.is_none() => mute.muting = (**muting).clone(),
            _ => *state = Some(Mute::new((**muting).clone(), *at, policy.clone())),
        },
        MuteEvent::Covered { item, queue, messages } => {
            let Some(mute) = state else { return };
            mute.items += 1;
            mute.messages += messages;
            mute.last = Some(item.clone());
            mute.queues.insert(queue.clone());
            if mute.open.len() < Mute::MAX_NAMED {
                mute.open.insert(item.clone());
            } else {
                mute.more += 1;
            }
        }
        MuteEvent::Counted => {
            if let Some(mute) = state {
                mute.messages += 1;
            }
        }
        MuteEvent::Closed { item } => {
            let Some(mute) = state else { return };
            mute.closed += 1;
            gone(mute, item);
        }
        MuteEvent::Left { item } => {
            let Some(mute) = state else { return };
            mute.taken += 1;
            gone(mute, item);
        }
        MuteEvent::Ended { at, kept: true, .. } => {
            if let Some(mute) = state {
                *mute = Mute::new(mute.muting.clone(), mute.since, mute.policy.clone());
                mute.ended = Some(*at);
            }
        }
        MuteEvent::Ended { .. } | MuteEvent::Forgotten => *state = None,
    }
}

fn gone(mute: &mut Mute, item: &ItemId) {
    if !mute.open.remove(item) {
        mute.more = mute.more.saturating_sub(1);
    }
}
