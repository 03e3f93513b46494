//! What goes with one mail, and what is too much.

use super::{MailFile, RawRef};

fn file(name: &str, size_bytes: u64) -> MailFile {
    MailFile {
        raw: RawRef {
            sha256: "0".repeat(64),
            size_bytes: 1,
        },
        place: 0,
        name: name.to_owned(),
        media_type: "application/pdf".to_owned(),
        size_bytes,
        from: "kim@customer.example".to_owned(),
    }
}

fn names(files: &[MailFile]) -> Vec<&str> {
    files.iter().map(|file| file.name.as_str()).collect()
}

#[test]
fn one_that_is_too_large_leaves_room_for_the_others() {
    let (go, left) = MailFile::within_limits(vec![
        file("a", 1_000),
        file("b", MailFile::MAX_SENT_BYTES),
        file("c", MailFile::MAX_SENT_BYTES - 1_000),
        file("d", 1),
        file("e", u64::MAX),
    ]);
    assert_eq!((names(&go), names(&left)), (vec!["a", "c"], vec!["b", "d", "e"]));
}

#[test]
fn no_mail_takes_more_than_so_many() {
    let many = (0..30).map(|n| file(&n.to_string(), 1)).collect();
    let (go, left) = MailFile::within_limits(many);
    assert_eq!((go.len(), left.len()), (MailFile::MAX_SENT, 30 - MailFile::MAX_SENT));
    assert_eq!(file("a.pdf", 1_025).shown(), "a.pdf (2 KiB)");
}
