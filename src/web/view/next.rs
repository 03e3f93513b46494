//! What happens next on an item, when, who is told, and why. May import model, policy. Parties are looked up at the instant the timer is due.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::asked_after;
use crate::model::{ClockKind, Escalation, Item, ItemClock, Party, State};
use crate::policy::Policy;

/// The next timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextView {
    /// When it is due.
    pub due: Timestamp,
    /// What happens then.
    pub what: String,
    /// Who is told then, as things stand: keys of people, or addresses. Empty when nobody can be found.
    pub tells: Vec<String>,
    /// Why it happens.
    pub why: String,
}

impl NextView {
    /// The soonest thing that happens by itself; `None` only for a closed item.
    #[must_use]
    pub fn of(item: &Item, policy: &Policy) -> Option<Self> {
        if !item.state.is_open() {
            return None;
        }
        let clocks = item.clocks.iter().filter_map(|clock| of_clock(item, clock, policy));
        let ladders = item.escalations.iter().map(|run| of_ladder(item, run, policy));
        clocks.chain(ladders).min_by_key(|next| next.due)
    }
}

/// The people and addresses a list of parties stands for.
fn tells(item: &Item, parties: &[Party], at: Timestamp, policy: &Policy) -> Vec<String> {
    let owner = policy.queues.get(&item.queue).map_or(&item.accountable, |queue| &queue.owner);
    let mut told = Vec::new();
    for party in parties {
        let holder = item.holder.as_ref().or(Some(&item.accountable));
        let found = policy.candidates(party, holder, owner, at);
        let names = found
            .people
            .iter()
            .map(ToString::to_string)
            .chain(found.addresses.iter().map(ToString::to_string));
        for name in names {
            if !told.contains(&name) {
                told.push(name);
            }
        }
    }
    told
}

/// Who is meant by a clock's warning and its end: whoever is asked while an item is offered, else the holder.
fn meant(item: &Item, kind: ClockKind) -> Party {
    match (&item.offered_to, kind) {
        (Some(party), ClockKind::Accept) if item.state == State::Offered => party.clone(),
        _ => Party::Holder,
    }
}

fn of_clock(item: &Item, clock: &ItemClock, policy: &Policy) -> Option<NextView> {
    let due = clock.next_due()?;
    let kind = clock.kind;
    let why = match &clock.due {
        Some(set) if set.due.is_fixed() => format!("{kind} was promised for {}", clock.promised()),
        _ => format!("{kind} was promised within {}", clock.promised()),
    };
    if clock.paused.is_some() {
        let calendar = clock.calendar.as_ref().map_or_else(String::new, |name| format!(" {name}"));
        let what = format!("the {kind} clock stands still and is looked at again: calendar{calendar} has too few working hours ahead");
        let tells = tells(item, &[Party::Owner], due, policy);
        return Some(NextView { due, what, tells, why });
    }
    if clock.warn.is_some_and(|warn| warn < clock.deadline) {
        let what = format!("warning: three quarters of the time for {kind} have passed");
        let tells = tells(item, &[meant(item, kind)], due, policy);
        return Some(NextView { due, what, tells, why });
    }
    let queue = policy.queues.get(&item.queue);
    let ladder = queue.and_then(|queue| queue.escalation.as_ref());
    let starts = ladder.map_or_else(|| "the owner is told".to_owned(), |ladder| format!("escalation {ladder} starts"));
    let (what, parties) = match kind {
        ClockKind::Accept => (
            format!("nobody has accepted in time: {starts}"),
            vec![meant(item, kind), Party::Owner],
        ),
        ClockKind::Respond => (format!("the requester has no answer in time: {starts}"), vec![Party::Holder]),
        ClockKind::Resolve => (format!("it is not done in time: {starts}"), vec![Party::Holder]),
        ClockKind::Update => ("the holder is asked for a word".to_owned(), vec![Party::Holder]),
        ClockKind::Wait => return Some(of_wait(item, due, why, policy)),
        ClockKind::Snooze => ("it wakes up".to_owned(), vec![Party::Holder]),
        ClockKind::Parked => ("somebody is looked for again".to_owned(), vec![Party::Owner]),
        ClockKind::Collect => return Some(of_group(item, due, policy)),
        ClockKind::Mute => return Some(of_mute(item, due, policy)),
    };
    let tells = tells(item, &parties, due, policy);
    Some(NextView { due, what, tells, why })
}

