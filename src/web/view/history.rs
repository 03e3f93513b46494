//! An item's timeline: the records that touched it, as sentences. May import model, engine. Instants stay instants; whoever prints them knows the zone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::{Cause, Deed, Incoming, ItemEvent, PersonEvent, Record, Step};
use crate::model::{HeldFor, Item, ItemId, NoticeId, RawRef, Reader};

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The journal record it stands in.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The event's word, such as `accepted`.
    pub event: String,
    /// Who did it: a person's key, an address, a rule or source, `timer` or `batond`.
    pub who: String,
    /// A sentence.
    pub text: String,
    /// What somebody wrote: the new text of a message, a note. Untrusted text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// An instant that belongs to it: a deadline, a promised time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The raw message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawView>,
    /// The call that was queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallEntry>,
}

/// A queued call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEntry {
    /// The address.
    pub url: String,
    /// The event's name.
    pub event: String,
    /// What is said: text, or an object.
    pub body: Option<Value>,
}

impl HistoryEntry {
    /// The line that stands for the `count` oldest records, up to number `seq`, when they are left out; none when there are none.
    #[must_use]
    pub fn left_out(item: &Item, seq: u64, count: u64) -> Option<Self> {
        let records = if count == 1 { "record is" } else { "records are" };
        (count > 0).then(|| Self {
            seq,
            at: item.created,
            event: "left_out".to_owned(),
            who: "batond".to_owned(),
            text: format!("{count} earlier {records} left out; only the newest are shown"),
            words: None,
            due: None,
            raw: None,
            call: None,
        })
    }
}

/// A raw message, by content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawView {
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Their length.
    pub size_bytes: u64,
}

impl From<&RawRef> for RawView {
    fn from(raw: &RawRef) -> Self {
        Self {
            sha256: raw.sha256.clone(),
            size_bytes: raw.size_bytes,
        }
    }
}

/// The raw messages that came for an item, in order, from the records that touched it: what opened it, what joined it, and the replies.
#[must_use]
pub fn raw_messages(records: &[Record]) -> Vec<RawRef> {
    records.iter().filter_map(|record| record.raw.clone()).collect()
}

/// The timeline of `id` from the records that touched it, oldest first.
#[must_use]
pub fn history(id: &ItemId, records: &[Record]) -> Vec<HistoryEntry> {
    let mut entries = Vec::new();
    for record in records {
        let events = record.steps.iter().filter_map(|step| match step {
            Step::Item(item, events) if item == id => Some(events),
            _ => None,
        });
        // Who acts holds from an `Acted` up to the next one, or the end of the record.
        let mut actor = match record.cause {
            Cause::Timer => "timer".to_owned(),
            _ => "batond".to_owned(),
        };
        for event in events.flatten() {
            if let ItemEvent::Acted { actor: acting, .. } = event {
                actor = name(&acting.reader);
            }
            entries.push(entry(record, event, &actor));
        }
    }
    entries
}

fn name(reader: &Reader) -> String {
    reader.to_string()
}

/// The event, its author where it names one, its sentence, the words written, an instant that belongs to it.
struct Line {
    event: &'static str,
    who: Option<String>,
    text: String,
    words: Option<String>,
    due: Option<Timestamp>,
    call: Option<CallEntry>,
}

impl Line {
    fn new(event: &'static str, text: impl Into<String>) -> Self {
        Self {
            event,
            who: None,
            text: text.into(),
            words: None,
            due: None,
            call: None,
        }
    }

    fn call(mut self, call: CallEntry) -> Self {
        self.call = Some(call);
        self
    }

    fn by(mut self, who: impl ToString) -> Self {
        self.who = Some(who.to_string());
        self
    }

    fn words(mut self, words: Option<&String>) -> Self {
        self.words = words.filter(|words| !words.is_empty()).cloned();
        self
    }

    fn due(mut self, due: Timestamp) -> Self {
        self.due = Some(due);
        self
    }
}

