//! A rotation as it is watched: a shift ends, the next begins, and open items go from one to the other. May import model, policy, reply. Acceptance does not outlive the shift.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::home::Home;
use super::{
    Actor, Command, Context, Decision, Effect, Event, Incoming, ItemCommand, Past, Read, SwapCommand, SwapEvent, duty, hand_over, list,
    swap, swapping,
};
use crate::model::{DutyPlan, Item, ItemId, ItemList, NoticeId, PersonKey, Reader, Reason, Revision, RotationName, Shift};
use crate::reply::Numbered;

/// So long before a change whoever has the shift is asked for notes.
const ASK_BEFORE: SignedDuration = SignedDuration::from_mins(30);

/// What a rotation's shift is asked to do.
#[derive(Debug, Clone)]
pub enum ShiftCommand {
    /// Arm what the policy says now.
    Begin,
    /// Look at what is due. These items are with whoever had the shift, in the rotation's queues.
    Wake(Vec<ItemId>),
    /// Send the notice of a list whose items have been offered.
    Tell(ItemId),
    /// Remind whoever was handed this item in a list of all of it that they have not answered.
    Remind(ItemId),
    /// Do what somebody said on a list.
    Say(Box<Saying>),
    /// Say what came of it: to who said it, and to who gave the items.
    Receipt(Box<Saying>, Vec<String>),
    /// About a swap of duty in it.
    Swap(Box<SwapCommand>),
}

/// What somebody said on a list.
#[derive(Debug, Clone)]
pub struct Saying {
    /// The list.
    pub list: ItemId,
    /// Who, by which evidence.
    pub actor: Actor,
    /// The lines, and which items they are about.
    pub lines: Vec<Numbered>,
    /// The message that said it.
    pub message: Incoming,
}

/// A fact about a rotation's shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ShiftEvent {
    /// Who has it from now on, and what is armed.
    Watched {
        /// Who has it, or had it last.
        person: Option<PersonKey>,
        /// Since when.
        since: Timestamp,
        /// The next change.
        change: Option<Timestamp>,
        /// When they are asked for notes.
        ask: Option<Timestamp>,
        /// The policy revision.
        policy: Revision,
    },
    /// They were asked for notes, or there was nothing to ask about.
    Asked,
    /// A list of items was made.
    Listed {
        /// It.
        list: Box<ItemList>,
    },
    /// Its reader was reminded.
    Reminded {
        /// The list.
        list: ItemId,
    },
    /// Who acts in the weeks ahead is known, or otherwise than before.
    Planned {
        /// It.
        plan: DutyPlan,
    },
    /// Something about a swap.
    Swap {
        /// What.
        what: SwapEvent,
    },
    /// Somebody is told.
    Told {
        /// The list.
        list: ItemId,
        /// The notice.
        notice: NoticeId,
        /// Who.
        to: Reader,
        /// Why.
        reason: Reason,
    },
}

/// The shift of a rotation, if it is watched.
///
/// # Errors
/// When the store cannot be read.
pub fn shift_of(past: &dyn Past, rotation: &RotationName) -> Read<Option<Shift>> {
    Ok(past.shifts()?.into_iter().find(|shift| shift.rotation == *rotation))
}

/// Decides.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn decide(rotation: &RotationName, what: ShiftCommand, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let shift = shift_of(past, rotation)?;
    match (what, shift) {
        (ShiftCommand::Begin, shift) => {
            let mut decision = facts(begin(rotation, shift.as_ref(), cx).into_iter().collect());
            duty::look(rotation, shift.as_ref(), cx, &mut decision);
            Ok(decision)
        }
        (_, None) => Ok(Decision::default()),
        (ShiftCommand::Wake(held), Some(shift)) => wake(&shift, &held, past, cx),
        (ShiftCommand::Remind(id), Some(shift)) => {
            let lists = shift.lists.clone();
            hand_over::remind(&Home::Shift(Box::new(shift)), &lists, &id, past, cx)
        }
        (ShiftCommand::Tell(id), Some(shift)) => on_list(shift, &id, |home, list| hand_over::tell(home, list, past, cx)),
        (ShiftCommand::Say(saying), Some(shift)) => {
            on_list(shift, &saying.list.clone(), |home, list| list::say(home, list, *saying, past, cx))
        }
        (ShiftCommand::Receipt(saying, outcomes), Some(shift)) => on_list(shift, &saying.list.clone(), |home, list| {
            list::receipt(home, list, &saying, &outcomes, past, cx)
        }),
        (ShiftCommand::Swap(what), Some(shift)) => swapping::decide(&shift, *what, past, cx),
    }
}

