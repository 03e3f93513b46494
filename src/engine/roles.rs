//! Who may say which verb, and by which evidence: one table. May import model, reply. The same table is printed in LIFECYCLE.md and docs/trust.md, and a test holds that.

use super::work::Work;
use super::{Actor, Tier};
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

/// Which of our people may say a verb. What is outside is never a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Workers and colleagues.
    Ours,
    /// Workers only.
    Workers,
    /// Whoever is asked, and workers.
    Asked,
}

/// One verb in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The verb's word.
    pub verb: &'static str,
    /// The evidence it needs.
    pub tier: Tier,
    /// Who may say it.
    pub who: Who,
}

const fn rule(verb: &'static str, tier: Tier, who: Who) -> Rule {
    Rule { verb, tier, who }
}

/// Every verb, in the order of [`Verb::WORDS`]. One that does not stand here is refused to everybody.
pub const TABLE: [Rule; 33] = [
    rule("show", Tier::Zero, Who::Ours),
    rule("why", Tier::Zero, Who::Ours),
    rule("help", Tier::Zero, Who::Ours),
    rule("list", Tier::Zero, Who::Ours),
    rule("who", Tier::Zero, Who::Ours),
    rule("queue", Tier::Zero, Who::Ours),
    rule("send", Tier::Zero, Who::Ours),
    rule("note", Tier::Zero, Who::Ours),
    rule("accept", Tier::One, Who::Ours),
    rule("decline", Tier::One, Who::Asked),
    rule("snooze", Tier::One, Who::Workers),
    rule("wait", Tier::One, Who::Workers),
    rule("block", Tier::One, Who::Workers),
    rule("unblock", Tier::One, Who::Workers),
    rule("unmute", Tier::One, Who::Workers),
    rule("reply", Tier::One, Who::Workers),
    rule("watch", Tier::One, Who::Ours),
    rule("unwatch", Tier::One, Who::Ours),
    rule("undo", Tier::One, Who::Ours),
    rule("done", Tier::Two, Who::Workers),
    rule("reopen", Tier::Two, Who::Ours),
    rule("pass", Tier::Two, Who::Workers),
    rule("due", Tier::Two, Who::Workers),
    rule("priority", Tier::Two, Who::Workers),
    rule("escalate", Tier::Two, Who::Workers),
    rule("drop", Tier::Two, Who::Workers),
    rule("mute", Tier::Two, Who::Workers),
    rule("move", Tier::Two, Who::Workers),
    rule("merge", Tier::Two, Who::Workers),
    rule("invite", Tier::Two, Who::Workers),
    rule("away", Tier::Two, Who::Ours),
    rule("back", Tier::Two, Who::Ours),
    rule("swap", Tier::Two, Who::Ours),
];

/// Why somebody may not say a verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not theirs to say.
    Never(String),
    /// It would be theirs, and nothing proves enough that it was them.
    Unproven,
}

/// The row of a verb.
#[must_use]
pub fn rule_of(verb: &Verb) -> Option<&'static Rule> {
    TABLE.iter().find(|rule| rule.verb == verb.word())
}

/// Whether the evidence for an actor is enough for a verb.
#[must_use]
pub(super) fn is_proven_for(actor: &Actor, verb: &Verb) -> bool {
    rule_of(verb).is_some_and(|rule| actor.reaches(rule.tier))
}

pub(super) fn role(work: &Work<'_>, actor: &Actor) -> Role {
    match &actor.reader {
        Reader::Person(person) if is_worker(work, person) => Role::Worker,
        Reader::Person(_) => Role::Colleague,
        reader if work.item.asked_by(reader).is_some() => Role::Requester,
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
pub(super) fn refusal(work: &Work<'_>, actor: &Actor, verb: &Verb) -> Option<Refusal> {
    let never = |why: &str| Some(Refusal::Never(why.to_owned()));
    let role = role(work, actor);
    let Some(rule) = rule_of(verb) else {
        return never("nobody may say that");
    };
    if matches!(verb, Verb::Note(_) | Verb::Help) {
        return None;
    }
    if matches!(role, Role::Requester | Role::Guest) {
        // What stands on an item is internal: requesters and guests get answers, not timelines.
        return match verb {
            Verb::Why | Verb::Show | Verb::List | Verb::Who | Verb::Queue(_) | Verb::Send(_) => {
                never("only our own people can ask for that")
            }
            _ => never("only the people who work on it can; what you wrote is kept as a note"),
        };
    }
    let allowed = match rule.who {
        Who::Ours => true,
        Who::Asked => match &actor.reader {
            Reader::Person(person) => work.item.state != State::Offered || work.asked().contains(person) || role == Role::Worker,
            Reader::Address(_) => false,
        },
        Who::Workers => role == Role::Worker,
    };
    if !allowed {
        return Some(Refusal::Never(format!(
            "only its holder, the queue's people and its owner can; accept {} first",
            work.item.id
        )));
    }
    let undone = work.item.undo.as_ref().filter(|_| *verb == Verb::Undo);
    // Taking something back needs what saying it needed.
    let meant = undone.and_then(|undo| TABLE.iter().find(|rule| rule.verb == undo.verb));
    let tier = meant.map_or(rule.tier, |meant| meant.tier.max(rule.tier));
    (!actor.reaches(tier)).then_some(Refusal::Unproven)
}

#[cfg(test)]
#[path = "roles_tests.rs"]
mod tests;
