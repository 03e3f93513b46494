//! Answers to notices about swaps of duty. May import model, reply, rules. A robot's answer changes nothing, and is said to be let go.

use super::route::{Route, is_address_of, when_context};
use super::{Actor, Context, Evidence, Incoming, Past, Read, SwapCommand, swap_of};
use crate::model::{Kind, Mail, Reader, Reason, RuleName, RuleRef, Swap};
use crate::reply::{KeyRing, ReadContext, Token, read};
use crate::rules::Dropping;

/// A valid reply key of a swap.
pub(super) fn by_swap_key(
    token: &Token,
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
        _ if incoming.automatic => return Ok(Some(let_go(&swap))),
        _ => said(swap.id.clone(), reader, mail, incoming, cx),
    };
    Ok(Some(Route::Swap(swap.rotation, Box::new(command))))
}

fn said(id: crate::model::ItemId, reader: Reader, mail: &Mail, incoming: &Incoming, cx: &Context<'_>) -> SwapCommand {
    let author = mail.author();
    let own = author.as_ref().is_some_and(|author| is_address_of(&reader, author, cx.policy));
    let is_party = |name: &str| cx.policy.party_named(name).is_some();
    let context = ReadContext {
        when: when_context(&reader, cx.policy, cx.now),
        is_party: &is_party,
    };
    SwapCommand::Say {
        id,
        lines: read(&mail.new_text, &mail.subject, &context),
        actor: Actor {
            reader,
            evidence: if own { Evidence::KeyAndFrom } else { Evidence::KeyOnly },
            address: author,
        },
        message: Some(Box::new(incoming.clone())),
    }
}

fn let_go(swap: &Swap) -> Route {
    Route::Dropped(Dropping {
        rule: RuleRef {
            name: RuleName::from("swap"),
            place: None,
        },
        reason: format!("an automatic answer about {} is nobody's answer", swap.id),
        reply: None,
    })
}
