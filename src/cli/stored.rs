//! The stored messages of an item, asked of the daemon a page at a time. May import control, views, the driver's arrivals. Holds one page in memory.

use bytes::Bytes;
use data_encoding::BASE64;
use serde::Deserialize;

use super::client::{Client, typed};
use crate::daemon::{Exit, Failure};
use crate::driver::{Arrival, Reading};
use crate::engine::Incoming;
use crate::model::ItemId;
use crate::web::control::Ask;
use crate::web::view::{StoredView, WentView};

/// A stored message.
pub struct Stored {
    /// Its number on the item, from 1.
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

/// Gives each message of an item to `each`, oldest first.
pub fn stored(client: &mut Client, item: &ItemId, mut each: impl FnMut(Stored) -> Result<(), Failure>) -> Result<(), Failure> {
    let (mut after, mut number) = (0, 0);
    loop {
        let answer = client.ask(&Ask::Messages { id: item.clone(), after })?;
        let page: Page = typed(&answer)?;
        for view in page.messages {
            number += 1;
            let bytes = BASE64.decode(view.base64.as_bytes());
            let bytes = bytes.map_err(|error| Failure::new(Exit::Internal, format!("the daemon's answer is not base64: {error}")))?;
            let arrival = Arrival::again(&view.incoming, Bytes::from(bytes));
            let message = Reading::message(&arrival);
            each(Stored {
                number,
                answers: message
                    .mail()
                    .is_some_and(|mail| !mail.in_reply_to.is_empty() || !mail.references.is_empty()),
                incoming: view.incoming,
                went: view.went,
                arrival,
            })?;
        }
        match page.next {
            Some(next) if next > after => after = next,
            _ => return Ok(()),
        }
    }
}
