//! Slow senders (promise B5): many who hold a connection inside DATA and send an octet now and then, and come again when they are sent away. Somebody who wants to hand a mail over is served.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use super::super::desk::{Desk, PATIENCE, SUPPORT};
use super::super::wire::{Wire, plain_mail};

/// How often each of them sends an octet.
const DRIBBLE: Duration = Duration::from_millis(700);
/// The seats of a door, unless something else is said.
const SEATS: usize = 200;
/// How long one waits that was sent away.
const AGAIN: Duration = Duration::from_secs(1);

fn times(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// One of them: each has a network of its own, so that no cap for one address or network keeps it out.
async fn dribble(number: usize, port: u16) {
    let [high, low] = u16::try_from(number).expect("so many networks").to_be_bytes();
    let from = SocketAddr::from((Ipv4Addr::new(127, 1 + high, low, 9), 0));
    loop {
        // It comes again for ever, whatever it is told.
        let _ = held(from, port).await;
        tokio::time::sleep(AGAIN).await;
    }
}

async fn held(from: SocketAddr, port: u16) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(from)?;
    let mut stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let mut heard = [0; 512];
    if stream.read(&mut heard).await? == 0 || !heard.starts_with(b"220") {
        return Ok(());
    }
    let envelope = b"EHLO slow.example\r\nMAIL FROM:<slow@slow.example>\r\nRCPT TO:<support@ops.example>\r\nDATA\r\nSubject: ";
    stream.write_all(envelope).await?;
    loop {
        stream.write_all(b"x").await?;
        let (read, write) = (stream.try_read(&mut heard), tokio::time::sleep(DRIBBLE));
        if matches!(read, Ok(0)) {
            return Ok(());
        }
        write.await;
    }
}

#[test]
fn whoever_dribbles_keeps_nobody_out() {
    let (slow, mails) = (times("BATOND_SLOW", 250), times("BATOND_SLOW_MAILS", 40));
    let mut desk = Desk::start(SUPPORT);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    for number in 0..slow {
        runtime.spawn(dribble(number, desk.smtp));
    }
    // A slow sender holds a seat for 6 seconds at most when others want it. Until each of them has lost one they take the seats from one another.
    let turns = u64::try_from(slow.div_ceil(SEATS)).unwrap();
    std::thread::sleep(Duration::from_secs(7 * turns));
    let mut waited: Vec<Duration> = Vec::new();
    let mut turned_away = 0;
    for number in 0..mails {
        let data = plain_mail(
            "dora@customer.example",
            "support@ops.example",
            &format!("good-{number}"),
            &format!("g{number}@customer.example"),
            "Hello",
        );
        let began = Instant::now();
        loop {
            let reply = Wire::try_open(desk.smtp).and_then(|mut wire| wire.mail("dora@customer.example", "support@ops.example", &data));
            if reply.is_ok_and(|reply| reply.starts_with("250")) {
                break;
            }
            turned_away += 1;
            assert!(began.elapsed() < PATIENCE, "not taken, {turned_away} tries");
            std::thread::sleep(Duration::from_millis(50));
        }
        waited.push(began.elapsed());
    }
    runtime.shutdown_background();
    waited.sort();
    let (median, last) = (waited[mails / 2], waited[(mails * 99).div_ceil(100) - 1]);
    println!(
        "B5: {slow} senders dribbling inside DATA, {SEATS} seats: {mails} mails beside them took {median:?} in the median, {last:?} at p99; turned away {turned_away} times"
    );
    assert_eq!(desk.items().len(), mails);
    assert!(last < Duration::from_secs(1), "{last:?}");
    desk.stop();
}
