//! The messages of an item as they are stored, and what came of each. May import model, engine. For reading them again under other rules.

use serde::{Deserialize, Serialize};

use super::RuleView;
use crate::engine::{Incoming, ItemEvent, Record, Step};
use crate::model::{ItemId, Priority, QueueName};

/// A stored message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredView {
    /// What the timeline keeps of it, without its text: that is in the bytes.
    pub incoming: Incoming,
    /// What came of it on this item.
    pub went: WentView,
    /// Its bytes, as they came.
    pub base64: String,
}

/// What came of a message on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WentView {
    /// `new`, `joins`, `closes` or `dropped`.
    pub way: String,
    /// The rule, where one decided.
    pub rule: Option<RuleView>,
    /// The queue; none of what was dropped.
    pub queue: Option<QueueName>,
    /// The item's key.
    pub key: Option<String>,
    /// The priority it was opened with.
    pub priority: Option<Priority>,
}

/// The messages that these records brought to an item, in order. `queue` and `key` are the item's.
#[must_use]
pub fn stored_messages(id: &ItemId, queue: &QueueName, key: Option<&str>, records: &[Record]) -> Vec<(Incoming, WentView)> {
    records
        .iter()
        .filter(|record| record.raw.is_some())
        .filter_map(|record| of_record(id, queue, key, record))
        .collect()
}

fn of_record(id: &ItemId, queue: &QueueName, key: Option<&str>, record: &Record) -> Option<(Incoming, WentView)> {
    let mut found: Option<(Incoming, WentView)> = None;
    let steps = record.steps.iter().filter_map(|step| match step {
        Step::Item(item, events) if item == id => Some(events),
        _ => None,
    });
    for event in steps.flatten() {
        match event {
            ItemEvent::Opened { item, message } => {
                let went = WentView {
                    way: "new".to_owned(),
                    rule: Some((&item.rule).into()),
                    queue: Some(item.queue.clone()),
                    key: item.key.clone(),
                    priority: Some(item.priority),
                };
                found.get_or_insert((message.without_text(), went));
            }
            ItemEvent::Joined { message, .. } => {
                let went = WentView {
                    way: "joins".to_owned(),
                    rule: None,
                    queue: Some(queue.clone()),
                    key: key.map(str::to_owned),
                    priority: None,
                };
                found.get_or_insert((message.without_text(), went));
            }
            ItemEvent::Done { rule: Some(rule), .. } => {
                if let Some((_, went)) = found.as_mut().filter(|(_, went)| went.way == "joins") {
                    went.way = "closes".to_owned();
                    went.rule = Some(rule.into());
                }
            }
            _ => {}
        }
    }
    // A rule let it go; it is here because something was raised for want of it.
    if let (Some((_, went)), Some((rule, _))) = (found.as_mut(), record.dropped().filter(|_| record.let_go.is_some())) {
        *went = WentView::dropped(rule);
    }
    found
}

impl WentView {
    /// A rule let it go.
    #[must_use]
    pub fn dropped(rule: &str) -> Self {
        Self {
            way: "dropped".to_owned(),
            rule: Some(RuleView {
                name: rule.to_owned(),
                place: None,
            }),
            queue: None,
            key: None,
            priority: None,
        }
    }
}
