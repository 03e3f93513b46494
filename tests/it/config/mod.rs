//! The configuration from outside: folders in, policies and diagnostics out.

mod examples;
mod invalid;
mod language;
mod sturdy;
mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use batond::config::{Ambient, Config, load_with, render_text};

/// A path in the checkout.
pub fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The variables that fixtures and examples name; the credentials are in `tests/fixtures/config/credentials`, copied where only we can read them.
pub fn ambient(credentials: Option<PathBuf>) -> Ambient {
    let variables = [
        ("HOOK_SECRET", "correct horse battery staple"),
        ("EMPTY_SECRET", ""),
        ("RELAY_PASSWORD", "p@ss:w/rd"),
        ("GITHUB_WEBHOOK_SECRET", "correct horse battery staple"),
        ("RELAY_LOGIN", "batond:p@ss/word"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ambient::fixed(BTreeMap::from(variables), credentials)
}

/// Loads a configuration that has nothing to complain of.
pub fn good(path: &Path, ambient: &Ambient) -> Config {
    let loaded = load_with(path, ambient);
    assert_eq!(render_text(&loaded, false), "", "{}", path.display());
    loaded.config.expect("a configuration without mistakes")
}

/// Compares with a file, or writes it with BATOND_UPDATE=1.
pub fn compare(path: &Path, actual: &str) -> Result<(), String> {
    if std::env::var_os("BATOND_UPDATE").is_some_and(|v| v == "1") {
        std::fs::write(path, actual).map_err(|e| format!("{}: {e}", path.display()))?;
        return Ok(());
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    Err(format!("--- {}\n+++ expected\n{expected}\n+++ actual\n{actual}", path.display()))
}

/// A configuration written to a folder of its own.
pub fn folder<P: AsRef<Path>>(files: &[(P, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}
