//! Words that nothing proves are asked back: one mail to the person's own address, one reply. May import model, reply, policy. It works once, and not for ever.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::route::when_context;
use super::work::{Head, Say};
use super::{Actor, Command, Context, Decision, Effect, Event, Evidence, Incoming, ItemCommand, Past, PersonCommand, PersonEvent, Read};
use super::{RoundCommand, RoundSaying, ShiftCommand, SwapCommand, about, facts};
use crate::model::{Address, Confirmation, ConfirmationState, Fact, ItemId, PersonKey, PersonState, Proof, Reader, Reason, Wanted};
use crate::reply::{Line, ReadContext, Said, read, read_round};

/// So much of a line stands in a title.
const MAX_TITLE_CHARS: usize = 40;

/// What somebody is asked to do about words that came in their name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmCommand {
    /// Ask them.
    Ask(Box<Asking>),
    /// They answer.
    Answer {
        /// Which.
        id: ItemId,
        /// What.
        said: Reply,
        /// The address they answer from.
        address: Option<Address>,
        /// The message.
        message: Box<Incoming>,
    },
}

/// What is to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// What was asked for.
    pub wants: Vec<Wanted>,
    /// In whose name, by which evidence.
    pub actor: Actor,
    /// When it came.
    pub at: Timestamp,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It was them.
    Yes,
    /// It was not.
    No,
    /// Neither word.
    Other,
}

/// A fact about what somebody is asked to confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "confirm", rename_all = "snake_case")]
pub enum ConfirmEvent {
    /// They are asked.
    Asked {
        /// What.
        confirmation: Box<Confirmation>,
    },
    /// They have answered.
    Settled {
        /// Which.
        id: ItemId,
        /// How.
        state: ConfirmationState,
    },
    /// They are told something about it.
    Told {
        /// Which.
        id: ItemId,
    },
}

impl Reply {
    /// Reads the first line that says something; without text the subject, which a button fills in.
    #[must_use]
    pub fn read(text: &str, subject: &str) -> Self {
        let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(subject);
        let line = line.to_lowercase();
        let line = line.trim_start_matches("re:").trim_start_matches('/').trim();
        let word = line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        match word {
            "yes" | "confirm" | "confirmed" | "ok" => Self::Yes,
            "no" => Self::No,
            _ => Self::Other,
        }
    }
}

impl Asking {
    /// The command that asks whoever it was said to be; `None` where that is nobody of ours.
    #[must_use]
    pub fn command(self) -> Option<(PersonKey, PersonCommand)> {
        let person = self.actor.reader.person()?.clone();
        Some((person, PersonCommand::Confirm(ConfirmCommand::Ask(Box::new(self)))))
    }
}

/// Decides.
pub(super) fn decide(state: &PersonState, what: ConfirmCommand, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    match what {
        ConfirmCommand::Ask(asking) => Ok(ask(state, *asking, cx)),
        ConfirmCommand::Answer {
            id,
            said,
            address,
            message,
        } => answer(state, &id, said, address, &message, past, cx),
    }
}

/// Asks once for the same words, and for a few at a time: a flood of forged mail is one mail, not a thousand.
fn ask(state: &PersonState, asking: Asking, cx: &Context<'_>) -> Decision {
    let open = || state.confirmations.iter().filter(|other| other.is_open(cx.now));
    if open().count() >= Confirmation::MAX_OPEN || open().any(|other| other.wants == asking.wants) {
        return Decision::default();
    }
    let from = asking
        .actor
        .address
        .as_ref()
        .map_or_else(|| "nobody in particular".to_owned(), ToString::to_string);
    let confirmation = Confirmation {
        id: ItemId::new(Confirmation::PREFIX, state.confirmed_last + 1),
        at: asking.at,
        until: Confirmation::ends(cx.now),
        wants: asking.wants,
        from,
        state: ConfirmationState::Asked,
        notices: 1,
    };
    let mut lines = wanted(&confirmation);
    lines.push(facts::fact_at("Came", format!("from {},", confirmation.from), confirmation.at));
    lines.push(facts::fact("Why you are asked", lacking(&asking.actor)));
    lines.push(facts::fact(
        "If it was not you",
        "answer `no`: nothing is done, and the owner hears of it",
    ));
    let say = Say {
        ask: "please answer `yes` if this was you".to_owned(),
        by: Some(confirmation.until),
        why_you: "it came in your name, and nothing proves that it was you; nothing is done until you say so".to_owned(),
        facts: lines,
        answers: ["yes", "no"].map(str::to_owned).to_vec(),
        urgent: true,
        ..Say::default()
    };
    let notice = say.about(head(&state.key, &confirmation, Reason::Confirm, 1, cx), cx);
    let asked = ConfirmEvent::Asked {
        confirmation: Box::new(confirmation),
    };
    Decision {
        events: vec![event(asked)],
        effects: vec![Effect::Notify(Box::new(notice))],
        ..Decision::default()
    }
}

