//! TLS from the first byte on and after STARTTLS, by an authority that the source names; tokens that are renewed, as real Dovecot checks them.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::desk::{Desk, SUPPORT, free_port, until};
use super::super::provider::Provider;
use super::account::{Account, USER, each_once, subjects};

/// A certificate for localhost, its key, and the authority that signed it.
fn certificates(folder: &Path) -> (PathBuf, PathBuf, PathBuf) {
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let wanted = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = wanted.signed_by(&key, &issuer).unwrap();
    let paths = ["certificate.pem", "key.pem", "ca.pem"].map(|name| folder.join(name));
    for (path, text) in paths.iter().zip([certificate.pem(), key.serialize_pem(), root.pem()]) {
        fs::write(path, text).unwrap();
    }
    let [certificate, key, ca] = paths;
    (certificate, key, ca)
}

/// How a source is, once it is known.
fn state(desk: &Desk) -> serde_json::Value {
    until("its state", || {
        let sources = desk.json(&["sources"]);
        let found = sources["sources"].as_array()?.iter().find(|one| one["name"] == "helpdesk")?.clone();
        (found["state"] != "idle").then_some(found)
    })
}

#[test]
fn by_tls_and_starttls_and_not_by_a_stranger() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key, ca) = certificates(folder.path());
    let tls = free_port();
    let more = format!(
        "ssl = yes\nssl_cert = <{}\nssl_key = <{}\nservice imap-login {{\n  inet_listener imaps {{\n    port = {tls}\n    ssl = yes\n  }}\n}}\n",
        certificate.display(),
        key.display()
    );
    let Some(account) = Account::with(&more) else { return };
    let password = account.password();
    let all = subjects(3);
    all.iter().for_each(|subject| account.deliver(subject));
    let work = |port: u16, way: &str, ca: &str| {
        let imap = format!("server: localhost, port: {port}, tls: {way}, user: {USER}, password: \"{password}\", {ca} trusted: true");
        format!("{SUPPORT}sources:\n  helpdesk: {{ imap: {{ {imap} }} }}\n")
    };
    let trusted = format!("ca: \"{}\",", ca.display());
    for (port, way) in [(tls, "implicit"), (account.dovecot.imap, "starttls")] {
        let mut desk = Desk::start(&work(port, way, &trusted));
        each_once(&desk, &all);
        assert_eq!(state(&desk)["state"], "ok", "{way}");
        desk.stop();
        // The system's authorities know nothing of it.
        let mut desk = Desk::start(&work(port, way, ""));
        let failed = state(&desk);
        assert_eq!(failed["state"], "failing", "{way}");
        let why = failed["last_failure"]["what"].as_str().unwrap().to_owned();
        assert!(why.contains("TLS with localhost"), "{why}");
        assert_eq!(desk.items().len(), 0);
        desk.stop();
    }
}

#[test]
fn by_a_token_that_is_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let provider = Provider::start(USER);
    let more = provider.asked_by_dovecot(folder.path(), "plain");
    let Some(account) = Account::with(&more) else { return };
    let all = subjects(3);
    all.iter().for_each(|subject| account.deliver(subject));
    for (number, mechanism) in ["xoauth2", "oauthbearer"].into_iter().enumerate() {
        let token = provider.as_setting(mechanism, folder.path());
        let imap = format!(
            "server: 127.0.0.1, port: {}, tls: none, user: {USER}, token: {token}, trusted: true",
            account.dovecot.imap
        );
        let mut desk = Desk::start(&format!("{SUPPORT}sources:\n  helpdesk: {{ imap: {{ {imap} }} }}\n"));
        each_once(&desk, &all);
        assert_eq!(provider.granted(), number + 1, "{mechanism}");
        assert!(!desk.log().contains("token-"), "a token is in the log");
        desk.stop();
    }
}
