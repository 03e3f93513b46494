//! What deciding may ask of the index. May import model, engine. The store answers through this, and so does recovery before there is a store.

use super::contract::stripped;
use super::index::Index;
use super::keys;
use super::tree::{Go, TreeError};
use super::values::{read_aggregate, read_held, read_id, unreadable};
use crate::engine::{Correlation, Past, Read, ReadError, Seen, SeenKey};
use crate::model::{
    Address, Correspondent, Delivery, DeliveryId, Expectation, ExpectationName, Item, ItemId, Mute, MuteName, Notice, Party, PersonKey,
    PersonState, Round, Shift,
};

impl From<TreeError> for ReadError {
    fn from(error: TreeError) -> Self {
        Self(error.to_string())
    }
}

impl Past for Index {
    fn item(&self, id: &ItemId) -> Read<Option<Item>> {
        Ok(self.aggregate(&keys::item(id))?)
    }

    fn person(&self, key: &PersonKey) -> Read<Option<PersonState>> {
        Ok(self.aggregate(&keys::person(key))?)
    }

    fn held(&self, key: &PersonKey) -> Read<Vec<Notice>> {
        let mut notices = Vec::new();
        self.layers().visit_prefix(&keys::held_of(key), |key, found| {
            notices.push(read_held(key, found)?);
            Ok(Go::On)
        })?;
        Ok(notices)
    }

    fn delivery(&self, id: &DeliveryId) -> Read<Option<Delivery>> {
        let entry = self.delivery_entry(id)?;
        // Where the journal has the rest of the letter, it is left out: nothing is decided by it.
        Ok(entry.map(|entry| {
            if entry.letter.is_some() {
                stripped(&entry.delivery)
            } else {
                (*entry.delivery).clone()
            }
        }))
    }

    fn correlated(&self, key: &Correlation) -> Read<Option<ItemId>> {
        let key = keys::correlation(key);
        Ok(self.layers().get(&key, |found| read_id(&key, found))?)
    }

    fn seen(&self, key: &SeenKey) -> Read<Option<Seen>> {
        Ok(self.value(&keys::seen(key))?)
    }

    fn last_number(&self, prefix: &str) -> Read<u64> {
        Ok(Index::last_number(self, prefix)?)
    }

    fn expectation(&self, name: &ExpectationName) -> Read<Option<Expectation>> {
        Ok(self.aggregate(&keys::expectation(name))?)
    }

    fn concerning(&self, party: &Party, limit: usize) -> Read<(Vec<ItemId>, usize)> {
        let (mut found, mut more) = (Vec::new(), 0);
        let prefix = keys::concerned_of(party);
        self.layers().visit_prefix(&prefix, |key, _| {
            if found.len() < limit {
                found.push(keys::read_concerned(&prefix, key).ok_or_else(|| unreadable(key))?);
            } else {
                more += 1;
            }
            Ok(Go::On)
        })?;
        Ok((found, more))
    }

    fn shifts(&self) -> Read<Vec<Shift>> {
        let mut found = Vec::new();
        self.layers().visit_prefix(&[keys::SHIFT], |key, value| {
            found.push(read_aggregate(key, value)?);
            Ok(Go::On)
        })?;
        Ok(found)
    }

    fn correspondent(&self, address: &Address) -> Read<Option<Correspondent>> {
        Ok(self.aggregate(&keys::correspondent(address))?)
    }

    fn round(&self, id: &ItemId) -> Read<Option<Round>> {
        Ok(self.aggregate(&keys::round(id))?)
    }

    fn mute(&self, name: &MuteName) -> Read<Option<Mute>> {
        Ok(self.aggregate(&keys::mute(name))?)
    }
}
