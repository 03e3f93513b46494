//! The secrets reply keys are made with: 32 bytes by chance, in the store's folder. May import model, reply, control. Never logged, refused when others can read them.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretSlice};

use crate::model::PersonKey;
use crate::reply::KeyRing;
use crate::web::control::{ErrorKind, KeyChange, Keys, SecretUse, SecretView, Trouble};

/// The length of a secret.
pub const SECRET_BYTES: usize = 32;
/// Below the store's folder.
const FOLDER: &str = "keys";
/// The secret that makes keys.
const CURRENT: &str = "reply.key";
/// The one before it, whose keys are still good.
const OLD: &str = "reply.old";
const NEW: &str = "reply.key.new";
/// Whose keys were revoked, and how often: a line each.
const REVOKED: &str = "revoked";
/// The most bytes of that list.
const MAX_REVOKED_BYTES: u64 = 1_024 * 1_024;
/// Bytes of the name of a secret: enough to tell two apart.
const NAME_BYTES: usize = 4;
/// Told apart from every other use of the secret: its name says nothing about the keys it makes.
const NAME_DOMAIN: &[u8] = b"batond name of a reply secret 1";

/// The folder of the secrets: one that makes keys, and at most one more whose keys are still good.
#[derive(Debug, Clone)]
pub struct KeyShelf {
    folder: PathBuf,
}

/// One secret, and since when it is there.
struct Secret {
    bytes: SecretSlice<u8>,
    made: Timestamp,
}

impl Secret {
    fn name(&self) -> String {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(NAME_DOMAIN);
        context.update(self.bytes.expose_secret());
        let digest = context.finish();
        HEXLOWER.encode(digest.as_ref().get(..NAME_BYTES).unwrap_or_default())
    }
}

impl KeyShelf {
    /// The shelf of a store. Nothing is read yet.
    #[must_use]
    pub fn of(store: &Path) -> Self {
        Self {
            folder: store.join(FOLDER),
        }
    }

    /// The secrets as a ring; the first start makes one. Once it returns, what it holds is on stable storage.
    ///
    /// # Errors
    /// When a secret cannot be read or written, is damaged, or can be read by others; the text says which file.
    pub fn ring(&self) -> io::Result<KeyRing> {
        let (current, old) = self.read()?;
        Ok(ring(current, old)?.with_revoked(self.revoked()?))
    }

    /// Does what is asked, and says what there is then.
    ///
    /// # Errors
    /// A [`Trouble`] that says what to do; the secrets are as they were, or as a power cut would have left them.
    pub fn change(&self, change: &KeyChange) -> Result<(Keys, KeyRing), Trouble> {
        let trouble = |error: io::Error| Trouble {
            kind: ErrorKind::Store,
            text: error.to_string(),
        };
        let said = match change {
            KeyChange::List => String::new(),
            KeyChange::Rotate => self.rotate()?,
            KeyChange::Revoke(name) => self.revoke(name)?,
            KeyChange::RevokePerson(person) => self.revoke_person(person)?,
        };
        let (current, old) = self.read().map_err(trouble)?;
        let view = |secret: &Secret, use_for| SecretView {
            name: secret.name(),
            made: secret.made,
            use_for,
        };
        let mut secrets = vec![view(&current, SecretUse::Makes)];
        secrets.extend(old.as_ref().map(|old| view(old, SecretUse::Verifies)));
        let revoked = self.revoked().map_err(trouble)?;
        let ring = ring(current, old).map_err(trouble)?.with_revoked(revoked.clone());
        Ok((Keys { secrets, revoked, said }, ring))
    }

    /// A new secret makes keys from now on; those of the one before stay good.
    fn rotate(&self) -> Result<String, Trouble> {
        let (current, old) = self.read().map_err(failed)?;
        if let Some(old) = old {
            let name = old.name();
            let text =
                format!("two secrets are live already; end the older one first, and with it all keys it made: batond keys revoke {name}");
            return Err(Trouble {
                kind: ErrorKind::BadRequest,
                text,
            });
        }
        // The old name first: a power cut in between leaves one secret under two names, and no key is lost.
        match fs::hard_link(self.path(CURRENT), self.path(OLD)) {
            // One that was cut in between left it: it is the same secret.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other.map_err(failed)?,
        }
        self.make().map_err(failed)?;
        Ok(format!(
            "new notices carry keys of a new secret; keys of {} stay good until `batond keys revoke {}`",
            current.name(),
            current.name()
        ))
    }

