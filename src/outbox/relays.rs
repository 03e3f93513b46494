//! The relays of the configuration, in order: the first that works gets the mail. May import model, engine, clock, observe, config settings. A mail that a relay may have taken is never given to another.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

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
use crate::tokens::TokenShelf;

/// How often it is looked whether a broken relay is to be asked again.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// All of them.
pub struct Relays {
    relays: Vec<Channel>,
    signer: Signer,
    /// What the others see of them.
    states: observe::Relays,
    clock: Arc<dyn Clock>,
    /// Woken when one works again.
    works: Notify,
}

/// One relay and what is known of it.
struct Channel {
    relay: Relay,
    health: Mutex<Health>,
}

impl Relays {
    /// The relays the settings name. Connects to nothing and writes nothing yet.
    ///
    /// # Errors
    /// A URL that cannot be read, or TLS that cannot be set up. The text never holds a password.
    pub fn new(settings: &config::Sending, clock: Arc<dyn Clock>, states: observe::Relays, shelf: &TokenShelf) -> Result<Self, RelayError> {
        let relay = |relay| Relay::with_tokens(relay, shelf, &clock);
        let relays: Result<Vec<Relay>, RelayError> = settings.relays.iter().map(relay).collect();
        let relays = relays?;
        states.known(relays.iter().map(|relay| relay.name().to_owned()));
        Ok(Self {
            signer: Signer::new(&settings.dkim).map_err(RelayError)?,
            states,
            ..Self::of(relays, clock)
        })
    }

    pub(super) fn of(relays: Vec<Relay>, clock: Arc<dyn Clock>) -> Self {
        let channel = |relay: Relay| Channel {
            relay,
            health: Mutex::new(Health::new(MAX_IN_FLIGHT)),
        };
        let states = observe::Relays::default();
        states.known(relays.iter().map(|relay| relay.name().to_owned()));
        Self {
            relays: relays.into_iter().map(channel).collect(),
            signer: Signer::default(),
            states,
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

    /// How each is, in order.
    #[must_use]
    pub fn states(&self) -> &observe::Relays {
        &self.states
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
                    self.failed(channel, &failed);
                    why = failed;
                }
                tried => {
                    self.note(channel, &tried, destination);
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
                        self.states.works(channel.relay.name());
                        self.works.notify_one();
                    }
                    Err(why) => self.failed(channel, &why),
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

impl Relays {
    fn failed(&self, channel: &Channel, why: &str) {
        let mut health = channel.health();
        let is_new = health.failed(why, self.clock.now());
        self.is_down(channel, &health, why, is_new);
    }

    fn is_down(&self, channel: &Channel, health: &Health, why: &str, is_new: bool) {
        let relay = channel.relay.name();
        if let Some(down) = health.down() {
            self.states.is_down(relay, down.since, &down.why);
        }
        if is_new {
            tracing::error!(relay, why = %observe::one_line(why), "a relay does not work; it is asked again every half minute");
        }
    }

    /// What an attempt that was not the relay's fault says of the relay.
    fn note(&self, channel: &Channel, tried: &Tried, destination: &str) {
        let mut health = channel.health();
        match tried {
            Tried::Sent | Tried::Mail(_) => {
                if health.answered() {
                    self.states.works(channel.relay.name());
                    tracing::info!(relay = channel.relay.name(), "a relay takes mail again");
                }
            }
            Tried::NoAnswer(why) | Tried::Unsure(why) => {
                if let Some(is_new) = health.silent(destination, why, self.clock.now()) {
                    self.is_down(channel, &health, why, is_new);
                }
            }
            Tried::Relay(_) => {}
        }
    }
}

impl Channel {
    fn health(&self) -> std::sync::MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Relays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.states.all()).finish()
    }
}
