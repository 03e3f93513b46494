//! What was decided and is not committed yet, as a layer over stored state. May import model, engine. Dropped whole when its commit fails.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::{Change, Correlation, Past, Read, Seen, SeenKey};
use crate::model::{
    Address, Correspondent, Delivery, DeliveryId, Expectation, ExpectationName, Item, ItemId, Mute, MuteName, Notice, NoticeId, Party,
    PersonKey, PersonState, RotationName, Round, Shift,
};

/// Changes over a base.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) items: BTreeMap<ItemId, Arc<Item>>,
    pub(super) people: BTreeMap<PersonKey, PersonState>,
    pub(super) held: BTreeMap<(PersonKey, NoticeId), Arc<Notice>>,
    pub(super) unheld: BTreeSet<(PersonKey, NoticeId)>,
    pub(super) deliveries: BTreeMap<DeliveryId, Arc<Delivery>>,
    pub(super) correlations: BTreeMap<Correlation, ItemId>,
    pub(super) seen: BTreeMap<SeenKey, Seen>,
    pub(super) expectations: BTreeMap<ExpectationName, Option<Expectation>>,
    pub(super) mutes: BTreeMap<MuteName, Option<Mute>>,
    pub(super) shifts: BTreeMap<RotationName, Shift>,
    pub(super) rounds: BTreeMap<ItemId, Round>,
    pub(super) correspondents: BTreeMap<Address, Option<Box<Correspondent>>>,
}

impl Layer {
    /// The same changes as the store takes them, in an order that does not depend on how they came about.
    pub(super) fn into_changes(self) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        changes.extend(self.held.into_iter().map(|((person, _), notice)| Change::Held(person, notice)));
        changes.extend(self.unheld.into_iter().map(|(person, id)| Change::Unheld(person, id)));
        changes.extend(self.items.into_values().map(Change::Item));
        changes.extend(self.people.into_values().map(|person| Change::Person(Box::new(person))));
        changes.extend(self.deliveries.into_values().map(Change::Delivery));
        changes.extend(self.correlations.into_iter().map(|(key, id)| Change::Correlate(key, id)));
        changes.extend(self.seen.into_iter().map(|(key, seen)| Change::Seen(key, seen)));
        changes.extend(self.expectations.into_iter().map(|(name, state)| Change::expectation(name, state)));
        changes.extend(self.shifts.into_values().map(|shift| Change::Shift(Box::new(shift))));
        changes.extend(self.rounds.into_values().map(|round| Change::Round(Box::new(round))));
        changes.extend(
            self.correspondents
                .into_iter()
                .map(|(address, state)| Change::Correspondent(address, state)),
        );
        changes.extend(self.mutes.into_iter().map(|(name, state)| Change::mute(name, state)));
        changes
    }

    /// Takes changes in.
    pub(super) fn absorb(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Item(item) => drop(self.items.insert(item.id.clone(), Arc::clone(item))),
                Change::Person(person) => drop(self.people.insert(person.key.clone(), (**person).clone())),
                Change::Held(person, notice) => drop(self.held.insert((person.clone(), notice.id), Arc::clone(notice))),
                Change::Unheld(person, id) => self.unhold(person, *id),
                Change::Delivery(delivery) => drop(self.deliveries.insert(delivery.id, Arc::clone(delivery))),
                Change::Correlate(key, id) => drop(self.correlations.insert(key.clone(), id.clone())),
                Change::Seen(key, seen) => drop(self.seen.insert(key.clone(), seen.clone())),
                Change::Expectation(state) => drop(self.expectations.insert(state.name.clone(), Some((**state).clone()))),
                Change::Mute(state) => drop(self.mutes.insert(state.muting.name.clone(), Some((**state).clone()))),
                Change::Shift(state) => drop(self.shifts.insert(state.rotation.clone(), (**state).clone())),
                Change::Round(state) => drop(self.rounds.insert(state.id.clone(), (**state).clone())),
                Change::Correspondent(address, state) => drop(self.correspondents.insert(address.clone(), state.clone())),
                Change::Unmuted(name) => drop(self.mutes.insert(name.clone(), None)),
                Change::Withdrawn(name) => drop(self.expectations.insert(name.clone(), None)),
            }
        }
    }

    pub(super) fn unhold(&mut self, person: &PersonKey, id: NoticeId) {
        let key = (person.clone(), id);
        self.held.remove(&key);
        self.unheld.insert(key);
    }
}

