//! How many deliveries a source takes in a while. May import config, model. In memory: a restart forgets what was counted, and lets in a little more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::Problem;
use crate::config::Rate;
use crate::model::SourceName;

/// What each source took of late, as the instant at which all of it is forgotten (the generic cell rate algorithm).
#[derive(Debug, Default)]
pub struct Rates(Mutex<HashMap<SourceName, Timestamp>>);

impl Rates {
    /// Counts one delivery that is proven.
    ///
    /// # Errors
    /// 429 with when to come again.
    pub fn take(&self, source: &SourceName, rate: Rate, now: Timestamp) -> Result<(), Problem> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let each = rate.within / i32::try_from(rate.deliveries).unwrap_or(i32::MAX);
        // A clock that was set back must not shut a source for longer than its while.
        let latest = now.saturating_add(rate.within).unwrap_or(now);
        let forgotten = all.get(source).copied().unwrap_or(now).clamp(now, latest);
        let after = forgotten.saturating_add(each).unwrap_or(latest);
        let over = after.duration_since(latest);
        if over.is_positive() {
            all.insert(source.clone(), forgotten);
            let seconds = u16::try_from(over.as_secs()).unwrap_or(u16::MAX).saturating_add(1);
            let detail = format!(
                "This source takes {} deliveries in {} seconds. Send it again in {seconds} seconds, or have its `rate` raised.",
                rate.deliveries,
                rate.within.as_secs()
            );
            return Err(Problem::too_many(seconds, detail));
        }
        all.insert(source.clone(), after);
        Ok(())
    }
}

#[cfg(test)]
#[path = "rate_tests.rs"]
mod tests;
