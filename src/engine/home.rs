//! Where a list of items belongs: to the shift of a rotation, or to whoever reads it. May import model, policy. A reply key leads here.

use super::shift::Saying;
use super::{Command, Context, Event, ListCommand, Past, PersonEvent, Read, ShiftCommand, ShiftEvent, list};
use crate::model::{ItemId, ItemList, Notice, PersonKey, QueueName, Reader, Shift, Way};

/// Where a list belongs.
#[derive(Debug, Clone)]
pub enum Home {
    /// To a shift.
    Shift(Box<Shift>),
    /// To whoever reads it.
    Person(PersonKey),
}

/// The list with that id and where it belongs. Those of people are numbered for each: `reader` says whose is meant.
///
/// # Errors
/// When the store cannot be read.
pub fn list_of(past: &dyn Past, id: &ItemId, reader: Option<&Reader>) -> Read<Option<(Home, ItemList)>> {
    if &*id.prefix == Shift::PREFIX {
        let shifts = past.shifts()?;
        return Ok(shifts.into_iter().find_map(|shift| {
            let list = shift.list(id)?.clone();
            Some((Home::Shift(Box::new(shift)), list))
        }));
    }
    let person = reader.and_then(Reader::person).filter(|_| is_of_person(id));
    let Some(person) = person else { return Ok(None) };
    let list = past.person(person)?.and_then(|state| state.list(id).cloned());
    Ok(list.map(|list| (Home::Person(person.clone()), list)))
}

/// Whether an id is that of a list.
#[must_use]
pub fn is_list(id: &ItemId) -> bool {
    &*id.prefix == Shift::PREFIX || is_of_person(id)
}

fn is_of_person(id: &ItemId) -> bool {
    [ItemList::DAY, ItemList::AWAY].contains(&&*id.prefix)
}

impl Home {
    /// What somebody said on a list, as a command.
    #[must_use]
    pub fn saying(&self, saying: Saying) -> Command {
        match self {
            Self::Shift(shift) => Command::Shift(shift.rotation.clone(), ShiftCommand::Say(Box::new(saying))),
            Self::Person(person) => Command::List(person.clone(), ListCommand::Say(Box::new(saying))),
        }
    }

    /// The receipt for it; what came of each item is filled in when that is known.
    pub(super) fn receipt(&self, saying: Saying) -> Command {
        match self {
            Self::Shift(shift) => Command::Shift(shift.rotation.clone(), ShiftCommand::Receipt(Box::new(saying), Vec::new())),
            Self::Person(person) => Command::List(person.clone(), ListCommand::Receipt(Box::new(saying), Vec::new())),
        }
    }

    /// That somebody is told.
    pub(super) fn told(&self, list: &ItemList, notice: &Notice) -> Event {
        match self {
            Self::Shift(_) => Event::Shift(ShiftEvent::Told {
                list: list.id.clone(),
                notice: notice.id,
                to: notice.to.clone(),
                reason: notice.reason,
            }),
            Self::Person(_) => Event::Person(PersonEvent::Told {
                list: list.id.clone(),
                notice: notice.id,
                to: notice.to.clone(),
                reason: notice.reason,
            }),
        }
    }

    /// That its reader was reminded.
    pub(super) fn reminded(&self, list: &ItemList) -> Event {
        let list = list.id.clone();
        match self {
            Self::Shift(_) => Event::Shift(ShiftEvent::Reminded { list }),
            Self::Person(_) => Event::Person(PersonEvent::Reminded { list }),
        }
    }

    /// The queue whose words a list is sent with: the first the rotation serves.
    pub(super) fn queue(&self, cx: &Context<'_>) -> QueueName {
        match self {
            Self::Shift(shift) => list::queue_of(&shift.rotation, cx),
            Self::Person(_) => cx.policy.unmatched.clone(),
        }
    }

    /// What a list of so many items is called.
    pub(super) fn title(&self, list: &ItemList, count: usize, cx: &Context<'_>) -> String {
        let count = list::counted(count);
        match self {
            Self::Shift(shift) => format!("{count} of {}", shift.rotation),
            Self::Person(_) if list.is_digest() => format!("{count} of your day"),
            Self::Person(_) => format!("{count} of {}", list::name(&list.giver, cx)),
        }
    }

    /// How what it hands over came to be handed on.
    pub(super) fn way(&self) -> Way {
        match self {
            Self::Shift(shift) => Way::Shift(shift.rotation.clone()),
            Self::Person(_) => Way::Away,
        }
    }

    /// Why its reader is asked.
    pub(super) fn why_you(&self, list: &ItemList, cx: &Context<'_>) -> String {
        match self {
            Self::Shift(shift) if shift.person.as_ref().is_none_or(|person| *person == list.reader) => {
                format!("your shift in {} has begun", shift.rotation)
            }
            Self::Shift(shift) => format!("you stand in for whoever has the shift in {}", shift.rotation),
            Self::Person(_) => {
                let giver = list::name(&list.giver, cx);
                if cx.stands_in(&list.giver).as_ref() == Some(&list.reader) {
                    format!("you cover for {giver}, who is away")
                } else {
                    format!("{giver} is away and nobody covers; you answer for the queues")
                }
            }
        }
    }
}
