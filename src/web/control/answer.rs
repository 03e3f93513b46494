//! What the control socket answers, and where each answer comes from. May import model, policy, reply, engine, store, driver, view.

use std::sync::Arc;

use data_encoding::BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Ask, Control};
use crate::clock::is_set;
use crate::driver::Refusal;
use crate::engine::{Actor, Evidence, ReadError, Record};
use crate::model::{Delivery, Item, ItemId, PersonKey, RawRef, Reader, Round, Shift, Swap};
use crate::policy::{Policy, Standing};
use crate::store::{DeliveryFilter, Store};
use crate::web::view::{
    AwayView, CoverageView, DeliveryView, DutyView, ExpectedView, HistoryEntry, ItemView, RawView, RelayView, WhyView, history,
    raw_messages,
};

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// What was asked for.
    Ok(Value),
    /// Why not.
    Error(Trouble),
}

/// Why something could not be answered or done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Trouble {
    /// What kind.
    pub kind: ErrorKind,
    /// A sentence for people.
    pub text: String,
}

/// The kinds of trouble, as programs tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The request is not one.
    BadRequest,
    /// There is no such item or person.
    NotFound,
    /// The new configuration is refused; the old one goes on.
    BadConfig,
    /// Try again later.
    Unavailable,
    /// The store failed.
    Store,
}

impl Trouble {
    pub(super) fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let kind = if refusal == Refusal::Store {
            ErrorKind::Store
        } else {
            ErrorKind::Unavailable
        };
        Self::new(kind, refusal.to_string())
    }
}

impl From<ReadError> for Trouble {
    fn from(error: ReadError) -> Self {
        Self::new(ErrorKind::Store, error.to_string())
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Self::new(ErrorKind::Store, format!("the answer cannot be written as JSON: {error}"))
    }
}

pub(super) type Told = Result<Value, Trouble>;

/// Answers one request.
pub(super) async fn answer(ask: Ask, control: &Control) -> Answer {
    let told = match ask {
        Ask::List { all } => list(control, all).await,
        Ask::Show { id, .. } | Ask::Why { id, .. } if Round::is_id(&id) => super::rounds::show(control, id).await,
        Ask::Show { id, person } | Ask::Why { id, person } if super::lists::is_one(&id) => super::lists::show(control, id, person).await,
        Ask::Do { id, words, person } if super::lists::is_one(&id) => super::lists::act(control, id, &words, person).await,
        Ask::Rounds { all } => super::rounds::list(control, all).await,
        Ask::StartRound { name, about, person } => super::rounds::start(control, name, about, person).await,
        Ask::Show { id, .. } => show(control, id).await,
        Ask::Raw { id, message } => raw(control, id, message).await,
        Ask::Why { id, .. } => why(control, id).await,
        Ask::Do { id, words, person } => act(control, id, &words, person).await,
        Ask::Handoffs { rotation, last } => super::handoffs::list(control, rotation, last).await,
        Ask::Mail { ids, drop } => super::outbox::act(control, ids, drop).await,
        Ask::Outbox { calls } => outbox(control, calls).await,
        Ask::Messages { id, after } => super::messages::messages(control, id, after).await,
        Ask::Dropped { since, after, bytes } => super::dropped::dropped(control, since, after, bytes).await,
        Ask::Reload { dry_run: true } => super::ahead::dry_run(control).await,
        Ask::Reload { dry_run: false } => control.reload().await.map(|text| json!({ "text": text })),
        Ask::Expect => expected(control).await,
        Ask::Swaps => super::swap::list(control).await,
        Ask::About { person, words } => super::swap::about(control, person, &words).await,
        Ask::Coverage { weeks } => coverage(control, weeks).await,
        Ask::Who { name, at } => who(control, name.as_deref(), at).await,
        Ask::Keys { change } => super::keys::change(control, change).await,
        Ask::Mutes => super::mute::list(control).await,
        Ask::Mute {
            target,
            until,
            why,
            person,
            except_urgent,
        } => {
            let wish = super::mute::Wish {
                target,
                until,
                why,
                person,
                except_urgent,
            };
            super::mute::begin(control, wish).await
        }
        Ask::Addresses => super::addresses::list(control).await,
        Ask::AddressWorks { address } => super::addresses::works(control, &address).await,
        Ask::Unmute { name, person } => super::mute::end(control, &name, person).await,
        Ask::Sources => super::sources::list(control).await,
        Ask::Status => status(control).await,
    };
    told.map_or_else(Answer::Error, Answer::Ok)
}

