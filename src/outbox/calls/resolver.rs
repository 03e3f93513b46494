//! Names to addresses that may be called. May import its peers in calls. What is answered here is what is connected to: nobody asks a second time.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::may_call;

/// What stands in an error when no address is left.
pub const REFUSED: &str = "is not on the internet, and no network under `send.allow_networks` has it";

/// Asks for the addresses of a name.
pub type Lookup = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> + Send + Sync>;

/// The resolver of the machine.
pub fn of_the_machine() -> Lookup {
    Arc::new(|name| Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) }))
}

/// A resolver behind the guard.
pub struct Guarded {
    /// Networks that may be called besides.
    pub allowed: Arc<[IpNet]>,
    /// Who is asked.
    pub lookup: Lookup,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, lookup) = (Arc::clone(&self.allowed), Arc::clone(&self.lookup));
        Box::pin(async move {
            let found = lookup(name.as_str().to_owned()).await?;
            let none = found.is_empty();
            let open: Vec<SocketAddr> = found.into_iter().filter(|at| may_call(at.ip(), &allowed)).collect();
            if open.is_empty() && !none {
                return Err(format!("{} {REFUSED}", name.as_str()).into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}
