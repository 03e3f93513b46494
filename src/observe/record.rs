//! One journal record to log lines and counts. May import model, engine. Called after the commit, once a record; not for records read again at start.

use metrics::{counter, gauge, histogram};
use tracing::{debug, info, warn};

use super::one_line;
use super::round::round;
use crate::engine::{
    AwayEvent, Change, ConfirmEvent, Deed, DeliveryEvent, ExpectationEvent, ItemEvent, MuteEvent, PersonEvent, Record, ShiftEvent, Step,
    SwapEvent,
};
use crate::model::{
    Address, Arrival, ConfirmationState, Correspondent, Delivery, DeliveryId, Expectation, ExpectationName, Item, ItemId, MuteName,
    PersonKey, Reason, RotationName,
};
use crate::policy::Canary;

/// Tells and counts what a record did. `changes` are the record's own: they name the queue of each item.
pub fn record(record: &Record, changes: &[Change]) {
    for step in &record.steps {
        match step {
            Step::Item(id, events) => {
                let item = item_of(changes, id);
                for event in events {
                    count(event, item);
                    tell(id, event, item);
                }
            }
            Step::Person(key, events) => events.iter().for_each(|event| match event {
                PersonEvent::Held { notice, release, cause } => {
                    debug!(item = %notice.item, person = %key, reason = %notice.reason, %release, ?cause, "notice held");
                }
                PersonEvent::Counted {
                    item,
                    reason,
                    release,
                    cause,
                    ..
                } => debug!(%item, person = %key, %reason, %release, ?cause, "notice counted: too many wait already"),
                PersonEvent::Mailed { .. } => {}
                PersonEvent::Postponed { until } => debug!(person = %key, %until, "held notices wait for room in the budget"),
                PersonEvent::Withdrawn { item, reason, .. } => debug!(%item, person = %key, %reason, "notice withdrawn"),
                PersonEvent::Digest { next, .. } => debug!(person = %key, next = next.map(|next| next.to_string()), "digest looked at"),
                PersonEvent::Coverage { next, uncovered, .. } => {
                    debug!(person = %key, uncovered = uncovered.len(), next = next.map(|next| next.to_string()), "coverage looked at");
                }
                PersonEvent::Listed { list } => info!(person = %key, list = %list.id, items = list.items.len(), "list of items"),
                PersonEvent::Told { list, notice, to, reason } => {
                    counter!("batond_notices_total", "reason" => reason.as_str()).increment(1);
                    info!(list = %list, notice = %notice, person = to.person().map(|key| key.as_str()), reason = %reason, "notice");
                }
                PersonEvent::Reminded { list } => info!(person = %key, list = %list, "reminded of a list"),
                PersonEvent::Away { what } => away(key, what),
                PersonEvent::Confirm { what } => confirm(key, what),
                PersonEvent::Chosen { team, turn } => debug!(person = %key, team = %team, turn, "a turn of a team was theirs"),
                PersonEvent::Released { notices, more, .. } => {
                    info!(person = %key, notices = notices.len(), more, "held notices go out together")
                }
            }),
            Step::Delivery(id, events) => events.iter().for_each(|event| delivery(*id, event, changes)),
            Step::Dropped(rule, reason) => info!(rule = %rule, reason = %one_line(reason), "message dropped by a rule"),
            Step::Shift(name, events) => events.iter().for_each(|event| shift(name, event)),
            Step::Round(id, events) => events.iter().for_each(|event| round(id, event)),
            Step::Correspondent(address, state) => correspondent(address, state.as_deref()),
            Step::Mute(name, events) => events.iter().for_each(|event| mute(name, event)),
            Step::Expectation(name, events) => events.iter().for_each(|event| expectation(name, event)),
        }
    }
}

/// The item as the record left it.
fn item_of<'a>(changes: &'a [Change], id: &ItemId) -> Option<&'a Item> {
    changes.iter().rev().find_map(|change| match change {
        Change::Item(item) if item.id == *id => Some(&**item),
        _ => None,
    })
}

