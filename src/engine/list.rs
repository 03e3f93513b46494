//! Lists of items in one notice, answered by number. May import model, policy, reply. What is said goes to each item; one receipt says what came of all.

use super::home::{Home, list_of};
use super::roles::is_proven_for;
use super::say::UNPROVEN;
use super::shift::Saying;
use super::work::{Head, Say};
use super::{
    Asked, Asking, Command, Context, Decision, Effect, Event, ItemCommand, Past, PersonEvent, Read, ShiftEvent, Tier, asked, fact_lines,
    facts, help,
};
use crate::model::{
    Answer, Fact, Item, ItemId, ItemList, Notice, Party, PersonKey, QueueName, Reader, Reason, RotationName, State, Wanted,
};
use crate::reply::{Line, Numbered, Said, Verb};

/// The items of a list with their numbers.
pub(super) fn items(list: &ItemList, past: &dyn Past) -> Read<Vec<(u32, Item)>> {
    let mut found = Vec::with_capacity(list.items.len());
    for (number, id) in list.numbered() {
        found.extend(past.item(id)?.map(|item| (number, item)));
    }
    Ok(found)
}

/// Whether its reader has yet to answer for an item of a list that hands over.
pub(super) fn is_open(list: &ItemList, item: &Item) -> bool {
    item.state == State::Offered && item.offered_to == Some(Party::Person(list.reader.clone()))
}

/// Whether an id is that of a list of which nothing waits for its reader any more.
pub(super) fn is_settled(id: &ItemId, reader: &Reader, past: &dyn Past) -> Read<bool> {
    let Some((_, list)) = list_of(past, id, Some(reader))? else {
        return Ok(false);
    };
    let open = |item: &Item| if list.notes { item.state.is_open() } else { is_open(&list, item) };
    Ok(!items(&list, past)?.iter().any(|(_, item)| open(item)))
}

pub(super) fn name(person: &PersonKey, cx: &Context<'_>) -> String {
    cx.policy.people.get(person).map_or_else(|| person.to_string(), |p| p.name.clone())
}

