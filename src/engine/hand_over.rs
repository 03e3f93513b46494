//! What a list says that hands items over, at a change of shift or when somebody leaves, and what asks for notes before. May import model, policy.

use jiff::Timestamp;

use super::handed::handed;
use super::home::Home;
use super::list::{is_open, items, name, notify};
use super::offer::Handing;
use super::work::{Say, Work};
use super::{Command, Context, Decision, Effect, ItemCommand, Past, Read, facts};
use crate::model::{ClockKind, Fact, Handed, Item, ItemId, ItemList, PersonKey, Priority, QueueName, Reason, Shift};

/// The notice of a list: what is handed over, or what notes are wanted on.
pub(super) fn tell(home: &Home, list: &ItemList, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let mut decision = Decision::default();
    match home {
        Home::Shift(shift) if list.notes => ask_for_notes(&mut decision, home, shift, list, past, cx)?,
        _ => hand_over(&mut decision, home, list, past, false, cx)?,
    }
    Ok(decision)
}

/// Those who have not answered are reminded once, of everything at once. `item` is one of those that wait.
pub(super) fn remind(home: &Home, lists: &[ItemList], item: &ItemId, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let mut decision = Decision::default();
    let reader = |list: &ItemList| match home {
        Home::Shift(_) => true,
        Home::Person(person) => list.reader == *person,
    };
    let hands_over = |list: &&ItemList| !list.notes && !list.is_digest() && reader(list) && list.items.contains(item);
    let last = lists.iter().rev().find(hands_over);
    // What went to whoever covers by itself afterwards is no matter of the list.
    let offered = past.item(item)?.and_then(|item| item.handoffs.last().map(|handoff| handoff.at));
    let of_list = |list: &&ItemList| matches!(home, Home::Shift(_)) || offered == Some(list.at);
    let Some(list) = last.filter(of_list) else {
        let alone = Command::Item(item.clone(), ItemCommand::RemindAlone);
        decision.effects.push(Effect::Further(vec![alone]));
        return Ok(decision);
    };
    if list.reminded {
        return Ok(decision);
    }
    decision.events.push(home.reminded(list));
    hand_over(&mut decision, home, list, past, true, cx)?;
    Ok(decision)
}

fn hand_over(decision: &mut Decision, home: &Home, list: &ItemList, past: &dyn Past, again: bool, cx: &Context<'_>) -> Read<()> {
    let open: Vec<(u32, Item)> = items(list, past)?.into_iter().filter(|(_, item)| is_open(list, item)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let giver = name(&list.giver, cx);
    let handing = Handing {
        way: home.way(),
        by: Some(list.giver.clone()),
        note: None,
        together: true,
    };
    let by = open
        .iter()
        .filter_map(|(_, item)| item.clock(ClockKind::Accept))
        .filter(|clock| !clock.overdue);
    let by: Option<Timestamp> = by.map(|clock| clock.deadline).min();
    let urgent = open.iter().any(|(_, item)| item.priority == Priority::Urgent);
    let count = open.len();
    let meanwhile: Vec<&PersonKey> = open.iter().map(|(_, item)| &item.accountable).collect();
    let from = if meanwhile.iter().all(|who| **who == list.giver) {
        format!(
            "{giver}, who answers for {} until you accept",
            if count == 1 { "it" } else { "them" }
        )
    } else {
        format!("{giver}; whoever answered for an item does so until you accept it")
    };
    let mut lines = vec![facts::fact("From", from)];
    lines.extend(of_queues(&open, cx));
    let pages: Vec<Handed> = open
        .into_iter()
        .map(|(number, item)| handed(&Work::new(item, cx), number, &handing, ""))
        .collect();
    let why_you = match again {
        true => "75 % of the time to accept is over".to_owned(),
        false => home.why_you(list, cx),
    };
    let say = Say {
        ask: "please accept".to_owned(),
        by,
        why_you,
        facts: lines,
        handed: pages,
        answers: ["accept", "accept, WHAT YOU WILL DO", "accept NUMBERS", "decline NUMBERS WHY"]
            .map(str::to_owned)
            .to_vec(),
        urgent,
        ..Say::default()
    };
    let reason = if again { Reason::Reminder } else { Reason::Handoff };
    let title = home.title(list, count, cx);
    notify(decision, home, list, (list.reader.clone(), reason), title, say, cx);
    Ok(())
}

/// What each queue of the list says of itself, once.
fn of_queues(open: &[(u32, Item)], cx: &Context<'_>) -> Vec<Fact> {
    let mut names: Vec<&QueueName> = open.iter().map(|(_, item)| &item.queue).collect();
    names.sort();
    names.dedup();
    let lines = names.into_iter().map(|name| cx.policy.queue(name)).flat_map(|queue| {
        [
            facts::fact(&format!("Urgent in {}", queue.name), queue.urgent_when.clone()),
            facts::fact(&format!("{} owes you", queue.name), queue.handover.clone()),
        ]
    });
    lines.collect()
}

fn ask_for_notes(decision: &mut Decision, home: &Home, shift: &Shift, list: &ItemList, past: &dyn Past, cx: &Context<'_>) -> Read<()> {
    let open = items(list, past)?;
    let next = shift
        .change
        .and_then(|change| cx.policy.rotations.get(&shift.rotation)?.on_duty(change));
    let mut lines = Vec::new();
    lines.extend(shift.change.map(|change| facts::fact_at("Your shift ends", "", change)));
    lines.push(match &next {
        Some(next) => facts::fact("Next", format!("{} is handed what is open then", name(next, cx))),
        None => facts::fact("Next", "nobody: it stays yours until somebody has the shift"),
    });
    for (number, item) in &open {
        let rest = item
            .clocks
            .iter()
            .filter(|clock| facts::is_promise(clock.kind))
            .min_by_key(|clock| clock.deadline);
        let plan = match item.plan.next.len() {
            0 => "no next step",
            _ => "has a next step",
        };
        let due = rest.filter(|clock| clock.paused.is_none());
        let due = due.map_or_else(String::new, |clock| format!("; {}", facts::deadline(clock).label.to_lowercase()));
        let text = format!("{}; {}, {plan}{due}", item.title, item.state);
        lines.push(Fact {
            label: format!("{number}. {}", item.id),
            text,
            at: rest.filter(|clock| clock.paused.is_none()).map(|clock| clock.deadline),
        });
    }
    let mut queues: Vec<&QueueName> = open.iter().map(|(_, item)| &item.queue).collect();
    queues.sort();
    queues.dedup();
    for queue in queues.into_iter().map(|queue| cx.policy.queue(queue)) {
        lines.push(facts::fact(&format!("{} asks", queue.name), queue.handover.clone()));
    }
    let count = open.len();
    let say = Say {
        ask: "please leave notes".to_owned(),
        by: shift.change,
        why_you: format!("your shift in {} ends", shift.rotation),
        facts: lines,
        answers: ["1 next: WHAT", "1 watch: WHAT", "1 done NOTE"].map(str::to_owned).to_vec(),
        ..Say::default()
    };
    let title = home.title(list, count, cx);
    notify(decision, home, list, (list.reader.clone(), Reason::NotesWanted), title, say, cx);
    Ok(())
}
