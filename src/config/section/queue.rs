//! `queues`, and the quarantine queue that is always there. May import the rest of config.

use std::collections::BTreeMap;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::sections::Sections;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node};
use super::calendar::reference as calendar;
use super::desk::address;
use super::escalation::{duration, reference as escalation};
use super::party::{FALLBACK, OFFER, Targets, party, person, pick};
use super::people::People;
use crate::model::{Address, ItemId, Party, PersonKey, QueueName, Span};
use crate::policy::{FollowUpPlan, FollowUpThen, Queue, TellRequester};

/// The name of the queue for what could not be decoded.
pub const QUARANTINE: &str = "quarantine";
/// The prefix of the built-in quarantine queue.
pub const QUARANTINE_PREFIX: &str = "QUA";
/// `update_every` where none is written.
pub const UPDATE_EVERY: Span = Span::WorkingDays(5);
/// `reopen_within` where none is written.
pub const REOPEN_WITHIN: Span = Span::Elapsed(14 * 86_400);
/// The most reminders to a requester.
const MAX_REMINDERS: u32 = 100;

const KNOWN: [&str; 18] = [
    "prefix",
    "purpose",
    "owner",
    "urgent_when",
    "handover",
    "assign",
    "pick",
    "fallback",
    "calendar",
    "accept_within",
    "respond_within",
    "resolve_within",
    "update_every",
    "follow_up",
    "escalation",
    "tell_requester",
    "reopen_within",
    "address",
];

/// What is read of the queues.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    /// Those without a mistake.
    pub queues: BTreeMap<QueueName, Queue>,
    /// Prefixes and where they stand.
    pub prefixes: Vec<(String, Spot)>,
    /// Addresses of queues and where they stand.
    pub addresses: Vec<(Address, Spot)>,
    /// Working lengths of time per queue, and where they stand.
    pub working: BTreeMap<QueueName, Spot>,
}

/// All queues that are written.
pub(crate) fn queues(cx: &mut Check<'_>, sections: &Sections<'_>, top: Spot, people: &People, targets: &mut Targets) -> Queues {
    let entries = sections.named("queues");
    if entries.is_empty() {
        cx.error(
            Code::MissingKey,
            top,
            "the configuration has no `queues`: items would have nowhere to wait",
        )
        .hint("define at least one; `batond init` writes an example");
    }
    let mut queues = Queues::default();
    for entry in entries {
        if let Some(queue) = queue(cx, entry, people, targets, &mut queues) {
            queues.queues.insert(queue.name.clone(), queue);
        }
    }
    queues
}

fn queue(cx: &mut Check<'_>, entry: &Entry, people: &People, targets: &mut Targets, all: &mut Queues) -> Option<Queue> {
    let name = QueueName::from(entry.key.as_deref()?);
    let what = format!("queue `{name}`");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &KNOWN, &["members", "digest"])?;
    let prefix = fields.require(cx, "prefix", "what its items are called, such as `SUP` for SUP-142");
    let prefix = prefix.and_then(|node| prefix_of(cx, node, all));
    let purpose = documented(cx, &fields, &what, "purpose", "say what belongs here, in a sentence");
    let urgent_when = documented(cx, &fields, &what, "urgent_when", "say what counts as urgent here, in a sentence");
    let handover = documented(cx, &fields, &what, "handover", "say what whoever passes an item on must tell");
    let owner = match required(cx, &fields, &what, "owner", "name the person who answers for this queue") {
        Some(node) => person(cx, node),
        None => None,
    };
    let parties = parties(cx, &fields, targets);
    let own_calendar = fields.get("calendar").map(|node| calendar(cx, node));
    let spans = spans(cx, &fields, &name, all);
    let follow_up = fields.entry("follow_up").map(|entry| follow_up(cx, entry, &what, &name, all));
    let ladder = fields.get("escalation").map(|node| escalation(cx, node));
    let tell_requester = fields
        .get("tell_requester")
        .map(|node| tell_requester(cx, node))
        .unwrap_or_default();
    let from = fields
        .get("address")
        .map(|node| address(cx, node).inspect(|address| all.addresses.push((address.clone(), node.spot))));
    let owner = owner?;
    let calendar = match own_calendar {
        Some(own) => own?,
        None => people.get(&owner)?.person.calendar.clone(),
    };
    let (assign, fallback) = parties?;
    let pick = fields.entry("pick").map(|entry| pick(cx, entry, assign.as_ref()));
    if matches!(pick, Some(None)) {
        return None;
    }
    let spans = spans?;
    Some(Queue {
        name,
        prefix: prefix?,
        purpose: purpose?,
        assign: as_person(assign.unwrap_or(Party::Owner), &owner),
        pick: pick.flatten(),
        fallback: fallback.map(|party| as_person(party, &owner)),
        owner,
        urgent_when: urgent_when?,
        handover: handover?,
        calendar,
        accept_within: spans.accept,
        respond_within: spans.respond,
        resolve_within: spans.resolve,
        update_every: spans.update.unwrap_or(UPDATE_EVERY),
        follow_up: follow_up.unwrap_or(Some(None))?,
        escalation: ladder.flatten(),
        tell_requester,
        reopen_within: spans.reopen.unwrap_or(REOPEN_WITHIN),
        address: from.flatten(),
        place: Some(cx.place(entry.spot)),
    })
}

/// The owner of a queue is a person who is known.
fn as_person(party: Party, owner: &PersonKey) -> Party {
    match party {
        Party::Owner => Party::Person(owner.clone()),
        other => other,
    }
}

/// A key of the queue's documentation.
fn required<'n>(cx: &mut Check<'_>, fields: &Fields<'n>, what: &str, key: &str, hint: &str) -> Option<&'n Node> {
    let found = fields.get(key);
    if found.is_none() && !fields.reported(key) {
        cx.error(
            Code::Undocumented,
            fields.head,
            format!("{what} is not documented: `{key}` is missing"),
        )
        .hint(hint);
    }
    found
}

