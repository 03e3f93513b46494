//! What happened between two looks, as the records tell it. May import model, engine, driver, policy, store.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::calendar::Calendar;
use crate::driver::{Reading, Receipt};
use crate::engine::{Cause, ItemEvent, Record, Step};
use crate::model::{Item, ItemId};
use crate::policy::Policy;
use crate::store::Store;

/// What an expectation is compared with.
pub(super) struct Scene<'a> {
    pub policy: &'a Policy,
    pub store: &'a dyn Store,
    pub zone: &'a TimeZone,
    /// The calendar working time is counted in.
    pub calendar: Option<&'a Calendar>,
    /// The last look.
    pub since: Timestamp,
    /// The records since the last look, oldest first.
    pub records: &'a [Record],
    /// The items that the messages concerned, in the order they were met.
    pub items: Vec<ItemId>,
    /// The last message that came in, and what its sender was told.
    pub last: Option<&'a (Reading, Receipt)>,
}

impl Scene<'_> {
    /// The rules that decided, with what they did.
    pub(super) fn deciders(&self) -> Vec<Decider> {
        let mut found: Vec<Decider> = Vec::new();
        for step in self
            .records
            .iter()
            .filter(|record| record.cause == Cause::Message)
            .flat_map(|record| &record.steps)
        {
            match step {
                Step::Dropped(rule, reason) => found.push(Decider {
                    rule: rule.clone(),
                    dropped: Some(reason.clone()),
                }),
                Step::Item(id, events) => found.extend(
                    events
                        .iter()
                        .filter_map(|event| self.decider(id, event))
                        .map(|rule| Decider { rule, dropped: None }),
                ),
                Step::Person(..)
                | Step::Delivery(..)
                | Step::Expectation(..)
                | Step::Mute(..)
                | Step::Shift(..)
                | Step::Round(..)
                | Step::Correspondent(..) => {}
            }
        }
        found.dedup();
        found
    }

    fn decider(&self, id: &ItemId, event: &ItemEvent) -> Option<String> {
        match event {
            ItemEvent::Opened { item, .. } => Some(item.rule.name.to_string()),
            ItemEvent::Done { rule: Some(rule), .. } => Some(rule.name.to_string()),
            // Only a key that a rule made joins by a rule; an answer in the thread finds its item without one.
            ItemEvent::Joined { .. } => self.joined_by(id),
            _ => None,
        }
    }

    fn joined_by(&self, id: &ItemId) -> Option<String> {
        let key = self.item(id)?.key?;
        let (reading, _) = self.last?;
        reading.verdict.outcomes.iter().find_map(|outcome| match outcome {
            crate::rules::Outcome::Item(draft) if draft.key.as_ref() == Some(&key) => Some(draft.rule.name.to_string()),
            _ => None,
        })
    }

    /// The item as it is now.
    pub(super) fn item(&self, id: &ItemId) -> Option<Item> {
        self.store.item(id).ok().flatten()
    }

    /// Whether a message joined an item that was there.
    pub(super) fn joined(&self) -> bool {
        self.message_events().any(|event| matches!(event, ItemEvent::Joined { .. }))
    }

    /// Whether what came in had been received before.
    pub(super) fn repeated(&self) -> bool {
        self.last.is_some_and(|(_, receipt)| receipt.repeat)
            || self.message_events().any(|event| matches!(event, ItemEvent::Repeated { .. }))
    }

    fn message_events(&self) -> impl Iterator<Item = &ItemEvent> {
        let records = self.records.iter().filter(|record| record.cause == Cause::Message);
        records.flat_map(|record| &record.steps).flat_map(|step| match step {
            Step::Item(_, events) => events.as_slice(),
            _ => &[],
        })
    }
}

/// A rule that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decider {
    pub rule: String,
    /// The reason, if it let the message go.
    pub dropped: Option<String>,
}

/// The items that messages in these records concerned, in order, each once.
pub(super) fn concerned(records: &[Record]) -> Vec<ItemId> {
    let mut items: Vec<ItemId> = Vec::new();
    for step in records
        .iter()
        .filter(|record| record.cause == Cause::Message)
        .flat_map(|record| &record.steps)
    {
        let Step::Item(id, events) = step else { continue };
        let meant = events.iter().any(|event| {
            matches!(
                event,
                ItemEvent::Opened { .. } | ItemEvent::Joined { .. } | ItemEvent::Repeated { .. } | ItemEvent::Done { rule: Some(_), .. }
            )
        });
        if meant && !items.contains(id) {
            items.push(id.clone());
        }
    }
    items
}
