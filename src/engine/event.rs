//! Facts. May import model, reply. Applying them in order gives the state; they hold every instant and name, so that nothing is looked up again.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Actor, AwayEvent, ConfirmEvent, DeliveryEvent, ExpectationEvent, Incoming, MuteEvent, RoundEvent, ShiftEvent};
use crate::model::{
    Address, ClockKind, Escalation, FollowUp, HeldFor, Item, ItemClock, ItemId, ItemList, Mailed, Muted, Notice, NoticeId, Party,
    PersonKey, Priority, QueueName, Reader, Reason, Requester, RoundName, RuleName, RuleRef, SourceName, TeamName, Uncovered, Undo, Way,
    Word,
};

/// A fact about one aggregate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// About an item.
    Item(ItemEvent),
    /// About a person.
    Person(PersonEvent),
    /// About a delivery.
    Delivery(DeliveryEvent),
    /// About an expectation.
    Expectation(ExpectationEvent),
    /// About a mute.
    Mute(MuteEvent),
    /// About the shift of a rotation.
    Shift(ShiftEvent),
    /// About a round.
    Round(RoundEvent),
}

/// A fact about an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ItemEvent {
    /// It came into being, with all it had from the start.
    Opened {
        /// The item as opened.
        item: Box<Item>,
        /// The message.
        message: Box<Incoming>,
    },
    /// A further message.
    Joined {
        /// The message.
        message: Box<Incoming>,
        /// Whether its author is the requester.
        by_requester: bool,
    },
    /// A message was delivered again; nothing changes.
    Repeated {
        /// By which source.
        source: SourceName,
    },
    /// Somebody is asked to take it.
    Offered {
        /// Who.
        to: Party,
        /// Whose name it carries meanwhile: the giver, or who is first asked.
        holder: Option<PersonKey>,
        /// Who had accepted it and has it back if nobody takes it.
        #[serde(default)]
        giver: Option<PersonKey>,
        /// Why, as a sentence.
        why: String,
        /// How it came to be handed on, where it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        way: Option<Way>,
        /// Who was meant, where they are away and this is who stands in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        meant: Option<PersonKey>,
    },
    /// Taken: responsibility passes.
    Accepted {
        /// By whom.
        by: PersonKey,
        /// What they said they will do.
        words: Option<String>,
    },
    /// Not taken.
    Declined {
        /// By whom.
        by: PersonKey,
        /// Why.
        why: String,
    },
    /// The offer was not answered in time, or declined: the giver has it again.
    Returned {
        /// The giver.
        to: PersonKey,
        /// Who was asked, and did not answer in time.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        silent: Vec<PersonKey>,
    },
    /// Nobody can be found.
    Parked {
        /// Why, as a sentence.
        why: String,
    },
    /// Waits for somebody outside.
    Waiting {
        /// For whom, if not the requester.
        on: Option<String>,
        /// The reminders planned.
        follow_up: Option<FollowUp>,
        /// What was said.
        note: Option<String>,
    },
    /// A reminder went to whom it waits for.
    FollowedUp {
        /// How many so far.
        sent: u32,
    },
    /// Put off.
    Snoozed {
        /// Until when.
        until: Timestamp,
        /// What was said.
        note: Option<String>,
    },
    /// Cannot go on.
    Blocked {
        /// Why.
        why: String,
    },
    /// Waiting, snoozed or blocked no longer.
    Resumed {
        /// Why, as a sentence.
        why: String,
    },
    /// Finished.
    Done {
        /// What was said.
        note: Option<String>,
        /// The rule that closed it, if one did.
        rule: Option<RuleRef>,
    },
    /// Not to be worked on.
    Dropped {
        /// Why.
        why: String,
    },
    /// Open again.
    Reopened {
        /// Why, as a sentence.
        why: String,
    },
    /// A note.
    Noted {
        /// Who wrote it, if one of ours did.
        #[serde(default)]
        by: Option<PersonKey>,
        /// The text.
        text: String,
    },
    /// A note said what is to do next, or what to watch for.
    Planned {
        /// Who: one of ours by key, or a rule.
        who: String,
        /// The `next: …` lines, in order.
        next: Vec<String>,
        /// The `watch: …` lines, in order.
        watch: Vec<String>,
    },
    /// The first or a further answer to the requester.
    Replied {
        /// The text.
        text: String,
    },
    /// Its holder, or who answered for it, is not configured any more: the owner answers for it.
    Orphaned {
        /// The owner.
        owner: PersonKey,
        /// Who is gone, as a sentence.
        why: String,
    },
    /// A further message was collected with those that are told together.
    Collected {
        /// Its title.
        title: String,
    },
    /// What was collected has been told.
    GroupTold,
    /// Nobody is asked for now: messages are collected.
    Collecting,
    /// Nobody is told of it until a given time.
    Muted {
        /// Whose name it carries meanwhile.
        holder: Option<PersonKey>,
        /// Until when, why, and how it stood.
        muted: Box<Muted>,
    },
    /// It is muted no longer.
    MuteEnded {
        /// Why, as a sentence.
        why: String,
    },
    /// Another item came of the same message.
    Linked {
        /// It.
        to: ItemId,
    },
    /// A rule did something besides.
    ByRule {
        /// The rule.
        rule: RuleName,
        /// What, or why not.
        deed: Deed,
    },
    /// Labels were added.
    Labelled {
        /// These.
        labels: BTreeSet<String>,
    },
    /// The priority changed.
    Prioritised {
        /// To this.
        priority: Priority,
    },
    /// The holder was asked for a word.
    UpdateAsked {
        /// How often in a row.
        times: u32,
    },
    /// A clock started.
    ClockStarted(Box<ItemClock>),
    /// A clock is replaced by the same clock further on: paused, resumed or warned.
    ClockSet(Box<ItemClock>),
    /// A clock ended because its cause is gone.
    ClockStopped {
        /// Which.
        kind: ClockKind,
    },
    /// A deadline passed unmet.
    ClockOverdue {
        /// Which.
        kind: ClockKind,
        /// When it was due.
        deadline: Timestamp,
        /// How much later that was noticed, in seconds: more than a little after downtime.
        late_seconds: i64,
    },
    /// A ladder started.
    EscalationStarted(Box<Escalation>),
    /// A step fired, or the owner was told again.
    EscalationStepped {
        /// The clock that caused the ladder.
        cause: ClockKind,
        /// The step that fired; past the last, the owner was told again.
        step: usize,
        /// Index of the next.
        next: usize,
        /// When that is due.
        due: Timestamp,
        /// What was done, as a sentence.
        what: String,
    },
    /// A ladder ended because its cause is gone.
    EscalationEnded {
        /// The clock that caused it.
        cause: ClockKind,
    },
    /// Somebody is told.
    Told {
        /// The notice.
        notice: NoticeId,
        /// Who.
        to: Reader,
        /// Why.
        reason: Reason,
    },
    /// A notice that waited does not go out: what it asked for is settled.
    Withdrawn {
        /// To whom it was to go.
        to: Reader,
        /// Which kind.
        reason: Reason,
        /// Why not, as a clause.
        why: String,
    },
    /// Something was not sent, or waits: its address is in trouble.
    NotSent {
        /// To whom it was to go.
        to: Reader,
        /// Which kind.
        reason: Reason,
        /// Why not, as a clause.
        why: String,
    },
    /// A notice could not be delivered.
    Undelivered {
        /// To whom.
        to: Reader,
        /// Which kind.
        reason: Reason,
        /// The last cause.
        error: String,
    },
    /// Somebody acts: the events up to the next such line are theirs.
    Acted {
        /// Who, by which evidence.
        actor: Actor,
        /// What they wrote.
        said: String,
    },
    /// The command above can be taken back: how the item stood before it.
    Undoable(Box<Undo>),
    /// The last command of somebody is taken back: the item stands as before it.
    Undone {
        /// Whose.
        by: Reader,
        /// The line, as it was written.
        said: String,
    },
    /// Somebody watches it, or no longer does.
    Watched {
        /// Who.
        person: PersonKey,
        /// Whether they do.
        on: bool,
    },
    /// It went to another queue; its id stays.
    Moved {
        /// The queue it was in.
        from: QueueName,
        /// The queue it is in.
        to: QueueName,
        /// Who moved it.
        by: PersonKey,
        /// Who answers for it now, where nobody had accepted it.
        owner: Option<PersonKey>,
    },
    /// It is closed, and another item goes on for both.
    Merged {
        /// That one.
        into: ItemId,
        /// Who merged them.
        by: PersonKey,
    },
    /// Another item was merged into it.
    TookIn {
        /// That one.
        from: ItemId,
        /// Its title.
        title: String,
        /// Those who asked for it.
        askers: Vec<Requester>,
        /// Who merged them.
        by: PersonKey,
    },
    /// Somebody outside was asked for help.
    Invited {
        /// Who.
        guest: Address,
        /// By whom.
        by: PersonKey,
        /// With which words.
        words: Option<String>,
    },
    /// A guest wants no more mail about it.
    GuestLeft {
        /// Who.
        guest: Address,
    },
    /// Something was asked that may not be.
    Rejected {
        /// What was asked.
        said: String,
        /// Why not.
        why: String,
    },
}

