//! Dialogues: `C:` is said by the client, CR LF added; `S:` is what must be heard, `*` at its end standing for anything.

use super::{Client, Fake, Protocol, Setting};
use crate::driver::{Receipt, Refusal};

/// Plays a dialogue three times: each batch of client lines in one write, octet by octet, and in odd pieces.
async fn play(setting: impl Fn() -> Setting, dialogue: &str) -> Vec<(crate::model::Envelope, Vec<u8>)> {
    let mut results = Vec::new();
    for sizes in [&[usize::MAX][..], &[1], &[3, 7, 2, 31]] {
        let door = setting().open().await;
        let mut client = Client::connect(door.address).await;
        let mut batch = Vec::new();
        for line in dialogue.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(said) = line.strip_prefix("C:") {
                batch.extend_from_slice(said.strip_prefix(' ').unwrap_or(said).as_bytes());
                batch.extend_from_slice(b"\r\n");
            } else if let Some(want) = line.strip_prefix("S: ") {
                client.send(&std::mem::take(&mut batch), sizes).await;
                let heard = client.line().await;
                let same = want
                    .strip_suffix('*')
                    .map_or_else(|| heard == want, |prefix| heard.starts_with(prefix));
                assert!(same, "in pieces of {sizes:?}:\n want {want}\nheard {heard}\nof {dialogue}");
            } else {
                panic!("neither C: nor S: {line}");
            }
        }
        door.stop.cancel();
        door.task.await.unwrap();
        results.push(door.fake.mails());
    }
    assert!(results.windows(2).all(|two| two[0] == two[1]), "pieces change the result");
    results.pop().unwrap()
}

async fn check(dialogue: &str) -> Vec<(crate::model::Envelope, Vec<u8>)> {
    play(Setting::default, dialogue).await
}

fn lmtp() -> Setting {
    Setting {
        protocol: Protocol::Lmtp,
        ..Setting::default()
    }
}

#[tokio::test]
async fn a_mail_is_taken_and_named() {
    let mails = check(
        "
        S: 220 ops.example ESMTP batond
        C: EHLO mx.cust.example
        S: 250-ops.example
        S: 250-PIPELINING
        S: 250-SIZE 100000
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250 ENHANCEDSTATUSCODES
        C: MAIL FROM:<kim@cust.example> SIZE=200 BODY=8BITMIME
        S: 250 2.1.0 Sender ok
        C: RCPT TO:<Support@Ops.example>
        S: 250 2.1.5 Recipient ok
        C: rcpt to: <desk+k3y@ops.example>
        S: 250 2.1.5 Recipient ok
        C: DATA
        S: 354 End with a line that holds only a dot
        C: Subject: hello
        C:
        C: ..dots
        C: .
        S: 250 2.0.0 Ok: queued as SUP-1
        C: QUIT
        S: 221 2.0.0 Bye
        S: <closed>
        ",
    )
    .await;
    let [(envelope, raw)] = mails.as_slice() else {
        panic!("one mail, not {}", mails.len())
    };
    assert_eq!(raw, b"Subject: hello\r\n\r\n.dots\r\n");
    assert_eq!(envelope.from.as_deref(), Some("kim@cust.example"));
    assert_eq!(envelope.to, ["Support@Ops.example", "desk+k3y@ops.example"]);
    let peer = envelope.peer.as_ref().unwrap();
    assert_eq!(
        (peer.address.to_string().as_str(), peer.helo.as_str(), peer.protocol.as_str()),
        ("127.0.0.1", "mx.cust.example", "ESMTP")
    );
}