fn count(event: &ItemEvent, item: Option<&Item>) {
    let queue = || item.map_or_else(|| "unknown".to_owned(), |item| item.queue.to_string());
    match event {
        ItemEvent::Opened { item, .. } => {
            counter!("batond_items_opened_total", "queue" => item.queue.to_string()).increment(1);
            gauge!("batond_items_open", "queue" => item.queue.to_string()).increment(1.0);
        }
        ItemEvent::Done { .. } | ItemEvent::Dropped { .. } => gauge!("batond_items_open", "queue" => queue()).decrement(1.0),
        ItemEvent::Reopened { .. } => gauge!("batond_items_open", "queue" => queue()).increment(1.0),
        ItemEvent::Told { reason, .. } => counter!("batond_notices_total", "reason" => reason.as_str()).increment(1),
        ItemEvent::Withdrawn { reason, .. } => counter!("batond_notices_withdrawn_total", "reason" => reason.as_str()).increment(1),
        #[expect(clippy::cast_precision_loss, reason = "a histogram is of floats")]
        ItemEvent::ClockOverdue { late_seconds, .. } => histogram!("batond_timers_late_seconds").record((*late_seconds).max(0) as f64),
        _ => {}
    }
}

/// One log line for what is worth one. Fields: item, queue, and what the event is about; never what somebody wrote.
fn tell(id: &ItemId, event: &ItemEvent, item: Option<&Item>) {
    let queue = item.map(|item| item.queue.as_str());
    match event {
        ItemEvent::Opened { item, message } => {
            let (rule, source) = (&item.rule.name, &item.source);
            info!(item = %id, queue, rule = %rule, source = %source, priority = %item.priority, odd = message.oddities.len(), "item opened");
        }
        ItemEvent::Joined { message, .. } => info!(item = %id, queue, source = %message.source, "message joined"),
        ItemEvent::Repeated { source } => info!(item = %id, queue, source = %source, "repeat recorded"),
        ItemEvent::Offered { to, .. } => info!(item = %id, queue, to = %without_address(to), "item offered"),
        ItemEvent::Accepted { by, .. } => info!(item = %id, queue, by = %by, "item accepted"),
        ItemEvent::Declined { by, .. } => info!(item = %id, queue, by = %by, "item declined"),
        ItemEvent::Returned { to, .. } => warn!(item = %id, queue, to = %to, "handoff not taken, item returned"),
        ItemEvent::Parked { why } => warn!(item = %id, queue, why = %one_line(why), "nobody can be found, item parked"),
        ItemEvent::Waiting { .. } => info!(item = %id, queue, "item waits"),
        ItemEvent::FollowedUp { sent } => info!(item = %id, queue, sent, "reminder to whom it waits for"),
        ItemEvent::Snoozed { until, .. } => info!(item = %id, queue, %until, "item snoozed"),
        ItemEvent::Blocked { .. } => info!(item = %id, queue, "item blocked"),
        ItemEvent::Resumed { .. } => info!(item = %id, queue, "item goes on"),
        ItemEvent::Done { rule, .. } => info!(item = %id, queue, rule = rule.as_ref().map(|rule| rule.name.as_str()), "item done"),
        ItemEvent::Dropped { .. } => info!(item = %id, queue, "item dropped"),
        ItemEvent::Reopened { .. } => info!(item = %id, queue, "item re-opened"),
        ItemEvent::Replied { .. } => info!(item = %id, queue, "requester answered"),
        ItemEvent::Prioritised { priority } => info!(item = %id, queue, %priority, "priority set"),
        ItemEvent::ClockOverdue {
            kind,
            deadline,
            late_seconds,
        } => {
            warn!(item = %id, queue, clock = %kind, %deadline, late_seconds, "deadline passed");
        }
        ItemEvent::EscalationStarted(run) => warn!(item = %id, queue, ladder = %run.ladder, cause = %run.cause, "escalation started"),
        ItemEvent::EscalationStepped { cause, step, due, .. } => {
            warn!(item = %id, queue, cause = %cause, step = step + 1, next = %due, "escalation step");
        }
        ItemEvent::EscalationEnded { cause } => info!(item = %id, queue, cause = %cause, "escalation ended"),
        ItemEvent::Told { notice, to, reason } if *reason == Reason::RuleFailed => {
            warn!(item = %id, queue, notice = %notice, person = to.person().map(|key| key.as_str()), "a rule failed while running");
        }
        ItemEvent::Told { notice, to, reason } => {
            info!(item = %id, queue, notice = %notice, person = to.person().map(|key| key.as_str()), reason = %reason, "notice");
        }
        ItemEvent::Withdrawn { to, reason, why } => {
            info!(item = %id, queue, person = to.person().map(|key| key.as_str()), reason = %reason, why = %one_line(why), "a notice that waited is withdrawn");
        }
        ItemEvent::NotSent { reason, why, .. } => {
            info!(item = %id, queue, reason = %reason, why = %one_line(why), "a mail was not sent");
        }
        ItemEvent::Undelivered { reason, error, .. } => {
            warn!(item = %id, queue, reason = %reason, error = %one_line(error), "a notice could not be delivered");
        }
        ItemEvent::Acted { actor, .. } => {
            info!(item = %id, queue, person = actor.reader.person().map(|key| key.as_str()), evidence = ?actor.evidence, "somebody acts");
        }
        ItemEvent::Rejected { why, .. } => info!(item = %id, queue, why = %one_line(why), "refused"),
        ItemEvent::Planned { .. } => debug!(item = %id, queue, "note for whoever has it next"),
        ItemEvent::Noted { .. } => debug!(item = %id, queue, "note"),
        ItemEvent::Orphaned { owner, .. } => {
            warn!(item = %id, queue, owner = %owner, "its people are not configured any more, the owner answers for it")
        }
        ItemEvent::Collected { .. } => debug!(item = %id, queue, "message collected"),
        ItemEvent::GroupTold => debug!(item = %id, queue, "what was collected is told"),
        ItemEvent::Collecting => debug!(item = %id, queue, "collecting"),
        ItemEvent::Muted { muted, .. } => {
            info!(item = %id, queue, mute = %one_line(muted.muting.name.as_str()), until = %muted.muting.until, "item muted");
        }
        ItemEvent::MuteEnded { why } => info!(item = %id, queue, why = %one_line(why), "item muted no longer"),
        ItemEvent::Linked { to } => debug!(item = %id, queue, to = %to, "linked"),
        ItemEvent::ByRule { rule, deed } => by_rule(id, queue, rule.as_str(), deed),
        ItemEvent::Labelled { .. } => debug!(item = %id, queue, "labels added"),
        ItemEvent::Undoable(_) => debug!(item = %id, queue, "can be taken back"),
        ItemEvent::Undone { by, .. } => {
            info!(item = %id, queue, person = by.person().map(|key| key.as_str()), "the last command is taken back");
        }
        ItemEvent::Watched { person, on } => info!(item = %id, queue, person = %person, on, "item watched"),
        ItemEvent::Moved { from, to, by, .. } => info!(item = %id, queue, from = %from, to = %to, by = %by, "item moved"),
        ItemEvent::Merged { into, by } => info!(item = %id, queue, into = %into, by = %by, "item merged"),
        ItemEvent::TookIn { from, by, .. } => info!(item = %id, queue, from = %from, by = %by, "item goes on for another"),
        ItemEvent::Invited { by, .. } => info!(item = %id, queue, by = %by, "guest invited"),
        ItemEvent::GuestLeft { .. } => info!(item = %id, queue, "a guest wants no more mail"),
        ItemEvent::UpdateAsked { times } => debug!(item = %id, queue, times, "asked for a word"),
        ItemEvent::ClockStarted(clock) => debug!(item = %id, queue, clock = %clock.kind, deadline = %clock.deadline, "clock started"),
        ItemEvent::ClockSet(clock) => debug!(item = %id, queue, clock = %clock.kind, deadline = %clock.deadline, "clock set"),
        ItemEvent::ClockStopped { kind } => debug!(item = %id, queue, clock = %kind, "clock stopped"),
    }
}

