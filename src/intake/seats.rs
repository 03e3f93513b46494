//! How many connections are open: in all, from one address, from one network. May import nothing of the crate. When there is no seat left, whoever holds one for nothing gives way to a newcomer.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long whoever lost a seat because their mail came too slowly takes nobody else's: they come again at once, and everybody would be busy with them.
const PUT_OFF_MS: u64 = 300_000;
/// How many of them are remembered.
const MAX_PUT_OFF: usize = 10_000;

/// How many there may be.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// In all.
    pub total: usize,
    /// From one IPv4 address, or one IPv6 /64: whoever has one of those has them all.
    pub per_address: usize,
    /// From one IPv4 /24, or one IPv6 /48.
    pub per_network: usize,
}

/// The seats of one listener.
#[derive(Debug)]
pub struct Seats {
    caps: Caps,
    /// How long somebody must have held a seat for nothing to be asked to leave.
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
    by_network: HashMap<IpAddr, usize>,
    /// Whose mail came too slowly when their seat was needed, and when that was.
    slow: HashMap<IpAddr, u64>,
}

/// Who sits there, and since when for nothing.
#[derive(Debug)]
struct Sitting {
    /// `None` is not counted by address: this machine itself, or a proxy that has not said yet for whom it speaks.
    address: Option<IpAddr>,
    /// Milliseconds since the listener was opened; `BUSY` while something is in hand.
    idle_since_ms: AtomicU64,
    /// Whether that is because a mail comes too slowly.
    slow: AtomicBool,
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
    /// This network has its share.
    Network,
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
    pub fn new(caps: Caps, give_way: Duration) -> Arc<Self> {
        Arc::new(Self {
            caps,
            give_way,
            opened: Instant::now(),
            taken: Mutex::default(),
        })
    }

    /// Takes a seat; if there is none, the one of whoever has held theirs for nothing longest.
    ///
    /// # Errors
    /// Which limit forbids it, nobody being idle.
    pub fn take(self: &Arc<Self>, peer: Option<IpAddr>) -> Result<Seat, NoSeat> {
        let mut taken = self.taken();
        self.share(&mut taken, peer)?;
        if taken.sitting.len() >= self.caps.total && (self.put_off(&taken, peer) || !self.make_room(&mut taken, |_| true)) {
            return Err(NoSeat::Full);
        }
        let sitting = self.sit(peer, self.now_ms());
        let key = taken.next;
        taken.next += 1;
        taken.seat(key, Arc::clone(&sitting));
        Ok(Seat {
            seats: Arc::clone(self),
            key,
            sitting,
        })
    }

    /// Whether few seats are left, so that nobody should hold one for long.
    #[must_use]
    pub fn crowded(&self) -> bool {
        self.taken().sitting.len().saturating_mul(4) >= self.caps.total.saturating_mul(3)
    }

    /// Whether one more from there is within its shares.
    fn share(&self, taken: &mut Taken, peer: Option<IpAddr>) -> Result<(), NoSeat> {
        let Some(peer) = peer else { return Ok(()) };
        let (address, network) = (neighbourhood(peer), network(peer));
        let full = |counts: &HashMap<IpAddr, usize>, place: &IpAddr, most: usize| counts.get(place).is_some_and(|count| *count >= most);
        let of_address = |at: IpAddr| neighbourhood(at) == address;
        if full(&taken.by_address, &address, self.caps.per_address) && !self.make_room(taken, of_address) {
            return Err(NoSeat::Share);
        }
        let of_network = |at: IpAddr| self::network(at) == network;
        if full(&taken.by_network, &network, self.caps.per_network) && !self.make_room(taken, of_network) {
            return Err(NoSeat::Network);
        }
        Ok(())
    }

    fn sit(&self, address: Option<IpAddr>, idle_since_ms: u64) -> Arc<Sitting> {
        Arc::new(Sitting {
            address,
            idle_since_ms: AtomicU64::new(idle_since_ms),
            slow: AtomicBool::new(false),
            leave: CancellationToken::new(),
        })
    }

