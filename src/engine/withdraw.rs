//! Whether a notice that waited still has its reason. May import model. What asks for something that is settled meanwhile is withdrawn, and its item says so.

use super::wake::asked_for;
use super::work::Work;
use super::{Command, Context, Effect, ItemCommand, ItemEvent, Past, PersonEvent, Read, list};
use crate::model::{AskedState, ClockKind, Notice, Party, PersonKey, Reader, Reason, Round, RoundState, State, SwapState};

/// A held notice that does not go out, and why.
pub(super) struct Settled {
    /// The notice.
    pub(super) notice: Notice,
    /// Why not, as a clause: `it is done`.
    pub(super) why: String,
}

impl Settled {
    /// The fact, for its reader.
    pub(super) fn event(&self) -> PersonEvent {
        PersonEvent::Withdrawn {
            notice: self.notice.id,
            item: self.notice.item.clone(),
            reason: self.notice.reason,
        }
    }

    /// What its item must hear.
    pub(super) fn effect(&self) -> Effect {
        let command = ItemCommand::Withdrawn {
            to: self.notice.to.clone(),
            reason: self.notice.reason,
            why: self.why.clone(),
        };
        Effect::Further(vec![Command::Item(self.notice.item.clone(), command)])
    }
}

/// Parts the held notices of somebody into those that go out, in their order, and those whose reason is gone.
pub(super) fn part(person: &PersonKey, held: Vec<Notice>, past: &dyn Past, cx: &Context<'_>) -> Read<(Vec<Notice>, Vec<Settled>)> {
    let (mut goes, mut settled) = (Vec::with_capacity(held.len()), Vec::new());
    for notice in held {
        match why_settled(person, &notice, past, cx)? {
            Some(why) => settled.push(Settled { notice, why }),
            None => goes.push(notice),
        }
    }
    Ok((goes, settled))
}

/// The item's own line of it.
pub(super) fn record(work: &mut Work<'_>, to: Reader, reason: Reason, why: String) {
    work.emit(ItemEvent::Withdrawn { to, reason, why });
}

/// The same of a round: a question is settled once it is over, a reminder once its reader has answered too.
fn of_round(person: &PersonKey, notice: &Notice, past: &dyn Past) -> Read<Option<String>> {
    if !matches!(notice.reason, Reason::RoundQuestion | Reason::RoundReminder) {
        return Ok(None);
    }
    let Some(round) = past.round(&notice.item)? else { return Ok(None) };
    let answered = round.asked(person).is_some_and(|asked| asked.state == AskedState::Answered);
    Ok(match round.state {
        RoundState::Open if notice.reason == Reason::RoundReminder && answered => Some("it is answered".to_owned()),
        RoundState::Open => None,
        _ => Some("it is over".to_owned()),
    })
}

/// Why what a notice asks for is settled; `None` while it is not, and for what is told to be known.
fn why_settled(person: &PersonKey, notice: &Notice, past: &dyn Past, cx: &Context<'_>) -> Read<Option<String>> {
    if Round::is_id(&notice.item) {
        return of_round(person, notice, past);
    }
    if notice.reason == Reason::SwapAsked {
        // Nobody is asked any more once it is settled; a swap that is not remembered is long over.
        let swap = super::swap_of(past, &notice.item)?;
        let open = swap.as_ref().is_some_and(|swap| swap.state == SwapState::Asked);
        let state = swap.map_or_else(|| "over".to_owned(), |swap| swap.state.as_str().to_owned());
        return Ok((!open).then(|| format!("it is {state}")));
    }
    if !asks_to_act(notice.reason) {
        return Ok(None);
    }
    let Some(item) = past.item(&notice.item)? else {
        return of_list(notice, past);
    };
    if !item.state.is_open() {
        return Ok(Some(format!("it is {}", item.state)));
    }
    let holder = || {
        let name = |key: &PersonKey| {
            cx.policy
                .people
                .get(key)
                .map_or_else(|| key.to_string(), |person| person.name.clone())
        };
        item.holder
            .as_ref()
            .map_or_else(|| "somebody has it".to_owned(), |key| format!("{} has it", name(key)))
    };
    let asked = match &item.offered_to {
        Some(Party::Person(asked)) => asked == person,
        other => other.is_some(),
    };
    let to_accept = notice.reason == Reason::Parked || notice.ask == asked_for(ClockKind::Accept);
    let why = match (notice.reason, item.state) {
        // What is put off speaks when its time has come; what came back to its giver says so whatever rests on it.
        (Reason::Returned | Reason::Blocked, _) => None,
        (_, State::Snoozed | State::Muted) => Some(format!("it is {}", item.state)),
        // Its own deadline says which clock a reminder is of: one that has ended, stands still or began anew asks for nothing any more.
        (Reason::Reminder | Reason::UpdateWanted, _) if notice.by.is_some() => {
            let runs = item
                .clocks
                .iter()
                .any(|clock| clock.paused.is_none() && Some(clock.deadline) == notice.by);
            (!runs).then(|| match item.state {
                State::Offered | State::Parked => "its deadline was set anew".to_owned(),
                _ => format!("it is {}, and {}", item.state, holder()),
            })
        }
        (Reason::Reminder | Reason::UpdateWanted, State::Waiting) => Some(format!("it is {}", item.state)),
        (Reason::Escalation, _) if !item.escalations.is_empty() => None,
        (Reason::Escalation, _) if !asked => Some(holder()),
        (Reason::Assigned | Reason::Handoff, State::Offered) if !asked => Some("somebody else is asked now".to_owned()),
        (_, State::Accepted | State::Waiting | State::Blocked) if to_accept => Some(holder()),
        _ => None,
    };
    Ok(why)
}

/// Of a list, once nothing of it is open any more.
fn of_list(notice: &Notice, past: &dyn Past) -> Read<Option<String>> {
    Ok(list::is_settled(&notice.item, &notice.to, past)?.then(|| "nothing of it is open any more".to_owned()))
}

/// Whether a notice asks its reader to do something about the item as it stands; the others are news.
fn asks_to_act(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Assigned
            | Reason::Reminder
            | Reason::UpdateWanted
            | Reason::Escalation
            | Reason::Handoff
            | Reason::Returned
            | Reason::Parked
            | Reason::Blocked
            | Reason::ExpectationMissed
            | Reason::Grouped
            | Reason::NotesWanted
    )
}
