//! A call of a web address in the outbox. May import only its peers in model. Where it goes is a name or an address of the configuration, never a message's.

use serde::{Deserialize, Serialize};

use super::ItemId;

/// What makes a delivery a call in place of a mail. Its body is the text of the letter, its id the letter's Message-ID, its event the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebCall {
    /// The item it is about.
    pub item: ItemId,
    /// The name under `send.webhooks`, by which address and secrets are found when it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// The address as people may see it; what is called where no name says otherwise.
    pub url: String,
    /// Who asked for it: a rule, an escalation, or the name of a subscription.
    pub by: String,
    /// The media type of the body.
    pub media_type: String,
}
