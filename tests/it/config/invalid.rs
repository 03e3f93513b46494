//! One fixture per defect, its expected text beside it. BATOND_UPDATE=1 rewrites the texts.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use batond::config::{Code, MAX_FILE_BYTES, MAX_FILES, MAX_FOLDERS, Severity, load_ahead, load_all, render_text};
use batond::simulate::cases::advise;

use jiff::Timestamp;

use super::{ambient, at, compare};

const FOLDER: &str = "tests/fixtures/config/invalid";

/// The day from which the fixtures' rotations are looked through.
fn monday() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

/// The fixtures, by name: a YAML file, or a folder.
fn fixtures() -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(at(FOLDER))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|e| e == "yaml"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    found.sort();
    found
}

/// A folder is copied, so that what git cannot hold can be added.
fn copy(name: &str, from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        fs::create_dir_all(to.path().join(&relative)).unwrap();
        for entry in fs::read_dir(from.join(&relative)).unwrap() {
            let entry = entry.unwrap();
            let path = relative.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                open.push(path);
            } else {
                fs::copy(entry.path(), to.path().join(path)).unwrap();
            }
        }
    }
    prepare(name, to.path());
    to
}

fn prepare(name: &str, folder: &Path) {
    match name {
        "file_too_large" => {
            let line = "# one line of a comment that goes on and on\n";
            let lines = MAX_FILE_BYTES as usize / line.len() + 1;
            fs::write(folder.join("long.yaml"), line.repeat(lines)).unwrap();
        }
        "too_many_files" => (0..MAX_FILES).for_each(|n| fs::write(folder.join(format!("more-{n:04}.yaml")), "").unwrap()),
        "too_many_folders" => fs::create_dir_all(folder.join("in/".repeat(MAX_FOLDERS + 1))).unwrap(),
        "unreadable_file" => symlink("nowhere", folder.join("queues.yaml")).unwrap(),
        "secret_readable" => fs::set_permissions(folder.join("secret.txt"), fs::Permissions::from_mode(0o644)).unwrap(),
        "tls_certificate_ends" => certificate(folder, (2026, 3, 10), 0o600),
        "tls_key_readable" => certificate(folder, (2036, 12, 1), 0o644),
        _ => {}
    }
}

/// A certificate until the beginning of a day, and its key. They are made anew each time: no key lies in the repository.
fn certificate(folder: &Path, (year, month, day): (i32, u8, u8), mode: u32) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut wanted = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    wanted.not_after = rcgen::date_time_ymd(year, month, day);
    fs::write(folder.join("cert.pem"), wanted.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    fs::set_permissions(folder.join("key.pem"), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn each_defect_is_told_where_it_is_and_what_to_do() {
    let credentials = tempfile::tempdir().unwrap();
    let ambient = ambient(Some(credentials.path().to_owned()));
    let mut wrong = Vec::new();
    for (name, path) in fixtures() {
        let copied = path.is_dir().then(|| copy(&name, &path));
        let mut loaded = load_ahead(copied.as_ref().map_or(path.as_path(), |copy| copy.path()), &ambient, monday());
        let tried = load_all(copied.as_ref().map_or(path.as_path(), |copy| copy.path()), &ambient);
        loaded.add(tried.config.filter(|_| loaded.config.is_some()).map(advise).into_iter().flatten());
        if loaded.diagnostics.is_empty() {
            wrong.push(format!("{name}: nothing was found"));
        }
        let errors = loaded.diagnostics.iter().any(|found| found.severity == Severity::Error);
        assert_eq!(loaded.config.is_none(), errors, "{name}");
        let text = render_text(&loaded, false);
        assert!(
            !text.contains("hunter2") && !text.contains("horse"),
            "{name} shows a secret:\n{text}"
        );
        wrong.extend(compare(&at(FOLDER).join(format!("{name}.txt")), &text).err());
    }
    assert!(wrong.is_empty(), "{}\nBATOND_UPDATE=1 writes what is actual", wrong.join("\n"));
}

/// What is said of each fixture.
pub fn texts() -> Vec<String> {
    let text = |(name, _): &(String, PathBuf)| fs::read_to_string(at(FOLDER).join(format!("{name}.txt"))).unwrap_or_default();
    fixtures().iter().map(text).collect()
}

#[test]
fn every_code_has_a_fixture() {
    let texts: String = texts().concat();
    let missing: BTreeSet<String> = Code::ALL
        .iter()
        .map(|code| format!("[{code}]"))
        .filter(|code| !texts.contains(code.as_str()))
        .collect();
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn every_error_has_a_hint_and_a_place_in_its_file() {
    for (name, path) in fixtures() {
        let copied = path.is_dir().then(|| copy(&name, &path));
        let mut loaded = load_ahead(copied.as_ref().map_or(path.as_path(), |copy| copy.path()), &ambient(None), monday());
        let tried = load_all(copied.as_ref().map_or(path.as_path(), |copy| copy.path()), &ambient(None));
        loaded.add(tried.config.filter(|_| loaded.config.is_some()).map(advise).into_iter().flatten());
        for found in &loaded.diagnostics {
            assert!(found.hint.is_some(), "{name}: {found:?}");
            assert!(found.end >= (found.place.line, found.place.column), "{name}: {found:?}");
            let text = loaded.sources.text(&found.place.file).unwrap_or_default();
            assert!(found.place.line as usize <= text.lines().count() + 1, "{name}: {found:?}");
        }
    }
}