#[tokio::test]
async fn a_pipelined_batch_and_a_second_mail() {
    let mails = check(
        "
        S: 220 *
        C: EHLO a.example
        C: MAIL FROM:<>
        C: RCPT TO:<ana@ops.example>
        C: RCPT TO:<ana@else.example>
        C: DATA
        S: 250-*
        S: 250-*
        S: 250-*
        S: 250-*
        S: 250-*
        S: 250 ENHANCEDSTATUSCODES
        S: 250 2.1.0 Sender ok
        S: 250 2.1.5 Recipient ok
        S: 550 5.7.1 No mail is accepted for that address here
        S: 354 *
        C: one
        C: .
        C: MAIL FROM:<b@b.example>
        C: RCPT TO:<ben@ops.example>
        C: DATA
        S: 250 2.0.0 Ok: queued as SUP-1
        S: 250 2.1.0 Sender ok
        S: 250 2.1.5 Recipient ok
        S: 354 *
        C: two
        C: .
        C: NOOP
        C: QUIT
        S: 250 2.0.0 Ok: queued as SUP-2
        S: 250 2.0.0 Ok
        S: 221 2.0.0 Bye
        ",
    )
    .await;
    assert_eq!(mails.len(), 2);
    assert_eq!((mails[0].0.from.as_deref(), mails[0].1.as_slice()), (None, &b"one\r\n"[..]));
    assert_eq!(
        (mails[1].0.to.as_slice(), mails[1].1.as_slice()),
        (&["ben@ops.example".to_owned()][..], &b"two\r\n"[..])
    );
}

#[tokio::test]
async fn nothing_is_relayed() {
    let mails = check(
        "
        S: 220 *
        C: HELO a.example
        S: 250 ops.example
        C: MAIL FROM:<@relay.example:kim@cust.example>
        S: 250 2.1.0 Sender ok
        C: RCPT TO:<ana@else.example>
        S: 550 5.7.1 No mail is accepted for that address here
        C: RCPT TO:<@ops.example:ana@else.example>
        S: 550 5.7.1 No source routes: this server relays nothing
        C: RCPT TO:<@relay.example,@b.example:ana@ops.example>
        S: 550 5.7.1 No source routes: this server relays nothing
        C: RCPT TO:<\"ana@else.example\"@ops.example>
        S: 550 5.7.1 Only plain addresses, name@domain, are accepted here
        C: RCPT TO:<\"ana\"@ops.example>
        S: 550 5.7.1 Only plain addresses, name@domain, are accepted here
        C: RCPT TO:<ana@else.example@ops.example>
        S: 501 5.1.3 *
        C: RCPT TO:<ana@[127.0.0.1]>
        S: 5*
        C: RCPT TO:<>
        S: 550 5.7.1 *
        C: DATA
        S: 554 5.5.1 No recipient was accepted
        C: QUIT
        S: 221 2.0.0 Bye
        ",
    )
    .await;
    assert!(mails.is_empty());
}

#[tokio::test]
async fn commands_out_of_order_unknown_and_broken() {
    check(
        "
        S: 220 *
        C: MAIL FROM:<a@a.example>
        S: 503 5.5.1 Introduce yourself first
        C: EHLO
        S: 501 5.5.4 Syntax: EHLO domain
        C: LHLO a.example
        S: 500 5.5.1 This is SMTP; say EHLO
        C: HELO a.example
        S: 250 ops.example
        C: RCPT TO:<ana@ops.example>
        S: 503 5.5.1 Say MAIL first
        C: DATA
        S: 503 5.5.1 Say MAIL first
        C: STARTTLS
        S: 502 5.5.1 Command not available here
        C: AUTH PLAIN AGEAYg==
        S: 502 5.5.1 Command not available here
        C: BDAT 3 LAST
        S: 502 5.5.1 Command not available here
        C: EXPN list
        S: 502 5.5.1 Command not available here
        C: WHAT is this
        S: 500 5.5.1 Unknown command
        C:
        S: 500 5.5.1 Unknown command
        C: VRFY ana
        S: 252 2.1.5 *
        C: HELP
        S: 214 2.0.0 *
        C: MAIL FROM:a@a.example
        S: 501 5.5.4 Syntax: MAIL FROM:<reverse-path> [parameters]
        C: MAIL FROM:<a@a.example> SIZE=100001
        S: 552 5.3.4 The mail is too big for this server
        C: MAIL FROM:<a@a.example> BODY=BINARYMIME
        S: 555 5.5.4 *
        C: MAIL FROM:<a@a.example> COLOUR=red
        S: 555 5.5.4 *
        C: MAIL FROM:<a@a.example> SIZE=100000
        S: 250 2.1.0 Sender ok
        C: MAIL FROM:<b@b.example>
        S: 503 5.5.1 A mail is already begun; finish it or say RSET
        C: DATA
        S: 503 5.5.1 Say RCPT first
        C: RSET
        S: 250 2.0.0 Ok
        C: RCPT TO:<ana@ops.example>
        S: 503 5.5.1 Say MAIL first
        ",
    )
    .await;
}

