//! A message becomes part of a record: repeats, answers, what the rules say. May import model, engine, policy, reply. Nothing is swallowed, nothing doubled.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::allowance::{allow, answer_dropped, may_answer};
use super::asking::begin_rounds;
use super::canary::came_back;
use super::cascade::Cascade;
use super::choice::choose;
use super::counting::{Counted, tallied};
use super::covering::covering;
use super::desk::about_themselves;
use super::judged::Judged;
use super::layer::View;
use super::robots::{heard_from, repeats_itself};
use super::trouble;
use super::{Reading, Receipt};
use crate::engine::{
    Command, Context, ExpectationCommand, Incoming, ItemCommand, Past, Read, Route, Seen, SeenKey, ShiftCommand, ended_key, next_id,
    outcomes, route_known, route_outcome,
};
use crate::model::{Body, Expectation, ItemId, Message, Reason};
use crate::reply::KeyRing;
use crate::rules::{Failure, Outcome, Verdict};

/// The same bytes within this time can be a repeat.
const SAME_BYTES_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// The same mail without a Message-ID within this time is its sender trying again, whatever became of the first.
const TRIED_AGAIN_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// Runs everything that follows from a message. The flag says whether it is new: its raw bytes are to be kept. `room` says how much more rules may expect.
pub(super) fn receive(
    reading: &Reading,
    cascade: &mut Cascade<'_>,
    past: &View<'_>,
    cx: &Context<'_>,
    keys: &KeyRing,
    room: usize,
) -> Read<(Receipt, bool)> {
    if came_back(reading, keys, cascade)? {
        return Ok((
            Receipt {
                items: Vec::new(),
                repeat: false,
            },
            false,
        ));
    }
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
            note_arrival(&reading.verdict, &Incoming::of(&reading.message), cascade, cx)?;
        }
        note_heard(reading, cascade, cx)?;
        remember_origin(reading, seen, cascade)?;
        return Ok((
            Receipt {
                items: seen.items.clone(),
                repeat: true,
            },
            false,
        ));
    }
    heard_from(&reading.message, cascade)?;
    let incoming = Incoming::of(&reading.message);
    let mut items: Vec<ItemId> = Vec::new();
    let route = route_known(&reading.message, &incoming, keys, past, cx)?;
    let keyed = matches!(&route, Some(Route::To(_, command)) if matches!(**command, ItemCommand::Say { .. }));
    if let Some((person, why)) = ended_key(&reading.message, keys, cx).filter(|_| !keyed) {
        super::desk::key_has_ended(&person, why, &reading.message, cascade, cx)?;
    }
    let asked = route.is_none();
    let mut without_item = matches!(route, Some(Route::Swap(..) | Route::Own(..) | Route::Person(..)));
    let verdict = match route {
        Some(route) => {
            items = follow(route, reading, &[], cascade, cx)?;
            Cow::Borrowed(&reading.verdict)
        }
        None if about_themselves(reading, cascade, cx)? => {
            without_item = true;
            Cow::Borrowed(&reading.verdict)
        }
        None => {
            let verdict = judged(reading, before.is_none(), cascade, cx)?;
            let judged = Judged {
                reading,
                incoming: &incoming,
                outcomes: outcomes(&reading.message, &verdict, cx.policy),
                before: before.as_ref(),
                past,
            };
            items.extend(judged.links(cx, keys)?.carry_out(&judged, cascade, cx)?);
            verdict
        }
    };
    super::desk::propose_absence(&reading.message, cascade, cx)?;
    cascade.see_to_troubles()?;
    items.dedup();
    if items.is_empty() {
        cascade.note_let_go(&incoming);
    }
    note_arrival(&verdict, &incoming, cascade, cx)?;
    note_heard(reading, cascade, cx)?;
    if asked {
        expect_once(reading, &verdict, room, &items, cascade, cx)?;
        begin_rounds(&verdict, &items, cascade, cx)?;
    }
    tell_of_failure(&verdict, cascade, cx, &items)?;
    tell_of_failure(&reading.mutes, cascade, cx, &items)?;
    let mut seen = Seen {
        items: items.clone(),
        recipients,
        without_item,
        ..Seen::new(cx.now)
    };
    if let Some(before) = before {
        seen.items.extend(before.items.into_iter().filter(|id| !items.contains(id)));
        seen.recipients.extend(before.recipients);
    }
    for key in &reading.seen {
        cascade.remember(key.clone(), seen.clone());
    }
    remember_origin(reading, &seen, cascade)?;
    Ok((Receipt { items, repeat: false }, true))
}

