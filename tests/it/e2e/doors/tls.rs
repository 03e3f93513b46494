//! TLS at the doors, as openssl, swaks, curl and Postfix see it; the certificate is exchanged while all of it runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustix::process::Signal;

use super::super::desk::{Desk, GITHUB_SECRET, free_port, said, until};
use super::super::peers::{peer, run, swaks};
use super::super::town::postfix::Postfix;
use super::certificate;

/// The desk of the other tests, encrypted: STARTTLS offered on smtp and lmtp, HTTPS; and a port of each other kind.
struct Secure {
    desk: Desk,
    /// TLS with the connection.
    implicit: u16,
    /// STARTTLS or nothing.
    required: u16,
}

fn secure() -> Secure {
    let (implicit, required) = (free_port(), free_port());
    let desk = Desk::changed(true, &|folder, common| {
        certificate(folder, "cert.pem", "key.pem");
        let doors = format!(
            "sources:\n  submissions: {{ smtp: {{ listen: \"127.0.0.1:{implicit}\", for: [\"*@ops.example\"], trusted: true, \
             tls: {{ cert: cert.pem, key: key.pem, mode: implicit }} }} }}\n  strict: {{ smtp: {{ listen: \"127.0.0.1:{required}\", \
             for: [\"*@ops.example\"], trusted: true, tls: {{ cert: cert.pem, key: key.pem, required: true }} }} }}\n"
        );
        let tls = "tls: { cert: cert.pem, key: key.pem }";
        common
            .replace("sources:\n", &doors)
            .replace("trusted: true } }\n  local", &format!("trusted: true, {tls} }} }}\n  local"))
            .replace("trusted: true } }\n  github", &format!("trusted: true, {tls} }} }}\n  github"))
            .replace(
                "web: { listen: \"127.0.0.1:@WEB@\" }",
                &format!("web: {{ listen: \"127.0.0.1:@WEB@\", {tls} }}"),
            )
    });
    Secure { desk, implicit, required }
}

impl Secure {
    fn cert(&self) -> PathBuf {
        self.desk.folder.path().join("cert.pem")
    }

    /// A handshake by openssl that trusts `cert` and nobody else.
    fn openssl(&self, port: u16, cert: &Path, more: &[&str]) -> Option<Output> {
        let mut command = Command::new(peer("openssl")?);
        command.args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-servername", "localhost"]);
        command
            .args(["-verify_return_error", "-verify_hostname", "localhost", "-brief", "-CAfile"])
            .arg(cert);
        // So that it does not give a resumed session for a verified one.
        Some(run(command.arg("-no_ticket").args(more)))
    }

    fn curl(&self, more: &[&str]) -> Option<String> {
        let mut command = Command::new(peer("curl")?);
        command
            .args(["--silent", "--show-error", "--include", "--max-time", "20", "--cacert"])
            .arg(self.cert());
        command.args(["--resolve", &format!("localhost:{}:127.0.0.1", self.desk.web)]);
        Some(said(&run(command.args(more))))
    }

    fn items(&self) -> usize {
        self.desk.items().len()
    }
}

const FROM: &str = "dora@customer.example";
const TO: &str = "support@ops.example";

#[test]
fn openssl_and_swaks_are_served_by_every_kind_of_port() {
    let site = secure();
    let (smtp, lmtp) = (site.desk.smtp, site.desk.lmtp);
    for (port, more) in [
        (smtp, &["-starttls", "smtp"][..]),
        (lmtp, &["-starttls", "lmtp"]),
        (site.implicit, &[]),
        (site.desk.web, &["-alpn", "http/1.1"]),
    ] {
        let Some(output) = site.openssl(port, &site.cert(), more) else {
            return;
        };
        let text = said(&output);
        assert!(
            text.contains("Verification: OK") && text.contains("TLSv1.3"),
            "{port} {more:?}: {text}"
        );
        let old = site.openssl(port, &site.cert(), &[more, &["-tls1_1"]].concat()).unwrap();
        assert!(!said(&old).contains("Verification: OK"), "{port}: TLS 1.1 was spoken");
    }
    for (port, more) in [
        (smtp, &["--tls"][..]),
        (smtp, &[]),
        (lmtp, &["--tls", "--protocol", "LMTP"]),
        (site.implicit, &["--tls-on-connect"]),
        (site.required, &["--tls"]),
    ] {
        let id = format!("Message-ID: <{port}.{}@customer.example>", more.len());
        let Some(output) = swaks(port, FROM, TO, &[more, &["--header", &id]].concat()) else {
            return;
        };
        let text = said(&output);
        assert!(output.status.success() && text.contains("250 2.0.0"), "{port} {more:?}: {text}");
    }
    assert_eq!(site.items(), 5);
    let refused = swaks(site.required, FROM, TO, &[]).unwrap();
    assert!(said(&refused).contains("530 5.7.0 Say STARTTLS first"), "{}", said(&refused));
    assert_eq!(site.items(), 5);
}

