//! A webhook source as the shells need it: who may send, how a delivery is proven, where its id stands. May import nothing of the crate. No secret in it is ever empty.

use ipnet::IpNet;
use jiff::SignedDuration;
use secrecy::{SecretSlice, SecretString};

/// A webhook source, served at `/hooks/<source>`.
#[derive(Debug, Clone)]
pub struct HookDoor {
    /// How a delivery is verified.
    pub verify: Verify,
    /// `allow_from`: the networks that may send; all of them if it is empty. With [`Verify::None`] it never is.
    pub allow_from: Vec<IpNet>,
    /// `max_size`, default 1 MiB. It holds for the body as sent, and for what it is inflated to.
    pub max_body_bytes: usize,
    /// `rate`: the most deliveries in a while.
    pub rate: Option<Rate>,
    /// The proxies in front of `web.listen`, whose word on the sender's address counts.
    pub proxies: Proxies,
}

/// The most deliveries in a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many, at least one.
    pub deliveries: u32,
    /// The length of the while.
    pub within: SignedDuration,
}

/// Proxies in front of HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proxies {
    /// Their addresses; none if it is empty.
    pub networks: Vec<IpNet>,
    /// Where they write who sent a request.
    pub header: ClientHeader,
}

/// Where proxies write who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientHeader {
    /// `X-Forwarded-For: ADDRESS, …`
    #[default]
    XForwardedFor,
    /// `Forwarded: for=ADDRESS, …` (RFC 7239)
    Forwarded,
}

/// How a delivery is verified. Two secrets can live at once, for rotation.
#[derive(Debug, Clone)]
pub enum Verify {
    /// `X-Hub-Signature-256: sha256=HEX` over the body.
    Github {
        /// The shared secrets.
        secrets: Vec<SecretString>,
    },
    /// `X-Gitlab-Token: SECRET`
    Gitlab {
        /// The tokens.
        secrets: Vec<SecretString>,
    },
    /// `Stripe-Signature: t=SECONDS,v1=HEX` over stamp and body.
    Stripe {
        /// The shared secrets, `whsec_` and all.
        secrets: Vec<SecretString>,
        /// How far the stamp may be from now.
        tolerance: SignedDuration,
    },
    /// `X-Slack-Signature: v0=HEX` over version, stamp and body.
    Slack {
        /// The signing secrets.
        secrets: Vec<SecretString>,
        /// How far the stamp may be from now.
        tolerance: SignedDuration,
    },
    /// Standard Webhooks: `webhook-signature` over id, stamp and body.
    Standard {
        /// The keys, decoded.
        keys: Vec<StandardKey>,
        /// How far the stamp may be from now.
        tolerance: SignedDuration,
    },
    /// `Authorization: Bearer TOKEN`
    Bearer {
        /// The tokens.
        secrets: Vec<SecretString>,
    },
    /// `Authorization: Basic`, user and password.
    Basic {
        /// The user, without a colon.
        user: String,
        /// The passwords.
        secrets: Vec<SecretString>,
    },
    /// An HMAC in a header, spelled out.
    Hmac(Box<HmacScheme>),
    /// Nothing is verified; only the networks of `allow_from` may send.
    None,
}

/// A key of Standard Webhooks.
#[derive(Debug, Clone)]
pub enum StandardKey {
    /// `whsec_…`: shared, for `v1` signatures.
    Shared(SecretSlice<u8>),
    /// `whpk_…`: the sender's public Ed25519 key, for `v1a` signatures.
    Public([u8; 32]),
}

/// An HMAC in a header, spelled out.
#[derive(Debug, Clone)]
pub struct HmacScheme {
    /// The shared secrets.
    pub secrets: Vec<SecretString>,
    /// The header, lower case.
    pub header: String,
    /// The hash.
    pub algorithm: HmacAlgorithm,
    /// How the digest is written.
    pub encoding: HmacEncoding,
    /// What stands before the digest, such as `sha256=`.
    pub prefix: String,
    /// The header with the delivery's id, lower case, if the sender has one.
    pub id_header: Option<String>,
    /// Where the sender says when it signed, if it does.
    pub stamp: Option<StampHeader>,
    /// What is signed, in order; the body is among it.
    pub signs: Vec<Signed>,
}

/// Where a sender says when it signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampHeader {
    /// The header, lower case.
    pub header: String,
    /// How it is written.
    pub format: StampFormat,
    /// How far it may be from now.
    pub tolerance: SignedDuration,
}

/// How a stamp is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StampFormat {
    /// `1764662400`, since 1970.
    Seconds,
    /// `1764662400000`, since 1970.
    Milliseconds,
    /// `2025-12-02T08:00:00Z`, RFC 3339.
    Rfc3339,
}

/// A piece of what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// As it stands.
    Text(String),
    /// The stamp as it was sent.
    Timestamp,
    /// The delivery's id as it was sent.
    Id,
    /// The body as it was sent.
    Body,
}

/// The hash of an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HmacAlgorithm {
    /// `sha1`, for senders that know nothing better.
    Sha1,
    /// `sha256`
    Sha256,
    /// `sha512`
    Sha512,
}

/// How a digest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HmacEncoding {
    /// `hex`, either case.
    Hex,
    /// `base64`
    Base64,
}

/// Where a sender writes the id of a delivery and its word for the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks<'a> {
    /// The headers with the id, lower case; the first that is there counts.
    pub id_headers: [Option<&'a str>; 2],
    /// The header with the event, lower case.
    pub event_header: Option<&'a str>,
    /// Where the id stands in a JSON body: an RFC 6901 pointer.
    pub id_in: Option<&'a str>,
    /// Where the events stand there; the first that is there counts.
    pub event_in: &'a [&'a str],
}

impl Verify {
    /// Its word in the configuration.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Github { .. } => "github",
            Self::Gitlab { .. } => "gitlab",
            Self::Stripe { .. } => "stripe",
            Self::Slack { .. } => "slack",
            Self::Standard { .. } => "standard",
            Self::Bearer { .. } => "bearer",
            Self::Basic { .. } => "basic",
            Self::Hmac(_) => "hmac",
            Self::None => "none",
        }
    }

    /// Where senders of this kind write their ids and events.
    #[must_use]
    pub fn marks(&self) -> Marks<'_> {
        let none = Marks::default();
        match self {
            Self::Github { .. } => Marks {
                id_headers: [Some("x-github-delivery"), None],
                event_header: Some("x-github-event"),
                ..none
            },
            Self::Gitlab { .. } => Marks {
                id_headers: [Some("idempotency-key"), None],
                event_header: Some("x-gitlab-event"),
                ..none
            },
            Self::Stripe { .. } => Marks {
                id_in: Some("/id"),
                event_in: &["/type"],
                ..none
            },
            Self::Slack { .. } => Marks {
                id_in: Some("/event_id"),
                event_in: &["/event/type", "/type"],
                ..none
            },
            Self::Standard { .. } => Marks {
                id_headers: [Some("webhook-id"), Some("svix-id")],
                event_in: &["/type"],
                ..none
            },
            Self::Hmac(scheme) => Marks {
                id_headers: [scheme.id_header.as_deref(), None],
                ..none
            },
            Self::Bearer { .. } | Self::Basic { .. } | Self::None => none,
        }
    }
}
