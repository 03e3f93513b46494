//! Where mails are handed over. May import model, engine, config settings. One attempt in, one outcome out.

use std::fmt;

use secrecy::ExposeSecret as _;

use super::files::FileRelay;
use super::message::to_message;
use super::outcome::shortened;
use super::smtp::SmtpRelay;
use super::smtp_url::SmtpUrl;
use super::worker::MAX_IN_FLIGHT;
use crate::config;
use crate::engine::SendOutcome;
use crate::model::Delivery;

/// A relay cannot be used as configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RelayError(pub String);

/// The relay of the configuration.
pub struct Relay(Kind);

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
        Ok(Self(match settings {
            config::Relay::Smtp(url) => {
                let url = SmtpUrl::parse(url.expose_secret()).map_err(RelayError)?;
                Kind::Smtp(Box::new(SmtpRelay::new(url, MAX_IN_FLIGHT).map_err(RelayError)?))
            }
            config::Relay::File(folder) => Kind::Files(FileRelay::new(folder.clone())),
        }))
    }

    /// The same relay with another deadline for an attempt, for tests.
    #[cfg(test)]
    pub(super) fn with_deadline(self, deadline: std::time::Duration) -> Self {
        Self(match self.0 {
            Kind::Smtp(relay) => Kind::Smtp(Box::new(relay.with_deadline(deadline))),
            files => files,
        })
    }

    /// One attempt at one delivery, within a deadline, with the bytes of the message that goes with it. A letter that cannot be written as a mail is given up.
    pub async fn send(&self, delivery: &Delivery, original: Option<&[u8]>) -> SendOutcome {
        let mail = match to_message(&delivery.letter, original) {
            Ok(mail) => mail,
            Err(bad) => return SendOutcome::GiveUp(bad.to_string()),
        };
        match &self.0 {
            Kind::Smtp(relay) => relay.send(&mail).await,
            Kind::Files(relay) => match relay.send(delivery, mail).await {
                Ok(()) => SendOutcome::Sent,
                Err(error) => SendOutcome::Retry(shortened(&format!("relay: {error}"))),
            },
        }
    }

    /// Closes what is kept open, in good order.
    pub async fn close(&self) {
        if let Kind::Smtp(relay) = &self.0 {
            relay.close().await;
        }
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Smtp(_) => "Relay(smtp)",
            Kind::Files(_) => "Relay(file)",
        })
    }
}
