//! References to secrets: `${env:NAME}`, `${file:/path}`, `${credential:name}`. May import the rest of config. A secret's text never reaches a diagnostic.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::code::Code;
use super::files;

/// The largest secret, in bytes.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// Where variables and credentials come from: the process, or what a test says.
#[derive(Debug, Clone, Default)]
pub struct Ambient {
    variables: Option<BTreeMap<String, String>>,
    credentials: Option<PathBuf>,
    stand_in: bool,
}

/// What stands for every secret where none is needed.
const STAND_IN: &str = "stand-in";

impl Ambient {
    /// The process's environment, and systemd's `$CREDENTIALS_DIRECTORY`.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "here secrets come from the environment")]
    pub fn of_process() -> Self {
        Self {
            credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
            ..Self::default()
        }
    }

    /// The same with this folder of credentials where the environment names none.
    #[must_use]
    pub fn or_credentials(mut self, folder: PathBuf) -> Self {
        self.credentials.get_or_insert(folder);
        self
    }

    /// These variables only, and this folder of credentials.
    #[must_use]
    pub fn fixed(variables: BTreeMap<String, String>, credentials: Option<PathBuf>) -> Self {
        Self {
            variables: Some(variables),
            credentials,
            stand_in: false,
        }
    }

    /// No secret is looked for; a stand-in takes the place of each. For commands that open no door and send nothing.
    #[must_use]
    pub fn without_secrets() -> Self {
        Self {
            stand_in: true,
            ..Self::default()
        }
    }

    /// Whether secrets are stood in for.
    pub(crate) fn stands_in(&self) -> bool {
        self.stand_in
    }

    #[expect(clippy::disallowed_methods, reason = "here secrets come from the environment")]
    fn variable(&self, name: &str) -> Option<String> {
        match &self.variables {
            Some(variables) => variables.get(name).cloned(),
            None => std::env::var(name).ok(),
        }
    }
}

/// A reference as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    /// An environment variable.
    Env(String),
    /// A file.
    File(PathBuf),
    /// A systemd credential.
    Credential(String),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "${{env:{name}}}"),
            Self::File(path) => write!(f, "${{file:{}}}", path.display()),
            Self::Credential(name) => write!(f, "${{credential:{name}}}"),
        }
    }
}

/// A piece of a text with references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Plain text.
    Plain(String),
    /// A reference.
    Secret(Reference),
}

impl Reference {
    /// Reads what stands between `${` and `}`.
    fn parse(inner: &str) -> Option<Self> {
        let (kind, name) = inner.split_once(':')?;
        let name = name.trim();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) && !name.starts_with('.');
        match kind {
            "env" if is_name => Some(Self::Env(name.to_owned())),
            "file" if !name.is_empty() => Some(Self::File(PathBuf::from(name))),
            "credential" if is_name => Some(Self::Credential(name.to_owned())),
            _ => None,
        }
    }
}

/// Splits a text into plain pieces and references; `${` that starts no reference stays plain.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        plain.push_str(before);
        let inner = from.get(2..).unwrap_or_default();
        let reference = inner
            .split_once('}')
            .and_then(|(inner, after)| Some((Reference::parse(inner)?, after)));
        if let Some((reference, after)) = reference {
            if !plain.is_empty() {
                pieces.push(Piece::Plain(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Secret(reference));
            rest = after;
        } else {
            plain.push_str("${");
            rest = inner;
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Plain(plain));
    }
    pieces
}

/// Why a secret cannot be used.
#[derive(Debug)]
pub(crate) struct NoSecret {
    pub code: Code,
    pub text: String,
    pub hint: String,
}

/// Finds a secret. One line feed at the end of a file is not part of it.
pub(crate) fn resolve(reference: &Reference, root: &Path, ambient: &Ambient) -> Result<SecretString, NoSecret> {
    let missing = |text: String, hint: String| NoSecret {
        code: Code::SecretMissing,
        text,
        hint,
    };
    if ambient.stands_in() {
        return Ok(SecretString::from(STAND_IN));
    }
    let found = match reference {
        Reference::Env(name) => ambient.variable(name).ok_or_else(|| {
            let hint = format!(
                "set it where batond runs, for example with `Environment=` or `EnvironmentFile=` in its unit, or `{name}=… batond check`"
            );
            missing(format!("the environment variable {name} is not set"), hint)
        })?,
        Reference::File(path) => read(&root.join(path), root, reference)?,
        Reference::Credential(name) => read(&credential(name, ambient)?, root, reference)?,
    };
    let found = found
        .strip_suffix('\n')
        .map(|f| f.strip_suffix('\r').unwrap_or(f).to_owned())
        .unwrap_or(found);
    let secret = SecretString::from(found);
    if secret.expose_secret().trim().is_empty() {
        return Err(NoSecret {
            code: Code::SecretEmpty,
            text: format!("the secret {reference} is empty"),
            hint: "put a long random text there: `openssl rand -hex 32` makes one".to_owned(),
        });
    }
    Ok(secret)
}

/// The file of a systemd credential.
pub(crate) fn credential(name: &str, ambient: &Ambient) -> Result<PathBuf, NoSecret> {
    let folder = ambient.credentials.as_ref().ok_or_else(|| NoSecret {
        code: Code::SecretMissing,
        text: format!("the credential {name} cannot be found: CREDENTIALS_DIRECTORY is not set"),
        hint: format!(
            "under systemd, write `LoadCredential={name}:/path` in the unit; by hand, set CREDENTIALS_DIRECTORY to the folder that holds {name}"
        ),
    })?;
    Ok(folder.join(name))
}

fn read(path: &Path, root: &Path, reference: &Reference) -> Result<String, NoSecret> {
    let missing = |why: &str| NoSecret {
        code: Code::SecretMissing,
        text: format!("the secret {reference} {why}"),
        hint: "create the file, or let batond's user read it".to_owned(),
    };
    let bytes = files::read(path, MAX_SECRET_BYTES).map_err(|(code, why)| match code {
        Code::FileTooLarge => missing(&format!("is larger than {MAX_SECRET_BYTES} bytes")),
        _ => missing(&why),
    })?;
    let mode = std::fs::metadata(path).map_or(0, |meta| meta.permissions().mode());
    if mode & 0o007 != 0 {
        return Err(NoSecret {
            code: Code::SecretReadable,
            text: format!("the secret {reference} can be read by everybody (mode {:o})", mode & 0o777),
            hint: format!("chmod o-rwx {}", path.strip_prefix(root).unwrap_or(path).display()),
        });
    }
    String::from_utf8(bytes).map_err(|_| missing("is not UTF-8 text"))
}
