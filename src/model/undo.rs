//! How an item stood before its last command, so that it can be taken back. May import only its peers in model. What is kept is what a command can change.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Aside, Escalation, FollowUp, Group, Handoff, Item, ItemClock, Muted, NoticeId, Party, PersonKey, Priority, QueueName, Reader, Reason,
    State,
};

/// The last command of somebody on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// Who said it.
    pub by: Reader,
    /// When.
    pub at: Timestamp,
    /// The line as written.
    pub said: String,
    /// Its verb: taking it back needs what saying it needed.
    pub verb: String,
    /// Why it cannot be taken back, as a clause; `None` if it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot: Option<String>,
    /// What came since that would be lost, as a clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The notices it caused, to whom and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<(NoticeId, Reader, Reason)>,
    /// How the item stood before.
    pub before: Box<Stood>,
}

/// How an item stood. Messages, notes, links and the numbers of notices are not in it: they stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is the item's own of that name")]
pub struct Stood {
    pub queue: QueueName,
    pub priority: Priority,
    pub labels: BTreeSet<String>,
    pub state: State,
    pub holder: Option<PersonKey>,
    pub accountable: PersonKey,
    pub offered_to: Option<Party>,
    pub state_note: Option<String>,
    pub giver: Option<PersonKey>,
    pub declined: BTreeSet<PersonKey>,
    pub silent: BTreeSet<PersonKey>,
    pub silent_updates: u32,
    pub waiting_for: Option<String>,
    pub follow_up: Option<FollowUp>,
    pub closed: Option<Timestamp>,
    pub clocks: Vec<ItemClock>,
    pub escalations: Vec<Escalation>,
    pub group: Option<Group>,
    pub muted: Option<Box<Muted>>,
    pub handoffs: Vec<Handoff>,
    pub aside: Option<Box<Aside>>,
    pub watchers: BTreeSet<PersonKey>,
}

impl Stood {
    /// How an item stands now.
    #[must_use]
    pub fn of(item: &Item) -> Self {
        Self {
            queue: item.queue.clone(),
            priority: item.priority,
            labels: item.labels.clone(),
            state: item.state,
            holder: item.holder.clone(),
            accountable: item.accountable.clone(),
            offered_to: item.offered_to.clone(),
            state_note: item.state_note.clone(),
            giver: item.giver.clone(),
            declined: item.declined.clone(),
            silent: item.silent.clone(),
            silent_updates: item.silent_updates,
            waiting_for: item.waiting_for.clone(),
            follow_up: item.follow_up.clone(),
            closed: item.closed,
            clocks: item.clocks.clone(),
            escalations: item.escalations.clone(),
            group: item.group.clone(),
            muted: item.muted.clone(),
            handoffs: item.handoffs.clone(),
            aside: item.aside.clone(),
            watchers: item.watchers.clone(),
        }
    }

    /// Puts an item back.
    pub fn restore(self, item: &mut Item) {
        // Its end ended the watching too; else who watches is theirs to say.
        if item.closed.is_some() && self.closed.is_none() {
            item.watchers = self.watchers;
        }
        item.queue = self.queue;
        item.priority = self.priority;
        item.labels = self.labels;
        item.state = self.state;
        item.holder = self.holder;
        item.accountable = self.accountable;
        item.offered_to = self.offered_to;
        item.state_note = self.state_note;
        item.giver = self.giver;
        item.declined = self.declined;
        item.silent = self.silent;
        item.silent_updates = self.silent_updates;
        item.waiting_for = self.waiting_for;
        item.follow_up = self.follow_up;
        item.closed = self.closed;
        item.clocks = self.clocks;
        item.escalations = self.escalations;
        item.group = self.group;
        item.muted = self.muted;
        item.handoffs = self.handoffs;
        item.aside = self.aside;
    }
}
