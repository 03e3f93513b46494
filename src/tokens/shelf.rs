//! Where the newest refresh token of each account is kept: a file in the store's folder. May import config. On disk before the token is used; readable by this user alone.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret as _, SecretString};

use super::Tokens;
use crate::clock::Clock;
use crate::config::TokenSource;

/// The file.
const NAME: &str = "tokens.json";
/// What a new one is called until it is whole.
const NEW: &str = "tokens.new";
/// The most that is read of it, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The place. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct TokenShelf(Arc<Inner>);

#[derive(Default)]
struct Inner {
    folder: Option<PathBuf>,
    /// One turn at a time: what is read is what is changed.
    writing: Mutex<()>,
    /// Whoever uses the same account uses the same tokens: two that renew by turns would end each other's.
    accounts: Mutex<BTreeMap<String, Arc<Tokens>>>,
}

impl TokenShelf {
    /// The shelf of a store. Nothing is read yet.
    #[must_use]
    pub fn of(store: &Path) -> Self {
        Self(Arc::new(Inner {
            folder: Some(store.to_owned()),
            ..Inner::default()
        }))
    }

    /// The tokens of an account.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn tokens(&self, source: &TokenSource, clock: &Arc<dyn Clock>) -> Result<Arc<Tokens>, super::NoToken> {
        let account = account(source);
        let mut accounts = self.0.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = accounts.get(&account) {
            return Ok(Arc::clone(there));
        }
        let tokens = Arc::new(Tokens::new(source.clone(), account.clone(), Arc::clone(clock), self.clone())?);
        accounts.insert(account, Arc::clone(&tokens));
        Ok(tokens)
    }

    /// The newest refresh token of an account, if one came after the configured one. Reads a file.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(super) fn newest(&self, account: &str) -> io::Result<Option<SecretString>> {
        Ok(self.read()?.remove(account).map(SecretString::from))
    }

    /// Keeps the newest refresh token of an account. Once it returns it is on stable storage.
    ///
    /// # Errors
    /// When the file cannot be read or written; then the one before is still there.
    pub(super) fn keep(&self, account: &str, refresh: &SecretString) -> io::Result<()> {
        let Some(folder) = &self.0.folder else { return Ok(()) };
        let _turn = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = self.read()?;
        kept.insert(account.to_owned(), refresh.expose_secret().to_owned());
        let (new, name) = (folder.join(NEW), folder.join(NAME));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(&kept)?)?;
        file.sync_all()?;
        fs::rename(&new, name)?;
        File::open(folder)?.sync_all()
    }

    fn read(&self) -> io::Result<BTreeMap<String, String>> {
        let Some(folder) = &self.0.folder else { return Ok(BTreeMap::new()) };
        let mut text = Vec::new();
        match File::open(folder.join(NAME)) {
            Ok(file) => file.take(MAX_BYTES).read_to_end(&mut text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(error),
        };
        let damaged = || {
            io::Error::other(format!(
                "{} is damaged: remove it, and configure a new refresh token",
                folder.join(NAME).display()
            ))
        };
        serde_json::from_slice(&text).map_err(|_| damaged())
    }
}

/// What an account is known by. Another configured refresh token makes another account: what was kept beside the old one counts no more.
fn account(source: &TokenSource) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [
        &source.url,
        &source.client_id,
        source.refresh_token.expose_secret(),
        source.scope.as_deref().unwrap_or_default(),
    ] {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part.as_bytes());
    }
    HEXLOWER.encode(context.finish().as_ref())
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
