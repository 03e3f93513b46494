//! How many connections are open, in all and from one address. May import nothing of the crate. A seat is given back when it is dropped.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The seats of one listener.
#[derive(Debug)]
pub struct Seats {
    total: usize,
    per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why there is no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSeat {
    /// All are taken.
    Full,
    /// This address has its share.
    Share,
}

/// One open connection.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    address: IpAddr,
}

impl Seats {
    /// No seat taken.
    #[must_use]
    pub fn new(total: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self {
            total,
            per_address,
            taken: Mutex::default(),
        })
    }

    /// Takes a seat.
    ///
    /// # Errors
    /// Which limit forbids it.
    pub fn take(self: &Arc<Self>, peer: IpAddr) -> Result<Seat, NoSeat> {
        let address = neighbourhood(peer);
        let mut taken = self.taken();
        if taken.total >= self.total {
            return Err(NoSeat::Full);
        }
        let count = taken.by_address.entry(address).or_default();
        if *count >= self.per_address {
            return Err(NoSeat::Share);
        }
        *count += 1;
        taken.total += 1;
        Ok(Seat {
            seats: Arc::clone(self),
            address,
        })
    }

    /// Whether more than three quarters are taken.
    #[must_use]
    pub fn crowded(&self) -> bool {
        self.taken().total * 4 > self.total * 3
    }

    /// A panic elsewhere leaves the counts whole: each change is two additions.
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Whether more than three quarters of all seats are taken.
    #[must_use]
    pub fn crowded(&self) -> bool {
        self.seats.crowded()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.total = taken.total.saturating_sub(1);
        if let Some(count) = taken.by_address.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.by_address.remove(&self.address);
            }
        }
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
