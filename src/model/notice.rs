//! Something a person must be told, with a named reason. May import only its peers in model. Self-contained: it can be rendered long after it was made.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Attached, Handed, ItemId, Priority, QueueName, Reader, Section};

/// Why somebody is told: the same word in the mail, page, log and API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// You are asked to take it.
    Assigned,
    /// A deadline of yours comes near or has passed.
    Reminder,
    /// You hold it and owe a word.
    UpdateWanted,
    /// A deadline passed and the ladder came to you.
    Escalation,
    /// Somebody passes it to you.
    Handoff,
    /// Your handoff was accepted or declined.
    HandoffAnswered,
    /// Your handoff was not answered in time: it is yours again.
    Returned,
    /// Nobody could be found.
    Parked,
    /// Somebody wrote on an item you hold.
    Answer,
    /// The outcome of what you wrote.
    Receipt,
    /// Something came in your name that nothing proves: say whether it was you.
    Confirm,
    /// Somebody wrote in another's name.
    Disowned,
    /// To a requester: we have it.
    Received,
    /// To a requester: what was answered.
    Reply,
    /// To a requester: we wait for you.
    FollowUp,
    /// An item you answer for cannot go on.
    Blocked,
    /// It is finished.
    Done,
    /// A notice could not be delivered.
    DeliveryFailed,
    /// A rule failed while running.
    RuleFailed,
    /// A rule says that you should hear of it.
    Mentioned,
    /// A rule sends you the message.
    Forwarded,
    /// To a sender: what a rule answers.
    AutoReply,
    /// Something expected did not arrive by its time.
    ExpectationMissed,
    /// More of the same came on a group you were told of.
    Grouped,
    /// Your shift ends, and whoever follows needs a word.
    NotesWanted,
    /// Somebody asks you to take over duty of theirs.
    SwapAsked,
    /// What came of a swap you asked for, or a word about it.
    SwapAnswered,
    /// Who has duty when has changed, for you or for what you answer for.
    DutyChanged,
    /// An automatic answer of yours says that you are away: say whether that is so.
    AwayProposed,
    /// A mute has ended: what came, what was closed, what is open.
    MuteSummary,
    /// Your day begins: what is with you, and what waited.
    Digest,
    /// What is not covered in the weeks ahead, in what you answer for.
    Coverage,
    /// You asked for what is with you.
    List,
    /// Something changed on an item that you watch.
    Watched,
    /// What you were told of was taken back.
    TakenBack,
    /// The files you asked for.
    Files,
    /// To a requester: their request is handled together with another.
    Merged,
    /// To somebody outside: you are asked for help.
    Invited,
    /// To somebody outside who was asked for help: it is over.
    HelpOver,
    /// You are asked in a round.
    RoundQuestion,
    /// You are asked in a round and have not answered.
    RoundReminder,
    /// What came of a round.
    RoundResult,
}

impl Reason {
    /// The word shown to people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Reminder => "reminder",
            Self::UpdateWanted => "update wanted",
            Self::Escalation => "escalation",
            Self::Handoff => "handoff",
            Self::HandoffAnswered => "handoff answered",
            Self::Returned => "returned",
            Self::Parked => "parked",
            Self::Answer => "answer",
            Self::Receipt => "receipt",
            Self::Confirm => "confirm",
            Self::Disowned => "disowned",
            Self::Received => "received",
            Self::Reply => "reply",
            Self::FollowUp => "follow-up",
            Self::Blocked => "blocked",
            Self::Done => "done",
            Self::DeliveryFailed => "delivery failed",
            Self::RuleFailed => "rule failed",
            Self::Mentioned => "mentioned",
            Self::Forwarded => "forwarded",
            Self::AutoReply => "automatic answer",
            Self::ExpectationMissed => "expectation missed",
            Self::Grouped => "grouped",
            Self::NotesWanted => "notes wanted",
            Self::SwapAsked => "swap asked",
            Self::SwapAnswered => "swap answered",
            Self::DutyChanged => "duty changed",
            Self::AwayProposed => "away proposed",
            Self::MuteSummary => "mute summary",
            Self::Digest => "digest",
            Self::Coverage => "coverage",
            Self::List => "list",
            Self::Watched => "watched",
            Self::TakenBack => "taken back",
            Self::Files => "files",
            Self::Merged => "merged",
            Self::Invited => "invited",
            Self::HelpOver => "help over",
            Self::RoundQuestion => "round question",
            Self::RoundReminder => "round reminder",
            Self::RoundResult => "round result",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The id of a notice: the record that made it and its place there, printed `n12.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NoticeId {
    /// The journal sequence number of the record that made it.
    pub seq: u64,
    /// Its place in that record.
    pub index: u32,
}

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}.{}", self.seq, self.index)
    }
}

/// One labelled line of a notice. Instants are kept apart so that they are printed in the reader's own zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The label, such as `Asked by`.
    pub label: String,
    /// The text; with `at`, what stands before the time.
    pub text: String,
    /// An instant to print in the reader's zone after the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What one of several who were asked said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// Their name.
    pub who: String,
    /// What it counts as, or why there is nothing.
    pub how: String,
    /// When they said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Their words. Untrusted text.
    pub text: String,
}

/// What a reader must be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// Why.
    pub reason: Reason,
    /// To whom.
    pub to: Reader,
    /// The item it is about.
    pub item: ItemId,
    /// Its number among the item's notices: part of the Message-ID.
    pub number: u32,
    /// Whether this is the first notice of this item to this reader: it begins the thread.
    pub first: bool,
    /// The item's queue.
    pub queue: QueueName,
    /// The item's title at that moment.
    pub title: String,
    /// The item's priority at that moment.
    pub priority: Priority,
    /// When it was made.
    pub at: Timestamp,
    /// When the item was opened: reply keys expire counted from here.
    pub opened: Timestamp,
    /// What is asked, as an imperative without a full stop: `please accept`. Empty when nothing is asked.
    pub ask: String,
    /// By when.
    pub by: Option<Timestamp>,
    /// Why this reader, as a sentence.
    pub why_you: String,
    /// The facts, in order.
    pub facts: Vec<Fact>,
    /// What is handed on, item by item, where something is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handed: Vec<Handed>,
    /// The items it lists, where it lists some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// Who said what, where several were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub voices: Vec<Voice>,
    /// Longer text below the facts, such as what was asked or the outcome lines of a receipt. Untrusted text.
    pub text: String,
    /// The one-reply answers, such as `accept`; each becomes a line and a `mailto:` link.
    pub answers: Vec<String>,
    /// Whether it may disturb outside working hours.
    pub urgent: bool,
    /// The Message-ID this answers, for requesters' threads and receipts.
    #[serde(default)]
    pub in_reply_to: Option<String>,
    /// The subject in place of the item's title, where a rule says one.
    #[serde(default)]
    pub subject: Option<String>,
    /// The message that goes with it.
    #[serde(default)]
    pub attached: Option<Attached>,
}
