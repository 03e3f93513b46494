//! What happened, as a table: one line a move or a mail. May import model, engine. Times in the scenario's zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::round_table::in_round;
use crate::engine::{
    AwayEvent, Deed, DeliveryEvent, ExpectationEvent, ItemEvent, MuteEvent, PersonEvent, Record, ShiftEvent, Step, SwapEvent,
};
use crate::model::{Arrival, HeldFor, Item, ItemId, MuteTarget, Muting, PersonKey, Reason, State};

/// The table.
#[derive(Debug)]
pub struct Table {
    zone: TimeZone,
    lines: Vec<(Timestamp, String, String)>,
}

impl Table {
    /// An empty table that prints in `zone`.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, lines: Vec::new() }
    }

    /// Adds what a record says.
    pub fn add(&mut self, record: &Record) {
        for step in &record.steps {
            match step {
                // The message that carries an answer is on the step above already.
                Step::Item(id, events) => {
                    // An answer that acts shows by what it did.
                    let acts = events.iter().any(|e| matches!(e, ItemEvent::Acted { .. }));
                    let shown = events.iter().filter(|e| !(acts && matches!(e, ItemEvent::Joined { .. })));
                    for event in shown {
                        let text = said(event, |muting| self.muted_item(muting));
                        if let Some(text) = text {
                            self.line(record.at, &id.to_string(), text);
                        }
                    }
                }
                Step::Person(person, events) => {
                    for event in events {
                        if let PersonEvent::Away { what } = event {
                            self.away(record.at, person, what);
                        }
                        let (item, reason, until, cause, held) = match event {
                            PersonEvent::Held { notice, release, cause } => (&notice.item, notice.reason, *release, *cause, "held"),
                            PersonEvent::Counted {
                                item,
                                reason,
                                release,
                                cause,
                                ..
                            } => (item, *reason, *release, *cause, "counted"),
                            _ => continue,
                        };
                        let until = self.time(until);
                        let budget = if cause == HeldFor::Budget { ", over budget" } else { "" };
                        let text = format!("{held} for {person} until {until}{budget}: {reason}");
                        self.line(record.at, &item.to_string(), text);
                    }
                }
                Step::Delivery(_, events) => {
                    for event in events {
                        if let DeliveryEvent::Queued { delivery } = event {
                            if let Some(call) = &delivery.call {
                                // What rules call for is told with the rule.
                                if call.webhook.as_ref() == Some(&call.by) {
                                    let text = format!("webhook {} hears {}", call.by, delivery.letter.subject);
                                    self.line(record.at, &call.item.to_string(), text);
                                }
                                continue;
                            }
                            let reasons: Vec<&str> = delivery.notices.iter().map(|(_, reason, _)| reason.as_str()).collect();
                            let items: Vec<&ItemId> = delivery.notices.iter().map(|(_, _, item)| item).collect();
                            let item = match items.as_slice() {
                                [] => "-".to_owned(),
                                [one] => one.to_string(),
                                [first, ..] if matches!(delivery.notices[0].1, Reason::Digest | Reason::WelcomeBack) => first.to_string(),
                                _ => "joint".to_owned(),
                            };
                            let reasons = if reasons.is_empty() {
                                "answer".to_owned()
                            } else {
                                reasons.join(", ")
                            };
                            let with = delivery
                                .letter
                                .attached
                                .as_ref()
                                .map_or_else(String::new, |a| match a.files.as_slice() {
                                    [] => format!(" · with {}", a.name),
                                    files => {
                                        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
                                        format!(" · with {}", names.join(", "))
                                    }
                                });
                            let text = format!("mail to {}: {reasons} · {}{with}", delivery.reader, delivery.letter.subject);
                            self.line(record.at, &item, text);
                        }
                    }
                }
                Step::Dropped(rule, reason) => self.line(record.at, "-", format!("dropped by {rule}: {reason}")),
                Step::Shift(name, events) => {
                    let said: Vec<String> = events.iter().filter_map(|event| handed_over(event, &self.zone)).collect();
                    said.into_iter()
                        .for_each(|text| self.line(record.at, "-", format!("shift of {name}: {text}")));
                }
                Step::Round(id, events) => {
                    let said: Vec<String> = events.iter().filter_map(|event| in_round(event, |at| self.time(at))).collect();
                    said.into_iter().for_each(|text| self.line(record.at, &id.to_string(), text));
                }
                // What opens an item is said once the item is known.
                Step::Correspondent(_, Some(state)) if state.item.is_none() && (state.marked.is_some() || state.stopped.is_some()) => {}
                Step::Correspondent(address, state) => {
                    let text = match state.as_deref() {
                        None => "is in order again".to_owned(),
                        Some(state) => match (&state.marked, &state.stopped) {
                            (Some(_), _) => format!("is marked, {} in a row came back; {} waiting", state.failures, state.parked.len()),
                            (None, Some(stopped)) => format!("gets nothing by itself until {}", self.time(stopped.until)),
                            (None, None) => format!("has sent back {} in a row", state.failures),
                        },
                    };
                    self.line(record.at, "-", format!("{address} {text}"));
                }
                Step::Mute(name, events) => {
                    let said: Vec<String> = events.iter().filter_map(|event| self.muted(event)).collect();
                    said.into_iter()
                        .for_each(|text| self.line(record.at, "-", format!("mute {name} {text}")));
                }
                Step::Expectation(name, events) => {
                    let said: Vec<String> = events.iter().filter_map(|event| self.expected(event)).collect();
                    said.into_iter()
                        .for_each(|text| self.line(record.at, "-", format!("{name} {text}")));
                }
            }
        }
    }

    /// Who leaves and comes back; when to look next is nobody's business.
    fn away(&mut self, at: Timestamp, person: &PersonKey, what: &AwayEvent) {
        let text = match what {
            AwayEvent::Said { period } => {
                let cover = period.cover.as_ref().map_or_else(String::new, |cover| format!(", cover {cover}"));
                let (from, until) = (self.time(period.from), self.time(period.until));
                format!("{person} will be away from {from} until {until}{cover}")
            }
            AwayEvent::Left { until, stand_in, .. } => {
                let stand_in = stand_in.as_ref().map_or("nobody", |key| key.as_str());
                format!("{person} is away until {}, {stand_in} stands in", self.time(*until))
            }
            AwayEvent::Back { .. } => format!("{person} says they are back"),
            AwayEvent::Returned { .. } => format!("{person} is back"),
            AwayEvent::Promised { release } => format!("what waits for {person} is promised by {}", self.time(*release)),
            AwayEvent::Looks { .. } | AwayEvent::Meanwhile { .. } | AwayEvent::Summed => return,
        };
        self.line(at, "-", text);
    }

    /// Adds a line of its own.
    pub fn line(&mut self, at: Timestamp, about: &str, text: String) {
        self.lines.push((at, about.to_owned(), text));
    }

    /// An item is muted: by what, and until when. One that a rule or somebody muted alone has no other name than its own.
    fn muted_item(&self, muting: &Muting) -> String {
        let by = match (&muting.target, &muting.rule) {
            (MuteTarget::Item(_), Some(rule)) => format!("rule `{rule}`"),
            (MuteTarget::Item(_), None) => muting.said_by(),
            _ => muting.name.to_string(),
        };
        format!("muted by {by} until {}: {}", self.time(muting.until), muting.why)
    }

    fn muted(&self, event: &MuteEvent) -> Option<String> {
        Some(match event {
            MuteEvent::Begun { muting, .. } => format!("holds until {}: {}", self.time(muting.until), muting.why),
            MuteEvent::Ended { .. } => "has ended".to_owned(),
            MuteEvent::Covered { .. } | MuteEvent::Counted | MuteEvent::Closed { .. } | MuteEvent::Left { .. } | MuteEvent::Forgotten => {
                return None;
            }
        })
    }

    fn expected(&self, event: &ExpectationEvent) -> Option<String> {
        Some(match event {
            ExpectationEvent::Promised { expectation } => format!("is expected by {}", self.time(expectation.due)),
            ExpectationEvent::Arrived { how, .. } => match how {
                Arrival::InTime => "arrived in time",
                Arrival::Late => "arrived late",
                Arrival::Again => "arrived once more",
            }
            .to_owned(),
            ExpectationEvent::Due {
                missed: Some(missed),
                late_seconds,
                next,
                opens,
                ..
            } => {
                let late = if *late_seconds > 60 {
                    format!(", noticed {late_seconds} s late")
                } else {
                    String::new()
                };
                // What was expected once has no next time.
                let next = if *opens == Timestamp::MAX {
                    String::new()
                } else {
                    format!("; next by {}", self.time(*next))
                };
                format!("did not arrive by {}{late}{next}", self.time(*missed))
            }
            ExpectationEvent::Due { next, .. } => format!("was there; next by {}", self.time(*next)),
            ExpectationEvent::Withdrawn => "is not expected any more".to_owned(),
            ExpectationEvent::Raised { .. } => return None,
        })
    }

    fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%a %d %b %H:%M").to_string()
    }

    /// The lines in order: when, about which item (`-` if about none), what. Text of strangers is in them.
    pub fn lines(&self) -> impl Iterator<Item = (Timestamp, &str, &str)> {
        self.lines.iter().map(|(at, about, said)| (*at, about.as_str(), said.as_str()))
    }

    /// The table as text.
    #[must_use]
    pub fn print(&self) -> String {
        let mut text = String::new();
        let mut last = String::new();
        for (at, about, said) in &self.lines {
            let time = self.time(*at);
            let shown = if time == last { String::new() } else { time.clone() };
            text.push_str(format!("{shown:<16} {about:<7} {said}").trim_end());
            text.push('\n');
            last = time;
        }
        text
    }
}

