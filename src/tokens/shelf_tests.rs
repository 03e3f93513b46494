//! What is kept is there after a restart, for this user alone, and for the account it came for.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use super::*;
use crate::clock::SystemClock;
use crate::config::TokenMechanism;

fn source(refresh: &str) -> TokenSource {
    TokenSource {
        mechanism: TokenMechanism::Xoauth2,
        url: "https://login.example/token".to_owned(),
        client_id: "batond".to_owned(),
        client_secret: None,
        refresh_token: SecretString::from(refresh),
        scope: None,
    }
}

#[test]
fn what_is_kept_is_there_for_the_next_process_and_for_no_other_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (account(&source("one")), account(&source("other")));
    assert_ne!(one, other, "a newly configured token is another account");
    let shelf = TokenShelf::of(folder.path());
    assert!(shelf.newest(&one).expect("no file is no error").is_none());
    shelf.keep(&one, &SecretString::from("first")).expect("kept");
    shelf.keep(&other, &SecretString::from("of another")).expect("kept");
    shelf.keep(&one, &SecretString::from("second")).expect("kept");
    let next = TokenShelf::of(folder.path());
    let newest = next.newest(&one).expect("read").expect("kept");
    assert_eq!(newest.expose_secret(), "second");
    let mode = fs::metadata(folder.path().join(NAME)).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::write(folder.path().join(NAME), "{").expect("written");
    let why = next.newest(&one).expect_err("damaged").to_string();
    assert!(why.contains("tokens.json is damaged"), "{why}");
}

#[test]
fn one_account_has_its_tokens_once() {
    let shelf = TokenShelf::default();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let tokens = |refresh| shelf.tokens(&source(refresh), &clock).expect("tokens");
    assert!(Arc::ptr_eq(&tokens("one"), &tokens("one")));
    assert!(!Arc::ptr_eq(&tokens("one"), &tokens("other")));
}
