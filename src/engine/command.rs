//! The engine's whole vocabulary of input and output. May import model, rules, reply. One command goes to one aggregate.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Actor, Brought, Event, ExpectationCommand, Failure, ListCommand, Missed, MuteCommand, OutboxAct, PersonCommand, RoundCommand,
    ShiftCommand,
};
use crate::model::{
    Address, Around, Attachment, Bundle, DeliveryId, ExpectationName, ItemId, Mailbox, Mute, MuteName, Muting, Notice, NoticeId, Party,
    PersonKey, QueueName, RawRef, Reader, Reason, Requester, RotationName, RoundName, RuleName, RuleRef, SourceName, TeamName,
};
use crate::reply::Line;
use crate::rules::{Deeds, ItemDraft};

/// What an aggregate is asked to do.
#[derive(Debug, Clone)]
pub enum Command {
    /// To an item.
    Item(ItemId, ItemCommand),
    /// To a person: a notice for them.
    Tell(PersonKey, Box<Notice>),
    /// To a person: look at what is due.
    Release(PersonKey),
    /// To a person: look at what is due, their digest among it.
    Digest(PersonKey),
    /// To a person: arm their next digest and their next mail on coverage as the policy says now.
    Plan(PersonKey),
    /// To a person: look whether they are told what is not covered.
    Coverage(PersonKey),
    /// To a person: about a list of items that is theirs to read.
    List(PersonKey, ListCommand),
    /// To a person: about being away.
    Person(PersonKey, PersonCommand),
    /// To a person: what this notice about an item told is taken back, as the line says that did it.
    Unsay(PersonKey, NoticeId, ItemId, Reason, String),
    /// To a person: a turn of a team was theirs.
    Turn(PersonKey, TeamName, u64),
    /// To a delivery: what an attempt came to.
    Attempted(DeliveryId, SendOutcome),
    /// To a delivery: it came back.
    Returned(DeliveryId, Failure),
    /// To a delivery that waits: whether it goes out after all.
    Unpark(DeliveryId, bool),
    /// Do with a delivery what somebody at the command line said.
    Outbox(DeliveryId, OutboxAct),
    /// To an expectation.
    Expectation(ExpectationName, ExpectationCommand),
    /// To a mute.
    Mute(MuteName, MuteCommand),
    /// To the shift of a rotation.
    Shift(RotationName, ShiftCommand),
    /// To a round.
    Round(ItemId, RoundCommand),
}

/// What an item is asked to do.
#[derive(Debug, Clone)]
pub enum ItemCommand {
    /// Come into being.
    Open(Box<Draft>),
    /// Take a further message.
    Join(Box<Incoming>),
    /// Take a further message that a rule gave the same key: what the rule says of priority, labels and note holds too.
    JoinByRule(Box<Incoming>, Box<ItemDraft>, Allowance),
    /// Take the news that a mail of ours to a reader bounced.
    Bounced(Reader, Box<Incoming>, Failure),
    /// Its people are not all configured any more.
    PeopleGone,
    /// Somebody who holds it, or is asked to take it, is away from now on.
    PersonAway(PersonKey),
    /// Count the clocks again that stand still because their calendar had no hours ahead.
    CountAgain,
    /// A rule failed on the message that opened it.
    RuleFailed {
        /// The rule.
        rule: RuleRef,
        /// What went wrong.
        why: String,
        /// Who is told.
        owner: PersonKey,
    },
    /// Other items came of the same message.
    Link(Vec<ItemId>),
    /// Record that a message was delivered again.
    Repeat(SourceName),
    /// Close because a rule says that the cause is gone.
    CloseByRule {
        /// The rule.
        rule: RuleRef,
        /// What the timeline says.
        note: Option<String>,
        /// The message that said so.
        message: Box<Incoming>,
        /// What the rule does besides, and how far it may.
        deeds: Box<(Deeds, Allowance)>,
    },
    /// Do what somebody said, line by line.
    Say {
        /// Who, by which evidence.
        actor: Actor,
        /// What they said.
        lines: Vec<Line>,
        /// The message that said it; `None` from the command line.
        message: Option<Box<Incoming>>,
    },
    /// Do what somebody said of several items in one message; one receipt for all is sent elsewhere.
    Together {
        /// Who, by which evidence.
        actor: Actor,
        /// What they said of this one.
        lines: Vec<Line>,
        /// The message.
        message: Box<Incoming>,
        /// Whether the list is of somebody's own day: then whoever gave it hears of each by itself.
        own: bool,
    },
    /// Somebody says that words in their name were not theirs.
    Disowned {
        /// Who.
        person: PersonKey,
        /// The words.
        said: Vec<String>,
        /// Where they came from.
        from: String,
    },
    /// Go from somebody who is away to whoever takes it over, told together with others in one list.
    LeftTo(PersonKey, PersonKey),
    /// Remind whoever is asked to accept it: no list does.
    RemindAlone,
    /// Go from whoever had a shift to whoever has it now, told together with others in one list.
    HandOver {
        /// Whose shift is over.
        giver: PersonKey,
        /// Who is asked.
        to: PersonKey,
        /// The rotation.
        rotation: RotationName,
    },
    /// What it was raised for did not arrive again.
    MissedAgain(Box<Missed>),
    /// Do this for a message that a mute covers.
    Covered(Box<Muting>, Box<ItemCommand>),
    /// Be muted.
    Mute(Box<Muting>),
    /// A rule begins a round for it, or does not, for a reason.
    RoundBegun(RuleName, RoundName, Result<ItemId, String>),
    /// A round that began for it is over: which, and what came of it.
    RoundOver(ItemId, String),
    /// Be muted no longer, for a reason.
    Unmute(String),
    /// Tell what came of a mute; the items that are open still, with their titles.
    SumUp(Box<Mute>, Vec<(ItemId, String)>),
    /// Look at what is due.
    Wake,
    /// Tell somebody that what a line did, of which they were told, is taken back.
    TakenBack(Reader, String),
    /// Another item was merged into it.
    TakeIn(Box<Brought>),
    /// Record that a notice that waited does not go out.
    Withdrawn {
        /// To whom it was to go.
        to: Reader,
        /// Which kind of notice.
        reason: Reason,
        /// Why not, as a clause.
        why: String,
    },
    /// Record that something was not sent, or waits.
    NotSent {
        /// To whom it was to go.
        to: Reader,
        /// Which kind of notice.
        reason: Reason,
        /// Why not.
        why: String,
    },
    /// A call of a web address was given up.
    CallFailed {
        /// Who asked for it.
        by: RuleName,
        /// The address.
        url: String,
        /// The event.
        event: String,
        /// The last cause.
        why: String,
    },
    /// Record that a notice could not be delivered.
    Undelivered {
        /// To whom.
        reader: Reader,
        /// Which kind of notice.
        reason: Reason,
        /// The last cause.
        error: String,
    },
}

