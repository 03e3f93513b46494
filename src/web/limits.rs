//! Every limit of the HTTP side, by name and unit. May import nothing of the crate. The largest body is set for each source.

use std::time::Duration;

/// The most octets of a request's head; past it hyper answers 431. (hyper allows 100 headers, and answers 431 past that too.)
pub const MAX_HEAD_BYTES: usize = 64 * 1024;

/// The most octets of a sender's delivery id.
pub const MAX_ID_BYTES: usize = 255;

/// What all bodies being read may hold in memory, in octets. Past it a sender is asked to come back.
pub const BODY_POOL_BYTES: usize = 64 * 1024 * 1024;

/// The unit in which the pool is shared out, in octets.
pub const POOL_UNIT_BYTES: usize = 1024;

/// What the HTTP side waits for and how many it serves. The default is what runs; tests shorten it.
#[derive(Debug, Clone, Copy)]
pub struct WebLimits {
    /// Connections served: 512.
    pub max_connections: usize,
    /// Connections past that which are told 503 and closed; the rest is told so unasked: 128.
    pub max_turned_away: usize,
    /// For a request's head, and for the next request on a connection kept alive: 15 seconds.
    pub head: Duration,
    /// For a whole body: 30 seconds.
    pub body: Duration,
    /// For the commit of a delivery: 60 seconds, then the sender keeps it.
    pub accept: Duration,
    /// For the driver to answer `/readyz`: 2 seconds.
    pub ready: Duration,
    /// For requests in hand after a stop: 10 seconds.
    pub stop: Duration,
}

impl Default for WebLimits {
    fn default() -> Self {
        Self {
            max_connections: 512,
            max_turned_away: 128,
            head: Duration::from_secs(15),
            body: Duration::from_secs(30),
            accept: Duration::from_secs(60),
            ready: Duration::from_secs(2),
            stop: Duration::from_secs(10),
        }
    }
}
