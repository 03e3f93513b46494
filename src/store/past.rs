//! What deciding may ask of the index. May import model, engine. The store answers through this, and so does recovery before there is a store.

use super::index::{DeliveryEntry, Index, read_json, unreadable};
use super::keys;
use super::tree::{Go, TreeError};
use crate::engine::{Correlation, Past, Read, ReadError, Seen, SeenKey};
use crate::model::{Delivery, DeliveryId, Expectation, ExpectationName, Item, ItemId, Notice, PersonKey, PersonState};

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
        self.tree().visit_prefix(&keys::held_of(key), |key, value| {
            notices.push(read_json(key, value)?);
            Ok(Go::On)
        })?;
        Ok(notices)
    }

    fn delivery(&self, id: &DeliveryId) -> Read<Option<Delivery>> {
        // The journal has the rest of the letter, unless it is here.
        Ok(self.aggregate::<DeliveryEntry>(&keys::delivery(id))?.map(|entry| entry.delivery))
    }

    fn correlated(&self, key: &Correlation) -> Read<Option<ItemId>> {
        let key = keys::correlation(key);
        let Some(value) = self.tree().get(&key)? else {
            return Ok(None);
        };
        let id = std::str::from_utf8(&value).ok().and_then(|text| text.parse().ok());
        Ok(Some(id.ok_or_else(|| unreadable(&key))?))
    }

    fn seen(&self, key: &SeenKey) -> Read<Option<Seen>> {
        Ok(self.value(&keys::seen(key))?)
    }

    fn last_number(&self, prefix: &str) -> Read<u64> {
        // Items are never removed, so the last one's key has the highest number.
        let Some(key) = self.tree().last_of(&keys::items_of(prefix))? else {
            return Ok(0);
        };
        let id = keys::read_item(key.get(1..).unwrap_or_default()).ok_or_else(|| unreadable(&key))?;
        Ok(id.number)
    }

    fn expectation(&self, name: &ExpectationName) -> Read<Option<Expectation>> {
        Ok(self.aggregate(&keys::expectation(name))?)
    }
}
