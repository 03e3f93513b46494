//! TLS at the door: begun by STARTTLS or with the connection, required or offered, with nothing carried over from before it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

use super::{Client, Door, PATIENCE, Protocol, Setting};
use crate::intake::{DoorTls, SessionLimits};
use crate::tls::{CertFiles, Refreshed, ServerTls};

/// A certificate for localhost, on disk, and who trusts it.
pub(super) struct Site {
    folder: tempfile::TempDir,
    tls: ServerTls,
    cert: String,
    pub(super) trusted: TlsConnector,
}

fn write(folder: &Path) -> (CertFiles, String) {
    use std::os::unix::fs::PermissionsExt;
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let files = CertFiles {
        cert: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    };
    let (cert, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    std::fs::write(&files.key, key).unwrap();
    std::fs::set_permissions(&files.key, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&files.cert, &cert).unwrap();
    (files, cert)
}

fn trusting(cert: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(cert.as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = builder.with_safe_default_protocol_versions().unwrap();
    TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

impl Site {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (files, cert) = write(folder.path());
        Self {
            folder,
            tls: ServerTls::open(files).unwrap(),
            trusted: trusting(&cert),
            cert,
        }
    }

    pub(super) fn door(&self, implicit: bool, required: bool) -> Option<DoorTls> {
        let acceptor = self.tls.for_mail().unwrap();
        Some(DoorTls {
            acceptor,
            implicit,
            required,
        })
    }
}

pub(super) async fn shaken(client: Client, with: &TlsConnector) -> std::io::Result<Client> {
    assert!(client.input.is_empty(), "something in the clear was left");
    let name = ServerName::try_from("localhost").unwrap();
    let stream = timeout(PATIENCE, with.connect(name, client.stream)).await.unwrap()?;
    Ok(Client::over(Box::new(stream)))
}

pub(super) async fn greeted(door: &Door) -> Client {
    let mut client = Client::connect(door.address).await;
    assert!(client.line().await.starts_with("220"));
    client
}

pub(super) async fn offers(client: &mut Client, hello: &str) -> Vec<String> {
    client.say(&format!("{hello} a.example\r\n")).await;
    let mut lines = Vec::new();
    loop {
        let line = client.line().await;
        let last = line.as_bytes().get(3) != Some(&b'-');
        lines.push(line);
        if last {
            return lines;
        }
    }
}

fn has_starttls(lines: &[String]) -> bool {
    lines.iter().any(|line| line.ends_with("STARTTLS"))
}

#[tokio::test]
async fn starttls_begins_anew_and_the_item_says_how_the_mail_came() {
    let site = Site::new();
    for (protocol, hello, word) in [(Protocol::Smtp, "EHLO", "ESMTPS"), (Protocol::Lmtp, "LHLO", "LMTPS")] {
        let door = Setting {
            protocol,
            tls: site.door(false, false),
            ..Setting::default()
        }
        .open()
        .await;
        let mut client = greeted(&door).await;
        assert!(has_starttls(&offers(&mut client, hello).await));
        assert_eq!(client.talk(&["MAIL FROM:<a@b.example>"]).await, ["250 2.1.0 Sender ok"]);
        assert_eq!(client.talk(&["STARTTLS"]).await, ["220 2.0.0 Ready to start TLS"]);
        let mut client = shaken(client, &site.trusted).await.unwrap();
        // The transaction and the greeting are forgotten (RFC 3207 section 4.2).
        assert_eq!(
            client.talk(&["RCPT TO:<ana@ops.example>", "MAIL FROM:<a@b.example>"]).await,
            ["503 5.5.1 Say MAIL first", "503 5.5.1 Introduce yourself first"]
        );
        assert!(!has_starttls(&offers(&mut client, hello).await));
        assert_eq!(client.talk(&["STARTTLS"]).await, ["503 5.5.1 TLS has begun already"]);
        client.talk(&["MAIL FROM:<a@b.example>", "RCPT TO:<ana@ops.example>", "DATA"]).await;
        // More than one record of TLS, and more than one read.
        client
            .say(&format!("Subject: x\r\n\r\n{}.\r\n", "0123456789\r\n".repeat(8_000)))
            .await;
        assert!(client.line().await.starts_with("250 2.0.0"));
        let (envelope, raw) = door.fake.mails().pop().unwrap();
        assert_eq!((envelope.peer.unwrap().protocol.as_str(), raw.len()), (word, 96_014));
        assert_eq!(client.talk(&["QUIT"]).await, ["221 2.0.0 Bye"]);
        assert_eq!(client.line().await, "<closed>");
    }
}

/// B3: commands that somebody put behind STARTTLS, in the same packet, must not be obeyed under the protection of what follows.
#[tokio::test]
async fn what_stands_behind_starttls_in_the_clear_is_dropped() {
    let site = Site::new();
    for injected in [
        "NOOP\r\n",
        "EHLO evil.example\r\nMAIL FROM:<evil@evil.example>\r\nRCPT TO:<ana@ops.example>\r\n",
        "MAIL FROM:<evil@evil.example>\r\nRCPT TO:<ana@ops.example>\r\nDATA\r\nSubject: evil\r\n\r\n.\r\n",
        "QUIT\r\n",
        "half a line",
    ] {
        let door = Setting {
            tls: site.door(false, false),
            ..Setting::default()
        }
        .open()
        .await;
        let mut client = greeted(&door).await;
        offers(&mut client, "EHLO").await;
        client.say(&format!("STARTTLS\r\n{injected}")).await;
        assert_eq!(client.line().await, "220 2.0.0 Ready to start TLS");
        let mut client = shaken(client, &site.trusted).await.unwrap();
        // Exactly one reply a command: nothing was waiting to be answered.
        assert_eq!(client.talk(&["VRFY x"]).await, ["252 2.1.5 Send the mail and see"], "{injected}");
        assert_eq!(
            client.talk(&["MAIL FROM:<>"]).await,
            ["503 5.5.1 Introduce yourself first"],
            "{injected}"
        );
        assert!(door.fake.mails().is_empty());
    }
}

/// The same in a packet of its own, after the reply: it is no handshake, and the connection ends.
#[tokio::test]
async fn clear_text_in_place_of_a_handshake_ends_the_connection() {
    let site = Site::new();
    let door = Setting {
        tls: site.door(false, false),
        ..Setting::default()
    }
    .open()
    .await;
    let mut client = greeted(&door).await;
    offers(&mut client, "EHLO").await;
    assert_eq!(client.talk(&["STARTTLS"]).await, ["220 2.0.0 Ready to start TLS"]);
    client
        .say("MAIL FROM:<evil@evil.example>\r\nRCPT TO:<ana@ops.example>\r\nDATA\r\n")
        .await;
    while client.line().await != "<closed>" {}
    assert!(door.fake.mails().is_empty());
}

#[tokio::test]
async fn where_tls_is_required_nothing_else_is_heard_before_it() {
    let site = Site::new();
    let door = Setting {
        tls: site.door(false, true),
        ..Setting::default()
    }
    .open()
    .await;
    let mut client = greeted(&door).await;
    assert!(has_starttls(&offers(&mut client, "EHLO").await));
    let first = "530 5.7.0 Say STARTTLS first";
    let asked = ["MAIL FROM:<>", "RCPT TO:<ana@ops.example>", "DATA", "RSET", "VRFY x", "HELP"];
    assert_eq!(client.talk(&asked).await, [first; 6]);
    assert_eq!(client.talk(&["NOOP"]).await, ["250 2.0.0 Ok"]);
    client.talk(&["STARTTLS"]).await;
    let mut client = shaken(client, &site.trusted).await.unwrap();
    offers(&mut client, "EHLO").await;
    assert_eq!(client.talk(&["MAIL FROM:<>"]).await, ["250 2.1.0 Sender ok"]);
}

#[tokio::test]
async fn with_implicit_tls_the_greeting_comes_encrypted() {
    let site = Site::new();
    let door = Setting {
        tls: site.door(true, false),
        limits: SessionLimits {
            handshake: Duration::from_millis(150),
            ..SessionLimits::default()
        },
        ..Setting::default()
    }
    .open()
    .await;
    let stream = TcpStream::connect(door.address).await.unwrap();
    let mut client = shaken(Client::over(Box::new(stream)), &site.trusted).await.unwrap();
    assert_eq!(client.line().await, "220 ops.example ESMTP batond");
    assert!(!has_starttls(&offers(&mut client, "EHLO").await));
    // Whoever says nothing, or speaks in the clear, is not kept.
    let mut silent = Client::connect(door.address).await;
    assert_eq!(silent.line().await, "<closed>");
    let mut clear = Client::connect(door.address).await;
    clear.say("EHLO a.example\r\n").await;
    assert!(!clear.line().await.starts_with('2'));
}

#[tokio::test]
async fn without_a_certificate_starttls_is_not_there() {
    let door = Setting::default().open().await;
    let mut client = greeted(&door).await;
    assert!(!has_starttls(&offers(&mut client, "EHLO").await));
    assert_eq!(client.talk(&["STARTTLS"]).await, ["502 5.5.1 Command not available here"]);
}

#[tokio::test]
async fn a_renewed_certificate_is_for_new_connections_and_old_ones_go_on() {
    let site = Site::new();
    let door = Setting {
        tls: site.door(true, false),
        ..Setting::default()
    }
    .open()
    .await;
    let connect = async |with: &TlsConnector| {
        let stream = TcpStream::connect(door.address).await.unwrap();
        shaken(Client::over(Box::new(stream)), with).await
    };
    let mut old = connect(&site.trusted).await.unwrap();
    assert!(old.line().await.starts_with("220"));
    let (_, renewed) = write(site.folder.path());
    assert!(matches!(site.tls.refresh(), Refreshed::Taken(_)));
    let renewed = trusting(&renewed);
    // A client that has never been there: one that has would resume its session, and look at no certificate.
    assert!(connect(&trusting(&site.cert)).await.is_err(), "the old certificate is gone");
    let mut new = connect(&renewed).await.unwrap();
    assert!(new.line().await.starts_with("220"));
    assert_eq!(old.talk(&["NOOP"]).await, ["250 2.0.0 Ok"]);
}