fn deed_of(rule: &str, deed: &Deed) -> String {
    match deed {
        Deed::Replied { to, .. } => format!("`{rule}` answers {to}"),
        Deed::NotReplied { why } => format!("`{rule}` does not answer: {why}"),
        Deed::Forwarded { to } => format!("`{rule}` sends it on to {to}"),
        Deed::NotForwarded { to, why } => format!("`{rule}` does not send it on to {to}: {why}"),
        Deed::NobodyToTell { to } => format!("`{rule}` finds nobody to tell in {to}"),
        Deed::WordKept(word) => format!(
            "`{rule}` tells {} when it is quiet no longer",
            word.to.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ),
        Deed::WordsTold => format!("what `{rule}` had to tell is told"),
        Deed::NotMuted { why } => format!("`{rule}` does not mute it: {why}"),
        Deed::RoundBegun { round, name } => format!("`{rule}` begins {name}: {round}"),
        Deed::RoundNotBegun { name, why } => format!("`{rule}` does not begin {name}: {why}"),
        Deed::CallFailed { url, event, why } => format!("the call of `{rule}` is given up: {event} to {url}: {why}"),
        Deed::CallQueued { url, event, .. } => format!("`{rule}` queues a call: {event} to {url}"),
    }
}

fn opened(item: &Item) -> String {
    let also: String = item.also.iter().map(|rule| format!(" and `{}`", rule.name)).collect();
    let links: String = item.links.iter().map(|link| format!(", linked to {link}")).collect();
    let collected = match &item.group {
        Some(group) if item.state == State::Collecting => format!(", collected for {}", group.collect.wait),
        _ => String::new(),
    };
    format!(
        "opened in {} by `{}`{also}, {}{links}{collected}",
        item.queue, item.rule.name, item.priority
    )
}