/// What a rule did besides: addresses stay out.
fn by_rule(id: &ItemId, queue: Option<&str>, rule: &str, deed: &Deed) {
    match deed {
        Deed::Replied { .. } => info!(item = %id, queue, rule, "a rule answers the sender"),
        Deed::NotReplied { why } => info!(item = %id, queue, rule, why = %one_line(why), "a rule does not answer the sender"),
        Deed::Forwarded { to } => {
            info!(item = %id, queue, rule, person = to.person().map(|key| key.as_str()), "a rule sends a message on");
        }
        Deed::NotForwarded { why, .. } => warn!(item = %id, queue, rule, why = %one_line(why), "a rule does not send a message on"),
        Deed::NobodyToTell { .. } => warn!(item = %id, queue, rule, "a rule finds nobody to tell"),
        Deed::WordKept(_) => debug!(item = %id, queue, rule, "a word of a rule is kept while the item is quiet"),
        Deed::WordsTold => debug!(item = %id, queue, rule, "the words kept while it was quiet are told"),
        Deed::NotMuted { why } => warn!(item = %id, queue, rule, why = %one_line(why), "a rule does not mute the item"),
        // The address may hold a token.
        Deed::RoundBegun { round, .. } => info!(item = %id, queue, rule, round = %round, "a rule begins a round"),
        Deed::RoundNotBegun { why, .. } => warn!(item = %id, queue, rule, why = %one_line(why), "a rule does not begin a round"),
        Deed::CallFailed { event, why, .. } => {
            warn!(item = %id, queue, rule, event = %one_line(event), why = %one_line(why), "a call was given up");
        }
        Deed::CallQueued { event, .. } => info!(item = %id, queue, rule, event = %one_line(event), "a rule queues a call"),
    }
}