fn answer(
    state: &PersonState,
    id: &ItemId,
    said: Reply,
    address: Option<Address>,
    message: &Incoming,
    past: &dyn Past,
    cx: &Context<'_>,
) -> Read<Decision> {
    let mut decision = Decision::default();
    let Some(confirmation) = state.confirmations.iter().find(|other| other.id == *id) else {
        return Ok(decision);
    };
    let over = match confirmation.state {
        ConfirmationState::Confirmed => Some("it was confirmed before, and works once: nothing was done again"),
        ConfirmationState::Disowned => Some("you have said that it was not you: nothing was done"),
        ConfirmationState::Asked if cx.now >= confirmation.until => Some("the time to answer is over: nothing was done; write it again"),
        ConfirmationState::Asked => None,
    };
    if let Some(why) = over {
        tell(&mut decision, state, confirmation, why, message, cx);
        return Ok(decision);
    }
    match said {
        Reply::Other => tell(
            &mut decision,
            state,
            confirmation,
            "not understood, and nothing was done: answer `yes` or `no` on the first line",
            message,
            cx,
        ),
        Reply::No => {
            settle(&mut decision, id, ConfirmationState::Disowned);
            tell(
                &mut decision,
                state,
                confirmation,
                "nothing was done, and the owner hears of it",
                message,
                cx,
            );
            disowned(&mut decision, state, confirmation, past, cx)?;
        }
        Reply::Yes => {
            settle(&mut decision, id, ConfirmationState::Confirmed);
            let actor = Actor {
                reader: Reader::Person(state.key.clone()),
                evidence: Evidence::Confirmed,
                address,
                proof: Some(Proof::Code),
            };
            carry_out(&mut decision, state, confirmation, &actor, message, past, cx)?;
        }
    }
    Ok(decision)
}

/// What was confirmed is judged now, as it stands now. Who hears of it where hears of it there.
fn carry_out(
    decision: &mut Decision,
    state: &PersonState,
    confirmation: &Confirmation,
    actor: &Actor,
    message: &Incoming,
    past: &dyn Past,
    cx: &Context<'_>,
) -> Read<()> {
    let mut commands = Vec::new();
    let mut came: Vec<String> = Vec::new();
    for wanted in &confirmation.wants {
        match wanted {
            Wanted::Item(id, lines) => {
                if past.item(id)?.is_none() {
                    came.push(format!("{id} is not there any more"));
                    continue;
                }
                let say = ItemCommand::Say {
                    actor: actor.clone(),
                    lines: read_again(lines, &state.key, confirmation.at, cx),
                    message: Some(Box::new(message.clone())),
                };
                commands.push(Command::Item(id.clone(), say));
            }
            Wanted::Own(lines) => {
                for line in read_again(lines, &state.key, confirmation.at, cx) {
                    let outcome = match &line.said {
                        Said::Verb(verb) => about(&state.key, verb, cx).unwrap_or_else(|| Err("it is not about yourself".to_owned())),
                        Said::Unclear(hint) => Err(format!("not understood: {hint}")),
                    };
                    let (mark, text) = match outcome {
                        Ok((command, text)) => {
                            commands.push(command);
                            ("✓", text)
                        }
                        Err(text) => ("✗", text),
                    };
                    came.push(format!("{mark} {}: {text}", line.text));
                }
            }
            Wanted::Swap(rotation, id, lines) => {
                let say = SwapCommand::Say {
                    id: id.clone(),
                    actor: actor.clone(),
                    lines: read_again(lines, &state.key, confirmation.at, cx),
                    message: Some(Box::new(message.clone())),
                };
                commands.push(Command::Shift(rotation.clone(), ShiftCommand::Swap(Box::new(say))));
            }
            Wanted::Round(id, text) => {
                let Some(round) = past.round(id)? else {
                    came.push(format!("{id} is not there any more"));
                    continue;
                };
                let saying = RoundSaying {
                    actor: actor.clone(),
                    line: read_round(text, "", &round.question.kind),
                    message: message.clone(),
                };
                commands.push(Command::Round(id.clone(), RoundCommand::Say(Box::new(saying))));
            }
        }
    }
    if !came.is_empty() {
        tell(decision, state, confirmation, &came.join("\n"), message, cx);
    }
    decision.effects.push(Effect::Further(commands));
    Ok(())
}

/// The owners of what it was about hear that somebody wrote in another's name; with the item it stays on its timeline.
fn disowned(decision: &mut Decision, state: &PersonState, confirmation: &Confirmation, past: &dyn Past, cx: &Context<'_>) -> Read<()> {
    let mut queues = Vec::new();
    for wanted in &confirmation.wants {
        let Wanted::Item(id, lines) = wanted else { continue };
        let Some(item) = past.item(id)? else { continue };
        let disown = ItemCommand::Disowned {
            person: state.key.clone(),
            said: lines.clone(),
            from: confirmation.from.clone(),
        };
        decision.effects.push(Effect::Further(vec![Command::Item(id.clone(), disown)]));
        queues.push(item.queue);
    }
    if queues.is_empty() {
        queues.push(cx.policy.unmatched.clone());
    }
    let mut told = Vec::new();
    for queue in queues {
        let owner = cx.policy.queue(&queue).owner.clone();
        if told.contains(&owner) {
            continue;
        }
        let name = cx.policy.name(&state.key);
        let mut lines = wanted(confirmation);
        lines.push(facts::fact_at("Came", format!("from {},", confirmation.from), confirmation.at));
        let say = Say {
            why_you: format!("somebody wrote in the name of {name}, who says that it was not them; nothing was done"),
            facts: lines,
            ..Say::default()
        };
        // The number sets it apart from the mails to the person themselves.
        let number = Confirmation::MAX_NOTICES + 1;
        let notice = Head {
            queue,
            ..head(&owner, confirmation, Reason::Disowned, number, cx)
        };
        decision.effects.push(Effect::Notify(Box::new(say.about(notice, cx))));
        told.push(owner);
    }
    Ok(())
}

