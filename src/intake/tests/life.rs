//! Caps, timeouts, oversize, stops: what ends a session and what does not.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::{Client, Door, Fake, PATIENCE, Protocol, Setting};
use crate::intake::SessionLimits;

const START: &[&str] = &["HELO a.example", "MAIL FROM:<>", "RCPT TO:<ana@ops.example>", "DATA"];

async fn begun(door: &Door) -> Client {
    let mut client = Client::connect(door.address).await;
    assert!(client.line().await.starts_with("220"));
    assert!(client.talk(START).await[3].starts_with("354"));
    client
}

fn quick() -> SessionLimits {
    SessionLimits {
        command: Duration::from_millis(80),
        chunk: Duration::from_millis(80),
        accept: Duration::from_millis(80),
        stop: Duration::from_millis(200),
        ..SessionLimits::default()
    }
}

#[tokio::test]
async fn waiting_ends() {
    let door = Setting {
        limits: quick(),
        ..Setting::default()
    }
    .open()
    .await;
    let mut silent = Client::connect(door.address).await;
    assert!(silent.line().await.starts_with("220"));
    assert!(silent.line().await.starts_with("421 4.4.2"));
    assert_eq!(silent.line().await, "<closed>");
    let mut halfway = begun(&door).await;
    halfway.say("Subject: half").await;
    assert!(halfway.line().await.starts_with("421 4.4.2"));
    assert!(door.fake.mails().is_empty());
}

#[tokio::test]
async fn a_slow_commit_leaves_the_mail_with_its_sender() {
    let door = Setting {
        limits: quick(),
        fake: Fake {
            delay: PATIENCE,
            ..Fake::taking()
        },
        ..Setting::default()
    }
    .open()
    .await;
    let mut client = begun(&door).await;
    client.say("x\r\n.\r\n").await;
    assert_eq!(client.line().await, "451 4.3.0 The mail could not be stored in time; try again");
}

#[tokio::test]
async fn idle_sessions_give_way_to_newcomers() {
    let door = Setting {
        max_connections: 2,
        limits: SessionLimits {
            give_way: Duration::from_millis(50),
            ..SessionLimits::default()
        },
        ..Setting::default()
    }
    .open()
    .await;
    let mut idle = Client::connect(door.address).await;
    assert!(idle.line().await.starts_with("220"));
    let mut busy = begun(&door).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut newcomer = Client::connect(door.address).await;
    assert!(newcomer.line().await.starts_with("220"));
    assert!(idle.line().await.starts_with("421 4.7.0"));
    assert_eq!(idle.line().await, "<closed>");
    busy.say("x\r\n.\r\n").await;
    assert_eq!(busy.line().await, "250 2.0.0 Ok: queued as SUP-1");
}

/// A thousand connections that say a word and then nothing, from as many addresses; a client that does its work is served quickly all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_connections_do_not_keep_others_out() {
    let door = Setting {
        limits: SessionLimits {
            give_way: Duration::from_millis(200),
            ..SessionLimits::default()
        },
        ..Setting::default()
    }
    .open()
    .await;
    let mut slow = Vec::new();
    for n in 0..1_000_u32 {
        let [_, _, high, low] = n.to_be_bytes();
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(std::net::SocketAddr::from(([127, 1, high, low], 0))).unwrap();
        let mut stream = timeout(PATIENCE, socket.connect(door.address)).await.unwrap().unwrap();
        // Whoever was turned away cannot be written to; that is the point.
        let _ = stream.write_all(b"EHL").await;
        slow.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(250)).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..50 {
        let begin = Instant::now();
        let mut client = begun(&door).await;
        client.say("x\r\n.\r\n").await;
        assert!(client.line().await.starts_with("250"));
        slowest = slowest.max(begin.elapsed());
    }
    println!("beside {} slow connections the slowest of 50 mails took {slowest:?}", slow.len());
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

