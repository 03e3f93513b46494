//! What the counting remembers of an item. May import model, engine. Follows events; the item itself is in the store.

use jiff::Timestamp;

use super::deadlines::Running;
use crate::engine::ItemEvent;
use crate::model::{Item, PersonKey, QueueName};

/// Whether an item is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Open,
    Done,
    Dropped,
}

/// An item as far as it is counted.
#[derive(Debug)]
pub(super) struct Watched {
    /// Its queue.
    pub queue: QueueName,
    /// Who answers for it.
    pub accountable: PersonKey,
    /// Who has it, or was first asked.
    holder: Option<PersonKey>,
    /// The last word or act of anybody.
    pub since: Timestamp,
    /// Where it stands.
    pub stands: Stands,
    /// Its promises.
    pub running: Running,
}

impl Watched {
    pub(super) fn of(item: &Item) -> Self {
        Self {
            queue: item.queue.clone(),
            accountable: item.accountable.clone(),
            holder: item.holder.clone(),
            since: item.created,
            stands: Stands::Open,
            running: Running::default(),
        }
    }

    /// Whom it is with: the holder, else who answers for it.
    pub(super) fn with(&self) -> &PersonKey {
        self.holder.as_ref().unwrap_or(&self.accountable)
    }

    /// Takes over what an event says.
    pub(super) fn follow(&mut self, event: &ItemEvent) {
        match event {
            ItemEvent::Offered { holder, .. } => self.holder.clone_from(holder),
            ItemEvent::Accepted { by, .. } => {
                self.holder = Some(by.clone());
                self.accountable = by.clone();
            }
            ItemEvent::Returned { to, .. } => self.holder = Some(to.clone()),
            ItemEvent::Orphaned { owner, .. } => self.accountable = owner.clone(),
            ItemEvent::Done { .. } => self.stands = Stands::Done,
            ItemEvent::Dropped { .. } => self.stands = Stands::Dropped,
            ItemEvent::Reopened { .. } => self.stands = Stands::Open,
            _ => {}
        }
    }
}

/// Whether an event is a word or an act of somebody, inside or outside; what batond does by itself is none.
pub(super) fn is_word(event: &ItemEvent) -> bool {
    matches!(
        event,
        ItemEvent::Joined { .. }
            | ItemEvent::Accepted { .. }
            | ItemEvent::Declined { .. }
            | ItemEvent::Acted { .. }
            | ItemEvent::Replied { .. }
            | ItemEvent::Done { .. }
            | ItemEvent::Dropped { .. }
            | ItemEvent::Reopened { .. }
    )
}
