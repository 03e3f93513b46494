//! A rule as it was written, typed, with the place of every part. May import model. `config` fills it from YAML, `RuleSet::compile` takes it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::model::{AuthMethod, Collect, Otherwise, Party, Pick, Place, Priority, QueueName, RoundName, RuleName, Span};

/// A text with its place: a template, a pattern, a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As written.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct RuleDef {
    /// Its name, unique.
    pub name: RuleName,
    /// Where it begins.
    pub place: Place,
    /// When it matches. `All(vec![])` always does.
    pub when: Cond,
    /// `each: json.alerts`: the list whose elements each give one outcome.
    pub each: Option<Text>,
    /// Values taken from the message.
    pub extract: Vec<ExtractDef>,
    /// What follows.
    pub then: Actions,
    /// Whether later rules are tried too.
    pub continues: bool,
}

/// A condition.
#[derive(Debug, Clone)]
pub enum Cond {
    /// All hold; the keys of one mapping.
    All(Vec<Cond>),
    /// At least one holds.
    Any(Vec<Cond>),
    /// It does not hold.
    Not(Box<Cond>),
    /// A field passes at least one of the tests. For a field with several values, one value that passes is enough.
    Field {
        /// Which.
        field: Field,
        /// The tests; a list in YAML means any of.
        tests: Vec<Test>,
        /// Where.
        place: Place,
    },
    /// `expr:` an expression of the template language is true.
    Expr(Text),
    /// `more_than:` more messages than this came within this time, this one counted.
    More(MoreThan),
}

/// `more_than: { count, in, per }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoreThan {
    /// The most that is not yet more; at least 1, at most [`MAX_COUNT`].
    pub count: u32,
    /// The time looked back on, in seconds; at least 1.
    pub seconds: i64,
    /// A template: messages for which it says the same are counted together. `None` counts all together.
    pub per: Option<Text>,
    /// Where.
    pub place: Place,
}

/// The largest `count` of `more_than`: so many instants are kept for each value of `per`.
pub const MAX_COUNT: u32 = 1_000;

/// What a condition or an extraction looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The source's key.
    Source,
    /// The kind; the word `automatic` means any but `person`.
    Kind,
    /// From: addresses, and `Name <address>`.
    From,
    /// To, and the envelope's recipients.
    To,
    /// Cc.
    Cc,
    /// The subject.
    Subject,
    /// The new text; for a webhook its text body.
    Body,
    /// All of the text.
    Text,
    /// `header.NAME`, of mail or webhook.
    Header(String),
    /// `json.PATH`: dotted names and `[n]`, or RFC 9535 after `$`.
    Json(String),
    /// `form.NAME`
    Form(String),
    /// `query.NAME`
    Query(String),
    /// Whether the sender is one of `people`.
    Known,
    /// The mailing list a mail came by: its id, its name with the id, its address.
    List,
    /// `attachment.name`: of every attachment.
    AttachmentName,
    /// `attachment.type`: the media type of every attachment.
    AttachmentType,
    /// The raw message's size in bytes.
    Size,
    /// `auth.dkim`, `auth.spf`, `auth.dmarc`: what a trusted receiver found.
    Auth(AuthMethod),
    /// `within:` the calendars, of those the rules name, in whose working hours the message came.
    Within,
    /// `outside:` the others of them.
    Outside,
    /// A field, and what it counts as where the message has none.
    Or(Box<Field>, String),
}

/// One test on a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// A bare string or `glob:`: `*` and `?`, the whole value, without case.
    Glob(String),
    /// `is:` the whole value, without case.
    Is(String),
    /// `contains:` without case.
    Contains(String),
    /// `starts_with:` without case.
    StartsWith(String),
    /// `ends_with:` without case.
    EndsWith(String),
    /// `regex:` anywhere in the value, with case unless `(?i)`.
    Regex(String),
    /// `exists:`
    Exists(bool),
    /// `known: true`, or a JSON boolean.
    Bool(bool),
    /// A bare number: equal as a number.
    Number(f64),
    /// `gt`, `gte`, `lt`, `lte`
    Compare(Order, Bound),
}

/// On which side of a bound a value must lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// `gt`
    Above,
    /// `gte`
    AtLeast,
    /// `lt`
    Below,
    /// `lte`
    AtMost,
}

impl Order {
    /// The test's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Above => "gt",
            Self::AtLeast => "gte",
            Self::Below => "lt",
            Self::AtMost => "lte",
        }
    }
}

/// What values are compared with. A value of another kind lies on no side of it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub enum Bound {
    /// A finite number; a size counts in bytes.
    Number(f64),
    /// An instant.
    Instant(Timestamp),
}

/// `extract: { order: { from: subject, regex: 'order #(?<order>\d+)' } }`
#[derive(Debug, Clone)]
pub struct ExtractDef {
    /// The name it gets: the capture of that name, else the first group, else the whole match.
    pub name: String,
    /// Where it is looked for.
    pub from: ExtractFrom,
    /// With what; `None` takes the whole value.
    pub regex: Option<Text>,
    /// What it is when nothing is found; without one the name is undefined, and a template that uses it fails.
    pub default: Option<String>,
    /// Where.
    pub place: Place,
}

