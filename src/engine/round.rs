//! Rounds: a question to several people with a closing time. May import model, policy, reply. Everybody who is asked ends as answered, silent or away.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

#[path = "round_end.rs"]
mod end;
#[path = "round_life.rs"]
mod life;
#[path = "round_notice.rs"]
mod notice;
#[path = "round_say.rs"]
mod say;

use super::{Actor, Context, Decision, Effect, Event, Incoming, Past, Read};
use crate::model::{
    Asked, AskedState, ItemId, NoticeId, PersonKey, Reader, Reason, Round, RoundAnswer, RoundName, RoundResult, RoundState, StartedBy,
};
use crate::reply::RoundLine;

/// What a round is asked to do.
#[derive(Debug, Clone)]
pub enum RoundCommand {
    /// Come into being, for its next time.
    Plan(RoundName),
    /// Be planned as the policy has it now.
    Look,
    /// Come into being, and begin now.
    Start(Box<Starting>),
    /// Look at what is due.
    Wake,
    /// Go on after an answer: it may have been the last.
    GoOn,
    /// Take what somebody said.
    Say(Box<RoundSaying>),
    /// Take the news that a mail of ours to a reader came back.
    Bounced(Reader, Box<Incoming>),
    /// Take a message that is nobody's answer.
    Heard(Box<Incoming>),
    /// A notice could not be delivered.
    Undelivered(Reader, String),
    /// Remember an item that was opened for it.
    ItemOpened(ItemId),
}

/// A round that begins now.
#[derive(Debug, Clone)]
pub struct Starting {
    /// Which.
    pub name: RoundName,
    /// How that came about.
    pub by: StartedBy,
    /// What it is about this time.
    pub about: String,
    /// The item it begins for.
    pub item: Option<ItemId>,
}

/// What somebody said in a round.
#[derive(Debug, Clone)]
pub struct RoundSaying {
    /// Who, by which evidence.
    pub actor: Actor,
    /// What it was read as.
    pub line: RoundLine,
    /// The message that said it.
    pub message: Incoming,
}

/// A fact about a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RoundEvent {
    /// It is planned.
    Planned {
        /// All of it.
        round: Box<Round>,
    },
    /// It is planned for another time.
    Replanned {
        /// When.
        starts: Timestamp,
        /// The local time, where each has their own.
        local: Option<DateTime>,
        /// How its times are written.
        written: String,
    },
    /// It is configured no more.
    Withdrawn,
    /// It has begun.
    Begun {
        /// All of it.
        round: Box<Round>,
        /// How much later than planned, in seconds: more than a little after downtime.
        late_seconds: i64,
    },
    /// Somebody is asked.
    Asked {
        /// Who.
        person: PersonKey,
        /// When they are reminded.
        reminders: Vec<Timestamp>,
    },
    /// Somebody is asked later: they are away until then.
    Postponed {
        /// Who.
        person: PersonKey,
        /// When.
        until: Timestamp,
    },
    /// Somebody was not asked, or said nothing until the end.
    Settled {
        /// Who.
        person: PersonKey,
        /// What they count as.
        state: AskedState,
    },
    /// Somebody is reminded, or the time for it passed.
    Reminded {
        /// Who.
        person: PersonKey,
        /// The reminders that are left.
        left: Vec<Timestamp>,
    },
    /// A message came.
    Heard {
        /// It.
        message: Box<Incoming>,
    },
    /// Somebody answered.
    Answered {
        /// Who.
        person: PersonKey,
        /// What.
        answer: RoundAnswer,
    },
    /// What somebody said was not taken as an answer.
    Refused {
        /// Who.
        who: Reader,
        /// Why, as a sentence.
        why: String,
    },
    /// A mail to somebody came back.
    Undelivered {
        /// To whom.
        to: Reader,
        /// The cause.
        error: String,
    },
    /// An item was opened for it.
    ItemOpened {
        /// Which.
        item: ItemId,
    },
    /// It is over.
    Closed {
        /// What came of it.
        result: RoundResult,
    },
    /// Somebody is told.
    Told {
        /// The notice.
        notice: NoticeId,
        /// Who.
        to: Reader,
        /// Why.
        reason: Reason,
    },
}

/// Decides.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn decide(id: &ItemId, what: RoundCommand, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let before = past.round(id)?;
    let decision = match (what, before.clone()) {
        (RoundCommand::Plan(name), None) => life::plan(id, &name, cx),
        (RoundCommand::Start(starting), None) => life::start(id, &starting, cx),
        (RoundCommand::Plan(_) | RoundCommand::Start(_), Some(_)) | (_, None) => Decision::default(),
        (RoundCommand::Look, Some(round)) => life::look(round, cx),
        (RoundCommand::Wake, Some(round)) => life::wake(round, cx),
        (RoundCommand::GoOn, Some(round)) => life::after_answer(round, cx),
        (RoundCommand::Say(saying), Some(round)) => say::say(round, *saying, cx),
        (RoundCommand::Bounced(reader, message), Some(round)) => say::bounced(round, &reader, message, cx),
        (RoundCommand::Heard(message), Some(_)) => facts(vec![RoundEvent::Heard { message }]),
        (RoundCommand::Undelivered(to, error), Some(_)) => facts(vec![RoundEvent::Undelivered { to, error }]),
        (RoundCommand::ItemOpened(item), Some(_)) => facts(vec![RoundEvent::ItemOpened { item }]),
    };
    if cfg!(debug_assertions) {
        let mut after = before;
        for event in &decision.events {
            if let Event::Round(event) = event {
                apply(&mut after, event);
            }
        }
        let broken = after.as_ref().map(|after| broken(after, cx.now)).unwrap_or_default();
        assert!(
            broken.is_empty(),
            "a decision breaks what is promised of rounds: {broken:?}\n{after:#?}"
        );
    }
    Ok(decision)
}

