//! Answers to what somebody is asked to confirm. May import model, reply, rules. Only from an address of theirs, and never by a robot.

use super::confirm::{ConfirmCommand, Reply};
use super::route::{Route, is_address_of};
use super::{Context, Incoming, PersonCommand};
use crate::model::{Confirmation, ItemId, Kind, Mail, Reader, RuleName, RuleRef};
use crate::reply::{KeyRing, Token};
use crate::rules::Dropping;

/// A valid one-time code. Whoever has it reads what is sent to the person's own address.
pub(super) fn by_code(token: &Token, mail: &Mail, incoming: &Incoming, keys: &KeyRing, cx: &Context<'_>) -> Option<Route> {
    let id = crate::reply::parse_item(&token.0).filter(|id| &*id.prefix == Confirmation::PREFIX)?;
    let people = cx.policy.people.keys().cloned().map(Reader::Person);
    let (_, reader) = keys.verify(&token.0, cx.now, &mut people.into_iter()).ok()?;
    let person = reader.person()?.clone();
    if mail.kind == Kind::Bounce || incoming.automatic {
        return Some(let_go(&id, "an automatic answer confirms nothing"));
    }
    let address = mail.author();
    if !address.as_ref().is_some_and(|author| is_address_of(&reader, author, cx.policy)) {
        return Some(let_go(&id, "it was answered from an address that is not its reader's"));
    }
    let command = ConfirmCommand::Answer {
        id,
        said: Reply::read(&mail.new_text, &mail.subject),
        address,
        message: Box::new(incoming.clone()),
    };
    Some(Route::Person(person, Box::new(PersonCommand::Confirm(command))))
}

fn let_go(id: &ItemId, why: &str) -> Route {
    Route::Dropped(Dropping {
        rule: RuleRef {
            name: RuleName::from("confirmation"),
            place: None,
        },
        reason: format!("{why} ({id})"),
        reply: None,
    })
}