/// The moves of an item worth a line; notices show as mails.
fn said(event: &ItemEvent, muted: impl Fn(&Muting) -> String) -> Option<String> {
    Some(match event {
        ItemEvent::Opened { item, .. } => opened(item),
        ItemEvent::Joined { by_requester: true, .. } => "message of the requester joined".to_owned(),
        ItemEvent::Joined { .. } => "message joined".to_owned(),
        ItemEvent::Repeated { source } => format!("repeat by {source}"),
        ItemEvent::Offered { to, holder, .. } => match holder {
            Some(holder) if *to != crate::model::Party::Person(holder.clone()) => format!("offered to {to}, with {holder} meanwhile"),
            _ => format!("offered to {to}"),
        },
        ItemEvent::Accepted { by, .. } => format!("accepted by {by}"),
        ItemEvent::Declined { by, why } => format!("declined by {by}: {why}"),
        ItemEvent::Returned { to, .. } => format!("returned to {to}"),
        ItemEvent::Parked { why } => format!("parked: {why}"),
        ItemEvent::Waiting { on, .. } => format!("waiting for {}", on.as_deref().unwrap_or("the requester")),
        ItemEvent::FollowedUp { sent } => format!("follow-up {sent}"),
        ItemEvent::Snoozed { .. } => "snoozed".to_owned(),
        ItemEvent::Blocked { why } => format!("blocked: {why}"),
        ItemEvent::Resumed { why } => format!("goes on: {why}"),
        ItemEvent::Done { rule: Some(rule), .. } => format!("done by `{}`", rule.name),
        ItemEvent::Done { .. } => "done".to_owned(),
        ItemEvent::Dropped { why } => format!("dropped: {why}"),
        ItemEvent::Reopened { why } => format!("open again: {why}"),
        ItemEvent::Noted { text, .. } => format!("note: {}", text.lines().next().unwrap_or_default()),
        ItemEvent::Planned { next, watch, .. } => format!("plan: {} next, {} to watch", next.len(), watch.len()),
        ItemEvent::Replied { .. } => "answered the requester".to_owned(),
        ItemEvent::Orphaned { owner, why } => format!("{owner} answers for it: {why}"),
        ItemEvent::Collected { .. } => "collected".to_owned(),
        ItemEvent::Collecting => "collecting".to_owned(),
        ItemEvent::Muted { muted: said, .. } => muted(&said.muting),
        ItemEvent::MuteEnded { why } => format!("muted no longer: {why}"),
        ItemEvent::Linked { to } => format!("linked to {to}"),
        ItemEvent::ByRule { rule, deed } => deed_of(rule.as_str(), deed),
        ItemEvent::Labelled { labels } => format!("labels {}", labels.iter().cloned().collect::<Vec<_>>().join(", ")),
        ItemEvent::Prioritised { priority } => format!("priority {priority}"),
        ItemEvent::ClockOverdue { kind, late_seconds, .. } if *late_seconds > 60 => {
            format!("{kind} overdue, noticed {late_seconds} s late")
        }
        ItemEvent::ClockOverdue { kind, .. } => format!("{kind} overdue"),
        ItemEvent::EscalationStarted(run) => format!("escalation {} starts", run.ladder),
        ItemEvent::EscalationStepped { what, .. } => format!("escalation: {what}"),
        ItemEvent::EscalationEnded { cause } => format!("escalation over {cause} ends"),
        ItemEvent::Withdrawn { to, reason, why } => format!("withdrawn, what waited for {to}: {reason}, as {why}"),
        ItemEvent::NotSent { to, reason, why } => format!("not sent to {to}: {reason}, as {why}"),
        ItemEvent::Undelivered { to, reason, .. } => format!("undelivered to {to}: {reason}"),
        ItemEvent::Rejected { said, why } => format!("refused `{said}`: {why}"),
        ItemEvent::Undone { by, said } => format!("{by} takes `{said}` back"),
        ItemEvent::Watched { person, on: true } => format!("{person} watches it"),
        ItemEvent::Watched { person, .. } => format!("{person} watches it no longer"),
        ItemEvent::Moved { to, owner, .. } => {
            let owner = owner.as_ref().map_or_else(String::new, |owner| format!(", {owner} answers for it"));
            format!("moved to {to}{owner}")
        }
        ItemEvent::Merged { into, .. } => format!("merged into {into}"),
        ItemEvent::TookIn { from, .. } => format!("goes on for {from} too"),
        ItemEvent::Invited { guest, .. } => format!("{guest} is invited"),
        ItemEvent::GuestLeft { guest } => format!("{guest} wants no more mail"),
        ItemEvent::Undoable(_)
        | ItemEvent::Acted { .. }
        | ItemEvent::Told { .. }
        | ItemEvent::UpdateAsked { .. }
        | ItemEvent::GroupTold => return None,
        ItemEvent::ClockStarted(clock) | ItemEvent::ClockSet(clock) if clock.stands_still() => {
            format!("{} stands still: too few working hours ahead", clock.kind)
        }
        ItemEvent::ClockStarted(_) | ItemEvent::ClockSet(_) | ItemEvent::ClockStopped { .. } => return None,
    })
}

