//! One mail to several recipients (promise A11): SMTP all or nothing, LMTP one answer each, and a retry for those who were missing adds only what is missing.

use super::super::desk::{Desk, SUPPORT};
use super::super::wire::{Wire, plain_mail};

const FROM: &str = "dora@customer.example";

/// A second queue, found by the envelope alone.
fn desk() -> Desk {
    let queues = SUPPORT.replace(
        "rules:\n",
        "  billing:\n    prefix: BIL\n    purpose: Questions about bills.\n    owner: cat\n    assign: ben\n    urgent_when: Never.\n    handover: Say what was promised.\n\
         \x20   accept_within: 4h\n    resolve_within: 3d\nrules:\n  - name: everything for billing\n    when: { to: \"billing@*\" }\n    then: { queue: billing }\n",
    );
    Desk::start(&queues)
}

/// A mail that names nobody: whom it is for stands in the envelope.
fn mail(name: &str) -> Vec<u8> {
    plain_mail(
        FROM,
        "undisclosed-recipients:;",
        name,
        &format!("{name}@customer.example"),
        "It says no.",
    )
}

/// Hands a mail over; what each recipient was answered, and what was answered to the mail.
fn hand_over(wire: &mut Wire, to: &[&str], data: &[u8], replies: usize) -> (Vec<String>, Vec<String>) {
    assert!(wire.say(&format!("MAIL FROM:<{FROM}>")).unwrap().starts_with("250"));
    let answers = to.iter().map(|to| wire.say(&format!("RCPT TO:<{to}>")).unwrap()).collect();
    assert!(wire.say("DATA").unwrap().starts_with("354"));
    let text = String::from_utf8(data.to_vec()).unwrap();
    let mut said = vec![wire.say(&format!("{text}.")).unwrap()];
    said.extend((1..replies).map(|_| wire.heard().unwrap()));
    (answers, said)
}

fn ids(desk: &Desk) -> Vec<String> {
    let mut ids: Vec<String> = desk.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn by_smtp_a_mail_is_taken_for_all_it_was_accepted_for() {
    let mut desk = desk();
    let mut wire = Wire::open(desk.smtp);
    let to = [
        "support@ops.example",
        "nobody@elsewhere.example",
        "help@ops.example",
        "desk@ops.example",
        "office@ops.example",
    ];
    let (answers, said) = hand_over(&mut wire, &to, &mail("five"), 1);
    let refused: Vec<&str> = answers
        .iter()
        .zip(to)
        .filter(|(answer, _)| !answer.starts_with("250"))
        .map(|(_, to)| to)
        .collect();
    assert_eq!(refused, ["nobody@elsewhere.example"], "{answers:?}");
    assert!(said[0].starts_with("250 2.0.0 Ok: queued as SUP-1"), "{said:?}");
    assert_eq!(ids(&desk), ["SUP-1"]);
    desk.stop();
}

#[test]
fn by_lmtp_each_recipient_is_answered() {
    let mut desk = desk();
    let mut wire = Wire::open_lmtp(desk.lmtp);
    let to = [
        "support@ops.example",
        "nobody@elsewhere.example",
        "help@ops.example",
        "desk@ops.example",
        "office@ops.example",
    ];
    let (answers, said) = hand_over(&mut wire, &to, &mail("five"), 4);
    assert_eq!(
        answers.iter().filter(|answer| answer.starts_with("550 5.7.1")).count(),
        1,
        "{answers:?}"
    );
    let named: Vec<bool> = said
        .iter()
        .zip([to[0], to[2], to[3], to[4]])
        .map(|(said, to)| said.starts_with(&format!("250 2.0.0 <{to}>")))
        .collect();
    assert_eq!(named, [true; 4], "{said:?}");
    assert_eq!(ids(&desk), ["SUP-1"]);
    desk.stop();
}

/// A sender whose mail was accepted for one, as where the other was put off, tries again for the other; and one that tries again for both.
#[test]
fn a_retry_with_another_recipient_reaches_that_one_and_nobody_twice() {
    let mut desk = desk();
    let data = mail("added");
    let mut wire = Wire::open(desk.smtp);
    let (_, said) = hand_over(&mut wire, &["support@ops.example"], &data, 1);
    assert!(said[0].contains("queued as SUP-1"), "{said:?}");
    let (_, said) = hand_over(&mut wire, &["billing@ops.example"], &data, 1);
    assert!(said[0].starts_with("250") && said[0].contains("BIL-1"), "{said:?}");
    assert_eq!(ids(&desk), ["BIL-1", "SUP-1"]);
    let both = ["support@ops.example", "billing@ops.example"];
    let (_, said) = hand_over(&mut wire, &both, &data, 1);
    assert!(said[0].contains("had it before"), "{said:?}");
    assert_eq!(ids(&desk), ["BIL-1", "SUP-1"]);
    desk.stop();
}

/// More recipients than one mail may have: the rest is put off, comes in a second envelope, and is no second item.
#[test]
fn what_was_put_off_for_its_number_comes_again_and_is_the_same_item() {
    const ALL: usize = 130;
    const MOST: usize = 100;
    let mut desk = desk();
    let to: Vec<String> = (0..ALL).map(|number| format!("support+{number}@ops.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let data = mail("many");
    let mut wire = Wire::open(desk.smtp);
    let (answers, _) = hand_over(&mut wire, &to, &data, 1);
    let off: Vec<&str> = answers
        .iter()
        .zip(&to)
        .filter(|(answer, _)| answer.starts_with("452 4.5.3"))
        .map(|(_, to)| *to)
        .collect();
    assert_eq!(off.len(), ALL - MOST, "{answers:?}");
    let (answers, said) = hand_over(&mut wire, &off, &data, 1);
    assert!(
        answers.iter().all(|answer| answer.starts_with("250")) && said[0].starts_with("250"),
        "{said:?}"
    );
    assert_eq!(ids(&desk), ["SUP-1"], "{said:?}");
    desk.stop();
}
