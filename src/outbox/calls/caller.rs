//! One attempt to call a web address. May import model, engine, config settings, its peers in calls. No redirect is followed, no proxy asked, no reply read.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use secrecy::ExposeSecret;
use url::{Host, Url};

use super::causes::causes;
use super::guard::may_call;
use super::resolver::{Guarded, Lookup, REFUSED, of_the_machine};
use super::sign::signatures;
use crate::config::{Webhook, Webhooks};
use crate::engine::SendOutcome;
use crate::model::{Delivery, WebCall};

/// How long a connection may take, its names and TLS among it.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a whole attempt may take. A reply that comes slower is no reply.
const WHOLE: Duration = Duration::from_secs(30);
/// The longest that a receiver can put an attempt off.
const MAX_RETRY_AFTER: SignedDuration = SignedDuration::from_hours(6);
/// What TLS says of a certificate by an authority that nobody here trusts.
const STRANGER: &str = "UnknownIssuer";
/// What stands in `User-Agent`.
const AGENT: &str = concat!("batond/", env!("CARGO_PKG_VERSION"));

/// Why no calls can be made.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// The certificates under `send.ca` cannot be used, or TLS cannot be set up.
    #[error("calls cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// Calls web addresses.
pub struct Caller {
    client: Client,
    webhooks: Webhooks,
    allowed: Arc<[IpNet]>,
}

impl Caller {
    /// With these addresses, secrets and networks.
    ///
    /// # Errors
    /// See [`CallerError`].
    pub fn new(webhooks: Webhooks) -> Result<Self, CallerError> {
        Self::asking(webhooks, of_the_machine())
    }

    /// The same with another resolver.
    pub(super) fn asking(webhooks: Webhooks, lookup: Lookup) -> Result<Self, CallerError> {
        let allowed: Arc<[IpNet]> = webhooks.allow_networks.clone().into();
        let mut builder = Client::builder()
            .user_agent(AGENT)
            .redirect(Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Guarded {
                allowed: Arc::clone(&allowed),
                lookup,
            }))
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            // Every call connects anew, so that every call is guarded.
            .pool_max_idle_per_host(0);
        if let Some(pem) = &webhooks.ca {
            builder = builder.tls_certs_merge(Certificate::from_pem_bundle(pem)?);
        }
        Ok(Self {
            client: builder.build()?,
            webhooks,
            allowed,
        })
    }

    /// One attempt.
    pub async fn send(&self, delivery: &Delivery, call: &WebCall, now: Timestamp) -> SendOutcome {
        let (url, secrets) = match &call.webhook {
            Some(name) => match self.webhooks.named.get(name) {
                Some(Webhook { url, secrets, .. }) => (url.expose_secret(), secrets.as_slice()),
                None => return SendOutcome::GiveUp(format!("there is no webhook `{name}` under `send.webhooks` any more")),
            },
            None => (call.url.as_str(), &[][..]),
        };
        let Ok(url) = Url::parse(url) else {
            return SendOutcome::GiveUp("its address cannot be read".to_owned());
        };
        // The resolver is not asked for what is no name.
        let literal: Option<IpAddr> = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) | None => None,
        };
        if let Some(address) = literal.filter(|address| !may_call(*address, &self.allowed)) {
            return SendOutcome::GiveUp(format!("{address} {REFUSED}"));
        }
        let letter = &delivery.letter;
        let body = letter.text.clone();
        let seconds = now.as_second();
        let mut request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, call.media_type.as_str())
            .header("webhook-id", letter.message_id.as_str())
            .header("webhook-timestamp", seconds.to_string());
        if !secrets.is_empty() {
            let signatures = signatures(secrets, &letter.message_id, seconds, body.as_bytes());
            request = request.header("webhook-signature", signatures);
        }
        match request.body(body).send().await {
            // The reply's body is not asked for: it goes with the connection.
            Ok(reply) => judged(reply.status(), reply.headers(), now),
            Err(error) => failed(error),
        }
    }
}

/// What a reply comes to. Every failure may be mended by its receiver, but 410, which says to stop.
fn judged(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> SendOutcome {
    if status.is_success() {
        return SendOutcome::Sent;
    }
    let said = format!("it answered {status}");
    if status == StatusCode::GONE {
        return SendOutcome::GiveUp(format!("{said}: it wants no more of them"));
    }
    if status.is_redirection() {
        return SendOutcome::Retry(format!(
            "{said}, and redirects are not followed: write the address that it leads to"
        ));
    }
    match retry_after(headers, now) {
        Some(wait) => SendOutcome::RetryAfter(said, wait),
        None => SendOutcome::Retry(said),
    }
}

/// `Retry-After`, in seconds or as a date (RFC 9110 section 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(seconds.into()),
        Err(_) => jiff::fmt::rfc2822::parse(text).ok()?.timestamp().duration_since(now),
    };
    wait.is_positive().then(|| wait.min(MAX_RETRY_AFTER))
}

/// What did not come to a reply, with all its causes and without the address, which may be a secret.
fn failed(error: reqwest::Error) -> SendOutcome {
    let error = error.without_url();
    if error.is_timeout() {
        return SendOutcome::Retry(format!("there was no reply within {} seconds", WHOLE.as_secs()));
    }
    let mut why = causes(&error);
    if why.contains(REFUSED) {
        return SendOutcome::GiveUp(why);
    }
    if why.contains(STRANGER) {
        why.push_str("; no authority that is trusted here has signed it: add yours under `send.ca`");
    }
    SendOutcome::Retry(why)
}
