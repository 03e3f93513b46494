//! What the rules say of one message. May import model. Everything the engine needs, nothing it has to ask back for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Tally;
use crate::model::{
    AuthResults, CalendarName, Collect, Due, Once, Party, Pick, Place, Priority, QueueName, RoundName, RuleName, RuleRef, SetDue, Span,
};

/// What a condition may ask about a message that the message itself does not say.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Whether the sender is one of `people`.
    pub known: bool,
    /// What a trusted receiver found out about the sender; `None` where none is trusted.
    pub auth: Option<AuthResults>,
    /// Of each calendar that rules name (see [`RuleSet::calendars`](super::RuleSet::calendars)) whether the message came in its working hours.
    pub calendars: BTreeMap<CalendarName, bool>,
}

/// One thing that follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An item is opened, or joined by its key.
    Item(Box<ItemDraft>),
    /// The open item with this key is closed.
    Close(Closing),
    /// The message is let go for a stated reason; it is counted and its raw bytes are kept.
    Drop(Dropping),
}

impl Outcome {
    /// What else is expected after it.
    #[must_use]
    pub fn expects(&self) -> &[ExpectDraft] {
        match self {
            Self::Item(draft) => &draft.deeds.expect,
            Self::Close(closing) => &closing.deeds.expect,
            Self::Drop(_) => &[],
        }
    }

    /// Which rounds begin with it.
    #[must_use]
    pub fn rounds(&self) -> &[AskDraft] {
        match self {
            Self::Item(draft) => &draft.deeds.round,
            Self::Close(closing) => &closing.deeds.round,
            Self::Drop(_) => &[],
        }
    }

    /// The key it speaks of, if it is of this rule.
    #[must_use]
    pub fn key_by(&self, rule: &RuleName) -> Option<&str> {
        match self {
            Self::Item(draft) => {
                let of_it = draft.rule.name == *rule || draft.also.iter().any(|also| also.name == *rule);
                draft.key.as_deref().filter(|_| of_it)
            }
            Self::Close(closing) => Some(closing.key.as_str()).filter(|_| closing.rule.name == *rule),
            Self::Drop(_) => None,
        }
    }
}

/// An item as a rule describes it, all templates rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemDraft {
    /// The rule.
    pub rule: RuleRef,
    /// The queue it goes to.
    pub queue: QueueName,
    /// The title; `None` means the subject, or the source and event of a webhook.
    pub title: Option<String>,
    /// The priority; `None` means normal.
    pub priority: Option<Priority>,
    /// Labels.
    pub labels: BTreeSet<String>,
    /// Extracted and set fields.
    pub fields: BTreeMap<String, Value>,
    /// Who it is offered to; `None` means as the queue says.
    pub assign: Option<Party>,
    /// For a team: how one of it is chosen; `None` asks all.
    #[serde(default)]
    pub pick: Option<Pick>,
    /// When it is to be done; `None` means as the queue says.
    #[serde(default)]
    pub due: Option<SetDue>,
    /// The key.
    pub key: Option<String>,
    /// A note to put on it.
    pub note: Option<String>,
    /// How messages with the same key are collected, if they are.
    #[serde(default)]
    pub collect: Option<Collect>,
    /// Until when nobody is told of it, if a rule says so.
    #[serde(default)]
    pub mute: Option<MuteDraft>,
    /// For `each`: the element as pretty JSON, capped; else `None`, and the message's own text is shown.
    pub excerpt: Option<String>,
    /// For `each`: which element it is of, counted from 0.
    #[serde(default)]
    pub element: Option<usize>,
    /// Rules that matched after the first, with `continue`, and say of the same item.
    #[serde(default)]
    pub also: Vec<RuleRef>,
    /// What is done besides.
    #[serde(default)]
    pub deeds: Deeds,
}

/// `mute: { for, until, why, except }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MuteDraft {
    /// The rule, with the place of its `mute`.
    pub rule: RuleRef,
    /// Until when; what stands without a zone is read in the queue's.
    pub until: Due,
    /// Why.
    pub why: String,
    /// Whether it is told all the same while it is urgent.
    pub except_urgent: bool,
}

