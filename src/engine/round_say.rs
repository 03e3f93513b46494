//! What people say in a round, and the receipt. May import model, reply, policy. What cannot be taken is answered with what to write; nothing automatic is an answer.

use super::{RoundCommand, RoundEvent, RoundSaying, Work, end};
use crate::engine::{Asking, Command, Context, Decision, Draft, Effect, Incoming, Tier, UNPROVEN};
use crate::model::{
    Asked, AskedState, Choice, Confirmation, PersonKey, Reader, Requester, Round, RoundAnswer, RoundKind, RoundState, RuleName, RuleRef,
    Wanted,
};
use crate::reply::RoundLine;
use crate::rules::ItemDraft;

/// So many receipts of one round go to one person: far more than anybody changes their mind, and an end for two robots.
const MAX_RECEIPTS: u32 = 12;

/// What became of what somebody said.
enum Came {
    /// It counts, or is kept.
    Taken(String),
    /// It does not, for this reason.
    Refused(String),
    /// They only asked.
    Told(String),
    /// Nothing proves that it is theirs: a mail of its own asks them.
    AskedBack,
}

/// Takes what somebody said.
pub(super) fn say(round: Round, saying: RoundSaying, cx: &Context<'_>) -> Decision {
    let mut work = Work::new(round, cx);
    work.emit(RoundEvent::Heard {
        message: Box::new(saying.message.clone()),
    });
    let Some(person) = saying.actor.reader.person().cloned() else {
        return work.decision;
    };
    let first = work.round.asked(&person).is_none_or(|asked| asked.answers.is_empty());
    let came = take(&mut work, &person, &saying);
    // Further words to a check-in are kept without a word, unless something comes of them.
    let plain = matches!(&saying.line, RoundLine::Words(_, blocks) if blocks.is_empty());
    let (mark, text) = match came {
        Came::Taken(_) if plain && !first => ("", String::new()),
        Came::Taken(text) => ("✓ ", text),
        Came::Told(text) => ("", text),
        Came::AskedBack => {
            work.emit(RoundEvent::Refused {
                who: saying.actor.reader.clone(),
                why: UNPROVEN.to_owned(),
            });
            ("", String::new())
        }
        Came::Refused(why) => {
            work.emit(RoundEvent::Refused {
                who: saying.actor.reader.clone(),
                why: why.clone(),
            });
            ("✗ ", why)
        }
    };
    let so_far = work.round.asked(&person).map_or(0, |asked| asked.receipts);
    if !text.is_empty() && so_far < MAX_RECEIPTS {
        work.receipt(&person, format!("{mark}{text}"), saying.message.message_id.clone());
    }
    // Once the items that come of it are there, so that a result can name them.
    let id = work.round.id.clone();
    work.effect(Effect::Further(vec![Command::Round(id, RoundCommand::GoOn)]));
    work.decision
}

fn take(work: &mut Work<'_>, person: &PersonKey, saying: &RoundSaying) -> Came {
    match &saying.line {
        RoundLine::Show => return Came::Told(end::so_far(work)),
        RoundLine::Help => return Came::Told(help(&work.round.question.kind)),
        _ => {}
    }
    if work.round.asked(person).is_none() {
        return Came::Refused(format!(
            "you are not among those who are asked in {}; what you wrote is kept",
            work.round.id
        ));
    }
    let needed = if work.round.question.proven { Tier::Two } else { Tier::One };
    if !saying.actor.reaches(needed) && !matches!(saying.line, RoundLine::Unclear(_)) {
        let text: String = saying.message.text.chars().take(Confirmation::MAX_WORDS_CHARS).collect();
        let text = if text.trim().is_empty() {
            saying.message.subject.clone()
        } else {
            text
        };
        let asking = Asking {
            wants: vec![Wanted::Round(work.round.id.clone(), text)],
            actor: saying.actor.clone(),
            at: saying.message.at,
        };
        if let Some((person, command)) = asking.command() {
            work.effect(Effect::Person(person, command));
        }
        return Came::AskedBack;
    }
    let (choice, words) = match &saying.line {
        RoundLine::Words(words, _) => (Choice::Said, words.clone()),
        RoundLine::Option(number, words) => (Choice::Option(*number), words.clone()),
        RoundLine::Approve(words) => (Choice::Approve, words.clone()),
        RoundLine::Reject(why) => (Choice::Reject, why.clone()),
        RoundLine::Unclear(why) => return Came::Refused(format!("not taken as an answer: {why}")),
        RoundLine::Show | RoundLine::Help => return Came::Told(String::new()),
    };
    let late = work.round.state != RoundState::Open;
    let changed = work.round.asked(person).and_then(Asked::answer).is_some();
    let said = choice.clone();
    work.emit(RoundEvent::Answered {
        person: person.clone(),
        answer: RoundAnswer {
            at: saying.message.at,
            choice,
            words: words.chars().take(Round::MAX_WORDS_CHARS).collect(),
            late,
        },
    });
    let opened = roadblocks(work, person, saying);
    Came::Taken(taken(work, &said, late, changed, opened))
}

