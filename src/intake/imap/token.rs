//! Access tokens of a mail provider (RFC 6749 section 6) and how they are shown to IMAP (RFC 7628, XOAUTH2). May import clock, config. A token is never logged.

use std::sync::Arc;
use std::time::Duration;

use async_imap::Authenticator;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::trouble::Trouble;
use crate::clock::Clock;
use crate::config::{TokenMechanism, TokenSource};

/// How long the provider may take.
const WITHIN: Duration = Duration::from_secs(30);
/// The largest answer of the provider, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// A token is renewed so long before it ends.
const BEFORE_END: SignedDuration = SignedDuration::from_mins(2);
/// How long a token is taken to live where the provider does not say.
const DEFAULT_LIFE: SignedDuration = SignedDuration::from_mins(30);
/// The longest error code of the provider that is shown, in characters.
const MAX_CODE_CHARS: usize = 60;

/// The tokens of one account.
pub struct Tokens {
    source: TokenSource,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
}

struct Held {
    access: Option<(SecretString, Timestamp)>,
    refresh: SecretString,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    #[serde(default)]
    expires_in: Option<i64>,
    #[serde(default)]
    refresh_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Denied {
    error: String,
}

impl Tokens {
    /// Tokens as the configuration says.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(source: TokenSource, clock: Arc<dyn Clock>) -> Result<Self, Trouble> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(WITHIN)
            .build()
            .map_err(|error| Trouble::Lasting(format!("the token: {error}")))?;
        let refresh = source.refresh_token.clone();
        Ok(Self {
            source,
            client,
            clock,
            held: Mutex::new(Held { access: None, refresh }),
        })
    }

    /// A token that is good now.
    ///
    /// # Errors
    /// The provider does not give one.
    pub async fn access(&self) -> Result<SecretString, Trouble> {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        if let Some((token, until)) = &held.access
            && *until > now
        {
            return Ok(token.clone());
        }
        let granted = self.refresh(&held.refresh).await?;
        let life = granted.expires_in.map_or(DEFAULT_LIFE, SignedDuration::from_secs);
        let until = now.checked_add(life - BEFORE_END).unwrap_or(now);
        // Some providers give a new one each time and end the old one. It is kept in memory: the configured one starts each process.
        if let Some(refresh) = granted.refresh_token {
            held.refresh = refresh;
        }
        held.access = Some((granted.access_token.clone(), until));
        Ok(granted.access_token)
    }

    /// The server did not take it: the next one is a new one.
    pub async fn forget(&self) {
        self.held.lock().await.access = None;
    }

    async fn refresh(&self, refresh: &SecretString) -> Result<Granted, Trouble> {
        let source = &self.source;
        let passing = |error: String| Trouble::Passing(format!("the token endpoint {}: {error}", source.url));
        let request = self
            .client
            .post(&source.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(form(source, refresh));
        let mut response = request.send().await.map_err(|error| passing(error.without_url().to_string()))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| passing(error.without_url().to_string()))? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER_BYTES {
                return Err(passing("its answer is too long".to_owned()));
            }
        }
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| passing("its answer holds no access token".to_owned()));
        }
        // RFC 6749 section 5.2: the code is a fixed word, the description is for developers.
        let denied: Option<Denied> = serde_json::from_slice(&body).ok();
        let code: String = denied.map_or_else(String::new, |denied| denied.error.chars().take(MAX_CODE_CHARS).collect());
        if status.is_client_error() {
            let text = format!("the token endpoint {} refuses: {status} {code}", source.url);
            return Err(Trouble::Lasting(text.trim_end().to_owned()));
        }
        Err(passing(format!("{status} {code}")))
    }

    /// The mechanism's name.
    #[must_use]
    pub fn mechanism(&self) -> &'static str {
        match self.source.mechanism {
            TokenMechanism::Xoauth2 => "XOAUTH2",
            TokenMechanism::Oauthbearer => "OAUTHBEARER",
        }
    }

    /// What is shown to the server.
    #[must_use]
    pub fn bearer(&self, user: &str, host: &str, port: u16, token: &SecretString) -> Bearer {
        let token = token.expose_secret();
        let first = match self.source.mechanism {
            TokenMechanism::Xoauth2 => format!("user={user}\x01auth=Bearer {token}\x01\x01"),
            // RFC 7628 section 3.1; `,` and `=` in a name are escaped (RFC 5801 section 4).
            TokenMechanism::Oauthbearer => {
                let user = user.replace('=', "=3D").replace(',', "=2C");
                format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01")
            }
        };
        Bearer { first: Some(first) }
    }
}

/// What is asked (RFC 6749 section 6).
fn form(source: &TokenSource, refresh: &SecretString) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token")
        .append_pair("refresh_token", refresh.expose_secret())
        .append_pair("client_id", &source.client_id);
    if let Some(secret) = &source.client_secret {
        form.append_pair("client_secret", secret.expose_secret());
    }
    if let Some(scope) = &source.scope {
        form.append_pair("scope", scope);
    }
    form.finish()
}

/// Shows the token once. A second challenge is the server's reason for refusing it, and is answered so that it can say so.
pub struct Bearer {
    first: Option<String>,
}

impl Authenticator for Bearer {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        // RFC 7628 section 3.2.3: a client ends a failed exchange with a single 0x01.
        self.first.take().unwrap_or_else(|| "\x01".to_owned())
    }
}
