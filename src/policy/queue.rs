//! Queues and escalation ladders as the engine uses them. May import model. Every queue is documented: none of the four texts is ever empty.

use std::collections::BTreeSet;

use crate::model::{Address, CalendarName, EscalationName, Party, PersonKey, Pick, Place, Priority, QueueName, Span, Unless};

/// A named, documented place where items wait.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Its key.
    pub name: QueueName,
    /// The prefix of its items' ids.
    pub prefix: String,
    /// What it is for.
    pub purpose: String,
    /// The person who answers for it.
    pub owner: PersonKey,
    /// What counts as urgent.
    pub urgent_when: String,
    /// What a handoff must say.
    pub handover: String,
    /// Who new items are offered to; the owner where none is written.
    pub assign: Party,
    /// For a team: how one of it is chosen; `None` asks all.
    pub pick: Option<Pick>,
    /// Who is told besides the owner when nobody can be found.
    pub fallback: Option<Party>,
    /// The calendar its clocks count in, except accept and update.
    pub calendar: CalendarName,
    /// From the offer to the acceptance.
    pub accept_within: Option<Span>,
    /// To the first answer to the requester.
    pub respond_within: Option<Span>,
    /// To done.
    pub resolve_within: Option<Span>,
    /// The holder owes a word this often; five working days where none is written.
    pub update_every: Span,
    /// Reminders to a requester we wait for.
    pub follow_up: Option<FollowUpPlan>,
    /// The ladder its deadlines start.
    pub escalation: Option<EscalationName>,
    /// What requesters are told.
    pub tell_requester: TellRequester,
    /// A message within this time after closing re-opens.
    pub reopen_within: Span,
    /// The address answers to requesters are sent from; the desk's where none is written.
    pub address: Option<Address>,
    /// Where it is written; `None` for the built-in quarantine queue.
    pub place: Option<Place>,
}

/// Which receipts a requester gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TellRequester {
    /// That we have it.
    pub received: bool,
    /// That it is done.
    pub done: bool,
}

/// `follow_up: { first, again, times, then }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUpPlan {
    /// To the first reminder.
    pub first: Span,
    /// Between reminders.
    pub again: Span,
    /// How many reminders.
    pub times: u32,
    /// What happens after the last went unanswered.
    pub then: FollowUpThen,
}

/// What follows the last unanswered reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUpThen {
    /// The item is closed with a closing word to the requester.
    Close,
    /// The queue's ladder starts.
    Escalate,
    /// The holder has it back.
    Return,
}

/// A ladder.
#[derive(Debug, Clone)]
pub struct Ladder {
    /// Its key.
    pub name: EscalationName,
    /// At least one step, in order of distance as written.
    pub steps: Vec<LadderStep>,
    /// The pause between words to the owner after the last step, and before the steps are gone through again; one working day where none is written.
    pub again: Span,
    /// How often the steps are gone through again.
    pub repeat: u32,
    /// What makes every step needless that names nothing itself, and ends the ladder.
    pub unless: Option<Unless>,
}

/// One step of a ladder as written.
#[derive(Debug, Clone)]
pub struct LadderStep {
    /// Distance from the start of the escalation, or from the step before.
    pub after: Span,
    /// Whether it counts from the step before.
    pub from_step: bool,
    /// What makes it needless.
    pub unless: Option<Unless>,
    /// Who is told.
    pub tell: Vec<Party>,
    /// Who it is offered to.
    pub pass_to: Option<Party>,
    /// The priority it gets.
    pub priority: Option<Priority>,
    /// The labels it gets.
    pub labels: BTreeSet<String>,
    /// The web address that is told, and the event's name.
    pub call: Option<(String, String)>,
}