/// A base with a layer over it.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) base: &'a dyn Past,
    pub(super) layer: &'a Layer,
}

impl Past for View<'_> {
    fn item(&self, id: &ItemId) -> Read<Option<Item>> {
        self.layer
            .items
            .get(id)
            .map_or_else(|| self.base.item(id), |item| Ok(Some((**item).clone())))
    }

    fn person(&self, key: &PersonKey) -> Read<Option<PersonState>> {
        self.layer
            .people
            .get(key)
            .map_or_else(|| self.base.person(key), |person| Ok(Some(person.clone())))
    }

    fn held(&self, key: &PersonKey) -> Read<Vec<Notice>> {
        let mut held = self.base.held(key)?;
        held.retain(|notice| !self.layer.unheld.contains(&(key.clone(), notice.id)));
        held.extend(
            self.layer
                .held
                .iter()
                .filter(|((person, _), _)| person == key)
                .map(|(_, notice)| (**notice).clone()),
        );
        held.sort_by_key(|notice| notice.id);
        Ok(held)
    }

    fn delivery(&self, id: &DeliveryId) -> Read<Option<Delivery>> {
        self.layer
            .deliveries
            .get(id)
            .map_or_else(|| self.base.delivery(id), |delivery| Ok(Some((**delivery).clone())))
    }

    fn correlated(&self, key: &Correlation) -> Read<Option<ItemId>> {
        self.layer
            .correlations
            .get(key)
            .map_or_else(|| self.base.correlated(key), |id| Ok(Some(id.clone())))
    }

    fn seen(&self, key: &SeenKey) -> Read<Option<Seen>> {
        self.layer
            .seen
            .get(key)
            .map_or_else(|| self.base.seen(key), |seen| Ok(Some(seen.clone())))
    }

    fn last_number(&self, prefix: &str) -> Read<u64> {
        let base = self.base.last_number(prefix)?;
        let from = ItemId::new(prefix, 0);
        let to = ItemId::new(prefix, u64::MAX);
        if prefix == Round::PREFIX {
            let newest = self.layer.rounds.range(from..=to).next_back();
            return Ok(base.max(newest.map_or(0, |(id, _)| id.number)));
        }
        let newest = self.layer.items.range(from..=to).next_back().map_or(0, |(id, _)| id.number);
        Ok(base.max(newest))
    }

    fn concerning(&self, party: &Party, limit: usize) -> Read<(Vec<ItemId>, usize)> {
        let (mut found, mut more) = self.base.concerning(party, limit)?;
        let changed = self.layer.items.values().filter(|item| item.concerns().contains(party));
        for item in changed
            .filter(|item| !found.contains(&item.id))
            .map(|item| item.id.clone())
            .collect::<Vec<_>>()
        {
            if found.len() < limit {
                found.push(item);
            } else {
                more += 1;
            }
        }
        Ok((found, more))
    }

    fn expectation(&self, name: &ExpectationName) -> Read<Option<Expectation>> {
        self.layer
            .expectations
            .get(name)
            .map_or_else(|| self.base.expectation(name), |state| Ok(state.clone()))
    }

    fn shifts(&self) -> Read<Vec<Shift>> {
        let mut shifts = self.base.shifts()?;
        shifts.retain(|shift| !self.layer.shifts.contains_key(&shift.rotation));
        shifts.extend(self.layer.shifts.values().cloned());
        shifts.sort_by(|one, other| one.rotation.cmp(&other.rotation));
        Ok(shifts)
    }

    fn round(&self, id: &ItemId) -> Read<Option<Round>> {
        self.layer
            .rounds
            .get(id)
            .map_or_else(|| self.base.round(id), |round| Ok(Some(round.clone())))
    }

    fn correspondent(&self, address: &Address) -> Read<Option<Correspondent>> {
        match self.layer.correspondents.get(address) {
            Some(state) => Ok(state.as_deref().cloned()),
            None => self.base.correspondent(address),
        }
    }

    fn mute(&self, name: &MuteName) -> Read<Option<Mute>> {
        self.layer
            .mutes
            .get(name)
            .map_or_else(|| self.base.mute(name), |state| Ok(state.clone()))
    }
}
