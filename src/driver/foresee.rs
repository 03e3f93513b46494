//! What would come of a message: the same steps as when it is received, over the same past, and nothing is kept. May import engine, policy, reply, model.

use jiff::Timestamp;

use super::Reading;
use super::cascade::Cascade;
use super::layer::{Layer, View};
use super::receive::receive;
use crate::engine::{Cause, Context, Incoming, ItemCommand, ItemEvent, Past, Read, Record, Route, Step, route_known};
use crate::model::{Expectation, Item, ItemId};
use crate::policy::Policy;
use crate::reply::KeyRing;

/// The number of a record that is never written.
const NO_RECORD: u64 = 1;

/// What would come of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreseen {
    /// Whether the same message was received before: then nothing comes of it.
    pub repeat: bool,
    /// Whether it answers something that batond knows: then no rule is asked.
    pub answers: bool,
    /// Where it would go, one entry for each thing that follows from it, in order.
    pub ways: Vec<Way>,
}

/// Where a message would go.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// To a new item: as it would be once the message is received.
    New(Box<Item>),
    /// To an item that is there: as it would be then, and how it was found.
    Joins(Box<Item>, By),
    /// An item that is there would be closed by a rule.
    Closes(Box<Item>),
    /// It would be let go: the rule, and the reason.
    Dropped(String, String),
}

/// How an item was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A valid reply key.
    ReplyKey,
    /// A Message-ID of the item that the mail answers.
    Thread,
    /// The key that a rule gave it.
    Key,
    /// The same message was received before.
    Repeat,
}

/// Looks ahead.
///
/// # Errors
/// When the past cannot be read.
pub fn foresee(reading: &Reading, past: &dyn Past, policy: &Policy, keys: &KeyRing, now: Timestamp) -> Read<Foreseen> {
    let cx = Context::new(policy, now, NO_RECORD);
    let layer = Layer::default();
    let view = View { base: past, layer: &layer };
    let answers = route_known(&reading.message, &Incoming::of(&reading.message), keys, past, &cx)?;
    let by = match &answers {
        Some(Route::To(_, command)) if matches!(**command, ItemCommand::Say { .. } | ItemCommand::Bounced(..)) => By::ReplyKey,
        Some(_) => By::Thread,
        None => By::Key,
    };
    let mut cascade = Cascade::new(&view, &cx, keys);
    let (receipt, _) = receive(reading, &mut cascade, &view, &cx, keys, Expectation::MAX_STANDING)?;
    let settled = cascade.settle(Cause::Message, None);
    let by = if receipt.repeat { By::Repeat } else { by };
    Ok(Foreseen {
        repeat: receipt.repeat,
        answers: answers.is_some(),
        ways: ways(&settled.record, by, |id| settled.changes.items.get(id).map(|item| (**item).clone())),
    })
}

/// The steps by which the message itself went somewhere; what followed from them is left out.
fn ways(record: &Record, by: By, item: impl Fn(&ItemId) -> Option<Item>) -> Vec<Way> {
    let way = |step: &Step| match step {
        Step::Dropped(rule, reason) => Some(Way::Dropped(rule.clone(), reason.clone())),
        Step::Item(id, events) => {
            let item = Box::new(item(id)?);
            let closed = events.iter().any(|event| matches!(event, ItemEvent::Done { rule: Some(_), .. }));
            match events.first()? {
                ItemEvent::Opened { .. } => Some(Way::New(item)),
                ItemEvent::Joined { .. } if closed => Some(Way::Closes(item)),
                ItemEvent::Joined { .. } => Some(Way::Joins(item, by)),
                ItemEvent::Repeated { .. } => Some(Way::Joins(item, By::Repeat)),
                _ => None,
            }
        }
        Step::Person(..)
        | Step::Delivery(..)
        | Step::Expectation(..)
        | Step::Mute(..)
        | Step::Shift(..)
        | Step::Round(..)
        | Step::Correspondent(..) => None,
    };
    record.steps.iter().filter_map(way).collect()
}