/// A party as a log field: outside addresses stay out.
fn without_address(party: &crate::model::Party) -> String {
    one_line(&party.to_string())
}

fn confirm(key: &PersonKey, what: &ConfirmEvent) {
    match what {
        ConfirmEvent::Asked { confirmation } => {
            counter!("batond_confirmations_total", "what" => "asked").increment(1);
            info!(person = %key, code = %confirmation.id, "asked to confirm words that nothing proves");
        }
        ConfirmEvent::Settled { id, state } => {
            let what = match state {
                ConfirmationState::Confirmed => "confirmed",
                ConfirmationState::Disowned => "disowned",
                ConfirmationState::Asked => "asked",
            };
            counter!("batond_confirmations_total", "what" => what).increment(1);
            info!(person = %key, code = %id, what, "answered what was to be confirmed");
        }
        ConfirmEvent::Told { .. } => {}
    }
}

/// Somebody is away or back.
fn away(person: &PersonKey, what: &AwayEvent) {
    match what {
        AwayEvent::Said { period } => info!(person = %person, from = %period.from, until = %period.until, "announces being away"),
        AwayEvent::Back { .. } => info!(person = %person, "says they are back"),
        AwayEvent::Left { until, stand_in, .. } => {
            info!(person = %person, %until, stand_in = stand_in.as_ref().map(|key| key.as_str()), "is away");
        }
        AwayEvent::Returned { .. } => info!(person = %person, "is back"),
        AwayEvent::Meanwhile { handed, came } => {
            debug!(person = %person, handed = handed.len(), came = came.len(), "work of somebody who is away went to others");
        }
        AwayEvent::Summed => debug!(person = %person, "what happened while they were away is told"),
        AwayEvent::Looks { .. } | AwayEvent::Promised { .. } => debug!(person = %person, "timers of being away set"),
    }
}

/// A log line names so many items of a joint mail at most.
const MAX_ITEMS_NAMED: usize = 20;

