//! The stored messages of an item, and those that rules let go, asked of the daemon a page at a time. May import control, views, the driver's arrivals. Holds one page in memory.

use bytes::Bytes;
use data_encoding::BASE64;
use jiff::Timestamp;
use serde::Deserialize;

use super::client::{Client, typed};
use crate::daemon::{Exit, Failure};
use crate::driver::{Arrival, Reading};
use crate::engine::Incoming;
use crate::model::ItemId;
use crate::web::control::Ask;
use crate::web::view::{DroppedView, StoredView, WentView};

/// A stored message.
pub struct Stored {
    /// Its number on the item, from 1; of one that was dropped, that of its record.
    pub number: u64,
    /// What the timeline keeps of it.
    pub incoming: Incoming,
    /// What came of it.
    pub went: WentView,
    /// The message as it came.
    pub arrival: Arrival,
    /// Whether it answers another message, by its headers: then a thread decides, and no rule.
    pub answers: bool,
}

#[derive(Deserialize)]
struct Page {
    messages: Vec<StoredView>,
    next: Option<u64>,
}

/// What the name of a dropped message begins with: `dropped:57`.
pub const DROPPED: &str = "dropped:";

#[derive(Deserialize)]
struct DroppedPage {
    dropped: Vec<DroppedView>,
    unreadable: u64,
    next: Option<u64>,
}

/// Which dropped messages.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// What came then or later.
    Since(Timestamp),
    /// The one with this number.
    One(u64),
}

/// Gives dropped messages to `each`, oldest first; answers how many could not be read.
pub fn dropped(client: &mut Client, wanted: Wanted, mut each: impl FnMut(Stored) -> Result<(), Failure>) -> Result<u64, Failure> {
    let (since, mut after) = match wanted {
        Wanted::Since(since) => (Some(since), 0),
        Wanted::One(number) => (None, number.saturating_sub(1)),
    };
    let mut unreadable = 0;
    loop {
        let answer = client.ask(&Ask::Dropped { since, after, bytes: true })?;
        let page: DroppedPage = typed(&answer)?;
        unreadable += page.unreadable;
        for view in page.dropped {
            let (number, went) = (view.number, WentView::dropped(&view.rule));
            if let Wanted::One(one) = wanted {
                if number == one {
                    each(again(number, view.incoming, view.base64, went)?)?;
                    return Ok(0);
                }
                return Err(no_such(one));
            }
            each(again(number, view.incoming, view.base64, went)?)?;
        }
        match (page.next, wanted) {
            (Some(next), Wanted::Since(_)) if next > after => after = next,
            (_, Wanted::Since(_)) => return Ok(unreadable),
            (_, Wanted::One(one)) => return Err(no_such(one)),
        }
    }
}

fn no_such(number: u64) -> Failure {
    let text = format!("there is no dropped message {number}; `batond list --dropped` shows what there is");
    Failure::new(Exit::NotFound, text)
}

/// The number of a dropped message, `dropped:57`.
pub fn dropped_number(what: &str) -> Option<u64> {
    what.strip_prefix(DROPPED)?.parse().ok()
}

fn again(number: u64, incoming: Option<Incoming>, base64: Option<String>, went: WentView) -> Result<Stored, Failure> {
    let lacks = || Failure::new(Exit::Internal, "the daemon's answer lacks the bytes of a message");
    let (incoming, base64) = incoming.zip(base64).ok_or_else(lacks)?;
    let bytes = BASE64.decode(base64.as_bytes());
    let bytes = bytes.map_err(|error| Failure::new(Exit::Internal, format!("the daemon's answer is not base64: {error}")))?;
    let arrival = Arrival::again(&incoming, Bytes::from(bytes));
    let message = Reading::message(&arrival);
    Ok(Stored {
        number,
        answers: message
            .mail()
            .is_some_and(|mail| !mail.in_reply_to.is_empty() || !mail.references.is_empty()),
        incoming,
        went,
        arrival,
    })
}

/// Gives each message of an item to `each`, oldest first.
pub fn stored(client: &mut Client, item: &ItemId, mut each: impl FnMut(Stored) -> Result<(), Failure>) -> Result<(), Failure> {
    let (mut after, mut number) = (0, 0);
    loop {
        let answer = client.ask(&Ask::Messages { id: item.clone(), after })?;
        let page: Page = typed(&answer)?;
        for view in page.messages {
            number += 1;
            each(again(number, Some(view.incoming), Some(view.base64), view.went)?)?;
        }
        match page.next {
            Some(next) if next > after => after = next,
            _ => return Ok(()),
        }
    }
}
