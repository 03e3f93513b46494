//! What somebody has when they leave, handed to whoever takes it over: several items in one numbered notice, one by itself. May import model, policy.

use std::collections::BTreeMap;

use super::offer::{Handing, Occasion};
use super::work::Work;
use super::{Command, Context, Decision, Effect, Event, ItemCommand, ListCommand, PersonCommand, PersonEvent, shift};
use crate::model::{Item, ItemId, ItemList, Party, PersonKey, Shift, State, Way};

/// The commands that hand on what somebody has who is away from now on, each for a record of its own: one for each notice.
#[must_use]
pub fn leaving(person: &PersonKey, mut items: Vec<Item>, cx: &Context<'_>) -> Vec<Command> {
    shift::most_pressing_first(&mut items);
    let mut together: BTreeMap<PersonKey, Vec<ItemId>> = BTreeMap::new();
    let held = items
        .iter()
        .filter(|item| item.holder.as_ref() == Some(person) && item.state != State::Offered);
    let handed: Vec<ItemId> = held.map(|item| item.id.clone()).collect();
    let mut commands = Vec::new();
    if !handed.is_empty() {
        let noted = PersonCommand::Meanwhile { handed, came: Vec::new() };
        commands.push(Command::Person(person.clone(), noted));
    }
    let alone = |id: ItemId| Command::Item(id, ItemCommand::PersonAway(person.clone()));
    for item in items {
        let id = item.id.clone();
        match receiver(&Work::new(item, cx), person) {
            Some(to) => together.entry(to).or_default().push(id),
            None => commands.push(alone(id)),
        }
    }
    for (to, ids) in together {
        for some in ids.chunks(Shift::MAX_LISTED) {
            commands.push(match some {
                [one] => alone(one.clone()),
                _ => Command::List(person.clone(), ListCommand::Leave(to.clone(), some.to_vec())),
            });
        }
    }
    commands
}

/// Who is asked to take it from somebody who is away: whoever covers, else the owner. `None` where it goes no such way.
pub(super) fn receiver(work: &Work<'_>, person: &PersonKey) -> Option<PersonKey> {
    let item = &work.item;
    let cover = work.stands_in(person).filter(|cover| cover != person);
    match item.state {
        // Whoever passed it to them has it back, if it is they who cover.
        State::Offered if item.offered_to == Some(Party::Person(person.clone())) => {
            cover.filter(|cover| item.giver.as_ref() != Some(cover))
        }
        State::Accepted | State::Waiting | State::Snoozed | State::Blocked if item.holder.as_ref() == Some(person) => {
            let owner = || work.stands_in(&work.queue.owner.clone()).filter(|owner| owner != person);
            cover.or_else(owner)
        }
        _ => None,
    }
}

/// The list is made: remembered with its giver and with its reader, who is told once every item is offered.
pub(super) fn list(giver: &PersonKey, to: PersonKey, items: Vec<ItemId>, cx: &Context<'_>) -> Decision {
    let list = ItemList {
        // Both remember it by the same id: nobody else's may have it.
        id: ItemId::new(ItemList::AWAY, cx.seq),
        notes: false,
        at: cx.now,
        giver: giver.clone(),
        reader: to.clone(),
        items,
        notices: 0,
        reminded: false,
    };
    let offers = list.items.iter().map(|item| {
        let over = ItemCommand::LeftTo(giver.clone(), to.clone());
        Command::Item(item.clone(), over)
    });
    let kept = Command::List(to.clone(), ListCommand::Keep(Box::new(list.clone())));
    let told = Command::List(to.clone(), ListCommand::Tell(list.id.clone()));
    Decision {
        effects: vec![Effect::Further([kept].into_iter().chain(offers).chain([told]).collect())],
        ..keep(list.clone())
    }
}

/// It is remembered.
pub(super) fn keep(list: ItemList) -> Decision {
    Decision {
        events: vec![Event::Person(PersonEvent::Listed { list: Box::new(list) })],
        ..Decision::default()
    }
}

/// An item is offered to whoever takes it over; where it goes with others the notice of the list tells of it.
pub(super) fn left_to(work: &mut Work<'_>, person: &PersonKey, to: PersonKey, together: bool) {
    if !work.is_away(person) || receiver(work, person).as_ref() != Some(&to) {
        return;
    }
    let name = work.name(person);
    let covers = work.stands_in(person).as_ref() == Some(&to);
    let why = if covers {
        format!("you cover for {name}, {}", work.cx.who_is_away(person))
    } else {
        format!("{name} is away and nobody covers; you answer for {}", work.item.queue)
    };
    let occasion = Occasion::Handoff(Handing {
        way: Way::Away,
        by: Some(person.clone()),
        note: None,
        together,
    });
    // What they were only asked to take was meant for them, and is for whoever stands in.
    let asked = work.item.offered_to == Some(Party::Person(person.clone()));
    let party = Party::Person(if asked && covers { person.clone() } else { to });
    work.offer(&party, &occasion, &why);
}