fn entry(record: &Record, event: &ItemEvent, actor: &str) -> HistoryEntry {
    let mut line = line(event);
    if let ItemEvent::Told { notice, .. } = event
        && let Some((release, why)) = held_until(record, *notice)
    {
        line.text.push_str(why);
        line.due = Some(release);
    }
    let raw = match event {
        ItemEvent::Opened { message, .. } | ItemEvent::Joined { message, .. } => Some((&message.raw).into()),
        _ => None,
    };
    HistoryEntry {
        seq: record.seq,
        at: record.at,
        event: line.event.to_owned(),
        who: line.who.unwrap_or_else(|| actor.to_owned()),
        text: line.text,
        words: line.words,
        due: line.due,
        raw,
        call: line.call,
    }
}

/// When a notice goes out that waits, and why it does: that is decided in the record that gives it.
fn held_until(record: &Record, id: NoticeId) -> Option<(Timestamp, &'static str)> {
    let people = record.steps.iter().filter_map(|step| match step {
        Step::Person(_, events) => Some(events),
        _ => None,
    });
    people.flatten().find_map(|event| match event {
        PersonEvent::Held { notice, release, cause } if notice.id == id => Some((*release, held(*cause))),
        PersonEvent::Counted {
            notice, release, cause, ..
        } if *notice == id => Some((*release, counted(*cause))),
        _ => None,
    })
}

fn held(cause: HeldFor) -> &'static str {
    match cause {
        HeldFor::WorkingHours => ", held for their working hours",
        HeldFor::Budget => ", held because their budget of mails is used up",
        HeldFor::Watching => ", held to be told with more of what they watch",
    }
}

/// Of so many that wait only the number is told.
fn counted(cause: HeldFor) -> &'static str {
    match cause {
        HeldFor::WorkingHours => ", counted among those held for their working hours",
        HeldFor::Budget => ", counted among those held because their budget of mails is used up",
        HeldFor::Watching => ", counted among those held of what they watch",
    }
}

/// Who wrote a message, for the timeline.
fn author(message: &Incoming) -> String {
    message
        .from
        .as_ref()
        .map_or_else(|| message.source.to_string(), |from| from.address.clone())
}

