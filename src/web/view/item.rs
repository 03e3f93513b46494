//! An item as `list` and `show` give it. May import model.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{HandoffView, PlanLineView};
use crate::model::{ClockKind, Item, ItemId, MailFile, MuteName, Muted, PersonKey, Priority, QueueName, RuleRef, SourceName, State};

/// An item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemView {
    /// `SUP-142`.
    pub id: ItemId,
    /// Its queue.
    pub queue: QueueName,
    /// Where it stands.
    pub state: State,
    /// How much it matters.
    pub priority: Priority,
    /// One line, written by a stranger.
    pub title: String,
    /// Who has it, or who was first asked; `null` if nobody.
    pub holder: Option<PersonKey>,
    /// The one person who answers for it now.
    pub accountable: PersonKey,
    /// Who is asked to take it, as the configuration writes it.
    pub offered_to: Option<String>,
    /// Why it is waiting, snoozed, blocked, parked or dropped.
    pub state_note: Option<String>,
    /// By which mute nobody is told of it, until when, why, set by whom; `null` if it is not muted.
    #[serde(default)]
    pub muted: Option<MutedView>,
    /// Whom it waits for, if not the requester.
    pub waiting_for: Option<String>,
    /// Labels.
    pub labels: BTreeSet<String>,
    /// When it was opened.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// The key by which messages join it.
    pub key: Option<String>,
    /// Who asked: an address, with the name before it where one was given.
    pub requester: Option<String>,
    /// The source of its first message.
    pub source: SourceName,
    /// The rule that opened it.
    pub rule: RuleView,
    /// The instant of each deadline that is not standing still, by clock.
    pub deadlines: BTreeMap<ClockKind, Timestamp>,
    /// Everything that is armed, soonest first.
    pub timers: Vec<TimerView>,
    /// Extracted and set fields.
    pub fields: BTreeMap<String, Value>,
    /// Next steps from notes.
    #[serde(default)]
    pub next: Vec<PlanLineView>,
    /// Risks from notes.
    #[serde(default)]
    pub watch: Vec<PlanLineView>,
    /// How it was handed on, oldest first.
    #[serde(default)]
    pub handoffs: Vec<HandoffView>,
    /// How many messages it has.
    pub messages: u32,
    /// How many repeats were recorded.
    pub repeats: u32,
    /// The closed item this one follows.
    pub follows: Option<ItemId>,
    /// Items that came of the same message.
    #[serde(default)]
    pub links: BTreeSet<ItemId>,
    /// The files that came with its messages, in the order of their numbers.
    #[serde(default)]
    pub files: Vec<FileView>,
    /// Who watches it.
    #[serde(default)]
    pub watchers: BTreeSet<PersonKey>,
    /// Those outside who were asked for help.
    #[serde(default)]
    pub guests: BTreeSet<String>,
    /// The item that goes on in its place.
    #[serde(default)]
    pub merged_into: Option<ItemId>,
    /// The items that were merged into it.
    #[serde(default)]
    pub merged: BTreeSet<ItemId>,
    /// The policy revision it was opened under.
    pub policy: String,
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    /// Its name, as its sender gave it.
    pub name: String,
    /// Its media type, as its sender says.
    pub media_type: String,
    /// Its decoded size.
    pub size_bytes: u64,
    /// Who sent it, as shown.
    pub from: String,
}

impl From<&MailFile> for FileView {
    fn from(file: &MailFile) -> Self {
        Self {
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size_bytes: file.size_bytes,
            from: file.from.clone(),
        }
    }
}

/// That an item is muted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MutedView {
    /// The mute.
    pub name: MuteName,
    /// When it ends.
    pub until: Timestamp,
    /// Why.
    pub why: String,
    /// Who set it: a person, or a place in the configuration.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
}

impl From<&Muted> for MutedView {
    fn from(muted: &Muted) -> Self {
        Self {
            name: muted.muting.name.clone(),
            until: muted.muting.until,
            why: muted.muting.why.clone(),
            by: muted.muting.said_by(),
            since: muted.since,
        }
    }
}