fn delivery(id: DeliveryId, event: &DeliveryEvent, changes: &[Change]) {
    let known = changes.iter().rev().find_map(|change| match change {
        Change::Delivery(delivery) if delivery.id == id => Some(&**delivery),
        _ => None,
    });
    let items = |delivery: Option<&Delivery>| {
        let all = delivery.map_or(&[][..], |delivery| &delivery.notices);
        let called = delivery
            .and_then(|delivery| delivery.call.as_ref())
            .map(|call| call.item.to_string());
        let ids = all.iter().take(MAX_ITEMS_NAMED).map(|(_, _, item)| item.to_string()).chain(called);
        let mut line = ids.collect::<Vec<_>>().join(",");
        if all.len() > MAX_ITEMS_NAMED {
            line.push_str(&format!(" and {} more", all.len() - MAX_ITEMS_NAMED));
        }
        line
    };
    let outcome = match event {
        DeliveryEvent::Queued { delivery } => {
            gauge!("batond_outbox_due").increment(1.0);
            match &delivery.call {
                // The address may hold a token.
                Some(call) => debug!(delivery = %id, item = %call.item, webhook = call.webhook.as_deref().unwrap_or("-"), "call queued"),
                None => debug!(delivery = %id, item = %items(Some(delivery)), to = %delivery.letter.to, "delivery queued"),
            }
            "queued"
        }
        DeliveryEvent::Sent => {
            gauge!("batond_outbox_due").decrement(1.0);
            info!(delivery = %id, item = %items(known), "delivery sent");
            "sent"
        }
        DeliveryEvent::Deferred { error, next } => {
            warn!(delivery = %id, item = %items(known), error = %one_line(error), %next, "delivery deferred");
            "deferred"
        }
        DeliveryEvent::Died { error } => {
            gauge!("batond_outbox_due").decrement(1.0);
            gauge!("batond_outbox_dead").increment(1.0);
            warn!(delivery = %id, item = %items(known), error = %one_line(error), "delivery dead");
            "dead"
        }
        DeliveryEvent::Unparked => {
            gauge!("batond_outbox_due").increment(1.0);
            info!(delivery = %id, item = %items(known), "delivery waits no longer");
            "unparked"
        }
        DeliveryEvent::Replayed { dead } => {
            if *dead {
                gauge!("batond_outbox_dead").decrement(1.0);
                gauge!("batond_outbox_due").increment(1.0);
            }
            info!(delivery = %id, item = %items(known), "delivery goes out again");
            "replayed"
        }
        DeliveryEvent::Dropped { why, due } => {
            if *due {
                gauge!("batond_outbox_due").decrement(1.0);
            }
            gauge!("batond_outbox_dead").increment(1.0);
            info!(delivery = %id, item = %items(known), why = %one_line(why), "delivery dropped by hand");
            "dropped"
        }
        DeliveryEvent::Returned { error, .. } => {
            gauge!("batond_outbox_dead").increment(1.0);
            warn!(delivery = %id, item = %items(known), error = %one_line(error), "delivery came back");
            "returned"
        }
    };
    counter!("batond_deliveries_total", "outcome" => outcome).increment(1);
}

/// What is known of mail to an address.
fn correspondent(address: &Address, state: Option<&Correspondent>) {
    let Some(state) = state else {
        info!(%address, "mail to this address is in order again");
        return;
    };
    if state.marked.is_some() {
        warn!(%address, failures = state.failures, waiting = state.parked.len(), "mail to this address comes back; it waits");
    } else if let Some(stopped) = &state.stopped {
        warn!(%address, until = %stopped.until, "nothing goes to this address by itself");
    }
}