/// Decides on one of its lists; on one that is forgotten, nothing.
fn on_list(shift: Shift, id: &ItemId, decide: impl FnOnce(&Home, &ItemList) -> Read<Decision>) -> Read<Decision> {
    let Some(list) = shift.list(id).cloned() else {
        return Ok(Decision::default());
    };
    decide(&Home::Shift(Box::new(shift)), &list)
}

fn facts(events: Vec<ShiftEvent>) -> Decision {
    Decision {
        events: events.into_iter().map(Event::Shift).collect(),
        ..Decision::default()
    }
}

/// Who has it, and what is armed for them. A change that the policy moved into the past is due now.
fn begin(rotation: &RotationName, shift: Option<&Shift>, cx: &Context<'_>) -> Option<ShiftEvent> {
    let Some(known) = cx.policy.rotations.get(rotation) else {
        // Nothing is handed over by a rotation that is gone.
        return shift.filter(|shift| shift.rings().is_some()).map(|shift| ShiftEvent::Watched {
            person: shift.person.clone(),
            since: shift.since,
            change: None,
            ask: None,
            policy: cx.policy.revision.clone(),
        });
    };
    let on_duty = known.on_duty(cx.now);
    match shift {
        Some(shift) if shift.change.is_some_and(|change| change <= cx.now) => None,
        Some(shift) if on_duty.is_some() && shift.person.is_some() && on_duty != shift.person => Some(ShiftEvent::Watched {
            person: shift.person.clone(),
            since: shift.since,
            change: Some(cx.now),
            ask: None,
            policy: cx.policy.revision.clone(),
        }),
        Some(shift) => {
            let change = known.next_change(cx.now);
            let same = change == shift.change && on_duty.is_none_or(|on_duty| shift.person == Some(on_duty));
            (!same).then(|| watched(rotation, known.on_duty(cx.now).or_else(|| shift.person.clone()), cx))
        }
        None => Some(watched(rotation, on_duty, cx)),
    }
}

/// What is watched from now on.
fn watched(rotation: &RotationName, person: Option<PersonKey>, cx: &Context<'_>) -> ShiftEvent {
    let known = cx.policy.rotations.get(rotation);
    let change = known.and_then(|known| known.next_change(cx.now));
    // In a gap nobody is asked again.
    let on_duty = person
        .clone()
        .filter(|person| known.is_some_and(|known| known.on_duty(cx.now).as_ref() == Some(person)));
    let ask = on_duty.as_ref().zip(change).and_then(|(person, change)| ask_at(person, change, cx));
    ShiftEvent::Watched {
        person,
        since: cx.now,
        change,
        ask,
        policy: cx.policy.revision.clone(),
    }
}

/// Half an hour before the change, or in the midst of a short shift; for somebody who is not at work then, half an hour before they last go home.
fn ask_at(person: &PersonKey, change: Timestamp, cx: &Context<'_>) -> Option<Timestamp> {
    const DAYS_BACK: i64 = 8;
    let half = cx.now.duration_until(change) / 2;
    let ask = change.checked_sub(ASK_BEFORE).ok()?.max(cx.now.checked_add(half).ok()?);
    let calendar = cx.policy.calendar_of(person);
    let Some(calendar) = calendar.filter(|calendar| !calendar.is_open(ask)) else {
        return Some(ask);
    };
    let today = ask.to_zoned(calendar.zone.clone()).date();
    let days = (0..DAYS_BACK).filter_map(|days| today.checked_sub(jiff::Span::new().days(days)).ok());
    let last = days
        .flat_map(|date| calendar.open_on(date).into_iter().rev())
        .find(|open| open.from < ask);
    let at_home = last.and_then(|open| Some(open.to.checked_sub(ASK_BEFORE).ok()?.max(open.from)));
    Some(at_home.filter(|at| *at > cx.now).unwrap_or(ask))
}