pub(super) fn counted(items: usize) -> String {
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

/// Makes the notice of a list, records that it is told, and sends it.
pub(super) fn notify(
    decision: &mut Decision,
    home: &Home,
    list: &ItemList,
    to: (PersonKey, Reason),
    title: String,
    say: Say,
    cx: &Context<'_>,
) {
    let notice = made(decision, home, list, to, title, say, cx);
    decision.effects.push(Effect::Notify(Box::new(notice)));
}

/// Makes the notice of a list, and records that it is told.
pub(super) fn made(
    decision: &mut Decision,
    home: &Home,
    list: &ItemList,
    (to, reason): (PersonKey, Reason),
    title: String,
    say: Say,
    cx: &Context<'_>,
) -> Notice {
    let told = decision
        .events
        .iter()
        .filter(|event| {
            matches!(
                event,
                Event::Shift(ShiftEvent::Told { .. }) | Event::Person(PersonEvent::Told { .. })
            )
        })
        .count();
    let number = list.notices + u32::try_from(told).unwrap_or(u32::MAX) + 1;
    let head = Head {
        reason,
        to: Reader::Person(to.clone()),
        item: list.id.clone(),
        number,
        first: number == 1,
        queue: home.queue(cx),
        title,
        opened: list.at,
    };
    let notice = say.about(head, cx);
    decision.events.push(home.told(list, &notice));
    notice
}

/// What was said goes to each item it is about.
pub(super) fn say(home: &Home, list: &ItemList, saying: Saying, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let mut decision = Decision::default();
    let items = items(list, past)?;
    let mut each: Vec<(ItemId, Vec<Line>)> = Vec::new();
    let mut further: Vec<Command> = Vec::new();
    let (mut asked_back, mut own) = (Vec::new(), Vec::new());
    for one in &saying.lines {
        if let (Said::Verb(verb), Some(person)) = (&one.line.said, saying.actor.reader.person())
            && let Some(outcome) = super::about(person, verb, cx)
        {
            if !is_proven_for(&saying.actor, verb) {
                own.push(one.line.text.clone());
                decision.outcomes.push(format!("✗ {}: {UNPROVEN}", one.line.text));
                continue;
            }
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
        if let Some(outcome) = asked_on_list(one, &saying, &mut further, cx) {
            decision.outcomes.push(outcome);
            continue;
        }
        match about(one, list, &items, &saying) {
            Ok(meant) if matches!(&one.line.said, Said::Verb(verb) if !is_proven_for(&saying.actor, verb)) => {
                asked_back.extend(
                    meant
                        .iter()
                        .map(|(_, item)| Wanted::Item(item.id.clone(), vec![one.line.text.clone()])),
                );
                decision.outcomes.push(format!("✗ {}: {UNPROVEN}", one.line.text));
            }
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
            // What is only asked is answered above, by how each stands.
            Err(why) => {
                let asks = matches!(one.line.said, Said::Verb(Verb::Why | Verb::Show | Verb::Help));
                decision
                    .outcomes
                    .push(format!("{} {}: {why}", if asks { "✓" } else { "✗" }, one.line.text));
            }
        }
    }
    if !own.is_empty() {
        asked_back.push(Wanted::Own(own));
    }
    let only_asked_back = !asked_back.is_empty() && decision.outcomes.len() == saying.lines.len();
    if !asked_back.is_empty() && !saying.message.automatic {
        let asking = Asking {
            wants: asked_back,
            actor: saying.actor.clone(),
            at: saying.message.at,
        };
        further.extend(asking.command().map(|(person, command)| Command::Person(person, command)));
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
    // Where all that was said is asked back, that mail says so.
    if !only_asked_back {
        commands.push(home.receipt(saying));
    }
    decision.effects.push(Effect::Further(commands));
    Ok(decision)
}

/// What is asked there and is about no item, as the receipt says it. `None` for anything else.
fn asked_on_list(one: &Numbered, saying: &Saying, further: &mut Vec<Command>, cx: &Context<'_>) -> Option<String> {
    let (Said::Verb(verb), Some(person)) = (&one.line.said, saying.actor.reader.person()) else {
        return None;
    };
    let outcome = asked(person, verb, saying.message.message_id.as_ref(), cx)?;
    Some(match outcome {
        Ok(Asked::Mail(command)) => {
            further.push(command);
            format!("✓ {}: it comes in a mail of its own", one.line.text)
        }
        Ok(Asked::Facts(facts)) => format!("✓ {}:\n{}", one.line.text, fact_lines(&facts, person, cx)),
        Err(why) => format!("✗ {}: {why}", one.line.text),
    })
}

/// Which items a line is about, or why it is about none.
fn about<'i>(one: &Numbered, list: &ItemList, items: &'i [(u32, Item)], saying: &Saying) -> Result<Vec<&'i (u32, Item)>, String> {
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
        // Of one there is nothing to ask.
        _ if items.len() == 1 && !matches!(verb, Verb::Help) => items.iter().collect(),
        Verb::Why | Verb::Show => return Err("how each stands is above; `1 show` and `1 why` tell more of one".to_owned()),
        Verb::Help => return Err(help::TEXT.lines().next().unwrap_or_default().to_owned() + " Begin it with the item's number."),
        Verb::Accept(_) | Verb::Decline(_) => items.iter().filter(|(_, item)| is_open(list, item)).collect(),
        // A digest lists what has nothing to do with each other.
        Verb::Note(_) if !list.is_digest() => items.iter().filter(|(_, item)| item.state.is_open() && theirs(item)).collect(),
        _ => return Err(format!("say which: `1 {}`", one.line.text)),
    };
    if meant.is_empty() {
        return Err("nothing of this list waits for you any more; `1 show` says how one stands".to_owned());
    }
    Ok(meant)
}

/// One receipt for everything, and one word to the giver.
pub(super) fn receipt(
    home: &Home,
    list: &ItemList,
    saying: &Saying,
    outcomes: &[String],
    past: &dyn Past,
    cx: &Context<'_>,
) -> Read<Decision> {
    let mut decision = Decision::default();
    let items = items(list, past)?;
    let states: Vec<Fact> = items.iter().map(|(number, item)| state(*number, item, cx)).collect();
    let title = home.title(list, items.len(), cx);
    if let Some(person) = saying.actor.reader.person().filter(|_| !saying.message.automatic) {
        let say = Say {
            why_you: "you wrote it".to_owned(),
            facts: states.clone(),
            text: outcomes.join("\n"),
            urgent: true,
            in_reply_to: saying.message.message_id.clone(),
            ..Say::default()
        };
        notify(&mut decision, home, list, (person.clone(), Reason::Receipt), title.clone(), say, cx);
    }
    let answered = |line: &Numbered| matches!(line.line.said, Said::Verb(Verb::Accept(_) | Verb::Decline(_) | Verb::Done(_)));
    let proven = saying.actor.reaches(Tier::One);
    let over = match home {
        Home::Shift(shift) => format!("your shift in {} is over", shift.rotation),
        Home::Person(_) => "you are away".to_owned(),
    };
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
            why_you: format!("{over}, and {} answered{rest}", name(&list.reader, cx)),
            facts: states,
            text: words.join("\n"),
            ..Say::default()
        };
        notify(
            &mut decision,
            home,
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
