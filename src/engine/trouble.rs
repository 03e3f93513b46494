//! When mail to an address is in trouble, and the item that says so. May import model, policy, rules. Pure: what is known of the address comes in.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Context, Draft, Incoming};
use crate::model::{Address, Correspondent, Failed, ItemId, Party, PersonKey, QueueName, RawRef, Reader, RuleName, RuleRef, SourceName};
use crate::rules::ItemDraft;

/// How many mails in a row come back for good until nothing more goes to an address.
pub const MAX_FAILURES: u32 = 3;
/// A mail that came back longer ago than this is not counted any more.
pub const FAILURES_COUNT_FOR: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How long batond writes nothing by itself to an address that answers everything.
pub const STOPPED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// How many mails wait for one address; what comes past it is given up at once.
pub const MAX_PARKED: usize = 200;
/// How long a mail that waits is still worth sending.
pub const PARKED_FOR: SignedDuration = SignedDuration::from_hours(24 * 14);
/// The field of an item that says which address it is about.
pub const ADDRESS_FIELD: &str = "address_in_trouble";
/// What stands for a source and a rule where batond itself opens an item.
const SELF: &str = "batond";

/// Something a person must see to.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// The address.
    pub address: Address,
    /// The item's title.
    pub title: String,
    /// What happened, what happens now, how to let it go on.
    pub text: String,
    /// The queue it goes to.
    pub queue: QueueName,
}

/// One more mail to an address came back for good. Whether it is the one that marks the address.
#[must_use]
pub fn failed(state: &Correspondent, why: &str, at: Timestamp) -> (Correspondent, bool) {
    let lately = |last: &Failed| at.duration_since(last.at) <= FAILURES_COUNT_FOR;
    let before = if state.last_failure.as_ref().is_some_and(lately) {
        state.failures
    } else {
        0
    };
    let mut state = state.clone();
    state.failures = before.saturating_add(1);
    state.last_failure = Some(Failed { at, why: why.to_owned() });
    let marks = state.marked.is_none() && state.failures >= MAX_FAILURES;
    state.marked = state.marked.or(marks.then_some(at));
    (state, marks)
}

/// What a thread is called, whatever mail programs and desks put around its subject: no `Re:`, no `[SUP-142]`, one case.
#[must_use]
pub fn thread_of(subject: &str) -> String {
    const BEFORE: [&str; 14] = [
        "re:",
        "aw:",
        "fwd:",
        "fw:",
        "wg:",
        "sv:",
        "vs:",
        "antw:",
        "tr:",
        "rif:",
        "res:",
        "odp:",
        "r:",
        "automatic reply:",
    ];
    let mut bare = String::with_capacity(subject.len());
    let mut rest = subject;
    while let Some((head, tail)) = rest.split_once('[') {
        bare.push_str(head);
        let (tag, after) = tail.split_once(']').unwrap_or((tail, ""));
        if tag.parse::<ItemId>().is_err() {
            bare.push_str(tag);
        }
        rest = after;
    }
    bare.push_str(rest);
    let mut words = bare.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    while let Some(begin) = BEFORE.iter().find(|begin| words.starts_with(**begin)) {
        words = words.split_off(begin.len()).trim_start().to_owned();
    }
    words
}

/// What a text says apart from its numbers and its white space: a robot that counts says the same each time.
#[must_use]
pub fn words_of(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.to_lowercase());
    let words = words.map(|word| word.chars().filter(|c| !c.is_numeric()).collect::<String>());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// When something was or will be, in the zone of a queue.
#[must_use]
pub fn time_in(queue: &QueueName, at: Timestamp, cx: &Context<'_>) -> String {
    let calendar = cx.policy.calendars.get(&cx.policy.queue(queue).calendar);
    let (zone, name) = calendar.map_or_else(|| (TimeZone::UTC, "UTC".to_owned()), |c| (c.zone.clone(), c.zone_name.clone()));
    format!("{} ({name})", at.to_zoned(zone).strftime("%a %-d %b %H:%M"))
}

/// The item that says it. The owner of the queue is asked to see to it, or somebody else where it is their own address.
#[must_use]
pub fn draft(trouble: &Trouble, cx: &Context<'_>) -> Draft {
    let mut draft = self_opened(&trouble.queue, &trouble.title, said(trouble, cx.now));
    draft.draft.fields = [(ADDRESS_FIELD.to_owned(), trouble.address.folded().into())].into();
    draft.draft.assign = who_sees_to_it(trouble, cx).map(Party::Person);
    draft
}

/// An item that batond itself opens: no message and no rule led to it.
pub(super) fn self_opened(queue: &QueueName, title: &str, message: Incoming) -> Draft {
    Draft {
        queue: queue.clone(),
        requester: None,
        message,
        confirm: false,
        follows: None,
        links: Vec::new(),
        chosen: None,
        allowance: Default::default(),
        muting: None,
        missed: None,
        draft: ItemDraft {
            rule: RuleRef {
                name: RuleName::from(SELF),
                place: None,
            },
            queue: queue.clone(),
            title: Some(title.to_owned()),
            priority: None,
            labels: Default::default(),
            fields: Default::default(),
            assign: None,
            pick: None,
            due: None,
            key: None,
            note: None,
            collect: None,
            mute: None,
            excerpt: None,
            element: None,
            also: Vec::new(),
            deeds: Default::default(),
        },
    }
}

/// The same, as a further message on the item that is there.
#[must_use]
pub fn said(trouble: &Trouble, at: Timestamp) -> Incoming {
    nobody_said(&trouble.title, &trouble.text, at)
}

/// What batond itself says, where a message would stand: there is none, and no bytes.
pub(super) fn nobody_said(subject: &str, text: &str, at: Timestamp) -> Incoming {
    Incoming {
        source: SourceName::from(SELF),
        at,
        from: None,
        author: None,
        by_mail: false,
        message_id: None,
        subject: subject.to_owned(),
        text: text.to_owned(),
        in_summary: false,
        attachments: Vec::new(),
        files: Vec::new(),
        raw: RawRef {
            sha256: String::new(),
            size_bytes: 0,
        },
        automatic: true,
        oddities: Vec::new(),
        around: None,
    }
}

fn who_sees_to_it(trouble: &Trouble, cx: &Context<'_>) -> Option<PersonKey> {
    let reads_there = |person: &PersonKey| super::route::is_address_of(&Reader::Person(person.clone()), &trouble.address, cx.policy);
    let owners = [&trouble.queue, &cx.policy.unmatched].map(|queue| cx.policy.queue(queue).owner.clone());
    let anybody = cx.policy.people.keys().cloned();
    owners.into_iter().chain(anybody).find(|person| !reads_there(person))
}

#[cfg(test)]
#[path = "trouble_tests.rs"]
mod tests;
