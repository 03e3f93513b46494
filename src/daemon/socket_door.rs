//! A door of mail as a socket in the file system. May import config settings. A stale one is taken away, one in use is not.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, chown};
use std::path::Path;

use tokio::net::UnixListener;

use crate::config::UnixListen;

/// Listens there, with its mode and group.
///
/// # Errors
/// Somebody listens there already, it is something else than a socket, or the system does not allow it.
pub fn listen(at: &UnixListen) -> io::Result<UnixListener> {
    stale(&at.path)?;
    let listener = UnixListener::bind(&at.path)?;
    if let Some(group) = at.group {
        chown(&at.path, None, Some(group))?;
    }
    std::fs::set_permissions(&at.path, Permissions::from_mode(at.mode))?;
    Ok(listener)
}

/// Takes away what a killed daemon left.
fn stale(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(about) if !about.file_type().is_socket() => return Err(io::Error::other("there is something else than a socket")),
        Ok(_) => {}
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        Err(error) => Err(error),
    }
}
