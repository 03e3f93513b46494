//! The relays of the configuration, in order: the first that works gets the mail. May import model, engine, clock, observe, config settings. A mail that a relay may have taken is never given to another.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::dkim::Signer;
use super::health::Health;
use super::message::to_message;
use super::outcome::Tried;
use super::relay::{Relay, RelayError};
use super::worker::MAX_IN_FLIGHT;
use crate::clock::Clock;
use crate::config;
use crate::engine::SendOutcome;
use crate::model::Delivery;
use crate::observe;

/// How often it is looked whether a broken relay is to be asked again.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// All of them.
pub struct Relays {
    relays: Vec<Channel>,
    signer: Signer,
    clock: Arc<dyn Clock>,
    /// Woken when one works again.
    works: Notify,
}

/// One relay and what is known of it.
struct Channel {
    relay: Relay,
    health: Mutex<Health>,
}

/// How a relay stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// `host:port`, or the folder.
    pub name: String,
    /// Since when it does not work, and why; `None` while it does.
    pub down: Option<(Timestamp, String)>,
}

impl Relays {
    /// The relays the settings name. Connects to nothing and writes nothing yet.
    ///
    /// # Errors
    /// A URL that cannot be read, or TLS that cannot be set up. The text never holds a password.
    pub fn new(settings: &config::Sending, clock: Arc<dyn Clock>) -> Result<Self, RelayError> {
        let relays: Result<Vec<Relay>, RelayError> = settings.relays.iter().map(Relay::new).collect();
        Ok(Self {
            signer: Signer::new(&settings.dkim).map_err(RelayError)?,
            ..Self::of(relays?, clock)
        })
    }

    pub(super) fn of(relays: Vec<Relay>, clock: Arc<dyn Clock>) -> Self {
        let channel = |relay: Relay| {
            observe::relay(relay.name(), true);
            Channel {
                relay,
                health: Mutex::new(Health::new(MAX_IN_FLIGHT)),
            }
        };
        Self {
            relays: relays.into_iter().map(channel).collect(),
            signer: Signer::default(),
            clock,
            works: Notify::new(),
        }
    }

    /// How many mails may be on their way at once: what the first relay that works may have.
    #[must_use]
    pub fn window(&self) -> usize {
        let windows = self.relays.iter().map(|channel| channel.health().window());
        windows.into_iter().find(|window| *window > 0).unwrap_or_default()
    }

    /// Why nothing goes out, while no relay works.
    #[must_use]
    pub fn all_down(&self) -> Option<String> {
        let mut last = None;
        for channel in &self.relays {
            last = Some(channel.health().down()?.why.clone());
        }
        last
    }

    /// How each stands, in order.
    #[must_use]
    pub fn standing(&self) -> Vec<Standing> {
        let standing = |channel: &Channel| Standing {
            name: channel.relay.name().to_owned(),
            down: channel.health().down().map(|down| (down.since, down.why.clone())),
        };
        self.relays.iter().map(standing).collect()
    }

    /// Resolves when a relay works again.
    pub async fn works(&self) {
        self.works.notified().await;
    }

    /// One attempt at one delivery, with the bytes of the message that goes with it: by the first relay that works, by the next where that one turns
    /// out not to. A letter that cannot be written as a mail is given up.
    pub async fn send(&self, delivery: &Delivery, original: Option<&[u8]>) -> SendOutcome {
        let mail = match to_message(&delivery.letter, original) {
            Ok(mail) => mail,
            Err(bad) => return SendOutcome::GiveUp(bad.to_string()),
        };
        let mail = match self.signer.signed(mail, delivery.letter.date) {
            Ok(mail) => mail,
            Err(why) => return SendOutcome::Retry(why),
        };
        let destination = delivery.letter.to.domain();
        let mut why = "no relay works".to_owned();
        for channel in &self.relays {
            if let Some(down) = channel.health().down() {
                why.clone_from(&down.why);
                continue;
            }
            match channel.relay.send(delivery, &mail).await {
                Tried::Relay(failed) => {
                    channel.failed(&failed, self.clock.now());
                    why = failed;
                }
                tried => {
                    channel.note(&tried, destination, self.clock.now());
                    return tried.outcome();
                }
            }
        }
        SendOutcome::NoRelay(why)
    }

    /// Asks relays that do not work whether they do again, until `stop`.
    pub async fn watch(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(LOOK_EVERY) => {}
            }
            for channel in &self.relays {
                if !channel.health().is_to_be_asked() {
                    continue;
                }
                match channel.relay.greet().await {
                    Ok(()) => {
                        channel.health().greets();
                        self.works.notify_one();
                    }
                    Err(why) => channel.failed(&why, self.clock.now()),
                }
            }
        }
    }

    /// Closes what is kept open, in good order.
    pub async fn close(&self) {
        for channel in &self.relays {
            channel.relay.close().await;
        }
    }
}

impl Channel {
    fn health(&self) -> std::sync::MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, why: &str, at: Timestamp) {
        if self.health().failed(why, at) {
            self.is_down(why);
        }
    }

    fn is_down(&self, why: &str) {
        let relay = self.relay.name();
        observe::relay(relay, false);
        tracing::error!(relay, why = %observe::one_line(why), "a relay does not work; it is asked again every half minute");
    }

    /// What an attempt that was not the relay's fault says of the relay.
    fn note(&self, tried: &Tried, destination: &str, at: Timestamp) {
        match tried {
            Tried::Sent | Tried::Mail(_) => {
                if self.health().answered() {
                    observe::relay(self.relay.name(), true);
                    tracing::info!(relay = self.relay.name(), "a relay takes mail again");
                }
            }
            Tried::NoAnswer(why) | Tried::Unsure(why) => {
                let broken = self.health().silent(destination, why, at);
                if broken == Some(true) {
                    self.is_down(why);
                }
            }
            Tried::Relay(why) => self.failed(why, at),
        }
    }
}

impl fmt::Debug for Relays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.standing()).finish()
    }
}
