//! `move QUEUE`: an item goes to another queue under the same id. May import model, policy. No promise gets longer by it, and whoever has it answers for it until somebody there accepts.

use super::ItemEvent;
use super::clocks::Start;
use super::offer::Occasion;
use super::work::Work;
use crate::model::{ClockKind, PersonKey, QueueName, State, Way};

/// Moves it. What the new queue promises counts from now; a deadline that was promised sooner stays.
pub(super) fn to(work: &mut Work<'_>, person: &PersonKey, wanted: &str, note: Option<String>) -> Result<String, String> {
    let policy = work.cx.policy;
    let found = policy
        .queues
        .values()
        .find(|queue| queue.name.as_str().eq_ignore_ascii_case(wanted));
    let Some(queue) = found else {
        let known: Vec<&str> = policy.queues.keys().map(QueueName::as_str).collect();
        return Err(format!("there is no queue `{wanted}`; there are {}", known.join(", ")));
    };
    if queue.name == work.item.queue {
        return Err(format!("it is in {} already", queue.name));
    }
    if work.item.state == State::Muted {
        return Err("it is muted; `unmute` it first".to_owned());
    }
    if let Some(text) = &note {
        work.keep_note(Some(person), "", text);
    }
    let had = work.has_it();
    let from = work.queue;
    work.resume_clocks();
    work.emit(ItemEvent::Moved {
        from: from.name.clone(),
        to: queue.name.clone(),
        by: person.clone(),
        // Nobody had accepted it: who answers for the queue answers for it.
        owner: had.is_none().then(|| queue.owner.clone()),
    });
    work.look_at_queue();
    let answered = from.respond_within.is_some() && work.item.clock(ClockKind::Respond).is_none();
    let respond = queue
        .respond_within
        .filter(|_| work.item.requester.is_some() && !answered && work.item.our_word.as_ref().is_none_or(|word| !word.to_requester));
    for (kind, span) in [(ClockKind::Respond, respond), (ClockKind::Resolve, queue.resolve_within)] {
        let Some(span) = span else { continue };
        let sooner = work.count(&queue.calendar, work.cx.now, span).map(|sum| sum.deadline);
        let stays = work
            .item
            .clock(kind)
            .is_some_and(|clock| clock.due.is_some() || clock.overdue || sooner.is_none_or(|sooner| clock.deadline <= sooner));
        if !stays {
            work.stop_clock(kind);
            work.start_clock(&Start {
                kind,
                span,
                calendar: &queue.calendar,
                warns: true,
            });
        }
    }
    work.stop_clock(ClockKind::Accept);
    let why = format!("{} moved it here from {}", work.name(person), from.name);
    let occasion = if had.is_some() {
        Occasion::handoff(Way::Pass, Some(person.clone()), note)
    } else {
        Occasion::Assigned
    };
    let works_there = had.as_ref().is_some_and(|had| policy.works_in(queue, had));
    if works_there && work.resolve(&queue.assign, &occasion).is_none() {
        work.start_update_clock();
        return Ok(format!(
            "it is in {} now, and stays yours; its id stays {}",
            queue.name, work.item.id
        ));
    }
    work.offer(&queue.assign, &occasion, &why);
    let accountable = work.name(&work.item.accountable);
    let asked = match &work.item.offered_to {
        Some(party) => format!("{party} is asked"),
        None => "nobody could be found, and its owner is told".to_owned(),
    };
    Ok(format!(
        "it is in {} now; {asked}, {accountable} answers for it until it is accepted; its id stays {}",
        queue.name, work.item.id
    ))
}