/// What a change of shift is worth a line for; notices show as mails.
fn handed_over(event: &ShiftEvent, zone: &TimeZone) -> Option<String> {
    let list = match event {
        ShiftEvent::Listed { list } => list,
        ShiftEvent::Swap { what } => return swapped(what, zone),
        _ => return None,
    };
    let items: Vec<String> = list.numbered().map(|(number, item)| format!("{number}. {item}")).collect();
    Some(match list.notes {
        true => format!("{} asks {} for notes on {}", list.id, list.giver, items.join(" ")),
        false => format!("{} from {} to {}: {}", list.id, list.giver, list.reader, items.join(" ")),
    })
}

fn swapped(event: &SwapEvent, zone: &TimeZone) -> Option<String> {
    let at = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string();
    match event {
        SwapEvent::Asked { swap } => {
            let moves = swap
                .moves()
                .map(|(giver, taker, stint)| format!("{giver} to {taker} {} until {}", at(stint.from), at(stint.until)));
            let moves: Vec<String> = moves.collect();
            Some(format!("{} asked: {}; answer by {}", swap.id, moves.join(", "), at(swap.answer_by)))
        }
        SwapEvent::Settled { id, state } => Some(format!("{id} is {}", state.as_str())),
        SwapEvent::Told { .. } => None,
    }
}
