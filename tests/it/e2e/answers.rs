//! People who have nothing but mail: they accept, put off, pass on and close by answering. Who may not, changes nothing.

use serde_json::{Value, json};

use super::desk::{Desk, SUPPORT, until};
use super::peers::{peer, swaks_sends};
use super::wire::{Wire, plain_mail};

const ANA: &str = "ana@ops.example";
const BEN: &str = "ben@ops.example";

/// One item, offered to ana.
fn offered(desk: &Desk, subject: &str) -> String {
    let data = plain_mail(
        "dora@customer.example",
        "support@ops.example",
        subject,
        &format!("{}@customer.example", subject.replace(' ', ".")),
        "It says no.",
    );
    let reply = Wire::open(desk.smtp)
        .mail("dora@customer.example", "support@ops.example", &data)
        .unwrap();
    reply
        .strip_prefix("250 2.0.0 Ok: queued as ")
        .unwrap_or_else(|| panic!("{reply}"))
        .to_owned()
}

/// What of an item a command could have changed.
fn standing(desk: &Desk, id: &str) -> Value {
    let item = desk.item(id);
    json!([
        item["state"],
        item["holder"],
        item["accountable"],
        item["priority"],
        item["deadlines"],
        item["timers"]
    ])
}

/// The whole way of an item by mail alone, each answer taken from the notice that asked for it.
#[test]
fn accepted_put_off_passed_on_and_closed_by_mail() {
    if peer("swaks").is_none() {
        return;
    }
    let mut desk = Desk::start(SUPPORT);
    let id = offered(&desk, "Cannot log in");
    let item = desk.item(&id);
    assert_eq!(
        (&item["state"], &item["holder"], &item["accountable"]),
        (&"offered".into(), &"ana".into(), &"cat".into())
    );

    let asked = desk.notice(&id, ANA, "assigned", 1);
    assert!(
        asked.mail.text.contains("accept") && asked.mail.subject.contains(&id),
        "{:?}",
        asked.mail.text
    );
    desk.answer(&asked, ANA, "accept, I will look at it");
    let item = desk.reaches(&id, "accepted");
    assert_eq!((&item["holder"], &item["accountable"]), (&"ana".into(), &"ana".into()));
    let receipt = desk.notice(&id, ANA, "receipt", 1);
    assert!(receipt.mail.text.contains("accept, I will look at it"), "{}", receipt.mail.text);
    assert_eq!(receipt.header_of("Auto-Submitted"), "auto-replied");

    desk.answer(&receipt, ANA, "snooze 2h");
    let item = desk.reaches(&id, "snoozed");
    let until_when: jiff::Timestamp = item["deadlines"]["snooze"].as_str().unwrap().parse().unwrap();
    let left = until_when.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((7_000..=7_200).contains(&left), "{left} s");

    let receipt = desk.notice(&id, ANA, "receipt", 2);
    desk.answer(&receipt, ANA, "pass ben the logs are on the server");
    let item = desk.reaches(&id, "offered");
    assert_eq!(
        (&item["offered_to"], &item["holder"], &item["accountable"]),
        (&"ben".into(), &"ana".into(), &"ana".into()),
        "until ben accepts"
    );
    let handed = desk.notice(&id, BEN, "handoff", 1);
    let told = handed.mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["the logs are on the server", "Say what the customer was promised."] {
        assert!(told.contains(words), "{}", handed.mail.text);
    }
    // From the other of his two addresses.
    desk.answer(&handed, "ben@home.example", "accept");
    // It rests as before: what Ana put off is not put on Ben's table sooner.
    let item = desk.reaches(&id, "snoozed");
    assert_eq!((&item["holder"], &item["accountable"]), (&"ben".into(), &"ben".into()));
    let answered = desk.notice(&id, ANA, "handoff answered", 1);
    assert!(answered.mail.text.contains("Ben Okafor"), "{}", answered.mail.text);

    desk.answer(&handed, BEN, "done the proxy was down");
    let item = desk.reaches(&id, "done");
    assert_eq!(item["timers"], json!([]));
    let said: Vec<&str> = item["history"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["event"].as_str())
        .collect();
    let events = ["opened", "offered", "accepted", "snoozed", "offered", "accepted", "snoozed", "done"];
    let seen: Vec<&str> = said.into_iter().filter(|event| events.contains(event)).collect();
    assert_eq!(seen, events, "in this order and nothing twice");
    desk.stop();
}