/// The end of a mute: whoever has it has it back, else it is offered.
fn of_mute(item: &Item, due: Timestamp, policy: &Policy) -> NextView {
    let queue = policy.queues.get(&item.queue);
    let party = queue.and_then(|queue| asked_after(item, &queue.assign)).unwrap_or(Party::Owner);
    let what = match &party {
        Party::Holder => "the mute ends: its holder has it back, and what came is summed up".to_owned(),
        party => format!("the mute ends: it is offered to {party}, and what came is summed up"),
    };
    let why = item.muted.as_ref().map_or_else(String::new, |muted| {
        let muting = &muted.muting;
        format!(
            "{} mutes it, by {}: {}",
            muting.name,
            muting.said_by(),
            muting.why.trim_end_matches('.')
        )
    });
    NextView {
        due,
        what,
        tells: tells(item, &[party], due, policy),
        why,
    }
}

/// The end of collecting: what is quiet is offered, on what is live the rest is told.
fn of_group(item: &Item, due: Timestamp, policy: &Policy) -> NextView {
    let (what, party) = match &item.planned {
        Some(planned) if item.state.is_quiet() => (
            format!("it is offered to {} with all that was collected", planned.to),
            planned.to.clone(),
        ),
        _ => ("what was collected since is told".to_owned(), meant(item, ClockKind::Accept)),
    };
    NextView {
        due,
        what,
        tells: tells(item, &[party], due, policy),
        why: "its messages are told together, and never later than this".to_owned(),
    }
}

/// The end of a wait: a reminder to whom it waits for, or, when all were sent, what the queue says.
fn of_wait(item: &Item, due: Timestamp, why: String, policy: &Policy) -> NextView {
    let left = item.follow_up.as_ref().is_some_and(|plan| plan.sent < plan.times);
    let requester = item.requester.as_ref().filter(|_| item.waiting_for.is_none());
    match (left, requester) {
        (true, Some(requester)) => NextView {
            due,
            what: "the requester is reminded".into(),
            tells: vec![requester.reader.to_string()],
            why,
        },
        _ => NextView {
            due,
            what: "the wait is over".into(),
            tells: tells(item, &[Party::Holder], due, policy),
            why,
        },
    }
}

fn of_ladder(item: &Item, run: &Escalation, policy: &Policy) -> NextView {
    let why = match &run.asked {
        Some((person, why)) => format!("escalation {} runs because {person} asked for it: {why}", run.ladder),
        None => format!("escalation {} runs because the {} deadline passed", run.ladder, run.cause),
    };
    let Some(step) = run.steps.get(run.next) else {
        return NextView {
            due: run.due,
            what: match run.rounds {
                0 => format!("the owner is told again, every {}", run.again),
                1 => "the steps are gone through once more".to_owned(),
                rounds => format!("the steps are gone through again, {rounds} times more"),
            },
            tells: tells(item, &[Party::Owner], run.due, policy),
            why,
        };
    };
    let mut what = vec![format!("step {} of {}", run.next + 1, run.steps.len())];
    if let Some(party) = &step.pass_to {
        what.push(format!("it is offered to {party}"));
    }
    if let Some(priority) = step.priority {
        what.push(format!("priority becomes {priority}"));
    }
    if !step.labels.is_empty() {
        what.push(format!(
            "it gets the labels {}",
            step.labels.iter().cloned().collect::<Vec<_>>().join(", ")
        ));
    }
    if let Some((url, _)) = &step.call {
        what.push(format!("{url} is called"));
    }
    if let Some(unless) = step.unless {
        what.push(format!("unless it is {unless} by then"));
    }
    let parties: Vec<Party> = step.tell.iter().chain(&step.pass_to).cloned().collect();
    NextView {
        due: run.due,
        what: what.join("; "),
        tells: tells(item, &parties, run.due, policy),
        why,
    }
}