fn facts(events: Vec<RoundEvent>) -> Decision {
    Decision {
        events: events.into_iter().map(Event::Round).collect(),
        ..Decision::default()
    }
}

/// What must hold of a round after every decision, as sentences where it does not.
#[must_use]
pub fn broken(round: &Round, now: Timestamp) -> Vec<String> {
    let mut broken = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            broken.push(format!("{}: {what}", round.id));
        }
    };
    let live = round.state.is_live();
    must(
        live == round.next_due().is_some(),
        "a round that is not over has an armed timer, and no other has",
    );
    must(
        round.state != RoundState::Open || round.closes.is_some(),
        "an open round says when it closes",
    );
    must(
        round.state != RoundState::Open || round.next_due().is_some_and(|due| due > now),
        "what was due is done",
    );
    must(
        round.state != RoundState::Closed || round.people.iter().all(|asked| asked.state.is_settled()),
        "whoever was asked ends as answered, silent or away",
    );
    must(
        (round.state == RoundState::Closed) == round.result.is_some(),
        "what is over has a result",
    );
    let answers = |asked: &&Asked| asked.state == AskedState::Answered && asked.answer().is_none();
    must(round.people.iter().find(answers).is_none(), "whoever has answered said something");
    broken
}

/// Applies one fact. `Planned` and `Begun` make it.
pub fn apply(state: &mut Option<Round>, event: &RoundEvent) {
    if let RoundEvent::Planned { round } | RoundEvent::Begun { round, .. } = event {
        *state = Some((**round).clone());
        return;
    }
    let Some(round) = state else { return };
    match event {
        RoundEvent::Planned { .. } | RoundEvent::Begun { .. } | RoundEvent::Heard { .. } | RoundEvent::Refused { .. } => {}
        RoundEvent::Replanned { starts, local, written } => {
            round.starts = *starts;
            round.local = *local;
            round.written.clone_from(written);
        }
        RoundEvent::Withdrawn => round.state = RoundState::Withdrawn,
        RoundEvent::Asked { person, reminders } => of(round, person, |asked| {
            asked.state = AskedState::Asked;
            asked.reminders.clone_from(reminders);
        }),
        RoundEvent::Postponed { person, until } => of(round, person, |asked| asked.at = *until),
        RoundEvent::Settled { person, state } => of(round, person, |asked| {
            asked.state = *state;
            asked.reminders.clear();
        }),
        RoundEvent::Reminded { person, left } => of(round, person, |asked| asked.reminders.clone_from(left)),
        RoundEvent::Answered { person, answer } => of(round, person, |asked| {
            if !answer.late {
                asked.state = AskedState::Answered;
                asked.reminders.clear();
            }
            asked.answers.push(answer.clone());
            let extra = asked.answers.len().saturating_sub(Round::MAX_ANSWERS);
            asked.answers.drain(..extra);
        }),
        RoundEvent::Undelivered { to, error } => {
            if let Some(person) = to.person() {
                of(round, person, |asked| asked.undelivered = Some(error.clone()));
            }
        }
        RoundEvent::ItemOpened { item } => round.items.push(item.clone()),
        RoundEvent::Closed { result } => {
            round.state = RoundState::Closed;
            round.result = Some(result.clone());
        }
        RoundEvent::Told { to, reason, .. } => {
            round.notices += 1;
            if !round.told.contains(to) {
                round.told.push(to.clone());
            }
            if *reason == Reason::Receipt
                && let Some(person) = to.person()
            {
                of(round, person, |asked| asked.receipts += 1);
            }
        }
    }
}

fn of(round: &mut Round, person: &PersonKey, change: impl FnMut(&mut Asked)) {
    round.people.iter_mut().filter(|asked| asked.person == *person).for_each(change);
}

/// A round while it is decided on: facts are applied to a copy as they are found.
struct Work<'a> {
    round: Round,
    cx: &'a Context<'a>,
    decision: Decision,
}

impl<'a> Work<'a> {
    fn new(round: Round, cx: &'a Context<'a>) -> Self {
        Self {
            round,
            cx,
            decision: Decision::default(),
        }
    }

    fn emit(&mut self, event: RoundEvent) {
        let mut state = Some(self.round.clone());
        apply(&mut state, &event);
        if let Some(round) = state {
            self.round = round;
        }
        self.decision.events.push(Event::Round(event));
    }

    fn effect(&mut self, effect: Effect) {
        self.decision.effects.push(effect);
    }

    fn name_of(&self, person: &PersonKey) -> String {
        let known = self.cx.policy.people.get(person);
        known.map_or_else(|| person.to_string(), |known| known.name.clone())
    }
}
