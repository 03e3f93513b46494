//! One piece of work and everything stored with it. May import only its peers in model. The engine's `apply` is the only thing that changes one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Address, ClockKind, EscalationName, Group, Handoff, ItemClock, ItemId, MailFile, Muted, Party, PersonKey, Place, Plan, Planned,
    Priority, QueueName, Reader, Revision, RuleName, SourceName, Span, Undo, Word,
};

/// Where an item stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Somebody was asked to take it.
    Offered,
    /// Its holder has it.
    Accepted,
    /// For the requester or a named party; response clocks stand still.
    Waiting,
    /// Until an instant or a reply.
    Snoozed,
    /// Cannot go on, for a stated reason.
    Blocked,
    /// Nobody could be found; the owner knows.
    Parked,
    /// Messages are collected; somebody is asked at the promised time.
    Collecting,
    /// Nobody is told of it until a given time, for a stated reason.
    Muted,
    /// Closed: finished.
    Done,
    /// Closed: not to be worked on, for a stated reason.
    Dropped,
}

impl State {
    /// Whether work remains.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::Dropped)
    }

    /// Whether nobody is told of it for now: a clock on it says until when.
    #[must_use]
    pub fn is_quiet(self) -> bool {
        matches!(self, Self::Collecting | Self::Muted)
    }

    /// The word used everywhere.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Waiting => "waiting",
            Self::Snoozed => "snoozed",
            Self::Blocked => "blocked",
            Self::Parked => "parked",
            Self::Collecting => "collecting",
            Self::Muted => "muted",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The rule that made something happen, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRef {
    /// Its name; `unmatched` and `quarantine` name the homes of what no rule took.
    pub name: RuleName,
    /// Where it stands.
    pub place: Option<Place>,
}

/// Who asked, and what is needed to answer in their thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    /// Their display name.
    pub name: Option<String>,
    /// Their address: the reader notices to them are addressed to.
    pub reader: Reader,
    /// The Message-ID of their mail, without angle brackets.
    pub message_id: Option<String>,
    /// The subject they wrote.
    pub subject: String,
}

/// The last thing somebody said on an item, for handoffs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastWord {
    /// Who said it, as text for people.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What, at most `Item::MAX_WORD_CHARS` characters. Empty where the requester's last words are what the item began with: the summary has them.
    pub text: String,
    /// Whether the requester read it: only then may it be quoted to them.
    #[serde(default)]
    pub to_requester: bool,
}

/// What makes a step of a ladder needless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unless {
    /// Somebody has accepted the item.
    Accepted,
    /// Whoever asked has been answered.
    Answered,
    /// The item is closed.
    Done,
}

impl Unless {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Answered, Self::Done];

    /// The word used in configuration and mail.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Answered => "answered",
            Self::Done => "done",
        }
    }

    /// Whether it is so.
    #[must_use]
    pub fn holds(self, item: &Item) -> bool {
        match self {
            Self::Accepted => !matches!(item.state, State::Offered | State::Parked | State::Collecting),
            Self::Answered => item.clock(ClockKind::Respond).is_none(),
            Self::Done => !item.state.is_open(),
        }
    }
}

impl fmt::Display for Unless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One step of a ladder as it was resolved when the escalation started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationStep {
    /// The written distance from the start, or from the step before.
    pub after: Span,
    /// Whether it counts from the step before.
    #[serde(default)]
    pub from_step: bool,
    /// What makes it needless.
    #[serde(default)]
    pub unless: Option<Unless>,
    /// The instant it is due.
    pub due: Timestamp,
    /// Who is told.
    pub tell: Vec<Party>,
    /// Who the item is offered to.
    pub pass_to: Option<Party>,
    /// The priority it gets.
    pub priority: Option<Priority>,
    /// The labels it gets.
    #[serde(default)]
    pub labels: BTreeSet<String>,
    /// The web address that is told, and the event's name.
    #[serde(default)]
    pub call: Option<(String, String)>,
}

