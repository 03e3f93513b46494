//! A real Postfix as the relay that says yes, no and later per recipient, keeps strangers waiting, and is away for a while: what each comes to, over one connection that is used again.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use batond::clock::SystemClock;
use batond::engine::SendOutcome;
use batond::model::{Address, Delivery, DeliveryId, DeliveryState, ItemId, Letter, NoticeId, Reader, Reason};
use batond::outbox::Relays;
use batond::tokens::TokenShelf;
use jiff::Timestamp;

use super::super::desk::free_port;
use super::super::peers::peer;
use super::postfix::Postfix;

const SITE: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: state }
sources: { inbox: { smtp: { listen: "127.0.0.1:2525", for: ["*@ops.example"], trusted: true } } }
send: { relay: "smtp://127.0.0.1:RELAY" }
people: { ana: { name: Ana Ruiz, mail: ana@ops.example, time_zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
queues: { ops: { prefix: OPS, purpose: What the machines need., owner: ana, urgent_when: Customers notice., handover: What was tried. } }
unmatched: { queue: ops }
"#;

/// Whom Postfix refuses, by its table.
const REFUSED: &str = "busy@ops.example 450 4.2.1 mailbox busy\nfull@ops.example 452 4.2.2 mailbox full\n\
                       gone@ops.example 550 5.1.1 nobody of this name\nsick@ops.example 451 4.3.0 mail system sick\n";

fn relays(port: u16) -> Relays {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("batond.yaml"), SITE.replace("RELAY", &port.to_string())).unwrap();
    let loaded = batond::config::load_without_secrets(folder.path());
    let settings = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).settings;
    Relays::new(
        &settings.send,
        Arc::new(SystemClock),
        batond::observe::Relays::default(),
        &TokenShelf::default(),
    )
    .unwrap()
}

fn delivery(number: u64, to: &str, subject: &str) -> Delivery {
    let to: Address = to.parse().unwrap();
    Delivery {
        id: DeliveryId { seq: number, index: 0 },
        reader: Reader::Address(to.clone()),
        notices: vec![(NoticeId { seq: number, index: 0 }, Reason::Assigned, ItemId::new("OPS", number))],
        letter: Letter {
            to,
            to_name: None,
            from: "desk@ops.example".parse().unwrap(),
            from_name: Some("Ops desk".to_owned()),
            reply_to: None,
            null_return_path: false,
            return_path: None,
            subject: subject.to_owned(),
            message_id: format!("answers.{number}@ops.example"),
            in_reply_to: None,
            references: Vec::new(),
            date: "2026-11-23T09:00:00Z".parse().unwrap(),
            headers: Vec::new(),
            text: "Please accept.\n.\n".to_owned(),
            html: "<p>Please accept.</p>".to_owned(),
            attached: None,
        },
        call: None,
        queued: Timestamp::now(),
        attempts: 0,
        last_error: None,
        replayed: None,
        state: DeliveryState::Due(Timestamp::UNIX_EPOCH),
    }
}

/// A policy service of Postfix (SMTPD_POLICY_README) that puts off each recipient whose name begins with `grey` the first time.
fn greylist() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut seen = BTreeSet::new();
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut line, mut recipient) = (String::new(), String::new());
            while reader.read_line(&mut line).is_ok_and(|length| length > 0) {
                if let Some(name) = line.strip_prefix("recipient=") {
                    recipient = name.trim().to_owned();
                }
                if line == "\n" {
                    let new = recipient.starts_with("grey") && seen.insert(recipient.clone());
                    let action = if new {
                        "defer_if_permit 4.7.1 greylisted, come again"
                    } else {
                        "dunno"
                    };
                    if write!(stream, "action={action}\n\n").is_err() {
                        break;
                    }
                }
                line.clear();
            }
        }
    });
    port
}

fn postfix(folder: &Path, port: u16) -> Postfix {
    let config = folder.join("config");
    let more = format!(
        "myhostname = relay.example\nsmtpd_milters =\nsmtpd_relay_restrictions = permit_auth_destination, reject\nrelay_domains = ops.example\nrelay_transport = discard:\nsmtpd_reject_unlisted_recipient = no\n\
         smtpd_recipient_restrictions = check_recipient_access texthash:{config}/refused, check_policy_service inet:127.0.0.1:{policy}, permit\n\
         header_checks = regexp:{config}/words\nsmtpd_error_sleep_time = 0\n",
        config = config.display(),
        policy = greylist(),
    );
    let tables = [
        ("refused", REFUSED.to_owned()),
        ("words", "/^Subject: forbidden/ REJECT 5.7.1 not these words\n".to_owned()),
        ("further", "discard unix - - n - - discard\n".to_owned()),
    ];
    Postfix::start(folder, port, 0, &more, &tables)
}

fn kind(outcome: &SendOutcome) -> &'static str {
    match outcome {
        SendOutcome::Sent => "sent",
        SendOutcome::Retry(_) | SendOutcome::RetryAfter(..) => "again",
        SendOutcome::NoRelay(_) => "relay",
        SendOutcome::GiveUp(_) => "dead",
    }
}

#[tokio::test]
async fn each_recipient_has_an_answer_of_its_own() {
    if peer("postfix").is_none() {
        return;
    }
    if !rustix::process::geteuid().is_root() {
        eprintln!("=== NOT RUN: Postfix starts as root only; nothing was shown with a real relay. ===");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let port = free_port();
    let running = postfix(&folder.path().join("relay"), port);
    let relays = relays(port);
    let table = [
        ("ana@ops.example", "fine", "sent", ""),
        ("busy@ops.example", "fine", "again", "mailbox busy"),
        ("full@ops.example", "fine", "again", "mailbox full"),
        ("gone@ops.example", "fine", "dead", "nobody of this name"),
        ("grey@ops.example", "fine", "again", "greylisted"),
        ("grey@ops.example", "fine", "sent", ""),
        ("ben@ops.example", "forbidden", "dead", "not these words"),
        ("cat@elsewhere.example", "fine", "dead", "Access denied"),
        ("cat@ops.example", "fine", "sent", ""),
    ];
    for (number, (to, subject, wanted, why)) in (1..).zip(table) {
        let outcome = relays.send(&delivery(number, to, subject), None).await;
        println!("Postfix, {to:22} {subject:10} {:5} {outcome:?}", kind(&outcome));
        assert_eq!(kind(&outcome), wanted, "{to}: {outcome:?}");
        assert!(format!("{outcome:?}").contains(why), "{outcome:?}");
    }
    let connections = running.log().matches(": connect from").count();
    println!("Postfix: {} mails over {connections} connection", table.len());
    assert_eq!(connections, 1, "an answer about one mail leaves the connection in order");
    // What is about the mail system is about the relay: nobody else is tried there until it is asked again.
    let outcome = relays.send(&delivery(20, "sick@ops.example", "fine"), None).await;
    assert_eq!(kind(&outcome), "relay", "{outcome:?}");
    drop(running);
}
