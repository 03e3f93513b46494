//! What goes out: relays, signatures, the canary, web addresses. May import the small kinds.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::scalar::{Address, OneOrMany, Secret, Span};

/// Where mail goes out.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Send {
    /// One, or several in the order in which they are tried.
    relay: OneOrMany<Relay>,
    /// The most mails in a minute, where a relay's rules ask for that.
    #[schemars(range(min = 1, max = 100_000))]
    per_minute: Option<u32>,
    /// Mail is signed with this, or with two: RSA and Ed25519.
    dkim: Option<OneOrMany<Dkim>>,
    /// A mail that leaves by the relay and must come back by a source; one that does not raises an item.
    canary: Option<Canary>,
    /// Web addresses that are called, by name: by rules (`call: NAME`), and when something happens to an item.
    webhooks: Option<BTreeMap<String, Webhook>>,
    /// Networks that may be called though they are not on the internet.
    allow_networks: Option<OneOrMany<String>>,
    /// A PEM file: certificates that may sign a called address's, besides those of the machine.
    ca: Option<String>,
}

/// A mail of batond to itself, again and again.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Canary {
    /// How often one leaves, from 1m to 24h.
    every: Span,
    /// How long it may be on its way. Default: 5m.
    within: Option<Span>,
    /// Where it goes: what is sent there comes to a source. Default: the desk's address.
    to: Option<Address>,
}

/// A web address that is called.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Webhook {
    /// An http or https address; whole in a secret where it holds one.
    url: String,
    /// What calls are signed with: `whsec_` and base64. One, or two while it is being changed.
    secret: Option<OneOrMany<Secret>>,
    /// What it hears of. Default: nothing but what rules call it for.
    events: Option<OneOrMany<HeardOf>>,
    /// Only of items in these queues. Default: in all.
    queues: Option<OneOrMany<String>>,
}

/// What happened to an item.
#[derive(JsonSchema)]
pub(super) enum HeardOf {
    #[schemars(rename = "item.opened")]
    Opened,
    #[schemars(rename = "item.joined")]
    Joined,
    #[schemars(rename = "item.accepted")]
    Accepted,
    #[schemars(rename = "item.escalated")]
    Escalated,
    #[schemars(rename = "item.moved")]
    Moved,
    #[schemars(rename = "item.done")]
    Done,
    #[schemars(rename = "item.dropped")]
    Dropped,
    #[schemars(rename = "item.reopened")]
    Reopened,
}

/// A key that mail is signed with. `batond check` says which record to publish in DNS.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Dkim {
    /// The domain that signs: that of the desk's address.
    domain: String,
    /// Under which name the public key stands in DNS.
    selector: String,
    /// A private key in PEM, RSA or Ed25519.
    key: Secret,
}

/// An address, or more of it.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Relay {
    /// `smtp://host:587?tls=required`, `smtps://host`, or `file:path` for one .eml file a mail. A user and password are references.
    Address(String),
    /// With more of it.
    More(MailRelay),
}

/// A relay and how it is spoken to.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MailRelay {
    /// As above.
    url: String,
    /// A PEM file: who may have signed its certificate, instead of the authorities of the machine.
    ca: Option<String>,
    /// How to sign in. Default: plain, or login where only that is offered.
    auth: Option<RelayAuth>,
    /// A token that is renewed at the provider, in place of a password. The user stands before the host.
    token: Option<super::mailbox::Token>,
}

/// `plain`, `login`, or `xoauth2`, where the password is a token.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum RelayAuth {
    Plain,
    Login,
    Xoauth2,
}
