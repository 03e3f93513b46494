//! Lists of items in one notice: handed over, asked about, answered by number. May import model, policy, reply. What is said goes to each item; one receipt says what came of all.

use jiff::Timestamp;

use super::handed::handed;
use super::offer::Handing;
use super::shift::{Saying, list_of};
use super::work::{Say, Work};
use super::{Command, Context, Decision, Effect, Event, Evidence, ItemCommand, Past, Read, ShiftCommand, ShiftEvent, facts, help};
use crate::model::{
    Answer, ClockKind, Fact, Handed, Item, ItemId, Notice, Party, PersonKey, Priority, QueueName, Reader, Reason, RotationName, Shift,
    ShiftList, State, Way,
};
use crate::reply::{Line, Numbered, Said, Verb};

/// The items of a list with their numbers.
fn items(list: &ShiftList, past: &dyn Past) -> Read<Vec<(u32, Item)>> {
    let mut found = Vec::with_capacity(list.items.len());
    for (number, id) in list.numbered() {
        found.extend(past.item(id)?.map(|item| (number, item)));
    }
    Ok(found)
}

/// Whether its reader has yet to answer for an item of a list that hands over.
fn is_open(list: &ShiftList, item: &Item) -> bool {
    item.state == State::Offered && item.offered_to == Some(Party::Person(list.reader.clone()))
}

/// Whether an id is that of a list of which nothing waits for its reader any more.
pub(super) fn is_settled(id: &ItemId, past: &dyn Past) -> Read<bool> {
    let Some((_, list)) = list_of(past, id)? else { return Ok(false) };
    let open = |item: &Item| if list.notes { item.state.is_open() } else { is_open(&list, item) };
    Ok(!items(&list, past)?.iter().any(|(_, item)| open(item)))
}

fn name(person: &PersonKey, cx: &Context<'_>) -> String {
    cx.policy.people.get(person).map_or_else(|| person.to_string(), |p| p.name.clone())
}

fn counted(items: usize) -> String {
    if items == 1 {
        "1 item".to_owned()
    } else {
        format!("{items} items")
    }
}

/// The queue whose words a list is sent with: the first the rotation serves.
pub(super) fn queue_of(rotation: &RotationName, cx: &Context<'_>) -> QueueName {
    let serves = |queue: &&crate::policy::Queue| queue.assign == Party::Rotation(rotation.clone());
    let found = cx.policy.queues.values().find(serves).map(|queue| queue.name.clone());
    found.unwrap_or_else(|| cx.policy.unmatched.clone())
}

/// Who answers for the queues a rotation serves, each once.
pub(super) fn owners_of(rotation: &RotationName, cx: &Context<'_>) -> Vec<PersonKey> {
    let served = Party::Rotation(rotation.clone());
    let serves = cx.policy.queues.values().filter(|queue| queue.assign == served);
    let mut owners: Vec<PersonKey> = Vec::new();
    for queue in serves {
        if !owners.contains(&queue.owner) {
            owners.push(queue.owner.clone());
        }
    }
    owners
}

/// Makes the notice of a list, and records that it is told.
fn notify(
    decision: &mut Decision,
    shift: &Shift,
    list: &ShiftList,
    (to, reason): (PersonKey, Reason),
    title: String,
    say: Say,
    cx: &Context<'_>,
) {
    let told = decision
        .events
        .iter()
        .filter(|event| matches!(event, Event::Shift(ShiftEvent::Told { .. })))
        .count();
    let number = list.notices + u32::try_from(told).unwrap_or(u32::MAX) + 1;
    let notice = Notice {
        id: cx.notice_id(),
        reason,
        to: Reader::Person(to.clone()),
        item: list.id.clone(),
        number,
        first: number == 1,
        queue: queue_of(&shift.rotation, cx),
        title,
        priority: Priority::Normal,
        at: cx.now,
        opened: list.at,
        ask: say.ask,
        by: say.by,
        why_you: say.why_you,
        facts: say.facts,
        handed: say.handed,
        voices: Vec::new(),
        text: say.text,
        answers: say.answers,
        urgent: say.urgent,
        in_reply_to: say.in_reply_to,
        subject: None,
        attached: None,
    };
    decision.events.push(Event::Shift(ShiftEvent::Told {
        list: list.id.clone(),
        notice: notice.id,
        to: notice.to.clone(),
        reason,
    }));
    decision.effects.push(Effect::Notify(Box::new(notice)));
}

