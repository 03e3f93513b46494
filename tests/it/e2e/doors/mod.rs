//! The doors of mail and HTTP, tried with the programs that people put in front of them.

mod envelopes;
mod hook_strain;
mod slow;
mod strain;
mod submission;
mod tls;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A certificate for localhost and its key, as a site lays them out: the key for its owner only.
pub fn certificate(folder: &Path, cert: &str, key: &str) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    fs::write(folder.join(key), made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(folder.join(key), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(folder.join(cert), made.cert.pem()).unwrap();
}