/// An item to be opened.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What the rule said; for unmatched and quarantined messages, what stands for it.
    pub draft: ItemDraft,
    /// The queue it goes to: the draft's.
    pub queue: QueueName,
    /// Who asked.
    pub requester: Option<Requester>,
    /// The message.
    pub message: Incoming,
    /// Whether the requester may be sent a word that we have it.
    pub confirm: bool,
    /// A closed item this one follows.
    pub follows: Option<ItemId>,
    /// What did not arrive, if no message opens it.
    pub missed: Option<Missed>,
    /// Items that came of the same message.
    pub links: Vec<ItemId>,
    /// Who of a team was chosen for it, and why.
    pub chosen: Option<Chosen>,
    /// How far what the rule does besides may go.
    pub allowance: Allowance,
    /// The mute that covers it.
    pub muting: Option<Box<Muting>>,
}

/// How far a rule may reach outside for one message. Decided beside the item, for the budgets are not the item's.
#[derive(Debug, Clone, Default)]
pub struct Allowance {
    /// Who is answered, or why nobody is. `None` where the rule has no `reply`.
    pub reply: Option<Result<Requester, String>>,
    /// To whom the message is not sent on, and why; an empty list lets all pass.
    pub not_forwarded: Vec<(Party, String)>,
}

/// Who of a team was chosen for a new item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Who.
    pub person: PersonKey,
    /// Why, as they read it.
    pub why_you: String,
    /// Why, as anybody reads it.
    pub why: String,
}

/// What the timeline keeps of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// The source.
    pub source: SourceName,
    /// When it was received.
    pub at: Timestamp,
    /// Who wrote it, as shown.
    pub from: Option<Mailbox>,
    /// Its one author: with several From addresses there is none.
    #[serde(default)]
    pub author: Option<Address>,
    /// Whether it came as mail.
    #[serde(default)]
    pub by_mail: bool,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// Its subject, or a webhook's event.
    pub subject: String,
    /// Its new text, at most 64 KiB; the rest is in the raw bytes.
    pub text: String,
    /// Whether its text is the summary of the item it opened: then it stands there only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_summary: bool,
    /// Names and sizes of what was attached.
    pub attachments: Vec<String>,
    /// What was attached, with types; empty in older records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Attachment>,
    /// Its raw bytes.
    pub raw: RawRef,
    /// Whether it is automatic: never an answer, never re-opens.
    pub automatic: bool,
    /// What was odd about it, as sentences.
    pub oddities: Vec<String>,
    /// What stood around its bytes, so that they can be read again; `None` in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<Box<Around>>,
}

/// What an attempt to send came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The relay took it.
    Sent,
    /// To be tried again.
    Retry(String),
    /// To be tried again, not before this time has passed.
    RetryAfter(String, SignedDuration),
    /// No relay works. To be tried again as soon as one does: that says nothing about this mail.
    NoRelay(String),
    /// Not to be tried again.
    GiveUp(String),
}

/// What follows from a command: facts, and what other aggregates must hear.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// The facts, applied in order.
    pub events: Vec<Event>,
    /// What travels on, in order.
    pub effects: Vec<Effect>,
    /// What came of each thing somebody asked for, as a sentence, for the command line.
    pub outcomes: Vec<String>,
}

/// What travels on from a decision, within the same record.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Somebody must be told: becomes `Command::Tell` for a person, a delivery for a bare address.
    Notify(Box<Notice>),
    /// These notices go to one reader in one mail now.
    Send {
        /// To whom.
        reader: Reader,
        /// What; more than one is a joint mail.
        notices: Vec<Notice>,
        /// What it is as a joint mail, if it is one.
        bundle: Option<Bundle>,
    },
    /// Somebody is away, or back: said on an item, meant for their own aggregate.
    Person(PersonKey, PersonCommand),
    /// An item must hear of a dead letter.
    Undelivered(ItemId, Reader, Reason, String),
    /// Something did not arrive: the item raised for it before hears of it while it is open, else an item is opened, and the expectation is told which.
    Raise(ExpectationName, Option<ItemId>, Box<Draft>),
    /// What an item was raised for arrived: it is closed by this rule with this note, if it is open.
    Arrived(ItemId, RuleRef, String, Box<Incoming>),
    /// A mute must hear of one of its items.
    Mute(MuteName, MuteCommand),
    /// An item is opened for a round, and the round is told which.
    OpenFor(ItemId, Box<Draft>),
    /// The next time of a round is planned.
    PlanRound(RoundName),
    /// These follow, in order.
    Further(Vec<Command>),
    /// A mute has ended, and what came meanwhile is told once.
    SumUp(Box<Mute>),
}
