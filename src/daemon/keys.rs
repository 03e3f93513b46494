//! The secret reply keys are made with: 32 bytes by chance, in the store's folder. May import nothing of the crate. Made once, never logged, refused when others can read it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretBox, SecretSlice};

/// The length of the secret.
pub const SECRET_BYTES: usize = 32;
/// Below the store's folder.
const FOLDER: &str = "keys";
const NAME: &str = "reply.key";
const NEW_NAME: &str = "reply.key.new";

/// Reads the secret, or makes it at the first start. Once it returns, the secret is on stable storage.
///
/// # Errors
/// When it cannot be read or written, is damaged, or can be read by others; the text says which file.
pub fn reply_secret(store: &Path) -> io::Result<SecretSlice<u8>> {
    let folder = store.join(FOLDER);
    let path = folder.join(NAME);
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    match File::open(&path) {
        Ok(file) => read(file).map_err(named),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&folder).map_err(named),
        Err(error) => Err(named(error)),
    }
}

fn read(file: File) -> io::Result<SecretSlice<u8>> {
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        return Err(io::Error::other(
            "others can read this secret; run `chmod 600` on it, or delete it to make a new one",
        ));
    }
    let mut bytes = Vec::with_capacity(SECRET_BYTES + 1);
    file.take(SECRET_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() != SECRET_BYTES {
        return Err(io::Error::other(
            "this is not 32 bytes; restore it, or delete it: reply keys already sent stop working then",
        ));
    }
    Ok(bytes.into())
}

/// Written beside, synced, renamed, and the folder synced: a power cut leaves the whole secret or none.
#[expect(clippy::disallowed_methods, reason = "the one secret that is made by chance")]
fn make(folder: &Path) -> io::Result<SecretSlice<u8>> {
    let mut bytes = Box::new([0; SECRET_BYTES]);
    SystemRandom::new()
        .fill(&mut *bytes)
        .map_err(|_| io::Error::other("the machine gives no random bytes"))?;
    let secret: SecretSlice<u8> = SecretBox::new(bytes);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let new = folder.join(NEW_NAME);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(secret.expose_secret())?;
    file.sync_all()?;
    fs::rename(&new, folder.join(NAME))?;
    File::open(folder)?.sync_all()?;
    if let Some(above) = folder.parent() {
        File::open(above)?.sync_all()?;
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_made_once_and_for_its_owner() {
        let store = tempfile::tempdir().unwrap();
        let first = reply_secret(store.path()).unwrap();
        let again = reply_secret(store.path()).unwrap();
        assert_eq!(first.expose_secret(), again.expose_secret());
        assert_ne!(first.expose_secret(), &[0; SECRET_BYTES]);
        let mode = |path: &str| fs::metadata(store.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("keys"), mode("keys/reply.key")), (0o700, 0o600));
    }

    #[test]
    fn a_secret_others_can_read_is_refused() {
        let store = tempfile::tempdir().unwrap();
        reply_secret(store.path()).unwrap();
        let path = store.path().join("keys/reply.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = reply_secret(store.path()).unwrap_err().to_string();
        assert!(error.contains("others can read") && error.contains("reply.key"), "{error}");
    }

    #[test]
    fn a_damaged_secret_is_refused() {
        let store = tempfile::tempdir().unwrap();
        reply_secret(store.path()).unwrap();
        fs::write(store.path().join("keys/reply.key"), [7; 33]).unwrap();
        assert!(reply_secret(store.path()).unwrap_err().to_string().contains("not 32 bytes"));
    }
}
