//! How each relay is, since the process started. May import nothing of the crate. In memory alone; never on the way of a mail.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use metrics::gauge;

/// How a relay is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayState {
    /// `host:port`, or the folder.
    pub name: String,
    /// Since when it does not work, and why; `None` while it does.
    pub down: Option<(Timestamp, String)>,
    /// How often it stopped working.
    pub failures: u64,
}

/// All relays, in the order of the configuration. Cheap to clone; the outbox writes, everybody reads.
#[derive(Debug, Clone, Default)]
pub struct Relays(Arc<Mutex<Vec<RelayState>>>);

impl Relays {
    /// Makes these known, in this order. Each counts as working.
    pub fn known(&self, names: impl IntoIterator<Item = String>) {
        let states = names.into_iter().map(|name| {
            set_up(&name, true);
            RelayState {
                name,
                down: None,
                failures: 0,
            }
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = states.collect();
    }

    /// It does not work since then.
    pub fn is_down(&self, name: &str, since: Timestamp, why: &str) {
        set_up(name, false);
        self.change(name, |state| {
            state.failures += u64::from(state.down.is_none());
            state.down = Some((since, why.to_owned()));
        });
    }

    /// It takes mail again.
    pub fn works(&self, name: &str) {
        set_up(name, true);
        self.change(name, |state| state.down = None);
    }

    /// Everything known.
    #[must_use]
    pub fn all(&self) -> Vec<RelayState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut RelayState)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = all.iter_mut().find(|state| state.name == name) {
            change(state);
        }
    }
}

fn set_up(name: &str, up: bool) {
    gauge!("batond_relay_up", "relay" => name.to_owned()).set(f64::from(u8::from(up)));
}
