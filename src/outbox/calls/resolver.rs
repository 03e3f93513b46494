//! Names to addresses that may be called. May import its peers in calls. What is answered here is what is connected to: nobody asks a second time.

use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::may_call;

/// What stands in an error when no address is left.
pub const REFUSED: &str = "is not on the internet, and no network under `send.allow_networks` has it";

/// The resolver of the machine, behind the guard.
pub struct Guarded {
    /// Networks that may be called besides.
    pub allowed: Arc<[IpNet]>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.allowed);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let none = found.is_empty();
            let open: Vec<SocketAddr> = found.into_iter().filter(|at| may_call(at.ip(), &allowed)).collect();
            if open.is_empty() && !none {
                return Err(format!("{} {REFUSED}", name.as_str()).into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}
