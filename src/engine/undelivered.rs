//! A mail of ours was not delivered: who hears of it, and what they read. May import model. Word of a word that was not delivered ends there.

use super::work::{Say, Work};
use super::{Failure, Incoming, ItemEvent, facts};
use crate::model::{PersonKey, Reader, Reason};

/// A bounce by a key alone: it is not known which of our mails it was.
pub(super) fn bounced(work: &mut Work<'_>, reader: &Reader, message: Incoming, failure: &Failure) {
    work.emit(ItemEvent::Joined {
        message: Box::new(message),
        by_requester: false,
    });
    if !failure.late {
        undelivered(work, reader, None, &failure.why);
    }
}

/// A mail was given up, or came back. Whoever works on it hears, and so does the owner; never who could not be reached.
pub(super) fn undelivered(work: &mut Work<'_>, reader: &Reader, reason: Option<Reason>, error: &str) {
    work.emit(ItemEvent::Undelivered {
        to: reader.clone(),
        reason: reason.unwrap_or(Reason::DeliveryFailed),
        error: error.to_owned(),
    });
    if reason == Some(Reason::DeliveryFailed) {
        return;
    }
    for person in who_hears(work, reader) {
        let mut lines = vec![facts::fact("To", reader.to_string())];
        lines.extend(reason.map(|reason| facts::fact("Was", reason.as_str())));
        lines.push(facts::fact("Cause", error));
        lines.extend(facts::of_item(&work.item));
        let why_you = if person == work.queue.owner {
            format!("you answer for {}, and a mail could not be delivered", work.item.queue)
        } else {
            "a mail about an item of yours could not be delivered".to_owned()
        };
        let say = Say {
            ask: match reader {
                Reader::Address(_) => "please check the address, or reach them another way",
                Reader::Person(_) => "please see that they hear of it another way",
            }
            .to_owned(),
            why_you,
            facts: lines,
            answers: ["note TEXT", "pass PERSON", "why"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        work.tell(&person, Reason::DeliveryFailed, say);
    }
}

/// Whoever works on it, while it is open, and the owner of its queue.
fn who_hears(work: &Work<'_>, reader: &Reader) -> Vec<PersonKey> {
    let mut people = if work.item.state.is_open() { work.actors() } else { Vec::new() };
    people.push(work.queue.owner.clone());
    people.retain(|person| *reader != Reader::Person(person.clone()));
    let mut told: Vec<PersonKey> = Vec::with_capacity(people.len());
    for person in people {
        if !told.contains(&person) {
            told.push(person);
        }
    }
    told
}
