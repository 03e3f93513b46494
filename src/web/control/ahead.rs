//! What a reload would change for the open items: the dry run. May import driver, engine, policy, store. Reads items and their first messages in pages; changes nothing.

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretSlice;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{PAGE, Told, Trouble};
use super::{Control, ErrorKind};
use crate::driver::{Arrival, Moved, compare, moved};
use crate::engine::{Incoming, ItemEvent, Record, Step};
use crate::model::{Item, ItemId};
use crate::policy::Policy;
use crate::reply::KeyRing;
use crate::store::Store;

/// How many open items are looked at; the answer says how many were left out.
const MAX_LOOKED_AT: usize = 5_000;
/// A secret that signs nothing: first messages carry no reply key of ours.
const NO_KEY: [u8; 32] = [0; 32];

/// The answer of a dry run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ahead {
    /// The policy that decides now.
    pub policy_now: String,
    /// The one on disk.
    pub policy_then: String,
    /// How many open items were looked at.
    pub looked_at: usize,
    /// How many more there are.
    pub left_out: usize,
    /// Those that would be treated otherwise, in order of id.
    pub items: Vec<AheadItem>,
}

/// An item that would be treated otherwise if it came now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AheadItem {
    /// The item.
    pub item: ItemId,
    /// Its title, written by a stranger.
    pub title: String,
    /// When it was opened.
    pub created: Timestamp,
    /// What would be otherwise.
    pub differences: Vec<AheadDifference>,
}

/// One thing that would be otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AheadDifference {
    /// `queue`, `rule`, `priority`, `holder`, `escalation`, `told`, `mute`, or a clock's word.
    pub what: String,
    /// As it is.
    pub was: String,
    /// As it would be.
    pub would: String,
}

/// Reads the configuration on disk without deciding by it. The error is its mistakes, one line each.
pub type LoadPolicy = dyn Fn() -> Result<Policy, Vec<String>> + Send + Sync;

/// Compares.
pub(super) async fn dry_run(control: &Control) -> Told {
    let load = Arc::clone(&control.load);
    let loaded = tokio::task::spawn_blocking(move || load()).await;
    let loaded = loaded.map_err(|error| Trouble::new(ErrorKind::Unavailable, format!("reading the configuration failed: {error}")))?;
    let new = loaded.map_err(|mistakes| Trouble::new(ErrorKind::BadConfig, format!("it would be refused:\n{}", mistakes.join("\n"))))?;
    let (old, new) = (control.handle.policy(), Arc::new(new));
    let mut ahead = Ahead {
        policy_now: old.revision.to_string(),
        policy_then: new.revision.to_string(),
        looked_at: 0,
        left_out: 0,
        items: Vec::new(),
    };
    let now = control.clock.now();
    let mut after: Option<ItemId> = None;
    loop {
        let from = after.clone();
        let page = control
            .handle
            .read(move |store| store.items_page(false, from.as_ref(), PAGE))
            .await??;
        after = page.last().map(|item| item.id.clone());
        let ended = page.len() < PAGE;
        for item in page {
            if ahead.looked_at == MAX_LOOKED_AT {
                ahead.left_out += 1;
                continue;
            }
            ahead.looked_at += 1;
            let first = first_message(control, &item.id).await?;
            ahead.items.extend(compared(item, first, &old, &new, now).await?);
        }
        if ended {
            return Ok::<Value, Trouble>(serde_json::to_value(ahead)?);
        }
    }
}

/// The message that opened an item.
async fn first_message(control: &Control, id: &ItemId) -> Result<Option<Arrival>, Trouble> {
    let wanted = id.clone();
    let look = move |store: &dyn Store| store.history_page(&wanted, 0, 1);
    let records = control.handle.read(look).await??;
    // What batond opens by itself came by no message.
    let mut by_message = records.iter().filter(|record| record.raw.is_some());
    let Some(incoming) = by_message.find_map(|record| opened(record, id)) else {
        return Ok(None);
    };
    let wanted = incoming.raw.clone();
    let raw = control.handle.read(move |store| store.raw(&wanted)).await??;
    Ok(raw.map(|raw| Arrival::again(&incoming, raw)))
}

fn opened(record: &Record, id: &ItemId) -> Option<Incoming> {
    let steps = record.steps.iter().filter_map(|step| match step {
        Step::Item(item, events) if item == id => Some(events),
        _ => None,
    });
    steps.flatten().find_map(|event| match event {
        ItemEvent::Opened { message, .. } => Some((**message).clone()),
        _ => None,
    })
}

/// One item under both policies, on a thread of its own: rules can be slow, and others wait.
async fn compared(
    item: Item,
    first: Option<Arrival>,
    old: &Arc<Policy>,
    new: &Arc<Policy>,
    now: Timestamp,
) -> Result<Option<AheadItem>, Trouble> {
    let failed = |why: String| Trouble::new(ErrorKind::Unavailable, format!("an item could not be compared: {why}"));
    let keys = KeyRing::new(&[SecretSlice::from(NO_KEY.to_vec())]).map_err(|error| failed(error.to_string()))?;
    let (old, new) = (Arc::clone(old), Arc::clone(new));
    let done = tokio::task::spawn_blocking(move || {
        let differences = compare(&item, first.as_ref(), &old, &new, &keys, now);
        let promised = moved(&item, &old, &new, now);
        (item, differences, promised)
    });
    let (item, mut differences, promised) = done.await.map_err(|error| failed(error.to_string()))?;
    // What runs says more than what would run had it come now.
    differences.retain(|one| !promised.iter().any(|moved| moved.clock.as_str() == one.what));
    let differences = differences.into_iter().map(|one| AheadDifference {
        what: one.what.to_owned(),
        was: one.was,
        would: one.would,
    });
    let differences: Vec<AheadDifference> = differences.chain(promised.iter().map(stands)).collect();
    Ok((!differences.is_empty()).then_some(AheadItem {
        item: item.id,
        title: item.title,
        created: item.created,
        differences,
    }))
}

/// A promised deadline, which stands, and what the calendars on disk would make of it.
fn stands(moved: &Moved) -> AheadDifference {
    let (promised, would) = moved.told();
    AheadDifference {
        what: moved.clock.to_string(),
        was: format!("{promised}, promised"),
        would: format!("{would} by {}; the promise stands", moved.calendar),
    }
}
