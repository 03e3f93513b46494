//! Mail by Postfix's and swaks's hands, and notices into Postfix's sink.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use super::desk::{Desk, SUPPORT, free_port, said, until};
use super::peers::{Served, peer, run, swaks, swaks_sends};

/// What smtp-source sends, and over how many sessions at once.
const MAILS: usize = 200;
const SESSIONS: usize = 20;

/// Mail by many sessions of smtp-source is there once each, and each notice reaches smtp-sink once.
#[test]
fn many_sessions_in_and_a_relay_behind() {
    let (Some(source), Some(sink)) = (peer("smtp-source"), peer("smtp-sink")) else {
        return;
    };
    let dumps = tempfile::tempdir().unwrap();
    let port = free_port();
    let dump = dumps.path().join("mails");
    let mut sinking = Command::new(sink);
    // As root it wants to know as whom it should write.
    if rustix::process::geteuid().is_root() {
        sinking.args(["-u", "root"]);
    }
    sinking.arg("-D").arg(&dump).arg(format!("127.0.0.1:{port}")).arg("100");
    let sinking = Served(sinking.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    until("smtp-sink listens", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());

    let mut desk = Desk::sending_to(&format!("smtp://127.0.0.1:{port}"), SUPPORT);
    let mut sending = Command::new(source);
    sending.args(["-s", &SESSIONS.to_string(), "-m", &MAILS.to_string(), "-l", "2048", "-S", "Load"]);
    sending
        .args(["-f", "dora@customer.example", "-t", "support@ops.example"])
        .arg(format!("127.0.0.1:{}", desk.smtp));
    let sent = run(&mut sending);
    assert!(sent.status.success(), "{}", said(&sent));

    let items = desk.items();
    let numbers: BTreeSet<String> = items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    let expected: BTreeSet<String> = (1..=MAILS).map(|number| format!("SUP-{number}")).collect();
    assert_eq!(numbers, expected);
    assert!(
        items
            .iter()
            .all(|item| item["messages"] == 1 && item["repeats"] == 0 && item["title"] == "Load")
    );
    assert_eq!(desk.metric("batond_messages_received_total"), MAILS as f64);

    until("every notice was sent", || (desk.metric("batond_outbox_due") == 0.0).then_some(()));
    let mails = until("every notice was written down", || {
        let mails = std::fs::read_to_string(&dump).ok()?;
        (mails.matches("X-Batond-Reason: assigned").count() >= MAILS).then_some(mails)
    });
    let told: BTreeSet<String> = mails
        .lines()
        .filter_map(|line| line.strip_prefix("X-Batond-Item: "))
        .map(str::to_owned)
        .collect();
    assert_eq!(told, expected);
    assert_eq!(mails.matches("X-Rcpt-Args: <ana@ops.example>").count(), MAILS, "one mail each");
    let waiting = desk.json(&["outbox", "list"]);
    assert_eq!(waiting["deliveries"], serde_json::json!([]));
    let sent = desk.json(&["outbox", "list", "--all"]);
    assert_eq!(sent["deliveries"].as_array().unwrap().len(), MAILS);
    assert_eq!(desk.metric("batond_outbox_dead"), 0.0);
    println!("smtp-source: {MAILS} mails over {SESSIONS} sessions, {MAILS} notices at smtp-sink");
    desk.stop();
    drop(sinking);
}

/// What somebody writes becomes an item; who is not served here is refused; a mail that is too big is refused; a repeat changes nothing.
#[test]
fn swaks_writes_to_the_desk() {
    let mut desk = Desk::start(SUPPORT);
    let more = [
        "--header",
        "Subject: Cannot log in",
        "--header",
        "Message-ID: <one@customer.example>",
        "--body",
        "It says no.",
    ];
    let Some(talk) = swaks_sends(desk.smtp, "dora@customer.example", "support@ops.example", &more) else {
        return;
    };
    assert!(talk.contains("250 2.0.0 Ok: queued as SUP-1"), "{talk}");
    let item = desk.item("SUP-1");
    assert_eq!(
        (&item["title"], &item["requester"]),
        (&"Cannot log in".into(), &"dora@customer.example".into()),
        "{item}"
    );
    assert_eq!(item["history"][0]["words"], "It says no.");

    let stranger = swaks(desk.smtp, "dora@customer.example", "joe@elsewhere.example", &[]).unwrap();
    assert!(said(&stranger).contains("550 5.7.1"), "{}", said(&stranger));
    let loose = desk.folder.path().join("big");
    std::fs::write(&loose, "x".repeat(70).repeat(400_000)).unwrap();
    let big = swaks(
        desk.smtp,
        "dora@customer.example",
        "support@ops.example",
        &["--body", &format!("@{}", loose.display())],
    )
    .unwrap();
    assert!(
        said(&big).contains("552 5.3.4"),
        "{}",
        said(&big).chars().take(400).collect::<String>()
    );

    assert_eq!(desk.metric("batond_messages_refused_total"), 1.0, "too big");

    assert_eq!(desk.items().len(), 1);
    desk.notice("SUP-1", "ana@ops.example", "assigned", 1);
    desk.stop();
}

/// LMTP: one status for each recipient that was accepted, after one commit.
#[test]
fn swaks_speaks_lmtp_to_several() {
    let mut desk = Desk::start(SUPPORT);
    let recipients = "support@ops.example,joe@elsewhere.example,help@ops.example";
    let Some(output) = swaks(desk.lmtp, "dora@customer.example", recipients, &["--protocol", "LMTP"]) else {
        return;
    };
    let talk = said(&output);
    let last: Vec<&str> = talk.lines().skip_while(|line| line.trim() != "-> .").skip(1).take(3).collect();
    let statuses = ["support", "help"].map(|name| format!("<-  250 2.0.0 <{name}@ops.example> Ok: queued as SUP-1"));
    assert_eq!(last[..2], statuses, "{talk}");
    assert!(last[2].starts_with(" -> QUIT"), "{talk}");
    assert!(talk.contains("<** 550 5.7.1"), "{talk}");
    assert_eq!(desk.items().len(), 1);
    desk.stop();
}