fn wake(shift: &Shift, held: &[ItemId], past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let mut decision = Decision::default();
    swapping::lapse(shift, cx, &mut decision);
    if shift.rings().is_none_or(|due| due > cx.now) {
        return Ok(decision);
    }
    let rotation = &shift.rotation;
    let items = ordered(held, past)?;
    if shift.change.is_none_or(|change| change > cx.now) {
        decision.events.push(Event::Shift(ShiftEvent::Asked));
        if let Some(person) = &shift.person {
            lists(shift, person, person, true, &items, past, cx, &mut decision)?;
        }
        return Ok(decision);
    }
    let on_duty = cx.policy.rotations.get(rotation).and_then(|known| known.on_duty(cx.now));
    let on_duty = on_duty.filter(|person| cx.policy.people.contains_key(person));
    let person = on_duty.clone().or_else(|| shift.person.clone());
    decision.events.push(Event::Shift(watched(rotation, person, cx)));
    duty::look(rotation, Some(shift), cx, &mut decision);
    let receiver = on_duty.as_ref().and_then(|person| cx.stands_in(person));
    if let (Some(giver), Some(receiver)) = (shift.person.as_ref(), receiver)
        && *giver != receiver
        && on_duty.as_ref() != Some(giver)
    {
        lists(shift, giver, &receiver, false, &items, past, cx, &mut decision)?;
    }
    Ok(decision)
}

/// The most pressing first: by priority, then by the nearest deadline.
fn ordered(held: &[ItemId], past: &dyn Past) -> Read<Vec<ItemId>> {
    let mut items: Vec<Item> = Vec::with_capacity(held.len());
    for id in held {
        items.extend(past.item(id)?);
    }
    most_pressing_first(&mut items);
    Ok(items.into_iter().map(|item| item.id).collect())
}

/// By priority, then by the nearest deadline.
pub(super) fn most_pressing_first(items: &mut [Item]) {
    items.sort_by_key(|item| {
        (
            Reverse(item.priority),
            item.clocks.iter().map(|clock| clock.deadline).min(),
            item.id.clone(),
        )
    });
}

/// One list for one notice; where there are very many items, several.
#[allow(clippy::too_many_arguments)] // What a list is made of.
fn lists(
    shift: &Shift,
    giver: &PersonKey,
    reader: &PersonKey,
    notes: bool,
    items: &[ItemId],
    past: &dyn Past,
    cx: &Context<'_>,
    decision: &mut Decision,
) -> Read<()> {
    let known = past.shifts()?;
    let last = known
        .iter()
        .flat_map(|shift| &shift.lists)
        .map(|list| list.id.number)
        .max()
        .unwrap_or(0);
    for (id, items) in (last + 1..).zip(items.chunks(Shift::MAX_LISTED)) {
        let id = ItemId::new(Shift::PREFIX, id);
        let list = ItemList {
            id: id.clone(),
            notes,
            at: cx.now,
            giver: giver.clone(),
            reader: reader.clone(),
            items: items.to_vec(),
            notices: 0,
            reminded: false,
        };
        decision.events.push(Event::Shift(ShiftEvent::Listed { list: Box::new(list) }));
        let mut commands: Vec<Command> = Vec::new();
        for item in items.iter().filter(|_| !notes) {
            let over = ItemCommand::HandOver {
                giver: giver.clone(),
                to: reader.clone(),
                rotation: shift.rotation.clone(),
            };
            commands.push(Command::Item(item.clone(), over));
        }
        commands.push(Command::Shift(shift.rotation.clone(), ShiftCommand::Tell(id)));
        decision.effects.push(Effect::Further(commands));
    }
    Ok(())
}

/// Applies one fact. `Watched` makes it.
pub fn apply(state: &mut Option<Shift>, rotation: &RotationName, event: &ShiftEvent) {
    if let ShiftEvent::Watched {
        person,
        since,
        change,
        ask,
        policy,
    } = event
    {
        let before = state.take();
        let (lists, swaps, plan) = before.map(|shift| (shift.lists, shift.swaps, shift.plan)).unwrap_or_default();
        *state = Some(Shift {
            rotation: rotation.clone(),
            person: person.clone(),
            since: *since,
            change: *change,
            ask: *ask,
            lists,
            swaps,
            plan,
            policy: policy.clone(),
        });
        return;
    }
    let Some(shift) = state else { return };
    let list = |shift: &mut Shift, id: &ItemId, change: fn(&mut ItemList)| {
        shift.lists.iter_mut().filter(|list| list.id == *id).for_each(change);
    };
    match event {
        ShiftEvent::Watched { .. } => {}
        ShiftEvent::Planned { plan } => shift.plan = Some(plan.clone()),
        ShiftEvent::Swap { what } => swap::apply(shift, what),
        ShiftEvent::Asked => shift.ask = None,
        ShiftEvent::Listed { list } => {
            shift.lists.push((**list).clone());
            let extra = shift.lists.len().saturating_sub(Shift::MAX_LISTS);
            shift.lists.drain(..extra);
        }
        ShiftEvent::Reminded { list: id } => list(shift, id, |list| list.reminded = true),
        ShiftEvent::Told { list: id, .. } => list(shift, id, |list| list.notices += 1),
    }
}
