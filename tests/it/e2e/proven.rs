//! A door that checks its senders: what is signed is obeyed at once, what is not is asked back, over a restart too, and what was caught and brought again changes nothing.

use super::desk::{Desk, SUPPORT, said, until};
use super::wire::{Wire, plain_mail};
use crate::proof::{ed25519, serve, signed, zone};

const ANA: &str = "ana@ops.example";
const DORA: &str = "dora@customer.example";
/// All but the Message-ID, as some senders sign.
const SIGNED: [&str; 4] = ["From", "To", "Subject", "Date"];

fn asks(desk: &Desk, number: u32) -> String {
    let data = plain_mail(
        DORA,
        "support@ops.example",
        "Cannot log in",
        &format!("q{number}@customer.example"),
        "It says no.",
    );
    let reply = Wire::open(desk.smtp).mail(DORA, "support@ops.example", &data).unwrap();
    reply.rsplit(' ').next().unwrap().to_owned()
}

fn answer(to: &str, id: &str, words: &str) -> String {
    format!(
        "From: {ANA}\r\nTo: {to}\r\nSubject: Re: it\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nMessage-ID: <{id}@ops.example>\r\n\r\n{words}\r\n"
    )
}

fn send(desk: &Desk, to: &str, raw: &str) {
    let reply = Wire::open(desk.smtp).mail(ANA, to, raw.as_bytes()).unwrap();
    assert!(reply.starts_with("250"), "{reply}");
}

fn repeats(desk: &Desk, id: &str) -> usize {
    let item = desk.item(id);
    let history = item["history"].as_array().unwrap().iter();
    history.filter(|entry| entry["event"] == "repeated").count()
}

#[test]
fn a_door_that_checks_its_senders() {
    let names = tokio::runtime::Runtime::new().unwrap();
    let (key, record) = ed25519();
    let entries = [
        ("s1._domainkey.ops.example", record.as_str()),
        ("_dmarc.ops.example", "v=DMARC1; p=none"),
    ];
    let resolver = names.block_on(serve(zone(&entries)));
    let mut desk = Desk::checking(resolver, SUPPORT);

    // Nothing proves it: kept, and asked back. The answer finds it after a restart.
    let first = asks(&desk, 1);
    let to = desk.notice(&first, ANA, "assigned", 1).answers_to().to_owned();
    send(&desk, &to, &answer(&to, "a1", "done, it was the proxy"));
    let asked = until("she is asked back", || desk.notices("CODE-1", ANA, "confirm").pop());
    assert_ne!(desk.item(&first)["state"], "done");
    assert!(asked.mail.text.contains("done, it was the proxy"), "{}", asked.mail.text);
    desk.kill_and_restart();
    let back = asked.answers_to().to_owned();
    send(&desk, &back, &answer(&back, "a2", "yes"));
    desk.reaches(&first, "done");
    let shown = said(&desk.ask(&["show", &first]));
    assert!(shown.contains("one-time code"), "{shown}");

    // Signed: obeyed at once, and the evidence stands on the timeline.
    let second = asks(&desk, 2);
    let to = desk.notice(&second, ANA, "assigned", 1).answers_to().to_owned();
    let raw = signed(key, "ops.example", &SIGNED, &answer(&to, "a3", "done, as before"), true);
    send(&desk, &to, &raw);
    desk.reaches(&second, "done");
    let shown = said(&desk.ask(&["show", &second]));
    assert!(shown.contains("DKIM ops.example"), "{shown}");
    assert_eq!(desk.notices("CODE-1", ANA, "confirm").len(), 1, "nothing more was asked back");

    // Caught on the way, and brought again when it is open once more.
    let opened = desk.ask(&["do", &second, "reopen"]);
    assert!(opened.status.success(), "{}", said(&opened));
    let state = desk.item(&second)["state"].clone();
    assert_ne!(state, "done");
    send(&desk, &to, &raw.replace("<a3@", "<a4@"));
    until("it is known again", || (repeats(&desk, &second) == 1).then_some(()));
    assert_eq!(desk.item(&second)["state"], state);
    desk.stop();
}
