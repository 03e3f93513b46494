//! Claimed once, put away without replacing anything, and found again after a crash at each step.

use std::fs;
use std::path::Path;

use super::super::Layout;
use super::{Claimed, Files};

const MANY: usize = 100;

fn maildir() -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    for part in ["new", "cur", "tmp"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    let files = Files::new(folder.path().to_owned(), Layout::Maildir, 100);
    files.prepare().unwrap();
    (folder, files)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn what_a_group_may_in_a_spool_it_may_in_its_folders() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path().to_owned(), Layout::Spool, 100);
    let mode = |part: &str| fs::metadata(folder.path().join(part)).unwrap().permissions().mode() & 0o7777;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    files.prepare().unwrap();
    assert_eq!(["tmp", "new", "batond-claimed", "batond-failed"].map(mode), [0o700; 4]);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o2775)).unwrap();
    files.prepare().unwrap();
    assert_eq!(
        ["tmp", "new", "batond-claimed", "batond-failed"].map(mode),
        [0o2770, 0o2770, 0o2770, 0o700]
    );
}

fn claim(files: &Files) -> Vec<Claimed> {
    files.claim(MANY, 1 << 20).unwrap()
}

#[test]
fn a_mail_goes_from_new_to_cur() {
    let (folder, files) = maildir();
    fs::write(folder.path().join("new/1.a.here"), "Subject: x\n\nx").unwrap();
    let claimed = claim(&files);
    assert_eq!(claimed[0].bytes.as_deref(), Ok(&b"Subject: x\n\nx"[..]));
    assert_eq!(names(&folder.path().join("new")), [""; 0]);
    files.put_away(&claimed[0].name).unwrap();
    assert_eq!(names(&folder.path().join("cur")), ["1.a.here:2,"]);
    assert!(claim(&files).is_empty());
}

#[test]
fn what_was_claimed_is_found_again_under_the_same_id() {
    let (folder, files) = maildir();
    fs::write(folder.path().join("new/1.a.here"), "x").unwrap();
    let first = claim(&files).remove(0).id;
    // As after a crash before the commit, or between it and the end.
    let again = Files::new(folder.path().to_owned(), Layout::Maildir, 100);
    again.prepare().unwrap();
    assert_eq!(claim(&again).remove(0).id, first);
    // Another file of the same name is another mail.
    again.put_away("1.a.here").unwrap();
    fs::write(folder.path().join("new/1.a.here"), "x").unwrap();
    let other = claim(&again).remove(0);
    assert_ne!(other.id, first);
    again.put_away(&other.name).unwrap();
    assert_eq!(
        names(&folder.path().join("cur")),
        ["1.1.a.here:2,", "1.a.here:2,"],
        "nothing is replaced"
    );
}

#[test]
fn a_name_that_is_in_hand_waits() {
    let (folder, files) = maildir();
    fs::write(folder.path().join("new/a"), "1").unwrap();
    assert_eq!(claim(&files).len(), 1);
    fs::write(folder.path().join("new/a"), "2").unwrap();
    let claimed = claim(&files);
    assert_eq!((claimed.len(), claimed[0].bytes.as_deref()), (1, Ok(&b"1"[..])));
    files.put_away("a").unwrap();
    assert_eq!(claim(&files)[0].bytes.as_deref(), Ok(&b"2"[..]));
}

#[test]
fn what_cannot_be_taken_is_put_aside_and_nothing_waits_for_it() {
    let (folder, files) = maildir();
    fs::write(folder.path().join("new/1.large"), "x".repeat(101)).unwrap();
    fs::create_dir(folder.path().join("new/2.folder")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("new/3.link")).unwrap();
    fs::write(folder.path().join("new/4.good"), "x").unwrap();
    fs::write(folder.path().join("new/.hidden"), "x").unwrap();
    let claimed = claim(&files);
    let good: Vec<(&str, bool)> = claimed.iter().map(|one| (one.name.as_str(), one.bytes.is_ok())).collect();
    assert_eq!(good, [("1.large", false), ("2.folder", false), ("3.link", false), ("4.good", true)]);
    claimed.iter().for_each(|one| files.put_aside(&one.name).unwrap());
    assert_eq!(names(&files.aside()), ["1.large", "2.folder", "3.link", "4.good"]);
    assert_eq!(names(&folder.path().join("new")), [".hidden"]);
}

#[test]
fn a_maildir_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path().to_owned(), Layout::Maildir, 100);
    assert!(files.prepare().is_err(), "a slip of the pen in its path makes no folder");
    let spool = Files::new(folder.path().join("spool"), Layout::Spool, 100);
    spool.prepare().unwrap();
}