/// A rule and where it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleView {
    /// Its name.
    pub name: String,
    /// `file:line:column`.
    pub place: Option<String>,
}

impl From<&RuleRef> for RuleView {
    fn from(rule: &RuleRef) -> Self {
        Self {
            name: rule.name.to_string(),
            place: rule.place.as_ref().map(ToString::to_string),
        }
    }
}

/// Whether a timer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimerState {
    /// It runs.
    Running,
    /// It stands still while the item waits.
    Paused,
    /// Its deadline has passed unmet.
    Overdue,
}

impl TimerState {
    /// The word that is printed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Overdue => "overdue",
        }
    }
}

/// A timer of an item: one of its clocks, or an escalation that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerView {
    /// The clock's word, or `escalation`.
    pub clock: String,
    /// When it is due; for a paused clock when it would have been.
    pub due: Timestamp,
    /// Whether it runs.
    pub state: TimerState,
    /// When the warning is due, if one is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn: Option<Timestamp>,
    /// What is left on a paused clock: of working time if it counts that, else elapsed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_seconds: Option<i64>,
    /// For an escalation, the clock that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<ClockKind>,
    /// For an escalation, its ladder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<String>,
}

impl From<&Item> for ItemView {
    fn from(item: &Item) -> Self {
        let running = item.clocks.iter().filter(|clock| clock.paused.is_none());
        Self {
            id: item.id.clone(),
            queue: item.queue.clone(),
            state: item.state,
            priority: item.priority,
            title: item.title.clone(),
            holder: item.holder.clone(),
            accountable: item.accountable.clone(),
            offered_to: item.offered_to.as_ref().map(ToString::to_string),
            state_note: item.state_note.clone(),
            muted: item.muted.as_deref().map(Into::into),
            waiting_for: item.waiting_for.clone(),
            labels: item.labels.clone(),
            created: item.created,
            updated: item.updated,
            closed: item.closed,
            key: item.key.clone(),
            requester: item.requester.as_ref().map(|asked| match &asked.name {
                Some(name) => format!("{name} <{}>", asked.reader),
                None => asked.reader.to_string(),
            }),
            source: item.source.clone(),
            rule: (&item.rule).into(),
            deadlines: running.map(|clock| (clock.kind, clock.deadline)).collect(),
            timers: timers(item),
            fields: item.fields.clone(),
            next: item.plan.next.iter().map(PlanLineView::from).collect(),
            watch: item.plan.watch.iter().map(PlanLineView::from).collect(),
            handoffs: item.handoffs.iter().map(HandoffView::from).collect(),
            messages: item.messages,
            repeats: item.repeats,
            follows: item.follows.clone(),
            links: item.links.clone(),
            files: item.files.iter().map(FileView::from).collect(),
            watchers: item.watchers.clone(),
            guests: item.guests.iter().map(ToString::to_string).collect(),
            merged_into: item.merged_into.clone(),
            merged: item.merged.clone(),
            policy: item.policy.to_string(),
        }
    }
}

fn timers(item: &Item) -> Vec<TimerView> {
    let clocks = item.clocks.iter().map(|clock| TimerView {
        clock: clock.kind.to_string(),
        due: clock.deadline,
        state: match (&clock.paused, clock.overdue) {
            (_, true) => TimerState::Overdue,
            (Some(_), false) => TimerState::Paused,
            (None, false) => TimerState::Running,
        },
        warn: clock.warn.filter(|_| clock.paused.is_none()),
        left_seconds: clock.paused.as_ref().map(|paused| paused.left_seconds),
        cause: None,
        ladder: None,
    });
    let ladders = item.escalations.iter().map(|run| TimerView {
        clock: "escalation".into(),
        due: run.due,
        state: TimerState::Running,
        warn: None,
        left_seconds: None,
        cause: Some(run.cause),
        ladder: Some(run.ladder.to_string()),
    });
    let mut timers: Vec<_> = clocks.chain(ladders).collect();
    timers.sort_by_key(|timer| timer.due);
    timers
}
