//! Cases of `tests:`. May import the small kinds.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::of;
use super::scalar::{Address, OneOrMany, Priority, Scalar, ScalarOrNothing, TimeZone};

/// What comes in, and what must come of it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Case {
    /// What must come of it, in a few words. Once in the whole configuration.
    #[schemars(length(min = 1))]
    name: String,
    /// The zone of local times. Default: that of the queue under `unmatched`.
    time_zone: Option<TimeZone>,
    /// When it happens: `mon 09:00`, `2026-12-01 09:00`, `+30m`, `+4 working hours`.
    at: Option<String>,
    /// A mail that comes in.
    mail: Option<Mail>,
    /// A webhook's delivery that comes in.
    webhook: Option<Hook>,
    /// A story in place of one message.
    #[schemars(length(min = 1, max = 500))]
    steps: Option<Vec<Step>>,
    /// What must come of it.
    expect: Option<Expected>,
}

/// A step of a story. Beside these keys stands who answers: `ana: accept`.
pub(super) struct Step;

impl JsonSchema for Step {
    fn schema_name() -> Cow<'static, str> {
        "CaseStep".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (mail, webhook, expect) = (of::<Mail>(generator), of::<Hook>(generator), of::<Expected>(generator));
        let answer = of::<Answer>(generator);
        json_schema!({
            "type": "object",
            "description": "A time, something that comes in, an expectation, or several of these. Whoever answers is named: `ana: accept`.",
            "properties": {
                "at": { "type": "string", "description": "When: `mon 09:00`, `+30m`, `+4 working hours`." },
                "mail": { "description": "A mail that comes in.", "allOf": [mail] },
                "webhook": { "description": "A webhook's delivery that comes in.", "allOf": [webhook] },
                "expect": { "description": "What must have come of it by now.", "allOf": [expect] },
                "requester": { "description": "The requester answers.", "allOf": [answer] }
            },
            "additionalProperties": answer
        })
    }
}

/// What somebody writes in answer to the last mail they got.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Answer {
    /// What they write.
    Says(String),
    /// To the last mail about an item.
    On(AnswerOn),
}

/// To the last mail about an item.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct AnswerOn {
    /// The item, such as SUP-2.
    on: Option<String>,
    /// What they write.
    says: String,
}

/// A mail: the name of a file, the mail itself as a text of several lines, or its parts.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Mail {
    /// A file, or the mail itself.
    Text(String),
    /// Its parts.
    Parts(Box<MailParts>),
}

/// The parts of a mail; `file` or `raw` in place of them.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MailParts {
    /// Who writes.
    from: Option<String>,
    /// To whom.
    to: Option<OneOrMany<String>>,
    /// Copies.
    cc: Option<OneOrMany<String>>,
    /// The subject.
    subject: Option<Scalar>,
    /// The plain text.
    body: Option<Scalar>,
    /// The same as HTML.
    html: Option<String>,
    /// Further headers.
    headers: Option<BTreeMap<String, OneOrMany<Scalar>>>,
    /// Files that are attached.
    attachments: Option<OneOrMany<Attachment>>,
    /// A source's name. Default: the first that accepts a recipient.
    source: Option<String>,
    /// Where it is not what the headers say.
    envelope: Option<Envelope>,
    /// A file with the whole mail.
    file: Option<String>,
    /// The whole mail.
    raw: Option<String>,
}

/// Who it came from and for whom, on the way.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Envelope {
    /// The return path; `<>` is the null path.
    from: Option<String>,
    /// The recipients.
    to: Option<OneOrMany<Address>>,
}

/// A file that is attached.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Attachment {
    /// The path of a file.
    File(String),
    /// Its name and content.
    Parts(AttachmentParts),
}

/// Name and content of an attachment.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct AttachmentParts {
    /// Its file name.
    name: String,
    /// Its media type.
    #[schemars(rename = "type")]
    media_type: Option<String>,
    /// Its content.
    text: Option<String>,
    /// A file with its content.
    file: Option<String>,
}

/// A webhook's delivery; exactly one of `json`, `form`, `text`, `file`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Hook {
    /// A webhook source. May be left out if there is one.
    source: Option<String>,
    /// Headers.
    headers: Option<BTreeMap<String, OneOrMany<Scalar>>>,
    /// Values in the URL.
    query: Option<BTreeMap<String, OneOrMany<Scalar>>>,
    /// The body, as YAML or as the JSON itself.
    json: Option<serde_json::Value>,
    /// The body, as a form.
    form: Option<BTreeMap<String, OneOrMany<Scalar>>>,
    /// The body, as text.
    text: Option<String>,
    /// A file with the body: .json, .txt, .form.
    file: Option<String>,
}

/// What must come of it. What is not named is not compared; `*` stands for any text.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Expected {
    /// Which item is meant, such as SUP-2.
    item: Option<String>,
    /// How many items it concerns, `none`, or what each of them is.
    items: Option<Items>,
    /// A rule of this name decided.
    rule: Option<String>,
    /// No rule took it.
    unmatched: Option<bool>,
    /// A rule failed while running, for this reason.
    failure: Option<String>,
    /// A rule let it go, for this reason.
    drop: Option<String>,
    /// It joined an item that was there.
    joins: Option<bool>,
    /// It had been received before.
    repeat: Option<bool>,
    /// The item's queue.
    queue: Option<String>,
    /// The item's title.
    title: Option<Scalar>,
    /// The item's priority.
    priority: Option<Priority>,
    /// Exactly these, in any order.
    labels: Option<OneOrMany<Scalar>>,
    /// These fields have these values; `~` means there is no such field.
    fields: Option<BTreeMap<String, ScalarOrNothing>>,
    /// The item's key; `none`.
    key: Option<Scalar>,
    /// The item's state.
    state: Option<State>,
    /// Who has it, or was first asked; `nobody`.
    holder: Option<String>,
    /// Who answers for it.
    accountable: Option<String>,
    /// Who asked.
    requester: Option<String>,
    /// When its clocks end.
    deadlines: Option<Deadlines>,
    /// `none`, or what must have been sent.
    notices: Option<Notices>,
}

/// When clocks end: `mon 11:00`, `4 working hours` from their start, `none`, `paused` or `overdue`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Deadlines {
    /// To the acceptance.
    accept: Option<String>,
    /// To the first answer.
    respond: Option<String>,
    /// To done.
    resolve: Option<String>,
    /// To the holder's next word.
    update: Option<String>,
    /// Of waiting for somebody.
    wait: Option<String>,
    /// Of a snooze.
    snooze: Option<String>,
    /// To the next look for somebody who can take it.
    parked: Option<String>,
}

/// `none`, or what must have been sent.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Notices {
    /// None.
    Word(NoItem),
    /// This one.
    One(Notice),
    /// These.
    Many(Vec<Notice>),
}

/// A notice that must have been sent.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Notice {
    /// Who read it: a person's key, `requester` or an address.
    to: Option<String>,
    /// Why it was sent.
    reason: Option<String>,
    /// Its subject.
    subject: Option<String>,
    /// Its text.
    text: Option<String>,
    /// When it was sent.
    at: Option<String>,
    /// Until when it is held.
    held_until: Option<String>,
}

/// How many items, or what each is.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Items {
    /// So many.
    Count(u32),
    /// Exactly these, in order.
    Each(Vec<Expected>),
    /// None.
    Word(NoItem),
}

/// No item.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum NoItem {
    None,
}

/// The state of an item.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum State {
    Offered,
    Accepted,
    Waiting,
    Snoozed,
    Blocked,
    Parked,
    Done,
    Dropped,
}
