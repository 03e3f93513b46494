//! PROXY headers, early talkers, and mail that dribbles.

use std::time::{Duration, Instant};

use super::{Client, Setting};
use crate::intake::SessionLimits;

fn proxied() -> Setting {
    Setting {
        proxies: vec!["127.0.0.1/32".parse().unwrap()],
        limits: SessionLimits {
            handshake: Duration::from_millis(200),
            ..SessionLimits::default()
        },
        ..Setting::default()
    }
}

#[tokio::test]
async fn the_client_behind_a_proxy_is_the_peer() {
    let door = proxied().open().await;
    let mut binary = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    binary.extend([192, 0, 2, 8, 198, 51, 100, 1, 0xdc, 4, 0, 25]);
    for (header, want) in [
        (b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 25\r\n".to_vec(), "192.0.2.7"),
        (binary, "192.0.2.8"),
        (b"PROXY UNKNOWN\r\n".to_vec(), "127.0.0.1"),
    ] {
        let mut client = Client::connect(door.address).await;
        client.send(&header, &[3]).await;
        assert!(client.line().await.starts_with("220"));
        client
            .talk(&["HELO a.example", "MAIL FROM:<>", "RCPT TO:<ana@ops.example>", "DATA"])
            .await;
        client.say("x\r\n.\r\n").await;
        assert!(client.line().await.starts_with("250"));
        let (envelope, _) = door.fake.mails().pop().unwrap();
        assert_eq!(envelope.peer.unwrap().address.to_string(), want);
    }
}

#[tokio::test]
async fn a_proxy_that_says_nothing_or_nonsense_gets_nothing() {
    let door = proxied().open().await;
    let mut silent = Client::connect(door.address).await;
    assert_eq!(silent.line().await, "<closed>");
    let mut direct = Client::connect(door.address).await;
    direct.say("EHLO a.example\r\n").await;
    assert_eq!(direct.line().await, "<closed>");
    // From anywhere else a header is no command.
    let door = Setting {
        proxies: vec!["192.0.2.0/24".parse().unwrap()],
        ..Setting::default()
    }
    .open()
    .await;
    let mut stranger = Client::connect(door.address).await;
    assert!(stranger.line().await.starts_with("220"));
    assert!(stranger.talk(&["PROXY TCP4 192.0.2.7 198.51.100.1 1 25"]).await[0].starts_with("500"));
}

#[tokio::test]
async fn the_caps_are_those_of_the_client_behind() {
    let door = Setting {
        max_connections_per_address: 1,
        ..proxied()
    }
    .open()
    .await;
    let mut held = Vec::new();
    for (client_address, want) in [
        ("192.0.2.7", "220"),
        ("192.0.2.8", "220"),
        ("192.0.2.7", "421 4.7.0 Too many connections from your address"),
    ] {
        let mut client = Client::connect(door.address).await;
        client.say(&format!("PROXY TCP4 {client_address} 198.51.100.1 1 25\r\n")).await;
        let line = client.line().await;
        assert!(line.starts_with(want), "{client_address}: {line}");
        held.push(client);
    }
}

#[tokio::test]
async fn whoever_speaks_before_the_greeting_is_refused() {
    let door = Setting {
        greeting_delay: Duration::from_millis(150),
        ..Setting::default()
    }
    .open()
    .await;
    let begun = Instant::now();
    let mut patient = Client::connect(door.address).await;
    assert!(patient.line().await.starts_with("220"));
    assert!(begun.elapsed() >= Duration::from_millis(150));
    let mut early = Client::connect(door.address).await;
    early.say("EHLO a.example\r\n").await;
    assert_eq!(early.line().await, "554 5.5.1 You spoke before the greeting");
    assert_eq!(early.line().await, "<closed>");
    assert_eq!(patient.talk(&["NOOP"]).await, ["250 2.0.0 Ok"]);
}

async fn dribbling(door: &super::Door) -> Client {
    let mut client = Client::connect(door.address).await;
    assert!(client.line().await.starts_with("220"));
    client
        .talk(&["HELO a.example", "MAIL FROM:<>", "RCPT TO:<ana@ops.example>", "DATA"])
        .await;
    client
}

#[tokio::test]
async fn a_mail_that_dribbles_is_ended_though_something_always_comes() {
    let door = Setting {
        limits: SessionLimits {
            slow_start: Duration::from_millis(300),
            ..SessionLimits::default()
        },
        ..Setting::default()
    }
    .open()
    .await;
    let mut client = dribbling(&door).await;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        client.say("x").await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        if begun.elapsed() > Duration::from_millis(900) {
            break;
        }
    }
    assert_eq!(client.line().await, "421 4.4.2 That mail comes too slowly; try again");
    assert!(door.fake.mails().is_empty());
}

#[tokio::test]
async fn when_all_seats_are_taken_a_dribbling_mail_gives_way_and_a_quick_one_does_not() {
    let door = Setting {
        max_connections: 2,
        limits: SessionLimits {
            slow_start_crowded: Duration::from_millis(50),
            give_way: Duration::from_millis(50),
            ..SessionLimits::default()
        },
        ..Setting::default()
    }
    .open()
    .await;
    let mut quick = dribbling(&door).await;
    quick.say(&"0123456789\r\n".repeat(5_000)).await;
    let mut slow = dribbling(&door).await;
    slow.say("x").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut newcomer = Client::connect(door.address).await;
    assert!(newcomer.line().await.starts_with("220"));
    assert!(slow.line().await.starts_with("421 4.7.0"));
    quick.say(".\r\n").await;
    assert!(quick.line().await.starts_with("250"));
}
