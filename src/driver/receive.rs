//! A message becomes part of a record: repeats, answers, what the rules say. May import model, engine, policy, reply. Nothing is swallowed, nothing doubled.

use jiff::{SignedDuration, Timestamp};

use super::cascade::Cascade;
use super::choice::choose;
use super::judged::Judged;
use super::layer::View;
use super::{Reading, Receipt};
use crate::engine::{
    Command, Context, ExpectationCommand, Incoming, ItemCommand, Past, Read, Route, Seen, SeenKey, next_id, outcomes, route_known,
};
use crate::model::{Body, ItemId, Reader};
use crate::reply::KeyRing;

/// The same bytes within this time can be a repeat.
const SAME_BYTES_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// The same mail without a Message-ID within this time is its sender trying again, whatever became of the first.
const TRIED_AGAIN_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// How many confirmations a correspondent gets in a day: enough for people, an end for robots.
const MAX_CONFIRMATIONS_A_DAY: usize = 3;

/// Runs everything that follows from a message. The flag says whether it is new: its raw bytes are to be kept.
pub(super) fn receive(
    reading: &Reading,
    cascade: &mut Cascade<'_>,
    past: &View<'_>,
    cx: &Context<'_>,
    keys: &KeyRing,
) -> Read<(Receipt, bool)> {
    let recipients = recipients(reading);
    let (before, seen_bytes) = match seen_before(reading, past, cx.now)? {
        Some((seen, by_bytes)) => (Some(seen), by_bytes),
        None => (None, false),
    };
    if let Some(seen) = before
        .as_ref()
        .filter(|seen| recipients.iter().all(|to| seen.recipients.contains(to)))
    {
        for id in &seen.items {
            cascade.run(Command::Item(id.clone(), ItemCommand::Repeat(reading.message.source.clone())))?;
        }
        // The same bytes under no id of their sender can be tonight's report.
        if seen_bytes {
            note_arrival(reading, &Incoming::of(&reading.message), cascade, cx)?;
        }
        return Ok((
            Receipt {
                items: seen.items.clone(),
                repeat: true,
            },
            false,
        ));
    }
    let incoming = Incoming::of(&reading.message);
    let mut items: Vec<ItemId> = Vec::new();
    match route_known(&reading.message, &incoming, keys, past, cx)? {
        Some(route) => items = follow(route, &[], cascade, cx)?,
        None => {
            let judged = Judged {
                reading,
                incoming: &incoming,
                outcomes: outcomes(&reading.message, &reading.verdict, cx.policy),
                before: before.as_ref(),
                past,
            };
            items.extend(judged.links(cx, keys)?.carry_out(&judged, cascade, cx)?);
        }
    }
    items.dedup();
    note_arrival(reading, &incoming, cascade, cx)?;
    tell_of_failure(reading, cascade, cx, &items)?;
    let mut seen = Seen {
        at: cx.now,
        items: items.clone(),
        recipients,
    };
    if let Some(before) = before {
        seen.items.extend(before.items.into_iter().filter(|id| !items.contains(id)));
        seen.recipients.extend(before.recipients);
    }
    for key in &reading.seen {
        cascade.remember(key.clone(), seen.clone());
    }
    Ok((Receipt { items, repeat: false }, true))
}

