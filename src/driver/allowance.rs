//! How far a rule may reach outside for one message: whom it answers, to whom it sends on. May import engine, model, policy, rules. Each budget is durable, so a restart gives nobody more.

use jiff::SignedDuration;

use super::cascade::Cascade;
use super::trouble;
use crate::engine::{Allowance, Context, Past, Read, Seen, SeenKey, answerable, may_be_sent_on, thread_of, time_in};
use crate::model::{ItemId, Message, QueueName, Reader, Requester};
use crate::rules::{Deeds, ReplyDraft};

/// How many confirmations and answers of rules a correspondent gets in a day: enough for people, an end for robots.
pub(super) const MAX_CONFIRMATIONS_A_DAY: usize = 3;
/// The most characters of a subject in evidence.
const MAX_SUBJECT_CHARS: usize = 80;
/// How many messages rules send on to one party in an hour: enough for a busy mailbox, an end for what goes round.
const MAX_FORWARDS_AN_HOUR: usize = 60;

/// Looks at what a rule does besides; what it may is counted.
/// `about` is the item and its queue.
pub(super) fn allow(
    deeds: &Deeds,
    message: &Message,
    about: (&ItemId, &QueueName),
    cascade: &mut Cascade<'_>,
    cx: &Context<'_>,
) -> Read<Allowance> {
    let (id, queue) = about;
    let reply = deeds.reply.as_ref().map(|_| whom_to_answer(message, queue, cascade)).transpose()?;
    let mut not_forwarded = Vec::new();
    for party in deeds.forward.iter().flat_map(|forward| &forward.to) {
        let why = match may_be_sent_on(message) {
            Err(why) => Some(why),
            Ok(()) => {
                let key = SeenKey::of_forward(party);
                let within = spend(key, Some(id), MAX_FORWARDS_AN_HOUR, SignedDuration::from_hours(1), cascade, cx)?;
                (!within).then(|| format!("{MAX_FORWARDS_AN_HOUR} messages went there within the hour already"))
            }
        };
        not_forwarded.extend(why.map(|why| (party.clone(), why)));
    }
    Ok(Allowance { reply, not_forwarded })
}

/// Who an answer goes to, or why nobody gets one.
fn whom_to_answer(message: &Message, queue: &QueueName, cascade: &mut Cascade<'_>) -> Read<Result<Requester, String>> {
    let requester = match answerable(message, cascade.cx().policy) {
        Ok(requester) => requester,
        Err(why) => return Ok(Err(why)),
    };
    Ok(may_answer(&requester, queue, cascade)?.map(|()| requester))
}

/// Whether somebody may be answered by itself once more today: once for each thread, a few times in all, and not while that is stopped. Counts it
/// if so; one too many stops what goes there by itself.
pub(super) fn may_answer(to: &Requester, queue: &QueueName, cascade: &mut Cascade<'_>) -> Read<Result<(), String>> {
    if let Reader::Address(address) = &to.reader {
        let thread = SeenKey::of_thread(&to.reader, &thread_of(&to.subject));
        let mut told = trouble::running(&thread, address, cascade)?;
        if told.number > 0 {
            return Ok(Err(format!("{address} was answered about this subject today already")));
        }
        let answer = may_answer_again(to, queue, cascade)?;
        if answer.is_ok() {
            told.number = 1;
            cascade.remember(thread, told);
        }
        return Ok(answer);
    }
    Ok(Ok(()))
}

/// The same where the same can be asked again.
pub(super) fn may_answer_again(to: &Requester, queue: &QueueName, cascade: &mut Cascade<'_>) -> Read<Result<(), String>> {
    let Reader::Address(address) = &to.reader else { return Ok(Ok(())) };
    let cx = cascade.cx();
    if cx.policy.is_own(address) {
        return Ok(Err(format!("{address} is our own address")));
    }
    // What stands on an item about one of our own people holds for their receipts and for what they begin.
    let outside = cx.policy.person_by_address(address).is_none();
    if let Some(state) = cascade.view().correspondent(address)?.filter(|_| outside)
        && let Some(stopped) = state.stopped_at(cx.now)
    {
        let until = time_in(queue, stopped.until, cx);
        return Ok(Err(format!(
            "nothing goes to {address} by itself until {until}{}",
            trouble::see(&state)
        )));
    }
    let all = SeenKey::of_confirmation(&to.reader);
    let mut spent = trouble::running(&all, address, cascade)?;
    if spent.recipients.len() >= MAX_CONFIRMATIONS_A_DAY {
        let why = format!("{MAX_CONFIRMATIONS_A_DAY} automatic answers went to {address} within a day, and it wrote again.");
        let mut evidence = spent.recipients.clone();
        evidence.push(format!("{}, not answered", written(to, queue, cx)));
        trouble::stop(address, queue, &why, &evidence, cascade)?;
        return Ok(Err(format!(
            "{address} was written to {MAX_CONFIRMATIONS_A_DAY} times today already"
        )));
    }
    spent.recipients.push(format!("{}, answered", written(to, queue, cx)));
    cascade.remember(all, spent);
    Ok(Ok(()))
}

/// What somebody wrote and when, as a line of evidence.
fn written(to: &Requester, queue: &QueueName, cx: &Context<'_>) -> String {
    let subject: String = to.subject.chars().take(MAX_SUBJECT_CHARS).collect();
    let id = to.message_id.as_deref().unwrap_or("no Message-ID");
    format!("{}: \"{subject}\" <{id}>", time_in(queue, cx.now, cx))
}

/// Takes one of `most` in `length` under a key, if one is left. The time counts from the first.
fn spend(
    key: SeenKey,
    id: Option<&ItemId>,
    most: usize,
    length: SignedDuration,
    cascade: &mut Cascade<'_>,
    cx: &Context<'_>,
) -> Read<bool> {
    let running = |seen: &Seen| cx.now.duration_since(seen.at) < length;
    let mut spent = cascade.view().seen(&key)?.filter(running).unwrap_or_else(|| Seen::new(cx.now));
    if spent.items.len() + spent.recipients.len() >= most {
        return Ok(false);
    }
    match id {
        Some(id) => spent.items.push(id.clone()),
        // What led to no item is counted all the same.
        None => spent.recipients.push("none".to_owned()),
    }
    cascade.remember(key, spent);
    Ok(true)
}

/// The sender of a message that is let go is answered, if they may be. What came of it, for the reason it is listed with.
pub(super) fn answer_dropped(reply: &ReplyDraft, message: &Message, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<String> {
    Ok(match whom_to_answer(message, &cx.policy.unmatched, cascade)? {
        Ok(requester) => {
            cascade.answer(reply, &requester, message)?;
            format!("{} was answered", requester.reader)
        }
        Err(why) => format!("not answered: {why}"),
    })
}
