//! Mail of ours that comes back: a bounce of a delivery, an answer to its return path, a notice that an alias sent round. May import model, reply. Nothing of it is a command, and nobody is answered.

use super::home::list_of;
use super::route::{Route, verified};
use super::{Context, Incoming, ItemCommand, Past, Read};
use crate::model::{Address, Bounce, Delivery, DeliveryId, ItemId, Kind, Mail, Round};
use crate::reply::{KeyRing, token_in_message_id};

/// The header in which every mail of ours names its delivery.
pub const MARK_HEADER: &str = "X-Batond-Delivery";
/// The most characters kept of why something was not delivered.
const MAX_WHY_CHARS: usize = 300;

/// Why a mail of ours was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Whether the address itself is no good; `None` when the report does not say.
    pub permanent: Option<bool>,
    /// Whether it is only late: whoever reports goes on trying.
    pub late: bool,
    /// Why, in the words of the other end.
    pub why: String,
}

/// Something of ours that came back.
#[derive(Debug)]
pub struct Back {
    /// Where the message is kept.
    pub kept: Kept,
    /// The message, which is nobody's answer.
    pub message: Box<Incoming>,
    /// Which delivery failed, if one did.
    pub failed: Option<(DeliveryId, Failure)>,
    /// To whom it had gone, where it is our own mail that came round.
    pub echo: Option<Address>,
    /// What it is, as a sentence.
    pub what: String,
}

/// Where a message that came back is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// On an item.
    Item(ItemId),
    /// With a round.
    Round(ItemId),
    /// With the messages that were let go.
    Nowhere,
}

impl Failure {
    /// What a report says.
    #[must_use]
    pub fn of(bounce: &Bounce, mail: &Mail) -> Self {
        let said = bounce.recipients.iter().find_map(|one| one.why.clone());
        let status = bounce.recipients.iter().find_map(|one| one.status.clone());
        let first_line = || {
            mail.new_text
                .lines()
                .map(str::trim)
                .find(|line| !line.is_empty())
                .map(str::to_owned)
        };
        let words = said.or_else(first_line).unwrap_or_else(|| "it came back".to_owned());
        let why = match status {
            Some(status) if !words.contains(&status) => format!("{status}: {words}"),
            _ => words,
        };
        Self {
            permanent: bounce.permanent(),
            late: bounce.is_late(),
            why: why.chars().take(MAX_WHY_CHARS).collect(),
        }
    }
}

/// A message to the return path of a delivery; a bounce that holds our mark or a Message-ID of ours; our own mail.
pub(super) fn by_mark(mail: &Mail, incoming: &Incoming, keys: &KeyRing, past: &dyn Past, cx: &Context<'_>) -> Read<Option<Route>> {
    let desk = &cx.policy.desk.address;
    let addressed = mail.envelope.to.iter().chain(mail.to.iter().chain(&mail.cc).map(|m| &m.address));
    let by_path = addressed.filter_map(|address| keys.returned_to(desk, address)).next();
    let returned = mail.bounce.as_ref().map(|bounce| &bounce.returned);
    let in_copy = returned
        .and_then(|returned| returned.mark.as_deref())
        .and_then(|mark| keys.marked(mark));
    if let Some(id) = by_path.or(in_copy)
        && let Some(delivery) = past.delivery(&id)?
    {
        return answer_to(&delivery, mail, incoming, past).map(Some);
    }
    if let Some(bounce) = &mail.bounce {
        let token = bounce
            .returned
            .message_id
            .as_deref()
            .and_then(|id| token_in_message_id(id, desk.domain()));
        let found = token.map_or(Ok(None), |token| verified(&token, keys, past, cx))?;
        return Ok(found.map(|(item, reader)| {
            let command = ItemCommand::Bounced(reader, Box::new(incoming.clone()), Failure::of(bounce, mail));
            Route::To(item.id, Box::new(command))
        }));
    }
    own(mail, incoming, keys, past, cx)
}

/// A message that came to the return path of a delivery, or holds its mark.
fn answer_to(delivery: &Delivery, mail: &Mail, incoming: &Incoming, past: &dyn Past) -> Read<Route> {
    let failure = mail.bounce.as_ref().map(|bounce| Failure::of(bounce, mail));
    let to = &delivery.letter.to;
    let what = match &failure {
        Some(failure) if failure.late => format!("a mail to {to} is late: {}", failure.why),
        Some(failure) => format!("a mail to {to} came back: {}", failure.why),
        None => format!("an answer to the return path of a mail to {to}"),
    };
    Ok(Route::Back(Box::new(Back {
        kept: kept(delivery, past)?,
        message: Box::new(incoming.clone()),
        failed: failure.filter(|failure| !failure.late).map(|failure| (delivery.id, failure)),
        echo: None,
        what,
    })))
}

/// Our own mail, sent round by an alias or a list: known by its mark, or by the key in its Message-ID.
fn own(mail: &Mail, incoming: &Incoming, keys: &KeyRing, past: &dyn Past, cx: &Context<'_>) -> Read<Option<Route>> {
    if mail.kind == Kind::Bounce {
        return Ok(None);
    }
    let mark = mail.header(MARK_HEADER).find_map(|mark| keys.marked(mark));
    let delivery = mark.map_or(Ok(None), |id| past.delivery(&id))?;
    let (kept, to) = match delivery {
        Some(delivery) => (kept(&delivery, past)?, delivery.letter.to),
        None => {
            let token = mail
                .message_id
                .as_deref()
                .and_then(|id| token_in_message_id(id, cx.policy.desk.address.domain()));
            let Some((item, reader)) = token.map_or(Ok(None), |token| verified(&token, keys, past, cx))? else {
                return Ok(None);
            };
            let to = match &reader {
                crate::model::Reader::Address(address) => Some(address.clone()),
                crate::model::Reader::Person(key) => cx.policy.people.get(key).and_then(|person| person.mail.first().cloned()),
            };
            (Kept::Item(item.id), to.unwrap_or_else(|| cx.policy.desk.address.clone()))
        }
    };
    let what = format!("our own mail to {to}, which was sent on to us: nobody is answered, and nothing new is opened");
    let mut message = incoming.clone();
    message.automatic = true;
    message.oddities.push(format!("It is {what}."));
    Ok(Some(Route::Back(Box::new(Back {
        kept,
        message: Box::new(message),
        failed: None,
        echo: Some(to),
        what,
    }))))
}

/// On which item what concerns a delivery is kept: the first it is about.
fn kept(delivery: &Delivery, past: &dyn Past) -> Read<Kept> {
    for (_, _, id) in &delivery.notices {
        if Round::is_id(id) {
            return Ok(Kept::Round(id.clone()));
        }
        if past.item(id)?.is_some() {
            return Ok(Kept::Item(id.clone()));
        }
        let listed = list_of(past, id, Some(&delivery.reader))?.and_then(|(_, list)| list.items.first().cloned());
        if let Some(first) = listed {
            return Ok(Kept::Item(first));
        }
    }
    Ok(Kept::Nowhere)
}