/// How many items or deliveries are read at a time. The driver answers between two commits, and commits between two answers.
pub(super) const PAGE: usize = 1_000;
/// How many records of an item are read at a time.
const HISTORY_PAGE: usize = 100;
/// How many records of an item `show` tells of: the newest.
const MAX_SHOWN_RECORDS: usize = 1_000;

async fn list(control: &Control, all: bool) -> Told {
    let mut items: Vec<ItemView> = Vec::new();
    loop {
        let after = items.last().map(|item| item.id.clone());
        let page = control
            .handle
            .read(move |store| store.items_page(all, after.as_ref(), PAGE))
            .await??;
        items.extend(page.iter().map(ItemView::from));
        if page.len() < PAGE {
            return Ok(json!({ "items": items }));
        }
    }
}

/// A page of an item's history, and where the next one begins.
pub(super) async fn history_page(control: &Control, id: &ItemId, after: u64) -> Result<Option<(Vec<Record>, u64)>, Trouble> {
    let wanted = id.clone();
    let look = move |store: &dyn Store| store.history_page(&wanted, after, HISTORY_PAGE);
    let records = control.handle.read(look).await??;
    Ok(records.last().map(|last| last.seq).map(|seq| (records, seq)))
}

/// The item, or a sentence that there is none.
pub(super) async fn item(control: &Control, id: &ItemId) -> Result<Item, Trouble> {
    let wanted = id.clone();
    let found = control.handle.read(move |store| store.item(&wanted)).await??;
    found.ok_or_else(|| {
        Trouble::new(
            ErrorKind::NotFound,
            format!("there is no item {id}; `batond list --all` shows what there is"),
        )
    })
}

async fn show(control: &Control, id: ItemId) -> Told {
    let item = item(control, &id).await?;
    let wanted = id.clone();
    let look = move |store: &dyn Store| store.history_newest(&wanted, MAX_SHOWN_RECORDS);
    let newest = control.handle.read(look).await??;
    let mut after = newest.after;
    let mut lines: Vec<HistoryEntry> = HistoryEntry::left_out(&item, newest.after, newest.earlier).into_iter().collect();
    // Whatever comes in meanwhile is told too, but not for ever.
    let mut left = MAX_SHOWN_RECORDS;
    while let Some((records, last)) = history_page(control, &id, after).await?.filter(|_| left > 0) {
        lines.extend(history(&id, &records));
        left = left.saturating_sub(records.len());
        after = last;
    }
    let mut view = serde_json::to_value(ItemView::from(&item))?;
    if let Value::Object(fields) = &mut view {
        fields.insert("history".into(), serde_json::to_value(lines)?);
    }
    Ok(view)
}

async fn raw(control: &Control, id: ItemId, message: u32) -> Told {
    item(control, &id).await?;
    let found = raw_message(control, &id, message).await?;
    let wanted = found.clone();
    let bytes = control.handle.read(move |store| store.raw(&wanted)).await??.ok_or_else(|| {
        let text = format!("the bytes of message {message} of {id} are not there any more");
        Trouble::new(ErrorKind::NotFound, text)
    })?;
    let RawView { sha256, size_bytes } = RawView::from(&found);
    Ok(json!({ "item": id, "message": message, "sha256": sha256, "size_bytes": size_bytes, "base64": BASE64.encode(&bytes) }))
}

/// The message with this number, counted from 1.
async fn raw_message(control: &Control, id: &ItemId, message: u32) -> Result<RawRef, Trouble> {
    let place = usize::try_from(message).ok().and_then(|number| number.checked_sub(1));
    let (mut after, mut count) = (0, 0);
    while let Some((records, last)) = history_page(control, id, after).await? {
        let messages = raw_messages(&records);
        let here = place.and_then(|place| place.checked_sub(count));
        if let Some(found) = here.and_then(|here| messages.get(here)) {
            return Ok(found.clone());
        }
        (after, count) = (last, count + messages.len());
    }
    let text = format!("{id} has no message {message}; it has {count}, counted from 1");
    Err(Trouble::new(ErrorKind::NotFound, text))
}

async fn why(control: &Control, id: ItemId) -> Told {
    let item = item(control, &id).await?;
    Ok(serde_json::to_value(WhyView::of(&item, &*policy(control).await?))?)
}

