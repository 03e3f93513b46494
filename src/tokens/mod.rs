//! Access tokens of a mail provider (RFC 6749 section 6), for mailboxes and relays alike. May import clock, config. A token is never logged; a refresh token that was exchanged is on disk before it is used.

mod shelf;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

pub use self::shelf::TokenShelf;
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

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoToken {
    /// The network or the provider: it may be well again in a moment.
    #[error("{0}")]
    Passing(String),
    /// Somebody must see to it.
    #[error("{0}")]
    Lasting(String),
}

/// The tokens of one account.
pub struct Tokens {
    source: TokenSource,
    account: String,
    shelf: TokenShelf,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
}

struct Held {
    access: Option<(SecretString, Timestamp)>,
    /// `None` until the shelf was asked.
    refresh: Option<SecretString>,
}

/// A token.
pub struct Access {
    /// What is shown to the server.
    pub token: SecretString,
    /// Whether the provider gave it just now: a server that refuses it will refuse the next one too.
    pub is_new: bool,
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
    fn new(source: TokenSource, account: String, clock: Arc<dyn Clock>, shelf: TokenShelf) -> Result<Self, NoToken> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(WITHIN)
            .build()
            .map_err(|error| NoToken::Lasting(format!("the token: {error}")))?;
        Ok(Self {
            source,
            account,
            shelf,
            client,
            clock,
            held: Mutex::new(Held {
                access: None,
                refresh: None,
            }),
        })
    }

    /// A token that is good now.
    ///
    /// # Errors
    /// The provider does not give one.
    pub async fn access(&self) -> Result<Access, NoToken> {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        if let Some((token, until)) = &held.access
            && *until > now
        {
            let token = token.clone();
            return Ok(Access { token, is_new: false });
        }
        let refresh = match &held.refresh {
            Some(refresh) => refresh.clone(),
            None => self.newest().await?,
        };
        held.refresh = Some(refresh.clone());
        let granted = self.refresh(&refresh).await?;
        let life = granted.expires_in.map_or(DEFAULT_LIFE, SignedDuration::from_secs);
        let until = now.checked_add(life - BEFORE_END).unwrap_or(now);
        // Some providers give a new one each time and end the old one: without it nobody could renew after a restart.
        if let Some(new) = granted.refresh_token {
            if new.expose_secret() != refresh.expose_secret() {
                self.keep(&new).await;
            }
            held.refresh = Some(new);
        }
        held.access = Some((granted.access_token.clone(), until));
        Ok(Access {
            token: granted.access_token,
            is_new: true,
        })
    }

    /// The newest refresh token there is: what the provider gave last, else what is configured.
    async fn newest(&self) -> Result<SecretString, NoToken> {
        let (shelf, account) = (self.shelf.clone(), self.account.clone());
        let read = tokio::task::spawn_blocking(move || shelf.newest(&account)).await;
        let read = read.map_err(std::io::Error::other).flatten();
        let newest = read.map_err(|error| NoToken::Lasting(format!("the kept refresh token: {error}")))?;
        Ok(newest.unwrap_or_else(|| self.source.refresh_token.clone()))
    }

    /// Keeps a new refresh token. Where that fails it is used all the same: the one before may be good no more.
    async fn keep(&self, refresh: &SecretString) {
        let (shelf, account, refresh) = (self.shelf.clone(), self.account.clone(), refresh.clone());
        let kept = tokio::task::spawn_blocking(move || shelf.keep(&account, &refresh)).await;
        if let Err(error) = kept.map_err(std::io::Error::other).flatten() {
            tracing::error!(%error, url = self.source.url, "a new refresh token could not be kept: after a restart a new one may have to be configured");
        }
    }

    /// The server did not take it: the next one is a new one.
    pub async fn forget(&self) {
        self.held.lock().await.access = None;
    }

    async fn refresh(&self, refresh: &SecretString) -> Result<Granted, NoToken> {
        let source = &self.source;
        let passing = |error: String| NoToken::Passing(format!("the token endpoint {}: {error}", source.url));
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
            return Err(NoToken::Lasting(text.trim_end().to_owned()));
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

    /// What is shown to the server first, before it is encoded (RFC 7628, XOAUTH2).
    #[must_use]
    pub fn shown(&self, user: &str, host: &str, port: u16, token: &SecretString) -> SecretString {
        let token = token.expose_secret();
        SecretString::from(match self.source.mechanism {
            TokenMechanism::Xoauth2 => return xoauth2(user, token),
            // RFC 7628 section 3.1; `,` and `=` in a name are escaped (RFC 5801 section 4).
            TokenMechanism::Oauthbearer => {
                let user = user.replace('=', "=3D").replace(',', "=2C");
                format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01")
            }
        })
    }
}

/// What XOAUTH2 shows, before it is encoded.
#[must_use]
pub fn xoauth2(user: &str, token: &str) -> SecretString {
    SecretString::from(format!("user={user}\x01auth=Bearer {token}\x01\x01"))
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
