//! The shelf of secrets: made once, rotated, revoked, refused when others can read it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use jiff::Timestamp;

use super::KeyShelf;
use crate::model::{ItemId, Reader};
use crate::reply::{KeyRing, Token};
use crate::web::control::{ErrorKind, KeyChange, Keys};

fn key(ring: &KeyRing) -> Token {
    ring.token(&ItemId::new("SUP", 1), &Reader::Person("ana".into()), Timestamp::UNIX_EPOCH)
}

fn good(ring: &KeyRing, token: &Token) -> bool {
    let mut readers = [Reader::Person("ana".into())].into_iter();
    ring.verify(&token.0, Timestamp::UNIX_EPOCH, &mut readers).is_ok()
}

fn names(keys: &Keys) -> Vec<String> {
    keys.secrets.iter().map(|secret| secret.name.clone()).collect()
}

#[test]
fn the_secret_is_made_once_and_for_its_owner() {
    let store = tempfile::tempdir().unwrap();
    let shelf = KeyShelf::of(store.path());
    assert_eq!(key(&shelf.ring().unwrap()), key(&shelf.ring().unwrap()));
    let other = tempfile::tempdir().unwrap();
    assert_ne!(key(&shelf.ring().unwrap()), key(&KeyShelf::of(other.path()).ring().unwrap()));
    let mode = |path: &str| fs::metadata(store.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("keys"), mode("keys/reply.key")), (0o700, 0o600));
}

#[test]
fn a_new_secret_leaves_the_keys_of_the_one_before_good_until_it_is_revoked() {
    let store = tempfile::tempdir().unwrap();
    let shelf = KeyShelf::of(store.path());
    let before = shelf.ring().unwrap();
    let first = key(&before);
    let (keys, ring) = shelf.change(&KeyChange::Rotate).unwrap();
    let second = key(&ring);
    assert_ne!(first, second);
    assert!(good(&ring, &first) && good(&ring, &second) && !good(&before, &second));
    let [new, old] = names(&keys).try_into().unwrap();
    assert_ne!(new, old);
    assert!(good(&KeyShelf::of(store.path()).ring().unwrap(), &first), "after a restart too");

    let third = shelf.change(&KeyChange::Rotate).unwrap_err();
    assert_eq!(third.kind, ErrorKind::BadRequest);
    assert!(third.text.ends_with(&format!("batond keys revoke {old}")), "{third}");
    assert_eq!(
        shelf.change(&KeyChange::Revoke("ffffffff0".into())).unwrap_err().kind,
        ErrorKind::NotFound
    );

    let (keys, ring) = shelf.change(&KeyChange::Revoke(old)).unwrap();
    assert_eq!(names(&keys), std::slice::from_ref(&new));
    assert!(!good(&ring, &first) && good(&ring, &second));

    // The one that makes keys can be revoked as well: another takes its place at once.
    let (keys, ring) = shelf.change(&KeyChange::Revoke(new.clone())).unwrap();
    assert!(!good(&ring, &second) && keys.secrets.len() == 1 && names(&keys) != [new]);
}

#[test]
fn a_rotation_cut_in_between_is_no_rotation() {
    let store = tempfile::tempdir().unwrap();
    let shelf = KeyShelf::of(store.path());
    let first = key(&shelf.ring().unwrap());
    fs::hard_link(store.path().join("keys/reply.key"), store.path().join("keys/reply.old")).unwrap();
    let (keys, ring) = shelf.change(&KeyChange::List).unwrap();
    assert_eq!((keys.secrets.len(), good(&ring, &first)), (1, true));
    let (keys, ring) = shelf.change(&KeyChange::Rotate).unwrap();
    assert_eq!((keys.secrets.len(), good(&ring, &first)), (2, true));
}

#[test]
fn a_secret_others_can_read_is_refused() {
    let store = tempfile::tempdir().unwrap();
    let shelf = KeyShelf::of(store.path());
    shelf.ring().unwrap();
    let path = store.path().join("keys/reply.key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = shelf.ring().unwrap_err().to_string();
    assert!(error.contains("others can read") && error.contains("reply.key"), "{error}");
}

#[test]
fn a_damaged_secret_is_refused() {
    let store = tempfile::tempdir().unwrap();
    let shelf = KeyShelf::of(store.path());
    shelf.ring().unwrap();
    fs::write(store.path().join("keys/reply.key"), [7; 33]).unwrap();
    assert!(shelf.ring().unwrap_err().to_string().contains("not 32 bytes"));
}