#[tokio::test]
async fn addresses_outside_ascii_need_smtputf8() {
    let mails = check(
        "
        S: 220 *
        C: EHLO a.example
        S: 250-*
        S: 250-*
        S: 250-*
        S: 250-*
        S: 250-*
        S: 250 *
        C: MAIL FROM:<zoë@cust.example>
        S: 553 5.6.7 *
        C: MAIL FROM:<kim@cust.example>
        S: 250 *
        C: RCPT TO:<zoë@help.example>
        S: 553 5.6.7 *
        C: RSET
        S: 250 *
        C: MAIL FROM:<zoë@cust.example> SMTPUTF8
        S: 250 *
        C: RCPT TO:<ZOË@help.example>
        S: 250 *
        C: DATA
        S: 354 *
        C: Subject: grüße
        C: .
        S: 250 2.0.0 Ok: queued as SUP-1
        ",
    )
    .await;
    assert_eq!(mails[0].0.to, ["ZOË@help.example"]);
    assert_eq!(mails[0].0.peer.as_ref().unwrap().protocol, "UTF8SMTP");
    assert_eq!(mails[0].1, "Subject: grüße\r\n".as_bytes());
}

#[tokio::test]
async fn twenty_errors_are_enough() {
    let dialogue = "S: 220 *\n".to_owned() + &"C: WHAT\nS: 500 *\n".repeat(20) + "S: 421 4.7.0 Too many errors; closing\nS: <closed>\n";
    check(&dialogue).await;
}

#[tokio::test]
async fn a_hundred_recipients_and_no_more() {
    let dialogue = "S: 220 *\nC: HELO a\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\n".to_owned()
        + &"C: RCPT TO:<ana@ops.example>\nS: 250 *\n".repeat(100)
        + "C: RCPT TO:<ana@ops.example>\nS: 452 4.5.3 *\nC: DATA\nS: 354 *\nC: .\nS: 250 *\n";
    let mails = check(&dialogue).await;
    assert_eq!(mails[0].0.to.len(), 100);
    assert!(mails[0].1.is_empty());
}

#[tokio::test]
async fn command_lines_have_a_limit() {
    let at = format!("C: NOOP {}\nS: 250 *\n", "x".repeat(1024 - 7));
    let past = format!("C: NOOP {}\nS: 500 5.5.2 Line too long*\n", "x".repeat(1024 - 6));
    let far = format!("C: NOOP {}\nS: 500 5.5.2 Line too long*\n", "x".repeat(60_000));
    let endless = format!(
        "C: NOOP {}\nS: 421 4.7.0 That line does not end; closing\nS: <closed>\n",
        "x".repeat(66_000)
    );
    check(&format!("S: 220 *\n{at}{past}{far}")).await;
    play(Setting::default, &format!("S: 220 *\n{endless}")).await;
}

#[tokio::test]
async fn a_mail_that_goes_in_circles_is_refused() {
    let mail = |hops: usize| {
        "S: 220 *\nC: HELO a\nS: 250 *\nC: MAIL FROM:<>\nS: 250 *\nC: RCPT TO:<ana@ops.example>\nS: 250 *\nC: DATA\nS: 354 *\n".to_owned()
            + &"C: Received: from a by b\n".repeat(hops)
            + "C: \nC: hello\nC: .\n"
    };
    check(&(mail(50) + "S: 250 2.0.0 *\n")).await;
    check(&(mail(51) + "S: 554 5.4.6 *\n")).await;
}

