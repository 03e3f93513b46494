//! A real Postfix as the relay: TLS both ways, sign-in by Dovecot's SASL, a certificate of an authority of its own; and what it cannot deliver comes back to the signed return path.

use super::super::desk::{Desk, SUPPORT, free_port, said, until};
use super::super::peers::peer;
use super::super::provider::Provider;
use super::super::wire::{a_question, a_question_as};
use super::dovecot::{Dovecot, PASSWORD};
use super::postfix::Postfix;

/// The relay, its Dovecot, and the file with its certificate.
struct Relay {
    smtp: u16,
    smtps: u16,
    ca: std::path::PathBuf,
    // In the order in which they end.
    postfix: Postfix,
    _dovecot: Dovecot,
    _folder: tempfile::TempDir,
}

/// Starts them; `None`, said loudly, where something is not installed. What is for `desk` goes to that port.
/// `more` is for Dovecot and for Postfix.
fn relay(desk: u16, more: (&str, &str)) -> Option<Relay> {
    if ["postfix", "doveadm"].iter().any(|name| peer(name).is_none()) {
        return None;
    }
    if !rustix::process::geteuid().is_root() {
        eprintln!("=== NOT RUN: Postfix and Dovecot start as root only; nothing was shown with a real relay. ===");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let ca = folder.path().join("relay.pem");
    std::fs::write(&ca, made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("relay.key"), made.signing_key.serialize_pem()).unwrap();
    let dovecot = Dovecot::with(&folder.path().join("dovecot"), more.0);
    let [smtp, smtps] = [free_port(), free_port()];
    let postfix = Postfix::relay(&folder.path().join("relay"), (smtp, smtps), (dovecot.sasl, desk), &ca, more.1);
    Some(Relay {
        smtp,
        smtps,
        ca,
        postfix,
        _dovecot: dovecot,
        _folder: folder,
    })
}

#[test]
fn a_postfix_with_tls_and_sign_in_takes_mail_and_what_it_cannot_deliver_comes_back() {
    // The ports of the desk are known once it runs, and the relay must know where the desk is: so it comes second, and is asked again.
    let gate = free_port();
    let Some(relay) = relay(gate, ("", "")) else { return };
    let (ca, password) = (relay.ca.display(), format!("desk:{PASSWORD}"));
    std::fs::write(relay.ca.with_file_name("login"), &password).unwrap();
    std::fs::set_permissions(
        relay.ca.with_file_name("login"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    let login = relay.ca.with_file_name("login");
    let login = login.display();
    let ways = [
        (format!("smtp://${{file:{login}}}@localhost:{}?tls=required", relay.smtp), "plain"),
        (
            format!("smtp://${{file:{login}}}@localhost:{}?tls=opportunistic", relay.smtp),
            "login",
        ),
        (format!("smtps://${{file:{login}}}@localhost:{}", relay.smtps), "plain"),
    ];
    for (url, auth) in ways {
        let send = format!("{{ relay: {{ url: \"{url}\", ca: \"{ca}\", auth: {auth} }} }}");
        let mut desk = Desk::sending(&send, SUPPORT);
        let _gate = Gate::open(gate, desk.smtp);
        a_question(desk.smtp);
        // Postfix took the notice to ana, whom it does not know: the report comes back to the return path, and cat, who owns the queue, hears.
        let item = until(("it came back", &url), || {
            let item = desk.item("SUP-1");
            item.to_string().contains("no such user here").then_some(item)
        });
        let dead = desk.json(&["outbox", "list", "--dead"]);
        let dead = &dead["deliveries"][0];
        assert!(
            dead["to"] == "ana@ops.example" && dead["last_error"].to_string().contains("no such user here"),
            "{dead}"
        );
        assert!(item.to_string().contains("cat"), "{item}");
        // cat hears once, by a mail of its own that is about this item and says why; nobody else does, and ana's notice is not sent again.
        let told = until(("cat is told", &url), || {
            let all = desk.json(&["outbox", "list", "--all"])["deliveries"].as_array().unwrap().clone();
            let failed = |mail: &serde_json::Value| mail["reasons"] == serde_json::json!(["delivery-failed"]);
            let told: Vec<_> = all.iter().filter(|mail| failed(mail)).cloned().collect();
            (!told.is_empty() && told.iter().all(|mail| mail["state"] == "sent")).then_some((told, all))
        });
        let (told, all) = told;
        let [one] = told.as_slice() else { panic!("told once: {told:?}") };
        assert_eq!(
            (one["to"].as_str(), one["items"].to_string().as_str(), one["attempts"].as_u64()),
            (Some("cat@ops.example"), "[\"SUP-1\"]", Some(1)),
            "{one}"
        );
        let to_ana = all.iter().filter(|mail| mail["to"] == "ana@ops.example").count();
        assert_eq!((to_ana, dead["attempts"].as_u64()), (1, Some(1)), "{all:?}");
        let metrics = super::super::desk::http(desk.web, "/metrics").unwrap();
        assert!(
            metrics.contains("batond_deliveries_total{outcome=\"returned\"} 1"),
            "Postfix had taken it: {dead}"
        );
        println!(
            "relay {auth:6} {}: taken, and came back by a DSN: {}",
            url.rsplit('@').next().unwrap(),
            dead["last_error"]
        );
        desk.stop();
    }
    // Whoever does not know the authority sends nothing, and nobody signs in with another password.
    std::fs::write(relay.ca.with_file_name("login"), "desk:another").unwrap();
    for (more, why) in [(String::new(), "certificate"), (format!(", ca: \"{ca}\""), "535")] {
        let url = format!("smtps://${{file:{login}}}@localhost:{}", relay.smtps);
        let mut desk = Desk::sending(&format!("{{ relay: {{ url: \"{url}\"{more} }} }}"), SUPPORT);
        a_question(desk.smtp);
        let listed = until("the relay is refused", || {
            let text = said(&desk.ask(&["outbox", "list"]));
            text.starts_with("Relay localhost").then_some(text)
        });
        assert!(listed.contains(why), "{why}: {listed}");
        desk.stop();
    }
}

/// Postfix hangs up on who is silent for a second, so each mail has a connection, and a sign-in, of its own.
#[test]
fn a_postfix_takes_tokens_and_one_that_was_revoked_is_renewed() {
    let provider = Provider::start("desk@ops.example");
    let folder = tempfile::tempdir().unwrap();
    let Some(relay) = relay(
        free_port(),
        (&provider.asked_by_dovecot(folder.path(), "plain"), "smtpd_timeout = 1s\n"),
    ) else {
        return;
    };
    for (number, mechanism) in ["xoauth2", "oauthbearer"].into_iter().enumerate() {
        let token = provider.as_setting(mechanism, folder.path());
        let url = format!("smtp://desk%40ops.example@localhost:{}?tls=required", relay.smtp);
        let send = format!("{{ relay: {{ url: \"{url}\", ca: \"{}\", token: {token} }} }}", relay.ca.display());
        let mut desk = Desk::sending(&send, SUPPORT);
        let sent = |desk: &Desk, wanted: usize| {
            until(("mail is taken", mechanism, wanted), || {
                let all = desk.json(&["outbox", "list", "--all"])["deliveries"].as_array()?.clone();
                (all.iter().filter(|one| one["state"] == "sent").count() >= wanted).then_some(())
            });
        };
        a_question(desk.smtp);
        sent(&desk, 1);
        assert_eq!(provider.granted(), 2 * number + 1, "{mechanism}");
        provider.revoke();
        until("Postfix hangs up", || {
            (relay.postfix.log().matches("timeout after").count() > number).then_some(())
        });
        a_question_as(desk.smtp, "two@customer.example");
        sent(&desk, 2);
        assert_eq!(provider.granted(), 2 * number + 2, "{mechanism}: renewed once");
        let log = relay.postfix.log();
        let signed_in = format!("sasl_method={}, sasl_username=desk@ops.example", mechanism.to_uppercase());
        assert!(log.matches(&signed_in).count() >= 2, "{log}");
        assert!(!desk.log().contains("token-"), "a token is in the log");
        desk.stop();
    }
}

/// Passes connections on from a port that is known to one that is not.
struct Gate(std::sync::Arc<std::sync::atomic::AtomicBool>, u16);

impl Gate {
    fn open(port: u16, to: u16) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
        let open = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        let still = std::sync::Arc::clone(&open);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if !still.load(std::sync::atomic::Ordering::SeqCst) {
                    return;
                }
                let Ok(other) = std::net::TcpStream::connect(("127.0.0.1", to)) else {
                    continue;
                };
                let pairs = [(stream.try_clone(), other.try_clone()), (other.try_clone(), stream.try_clone())];
                for (from, into) in pairs {
                    let (mut from, mut into) = (from.unwrap(), into.unwrap());
                    std::thread::spawn(move || {
                        // Either end may go first.
                        let _ = std::io::copy(&mut from, &mut into);
                        let _ = into.shutdown(std::net::Shutdown::Both);
                    });
                }
            }
        });
        Self(open, port)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.0.store(false, std::sync::atomic::Ordering::SeqCst);
        // It looks when somebody comes.
        let _ = std::net::TcpStream::connect(("127.0.0.1", self.1));
    }
}