/// Where an extraction looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtractFrom {
    /// In the message.
    Field(Field),
    /// `each.PATH`: in the element at hand; `None` for `each`, the element itself.
    Element(Option<String>),
}

/// `then:` What follows. Exactly one of queue, close, drop is given; `config` sees to it.
#[derive(Debug, Clone, Default)]
pub struct Actions {
    /// `queue`
    pub queue: Option<QueueName>,
    /// `title`
    pub title: Option<Text>,
    /// `priority`
    pub priority: Option<Priority>,
    /// `labels`, each a template.
    pub labels: Vec<Text>,
    /// `fields` whose values are templates.
    pub fields: Vec<(String, Text)>,
    /// `fields` whose values stand as they are: numbers, `true` and `false`.
    pub values: BTreeMap<String, Value>,
    /// `assign`
    pub assign: Option<Party>,
    /// `pick`
    pub pick: Option<Pick>,
    /// `due`
    pub due: Option<Text>,
    /// `key`
    pub key: Option<Text>,
    /// `note`
    pub note: Option<Text>,
    /// `group`, whose `by` stands in `key`.
    pub collect: Option<Collect>,
    /// `mute`
    pub mute: Option<MuteDef>,
    /// `close: { key, queue, note }`
    pub close: Option<CloseDef>,
    /// `drop: REASON`
    pub drop: Option<Text>,
    /// `reply`
    pub reply: Option<ReplyDef>,
    /// `tell`
    pub tell: Option<TellDef>,
    /// `forward`
    pub forward: Option<ForwardDef>,
    /// `call`
    pub call: Option<CallDef>,
    /// `expect`
    pub expect: Option<ExpectDef>,
    /// `round`
    pub round: Option<AskDef>,
}

/// `round:` Several people are asked.
#[derive(Debug, Clone)]
pub struct AskDef {
    /// Which round.
    pub name: RoundName,
    /// `about`
    pub about: Option<Text>,
}

/// `mute:` Nobody is told of the item until a time.
#[derive(Debug, Clone)]
pub struct MuteDef {
    /// `for`, or `until`, which may be a template.
    pub until: Text,
    /// `why`
    pub why: Text,
    /// `except: urgent`
    pub except_urgent: bool,
    /// Where it stands.
    pub place: Place,
}

/// `expect:` After this message another one should arrive.
#[derive(Debug, Clone)]
pub struct ExpectDef {
    /// `rule`: the one that takes it.
    pub rule: RuleName,
    /// `within`
    pub within: Span,
    /// `key`: what its rule must give it as key too.
    pub key: Option<Text>,
    /// `else`, without title and note.
    pub otherwise: Otherwise,
    /// `else.title`
    pub title: Option<Text>,
    /// `else.note`
    pub note: Option<Text>,
    /// Where it stands.
    pub place: Place,
}

/// `reply:` The sender is answered.
#[derive(Debug, Clone)]
pub struct ReplyDef {
    /// `subject`
    pub subject: Option<Text>,
    /// `text`
    pub text: Text,
}

/// `tell:` People hear of it.
#[derive(Debug, Clone)]
pub struct TellDef {
    /// `to`; at least one.
    pub to: Vec<Party>,
    /// `why`
    pub why: Option<Text>,
    /// `urgent`
    pub urgent: bool,
}

/// `forward:` The message is sent on.
#[derive(Debug, Clone)]
pub struct ForwardDef {
    /// `to`; at least one.
    pub to: Vec<Party>,
    /// `note`
    pub note: Option<Text>,
}

/// `call:` A web address is told.
#[derive(Debug, Clone)]
pub struct CallDef {
    /// `url`: http or https with a host, without user, password and fragment; `config` sees to it.
    pub url: String,
    /// `event`; `None` means the rule's name.
    pub event: Option<String>,
    /// `body`
    pub body: Option<CallBody>,
}

/// `body` of a call.
#[derive(Debug, Clone)]
pub enum CallBody {
    /// A template.
    Text(Text),
    /// A JSON object: values that are templates, and those that stand as they are.
    Fields(Vec<(String, Text)>, BTreeMap<String, Value>),
}

/// `close:` The open item with a key is done.
#[derive(Debug, Clone)]
pub struct CloseDef {
    /// `key`
    pub key: Text,
    /// `queue`; `None` means every queue.
    pub queue: Option<QueueName>,
    /// `note`
    pub note: Option<Text>,
}

/// What is wrong with a rule, found while compiling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// Where.
    pub place: Place,
    /// What kind.
    pub kind: RuleFaultKind,
    /// A sentence.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
}

/// The kinds of [`RuleFault`]; `config` gives each its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleFaultKind {
    /// Not a glob.
    Glob,
    /// Not a regular expression, or one over the size limit.
    Regex,
    /// Not a template, or one that fails on sample data because of a filter or name that does not exist.
    Template,
    /// Not an expression.
    Expr,
    /// Not a path into JSON.
    JsonPath,
    /// Not a time to be done.
    Due,
    /// An earlier rule takes everything this one could match.
    Unreachable,
    /// An earlier rule takes everything one of its alternatives could match; the rule itself can match.
    Shadowed,
}