    /// The keys of this secret are good no more.
    fn revoke(&self, name: &str) -> Result<String, Trouble> {
        let (current, old) = self.read().map_err(failed)?;
        if old.as_ref().is_some_and(|old| old.name() == name) {
            fs::remove_file(self.path(OLD)).and_then(|()| self.sync()).map_err(failed)?;
        } else if current.name() == name {
            self.make().map_err(failed)?;
        } else {
            let text = format!("there is no secret `{name}`; `batond keys` lists them");
            return Err(Trouble {
                kind: ErrorKind::NotFound,
                text,
            });
        }
        Ok(format!(
            "keys of {name} are good no more: an answer to a notice with one is kept as a note, and does nothing; newer notices carry another"
        ))
    }

    /// The keys a person has from now back are good no more. Written beside, synced, renamed.
    fn revoke_person(&self, person: &PersonKey) -> Result<String, Trouble> {
        let mut revoked = self.revoked().map_err(failed)?;
        let times = revoked.entry(person.clone()).or_default();
        *times = times.saturating_add(1);
        let lines: String = revoked.iter().map(|(person, times)| format!("{times} {person}\n")).collect();
        self.write(REVOKED, lines.as_bytes()).map_err(failed)?;
        Ok(format!(
            "the keys {person} has are good no more: an answer with one is kept, and {person} hears of it; newer notices carry others"
        ))
    }

    fn revoked(&self) -> io::Result<BTreeMap<PersonKey, u32>> {
        let mut text = String::new();
        match File::open(self.path(REVOKED)) {
            Ok(file) => file
                .take(MAX_REVOKED_BYTES)
                .read_to_string(&mut text)
                .map_err(|error| self.named(REVOKED, &error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(self.named(REVOKED, &error)),
        };
        let line = |line: &str| {
            let (times, person) = line.split_once(' ')?;
            Some((PersonKey::from(person), times.parse().ok()?))
        };
        let damaged = || io::Error::other(format!("{}: a line is not a number and a person", self.path(REVOKED).display()));
        text.lines().map(|text| line(text).ok_or_else(damaged)).collect()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let new = self.path(NEW);
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, self.path(name))?;
        self.sync()
    }

    fn read(&self) -> io::Result<(Secret, Option<Secret>)> {
        let current = match self.open(CURRENT)? {
            Some(current) => current,
            None => {
                self.make().map_err(|error| self.named(CURRENT, &error))?;
                self.open(CURRENT)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?
            }
        };
        // A rotation that a power cut ended in between: one secret under two names.
        let old = self
            .open(OLD)?
            .filter(|old| old.bytes.expose_secret() != current.bytes.expose_secret());
        Ok((current, old))
    }

    fn open(&self, name: &str) -> io::Result<Option<Secret>> {
        match File::open(self.path(name)) {
            Ok(file) => read(file).map(Some).map_err(|error| self.named(name, &error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.named(name, &error)),
        }
    }

    /// Written beside, synced, renamed, and the folder synced: a power cut leaves the whole secret or the one before.
    #[expect(clippy::disallowed_methods, reason = "the one secret that is made by chance")]
    fn make(&self) -> io::Result<()> {
        let mut bytes: SecretBox<[u8; SECRET_BYTES]> = SecretBox::default();
        let random = SystemRandom::new();
        random
            .fill(bytes.expose_secret_mut())
            .map_err(|_| io::Error::other("the machine gives no random bytes"))?;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        self.write(CURRENT, bytes.expose_secret())
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()?;
        self.folder.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn named(&self, name: &str, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.path(name).display()))
    }
}

fn failed(error: io::Error) -> Trouble {
    Trouble {
        kind: ErrorKind::Store,
        text: format!("the secrets of the reply keys cannot be changed: {error}"),
    }
}

fn ring(current: Secret, old: Option<Secret>) -> io::Result<KeyRing> {
    let secrets: Vec<SecretSlice<u8>> = [Some(current), old].into_iter().flatten().map(|secret| secret.bytes).collect();
    KeyRing::new(&secrets).map_err(io::Error::other)
}

fn read(file: File) -> io::Result<Secret> {
    let about = file.metadata()?;
    if about.permissions().mode() & 0o077 != 0 {
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
    let made = Timestamp::try_from(about.modified()?).map_err(io::Error::other)?;
    Ok(Secret { bytes: bytes.into(), made })
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