/// What a rule does besides: to the outside, and to people who need not act.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Deeds {
    /// `reply`: the sender is answered.
    pub reply: Option<ReplyDraft>,
    /// `tell`: people hear of it.
    pub tell: Vec<TellDraft>,
    /// `forward`: the message is sent on.
    pub forward: Vec<ForwardDraft>,
    /// `call`: a web address is told.
    #[serde(default)]
    pub call: Vec<CallDraft>,
    /// `expect`: another message should arrive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<ExpectDraft>,
    /// `round`: several people are asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub round: Vec<AskDraft>,
}

/// `round: { name, about }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskDraft {
    /// The rule.
    pub rule: RuleName,
    /// Which round.
    pub name: RoundName,
    /// What it is about this time; may be empty.
    pub about: String,
}

/// `expect: { rule, within, key, else }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectDraft {
    /// The rule that takes what is expected.
    pub rule: RuleName,
    /// How soon; working time counts in the calendar of the queue of `else`.
    pub within: Span,
    /// Who expects it, with which key, and what is raised when it does not arrive.
    pub once: Once,
}

/// `reply: { subject, text }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyDraft {
    /// The rule.
    pub rule: RuleName,
    /// The subject; `None` answers under the sender's own.
    pub subject: Option<String>,
    /// What is answered.
    pub text: String,
}

/// `tell: { to, why, urgent }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TellDraft {
    /// The rule.
    pub rule: RuleName,
    /// Who hears of it.
    pub to: Vec<Party>,
    /// Why they do; `None` names the rule.
    pub why: Option<String>,
    /// Whether they are told outside their working hours too.
    pub urgent: bool,
}

/// `forward: { to, note }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardDraft {
    /// The rule.
    pub rule: RuleName,
    /// Who gets the message.
    pub to: Vec<Party>,
    /// A word that goes with it.
    pub note: Option<String>,
}

/// `call: { url, event, body }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallDraft {
    /// The rule.
    pub rule: RuleName,
    /// The address.
    pub url: String,
    /// The event's name.
    pub event: String,
    /// What is said: text, or an object.
    pub body: Option<Value>,
}

/// `close: { key, queue, note }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The rule.
    pub rule: RuleRef,
    /// The key of the open item.
    pub key: String,
    /// The queue it is looked for in; `None` means every queue.
    #[serde(default)]
    pub queue: Option<QueueName>,
    /// What the timeline says.
    pub note: Option<String>,
    /// What is done besides.
    #[serde(default)]
    pub deeds: Deeds,
}

/// `drop: REASON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropping {
    /// The rule.
    pub rule: RuleRef,
    /// The required reason.
    pub reason: String,
    /// What the sender is answered.
    #[serde(default)]
    pub reply: Option<ReplyDraft>,
}

/// A rule failed while running: the message goes to `unmatched`, with a note that names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The rule.
    pub rule: RuleRef,
    /// The queue it would have filled, if it fills one.
    #[serde(default)]
    pub queue: Option<QueueName>,
    /// What went wrong, for people.
    pub why: String,
}

/// How one rule fared, for `why` and `explain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    /// The rule.
    pub rule: RuleRef,
    /// Whether all its conditions held.
    pub matched: bool,
    /// The condition that failed: its place, and a sentence with the value that was seen.
    pub failed: Option<(Place, String)>,
    /// Every condition with what came of it, in the order they are written; only where all was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<CondTrace>,
}

/// How one condition fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CondTrace {
    /// Where its value is written; `None` for `any`, `all` and `not`, whose parts have their own.
    pub place: Option<Place>,
    /// How deep it stands in `any`, `all` and `not`; 0 stands directly in `when`.
    pub depth: usize,
    /// What is asked, as `subject: "*refund*" or regex "x"`; for the others their word.
    pub wanted: String,
    /// Whether it held; `None` where that could not be said, and `seen` says why.
    pub held: Option<bool>,
    /// What was seen, as `` `subject` is "Lunch?" ``; empty for `any`, `all` and `not`.
    pub seen: String,
    /// Where several values stand in a list: each as `subject: "*refund*"`, and whether it held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, bool)>,
}

/// What the rules say of one message.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// What follows, in order. Empty with no failure: no rule matched.
    pub outcomes: Vec<Outcome>,
    /// A rule that failed; rules after it did not run.
    pub failure: Option<Failure>,
    /// What this message counts for in later ones; whoever acts on the verdict keeps it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tallies: Vec<Tally>,
    /// One entry per rule looked at, up to the one that ended it.
    pub trace: Vec<RuleTrace>,
}