/// A reply whose key, sender or address does not hold is at most a note.
#[test]
fn a_forged_reply_changes_nothing() {
    if peer("swaks").is_none() {
        return;
    }
    let mut desk = Desk::start(SUPPORT);
    let id = offered(&desk, "Cannot log in");
    let asked = desk.notice(&id, ANA, "assigned", 1);
    let before = standing(&desk, &id);

    // The right key in the wrong hands.
    desk.answer(&asked, "mallory@evil.example", "done");
    until("the forged reply is on record", || {
        let item = desk.item(&id);
        item["history"]
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["event"] == "rejected")
            .map(drop)
    });
    assert_eq!(standing(&desk, &id), before);
    let told: Vec<String> = super::notices::all(&desk.out())
        .iter()
        .map(|notice| notice.to().to_owned())
        .collect();
    assert!(!told.iter().any(|to| to.contains("mallory")), "{told:?}");

    // A key that nobody was given, on a thread of nobody's.
    let key = asked.answers_to();
    let last = key.split('@').next().unwrap().chars().last().unwrap();
    let wrong = key.replace(&format!("{last}@"), if last == '0' { "1@" } else { "0@" });
    let more = ["--header", "Subject: Re: it", "--body", "done"];
    swaks_sends(desk.smtp, ANA, &wrong, &more);
    assert_eq!(standing(&desk, &id), before, "a wrong key");
    assert_eq!(desk.items().len(), 2, "what has no valid key is a message like any other");
    // No key at all: the right person, but a mail that anybody could write.
    swaks_sends(
        desk.smtp,
        ANA,
        "desk@ops.example",
        &["--header", &format!("Subject: Re: {id} Cannot log in"), "--body", "done"],
    );
    assert_eq!(standing(&desk, &id), before, "no key");
    assert_eq!(desk.items().len(), 3, "a number in the subject joins nothing");
    let messages = || desk.item(&id)["messages"].as_u64().unwrap();
    let so_far = messages();
    // The thread of the requester's own mail joins, and commands nothing.
    let thread = "In-Reply-To: <Cannot.log.in@customer.example>";
    swaks_sends(
        desk.smtp,
        ANA,
        "support@ops.example",
        &["--header", thread, "--header", "Subject: Re: Cannot log in", "--body", "done"],
    );
    assert_eq!(standing(&desk, &id), before, "a thread without a key");
    assert_eq!(messages(), so_far + 1, "joined by its thread");
    // An out-of-office with the right key, from the right person.
    let absent = [
        "--header",
        "Auto-Submitted: auto-replied",
        "--header",
        "Subject: Out of office",
        "--body",
        "accept",
    ];
    swaks_sends(desk.smtp, ANA, key, &absent);
    assert_eq!(standing(&desk, &id), before, "an automatic answer");
    assert_eq!(messages(), so_far + 2, "kept all the same");
    // And the same words as an ordinary answer do count, even where a mail program has lost the address: the thread has the key too.
    desk.answer_at(&asked, ANA, "desk@ops.example", "accept");
    desk.reaches(&id, "accepted");
    desk.stop();
}

/// The same reply twenty times has one effect, and one receipt.
#[test]
fn a_reply_twenty_times_is_one() {
    let mut desk = Desk::start(SUPPORT);
    let id = offered(&desk, "Cannot log in");
    let asked = desk.notice(&id, ANA, "assigned", 1);
    let reply = plain_mail(ANA, asked.answers_to(), "Re: it", "reply@ana.example", "accept");
    let mut wire = Wire::open(desk.smtp);
    let replies: Vec<String> = (0..20).map(|_| wire.mail(ANA, asked.answers_to(), &reply).unwrap()).collect();
    assert_eq!(replies[0], format!("250 2.0.0 Ok: queued as {id}"));
    assert!(
        replies[1..]
            .iter()
            .all(|reply| *reply == format!("250 2.0.0 Ok: had it before as {id}")),
        "{replies:?}"
    );
    let item = desk.item(&id);
    let count = |event: &str| {
        item["history"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["event"] == event)
            .count()
    };
    assert_eq!((count("accepted"), count("repeated")), (1, 19), "{item}");
    until("all was sent", || (desk.metric("batond_outbox_due") == 0.0).then_some(()));
    assert_eq!(desk.notices(&id, ANA, "receipt").len(), 1);
    desk.stop();
}
