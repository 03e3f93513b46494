//! Who may say which verb: one table. May import model, reply. The same table is printed in LIFECYCLE.md.

use super::work::Work;
use super::{Actor, Evidence};
use crate::model::{PersonKey, Reader, State};
use crate::reply::Verb;

/// What an actor is to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Holds it, is asked to take it, owns the queue, or works in it.
    Worker,
    /// One of the configured people who has a key of this item, or the command line.
    Colleague,
    /// Asked for it.
    Requester,
    /// Was told of it.
    Guest,
}

pub(super) fn role(work: &Work<'_>, actor: &Actor) -> Role {
    match &actor.reader {
        Reader::Person(person) if is_worker(work, person) => Role::Worker,
        Reader::Person(_) => Role::Colleague,
        reader if work.item.requester.as_ref().is_some_and(|r| r.reader == *reader) => Role::Requester,
        Reader::Address(_) => Role::Guest,
    }
}

fn is_worker(work: &Work<'_>, person: &PersonKey) -> bool {
    let theirs = work.item.holder.iter().chain([&work.item.accountable, &work.queue.owner]);
    work.item.holder.as_ref() == Some(person)
        || theirs.into_iter().any(|other| work.acts_for(person, other))
        || work.item.accountable == *person
        || work.queue.owner == *person
        || work.asked().contains(person)
        || work.cx.policy.works_in(work.queue, person)
}

/// Why the actor may not say the verb; `None` if they may.
pub(super) fn refusal(work: &Work<'_>, actor: &Actor, verb: &Verb) -> Option<String> {
    let role = role(work, actor);
    let anyone = matches!(verb, Verb::Note(_) | Verb::Help);
    if anyone {
        return None;
    }
    if matches!(verb, Verb::Why | Verb::Show | Verb::List | Verb::Who | Verb::Queue(_)) {
        // What stands on an item is internal: requesters and guests get answers, not timelines.
        return matches!(role, Role::Requester | Role::Guest).then(|| "only our own people can ask for that".to_owned());
    }
    if actor.evidence == Evidence::KeyOnly {
        return Some("it came from an address that is not yours in our configuration; write from one that is".to_owned());
    }
    let allowed = match verb {
        // About themselves, and not about the item.
        Verb::Away(_) | Verb::Back | Verb::Swap(_) => matches!(role, Role::Worker | Role::Colleague),
        Verb::Accept(_) | Verb::Reopen(_) => matches!(role, Role::Worker | Role::Colleague),
        Verb::Decline(_) => match &actor.reader {
            Reader::Person(person) => work.item.state != State::Offered || work.asked().contains(person) || role == Role::Worker,
            Reader::Address(_) => false,
        },
        _ => role == Role::Worker,
    };
    if allowed {
        return None;
    }
    Some(match role {
        Role::Worker | Role::Colleague => format!(
            "only its holder, the queue's people and its owner can; accept {} first",
            work.item.id
        ),
        Role::Requester | Role::Guest => "only the people who work on it can; what you wrote is kept as a note".to_owned(),
    })
}