    /// Asks whoever has been idle longest to leave, if anybody has been for long enough. Looks at every seat, but only when none is free.
    fn make_room(&self, taken: &mut Taken, fits: impl Fn(IpAddr) -> bool) -> bool {
        let give_way_ms = u64::try_from(self.give_way.as_millis()).unwrap_or(u64::MAX);
        let now_ms = self.now_ms();
        let idle = taken
            .sitting
            .iter()
            .filter(|(_, sitting)| fits(sitting.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
            .map(|(key, sitting)| (sitting.idle_since_ms.load(Ordering::Relaxed), *key))
            .min()
            .filter(|(since_ms, _)| since_ms.saturating_add(give_way_ms) <= now_ms);
        let Some((_, key)) = idle else {
            return false;
        };
        let Some(sitting) = taken.give_back(key) else { return false };
        sitting.leave.cancel();
        if let Some(address) = sitting.address.filter(|_| sitting.slow.load(Ordering::Relaxed)) {
            if taken.slow.len() >= MAX_PUT_OFF {
                taken.slow.retain(|_, since_ms| since_ms.saturating_add(PUT_OFF_MS) > now_ms);
            }
            if taken.slow.len() < MAX_PUT_OFF {
                taken.slow.insert(neighbourhood(address), now_ms);
            }
        }
        true
    }

    /// Whether somebody takes nobody's seat for now.
    fn put_off(&self, taken: &Taken, peer: Option<IpAddr>) -> bool {
        let since_ms = peer.and_then(|peer| taken.slow.get(&neighbourhood(peer)));
        since_ms.is_some_and(|since_ms| since_ms.saturating_add(PUT_OFF_MS) > self.now_ms())
    }

    fn ms(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.opened).as_millis()).unwrap_or(BUSY - 1)
    }

    fn now_ms(&self) -> u64 {
        self.ms(Instant::now())
    }

    /// A panic elsewhere leaves the counts whole: nothing here can panic between two of them.
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn seat(&mut self, key: u64, sitting: Arc<Sitting>) {
        if let Some(address) = sitting.address {
            *self.by_address.entry(neighbourhood(address)).or_default() += 1;
            *self.by_network.entry(network(address)).or_default() += 1;
        }
        self.sitting.insert(key, sitting);
    }

    fn give_back(&mut self, key: u64) -> Option<Arc<Sitting>> {
        let sitting = self.sitting.remove(&key)?;
        if let Some(address) = sitting.address {
            less(&mut self.by_address, neighbourhood(address));
            less(&mut self.by_network, network(address));
        }
        Some(sitting)
    }
}

fn less(counts: &mut HashMap<IpAddr, usize>, place: IpAddr) {
    if let Some(count) = counts.get_mut(&place) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(&place);
        }
    }
}

impl Seat {
    /// Nothing is in hand from now on.
    pub fn idle(&self) {
        self.sitting.slow.store(false, Ordering::Relaxed);
        self.sitting.idle_since_ms.store(self.seats.now_ms(), Ordering::Relaxed);
    }

    /// Nothing is in hand from then on: a mail that comes too slowly counts as none, once its time is over.
    pub fn slow_from(&self, at: Instant) {
        self.sitting.slow.store(true, Ordering::Relaxed);
        self.sitting.idle_since_ms.store(self.seats.ms(at), Ordering::Relaxed);
    }

    /// Something is in hand: nobody is asked to leave in the middle of it.
    pub fn busy(&self) {
        self.sitting.slow.store(false, Ordering::Relaxed);
        self.sitting.idle_since_ms.store(BUSY, Ordering::Relaxed);
    }

    /// It is known now for whom the connection is.
    ///
    /// # Errors
    /// Their share is used up.
    pub fn is_for(&mut self, client: IpAddr) -> Result<(), NoSeat> {
        let mut taken = self.seats.taken();
        self.seats.share(&mut taken, Some(client))?;
        if taken.give_back(self.key).is_none() {
            return Err(NoSeat::Full);
        }
        let idle_since_ms = self.sitting.idle_since_ms.load(Ordering::Relaxed);
        self.sitting = self.seats.sit(Some(client), idle_since_ms);
        taken.seat(self.key, Arc::clone(&self.sitting));
        Ok(())
    }

    /// Whether few seats are left.
    #[must_use]
    pub fn crowded(&self) -> bool {
        self.seats.crowded()
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
pub fn neighbourhood(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// The /24 of an IPv4 address, the /48 of an IPv6 address: what one site is given.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
#[path = "seats_tests.rs"]
mod tests;
