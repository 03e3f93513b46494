//! What people outside write and are written: whoever asked, and guests. May import model, reply, policy. They can say that it is solved, add to it, and stop; they never hand it to anybody.

use super::message::join;
use super::roles::{Role, role};
use super::work::{Say, Work};
use super::{Actor, Incoming, ItemEvent, Tier, facts};
use crate::model::{Address, Item, PersonKey, Reader, Reason};

/// Words with which whoever asked closes what they asked for. `done` is none of them: it answers what we asked them to do.
const SOLVED: [&str; 4] = ["solved", "/solved", "/close", "/done"];
/// Words with which a guest wants no more mail.
const STOP: [&str; 4] = ["stop", "/stop", "unsubscribe", "leave"];

/// Takes what somebody outside wrote.
pub(super) fn say(work: &mut Work<'_>, actor: &Actor, message: Incoming) {
    let first = first_line(&message.text);
    let trusted = actor.reaches(Tier::One);
    match role(work, actor) {
        // What several asked for is nobody's alone to close: whoever works on it reads what they write.
        Role::Requester if trusted && SOLVED.contains(&first.as_str()) && work.item.state.is_open() && work.item.also_asked.is_empty() => {
            solved(work, actor, message);
        }
        Role::Guest if STOP.contains(&first.as_str()) => stop(work, actor, message),
        _ => join(work, message, trusted),
    }
}

/// The first line as one reads a word: without marks at its end, in lower case.
fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.trim_end_matches(['.', '!', ',']).trim().to_lowercase()
}

/// Whoever asked says that it is solved.
fn solved(work: &mut Work<'_>, actor: &Actor, message: Incoming) {
    let (said, message_id) = (first_line(&message.text), message.message_id.clone());
    let mut told = work.actors();
    told.dedup();
    work.emit(ItemEvent::Joined {
        message: Box::new(message),
        by_requester: true,
    });
    work.emit(ItemEvent::Acted {
        actor: actor.clone(),
        said,
    });
    let note = format!("{} says that it is solved", actor.reader);
    work.emit(ItemEvent::Done {
        note: Some(note.clone()),
        rule: None,
    });
    for person in told {
        let say = Say {
            why_you: "you held it or were asked to take it".to_owned(),
            text: note.clone(),
            ..Say::default()
        };
        work.tell(&person, Reason::Done, say);
    }
    let title = work.item.asked_by(&actor.reader).map(|asker| asker.subject.clone());
    let say = Say {
        why_you: "you wrote that it is solved".to_owned(),
        urgent: true,
        in_reply_to: message_id,
        title,
        ..Say::default()
    };
    work.notify(actor.reader.clone(), Reason::Done, say);
}

/// A guest wants no more mail about it. That is kept, whoever says it; whoever works on it reads it.
fn stop(work: &mut Work<'_>, actor: &Actor, message: Incoming) {
    if let Reader::Address(guest) = &actor.reader
        && work.item.guests.contains(guest)
    {
        work.emit(ItemEvent::GuestLeft { guest: guest.clone() });
    }
    join(work, message, false);
}

/// `invite ADDRESS`: somebody outside is asked for help, in words for somebody who has never heard of us.
pub(super) fn invite(work: &mut Work<'_>, person: &PersonKey, guest: &Address, words: Option<String>) -> Result<String, String> {
    let policy = work.cx.policy;
    if policy.is_own(guest) {
        return Err(format!("{guest} is an address of our own"));
    }
    if let Some(own) = policy.person_by_address(guest) {
        return Err(format!(
            "{} is one of us; `pass {}` hands it on, `note` tells whoever has it",
            own.name, own.key
        ));
    }
    if work.item.asked_by(&Reader::Address(guest.clone())).is_some() {
        return Err(format!("{guest} asked for it; `reply` writes to them"));
    }
    let again = work.item.guests.contains(guest);
    if !again && work.item.guests.len() >= Item::MAX_GUESTS {
        return Err(format!("it has {} guests already, and that is the most", Item::MAX_GUESTS));
    }
    let by = work.name(person);
    let (attached, files) = super::files::with_answer(work);
    work.emit(ItemEvent::Invited {
        guest: guest.clone(),
        by: person.clone(),
        words: words.clone(),
    });
    let desk = &policy.desk.name;
    let explained = [
        facts::fact("Who asks you", by.clone()),
        facts::fact(
            "What this is",
            format!("{desk} keeps its work in order with a program that writes and reads mail. You need no account and no password."),
        ),
        facts::fact(
            "What you can do",
            "Just reply. What you write, and what you attach, reaches whoever works on it. Nothing you write changes what others do.",
        ),
        facts::fact("No more mail", "Reply with the word stop, and you hear no more of this."),
    ];
    let about = match words.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        Some(words) if again => words.to_owned(),
        Some(words) => format!("{words}\n\nWhat it is about:\n{}", work.item.summary),
        None => work.item.summary.clone(),
    };
    let say = Say {
        why_you: format!("{by} asks for your help and named your address"),
        facts: if again { Vec::new() } else { explained.to_vec() },
        text: about,
        subject: (!again).then(|| format!("{by} asks for your help: {}", work.item.title)),
        urgent: true,
        attached,
        ..Say::default()
    };
    work.notify(Reader::Address(guest.clone()), Reason::Invited, say);
    Ok(match again {
        true => format!("sent to {guest}{files}, in their thread"),
        false => format!("{guest} is asked{files}, and can note and answer; internal notes do not reach them"),
    })
}