fn line(event: &ItemEvent) -> Line {
    match event {
        ItemEvent::Opened { item, message } => {
            let text = format!("opened in {} by rule {}, came by {}", item.queue, item.rule.name, message.source);
            let words = if message.in_summary { &item.summary } else { &message.text };
            Line::new("opened", text).by(author(message)).words(Some(words))
        }
        ItemEvent::Joined { message, .. } => {
            let text = format!("message by {}: {}", message.source, message.subject);
            Line::new("joined", text).by(author(message)).words(Some(&message.text))
        }
        ItemEvent::Repeated { source } => {
            Line::new("repeated", format!("the same message came again by {source}; nothing changed")).by(source)
        }
        ItemEvent::Planned { who, next, watch } => {
            let next = next.iter().map(|line| format!("next: {line}"));
            let lines: Vec<String> = next.chain(watch.iter().map(|line| format!("watch: {line}"))).collect();
            Line::new("planned", "for whoever has it next")
                .by(who)
                .words(Some(&lines.join("\n")))
        }
        ItemEvent::Offered {
            to,
            why,
            giver: Some(giver),
            way: Some(_),
            ..
        } => Line::new("offered", format!("handed on by {giver} to {to}: {why}")),
        ItemEvent::Offered { to, why, .. } => Line::new("offered", format!("offered to {to}: {why}")),
        ItemEvent::Accepted { by, words } => Line::new("accepted", format!("accepted by {by}")).by(by).words(words.as_ref()),
        ItemEvent::Declined { by, why } => Line::new("declined", format!("declined by {by}")).by(by).words(Some(why)),
        ItemEvent::Returned { to, silent } if silent.is_empty() => Line::new("returned", format!("not taken: back to {to}")),
        ItemEvent::Returned { to, silent } => {
            let silent: Vec<&str> = silent.iter().map(|person| person.as_str()).collect();
            Line::new("returned", format!("not answered in time by {}: back to {to}", silent.join(", ")))
        }
        ItemEvent::Parked { why } => Line::new("parked", format!("parked: {why}")),
        ItemEvent::Waiting { on, note, .. } => {
            let text = format!("waits for {}", on.as_deref().unwrap_or("the requester"));
            Line::new("waiting", text).words(note.as_ref())
        }
        ItemEvent::FollowedUp { sent } => Line::new("followed_up", format!("reminder {sent} to whom it waits for")),
        ItemEvent::Snoozed { until, note } => Line::new("snoozed", "put off").words(note.as_ref()).due(*until),
        ItemEvent::Blocked { why } => Line::new("blocked", "blocked").words(Some(why)),
        ItemEvent::Resumed { why } => Line::new("resumed", format!("goes on: {why}")),
        ItemEvent::Done { note, rule } => {
            let by_rule = rule.as_ref().map_or_else(String::new, |rule| format!(" by rule {}", rule.name));
            Line::new("done", format!("done{by_rule}")).words(note.as_ref())
        }
        ItemEvent::Dropped { why } => Line::new("dropped", "dropped").words(Some(why)),
        ItemEvent::Reopened { why } => Line::new("reopened", format!("open again: {why}")),
        ItemEvent::Noted { text, .. } => Line::new("noted", "note").words(Some(text)),
        ItemEvent::Replied { text } => Line::new("replied", "answer to the requester").words(Some(text)),
        ItemEvent::Undoable(_) => Line::new("undoable", "can be taken back for 10 minutes"),
        ItemEvent::Undone { by, said } => Line::new("undone", "taken back; it stands as before").by(by).words(Some(said)),
        ItemEvent::Watched { person, on } => {
            let text = if *on { "watches it" } else { "watches it no longer" };
            Line::new("watched", text).by(person)
        }
        ItemEvent::Moved { from, to, by, owner } => {
            let owner = owner.as_ref().map_or_else(String::new, |owner| format!("; {owner} answers for it"));
            Line::new("moved", format!("moved from {from} to {to}{owner}; its id stays")).by(by)
        }
        ItemEvent::Merged { into, by } => Line::new("merged", format!("closed: it goes on as {into}")).by(by),
        ItemEvent::TookIn { from, title, by, .. } => Line::new("took_in", format!("{from} was merged into it: {title}")).by(by),
        ItemEvent::Invited { guest, by, words } => Line::new("invited", format!("asks {guest} for help")).by(by).words(words.as_ref()),
        ItemEvent::GuestLeft { guest } => Line::new("guest_left", "wants no more mail about it").by(guest),
        ItemEvent::UpdateAsked { times } => Line::new("update_asked", format!("the holder was asked for a word, time {times} in a row")),
        ItemEvent::Orphaned { owner, why } => Line::new("orphaned", format!("{owner} answers for it: {why}")),
        ItemEvent::Collected { title } => Line::new("collected", format!("collected: {title}")),
        ItemEvent::GroupTold => Line::new("group_told", "what was collected is told"),
        ItemEvent::Collecting => Line::new("collecting", "messages are collected"),
        ItemEvent::Muted { muted, .. } => {
            let muting = &muted.muting;
            let text = format!("muted by {}, set by {}", muting.name, muting.said_by());
            Line::new("muted", text).words(Some(&muting.why)).due(muting.until)
        }
        ItemEvent::MuteEnded { why } => Line::new("mute_ended", format!("muted no longer: {why}")),
        ItemEvent::Linked { to } => Line::new("linked", format!("linked to {to}, which came of the same message")),
        ItemEvent::ByRule { rule, deed } => deed_of(deed).by(format!("rule {rule}")),
        ItemEvent::Labelled { labels } => Line::new(
            "labelled",
            format!("labels {}", labels.iter().cloned().collect::<Vec<_>>().join(", ")),
        ),
        ItemEvent::Prioritised { priority } => Line::new("prioritised", format!("priority {priority}")),
        ItemEvent::Acted { actor, said } => Line::new("acted", format!("says, {}", actor.how())).words(Some(said)),
        ItemEvent::Rejected { said, why } => Line::new("rejected", format!("refused: {why}")).words(Some(said)),
        ItemEvent::Told { to, reason, .. } => Line::new("told", format!("notice to {to}: {reason}")),
        ItemEvent::Withdrawn { to, reason, why } => {
            Line::new("withdrawn", format!("the {reason} notice that waited for {to} is withdrawn: {why}"))
        }
        ItemEvent::NotSent { to, reason, why } => Line::new("not_sent", format!("the {reason} mail to {to} was not sent: {why}")),
        ItemEvent::Undelivered { to, reason, error } => {
            Line::new("undelivered", format!("the {reason} notice did not reach {to}: {error}"))
        }
        ItemEvent::ClockStarted(clock) | ItemEvent::ClockSet(clock) if clock.stands_still() => {
            let calendar = clock.calendar.as_ref().map_or_else(String::new, |name| format!(" {name}"));
            Line::new(
                "clock_stands_still",
                format!(
                    "{} clock stands still: calendar{calendar} has too few working hours ahead",
                    clock.kind
                ),
            )
            .due(clock.deadline)
        }
        ItemEvent::ClockStarted(clock) => {
            Line::new("clock_started", format!("{} clock starts: {}", clock.kind, clock.span)).due(clock.deadline)
        }
        ItemEvent::ClockSet(clock) => {
            let text = if clock.paused.is_some() { "stands still" } else { "set" };
            Line::new("clock_set", format!("{} clock {text}", clock.kind)).due(clock.deadline)
        }
        ItemEvent::ClockStopped { kind } => Line::new("clock_stopped", format!("{kind} clock ends")),
        ItemEvent::ClockOverdue {
            kind,
            deadline,
            late_seconds,
        } => {
            let late = if *late_seconds > 60 {
                format!(", noticed {late_seconds} s late")
            } else {
                String::new()
            };
            Line::new("clock_overdue", format!("{kind} deadline passed{late}")).due(*deadline)
        }
        ItemEvent::EscalationStarted(run) => Line::new(
            "escalation_started",
            format!("escalation {} starts: {} passed", run.ladder, run.cause),
        )
        .due(run.due),
        ItemEvent::EscalationStepped { step, what, due, .. } => {
            Line::new("escalation_stepped", format!("escalation step {}: {what}", step + 1)).due(*due)
        }
        ItemEvent::EscalationEnded { cause } => Line::new("escalation_ended", format!("escalation ends: {cause} is settled")),
    }
}

