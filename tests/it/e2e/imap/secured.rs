//! TLS from the first byte on and after STARTTLS, by an authority that the source names; tokens that are renewed, as real Dovecot checks them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::desk::{Desk, SUPPORT, free_port, until};
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

/// A provider of tokens: what it grants and what Dovecot asks it about. How many tokens it granted.
fn provider() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let granted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&granted);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                    break;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            let (status, answer) = if head.starts_with("POST /token") {
                if body.contains("grant_type=refresh_token")
                    && body.contains("refresh_token=a-refresh-token")
                    && body.contains("client_id=batond")
                {
                    let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                    (
                        "200 OK",
                        format!(r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":3600}}"#),
                    )
                } else {
                    ("400 Bad Request", r#"{"error":"invalid_grant"}"#.to_owned())
                }
            } else {
                let active = head.contains("token-");
                ("200 OK", format!(r#"{{"active":{active},"user":"{USER}"}}"#))
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                answer.len()
            );
        }
    });
    (port, granted)
}

#[test]
fn by_a_token_that_is_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let (port, granted) = provider();
    let oauth = folder.path().join("oauth2.conf");
    fs::write(
        &oauth,
        format!(
            "introspection_url = http://127.0.0.1:{port}/introspect?token=\nintrospection_mode = get\nusername_attribute = user\nactive_attribute = active\nactive_value = true\n"
        ),
    )
    .unwrap();
    let more = format!(
        "auth_mechanisms = plain xoauth2 oauthbearer\npassdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {}\n}}\n",
        oauth.display()
    );
    let Some(account) = Account::with(&more) else { return };
    let all = subjects(3);
    all.iter().for_each(|subject| account.deliver(subject));
    let refresh = folder.path().join("refresh");
    fs::write(&refresh, "a-refresh-token").unwrap();
    fs::set_permissions(&refresh, fs::Permissions::from_mode(0o600)).unwrap();
    for (number, mechanism) in ["xoauth2", "oauthbearer"].into_iter().enumerate() {
        let token = format!(
            "{{ mechanism: {mechanism}, url: \"http://127.0.0.1:{port}/token\", client_id: batond, refresh_token: \"${{file:{}}}\" }}",
            refresh.display()
        );
        let imap = format!(
            "server: 127.0.0.1, port: {}, tls: none, user: {USER}, token: {token}, trusted: true",
            account.dovecot.imap
        );
        let mut desk = Desk::start(&format!("{SUPPORT}sources:\n  helpdesk: {{ imap: {{ {imap} }} }}\n"));
        each_once(&desk, &all);
        assert_eq!(granted.load(Ordering::SeqCst), number + 1, "{mechanism}");
        assert!(!desk.log().contains("token-"), "a token is in the log");
        desk.stop();
    }
}