/// An escalation that runs on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// The ladder's name.
    pub ladder: EscalationName,
    /// The clock whose deadline started it; it ends when that clock's cause is gone.
    pub cause: ClockKind,
    /// When it started.
    pub started: Timestamp,
    /// The steps, resolved at the start.
    pub steps: Vec<EscalationStep>,
    /// Index of the next step; past the end, the owner is told every `again`.
    pub next: usize,
    /// When the next step, or the next word to the owner, is due.
    pub due: Timestamp,
    /// The pause between words to the owner after the last step, and before the steps are gone through again.
    pub again: Span,
    /// How often the steps are still gone through again.
    #[serde(default)]
    pub rounds: u32,
    /// What ends it, where that is not the end of its cause.
    #[serde(default)]
    pub unless: Option<Unless>,
    /// Who asked for it, and why, where no deadline started it.
    #[serde(default)]
    pub asked: Option<(PersonKey, String)>,
    /// The policy revision that resolved it.
    pub policy: Revision,
}

/// How an item was put aside when it was handed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// Waiting, snoozed or blocked.
    pub state: State,
    /// Why.
    pub note: Option<String>,
    /// Whom it waits for, if not the requester.
    pub waiting_for: Option<String>,
    /// The reminders that go to them.
    pub follow_up: Option<FollowUp>,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// Reminders to somebody we wait for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// How many were sent.
    pub sent: u32,
    /// How many will be sent at most.
    pub times: u32,
}

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// `SUP-142`.
    pub id: ItemId,
    /// The queue it is in.
    pub queue: QueueName,
    /// One line.
    pub title: String,
    /// How much it matters.
    pub priority: Priority,
    /// Labels, sorted.
    #[serde(default)]
    pub labels: BTreeSet<String>,
    /// Extracted and set fields.
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
    /// While the item is open, messages with this key join it.
    #[serde(default)]
    pub key: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Who has it, or who was first asked to take it.
    pub holder: Option<PersonKey>,
    /// The one person who answers for it now: the owner until somebody accepts, then whoever accepted last.
    pub accountable: PersonKey,
    /// Who is asked to take it, while it is offered.
    #[serde(default)]
    pub offered_to: Option<Party>,
    /// Who acted on it last while it was open, and when: at the instant it was closed, that is who closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acted: Option<(Reader, Timestamp)>,
    /// Why it is waiting, snoozed, blocked, parked, muted or dropped.
    #[serde(default)]
    pub state_note: Option<String>,
    /// Who had accepted it before it was offered on: has it back if nobody takes it.
    #[serde(default)]
    pub giver: Option<PersonKey>,
    /// When each reader last got a receipt, so that a note alone brings one a day at most.
    #[serde(default)]
    pub receipts: Vec<(Reader, Timestamp)>,
    /// Who was meant, where somebody stands in for them who are away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<PersonKey>,
    /// Who declined it since it was last accepted; they are not asked again.
    #[serde(default)]
    pub declined: BTreeSet<PersonKey>,
    /// How often in a row the holder was asked for an update without a word.
    #[serde(default)]
    pub silent_updates: u32,
    /// Whom it waits for, while it waits for somebody other than the requester.
    #[serde(default)]
    pub waiting_for: Option<String>,
    /// Who asked.
    #[serde(default)]
    pub requester: Option<Requester>,
    /// The source of its first message.
    pub source: SourceName,
    /// The rule that opened it.
    pub rule: RuleRef,
    /// The policy revision it was opened under.
    pub policy: Revision,
    /// When it was opened.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// When it was closed.
    #[serde(default)]
    pub closed: Option<Timestamp>,
    /// Its clocks, one of a kind at most.
    #[serde(default)]
    pub clocks: Vec<ItemClock>,
    /// Its escalations, one for a cause at most.
    #[serde(default)]
    pub escalations: Vec<Escalation>,
    /// Reminders to whom it waits for.
    #[serde(default)]
    pub follow_up: Option<FollowUp>,
    /// What the first message said, at most `Item::MAX_WORD_CHARS` characters.
    #[serde(default)]
    pub summary: String,
    /// The requester's last words.
    #[serde(default)]
    pub their_word: Option<LastWord>,
    /// Our side's last words.
    #[serde(default)]
    pub our_word: Option<LastWord>,
    /// How many messages it has.
    pub messages: u32,
    /// How many repeats were recorded.
    #[serde(default)]
    pub repeats: u32,
    /// How many notices were made for it: numbers their Message-IDs.
    #[serde(default)]
    pub notices: u32,
    /// Readers that have its thread already.
    #[serde(default)]
    pub told: BTreeSet<Reader>,
    /// Messages that are collected on it.
    #[serde(default)]
    pub group: Option<Group>,
    /// Who is asked, where nobody is asked at once.
    #[serde(default)]
    pub planned: Option<Planned>,
    /// That nobody is told of it, until when and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted: Option<Box<Muted>>,
    /// The rules that muted it: each does so once, or a message that comes again and again would keep it quiet for ever.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub muted_by: BTreeSet<RuleName>,
    /// Words of rules to people, kept while it is quiet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    /// The item this one follows, when a message came too late to re-open that.
    #[serde(default)]
    pub follows: Option<ItemId>,
    /// Items in other places that came of the same message.
    #[serde(default)]
    pub links: BTreeSet<ItemId>,
    /// Rules that matched after the one that opened it, and said of it too.
    #[serde(default)]
    pub also: Vec<RuleRef>,
    /// Why one of a team was chosen for it when it was new.
    #[serde(default)]
    pub chosen: Option<String>,
    /// What notes say to whoever has it next.
    #[serde(default, skip_serializing_if = "Plan::is_empty")]
    pub plan: Plan,
    /// How it was handed on, oldest first; the newest [`Item::MAX_HANDOFFS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handoffs: Vec<Handoff>,
    /// Who was asked since it was last accepted, and did not answer in time.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub silent: BTreeSet<PersonKey>,
    /// That it was put aside when it was handed on: whoever takes it has it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<Box<Aside>>,
    /// Who is told of every change and note, though it is not theirs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub watchers: BTreeSet<PersonKey>,
    /// Those outside who were asked for help and get mail about it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub guests: BTreeSet<Address>,
    /// Those who asked for items that were merged into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_asked: Vec<Requester>,
    /// The item that goes on in its place, if it was merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ItemId>,
    /// The items that were merged into it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub merged: BTreeSet<ItemId>,
    /// The last command on it, for as long as it can be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Box<Undo>>,
    /// The files that came with its messages, oldest first; the newest [`MailFile::MAX_KEPT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<MailFile>,
}