/// Something a rule did besides, or did not and why.
fn deed_of(deed: &Deed) -> Line {
    match deed {
        Deed::Replied { to, text } => Line::new("rule_replied", format!("answers {to}")).words(Some(text)),
        Deed::NotReplied { why } => Line::new("rule_not_replied", format!("does not answer: {why}")),
        Deed::Forwarded { to } => Line::new("rule_forwarded", format!("sends the message on to {to}")),
        Deed::NotForwarded { to, why } => Line::new("rule_not_forwarded", format!("does not send the message on to {to}: {why}")),
        Deed::NobodyToTell { to } => Line::new("rule_found_nobody", format!("finds nobody to tell in {to}")),
        Deed::WordKept(word) => {
            let to: Vec<String> = word.to.iter().map(ToString::to_string).collect();
            Line::new("rule_word_kept", format!("tells {} when it is quiet no longer", to.join(", ")))
        }
        Deed::WordsTold => Line::new("rule_words_told", "what was kept while it was quiet is told".to_owned()),
        Deed::NotMuted { why } => Line::new("rule_not_muted", format!("does not mute it: {why}")),
        Deed::RoundBegun { round, name } => Line::new("rule_began_round", format!("begins the round {name}: {round}")),
        Deed::RoundNotBegun { name, why } => Line::new("rule_began_no_round", format!("does not begin the round {name}: {why}")),
        Deed::CallFailed { url, event, why } => Line::new("call_failed", format!("gives up the call of {url}: {event}: {why}")),
        Deed::CallQueued { url, event, body } => {
            let line = Line::new("call_queued", format!("queues a call of {url}: {event}"));
            let words = body
                .as_ref()
                .map(|body| body.as_str().map_or_else(|| body.to_string(), str::to_owned));
            let call = CallEntry {
                url: url.clone(),
                event: event.clone(),
                body: body.clone(),
            };
            line.words(words.as_ref()).call(call)
        }
    }
}
