//! Pairs that can be used and pairs that cannot, and what becomes of a door whose files change.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use proptest::prelude::*;

use super::validity::validity;
use super::{BadPair, CertFiles, Pair, Refreshed, ServerTls};

/// A certificate for localhost, good until the first of a month, and its key.
fn issue(year: i32, month: u8) -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut wanted = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    wanted.not_before = rcgen::date_time_ymd(2026, 1, 1);
    wanted.not_after = rcgen::date_time_ymd(year, month, 1);
    (wanted.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn files(folder: &Path, cert: &str, key: &str) -> CertFiles {
    let files = CertFiles {
        cert: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    };
    write(&files.cert, cert, 0o644);
    write(&files.key, key, 0o600);
    files
}

#[test]
fn a_pair_is_read_with_its_end() {
    let folder = tempfile::tempdir().unwrap();
    // Past 2049 the time is written in another form.
    for (year, month, want) in [(2027, 3, "2027-03-01T00:00:00Z"), (2061, 12, "2061-12-01T00:00:00Z")] {
        let (cert, key) = issue(year, month);
        let pair = Pair::read(&files(folder.path(), &cert, &key)).unwrap();
        assert_eq!(pair.ends, want.parse().unwrap());
        assert_eq!(pair.begins, "2026-01-01T00:00:00Z".parse().unwrap());
    }
}

#[test]
fn what_cannot_be_used_is_refused_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let ((cert, key), (_, other)) = (issue(2027, 1), issue(2027, 1));
    let said = |files: &CertFiles| {
        let bad = Pair::read(files).unwrap_err();
        assert!(!bad.hint().is_empty());
        bad.to_string().replace(folder.path().to_str().unwrap(), "")
    };
    assert_eq!(
        said(&files(folder.path(), &cert, &other)),
        "the key /key.pem does not belong to the certificate /cert.pem"
    );
    assert_eq!(said(&files(folder.path(), &key, &key)), "there is no certificate in /cert.pem");
    assert_eq!(
        said(&files(folder.path(), &cert, &cert)),
        "there is no key in /key.pem that can be used"
    );
    assert_eq!(
        said(&files(folder.path(), &cert[..200], &key)),
        "there is no certificate in /cert.pem"
    );
    let open = files(folder.path(), &cert, &key);
    write(&open.key, &key, 0o644);
    assert_eq!(said(&open), "the key /key.pem can be read by everybody (mode 644)");
    write(&open.key, &key, 0o640);
    assert!(Pair::read(&open).is_ok(), "a group of its own may read it");
    fs::remove_file(&open.cert).unwrap();
    assert_eq!(said(&open), "/cert.pem cannot be read: no such file");
    let big = "x".repeat(super::MAX_PEM_BYTES as usize + 1);
    assert_eq!(
        said(&files(folder.path(), &big, &key)),
        "/cert.pem cannot be read: larger than 256 KiB"
    );
}

#[test]
fn a_new_pair_is_taken_and_a_bad_one_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = issue(2027, 1);
    let at = files(folder.path(), &cert, &key);
    let door = ServerTls::open(at.clone()).unwrap();
    assert_eq!(door.refresh(), Refreshed::Same);
    // Half of a renewal: the certificate is there, its key is not yet.
    let (renewed, renewed_key) = issue(2028, 1);
    write(&at.cert, &renewed, 0o644);
    assert_eq!(door.refresh(), Refreshed::Same, "it is looked at once more");
    write(&at.key, &renewed_key, 0o600);
    let ends = "2028-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(door.refresh(), Refreshed::Taken(ends));
    assert_eq!(door.refresh(), Refreshed::Same);
    // A renewal that went wrong stays wrong.
    write(&at.cert, &cert, 0o644);
    assert_eq!(door.refresh(), Refreshed::Same);
    let bad = BadPair::Strangers {
        cert: at.cert.clone(),
        key: at.key.clone(),
    };
    assert_eq!(door.refresh(), Refreshed::Refused(bad.clone()));
    assert_eq!(door.refresh(), Refreshed::Same, "once is enough");
    let standing = door.standing();
    assert_eq!((standing.ends, standing.trouble), (ends, Some(bad)), "the old one stays");
    write(&at.cert, &renewed, 0o644);
    assert_eq!(door.refresh(), Refreshed::Same);
    assert_eq!(door.standing().trouble, None);
}

proptest! {
    #[test]
    fn nothing_makes_the_reading_of_a_certificate_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = validity(&bytes);
    }

    #[test]
    fn nor_does_a_certificate_with_an_octet_changed(at in 0_usize..500, octet: u8) {
        use rustls::pki_types::{CertificateDer, pem::PemObject};
        let mut der = CertificateDer::from_pem_slice(issue(2027, 1).0.as_bytes()).unwrap().to_vec();
        let at = at % der.len();
        der[at] = octet;
        let _ = validity(&der);
    }
}
