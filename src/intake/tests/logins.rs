//! AUTH over real sockets: under TLS only, slow when it is wrong, and the person stands with the mail.

use std::collections::BTreeMap;
use std::time::Duration;

use data_encoding::BASE64;

use super::tls::{Site, greeted, offers, shaken};
use super::{Client, Door, Setting};
use crate::config::{Login, Logins};

fn logins(required: bool) -> Option<Logins> {
    let login = |person: Option<&str>| Login {
        secret: "correct horse".to_owned().into(),
        person: person.map(Into::into),
    };
    let users = BTreeMap::from([("ana".to_owned(), login(Some("ana"))), ("scanner".to_owned(), login(None))]);
    Some(Logins { users, required })
}

fn plain(user: &str, secret: &str) -> String {
    format!("AUTH PLAIN {}", BASE64.encode(format!("\0{user}\0{secret}").as_bytes()))
}

async fn open(site: &Site, required: bool) -> Door {
    Setting {
        tls: site.door(false, false),
        logins: logins(required),
        ..Setting::default()
    }
    .open()
    .await
}

async fn secured(site: &Site, door: &Door) -> Client {
    let mut client = greeted(door).await;
    let clear = offers(&mut client, "EHLO").await;
    assert!(!clear.iter().any(|line| line.contains("AUTH")), "offered in the clear: {clear:?}");
    assert_eq!(
        client.talk(&[&plain("ana", "correct horse")]).await,
        ["538 5.7.11 Say STARTTLS first; no secret is taken in the clear"]
    );
    client.talk(&["STARTTLS"]).await;
    let mut client = shaken(client, &site.trusted).await.unwrap();
    let lines = offers(&mut client, "EHLO").await;
    assert!(lines.iter().any(|line| line.ends_with("AUTH PLAIN LOGIN")), "{lines:?}");
    client
}

async fn send(client: &mut Client) -> String {
    let replies = client
        .talk(&["MAIL FROM:<ana@ops.example>", "RCPT TO:<ana@ops.example>", "DATA"])
        .await;
    if !replies[2].starts_with("354") {
        return replies[0].clone();
    }
    client.say("Subject: x\r\n\r\nx\r\n.\r\n").await;
    client.line().await
}

#[tokio::test]
async fn whoever_logged_in_may_send_and_the_mail_says_who_it_was() {
    let site = Site::new();
    let door = open(&site, true).await;
    let name = BASE64.encode(b"ana");
    let secret = BASE64.encode(b"correct horse");
    for (talk, person) in [
        (vec![plain("ana", "correct horse")], Some("ana")),
        (vec!["AUTH PLAIN".to_owned(), BASE64.encode(b"\0scanner\0correct horse")], None),
        (vec!["AUTH LOGIN".to_owned(), name.clone(), secret.clone()], Some("ana")),
        (vec![format!("auth login {name}"), secret], Some("ana")),
    ] {
        let mut client = secured(&site, &door).await;
        assert_eq!(send(&mut client).await, "530 5.7.0 Log in first");
        let lines: Vec<&str> = talk.iter().map(String::as_str).collect();
        let replies = client.talk(&lines).await;
        assert!(replies.iter().rev().skip(1).all(|reply| reply.starts_with("334 ")), "{replies:?}");
        assert_eq!(replies.last().unwrap(), "235 2.7.0 Welcome");
        assert_eq!(client.talk(&[lines[0]]).await, ["503 5.5.1 You have logged in already"]);
        assert!(send(&mut client).await.starts_with("250 2.0.0"));
        let (envelope, _) = door.fake.mails().pop().unwrap();
        assert_eq!(envelope.login, person.map(Into::into));
        assert_eq!(envelope.peer.unwrap().protocol, "ESMTPSA");
    }
}

#[tokio::test]
async fn where_it_is_not_required_others_send_too_and_prove_nothing() {
    let site = Site::new();
    let door = open(&site, false).await;
    let mut client = secured(&site, &door).await;
    assert!(send(&mut client).await.starts_with("250 2.0.0"));
    assert_eq!(door.fake.mails()[0].0.login, None);
}

#[tokio::test]
async fn a_wrong_secret_costs_time_and_then_the_connection_and_then_the_address() {
    let site = Site::new();
    let door = open(&site, true).await;
    let wrong = "535 5.7.8 That name and secret do not belong together";
    let mut refused = 0;
    for round in 0..4 {
        let mut client = secured(&site, &door).await;
        assert_eq!(
            client.talk(&["AUTH CRAM-MD5"]).await,
            ["504 5.5.4 Only PLAIN and LOGIN are known here"]
        );
        assert_eq!(client.talk(&["AUTH LOGIN", "*"]).await[1], "501 5.7.0 Cancelled");
        for (user, secret) in [("ana", "wrong"), ("nobody", "correct horse"), ("", "")] {
            let begun = tokio::time::Instant::now();
            let reply = client.talk(&[&plain(user, secret)]).await.remove(0);
            if reply.starts_with("454") {
                assert_eq!(refused, 10, "{reply}");
                return;
            }
            refused += 1;
            // Two seconds, less what the clock of a loaded machine is coarse by.
            assert!(begun.elapsed() > Duration::from_millis(1_900), "{:?}", begun.elapsed());
            assert!(reply == wrong || reply.starts_with("421 4.7.0"), "{round}: {reply}");
        }
    }
    panic!("an address may guess for ever");
}
