//! How many connections are open, in all and from one address. May import nothing of the crate. When all seats are taken, whoever has been idle longest gives way to a newcomer.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The seats of one listener.
#[derive(Debug)]
pub struct Seats {
    total: usize,
    per_address: usize,
    /// How long somebody must have been idle to be asked to leave.
    give_way: Duration,
    opened: Instant,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    /// Counts up; the key of the next seat.
    next: u64,
    /// Whoever has been asked to leave is not here any more.
    sitting: HashMap<u64, Arc<Sitting>>,
    by_address: HashMap<IpAddr, usize>,
}

/// Who sits there, and since when they have been idle.
#[derive(Debug)]
struct Sitting {
    address: IpAddr,
    /// Milliseconds since the listener was opened; `BUSY` while something is in hand.
    idle_since_ms: AtomicU64,
    leave: CancellationToken,
}

const BUSY: u64 = u64::MAX;

/// Why there is no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSeat {
    /// All are taken.
    Full,
    /// This address has its share.
    Share,
}

/// One open connection. Given back when it is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    key: u64,
    sitting: Arc<Sitting>,
}

impl Seats {
    /// No seat taken.
    #[must_use]
    pub fn new(total: usize, per_address: usize, give_way: Duration) -> Arc<Self> {
        Arc::new(Self {
            total,
            per_address,
            give_way,
            opened: Instant::now(),
            taken: Mutex::default(),
        })
    }

    /// Takes a seat; if there is none, the one of whoever has been idle longest.
    ///
    /// # Errors
    /// Which limit forbids it, nobody being idle.
    pub fn take(self: &Arc<Self>, peer: IpAddr) -> Result<Seat, NoSeat> {
        let address = neighbourhood(peer);
        let mut taken = self.taken();
        if taken.by_address.get(&address).is_some_and(|count| *count >= self.per_address)
            && !self.make_room(&mut taken, |sitting| sitting.address == address)
        {
            return Err(NoSeat::Share);
        }
        if taken.sitting.len() >= self.total && !self.make_room(&mut taken, |_| true) {
            return Err(NoSeat::Full);
        }
        let sitting = Arc::new(Sitting {
            address,
            idle_since_ms: AtomicU64::new(self.now_ms()),
            leave: CancellationToken::new(),
        });
        let key = taken.next;
        taken.next += 1;
        taken.sitting.insert(key, Arc::clone(&sitting));
        *taken.by_address.entry(address).or_default() += 1;
        Ok(Seat {
            seats: Arc::clone(self),
            key,
            sitting,
        })
    }

    /// Asks whoever has been idle longest to leave, if anybody has been for long enough. Looks at every seat, but only when none is free.
    fn make_room(&self, taken: &mut Taken, fits: impl Fn(&Sitting) -> bool) -> bool {
        let give_way_ms = u64::try_from(self.give_way.as_millis()).unwrap_or(u64::MAX);
        let now_ms = self.now_ms();
        let idle = taken
            .sitting
            .iter()
            .filter(|(_, sitting)| fits(sitting))
            .map(|(key, sitting)| (sitting.idle_since_ms.load(Ordering::Relaxed), *key))
            .min()
            .filter(|(since_ms, _)| since_ms.saturating_add(give_way_ms) <= now_ms);
        let Some((_, key)) = idle else {
            return false;
        };
        taken.give_back(key).inspect(|sitting| sitting.leave.cancel()).is_some()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(BUSY - 1)
    }

    /// A panic elsewhere leaves the counts whole: nothing here can panic between two of them.
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn give_back(&mut self, key: u64) -> Option<Arc<Sitting>> {
        let sitting = self.sitting.remove(&key)?;
        if let Some(count) = self.by_address.get_mut(&sitting.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.by_address.remove(&sitting.address);
            }
        }
        Some(sitting)
    }
}

impl Seat {
    /// Nothing is in hand from now on.
    pub fn idle(&self) {
        self.sitting.idle_since_ms.store(self.seats.now_ms(), Ordering::Relaxed);
    }

    /// Something is in hand: nobody is asked to leave in the middle of it.
    pub fn busy(&self) {
        self.sitting.idle_since_ms.store(BUSY, Ordering::Relaxed);
    }

    /// Resolves when the seat has been given to somebody else.
    pub async fn lost(&self) {
        self.sitting.leave.cancelled().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.taken().give_back(self.key);
    }
}

/// One IPv4 address, or the /64 of an IPv6 address: whoever has one of those has them all.
fn neighbourhood(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
#[path = "seats_tests.rs"]
mod tests;