/// Something a rule did besides, or did not and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// The sender was answered.
    Replied {
        /// To whom.
        to: Reader,
        /// What.
        text: String,
    },
    /// The sender was not answered.
    NotReplied {
        /// Why.
        why: String,
    },
    /// The message was sent on.
    Forwarded {
        /// To whom.
        to: Reader,
    },
    /// The message was not sent on.
    NotForwarded {
        /// To whom.
        to: String,
        /// Why.
        why: String,
    },
    /// Nobody could be found to tell.
    NobodyToTell {
        /// Who was meant.
        to: String,
    },
    /// A word to people waits until the item is quiet no longer.
    WordKept(Word),
    /// The words of the rule that were kept are told now.
    WordsTold,
    /// The item is not muted.
    NotMuted {
        /// Why.
        why: String,
    },
    /// A round has begun.
    RoundBegun {
        /// Which.
        round: ItemId,
        /// Its name.
        name: RoundName,
    },
    /// A round has not begun.
    RoundNotBegun {
        /// Its name.
        name: RoundName,
        /// Why.
        why: String,
    },
    /// A call was queued.
    CallQueued {
        /// The address.
        url: String,
        /// The event's name.
        event: String,
        /// What is said: text, or an object.
        body: Option<Value>,
    },
    /// A call was given up.
    CallFailed {
        /// The address.
        url: String,
        /// The event's name.
        event: String,
        /// The last cause.
        why: String,
    },
}

