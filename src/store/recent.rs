//! Deliveries as they were read from the database. May import model. What is read to be sent is asked for again once it has been; none is here that was changed since.

use std::cell::RefCell;
use std::collections::HashMap;

use super::values::DeliveryEntry;
use crate::model::DeliveryId;

/// The most that are kept: all that is read ahead, on its way and being recorded.
const MAX_KEPT: usize = 512;

/// See the module.
#[derive(Default)]
pub struct Recent {
    kept: RefCell<HashMap<DeliveryId, DeliveryEntry>>,
}

impl Recent {
    /// A delivery, if it is here.
    pub fn get(&self, id: &DeliveryId) -> Option<DeliveryEntry> {
        self.kept.borrow().get(id).cloned()
    }

    /// Keeps what was read.
    pub fn keep(&self, id: DeliveryId, entry: DeliveryEntry) {
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(id, entry);
    }

    /// It changes now.
    pub fn forget(&mut self, id: &DeliveryId) {
        self.kept.get_mut().remove(id);
    }
}