#[tokio::test]
async fn lmtp_answers_for_each_recipient_after_one_commit() {
    let mails = play(
        lmtp,
        "
        S: 220 ops.example LMTP batond
        C: EHLO a.example
        S: 500 5.5.1 This is LMTP; say LHLO
        C: LHLO a.example
        S: 250-*
        S: 250-*
        S: 250-*
        S: 250-*
        S: 250-*
        S: 250 *
        C: MAIL FROM:<kim@cust.example>
        S: 250 *
        C: RCPT TO:<ana@else.example>
        S: 550 5.7.1 *
        C: DATA
        S: 503 5.5.1 Say RCPT first
        C: RCPT TO:<ana@ops.example>
        C: RCPT TO:<ben@ops.example>
        C: DATA
        S: 250 *
        S: 250 *
        S: 354 *
        C: hi
        C: .
        S: 250 2.0.0 <ana@ops.example> Ok: queued as SUP-1
        S: 250 2.0.0 <ben@ops.example> Ok: queued as SUP-1
        C: QUIT
        S: 221 *
        ",
    )
    .await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].0.to, ["ana@ops.example", "ben@ops.example"]);
    assert_eq!(mails[0].0.peer.as_ref().unwrap().protocol, "LMTP");
}

#[tokio::test]
async fn refusals_leave_the_mail_with_its_sender() {
    for (refusal, reply, then) in [
        (Refusal::Busy, "451 4.3.2 Too much is waiting; try again", "C: NOOP\nS: 250 *"),
        (
            Refusal::Full,
            "452 4.3.1 The disk is nearly full; try again later",
            "C: NOOP\nS: 250 *",
        ),
        (
            Refusal::Clock,
            "451 4.3.2 The clock of this machine is not set yet; try again",
            "C: NOOP\nS: 250 *",
        ),
        (Refusal::Store, "451 4.3.0 The store failed; try again", "C: NOOP\nS: 250 *"),
        (Refusal::Stopping, "421 4.3.2 The service is stopping; try again", "S: <closed>"),
    ] {
        let setting = |protocol| {
            let refusal = refusal.clone();
            move || Setting {
                protocol,
                fake: {
                    let refusal = refusal.clone();
                    Fake::answering(move |_| Err(refusal.clone()))
                },
                ..Setting::default()
            }
        };
        let mail = "C: MAIL FROM:<>\nS: 250 *\nC: RCPT TO:<ana@ops.example>\nS: 250 *\nC: DATA\nS: 354 *\nC: x\nC: .\n";
        let smtp = format!("S: 220 *\nC: HELO a\nS: 250 *\n{mail}S: {reply}\n{then}\n");
        play(setting(Protocol::Smtp), &smtp).await;
        let (code, text) = reply.split_at(10);
        let lmtp = format!(
            "S: 220 *\nC: LHLO a\n{}S: 250 *\n{mail}S: {code}<ana@ops.example> {text}\n",
            "S: 250-*\n".repeat(5)
        );
        play(setting(Protocol::Lmtp), &lmtp).await;
    }
}

#[tokio::test]
async fn repeats_and_many_items_are_said() {
    let receipt = |items: usize, repeat| Receipt {
        items: (1..=items).map(|n| format!("SUP-{n}").parse().unwrap()).collect(),
        repeat,
    };
    for (receipt, reply) in [
        (receipt(0, false), "250 2.0.0 Ok: queued"),
        (receipt(1, true), "250 2.0.0 Ok: had it before as SUP-1"),
        (
            receipt(10, false),
            "250 2.0.0 Ok: queued as SUP-1 SUP-2 SUP-3 SUP-4 SUP-5 SUP-6 SUP-7 SUP-8 and 2 more",
        ),
    ] {
        assert_eq!(super::super::reply::accepted(&receipt), reply);
    }
}
