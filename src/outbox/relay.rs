//! One place where mails are handed over. May import model, engine, clock, config settings, tokens. One attempt in, one outcome out.

use std::fmt;
use std::sync::Arc;

use super::files::FileRelay;
use super::message::Wire;
use super::outcome::{Tried, shortened};
use super::smtp::SmtpRelay;
use super::worker::MAX_IN_FLIGHT;
use crate::clock::{Clock, SystemClock};
use crate::config;
use crate::model::Delivery;
use crate::tokens::TokenShelf;

/// A relay cannot be used as configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RelayError(pub String);

/// A relay of the configuration.
pub struct Relay {
    name: String,
    kind: Kind,
}

enum Kind {
    Smtp(Box<SmtpRelay>),
    Files(FileRelay),
}

impl Relay {
    /// The relay the settings name. Connects to nothing and writes nothing yet.
    ///
    /// # Errors
    /// A URL that cannot be read, or TLS that cannot be set up. The text never holds a password.
    pub fn new(settings: &config::Relay) -> Result<Self, RelayError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Self::with_tokens(settings, &TokenShelf::default(), &clock)
    }

    /// The same with a place where tokens are kept.
    ///
    /// # Errors
    /// As [`Relay::new`].
    pub fn with_tokens(settings: &config::Relay, shelf: &TokenShelf, clock: &Arc<dyn Clock>) -> Result<Self, RelayError> {
        Ok(match settings {
            config::Relay::Smtp(settings) => {
                let tokens = settings.token.as_ref().map(|token| shelf.tokens(token, clock)).transpose();
                let tokens = tokens.map_err(|error| RelayError(error.to_string()))?;
                let relay = SmtpRelay::new(settings, tokens, MAX_IN_FLIGHT).map_err(RelayError)?;
                Self {
                    name: relay.name(),
                    kind: Kind::Smtp(Box::new(relay)),
                }
            }
            config::Relay::File(folder) => Self {
                name: folder.display().to_string(),
                kind: Kind::Files(FileRelay::new(folder.clone())),
            },
        })
    }

    /// `host:port`, or the folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same relay with other deadlines, for tests.
    #[cfg(test)]
    pub(super) fn with_deadline(self, deadline: std::time::Duration) -> Self {
        Self {
            name: self.name,
            kind: match self.kind {
                Kind::Smtp(relay) => Kind::Smtp(Box::new(relay.with_deadline(deadline))),
                files => files,
            },
        }
    }

    /// One attempt at one delivery, each step of it within a deadline.
    pub async fn send(&self, delivery: &Delivery, mail: &Wire) -> Tried {
        match &self.kind {
            Kind::Smtp(relay) => relay.send(mail).await,
            Kind::Files(relay) => match relay.send(delivery, mail.clone()).await {
                Ok(()) => Tried::Sent,
                Err(error) => Tried::Relay(shortened(&format!("relay: {error}"))),
            },
        }
    }

    /// Whether it answers: connects, greets, signs in.
    ///
    /// # Errors
    /// Why not.
    pub async fn greet(&self) -> Result<(), String> {
        match &self.kind {
            Kind::Smtp(relay) => relay.greet().await,
            // Whether a folder can be written shows when something is written.
            Kind::Files(_) => Ok(()),
        }
    }

    /// Closes what is kept open, in good order.
    pub async fn close(&self) {
        if let Kind::Smtp(relay) = &self.kind {
            relay.close().await;
        }
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Smtp(_) => "Relay(smtp)",
            Kind::Files(_) => "Relay(file)",
        })
    }
}