/// A mail that lies somewhere is known by its place from now on.
fn remember_origin(reading: &Reading, seen: &Seen, cascade: &mut Cascade<'_>) -> Read<()> {
    let Some(origin) = &reading.origin else { return Ok(()) };
    let Message { source, raw, .. } = &reading.message;
    for (key, seen) in origin.remembered(source, raw, seen, &cascade.view())? {
        cascade.remember(key, seen);
    }
    Ok(())
}

/// What the rules say. Where they count what came before, they are asked here, after everything before it; and this one is counted, unless it
/// came before for other recipients.
fn judged<'r>(reading: &'r Reading, first: bool, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<Cow<'r, Verdict>> {
    if !cx.policy.rules.counts() || matches!(reading.message.body, Body::Unparsed { .. }) {
        return Ok(Cow::Borrowed(&reading.verdict));
    }
    let facts = cx.policy.facts(&reading.message);
    let verdict = {
        let view = cascade.view();
        let counted = Counted::new(&view);
        let verdict = cx.policy.rules.judge_counting(&reading.message, &facts, &counted);
        counted.settled()?;
        verdict
    };
    for tally in verdict.tallies.iter().filter(|_| first) {
        for (key, seen) in tallied(tally, reading.message.received, &cascade.view())? {
            cascade.remember(key, seen);
        }
    }
    Ok(Cow::Owned(verdict))
}

