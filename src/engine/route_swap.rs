//! Answers to notices about duty and its swaps. May import model, reply, rules. A robot's answer changes nothing, and is said to be let go.

use super::route::{Route, when_context};
use super::{Actor, Context, Incoming, Past, Read, SwapCommand, swap_of};
use crate::model::{DutyPlan, ItemId, Kind, Mail, Message, Reader, Reason, RuleName, RuleRef};
use crate::reply::{KeyRing, Line, ReadContext, Token, read};
use crate::rules::Dropping;

/// A valid reply key of a swap.
pub(super) fn by_swap_key(
    token: &Token,
    message: &Message,
    mail: &Mail,
    incoming: &Incoming,
    keys: &KeyRing,
    past: &dyn Past,
    cx: &Context<'_>,
) -> Read<Option<Route>> {
    let id = crate::reply::parse_item(&token.0);
    let Some(swap) = id.map_or(Ok(None), |id| swap_of(past, &id))? else {
        return Ok(None);
    };
    let people = cx.policy.people.keys().cloned().map(Reader::Person);
    let Ok((_, reader)) = keys.verify(&token.0, cx.now, &mut people.into_iter()) else {
        return Ok(None);
    };
    let command = match mail.kind {
        Kind::Bounce => SwapCommand::Undelivered {
            id: swap.id,
            reader,
            reason: Reason::SwapAsked,
            error: "it came back".to_owned(),
        },
        _ if incoming.automatic => return Ok(Some(let_go(&swap.id))),
        _ => {
            let (actor, lines) = spoken(reader, token, message, mail, cx);
            SwapCommand::Say {
                id: swap.id,
                actor,
                lines,
                message: Some(Box::new(incoming.clone())),
            }
        }
    };
    Ok(Some(Route::Swap(swap.rotation, Box::new(command))))
}

/// A valid reply key of a notice about somebody's own duty, which is stored nowhere: what they can say there is about themselves.
pub(super) fn by_duty_key(
    token: &Token,
    message: &Message,
    mail: &Mail,
    incoming: &Incoming,
    keys: &KeyRing,
    cx: &Context<'_>,
) -> Option<Route> {
    let id = crate::reply::parse_item(&token.0).filter(|id| &*id.prefix == DutyPlan::PREFIX)?;
    let people = cx.policy.people.keys().cloned().map(Reader::Person);
    let (_, reader) = keys.verify(&token.0, cx.now, &mut people.into_iter()).ok()?;
    if mail.kind == Kind::Bounce || incoming.automatic {
        return Some(let_go(&id));
    }
    let person = reader.person()?.clone();
    let (actor, lines) = spoken(reader, token, message, mail, cx);
    Some(Route::Own(person, actor, lines))
}

/// Who writes, and what.
fn spoken(reader: Reader, token: &Token, message: &Message, mail: &Mail, cx: &Context<'_>) -> (Actor, Vec<Line>) {
    let is_party = |name: &str| cx.policy.party_named(name).is_some();
    let context = ReadContext {
        when: when_context(&reader, cx.policy, cx.now),
        is_party: &is_party,
    };
    let lines = read(&mail.new_text, &mail.subject, &context);
    let actor = Actor::with_key(reader, token, message, cx);
    (actor, lines)
}

fn let_go(id: &ItemId) -> Route {
    Route::Dropped(Dropping {
        rule: RuleRef {
            name: RuleName::from("duty"),
            place: None,
        },
        reason: format!("an automatic answer about {id} is nobody's answer"),
        reply: None,
    })
}
