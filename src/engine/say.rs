//! What people say on an item, line by line, and the receipt. May import model, reply, policy. A line that may not be obeyed is kept as a note, never dropped.

use jiff::SignedDuration;

use super::acts::obey;
use super::message::join;
use super::roles::{Refusal, Role, refusal, role, rule_of};
use super::work::{Say, Work};
use super::{Actor, Asked, Evidence, Incoming, ItemEvent, Tier, asked, facts, files, help, outside, undo, watch, why};
use crate::model::{ClockKind, Reason, Wanted};
use crate::reply::{Line, Said, Verb};

/// How often a mail that is only a note brings a receipt.
const NOTE_RECEIPT_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What becomes of a command that nothing proves enough.
pub const UNPROVEN: &str = "not done yet, as nothing proves that this mail is yours: a mail to your own address asks you to confirm it";

/// Does what was said. `message` is there when it came by mail, and then a receipt goes back.
pub(super) fn say(work: &mut Work<'_>, actor: &Actor, lines: &[Line], message: Option<Incoming>) {
    let outside = matches!(role(work, actor), Role::Requester | Role::Guest);
    if let Some(message) = message.clone().filter(|_| outside) {
        outside::say(work, actor, message);
        return;
    }
    if actor.evidence == Evidence::FromOnly {
        // Without a key it is a message like any other: only what looks like a command is asked back.
        if let Some(message) = message {
            let at = message.at;
            join(work, message, false);
            let said: Vec<String> = commands(lines).map(|line| line.text.clone()).collect();
            work.ask_back(actor, Wanted::Item(work.item.id.clone(), said), at);
        }
        return;
    }
    work.own_word = true;
    work.answered = message.as_ref().and_then(|message| message.message_id.clone());
    work.brought = message.as_ref().map(files::of).unwrap_or_default();
    if let Some(message) = message.clone() {
        work.emit(ItemEvent::Joined {
            message: Box::new(message),
            by_requester: false,
        });
    }
    let lately = work.item.receipts.iter().find(|(reader, _)| *reader == actor.reader);
    let lately = lately.is_some_and(|(_, at)| work.cx.now.duration_since(*at) < NOTE_RECEIPT_EVERY);
    let lines = &with_the_baton(&read_as(actor, lines, lately));
    let (shown, wants_help) = obey_all(work, actor, lines, message.as_ref());
    // Where all that was said is asked back, that mail says so.
    let Some(message) = message.filter(|m| !m.automatic && (work.outcomes().len() > work.asked_back || lines.is_empty())) else {
        return;
    };
    if lines.is_empty() && !actor.reaches(Tier::One) {
        return;
    }
    // Whoever asks for nothing but a list gets that, and no second mail that says so.
    if !lines.is_empty() && lines.iter().all(|line| line.said == Said::Verb(Verb::List)) {
        return;
    }
    // A robot that answers without saying so writes only notes: one receipt a day tells a person that no command was read, and ends the loop.
    let plain = lines
        .iter()
        .all(|l| matches!(l.said, Said::Verb(Verb::Note(_))) && !l.text.to_lowercase().starts_with("note"));
    // Whoever has the key and writes from elsewhere can write often; the real reader hears of it once.
    if lately && (plain || !actor.reaches(Tier::One)) {
        return;
    }
    receipt(work, actor, shown, wants_help, &message);
}

/// Does what was said of this item among others: what came of it is told together with that.
pub(super) fn say_together(work: &mut Work<'_>, actor: &Actor, lines: &[Line], message: Incoming) {
    work.own_word = true;
    work.answered.clone_from(&message.message_id);
    work.brought = files::of(&message);
    work.emit(ItemEvent::Joined {
        message: Box::new(message.clone()),
        by_requester: false,
    });
    let (shown, wants_help) = obey_all(work, actor, &with_the_baton(&read_as(actor, lines, true)), Some(&message));
    if !shown.is_empty() || wants_help {
        receipt(work, actor, shown, wants_help, &message);
    }
}

/// Does it line by line. Answers what is shown, and whether help is wanted.
fn obey_all(work: &mut Work<'_>, actor: &Actor, lines: &[Line], message: Option<&Incoming>) -> (Vec<crate::model::Fact>, bool) {
    let mut unproven = Vec::new();
    let mut shown = Vec::new();
    let mut wants_help = false;
    for line in lines {
        work.emit(ItemEvent::Acted {
            actor: actor.clone(),
            said: line.text.clone(),
        });
        let outcome = match &line.said {
            Said::Unclear(hint) => {
                work.emit(ItemEvent::Noted {
                    by: None,
                    text: line.text.clone(),
                });
                Err(format!("not understood, kept as a note: {hint}"))
            }
            Said::Verb(verb) => {
                match verb {
                    Verb::Why => shown.extend(why::facts(work)),
                    Verb::Show => {
                        shown.extend(state_facts(work));
                        shown.extend(facts::of_item(&work.item));
                        shown.extend(watch::fact(work));
                        shown.extend(files::facts(&work.item));
                    }
                    Verb::Help => wants_help = true,
                    _ => {}
                }
                let (before, told) = (work.item.clone(), work.events().len());
                let outcome = match refusal(work, actor, verb) {
                    Some(Refusal::Unproven) => {
                        unproven.push(line.text.clone());
                        Err(UNPROVEN.to_owned())
                    }
                    Some(Refusal::Never(why)) => refused(work, verb, why),
                    None => match ask(work, actor, verb) {
                        Some(Ok(facts)) => {
                            shown.extend(facts);
                            Ok("answered above".to_owned())
                        }
                        Some(Err(outcome)) => outcome,
                        None => obey(work, actor, verb),
                    },
                };
                if outcome.is_ok() {
                    undo::remember(work, actor, &line.text, verb, &before, told);
                }
                outcome
            }
        };
        let (mark, text) = match outcome {
            Ok(text) => ("✓", text),
            Err(text) => {
                work.emit(ItemEvent::Rejected {
                    said: line.text.clone(),
                    why: text.clone(),
                });
                ("✗", text)
            }
        };
        work.outcome(format!("{mark} {}: {text}", line.text));
    }
    if let Some(message) = message.filter(|message| !unproven.is_empty() && !message.automatic) {
        work.asked_back = unproven.len();
        let wanted = Wanted::Item(work.item.id.clone(), unproven);
        work.ask_back(actor, wanted, message.at);
    }
    (shown, wants_help)
}