impl Item {
    /// The most characters of a message or note kept on the item itself; the whole stays in the history.
    pub const MAX_WORD_CHARS: usize = 2_000;
    /// The most characters of a title.
    pub const MAX_TITLE_CHARS: usize = 200;
    /// The most handoffs it remembers; the timeline has them all.
    pub const MAX_HANDOFFS: usize = 20;
    /// The most items it is linked to: a message of a thousand alerts links no thousand items.
    pub const MAX_LINKS: usize = 50;

    /// The most people who watch it.
    pub const MAX_WATCHERS: usize = 50;
    /// The most guests it has.
    pub const MAX_GUESTS: usize = 10;
    /// The most of those who asked for items that were merged into it.
    pub const MAX_ALSO_ASKED: usize = 50;

    /// Everybody who asked for it, the first of them first.
    pub fn askers(&self) -> impl Iterator<Item = &Requester> {
        self.requester.iter().chain(&self.also_asked)
    }

    /// What this reader asked, if they did.
    #[must_use]
    pub fn asked_by(&self, reader: &Reader) -> Option<&Requester> {
        self.askers().find(|asker| asker.reader == *reader)
    }

    /// The clock of a kind, if one is there.
    #[must_use]
    pub fn clock(&self, kind: ClockKind) -> Option<&ItemClock> {
        self.clocks.iter().find(|clock| clock.kind == kind)
    }

    /// The next instant at which the item must be looked at; `None` only when it is closed.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        if !self.state.is_open() {
            return None;
        }
        let clocks = self.clocks.iter().filter_map(ItemClock::next_due);
        clocks.chain(self.escalations.iter().map(|e| e.due)).min()
    }
}