/// The notice of a list: what is handed over, or what notes are wanted on.
pub(super) fn tell(shift: &Shift, id: &ItemId, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let mut decision = Decision::default();
    let Some(list) = shift.list(id) else { return Ok(decision) };
    if list.notes {
        ask_for_notes(&mut decision, shift, list, past, cx)?;
    } else {
        hand_over(&mut decision, shift, list, past, false, cx)?;
    }
    Ok(decision)
}

/// Those who have not answered are reminded once, of everything at once.
pub(super) fn remind(shift: &Shift, item: &ItemId, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let mut decision = Decision::default();
    let last = shift.lists.iter().rev().find(|list| !list.notes && list.items.contains(item));
    let Some(list) = last.filter(|list| !list.reminded) else {
        return Ok(decision);
    };
    decision.events.push(Event::Shift(ShiftEvent::Reminded { list: list.id.clone() }));
    hand_over(&mut decision, shift, list, past, true, cx)?;
    Ok(decision)
}

fn hand_over(decision: &mut Decision, shift: &Shift, list: &ShiftList, past: &dyn Past, again: bool, cx: &Context<'_>) -> Read<()> {
    let open: Vec<(u32, Item)> = items(list, past)?.into_iter().filter(|(_, item)| is_open(list, item)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let giver = name(&list.giver, cx);
    let handing = Handing {
        way: Way::Shift(shift.rotation.clone()),
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
    let why_you = match (again, list.reader == shift.person.clone().unwrap_or_else(|| list.reader.clone())) {
        (true, _) => "75 % of the time to accept is over".to_owned(),
        (false, true) => format!("your shift in {} has begun", shift.rotation),
        (false, false) => format!("you stand in for whoever has the shift in {}", shift.rotation),
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
    let title = format!("{} of {}", counted(count), shift.rotation);
    notify(decision, shift, list, (list.reader.clone(), reason), title, say, cx);
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

fn ask_for_notes(decision: &mut Decision, shift: &Shift, list: &ShiftList, past: &dyn Past, cx: &Context<'_>) -> Read<()> {
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
    let title = format!("{} of {}", counted(count), shift.rotation);
    notify(decision, shift, list, (list.reader.clone(), Reason::NotesWanted), title, say, cx);
    Ok(())
}

/// What was said goes to each item it is about.
pub(super) fn say(shift: &Shift, saying: Saying, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let mut decision = Decision::default();
    let Some(list) = shift.list(&saying.list) else {
        return Ok(decision);
    };
    let items = items(list, past)?;
    let mut each: Vec<(ItemId, Vec<Line>)> = Vec::new();
    let mut further: Vec<Command> = Vec::new();
    for one in &saying.lines {
        if let (Said::Verb(verb), Some(person), true) = (
            &one.line.said,
            saying.actor.reader.person(),
            saying.actor.evidence > Evidence::KeyOnly,
        ) && let Some(outcome) = super::about(person, verb, cx)
        {
            let (mark, text) = match outcome {
                Ok((command, text)) => {
                    further.push(command);
                    ("✓", text)
                }
                Err(text) => ("✗", text),
            };
            decision.outcomes.push(format!("{mark} {}: {text}", one.line.text));
            continue;
        }
        match about(one, list, &items, &saying) {
            Ok(meant) => {
                for (number, item) in meant {
                    let line = Line {
                        text: format!("{number}. {}: {}", item.id, one.line.text),
                        said: one.line.said.clone(),
                    };
                    match each.iter_mut().find(|(id, _)| *id == item.id) {
                        Some((_, lines)) => lines.push(line),
                        None => each.push((item.id.clone(), vec![line])),
                    }
                }
            }
            Err(why) => decision.outcomes.push(format!("✗ {}: {why}", one.line.text)),
        }
    }
    // What nothing came of is kept where it can be found: on the first item.
    if each.is_empty() {
        each.extend(items.first().map(|(_, item)| (item.id.clone(), Vec::new())));
    }
    let mut commands: Vec<Command> = further;
    for (id, lines) in each {
        commands.push(Command::Item(
            id,
            ItemCommand::Together {
                actor: saying.actor.clone(),
                lines,
                message: Box::new(saying.message.clone()),
            },
        ));
    }
    let rotation = shift.rotation.clone();
    commands.push(Command::Shift(rotation, ShiftCommand::Receipt(Box::new(saying), Vec::new())));
    decision.effects.push(Effect::Further(commands));
    Ok(decision)
}

/// Which items a line is about, or why it is about none.
fn about<'i>(one: &Numbered, list: &ShiftList, items: &'i [(u32, Item)], saying: &Saying) -> Result<Vec<&'i (u32, Item)>, String> {
    if !one.numbers.is_empty() {
        let named = one.numbers.iter().flat_map(|number| items.iter().filter(move |(n, _)| n == number));
        return Ok(named.collect());
    }
    let verb = match &one.line.said {
        Said::Verb(verb) => verb,
        Said::Unclear(why) => return Err(format!("not understood: {why}")),
    };
    let person = saying.actor.reader.person();
    let theirs = |item: &Item| item.holder.as_ref() == person || Some(&item.accountable) == person || is_open(list, item);
    let meant: Vec<&(u32, Item)> = match verb {
        Verb::Help => return Err(help::TEXT.lines().next().unwrap_or_default().to_owned() + " Begin it with the item's number."),
        Verb::Accept(_) | Verb::Decline(_) => items.iter().filter(|(_, item)| is_open(list, item)).collect(),
        Verb::Note(_) => items.iter().filter(|(_, item)| item.state.is_open() && theirs(item)).collect(),
        _ => return Err(format!("say which: `1 {}`", one.line.text)),
    };
    if meant.is_empty() {
        return Err("nothing of this list waits for you any more; `1 show` says how one stands".to_owned());
    }
    Ok(meant)
}

/// One receipt for everything, and one word to the giver.
pub(super) fn receipt(shift: &Shift, saying: &Saying, outcomes: &[String], past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let mut decision = Decision::default();
    let Some(list) = shift.list(&saying.list) else {
        return Ok(decision);
    };
    let items = items(list, past)?;
    let states: Vec<Fact> = items.iter().map(|(number, item)| state(*number, item, cx)).collect();
    let title = format!("{} of {}", counted(items.len()), shift.rotation);
    if let Some(person) = saying.actor.reader.person().filter(|_| !saying.message.automatic) {
        let say = Say {
            why_you: "you wrote it".to_owned(),
            facts: states.clone(),
            text: outcomes.join("\n"),
            urgent: true,
            in_reply_to: saying.message.message_id.clone(),
            ..Say::default()
        };
        notify(
            &mut decision,
            shift,
            list,
            (person.clone(), Reason::Receipt),
            title.clone(),
            say,
            cx,
        );
    }
    let answered = |line: &Numbered| matches!(line.line.said, Said::Verb(Verb::Accept(_) | Verb::Decline(_) | Verb::Done(_)));
    let proven = saying.actor.evidence > Evidence::KeyOnly;
    if !list.notes && proven && saying.lines.iter().any(answered) && list.giver != list.reader {
        let words: Vec<String> = saying
            .lines
            .iter()
            .filter_map(|line| match &line.line.said {
                Said::Verb(Verb::Accept(Some(words))) => Some(words.clone()),
                _ => None,
            })
            .collect();
        let open = items.iter().filter(|(_, item)| is_open(list, item)).count();
        let rest = if open == 0 {
            String::new()
        } else {
            format!("; {} not answered yet", counted(open))
        };
        let say = Say {
            why_you: format!(
                "your shift in {} is over, and {} answered{rest}",
                shift.rotation,
                name(&list.reader, cx)
            ),
            facts: states,
            text: words.join("\n"),
            ..Say::default()
        };
        notify(
            &mut decision,
            shift,
            list,
            (list.giver.clone(), Reason::HandoffAnswered),
            title,
            say,
            cx,
        );
    }
    Ok(decision)
}

/// How an item of the list stands, as a line.
fn state(number: u32, item: &Item, cx: &Context<'_>) -> Fact {
    let answer = item.handoffs.last().and_then(|handoff| handoff.answer.as_ref());
    let how = match (item.state, answer) {
        (State::Done | State::Dropped, _) => item.state.to_string(),
        (State::Offered, _) => format!(
            "offered to {}, {} answers for it",
            item.offered_to.as_ref().map_or_else(String::new, ToString::to_string),
            name(&item.accountable, cx)
        ),
        (_, Some(answer)) if answer.how == Answer::Declined => {
            let why = answer.words.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
            format!("declined{why}; {} has it again", name(&item.accountable, cx))
        }
        (state, _) => format!("{state}, {} has it", name(&item.accountable, cx)),
    };
    facts::fact(&format!("{number}. {}", item.id), format!("{}: {how}", item.title))
}