/// Answers what is asked and is about no item: by facts, or with what came of it. `None` for what is to be done.
fn ask(work: &mut Work<'_>, actor: &Actor, verb: &Verb) -> Option<Result<Vec<crate::model::Fact>, Result<String, String>>> {
    if !matches!(verb, Verb::List | Verb::Who | Verb::Queue(_)) {
        return None;
    }
    let person = actor.reader.person()?;
    Some(match asked(person, verb, work.answered.as_ref(), work.cx)? {
        Ok(Asked::Facts(facts)) => Ok(facts),
        Ok(Asked::Mail(command)) => {
            work.follow(command);
            Err(Ok("it comes in a mail of its own".to_owned()))
        }
        Err(why) => Err(Err(why)),
    })
}

/// What is written below `pass NAME` goes with it; so below `move` and `invite`.
fn with_the_baton(lines: &[Line]) -> Vec<Line> {
    let mut lines = lines.to_vec();
    let note = match lines.last() {
        Some(Line {
            said: Said::Verb(Verb::Note(text)),
            ..
        }) => text.clone(),
        _ => return lines,
    };
    let passing = lines.iter_mut().find_map(|line| match &mut line.said {
        Said::Verb(Verb::Pass(_, said) | Verb::Move(_, said) | Verb::Invite(_, said)) => Some(said),
        _ => None,
    });
    if let Some(said) = passing {
        *said = Some(said.take().map_or_else(|| note.clone(), |said| format!("{said}\n{note}")));
        lines.pop();
    }
    lines
}

/// The lines that would do something.
pub(super) fn commands(lines: &[Line]) -> impl Iterator<Item = &Line> {
    let needs_more = |line: &&Line| matches!(&line.said, Said::Verb(verb) if rule_of(verb).is_some_and(|rule| rule.tier > Tier::Zero));
    lines.iter().filter(needs_more)
}

/// What is read as commands. With a key from an address that is not its reader's, plain words are nobody's note: they stand on the item as they came;
/// and who is answered by mails of their own is answered `once`.
fn read_as(actor: &Actor, lines: &[Line], once: bool) -> Vec<Line> {
    let counts = |line: &&Line| match &line.said {
        _ if actor.reaches(Tier::One) => true,
        Said::Verb(Verb::List) => !once,
        Said::Verb(Verb::Note(_)) | Said::Unclear(_) => false,
        Said::Verb(_) => true,
    };
    lines.iter().filter(counts).cloned().collect()
}

/// What was meant for the requester and may not go there is kept.
fn refused(work: &mut Work<'_>, verb: &Verb, why: String) -> Result<String, String> {
    if let Verb::Reply(text) = verb {
        work.emit(ItemEvent::Noted {
            by: None,
            text: text.clone(),
        });
    }
    Err(why)
}

fn receipt(work: &mut Work<'_>, actor: &Actor, shown: Vec<crate::model::Fact>, wants_help: bool, message: &Incoming) {
    let mut text = work.outcomes().join("\n");
    if wants_help {
        text.push_str("\n\n");
        text.push_str(help::TEXT);
    }
    let facts = if shown.is_empty() { state_facts(work) } else { shown };
    let say = Say {
        why_you: "you wrote it".to_owned(),
        facts,
        text,
        urgent: true,
        in_reply_to: message.message_id.clone(),
        ..Say::default()
    };
    work.notify(actor.reader.clone(), Reason::Receipt, say);
}

pub(super) fn state_facts(work: &Work<'_>) -> Vec<crate::model::Fact> {
    let item = &work.item;
    let who = item.holder.as_ref().map_or_else(|| "nobody".to_owned(), |h| work.name(h));
    let state = match &item.offered_to {
        Some(party) => format!("offered to {party}; {} answers for it", work.name(&item.accountable)),
        None if item.merged_into.is_some() => {
            let into = item.merged_into.as_ref().map_or_else(String::new, ToString::to_string);
            format!("merged into {into}, which goes on for both")
        }
        None if !item.state.is_open() => item.state.to_string(),
        None => format!("{}, held by {who}", item.state),
    };
    let mut facts = vec![facts::fact("Now", state)];
    facts.extend(item.clocks.iter().filter(|c| c.kind != ClockKind::Update).map(facts::deadline));
    facts
}
