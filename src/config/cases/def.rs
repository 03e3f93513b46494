//! A case as it was written, typed, with the place of every part. May import model. `simulate` plays it; nothing here looks at a policy.

use super::{Moment, Pattern};
use crate::model::{ClockKind, ItemId, Place, Priority, Reason, SourceName, Span, State};

/// One case: what comes in, and what must come of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name, unique over all files.
    pub name: String,
    /// Where it begins.
    pub place: Place,
    /// The zone its times are read in, an IANA name; `None` is the zone of the queue for what no rule takes.
    pub time_zone: Option<String>,
    /// When it begins; `None` is the documented Monday morning.
    pub start: Option<(Moment, Place)>,
    /// The steps, in order; a case without `steps` is one step.
    pub steps: Vec<CaseStep>,
    /// What must be so after all of them, of everything that happened.
    pub expect: Option<Expect>,
}

/// One step of a case: when, what comes in, what must have come of it.
#[derive(Debug, Clone)]
pub struct CaseStep {
    /// Where it begins.
    pub place: Place,
    /// When, and where that is written; `None` is at once.
    pub at: Option<(Moment, Place)>,
    /// What comes in; `None`: only time passes.
    pub given: Option<Given>,
    /// What must be so now.
    pub expect: Option<Expect>,
}

/// What comes in.
#[derive(Debug, Clone)]
pub enum Given {
    /// A mail.
    Mail(Box<MailGiven>),
    /// A webhook delivery.
    Hook(Box<HookGiven>),
    /// Somebody answers the last mail they got.
    Answer {
        /// A person's key, or `requester`.
        who: String,
        /// About which item; `None` is the last mail, whatever it is about.
        item: Option<ItemId>,
        /// What they write above the quote.
        text: String,
    },
}

/// A mail.
#[derive(Debug, Clone)]
pub struct MailGiven {
    /// Where it is written.
    pub place: Place,
    /// The source it comes by; `None` is the first that accepts a recipient.
    pub source: Option<SourceName>,
    /// The envelope's recipients, where they are not those of the headers.
    pub to: Vec<String>,
    /// The return path, where it is not From: `Some(None)` is the null path.
    pub from: Option<Option<String>>,
    /// What it says.
    pub bytes: MailBytes,
}

/// What a mail says.
#[derive(Debug, Clone)]
pub enum MailBytes {
    /// The bytes as they are, line ends as CRLF.
    Raw(Vec<u8>),
    /// To be written when the case runs: it gets the case's own time.
    Short(Box<ShortMail>),
}

/// The short form of a mail.
#[derive(Debug, Clone, Default)]
pub struct ShortMail {
    /// From: `name@domain` or `Name <name@domain>`.
    pub from: String,
    /// To.
    pub to: Vec<String>,
    /// Cc.
    pub cc: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub body: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Further headers, in order; one of the usual names takes that one's place.
    pub headers: Vec<(String, String)>,
    /// What is attached.
    pub attachments: Vec<Attached>,
}

/// An attachment.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The file name.
    pub name: String,
    /// The media type.
    pub media_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// A webhook delivery.
#[derive(Debug, Clone)]
pub struct HookGiven {
    /// Where it is written.
    pub place: Place,
    /// The source it comes by; `None` is the only one there is.
    pub source: Option<SourceName>,
    /// The body.
    pub body: HookBody,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The pairs of the query string.
    pub query: Vec<(String, String)>,
}

/// The body of a webhook.
#[derive(Debug, Clone)]
pub struct HookBody {
    /// The Content-Type it has unless a header says otherwise.
    pub media_type: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What must be so after a step. What is not named is not compared.
#[derive(Debug, Clone)]
pub struct Expect {
    /// Where it begins.
    pub place: Place,
    /// The one item that is looked at; `None` is every item the step's message concerns.
    pub item: Option<ItemId>,
    /// What must be so.
    pub wants: Vec<Want>,
}

/// One thing that must be so.
#[derive(Debug, Clone)]
pub struct Want {
    /// Where its value stands.
    pub place: Place,
    /// What.
    pub what: Wanted,
}

/// What can be expected.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// `rule`: a rule of this name decided.
    Rule(Pattern),
    /// `unmatched`: whether no rule took it.
    Unmatched(bool),
    /// `failure`: a rule failed while running, with this reason.
    Failure(Pattern),
    /// `drop`: a rule let it go, for this reason.
    Drop(Pattern),
    /// `items: 3`: so many items.
    Count(usize),
    /// `items: [ … ]`: exactly these, in this order.
    Items(Vec<Expect>),
    /// `joins`: whether it joined an item that was there.
    Joins(bool),
    /// `repeat`: whether it had been received before.
    Repeat(bool),
    /// `queue`
    Queue(Pattern),
    /// `title`
    Title(Pattern),
    /// `priority`
    Priority(Priority),
    /// `labels`: exactly these, in any order.
    Labels(Vec<Pattern>),
    /// `fields.NAME`; `None` means that there is no such field.
    Field(String, Option<Pattern>),
    /// `key`; `None` means that it has none.
    Key(Option<Pattern>),
    /// `state`
    State(State),
    /// `holder`; `None` means nobody.
    Holder(Option<Pattern>),
    /// `accountable`
    Accountable(Pattern),
    /// `requester`: an address.
    Requester(Pattern),
    /// `deadlines.CLOCK`
    Deadline(ClockKind, DeadlineWant),
    /// `notices`: at least these since the step before; an empty list means none at all.
    Notices(Vec<NoticeWant>),
}

/// How a clock must stand.
#[derive(Debug, Clone)]
pub enum DeadlineWant {
    /// It does not run.
    None,
    /// It stands still.
    Paused,
    /// Its deadline passed unmet.
    Overdue,
    /// It ends at this local time, read from its start.
    At(Moment),
    /// It ends so long after its start.
    In(Span),
}

/// A notice that must be there. What is not named is not compared.
#[derive(Debug, Clone)]
pub struct NoticeWant {
    /// Where it begins.
    pub place: Place,
    /// To whom: a person's key, an address, or `requester`.
    pub to: Option<Pattern>,
    /// Why.
    pub reason: Option<Reason>,
    /// The subject of the mail it went out with.
    pub subject: Option<Pattern>,
    /// The text of that mail.
    pub text: Option<Pattern>,
    /// When it was sent.
    pub at: Option<Moment>,
    /// It was held, until then.
    pub held_until: Option<Moment>,
}
