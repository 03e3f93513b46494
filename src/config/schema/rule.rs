//! Rules: when, each, extract, then. May import the small kinds, conditions and work.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::condition::Conditions;
use super::scalar::{OneOrMany, Party, Priority, Scalar, Span, Written};
use super::work::{Except, Otherwise, Pick};

/// Which message goes where.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Rule {
    /// Unique, one line; `why` and notes say it.
    #[schemars(length(min = 1, max = 120))]
    name: String,
    /// All conditions must hold. Without it the rule always matches.
    when: Option<Conditions>,
    /// A list in a webhook's JSON, `json.alerts`: each element gives one outcome, named `each` in templates.
    #[schemars(regex(pattern = r"^json\."))]
    each: Option<String>,
    /// Values taken from the message, by name.
    extract: Option<BTreeMap<String, Extract>>,
    /// What follows.
    then: Actions,
    /// Whether later rules are tried too.
    #[schemars(rename = "continue")]
    continues: Option<bool>,
}

/// A value taken from the message: the capture of its name, else the first group, else the whole match.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Extract {
    /// A part of the message, such as `subject` or `json.issue.title`; in a rule with `each` also `each.labels.severity`, of each element.
    from: String,
    /// What is looked for; without it the whole value.
    regex: Option<String>,
    /// What it is when nothing is found.
    default: Option<Written>,
}

/// Exactly one of `queue`, `close` and `drop`; `reply` goes with each, `tell`, `forward`, `call`, `expect` and `round` not with `drop`, the others with `queue`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{ "required": ["queue"] }, { "required": ["close"] }, { "required": ["drop"] }]))]
pub(super) struct Actions {
    /// Opens an item there, or joins the open one with the same `key`.
    queue: Option<String>,
    /// Closes the open item with this key.
    close: Option<Close>,
    /// Lets the message go, for this reason; it is counted and its bytes are kept.
    drop: Option<Written>,
    /// A template. Default: the subject.
    title: Option<Written>,
    /// Default: normal.
    priority: Option<Priority>,
    /// Templates; an empty one is left out.
    labels: Option<OneOrMany<Written>>,
    /// Templates by name; a number, true or false stays what it is.
    fields: Option<BTreeMap<String, Scalar>>,
    /// Who it is offered to. Default: as the queue says.
    assign: Option<Party>,
    /// Whom of a team: who has the fewest open items, or in turn.
    pick: Option<Pick>,
    /// A length of time or an instant, or a template that makes one: by when it is to be done.
    due: Option<Written>,
    /// A template: what later messages about the same thing have in common.
    key: Option<Written>,
    /// A template: a note on the item.
    note: Option<Written>,
    /// In place of `key`: collects what has the same `by` into one item.
    group: Option<Group>,
    /// Nobody is told of the item for so long, or until then.
    mute: Option<Mute>,
    /// The sender is answered.
    reply: Option<Reply>,
    /// Who hears of it.
    tell: Option<Tell>,
    /// Who gets the message as it came.
    forward: Option<Forward>,
    /// What web address is called.
    call: Option<Call>,
    /// What should arrive after this message.
    expect: Option<Awaited>,
    /// A round that begins with this message.
    round: Option<Ask>,
}

/// A round by its name, or with what it is about this time.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Ask {
    /// Its name under `rounds`.
    Name(String),
    /// Its name, and what it is about.
    About(AskAbout),
}

/// A round, and what it is about this time.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct AskAbout {
    /// Its name under `rounds`.
    name: String,
    /// A template: what people read beside the proposal.
    about: Option<Written>,
}

/// What should arrive after a message, once.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Awaited {
    /// A message this rule takes is what is expected.
    rule: String,
    /// How soon.
    within: Span,
    /// A template: what the expected message has as its key too. The same rule and key are expected once at a time.
    key: Option<Written>,
    /// The item that is raised when it does not arrive. Title and note are templates.
    #[schemars(rename = "else")]
    otherwise: Otherwise,
}

/// What is collected, and for how long.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Group {
    /// A template: what the messages have in common.
    by: Written,
    /// How long at most, such as 10m; a day at the longest.
    wait: Span,
    /// So many are told at once.
    #[schemars(range(min = 1, max = 100_000))]
    max: Option<u32>,
}

/// How long nobody is told of the item, and why: exactly one of `for` and `until`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{ "required": ["for"] }, { "required": ["until"] }]))]
pub(super) struct Mute {
    /// A length of time from the message on, such as 3d; a year at the longest.
    #[schemars(rename = "for")]
    lasts: Option<Span>,
    /// A time of day, a date, a date with a time or an instant, or a template that makes one. Read in the queue's zone.
    until: Option<Written>,
    /// A template: the reason.
    why: Written,
    /// What is told all the same.
    except: Option<Except>,
}

/// The answer: a template, or with a subject.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Reply {
    /// The text.
    Text(Written),
    /// With a subject.
    Letter(ReplyLetter),
}

/// An answer with a subject.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ReplyLetter {
    /// A template. Default: the subject of the message, as an answer.
    subject: Option<Written>,
    /// A template.
    text: Written,
}

/// Whom the rule tells.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Tell {
    /// A person, `team:NAME`, `rotation:NAME`, `owner`, `holder` or an address; or several.
    To(OneOrMany<Party>),
    /// With a reason.
    Word(TellWord),
}

/// Who is told, and why.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct TellWord {
    /// Who.
    to: OneOrMany<Party>,
    /// A template: why they hear of it.
    why: Option<Written>,
    /// Whether it may disturb outside working hours.
    urgent: Option<bool>,
}

/// Whom the message is sent on to.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Forward {
    /// A person, `team:NAME`, `rotation:NAME`, `owner` or an address; or several.
    To(OneOrMany<Party>),
    /// With a note.
    Word(ForwardWord),
}

/// Who gets it, with a note.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ForwardWord {
    /// Who.
    to: OneOrMany<Party>,
    /// A template that goes with it.
    note: Option<Written>,
}

/// The address that is called: alone, or with an event and a body.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Call {
    /// An http or https address, or a name under `send.webhooks`.
    Url(String),
    /// With an event and a body.
    Word(CallWord),
}

/// A call with what it says.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct CallWord {
    /// An http or https address, without user, password and fragment; or a name under `send.webhooks`.
    url: String,
    /// A name that programs compare. Default: the rule's name.
    #[schemars(regex(pattern = r"^[A-Za-z0-9._-]{1,64}$"))]
    event: Option<String>,
    /// A template, or a mapping from names to templates, numbers, true and false, which is sent as JSON.
    body: Option<CallBody>,
}

/// What a call says.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum CallBody {
    /// A template.
    Text(Written),
    /// Templates by name; a number, true or false stays what it is.
    Fields(BTreeMap<String, Scalar>),
}

/// Closes the open item with a key.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Close {
    /// A template.
    key: Written,
    /// Only in this queue.
    queue: Option<String>,
    /// A template: what the timeline says.
    note: Option<Written>,
}
