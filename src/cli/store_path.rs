//! Where the store is, from the configuration alone. May import exit codes. Looks at `store.path` and nothing else: whoever lists items need not be able to read secrets.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::daemon::{Exit, Failure};

/// The largest file that is looked at; `check` has the same limit.
const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// The deepest folder below the configuration folder.
const MAX_FOLDERS: usize = 16;
/// Where `store` stands unless a site has moved it.
const MAIN: &str = "batond.yaml";

#[derive(Deserialize)]
struct Head {
    store: Option<Store>,
}

#[derive(Deserialize)]
struct Store {
    path: PathBuf,
}

/// The store's folder. A relative path counts from the configuration folder.
pub fn of(config: &Path) -> Result<PathBuf, Failure> {
    let unreadable = |error: io::Error| {
        Failure::new(
            Exit::Config,
            format!("the configuration {} cannot be read: {error}", config.display()),
        )
    };
    let is_folder = fs::metadata(config).map_err(unreadable)?.is_dir();
    let root = if is_folder {
        config
    } else {
        config.parent().unwrap_or(Path::new(""))
    };
    let files = if is_folder {
        files(config).map_err(unreadable)?
    } else {
        vec![config.to_owned()]
    };
    for file in files {
        if let Some(path) = in_file(&file).map_err(unreadable)? {
            return Ok(root.join(path));
        }
    }
    let text = format!("no `store: {{ path: … }}` in {}; `batond check` says more", config.display());
    Err(Failure::new(Exit::Config, text))
}

/// A file that is not YAML is not ours to report: `check` does.
fn in_file(path: &Path) -> io::Result<Option<PathBuf>> {
    let mut text = String::new();
    match File::open(path)?.take(MAX_FILE_BYTES).read_to_string(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(None),
        Err(error) => return Err(error),
    }
    Ok(serde_yaml::from_str::<Head>(&text)
        .ok()
        .and_then(|head| head.store)
        .map(|store| store.path))
}

/// The YAML files, the main one first.
fn files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() && depth < MAX_FOLDERS {
                folders.push((path, depth + 1));
            } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
                found.push(path);
            }
        }
    }
    found.sort_by_key(|path| (*path != root.join(MAIN), path.clone()));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_store_has_to_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path();
        assert_eq!(of(config).unwrap_err().exit, Exit::Config);
        fs::write(
            config.join("batond.yaml"),
            "desk: {}\nsources: { hook: { secret: \"${credential:none}\" } }\n",
        )
        .unwrap();
        fs::create_dir(config.join("more")).unwrap();
        fs::write(config.join("more/broken.yaml"), "a: [").unwrap();
        fs::write(config.join("more/store.yaml"), "store: { path: ../data }\n").unwrap();
        assert_eq!(of(config).unwrap(), config.join("../data"));
        fs::write(config.join("batond.yaml"), "store: { path: /var/lib/batond }\n").unwrap();
        assert_eq!(of(config).unwrap(), Path::new("/var/lib/batond"));
        assert_eq!(of(&config.join("batond.yaml")).unwrap(), Path::new("/var/lib/batond"));
    }

    #[test]
    fn a_missing_configuration_is_named() {
        let failure = of(Path::new("/nowhere/batond")).unwrap_err();
        assert!(
            failure.exit == Exit::Config && failure.text.contains("/nowhere/batond"),
            "{failure}"
        );
    }
}
