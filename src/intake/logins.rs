//! Who may log in at a door, and how often one may guess. May import its peers in intake, model, config. Names and secrets are compared in constant time; an address that keeps guessing is not heard for a while.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

use super::seats::neighbourhood;
use crate::config::Logins;
use crate::model::PersonKey;

/// How long the answer to a wrong secret takes.
pub const WRONG_DELAY: Duration = Duration::from_secs(2);

/// After how many wrong answers a session ends.
pub const MAX_WRONG_A_SESSION: usize = 3;

/// After how many wrong answers an address is not heard any more, until [`GUESSES_FOR`] have passed since the first.
pub const MAX_WRONG: u32 = 10;

/// How long wrong answers are counted, and an address that gave too many is not heard.
pub const GUESSES_FOR: Duration = Duration::from_secs(600);

/// How many addresses are counted at once; past it the longest known is forgotten.
const MAX_TALLIES: usize = 10_000;

/// Whoever has logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// The name they gave.
    pub name: String,
    /// The person they are, if the configuration says so.
    pub person: Option<PersonKey>,
}

/// Those who may log in at a door, exchanged by a reload.
pub type LoginTable = Arc<ArcSwap<Logins>>;

/// What was given to log in.
pub struct Given {
    /// The name.
    pub name: String,
    /// The secret.
    pub secret: SecretString,
}

impl Given {
    /// What AUTH PLAIN sends (RFC 4616): an identity to act as, which must be the same or empty, a name, a secret.
    #[must_use]
    pub fn plain(response: &[u8]) -> Option<Self> {
        let bytes = SecretSlice::from(BASE64.decode(response).ok()?);
        let mut parts = bytes.expose_secret().split(|octet| *octet == 0);
        let (act_as, name, secret) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !(act_as.is_empty() || act_as == name) {
            return None;
        }
        Self::of(name, secret)
    }

    /// What AUTH LOGIN sends, one after the other.
    #[must_use]
    pub fn login(name: &[u8], secret: &[u8]) -> Option<Self> {
        let secret = SecretSlice::from(BASE64.decode(secret).ok()?);
        Self::of(&BASE64.decode(name).ok()?, secret.expose_secret())
    }

    fn of(name: &[u8], secret: &[u8]) -> Option<Self> {
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
        Some(Self {
            name: text(name)?,
            secret: SecretString::from(text(secret)?),
        })
    }

    /// Who that is. Takes the same time for a wrong name as for a wrong secret.
    #[must_use]
    pub fn check(&self, logins: &Logins) -> Option<LoggedIn> {
        let given = digest(&SHA256, self.secret.expose_secret().as_bytes());
        let known = logins.users.get(&self.name);
        let wanted = digest(&SHA256, known.map_or("", |login| login.secret.expose_secret()).as_bytes());
        let same = bool::from(given.as_ref().ct_eq(wanted.as_ref()));
        let person = known?.person.clone();
        same.then(|| LoggedIn {
            name: self.name.clone(),
            person,
        })
    }
}

/// The wrong answers of each address.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<IpAddr, Tally>>);

#[derive(Debug, Clone, Copy)]
struct Tally {
    wrong: u32,
    since: Instant,
}

impl Guesses {
    /// Whether an address is heard.
    pub fn may(&self, peer: IpAddr) -> bool {
        let tallies = self.tallies();
        let tally = tallies.get(&neighbourhood(peer));
        tally.is_none_or(|tally| tally.wrong < MAX_WRONG || tally.since.elapsed() >= GUESSES_FOR)
    }

    /// A wrong answer.
    pub fn wrong(&self, peer: IpAddr) {
        let mut tallies = self.tallies();
        let address = neighbourhood(peer);
        if tallies.len() >= MAX_TALLIES && !tallies.contains_key(&address) {
            tallies.retain(|_, tally| tally.since.elapsed() < GUESSES_FOR);
            if tallies.len() >= MAX_TALLIES {
                let oldest = tallies.iter().min_by_key(|(_, tally)| tally.since).map(|(address, _)| *address);
                oldest.map(|address| tallies.remove(&address));
            }
        }
        let new = Tally {
            wrong: 0,
            since: Instant::now(),
        };
        let tally = tallies.entry(address).or_insert(new);
        if tally.since.elapsed() >= GUESSES_FOR {
            *tally = new;
        }
        tally.wrong += 1;
    }

    /// A right answer.
    pub fn right(&self, peer: IpAddr) {
        self.tallies().remove(&neighbourhood(peer));
    }

    /// A panic elsewhere leaves it whole.
    fn tallies(&self) -> MutexGuard<'_, HashMap<IpAddr, Tally>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "logins_tests.rs"]
mod tests;
