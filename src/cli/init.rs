//! `batond init DIR`: a commented folder to start from, which passes `check`: the sample, or packs of ready rules. May import config. Overwrites nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::screen::Screen;
use super::table::table;
use crate::config::{self, PACKS, Pack};
use crate::daemon::{Exit, Failure};

/// `init`
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to write; it is made if it is not there
    #[arg(value_name = "DIR", required_unless_present = "list_packs")]
    folder: Option<PathBuf>,
    /// Ready rules to copy, with the queues they suggest: `--with alertmanager,support`
    #[arg(long, value_name = "PACK", value_delimiter = ',')]
    with: Vec<String>,
    /// List the packs there are
    #[arg(long, conflicts_with_all = ["folder", "with"])]
    list_packs: bool,
}

impl Init {
    /// Writes the files and names them, or lists the packs.
    pub fn run(&self, screen: &Screen) -> Result<(), Failure> {
        let folder = match &self.folder {
            Some(folder) if !self.list_packs => folder,
            _ => return list(screen),
        };
        let names: Vec<String> = self.with.iter().map(|name| name.trim().to_owned()).collect();
        let packs = Pack::asked_for(&names).map_err(|why| Failure::new(Exit::Usage, why))?;
        let files = config::starter(&packs);
        let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
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
            folder.display()
        );
        Ok(())
    }
}

/// The packs as a table.
fn list(screen: &Screen) -> Result<(), Failure> {
    let from = |pack: &Pack| if pack.has_source() { "webhook" } else { "mail" };
    let mut packs: Vec<&Pack> = PACKS.iter().collect();
    packs.sort_by_key(|pack| pack.name);
    let rows: Vec<_> = packs
        .iter()
        .map(|pack| json!({ "pack": pack.name, "reads": from(pack), "queues": pack.queues, "for": pack.summary() }))
        .collect();
    screen.show(&json!(rows), || {
        let cells = |pack: &Pack| {
            [
                pack.name.to_owned(),
                from(pack).to_owned(),
                pack.queues.join(", "),
                pack.summary().to_owned(),
            ]
        };
        let rows: Vec<_> = packs.iter().map(|pack| cells(pack)).collect();
        Ok(table(["PACK", "READS", "QUEUES", "FOR"], &rows, screen.columns))
    })?;
    eprintln!("Copy some into a new folder: `batond init DIR --with alertmanager,support`. docs/packs.md tells more");
    Ok(())
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

    fn init(folder: PathBuf, with: &[&str]) -> Init {
        Init {
            folder: Some(folder),
            with: with.iter().map(|name| (*name).to_owned()).collect(),
            list_packs: false,
        }
    }

    fn assert_passes(folder: &Path) {
        let loaded = config::load(folder);
        assert!(
            loaded.config.is_some() && loaded.diagnostics.is_empty(),
            "{}",
            config::render_text(&loaded, false)
        );
    }

    #[test]
    fn what_is_written_passes_check_and_is_never_overwritten() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("etc");
        let init = init(folder.clone(), &[]);
        let screen = crate::cli::tests::screen(None);
        init.run(&screen).unwrap();
        assert_passes(&folder);
        fs::write(folder.join("batond.yaml"), "mine").unwrap();
        let failure = init.run(&screen).unwrap_err();
        assert!(
            failure.exit == Exit::Failed && failure.text.contains("nothing was written"),
            "{failure}"
        );
        assert_eq!(fs::read_to_string(folder.join("batond.yaml")).unwrap(), "mine");
    }

    #[test]
    fn every_pack_alone_and_all_together_pass_check() {
        let place = tempfile::tempdir().unwrap();
        let screen = crate::cli::tests::screen(None);
        let all: Vec<&str> = PACKS.iter().map(|pack| pack.name).collect();
        for (n, with) in PACKS.iter().map(|pack| vec![pack.name]).chain([all]).enumerate() {
            let folder = place.path().join(n.to_string());
            init(folder.clone(), &with).run(&screen).unwrap();
            assert_passes(&folder);
            assert!(
                !folder.join("rules/10-mail.yaml").exists(),
                "the sample is for those who ask for no pack"
            );
        }
    }

    #[test]
    fn a_pack_that_is_none_is_named_with_the_nearest_and_nothing_is_written() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("etc");
        let failure = init(folder.clone(), &["suport"]).run(&crate::cli::tests::screen(None)).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(
            failure.text.starts_with("there is no pack `suport`; did you mean `support`?"),
            "{failure}"
        );
        assert!(!folder.exists());
    }
}
