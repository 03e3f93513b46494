//! What a record changes in the index. May import model. Live and in recovery the same: whole values, so that doing it twice does no harm.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Change, Past, PersonEvent, Read, Record, Step, apply, delivery, expectation, moved, muting, person, round, shift};
use crate::model::{
    Delivery, DeliveryId, Expectation, ExpectationName, Item, ItemId, Mute, MuteName, PersonKey, PersonState, RotationName, Round, Shift,
};

/// The changes a record makes to the state in `past`.
///
/// # Errors
/// When the store cannot be read.
pub fn project(record: &Record, past: &dyn Past) -> Read<Vec<Change>> {
    let mut items: BTreeMap<ItemId, Option<Item>> = BTreeMap::new();
    let mut people: BTreeMap<PersonKey, PersonState> = BTreeMap::new();
    let mut deliveries: BTreeMap<DeliveryId, Option<Delivery>> = BTreeMap::new();
    let mut expectations: BTreeMap<ExpectationName, Option<Expectation>> = BTreeMap::new();
    let mut mutes: BTreeMap<MuteName, Option<Mute>> = BTreeMap::new();
    let mut shifts: BTreeMap<RotationName, Option<Shift>> = BTreeMap::new();
    let mut rounds: BTreeMap<ItemId, Option<Round>> = BTreeMap::new();
    let mut changes = Vec::new();
    for step in &record.steps {
        match step {
            Step::Item(id, events) => {
                if !items.contains_key(id) {
                    items.insert(id.clone(), past.item(id)?);
                }
                let slot = items.entry(id.clone()).or_default();
                let before = slot.clone();
                events.iter().for_each(|event| apply(slot, event, record.at));
                for (key, load) in moved(before.as_ref(), slot.as_ref()) {
                    if !people.contains_key(&key) {
                        people.insert(key.clone(), past.person(&key)?.unwrap_or_else(|| PersonState::new(key.clone())));
                    }
                    load.apply(people.entry(key.clone()).or_insert_with(|| PersonState::new(key)));
                }
            }
            Step::Person(key, events) => {
                if !people.contains_key(key) {
                    people.insert(key.clone(), past.person(key)?.unwrap_or_else(|| PersonState::new(key.clone())));
                }
                let state = people.entry(key.clone()).or_insert_with(|| PersonState::new(key.clone()));
                for event in events {
                    person::apply(state, event);
                    match event {
                        PersonEvent::Held { notice, .. } => changes.push(Change::Held(key.clone(), Arc::new((**notice).clone()))),
                        PersonEvent::Chosen { .. }
                        | PersonEvent::Digest { .. }
                        | PersonEvent::Coverage { .. }
                        | PersonEvent::Listed { .. }
                        | PersonEvent::Told { .. }
                        | PersonEvent::Reminded { .. }
                        | PersonEvent::Away { .. }
                        | PersonEvent::Confirm { .. }
                        | PersonEvent::Counted { .. }
                        | PersonEvent::Mailed { .. }
                        | PersonEvent::Postponed { .. } => {}
                        PersonEvent::Withdrawn { notice, .. } => changes.push(Change::Unheld(key.clone(), *notice)),
                        PersonEvent::Released { notices, .. } => {
                            changes.extend(notices.iter().map(|id| Change::Unheld(key.clone(), *id)));
                        }
                    }
                }
            }
            Step::Delivery(id, events) => {
                if !deliveries.contains_key(id) {
                    deliveries.insert(*id, past.delivery(id)?);
                }
                let slot = deliveries.entry(*id).or_default();
                events.iter().for_each(|event| delivery::apply(slot, event, record.at));
            }
            Step::Dropped(..) => {}
            // Whole, so that the last one counts.
            Step::Correspondent(address, state) => changes.push(Change::Correspondent(address.clone(), state.clone())),
            Step::Expectation(name, events) => {
                if !expectations.contains_key(name) {
                    expectations.insert(name.clone(), past.expectation(name)?);
                }
                let slot = expectations.entry(name.clone()).or_default();
                events.iter().for_each(|event| expectation::apply(slot, event));
            }
            Step::Mute(name, events) => {
                if !mutes.contains_key(name) {
                    mutes.insert(name.clone(), past.mute(name)?);
                }
                let slot = mutes.entry(name.clone()).or_default();
                events.iter().for_each(|event| muting::apply(slot, event));
            }
            Step::Shift(name, events) => {
                if !shifts.contains_key(name) {
                    shifts.insert(name.clone(), shift::shift_of(past, name)?);
                }
                let slot = shifts.entry(name.clone()).or_default();
                events.iter().for_each(|event| shift::apply(slot, name, event));
            }
            Step::Round(id, events) => {
                if !rounds.contains_key(id) {
                    rounds.insert(id.clone(), past.round(id)?);
                }
                let slot = rounds.entry(id.clone()).or_default();
                events.iter().for_each(|event| round::apply(slot, event));
            }
        }
    }
    changes.extend(items.into_values().flatten().map(|item| Change::Item(Arc::new(item))));
    changes.extend(people.into_values().map(|person| Change::Person(Box::new(person))));
    changes.extend(deliveries.into_values().flatten().map(|d| Change::Delivery(Arc::new(d))));
    changes.extend(expectations.into_iter().map(|(name, state)| Change::expectation(name, state)));
    changes.extend(shifts.into_values().flatten().map(|shift| Change::Shift(Box::new(shift))));
    changes.extend(rounds.into_values().flatten().map(|round| Change::Round(Box::new(round))));
    changes.extend(mutes.into_iter().map(|(name, state)| Change::mute(name, state)));
    changes.extend(
        record
            .correlations
            .iter()
            .map(|(key, item)| Change::Correlate(key.clone(), item.clone())),
    );
    changes.extend(record.seen.iter().map(|(key, seen)| Change::Seen(key.clone(), seen.clone())));
    Ok(changes)
}
