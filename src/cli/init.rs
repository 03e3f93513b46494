//! `batond init DIR`: a commented folder to start from, which passes `check`. May import config. Overwrites nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::screen::Screen;
use crate::config;
use crate::daemon::{Exit, Failure};

/// `init`
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to write; it is made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Init {
    /// Writes the files and names them.
    pub fn run(&self, screen: &Screen) -> Result<(), Failure> {
        let files = config::starter();
        let paths: Vec<PathBuf> = files.iter().map(|(name, _)| self.folder.join(name)).collect();
        if let Some(there) = paths.iter().find(|path| path.exists()) {
            let text = format!("{} is there already; nothing was written. Choose another folder", there.display());
            return Err(Failure::new(Exit::Failed, text));
        }
        for (path, (_, text)) in paths.iter().zip(&files) {
            let failed = |error: io::Error| Failure::new(Exit::Io, format!("{} cannot be written: {error}", path.display()));
            write(path, text).map_err(failed)?;
        }
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        screen.show(&json!({ "written": names }), || Ok(names.join("\n") + "\n"))?;
        eprintln!(
            "Next: read {0}/batond.yaml, then `batond check --config {0}` and `batond test --config {0}`",
            self.folder.display()
        );
        Ok(())
    }
}

/// Refuses a file that has come to be there since it was looked for.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)?
        .write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_passes_check_and_is_never_overwritten() {
        let place = tempfile::tempdir().unwrap();
        let init = Init {
            folder: place.path().join("etc"),
        };
        let screen = crate::cli::tests::screen(None);
        init.run(&screen).unwrap();
        let loaded = config::load(&init.folder);
        assert!(
            loaded.config.is_some() && loaded.diagnostics.is_empty(),
            "{}",
            config::render_text(&loaded, false)
        );
        fs::write(init.folder.join("batond.yaml"), "mine").unwrap();
        let failure = init.run(&screen).unwrap_err();
        assert!(
            failure.exit == Exit::Failed && failure.text.contains("nothing was written"),
            "{failure}"
        );
        assert_eq!(fs::read_to_string(init.folder.join("batond.yaml")).unwrap(), "mine");
    }
}