/// A fact about a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PersonEvent {
    /// A notice waits for their working hours.
    Held {
        /// The notice.
        notice: Box<Notice>,
        /// The promised time.
        release: Timestamp,
        /// Why it waits.
        #[serde(default)]
        cause: HeldFor,
    },
    /// A notice waits of which only the number is kept: it stands on its item. Too many wait already.
    Counted {
        /// The notice.
        notice: NoticeId,
        /// The item it is about.
        item: ItemId,
        /// Why they were to be told.
        reason: Reason,
        /// Whether it was urgent.
        urgent: bool,
        /// The promised time.
        release: Timestamp,
        /// Why it waits.
        cause: HeldFor,
    },
    /// They were sent a mail that counts against their budget.
    Mailed {
        /// It.
        mail: Mailed,
        /// Mails up to this instant count no longer.
        forget: Timestamp,
    },
    /// What was promised by now waits until there is room in the budget.
    Postponed {
        /// Until then.
        until: Timestamp,
    },
    /// A notice that waited does not go out: what it asked for is settled. Its item says why.
    Withdrawn {
        /// The notice.
        notice: NoticeId,
        /// The item it is about.
        item: ItemId,
        /// Why they were to be told.
        reason: Reason,
    },
    /// They were looked at for their digest, or the next is set anew.
    Digest {
        /// When, if they were looked at.
        looked: Option<Timestamp>,
        /// When the next is due.
        next: Option<Timestamp>,
    },
    /// They were looked at for what is not covered, or the next time is set anew.
    Coverage {
        /// When, if they were looked at.
        looked: Option<Timestamp>,
        /// When the next is due.
        next: Option<Timestamp>,
        /// What was not covered, if they were looked at.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        uncovered: Vec<Uncovered>,
    },
    /// A list of items was made for them to read.
    Listed {
        /// It.
        list: Box<ItemList>,
    },
    /// Somebody is told of a list of theirs.
    Told {
        /// The list.
        list: ItemId,
        /// The notice.
        notice: NoticeId,
        /// Who.
        to: Reader,
        /// Why.
        reason: Reason,
    },
    /// They were reminded of a list.
    Reminded {
        /// The list.
        list: ItemId,
    },
    /// A turn of a team was theirs.
    Chosen {
        /// The team.
        team: TeamName,
        /// The number of the turn.
        turn: u64,
    },
    /// About words in their name that nothing proves.
    Confirm {
        /// What about it.
        what: ConfirmEvent,
    },
    /// They are away, or back.
    Away {
        /// What about it.
        what: AwayEvent,
    },
    /// The waiting notices went out together.
    Released {
        /// Which.
        notices: Vec<NoticeId>,
        /// The number of the joint mail.
        bundle: u32,
        /// How many still wait, for the next joint mail.
        #[serde(default)]
        left: u32,
        /// How many more the joint mail counted without naming them.
        #[serde(default)]
        more: u32,
        /// When those that still wait go out, if that is another time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<Timestamp>,
    },
}
