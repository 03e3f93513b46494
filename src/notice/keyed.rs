//! Where a reply key stands in what is sent. May import model, reply. To be replaced by the functions of the same names in reply.

use crate::model::Address;
use crate::reply::Token;

/// The line replies are cut at.
pub(super) const REPLY_MARKER: &str = "-- reply above this line --";

/// `desk+KEY@domain`.
pub(super) fn reply_address(desk: &Address, token: &Token) -> Address {
    let with_key = format!("{}+{}@{}", desk.local(), token.0, desk.domain());
    with_key.parse().unwrap_or_else(|_| desk.clone())
}

/// `KEY.N@domain`.
pub(super) fn message_id(token: &Token, number: u32, domain: &str) -> String {
    format!("{}.{number}@{domain}", token.0)
}
