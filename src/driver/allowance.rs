//! How far a rule may reach outside for one message: whom it answers, to whom it sends on. May import engine, model, policy, rules. Each budget is durable, so a restart gives nobody more.

use jiff::SignedDuration;

use super::cascade::Cascade;
use crate::engine::{Allowance, Context, Past, Read, Seen, SeenKey, answerable, may_be_sent_on};
use crate::model::{ItemId, Message, Reader, Requester};
use crate::rules::{Deeds, ReplyDraft};

/// How many confirmations and answers of rules a correspondent gets in a day: enough for people, an end for robots.
const MAX_CONFIRMATIONS_A_DAY: usize = 3;
/// How many messages rules send on to one party in an hour: enough for a busy mailbox, an end for what goes round.
const MAX_FORWARDS_AN_HOUR: usize = 60;

/// Looks at what a rule does besides; what it may is counted.
pub(super) fn allow(deeds: &Deeds, message: &Message, id: &ItemId, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<Allowance> {
    let reply = deeds
        .reply
        .as_ref()
        .map(|_| whom_to_answer(message, Some(id), cascade, cx))
        .transpose()?;
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
fn whom_to_answer(message: &Message, id: Option<&ItemId>, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<Result<Requester, String>> {
    let requester = match answerable(message, cx.policy) {
        Ok(requester) => requester,
        Err(why) => return Ok(Err(why)),
    };
    let within = may_confirm(&requester.reader, id, cascade, cx)?;
    Ok(if within {
        Ok(requester)
    } else {
        Err(format!(
            "{} was written to {MAX_CONFIRMATIONS_A_DAY} times today already",
            requester.reader
        ))
    })
}

/// Whether a correspondent may be told once more today that we have their mail; counts it if so.
pub(super) fn may_confirm(reader: &Reader, id: Option<&ItemId>, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<bool> {
    let key = SeenKey::of_confirmation(reader);
    spend(key, id, MAX_CONFIRMATIONS_A_DAY, SignedDuration::from_hours(24), cascade, cx)
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
    Ok(match whom_to_answer(message, None, cascade, cx)? {
        Ok(requester) => {
            cascade.answer(reply, &requester, message);
            format!("{} was answered", requester.reader)
        }
        Err(why) => format!("not answered: {why}"),
    })
}
