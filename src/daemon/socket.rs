//! Where the control socket is. May import nothing of the crate. The command line looks in the same places.

use std::path::{Path, PathBuf};

/// The socket's file name.
pub const SOCKET_NAME: &str = "batond.sock";

/// The daemon's socket: in the runtime folder systemd made for the service, else in the store's folder.
#[expect(clippy::disallowed_methods, reason = "RUNTIME_DIRECTORY is how systemd names the folder")]
#[must_use]
pub fn socket_path(store: &Path) -> PathBuf {
    let runtime = std::env::var_os("RUNTIME_DIRECTORY").filter(|folder| !folder.is_empty());
    runtime.map_or_else(|| store.to_owned(), PathBuf::from).join(SOCKET_NAME)
}