/// The lines as they were meant when they came.
fn read_again(lines: &[String], person: &PersonKey, at: Timestamp, cx: &Context<'_>) -> Vec<Line> {
    let is_party = |name: &str| cx.policy.party_named(name).is_some();
    let context = ReadContext {
        when: when_context(&Reader::Person(person.clone()), cx.policy, at),
        is_party: &is_party,
    };
    lines.iter().flat_map(|line| read(line, "", &context)).collect()
}

fn settle(decision: &mut Decision, id: &ItemId, state: ConfirmationState) {
    decision.events.push(event(ConfirmEvent::Settled { id: id.clone(), state }));
}

/// One line to the person, as long as there is not too much to say.
fn tell(decision: &mut Decision, state: &PersonState, confirmation: &Confirmation, text: &str, message: &Incoming, cx: &Context<'_>) {
    if confirmation.notices >= Confirmation::MAX_NOTICES {
        return;
    }
    let say = Say {
        why_you: "you answered it".to_owned(),
        facts: wanted(confirmation),
        text: text.to_owned(),
        urgent: true,
        in_reply_to: message.message_id.clone(),
        ..Say::default()
    };
    let head = head(&state.key, confirmation, Reason::Receipt, confirmation.notices + 1, cx);
    let told = ConfirmEvent::Told {
        id: confirmation.id.clone(),
    };
    decision.events.push(event(told));
    decision.effects.push(Effect::Notify(Box::new(say.about(head, cx))));
}

fn head(to: &PersonKey, confirmation: &Confirmation, reason: Reason, number: u32, cx: &Context<'_>) -> Head {
    let lines: Vec<_> = confirmation.wants.iter().flat_map(Wanted::lines).collect();
    let title = lines.first().map_or_else(String::new, |(about, words)| {
        let words: String = words.lines().next().unwrap_or_default().chars().take(MAX_TITLE_CHARS).collect();
        let on = about.map_or_else(String::new, |id| format!(" on {id}"));
        let more = if lines.len() > 1 { ", and more" } else { "" };
        format!("`{words}`{on}{more}")
    });
    Head {
        reason,
        to: Reader::Person(to.clone()),
        item: confirmation.id.clone(),
        number,
        first: number == 1,
        queue: cx.policy.unmatched.clone(),
        title,
        opened: confirmation.at,
    }
}

/// What was asked for, a line each.
fn wanted(confirmation: &Confirmation) -> Vec<Fact> {
    let lines = confirmation.wants.iter().flat_map(Wanted::lines);
    lines
        .map(|(about, words)| {
            facts::fact(
                &about.map_or_else(|| "Asked".to_owned(), ToString::to_string),
                super::apply::clip(words),
            )
        })
        .collect()
}

/// What is missing, for the person it was said to be.
fn lacking(actor: &Actor) -> &'static str {
    match actor.evidence {
        Evidence::KeyOnly => {
            "it answers a mail to you, and came from an address that is not yours here; somebody may have been sent that mail on"
        }
        Evidence::FromOnly => "it bears your address and answers no mail of ours to you; anybody can write an address",
        _ => {
            "it answers a mail to you and bears your address, but no signature (DKIM), network (SPF) or mail server of ours vouches for it"
        }
    }
}

fn event(what: ConfirmEvent) -> Event {
    Event::Person(PersonEvent::Confirm { what })
}

/// Applies one fact.
pub(super) fn apply(state: &mut PersonState, event: &ConfirmEvent) {
    match event {
        ConfirmEvent::Asked { confirmation } => {
            let now = confirmation.at;
            // One that is over is kept for a while, so that a late answer is told why.
            state
                .confirmations
                .retain(|other| other.is_open(now) || Confirmation::ends(other.until) > now);
            state.confirmed_last = confirmation.id.number;
            state.confirmations.push((**confirmation).clone());
        }
        ConfirmEvent::Settled { id, state: settled } => of(state, id).for_each(|other| other.state = *settled),
        ConfirmEvent::Told { id } => of(state, id).for_each(|other| other.notices += 1),
    }
}

fn of<'s>(state: &'s mut PersonState, id: &ItemId) -> impl Iterator<Item = &'s mut Confirmation> {
    state.confirmations.iter_mut().filter(move |other| other.id == *id)
}