/// What the receipt says of an answer.
fn taken(work: &Work<'_>, choice: &Choice, late: bool, changed: bool, opened: usize) -> String {
    if late {
        return format!(
            "{} is over. What you wrote is kept with it and changes nothing{}.",
            work.round.id,
            blocked(opened)
        );
    }
    let kind = &work.round.question.kind;
    let what = match choice {
        Choice::Said => format!("your answer is kept{}", blocked(opened)),
        other => format!("{} counts", end::chosen(other, kind)),
    };
    let again = match kind {
        RoundKind::CheckIn { .. } => "A further reply adds to it until the end",
        _ if changed => "It stands in place of what you said before. You can change it again until the end",
        _ => "You can change it by another reply until the end",
    };
    format!("{what}. {again}.")
}

fn blocked(opened: usize) -> String {
    match opened {
        0 => String::new(),
        1 => ", and its roadblock becomes an item".to_owned(),
        n => format!(", and its {n} roadblocks become items"),
    }
}

fn help(kind: &RoundKind) -> String {
    match kind {
        RoundKind::CheckIn { .. } => {
            "Write your answer above the quoted mail. A line `roadblock: WHAT` says what holds you up. `show` says who has answered."
                .to_owned()
        }
        RoundKind::Decision { .. } => {
            "Write the number or the words of one option on the first line, and your reasons below it. `show` says how it stands."
                .to_owned()
        }
        RoundKind::SignOff { .. } => "Write `approve`, or `reject` and why, on the first line. `show` says how it stands.".to_owned(),
    }
}

/// Each roadblock becomes an item, asked for by whoever is held up. How many did.
fn roadblocks(work: &mut Work<'_>, person: &PersonKey, saying: &RoundSaying) -> usize {
    let (
        RoundKind::CheckIn {
            roadblocks: Some(queue), ..
        },
        RoundLine::Words(_, blocks),
    ) = (&work.round.question.kind, &saying.line)
    else {
        return 0;
    };
    let queue = queue.clone();
    let room = Round::MAX_ITEMS.saturating_sub(work.round.items.len());
    let name = work.name_of(person);
    let address = work.cx.policy.people.get(person).and_then(|known| known.mail.first().cloned());
    let requester = address.map(|address| Requester {
        name: Some(name.clone()),
        reader: Reader::Address(address),
        message_id: saying.message.message_id.clone(),
        subject: saying.message.subject.clone(),
    });
    let mut opened = 0;
    for block in blocks.iter().take(room) {
        let title = format!("{name} is held up: {block}");
        let draft = Draft {
            requester: requester.clone(),
            message: saying.message.clone(),
            ..draft(&work.round, queue.clone(), title, Some(block.clone()), work.cx, &saying.message)
        };
        work.effect(Effect::OpenFor(work.round.id.clone(), Box::new(draft)));
        opened += 1;
    }
    opened
}

/// An item that comes of a round.
pub(super) fn draft(
    round: &Round,
    queue: crate::model::QueueName,
    title: String,
    excerpt: Option<String>,
    cx: &Context<'_>,
    message: &Incoming,
) -> Draft {
    let def = cx.policy.rounds.get(&round.name);
    Draft {
        queue: queue.clone(),
        requester: None,
        message: message.clone(),
        confirm: false,
        follows: None,
        links: Vec::new(),
        chosen: None,
        allowance: Default::default(),
        muting: None,
        missed: None,
        draft: ItemDraft {
            rule: RuleRef {
                name: RuleName::from(format!("round {}", round.name)),
                place: Some(def.map_or_else(|| round.place.clone(), |def| def.place.clone())),
            },
            queue,
            title: Some(title.chars().take(crate::model::Item::MAX_TITLE_CHARS).collect()),
            priority: None,
            labels: Default::default(),
            fields: [("round".to_owned(), serde_json::Value::from(round.id.to_string()))].into(),
            assign: None,
            pick: None,
            due: None,
            key: None,
            note: None,
            collect: None,
            mute: None,
            excerpt,
            element: None,
            also: Vec::new(),
            deeds: Default::default(),
        },
    }
}

/// A mail of ours to one of them came back.
pub(super) fn bounced(round: Round, reader: &Reader, message: Box<Incoming>, cx: &Context<'_>) -> Decision {
    let mut work = Work::new(round, cx);
    let error = message.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let error: String = error.trim().chars().take(200).collect();
    work.emit(RoundEvent::Heard { message });
    work.emit(RoundEvent::Undelivered {
        to: reader.clone(),
        error: if error.is_empty() { "the mail came back".to_owned() } else { error },
    });
    work.decision
}

/// Whether somebody can still change the outcome.
pub(super) fn is_pending(asked: &Asked) -> bool {
    matches!(asked.state, AskedState::Due | AskedState::Asked)
}