pub(super) async fn act(control: &Control, id: ItemId, words: &str, person: Option<PersonKey>) -> Told {
    let policy = control.handle.policy();
    let person = match (person, super::swap::of(control, &id).await?) {
        (Some(person), _) => person,
        (None, Some(swap)) => swap.other,
        (None, None) => item(control, &id).await?.accountable,
    };
    self::person(&person, &policy)?;
    let lines = control.read_words(words, &person, &policy)?;
    let actor = Actor {
        reader: Reader::Person(person.clone()),
        evidence: Evidence::Local,
        proof: None,
        address: None,
    };
    let outcome = control.handle.act(id.clone(), actor, lines).await?;
    Ok(json!({ "item": id, "as": person, "lines": outcome }))
}

/// That there is such a person, or a sentence that there is none.
pub(super) fn person(person: &PersonKey, policy: &Policy) -> Result<(), Trouble> {
    if policy.people.contains_key(person) {
        return Ok(());
    }
    let known: Vec<_> = policy.people.keys().map(ToString::to_string).collect();
    let text = format!("there is no person `{person}`; there are {}", known.join(", "));
    Err(Trouble::new(ErrorKind::NotFound, text))
}

/// What is to be sent, was sent or was given up: mail and calls, or calls alone.
async fn outbox(control: &Control, calls_only: bool) -> Told {
    let mut deliveries: Vec<DeliveryView> = Vec::new();
    let mut after: Option<Delivery> = None;
    loop {
        let look = move |store: &dyn Store| store.deliveries_page(DeliveryFilter::All, after.as_ref(), PAGE);
        let mut page = control.handle.read(look).await??;
        let wanted = page.iter().filter(|delivery| !calls_only || delivery.call.is_some());
        deliveries.extend(wanted.map(DeliveryView::from));
        if page.len() < PAGE {
            let relays: Vec<RelayView> = control.handle.relays().all().iter().map(RelayView::from).collect();
            return Ok(json!({ "relays": relays, "deliveries": deliveries }));
        }
        after = page.pop();
    }
}

async fn expected(control: &Control) -> Told {
    let expected = control.handle.read(|store| store.expectations()).await??;
    let views: Vec<ExpectedView> = expected.iter().map(Into::into).collect();
    Ok(json!({ "expected": views }))
}

async fn who(control: &Control, name: Option<&str>, at: Option<Timestamp>) -> Told {
    let standing = standing(control).await?;
    let at = at.unwrap_or_else(|| control.clock.now());
    let duty = DutyView::of(&*policy(control).await?, &standing, name, at);
    let duty = duty.map_err(|text| Trouble::new(ErrorKind::NotFound, text))?;
    let away = AwayView::of(&*policy(control).await?, &standing, at);
    Ok(json!({ "duty": duty, "away": away }))
}

async fn coverage(control: &Control, weeks: u32) -> Told {
    let view = CoverageView::of(&*policy(control).await?, &standing(control).await?, control.clock.now(), weeks);
    Ok(serde_json::to_value(view)?)
}

/// The policy with what people agreed to exchange.
pub(super) async fn policy(control: &Control) -> Result<Arc<Policy>, Trouble> {
    let written = control.handle.policy();
    let shifts = control.handle.read(|store| store.shifts()).await??;
    let swaps: Vec<Swap> = shifts.iter().flat_map(Shift::standing_swaps).cloned().collect();
    Ok(if swaps.is_empty() {
        written
    } else {
        Arc::new(written.with_swaps(swaps))
    })
}

/// What people said about being away.
pub(super) async fn standing(control: &Control) -> Result<Standing, Trouble> {
    let people: Vec<PersonKey> = control.handle.policy().people.keys().cloned().collect();
    let look = move |store: &dyn Store| {
        let state = |key: PersonKey| Ok(store.person(&key)?.map(|state| (key, state.said)));
        people
            .into_iter()
            .filter_map(|key| state(key).transpose())
            .collect::<Result<_, ReadError>>()
    };
    Ok(Standing(control.handle.read(look).await??))
}

async fn status(control: &Control) -> Told {
    let health = control.handle.read(|store| store.health()).await?;
    let (now, clock) = (control.clock.now(), control.clock_state.load());
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "started": control.started,
        "policy": control.handle.policy().revision,
        "last_reload": *control.last_reload(),
        "clock": {
            "now": now,
            "set": is_set(now),
            "jumps": clock.jumps,
            "last_jump": clock.last_jump,
        },
        "certificates": (control.certificates)(),
        "store": {
            "seq": health.seq,
            "journal_bytes": health.journal_bytes,
            "set_aside_bytes": health.set_aside_bytes,
            "rebuilt": health.rebuilt,
            "free_bytes": health.free_bytes,
        },
    }))
}