fn expectation(name: &ExpectationName, event: &ExpectationEvent) {
    if name.as_str().strip_prefix(Expectation::SILENCE_OF) == Some(Canary::SOURCE) {
        match event {
            ExpectationEvent::Arrived { .. } => gauge!("batond_canary_up").set(1.0),
            ExpectationEvent::Due { missed: Some(_), .. } => gauge!("batond_canary_up").set(0.0),
            _ => {}
        }
    }
    let outcome = match event {
        ExpectationEvent::Promised { expectation } => {
            info!(expectation = %name, rule = %expectation.rule, due = %expectation.due, "expected");
            return;
        }
        ExpectationEvent::Withdrawn => {
            info!(expectation = %name, "not expected any more");
            return;
        }
        ExpectationEvent::Raised { item } => {
            info!(expectation = %name, item = %item, "raised an item for it");
            return;
        }
        // Of a source each message is a sign of life.
        ExpectationEvent::Arrived {
            how: how @ Arrival::InTime,
            ..
        } if name.as_str().starts_with(Expectation::SILENCE_OF) => {
            debug!(expectation = %name, ?how, "heard of it");
            return;
        }
        ExpectationEvent::Arrived { how, .. } => {
            info!(expectation = %name, how = ?how, "expected message arrived");
            match how {
                Arrival::InTime => "in_time",
                Arrival::Late => "late",
                Arrival::Again => "again",
            }
        }
        ExpectationEvent::Due {
            missed: Some(missed),
            late_seconds,
            next,
            ..
        } => {
            warn!(expectation = %name, due = %missed, late_seconds, %next, "an expected message did not arrive");
            "missed"
        }
        ExpectationEvent::Due { next, .. } => {
            debug!(expectation = %name, %next, "expectation met");
            return;
        }
    };
    counter!("batond_expectations_total", "expectation" => name.to_string(), "outcome" => outcome).increment(1);
}

fn shift(name: &RotationName, event: &ShiftEvent) {
    match event {
        ShiftEvent::Watched { person, change, .. } => {
            let until = change.map(|change| change.to_string());
            info!(rotation = %name, person = person.as_ref().map(|key| key.as_str()), until, "shift watched");
        }
        ShiftEvent::Planned { plan } => debug!(rotation = %name, turns = plan.turns.len(), until = %plan.until, "duty planned"),
        ShiftEvent::Swap { what } => swap(name, what),
        ShiftEvent::Asked => debug!(rotation = %name, "notes on the shift were asked for"),
        ShiftEvent::Listed { list } if list.notes => info!(rotation = %name, list = %list.id, items = list.items.len(), "notes wanted"),
        ShiftEvent::Listed { list } => {
            info!(rotation = %name, list = %list.id, giver = %list.giver, to = %list.reader, items = list.items.len(), "shift handed over");
        }
        ShiftEvent::Reminded { list } => debug!(rotation = %name, list = %list, "reminded of a list"),
        ShiftEvent::Told { list, notice, to, reason } => {
            info!(rotation = %name, list = %list, notice = %notice, person = to.person().map(|key| key.as_str()), reason = %reason, "notice");
        }
    }
}

fn swap(name: &RotationName, event: &SwapEvent) {
    match event {
        SwapEvent::Asked { swap } => {
            info!(rotation = %name, swap = %swap.id, asker = %swap.asker, other = %swap.other, answer_by = %swap.answer_by, "swap asked");
        }
        SwapEvent::Settled { id, state } => info!(rotation = %name, swap = %id, state = state.as_str(), "swap settled"),
        SwapEvent::Told { id, notice, to, reason } => {
            info!(rotation = %name, swap = %id, notice = %notice, person = to.person().map(|key| key.as_str()), reason = %reason, "notice");
        }
    }
}

fn mute(name: &MuteName, event: &MuteEvent) {
    let name = one_line(name.as_str());
    match event {
        MuteEvent::Begun { muting, .. } => {
            info!(mute = %name, until = %muting.until, person = muting.by.as_ref().map(|key| key.as_str()), "mute holds");
        }
        MuteEvent::Ended { by, .. } => {
            info!(mute = %name, person = by.as_ref().map(|key| key.as_str()), "mute ended");
        }
        MuteEvent::Covered { item, messages, .. } => {
            counter!("batond_muted_messages_total").increment(u64::from(*messages));
            debug!(mute = %name, item = %item, "mute covers an item");
        }
        MuteEvent::Counted => counter!("batond_muted_messages_total").increment(1),
        MuteEvent::Closed { item } => debug!(mute = %name, item = %item, "a muted item was closed"),
        MuteEvent::Left { item } => debug!(mute = %name, item = %item, "an item left its mute"),
        MuteEvent::Forgotten => debug!(mute = %name, "mute forgotten"),
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