/// What the rules that matched were expected to see has arrived, wherever the message itself goes.
fn note_arrival(verdict: &Verdict, incoming: &Incoming, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<()> {
    for expected in cx.policy.expected.values() {
        let matched = verdict.trace.iter().find(|trace| trace.matched && trace.rule.name == expected.rule);
        if let Some(trace) = matched {
            let arrived = ExpectationCommand::Arrived {
                rule: trace.rule.clone(),
                message: Box::new(incoming.clone()),
            };
            cascade.run(Command::Expectation(expected.name.clone(), arrived))?;
        }
    }
    for trace in verdict.trace.iter().filter(|trace| trace.matched) {
        let rule = &trace.rule.name;
        let keys = verdict.outcomes.iter().filter_map(|outcome| outcome.key_by(rule));
        let names: BTreeSet<_> = keys.map(Some).chain([None]).map(|key| Expectation::once_name(rule, key)).collect();
        for name in names {
            if cascade.view().expectation(&name)?.is_some_and(|state| state.once.is_some()) {
                let arrived = ExpectationCommand::Arrived {
                    rule: trace.rule.clone(),
                    message: Box::new(incoming.clone()),
                };
                cascade.run(Command::Expectation(name, arrived))?;
            }
        }
    }
    Ok(())
}

/// A source that should bring something every so often did: a repeat and what could not be read are signs of life too.
fn note_heard(reading: &Reading, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<()> {
    let source = &reading.message.source;
    if !cx.policy.silences.contains_key(source) {
        return Ok(());
    }
    let heard = ExpectationCommand::Heard(Box::new(Incoming::of(&reading.message)));
    cascade.run(Command::Expectation(Expectation::silence_name(source), heard))
}

/// What the rules expect after this message. Where too much is expected already, the owner of the queue hears that this is not watched.
fn expect_once(
    reading: &Reading,
    verdict: &Verdict,
    mut room: usize,
    items: &[ItemId],
    cascade: &mut Cascade<'_>,
    cx: &Context<'_>,
) -> Read<()> {
    for said in verdict.outcomes.iter().flat_map(Outcome::expects) {
        let name = Expectation::once_name(&said.rule, said.once.key.as_deref());
        let known = cascade.view().expectation(&name)?.is_some();
        if known || room > 0 {
            room -= usize::from(!known);
            cascade.run(Command::Expectation(name, ExpectationCommand::Await(Box::new(said.clone()))))?;
            continue;
        }
        let most = Expectation::MAX_STANDING;
        let failed = Verdict {
            failure: Some(Failure {
                rule: said.once.by.clone(),
                queue: Some(said.once.otherwise.queue.clone()),
                why: format!("{most} messages are expected already: what its `expect` names is not watched until some of them arrive"),
            }),
            ..Verdict::default()
        };
        if items.is_empty() {
            not_watched(reading, &failed, cascade, cx)?;
        } else {
            tell_of_failure(&failed, cascade, cx, items)?;
        }
    }
    Ok(())
}

/// A message that led to no item, of which something cannot be watched: the first of them becomes an item that says so.
fn not_watched(reading: &Reading, failed: &Verdict, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<()> {
    let Some(failure) = &failed.failure else { return Ok(()) };
    if told_of(failure, cascade, cx)? {
        return Ok(());
    }
    let mut items = Vec::new();
    for outcome in outcomes(&reading.message, failed, cx.policy) {
        let route = route_outcome(&outcome, &reading.message, Incoming::of(&reading.message), &items, &cascade.view())?;
        items.extend(follow(route, reading, &[], cascade, cx)?);
    }
    tell_of_failure(failed, cascade, cx, &items)
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
    // The same mail in the same place: whatever it came to, a rule that answered it does not answer it again.
    if let Some(origin) = &reading.origin
        && let Some(seen) = origin.before(&reading.message.source, &reading.message.raw, past)?
    {
        return Ok(Some((seen, false)));
    }
    for key in &reading.seen {
        let Some(seen) = past.seen(key)?.filter(|seen| !seen.items.is_empty() || seen.without_item) else {
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
pub(super) fn follow(route: Route, reading: &Reading, links: &[ItemId], cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<Vec<ItemId>> {
    let message = &reading.message;
    match route {
        Route::To(id, command) => {
            let command = allowed(*command, message, &id, cascade, cx)?;
            let command = covered(command, reading, &id, cascade, cx)?;
            cascade.run(Command::Item(id.clone(), command))?;
            Ok(vec![id])
        }
        Route::List(home, items, saying) => {
            cascade.run(home.saying(*saying))?;
            Ok(items)
        }
        Route::Round(id, command) => {
            cascade.run(Command::Round(id.clone(), *command))?;
            Ok(vec![id])
        }
        Route::Swap(rotation, what) => {
            cascade.run(Command::Shift(rotation, ShiftCommand::Swap(what)))?;
            Ok(Vec::new())
        }
        Route::Person(person, command) => {
            cascade.run(Command::Person(person, *command))?;
            Ok(Vec::new())
        }
        Route::Own(person, actor, lines) => {
            super::desk::answered(&person, &actor, &lines, message, cascade, cx)?;
            Ok(Vec::new())
        }
        Route::Back(back) => super::back::take(*back, cascade),
        Route::Each(commands) => {
            let mut items = Vec::with_capacity(commands.len());
            for (id, command) in commands {
                let command = allowed(command, message, &id, cascade, cx)?;
                cascade.run(Command::Item(id.clone(), command))?;
                items.push(id);
            }
            Ok(items)
        }
        Route::New(mut draft) => {
            if let Some(robot) = repeats_itself(&mut draft, message, cascade)? {
                return Ok(vec![robot]);
            }
            let id = next_id(&cx.policy.queue(&draft.queue).prefix, &cascade.view())?;
            draft.allowance = allow(&draft.draft.deeds, message, (&id, &draft.queue), cascade, cx)?;
            // What a rule answers stands in place of the confirmation.
            let confirms = cx.policy.queue(&draft.queue).tell_requester.received && draft.confirm;
            let unconfirmed = match &draft.requester {
                Some(requester) if confirms && draft.allowance.reply.is_none() => {
                    let answer = may_answer(requester, &draft.queue, cascade)?;
                    draft.confirm = answer.is_ok();
                    answer
                        .err()
                        .map(|why| trouble::not_sent(&id, &requester.reader, Reason::Received, why))
                }
                _ => {
                    draft.confirm = false;
                    None
                }
            };
            draft.muting = covering(&reading.muted_by(), &draft.queue, draft.draft.key.as_deref(), &cascade.view(), cx)?.map(Box::new);
            let turn = choose(&mut draft, &cascade.view(), cx)?;
            draft.links = links.iter().filter(|other| **other != id).cloned().collect();
            cascade.run(Command::Item(id.clone(), ItemCommand::Open(draft)))?;
            for command in turn.into_iter().chain(unconfirmed) {
                cascade.run(command)?;
            }
            Ok(vec![id])
        }
        Route::Dropped(dropping) => {
            let answered = dropping
                .reply
                .as_ref()
                .map(|reply| answer_dropped(reply, message, cascade, cx))
                .transpose()?;
            let answered = answered.map_or_else(String::new, |what| format!(" ({what})"));
            cascade.drop_message(dropping.rule.name.to_string(), format!("{}{answered}", dropping.reason));
            Ok(Vec::new())
        }
    }
}

/// A message on an item that is there, with the mute that covers it. What our own people say is never covered.
fn covered(command: ItemCommand, reading: &Reading, id: &ItemId, cascade: &Cascade<'_>, cx: &Context<'_>) -> Read<ItemCommand> {
    let by_others = match &command {
        ItemCommand::Join(_) | ItemCommand::JoinByRule(..) => true,
        ItemCommand::Say { actor, .. } => actor.reader.person().is_none(),
        _ => false,
    };
    if !by_others {
        return Ok(command);
    }
    let view = cascade.view();
    let Some(item) = view.item(id)? else { return Ok(command) };
    let found = covering(&reading.muted_by(), &item.queue, item.key.as_deref(), &view, cx)?;
    Ok(match found {
        Some(muting) => ItemCommand::Covered(Box::new(muting), Box::new(command)),
        None => command,
    })
}

/// A command to an item that is there, with how far its rule may reach.
fn allowed(command: ItemCommand, message: &Message, id: &ItemId, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<ItemCommand> {
    Ok(match command {
        ItemCommand::JoinByRule(incoming, draft, _) => {
            let allowance = allow(
                &draft.deeds,
                message,
                (id, &trouble::queue_of([id].into_iter(), cascade)?),
                cascade,
                cx,
            )?;
            ItemCommand::JoinByRule(incoming, draft, allowance)
        }
        ItemCommand::CloseByRule {
            rule,
            note,
            message: incoming,
            deeds,
        } => {
            let (deeds, _) = *deeds;
            let allowance = allow(&deeds, message, (id, &trouble::queue_of([id].into_iter(), cascade)?), cascade, cx)?;
            ItemCommand::CloseByRule {
                rule,
                note,
                message: incoming,
                deeds: Box::new((deeds, allowance)),
            }
        }
        other => other,
    })
}

/// The owner of the queue that a failing rule fills is told once for each state of the configuration.
fn tell_of_failure(verdict: &Verdict, cascade: &mut Cascade<'_>, cx: &Context<'_>, items: &[ItemId]) -> Read<()> {
    let (Some(failure), Some(item)) = (&verdict.failure, items.last()) else {
        return Ok(());
    };
    if told_of(failure, cascade, cx)? {
        return Ok(());
    }
    cascade.remember(
        SeenKey::of_failure(&cx.policy.revision, failure.rule.name.as_str()),
        Seen {
            items: vec![item.clone()],
            ..Seen::new(cx.now)
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

/// Whether somebody was told of a failing rule under this policy.
fn told_of(failure: &Failure, cascade: &Cascade<'_>, cx: &Context<'_>) -> Read<bool> {
    let key = SeenKey::of_failure(&cx.policy.revision, failure.rule.name.as_str());
    Ok(cascade.view().seen(&key)?.is_some())
}
