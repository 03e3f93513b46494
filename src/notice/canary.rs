//! A mail of batond to itself, to see whether mail goes out and comes in. May import model, policy. It has a null return path: whether it arrives is watched anyway.

use jiff::Timestamp;

use crate::model::{Address, Letter};
use crate::policy::Policy;

/// The header with its mark.
pub const CANARY_HEADER: &str = "X-Batond-Canary";

/// The letter. `mark` says that we wrote it, and when.
#[must_use]
pub fn canary(to: &Address, mark: &str, policy: &Policy, now: Timestamp) -> Letter {
    let desk = &policy.desk.address;
    let text = "This mail was sent by batond to itself, to see whether mail goes out and comes back. It is taken out when it arrives, and nobody has to read it. \
If you do, what is sent here does not come to batond: see `canary` in its configuration.";
    Letter {
        to: to.clone(),
        to_name: None,
        from: desk.clone(),
        from_name: Some(policy.desk.name.clone()),
        reply_to: None,
        null_return_path: true,
        return_path: None,
        subject: "batond: is mail on its way?".to_owned(),
        message_id: format!("canary.{mark}@{}", desk.domain()),
        in_reply_to: None,
        references: Vec::new(),
        date: now,
        headers: vec![
            ("Auto-Submitted".to_owned(), "auto-generated".to_owned()),
            ("X-Auto-Response-Suppress".to_owned(), "All".to_owned()),
            (CANARY_HEADER.to_owned(), mark.to_owned()),
        ],
        text: format!("{text}\n"),
        html: format!("<p>{text}</p>"),
        attached: None,
    }
}
