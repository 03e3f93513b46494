//! Mail that carries a reply key which is good no more. May import model, reply. It is obeyed no further than any other mail; whoever had the key hears why.

use super::Context;
use crate::model::{Kind, Message, PersonKey, Reader};
use crate::reply::{KeyError, KeyRing, token_in_address, token_in_message_id};

/// Whose key a mail carries that has ended, and why; `None` where it carries a good one, or none at all.
#[must_use]
pub fn ended_key(message: &Message, keys: &KeyRing, cx: &Context<'_>) -> Option<(PersonKey, &'static str)> {
    let mail = message.mail().filter(|mail| mail.kind == Kind::Person)?;
    let desk = &cx.policy.desk.address;
    let addressed = mail
        .envelope
        .to
        .iter()
        .chain(mail.to.iter().chain(&mail.cc).map(|mailbox| &mailbox.address));
    let in_addresses = addressed.filter_map(|address| token_in_address(desk, address));
    let in_threads = mail.in_reply_to.iter().chain(&mail.references);
    let in_threads = in_threads.filter_map(|id| token_in_message_id(id, desk.domain()));
    let people = || cx.policy.people.keys().cloned().map(Reader::Person);
    let mut unknown = false;
    for token in in_addresses.chain(in_threads) {
        if keys.verify(&token.0, cx.now, &mut people()).is_ok() {
            return None;
        }
        match keys.ended(&token.0, cx.now, &mut people()) {
            Some((reader, why)) => {
                let why = match why {
                    KeyError::Revoked => "your reply keys were revoked since that notice was sent",
                    _ => "the reply key in it has expired: a key is good for a year after its item was opened",
                };
                return Some((reader.person()?.clone(), why));
            }
            None => unknown = true,
        }
    }
    // The secret it was made with may be gone: nobody can tell whose it was, but who writes under the address of one of ours is told.
    let person = mail
        .author()
        .and_then(|author| cx.policy.person_by_address(&author))
        .filter(|_| unknown)?;
    Some((person.key.clone(), "the reply key in it is not one of ours, or not any more"))
}