fn documented(cx: &mut Check<'_>, fields: &Fields<'_>, what: &str, key: &str, hint: &str) -> Option<String> {
    let node = required(cx, fields, what, key, hint)?;
    cx.full_text(node).map(str::to_owned)
}

fn prefix_of(cx: &mut Check<'_>, node: &Node, all: &mut Queues) -> Option<String> {
    let text = cx.text(node)?;
    if ItemId::is_prefix(text) {
        all.prefixes.push((text.to_owned(), node.spot));
        return Some(text.to_owned());
    }
    let upper: String = text
        .to_ascii_uppercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(ItemId::MAX_PREFIX_BYTES)
        .collect();
    let said = cx.error(Code::BadPrefix, node.spot, format!("`{}` is not a prefix", shown(text)));
    said.hint(format!(
        "1 to {} characters, A to Z and digits, the first a letter",
        ItemId::MAX_PREFIX_BYTES
    ));
    if ItemId::is_prefix(&upper) {
        said.did_you_mean(Some(&upper));
    }
    None
}

type Parties = (Option<Party>, Option<Party>);

fn parties(cx: &mut Check<'_>, fields: &Fields<'_>, targets: &mut Targets) -> Option<Parties> {
    let assign = fields.get("assign").map(|node| party(cx, node, OFFER, targets));
    let fallback = fields.get("fallback").map(|node| party(cx, node, FALLBACK, targets));
    if matches!(assign, Some(None)) || matches!(fallback, Some(None)) {
        return None;
    }
    Some((assign.flatten(), fallback.flatten()))
}

#[derive(Debug, Default)]
struct Spans {
    accept: Option<Span>,
    respond: Option<Span>,
    resolve: Option<Span>,
    update: Option<Span>,
    reopen: Option<Span>,
}

fn spans(cx: &mut Check<'_>, fields: &Fields<'_>, name: &QueueName, all: &mut Queues) -> Option<Spans> {
    let mut good = true;
    let mut span = |cx: &mut Check<'_>, key: &str, in_queues_calendar: bool| {
        let node = fields.get(key)?;
        let span = duration(cx, node);
        good &= span.is_some();
        if in_queues_calendar && span.is_some_and(Span::is_working) {
            all.working.entry(name.clone()).or_insert(node.spot);
        }
        span
    };
    // Accept and update count in the holder's calendar, which always has hours.
    let spans = Spans {
        accept: span(cx, "accept_within", false),
        respond: span(cx, "respond_within", true),
        resolve: span(cx, "resolve_within", true),
        update: span(cx, "update_every", false),
        reopen: span(cx, "reopen_within", true),
    };
    good.then_some(spans)
}

/// `follow_up: { first, again, times, then }`: with what is written, or a mistake.
fn follow_up(cx: &mut Check<'_>, entry: &Entry, what: &str, name: &QueueName, all: &mut Queues) -> Option<Option<FollowUpPlan>> {
    let what = format!("`follow_up` of {what}");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &["first", "again", "times", "then"], &[])?;
    let first = fields.require(cx, "first", "the time to the first reminder, such as `2 working days`");
    let spans = [first, fields.get("again")].map(|node| {
        let node = node?;
        let span = duration(cx, node)?;
        if span.is_working() {
            all.working.entry(name.clone()).or_insert(node.spot);
        }
        Some(span)
    });
    let times = fields.require(cx, "times", "how many reminders are sent, such as 3");
    let times = times.and_then(|node| cx.number(node, 1, MAX_REMINDERS));
    let words = [
        ("close", FollowUpThen::Close),
        ("escalate", FollowUpThen::Escalate),
        ("return", FollowUpThen::Return),
    ];
    let then = fields.require(cx, "then", "what happens after the last reminder: close, escalate or return");
    let then = then.and_then(|node| cx.word(node, &words));
    let [first, again] = spans;
    if fields.get("again").is_some() && again.is_none() {
        return None;
    }
    let first = first?;
    Some(Some(FollowUpPlan {
        first,
        again: again.unwrap_or(first),
        times: times?,
        then: then?,
    }))
}

fn tell_requester(cx: &mut Check<'_>, node: &Node) -> TellRequester {
    let mut tell = TellRequester::default();
    for node in node.one_or_many() {
        match cx.word(node, &[("received", true), ("done", false)]) {
            Some(true) => tell.received = true,
            Some(false) => tell.done = true,
            None => {}
        }
    }
    tell
}

/// The queue for what could not be decoded, where the configuration defines none of that name.
pub(crate) fn quarantine(unmatched: &Queue) -> Queue {
    Queue {
        name: QueueName::from(QUARANTINE),
        prefix: QUARANTINE_PREFIX.to_owned(),
        purpose: "Messages that could not be read. Each item keeps the raw bytes; look what it is and who sent it.".to_owned(),
        owner: unmatched.owner.clone(),
        urgent_when: "Several arrive from one sender within an hour, or the sender is somebody you have promised an answer.".to_owned(),
        handover: "Say what you could make out of the raw message and whether the sender has been asked to send it again.".to_owned(),
        assign: Party::Person(unmatched.owner.clone()),
        pick: None,
        fallback: unmatched.fallback.clone(),
        calendar: unmatched.calendar.clone(),
        accept_within: None,
        respond_within: None,
        resolve_within: None,
        update_every: UPDATE_EVERY,
        follow_up: None,
        escalation: unmatched.escalation.clone(),
        tell_requester: TellRequester::default(),
        reopen_within: REOPEN_WITHIN,
        address: None,
        place: None,
    }
}