#[tokio::test]
async fn caps_turn_away_and_recover() {
    for (total, each, want) in [
        (1, 9, "421 4.7.0 Too many connections; try again later"),
        (9, 1, "421 4.7.0 Too many connections from your address; try again later"),
    ] {
        let door = Setting {
            max_connections: total,
            max_connections_per_address: each,
            ..Setting::default()
        }
        .open()
        .await;
        let mut first = Client::connect(door.address).await;
        assert!(first.line().await.starts_with("220"));
        let mut second = Client::connect(door.address).await;
        assert_eq!((second.line().await.as_str(), second.line().await.as_str()), (want, "<closed>"));
        assert_eq!(first.talk(&["QUIT"]).await, ["221 2.0.0 Bye"]);
        assert_eq!(first.line().await, "<closed>");
        let recovered = async {
            while !Client::connect(door.address).await.line().await.starts_with("220") {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, recovered).await.unwrap();
    }
}

#[tokio::test]
async fn a_mail_that_grows_too_big_is_refused_and_the_session_goes_on() {
    let door = Setting {
        max_message_bytes: 1_000,
        ..Setting::default()
    }
    .open()
    .await;
    let mut client = begun(&door).await;
    client.say(&format!("{}\r\n.\r\n", "x".repeat(999))).await;
    assert_eq!(client.line().await, "552 5.3.4 The mail is too big for this server");
    assert!(client.talk(&START[1..]).await[2].starts_with("354"));
    client.say(&format!("{}\r\n.\r\n", "x".repeat(998))).await;
    assert_eq!(client.line().await, "250 2.0.0 Ok: queued as SUP-1");
    assert_eq!(door.fake.mails()[0].1.len(), 1_000);
}

#[tokio::test]
async fn an_endless_mail_is_cut_off() {
    let door = Setting {
        max_message_bytes: 10_000,
        ..Setting::default()
    }
    .open()
    .await;
    let mut client = begun(&door).await;
    let mut sent = 0;
    let flood = async {
        while client.stream.write_all(&[b'x'; 8_192]).await.is_ok() {
            sent += 8_192;
        }
    };
    timeout(PATIENCE, flood).await.expect("the server closes");
    assert!(sent < 16 << 20, "read on for {sent} octets");
    assert!(door.fake.mails().is_empty());
}

#[tokio::test]
async fn a_stop_ends_idle_sessions_at_once_and_lets_a_mail_finish() {
    let door = Setting::default().open().await;
    let mut idle = Client::connect(door.address).await;
    assert!(idle.line().await.starts_with("220"));
    let mut busy = begun(&door).await;
    let begin = Instant::now();
    door.stop.cancel();
    assert_eq!(idle.line().await, "421 4.3.2 The service is stopping; try again");
    assert_eq!(idle.line().await, "<closed>");
    busy.say("x\r\n.\r\n").await;
    assert_eq!(busy.line().await, "250 2.0.0 Ok: queued as SUP-1");
    assert_eq!(busy.line().await, "421 4.3.2 The service is stopping; try again");
    timeout(PATIENCE, door.task).await.unwrap().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(2), "took {:?}", begin.elapsed());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let door = Setting {
        protocol: Protocol::Smtp,
        limits: SessionLimits {
            stop: Duration::from_millis(100),
            ..SessionLimits::default()
        },
        ..Setting::default()
    }
    .open()
    .await;
    let mut stuck = begun(&door).await;
    door.stop.cancel();
    assert_eq!(stuck.line().await, "421 4.3.2 The service is stopping; try again");
    timeout(PATIENCE, door.task).await.unwrap().unwrap();
    assert!(door.fake.mails().is_empty());
}

#[tokio::test]
async fn a_mail_whose_sender_went_before_the_reply_is_taken_once() {
    let door = Setting {
        fake: Fake {
            delay: Duration::from_millis(30),
            ..Fake::taking()
        },
        ..Setting::default()
    }
    .open()
    .await;
    let mut client = begun(&door).await;
    client.say("x\r\n.\r\n").await;
    drop(client);
    let taken = async {
        while door.fake.mails().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, taken).await.unwrap();
    let mut half = begun(&door).await;
    half.say("not the end\r\n").await;
    drop(half);
    door.stop.cancel();
    timeout(PATIENCE, door.task).await.unwrap().unwrap();
    assert_eq!(door.fake.mails().len(), 1);
}
