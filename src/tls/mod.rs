//! TLS at our own doors, a certificate and its key out of files, read again while running; and towards servers that we connect to. May import nothing of the crate. A pair that cannot be used never takes the place of one that can.

mod client;
mod files;
mod pair;
mod pinned;
mod server;
mod validity;

pub use client::{NoTls, certificates, connector, server_name};
pub use files::{BadPair, CertFiles, MAX_PEM_BYTES};
pub use pair::Pair;
pub use pinned::pinned;
pub use server::{Refreshed, ServerTls, Standing};

#[cfg(test)]
mod tests;
