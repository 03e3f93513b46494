//! A mail of ours was not delivered: who hears of it, and what they read. May import model, policy. Word of a word that was not delivered ends there.

use super::work::{Head, Say, Work};
use super::{Command, Context, Failure, Incoming, ItemEvent, facts};
use crate::model::{DutyPlan, ItemId, PersonKey, Reader, Reason};

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
pub(super) fn who_hears(work: &Work<'_>, reader: &Reader) -> Vec<PersonKey> {
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

/// The same of a notice about somebody's own duty, absence or coverage, which is on no item: an owner hears who answers for their work. `None` where that is
/// nobody but themselves, and for word of a word that was not delivered.
#[must_use]
pub fn own_undelivered(reader: &Reader, reason: Reason, error: &str, cx: &Context<'_>) -> Option<Command> {
    let person = reader.person().filter(|_| reason != Reason::DeliveryFailed)?;
    let policy = cx.policy;
    let works = policy.queues.values().filter(|queue| policy.works_in(queue, person));
    let owners = works.chain([policy.queue(&policy.unmatched)]).chain(policy.queues.values());
    let queue = owners
        .filter(|queue| policy.people.contains_key(&queue.owner))
        .find(|queue| queue.owner != *person)?;
    let name = policy.name(person);
    let say = Say {
        ask: "please see that they hear of it another way".to_owned(),
        why_you: format!("you answer for {}, and a mail to {name} could not be delivered", queue.name),
        facts: vec![
            facts::fact("To", name.clone()),
            facts::fact("Was", reason.as_str()),
            facts::fact("Cause", error),
        ],
        ..Say::default()
    };
    let head = Head {
        reason: Reason::DeliveryFailed,
        to: Reader::Person(queue.owner.clone()),
        item: ItemId::new(DutyPlan::PREFIX, cx.seq),
        number: 1,
        first: true,
        queue: queue.name.clone(),
        title: format!("a mail to {name}"),
        opened: cx.now,
    };
    Some(Command::Tell(queue.owner.clone(), Box::new(say.about(head, cx))))
}

#[cfg(test)]
#[path = "undelivered_tests.rs"]
mod tests;
