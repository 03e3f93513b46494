//! The time of day, as a port, and a watch over its jumps. May import nothing of the crate. `SystemClock` is the only place that reads real time.

use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// No machine shows an earlier time but one whose clock is not set yet: 2025-01-01.
const EARLIEST: Timestamp = Timestamp::constant(1_735_689_600, 0);
/// By how much the time of day must differ from the time that passed to have jumped. What is slewed stays far below.
const JUMP: SignedDuration = SignedDuration::from_secs(5);

/// Whether a clock that shows `now` is set: a machine without a battery begins in 1970.
#[must_use]
pub fn is_set(now: Timestamp) -> bool {
    now >= EARLIEST
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// The time that has passed since a moment that stays the same: nobody sets it, and it goes on while the machine sleeps.
    fn passed(&self) -> Duration;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn passed(&self) -> Duration {
        let passed = clock_gettime(ClockId::Boottime);
        // The kernel gives neither a negative count nor a billion nanoseconds.
        Duration::new(
            u64::try_from(passed.tv_sec).unwrap_or_default(),
            u32::try_from(passed.tv_nsec).unwrap_or_default(),
        )
    }
}

/// A clock that stands until it is set: for tests and `simulate`.
#[derive(Debug)]
pub struct VirtualClock(Mutex<(Timestamp, Duration)>);

impl VirtualClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(Mutex::new((at, Duration::ZERO)))
    }

    /// Sets it: no time passes by that.
    pub fn set(&self, at: Timestamp) {
        self.change(|(now, _)| *now = at);
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        self.change(|(now, passed)| {
            *now = now.saturating_add(time).unwrap_or(Timestamp::MAX);
            *passed = passed.saturating_add(time);
        });
    }

    fn change<T>(&self, how: impl FnOnce(&mut (Timestamp, Duration)) -> T) -> T {
        how(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.change(|(now, _)| *now)
    }

    fn passed(&self) -> Duration {
        self.change(|(_, passed)| *passed)
    }
}

/// The time of day was set while the daemon ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Jump {
    /// What it would have been.
    pub from: Timestamp,
    /// What it was.
    pub to: Timestamp,
    /// By how many seconds: negative when it was set back.
    pub seconds: i64,
}

/// Compares the time of day with the time that passed, from one look to the next.
#[derive(Debug)]
pub struct JumpWatch {
    now: Timestamp,
    passed: Duration,
}

impl JumpWatch {
    /// Begins to watch.
    #[must_use]
    pub fn new(clock: &dyn Clock) -> Self {
        Self {
            now: clock.now(),
            passed: clock.passed(),
        }
    }

    /// Whether it jumped since the last look.
    pub fn look(&mut self, clock: &dyn Clock) -> Option<Jump> {
        let before = std::mem::replace(self, Self::new(clock));
        let passed = self.passed.saturating_sub(before.passed);
        let from = before.now.saturating_add(passed).unwrap_or(Timestamp::MAX);
        let by = self.now.duration_since(from);
        (by.abs() >= JUMP).then_some(Jump {
            from,
            to: self.now,
            seconds: by.as_secs(),
        })
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