/// What the rules that matched were expected to see has arrived, wherever the message itself goes.
fn note_arrival(reading: &Reading, incoming: &Incoming, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<()> {
    for expected in cx.policy.expected.values() {
        let matched = reading
            .verdict
            .trace
            .iter()
            .find(|trace| trace.matched && trace.rule.name == expected.rule);
        if let Some(trace) = matched {
            let arrived = ExpectationCommand::Arrived {
                rule: trace.rule.clone(),
                message: Box::new(incoming.clone()),
            };
            cascade.run(Command::Expectation(expected.name.clone(), arrived))?;
        }
    }
    Ok(())
}

/// The envelope's recipients, folded.
fn recipients(reading: &Reading) -> Vec<String> {
    let envelope = match &reading.message.body {
        Body::Mail(mail) => &mail.envelope,
        Body::Unparsed { envelope, .. } => envelope,
        Body::Hook(_) => return Vec::new(),
    };
    envelope.to.iter().map(|to| to.to_lowercase()).collect()
}

/// What the same message came to before. One that was let go is judged again: the rules may have changed. Bytes without an id of their sender
/// count only while everything they made is open: an alert that fires again after its end is news. The flag says that it was by its bytes.
fn seen_before(reading: &Reading, past: &dyn Past, now: Timestamp) -> Read<Option<(Seen, bool)>> {
    for key in &reading.seen {
        let Some(seen) = past.seen(key)?.filter(|seen| !seen.items.is_empty()) else {
            continue;
        };
        if !key.is_same_bytes() {
            return Ok(Some((seen, false)));
        }
        let age = now.duration_since(seen.at);
        if age > SAME_BYTES_WITHIN {
            continue;
        }
        let mut open = true;
        for id in &seen.items {
            open &= past.item(id)?.is_some_and(|item| item.state.is_open());
        }
        if open || (reading.message.mail().is_some() && age <= TRIED_AGAIN_WITHIN) {
            return Ok(Some((seen, true)));
        }
    }
    Ok(None)
}

/// Takes a route; answers the items it led to. `links` are items that come of the same message.
pub(super) fn follow(route: Route, links: &[ItemId], cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<Vec<ItemId>> {
    match route {
        Route::To(id, command) => {
            cascade.run(Command::Item(id.clone(), *command))?;
            Ok(vec![id])
        }
        Route::Each(commands) => {
            let mut items = Vec::with_capacity(commands.len());
            for (id, command) in commands {
                cascade.run(Command::Item(id.clone(), command))?;
                items.push(id);
            }
            Ok(items)
        }
        Route::New(mut draft) => {
            let id = next_id(&cx.policy.queue(&draft.queue).prefix, &cascade.view())?;
            if let Some(requester) = draft.requester.as_ref().map(|r| r.reader.clone()) {
                draft.confirm = may_confirm(&requester, &id, cascade, cx)?;
            }
            let turn = choose(&mut draft, &cascade.view(), cx.policy)?;
            draft.links = links.iter().filter(|other| **other != id).cloned().collect();
            cascade.run(Command::Item(id.clone(), ItemCommand::Open(draft)))?;
            if let Some(turn) = turn {
                cascade.run(turn)?;
            }
            Ok(vec![id])
        }
        Route::Dropped(rule, reason) => {
            cascade.drop_message(rule, reason);
            Ok(Vec::new())
        }
    }
}

/// Whether a correspondent may be told once more today that we have their mail; counts it if so.
fn may_confirm(requester: &Reader, id: &ItemId, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<bool> {
    let key = SeenKey::of_confirmation(requester);
    let today = |seen: &Seen| cx.now.duration_since(seen.at) < SignedDuration::from_hours(24);
    let mut told = cascade.view().seen(&key)?.filter(today).unwrap_or(Seen {
        at: cx.now,
        items: Vec::new(),
        recipients: Vec::new(),
    });
    if told.items.len() >= MAX_CONFIRMATIONS_A_DAY {
        return Ok(false);
    }
    told.items.push(id.clone());
    cascade.remember(key, told);
    Ok(true)
}

/// The owner of the queue that a failing rule fills is told once for each state of the configuration.
fn tell_of_failure(reading: &Reading, cascade: &mut Cascade<'_>, cx: &Context<'_>, items: &[ItemId]) -> Read<()> {
    let (Some(failure), Some(item)) = (&reading.verdict.failure, items.last()) else {
        return Ok(());
    };
    let key = SeenKey::of_failure(&cx.policy.revision, failure.rule.name.as_str());
    if cascade.view().seen(&key)?.is_some() {
        return Ok(());
    }
    cascade.remember(
        key,
        Seen {
            at: cx.now,
            items: vec![item.clone()],
            recipients: Vec::new(),
        },
    );
    let queue = failure.queue.as_ref().unwrap_or(&cx.policy.unmatched);
    let owner = cx.policy.queue(queue).owner.clone();
    cascade.run(Command::Item(
        item.clone(),
        ItemCommand::RuleFailed {
            rule: failure.rule.clone(),
            why: failure.why.clone(),
            owner,
        },
    ))
}