#[test]
fn curl_delivers_webhooks_by_https() {
    let site = secure();
    let url = |path: &str| format!("https://localhost:{}{path}", site.desk.web);
    let Some(ready) = site.curl(&[&url("/readyz")]) else { return };
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    let body = r#"{"action":"opened","issue":{"title":"It is broken"}}"#;
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, GITHUB_SECRET.as_bytes());
    let digest = data_encoding::HEXLOWER.encode(aws_lc_rs::hmac::sign(&key, body.as_bytes()).as_ref());
    let signed = format!("X-Hub-Signature-256: sha256={digest}");
    let answer = site.curl(&[&url("/hooks/github"), "--header", &signed, "--json", body]).unwrap();
    assert!(answer.contains("202 Accepted"), "{answer}");
    assert_eq!(site.items(), 1);
    let metrics = site.curl(&[&url("/metrics")]).unwrap();
    assert!(
        metrics.contains(r#"batond_certificate_reload_success{door="web"} 1"#)
            && metrics.contains(r#"expiry_timestamp_seconds{door="inbox"}"#),
        "{metrics}"
    );
    let clear = site.curl(&[&format!("http://localhost:{}/readyz", site.desk.web)]).unwrap();
    assert!(!clear.contains("200"), "{clear}");
}

/// Postfix hands mail over only if the certificate is the right one.
#[test]
fn postfix_verifies_before_it_delivers() {
    if peer("postfix").is_none() || !rustix::process::geteuid().is_root() {
        eprintln!("=== NOT RUN: Postfix starts as root only; nothing was shown with it. ===");
        return;
    }
    let site = secure();
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let trusted = folder.path().join("trusted.pem");
    fs::copy(site.cert(), &trusted).unwrap();
    let port = free_port();
    let more = format!(
        "smtpd_milters =\nnon_smtpd_milters =\nmyhostname = mx.ops.example\nrelay_domains = ops.example\n\
         relay_transport = smtp:[127.0.0.1]:{}\nsmtp_tls_security_level = verify\nsmtp_tls_verify_cert_match = localhost\n\
         smtp_tls_CAfile = {}\nsmtp_tls_loglevel = 1\n",
        site.required,
        trusted.display()
    );
    let postfix = Postfix::start(&folder.path().join("postfix"), port, 1, &more, &[]);
    let Some(output) = swaks(port, FROM, TO, &[]) else { return };
    assert!(output.status.success(), "{}", said(&output));
    until("the mail by Postfix", || (site.items() == 1).then_some(()));
    assert!(
        postfix.log().contains("Verified TLS connection established to 127.0.0.1"),
        "{}",
        postfix.log()
    );
}

#[test]
fn a_renewed_pair_is_taken_and_a_broken_one_leaves_the_old_in_use() {
    let site = secure();
    let folder = site.desk.folder.path();
    let verified = |cert: &Path| {
        let output = site.openssl(site.implicit, cert, &[]);
        output.map(|output| said(&output).contains("Verification: OK"))
    };
    let first = folder.join("first.pem");
    fs::copy(site.cert(), &first).unwrap();
    if verified(&first).is_none() {
        return;
    }
    certificate(folder, "cert.pem", "key.pem");
    // By itself, without a word.
    until("the renewed certificate", || {
        site.desk.log().contains("a new certificate is in use").then_some(())
    });
    assert_eq!((verified(&site.cert()), verified(&first)), (Some(true), Some(false)));
    // A key that belongs to nothing: told, and the pair in use stays.
    let second = folder.join("second.pem");
    fs::copy(site.cert(), &second).unwrap();
    certificate(folder, "other.pem", "key.pem");
    until("a word about the broken pair", || {
        site.desk.log().contains("the certificate on disk cannot be used").then_some(())
    });
    let status = site.desk.json(&["status"]);
    let trouble = status["certificates"]["inbox"]["trouble"].as_str().unwrap();
    assert!(trouble.contains("does not belong to the certificate"), "{trouble}");
    assert_eq!(verified(&second), Some(true));
    // A reload by hand says so too, and changes nothing.
    let reload = site.desk.ask(&["reload"]);
    assert!(!reload.status.success() && said(&reload).contains("B0511"), "{}", said(&reload));
    assert_eq!(verified(&second), Some(true));
    // A key for everybody's eyes is not taken either.
    certificate(folder, "cert.pem", "key.pem");
    fs::set_permissions(folder.join("key.pem"), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let reload = site.desk.ask(&["reload"]);
    assert!(said(&reload).contains("B0504"), "{}", said(&reload));
    // Put right, and told to look: it is taken at once.
    certificate(folder, "cert.pem", "key.pem");
    site.desk.signal(Signal::HUP);
    until("the third certificate", || (verified(&site.cert()) == Some(true)).then_some(()));
    until("no trouble any more", || {
        site.desk.json(&["status"])["certificates"]["inbox"]["trouble"]
            .is_null()
            .then_some(())
    });
}
