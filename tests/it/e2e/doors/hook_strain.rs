//! The door of webhooks under strain: bodies without end, heads without end, senders that dawdle, and more senders than there are seats (promises D4, D5).
//! What is counted is printed: `--nocapture`.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::desk::{BEARER, Desk, PATIENCE, SUPPORT, until};
use super::strain::{peak, times};

/// A gigabyte.
const BODY_BYTES: u64 = 1_000_000_000;
const PIECE: &[u8] = &[b'x'; 64 * 1024];

/// Titles that tell deliveries apart.
fn desk() -> Desk {
    let rule = "rules:\n  - { name: load, when: { source: alertmanager }, then: { queue: support, title: \"{{ json.title }}\" } }\n";
    Desk::start(&SUPPORT.replace("rules:\n", rule))
}

fn head(more: &str) -> String {
    format!(
        "POST /hooks/alertmanager HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {BEARER}\r\nContent-Type: application/json\r\n{more}\r\n"
    )
}

fn connect(desk: &Desk) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", desk.web)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends as much of a body as is taken, and reads what is answered: the status, and how many bytes went out.
fn pour(desk: &Desk, head: &str, chunked: bool) -> (u16, u64) {
    let mut stream = connect(desk);
    stream.write_all(head.as_bytes()).unwrap();
    let mut reader = stream.try_clone().unwrap();
    let answer = std::thread::spawn(move || {
        let mut answer = [0; 4096];
        let read = reader.read(&mut answer).unwrap_or(0);
        String::from_utf8_lossy(&answer[..read]).into_owned()
    });
    let mut sent = 0;
    while sent < BODY_BYTES {
        let piece = if chunked {
            [format!("{:x}\r\n", PIECE.len()).as_bytes(), PIECE, b"\r\n"].concat()
        } else {
            PIECE.to_vec()
        };
        if stream.write_all(&piece).is_err() {
            break;
        }
        sent += PIECE.len() as u64;
    }
    (status(&answer.join().unwrap()), sent)
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// One delivery as it should be; how long it took.
fn good(desk: &Desk, name: &str) -> Duration {
    let began = Instant::now();
    let body = format!("{{\"title\":\"{name}\"}}");
    let mut stream = connect(desk);
    stream
        .write_all(
            format!(
                "{}{body}",
                head(&format!("Content-Length: {}\r\nConnection: close\r\n", body.len()))
            )
            .as_bytes(),
        )
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(status(&answer), 202, "{answer}");
    began.elapsed()
}

/// D4: each is answered as it should be, and none of them costs memory.
#[test]
fn bodies_and_heads_without_end_are_refused_and_cost_no_memory() {
    let senders = times("BATOND_POURERS", 24);
    let desk = Desk::start(SUPPORT);
    good(&desk, "before");
    let before = peak(desk.pid());
    let all = std::thread::scope(|scope| {
        let pourers: Vec<_> = (0..senders)
            .map(|number| {
                let desk = &desk;
                scope.spawn(move || match number % 3 {
                    0 => ("declared", pour(desk, &head(&format!("Content-Length: {BODY_BYTES}\r\n")), false)),
                    1 => ("chunked", pour(desk, &head("Transfer-Encoding: chunked\r\n"), true)),
                    _ => ("10000 headers", pour(desk, &head(&"X-More: and more\r\n".repeat(10_000)), false)),
                })
            })
            .collect();
        pourers.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    let peak = peak(desk.pid());
    for (kind, wanted, most) in [
        ("declared", 413, 16 << 20),
        ("chunked", 413, 16 << 20),
        ("10000 headers", 431, 16 << 20),
    ] {
        let of_kind: Vec<_> = all.iter().filter(|(found, _)| *found == kind).map(|(_, heard)| *heard).collect();
        let sent = of_kind.iter().map(|(_, sent)| *sent).max().unwrap();
        println!(
            "D4: {} senders, {kind}: {wanted}, after at most {} kB of {} MB",
            of_kind.len(),
            sent / 1_000,
            BODY_BYTES / 1_000_000
        );
        assert!(of_kind.iter().all(|(status, _)| *status == wanted), "{kind}: {of_kind:?}");
        assert!(sent < most, "{kind}: {sent} octets were taken");
    }
    println!("D4: memory {} MB before, {} MB at most", before / 1_000, peak / 1_000);
    assert!(peak < before + 100_000, "{before} kB, then {peak} kB");
    good(&desk, "after");
    assert_eq!(desk.items().len(), 2);
}

/// D4, the long part, in real time: heads and bodies that come an octet a second hold their seats no longer than they may, and nobody else up.
#[test]
#[ignore = "waits for the limits of a head and a body: make torture"]
fn heads_and_bodies_that_dawdle_are_ended_and_hold_up_nobody() {
    let senders = times("BATOND_DAWDLERS", 400);
    let desk = Desk::start(SUPPORT);
    good(&desk, "before");
    let before = peak(desk.pid());
    let began = Instant::now();
    let mut ended = Vec::new();
    let mut waits: Vec<Duration> = Vec::new();
    std::thread::scope(|scope| {
        let dawdlers: Vec<_> = (0..senders)
            .map(|number| {
                let desk = &desk;
                scope.spawn(move || {
                    let mut stream = connect(desk);
                    let slow_head = number % 2 == 0;
                    if !slow_head {
                        stream.write_all(head("Content-Length: 1000\r\n").as_bytes()).unwrap();
                    }
                    let octets: &[u8] = if slow_head {
                        b"POST /hooks/alertmanager HTTP/1.1\r\nHost: here\r\nX-Slow: "
                    } else {
                        b"{\"a\":\""
                    };
                    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
                    let (mut answer, mut number) = ([0; 1024], 0);
                    // An octet a second, until it is told something or hung up on.
                    let heard = loop {
                        if stream.write_all(&octets.get(number..=number).unwrap_or(b"x")[..1]).is_err() {
                            break String::new();
                        }
                        number += 1;
                        match stream.read(&mut answer) {
                            Ok(read) => break String::from_utf8_lossy(&answer[..read]).into_owned(),
                            Err(_) if began.elapsed() > 3 * PATIENCE => panic!("it dawdles still"),
                            Err(_) => {}
                        }
                    };
                    (slow_head, status(&heard), began.elapsed())
                })
            })
            .collect();
        while began.elapsed() < Duration::from_secs(25) {
            waits.push(good(&desk, &format!("meanwhile-{}", waits.len())));
            std::thread::sleep(Duration::from_millis(50));
        }
        ended = dawdlers.into_iter().map(|one| one.join().unwrap()).collect();
    });
    waits.sort();
    let peak = peak(desk.pid());
    for (slow_head, what, wanted, within) in [(true, "heads", 0..=0, 13..25), (false, "bodies", 408..=408, 28..45)] {
        let of_kind: Vec<_> = ended.iter().filter(|(head, ..)| *head == slow_head).collect();
        let longest = of_kind.iter().map(|(.., after)| *after).max().unwrap();
        println!("D4: {} slow {what}: ended with {wanted:?} after at most {longest:?}", of_kind.len());
        assert!(
            of_kind
                .iter()
                .all(|(_, status, after)| wanted.contains(status) && within.contains(&after.as_secs())),
            "{of_kind:?}"
        );
    }
    println!(
        "D4: meanwhile {} deliveries, p50 {:?}, the slowest {:?}; memory {} MB before, {} MB at most",
        waits.len(),
        waits[waits.len() / 2],
        waits.last().unwrap(),
        before / 1_000,
        peak / 1_000
    );
    assert!(waits.last().unwrap() < &Duration::from_secs(5));
    assert!(peak < before + 100_000, "{before} kB, then {peak} kB");
}

/// What came of one delivery.
#[derive(Debug, PartialEq)]
enum Came {
    Taken(Duration),
    Repeat,
    /// 429 or 503, with when to come again.
    Later(u16, u64),
    Closed,
}

async fn deliver(port: u16, name: &str) -> Came {
    let began = Instant::now();
    let body = format!("{{\"title\":\"{name}\"}}");
    let request = format!(
        "{}{body}",
        head(&format!("Content-Length: {}\r\nConnection: close\r\n", body.len()))
    );
    let asked = async {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        // Who is turned away unasked may be reset after the answer.
        while stream.read_buf(&mut answer).await.is_ok_and(|read| read > 0) {}
        std::io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = asked.await.unwrap_or_default();
    match status(&answer) {
        202 => Came::Taken(began.elapsed()),
        200 => Came::Repeat,
        status @ (429 | 503) => {
            let after = answer
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("retry-after: ").map(str::to_owned));
            Came::Later(status, after.and_then(|after| after.parse().ok()).expect("when to come again"))
        }
        0 => Came::Closed,
        other => panic!("{other}: {answer}"),
    }
}

/// What came of many.
#[derive(Debug, Default)]
struct Counted {
    taken: Vec<Duration>,
    names: BTreeSet<String>,
    limited: usize,
    unavailable: usize,
    closed: usize,
}

impl Counted {
    fn add(&mut self, name: String, came: &Came) {
        match came {
            Came::Taken(after) => {
                self.taken.push(*after);
                assert!(self.names.insert(name), "one delivery was taken as new twice");
            }
            Came::Repeat => panic!("{name} was there before, and nobody was told"),
            Came::Later(429, after) => self.limited += usize::from((1..=60).contains(after)),
            Came::Later(_, after) => self.unavailable += usize::from((1..=120).contains(after)),
            Came::Closed => self.closed += 1,
        }
    }

    fn percentile(&mut self, part: usize) -> Duration {
        self.taken.sort();
        self.taken[(self.taken.len() * part / 100).min(self.taken.len() - 1)]
    }
}

/// D5: ten times as many senders at once as there are seats, most of them told to come again; then each comes until it is taken. The daemon is killed in between.
#[test]
fn ten_times_too_many_are_put_off_and_nothing_acknowledged_is_lost() {
    let senders = times("BATOND_SENDERS", 1_500);
    let mut desk = desk();
    let before = peak(desk.pid());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut counted = Counted::default();
    let port = desk.web;
    let wave = |counted: &mut Counted, names: Vec<String>| {
        runtime.block_on(async {
            let mut all = tokio::task::JoinSet::new();
            for name in names {
                all.spawn(async move { (deliver(port, &name).await, name) });
            }
            while let Some(done) = all.join_next().await {
                let (came, name) = done.unwrap();
                counted.add(name, &came);
            }
        });
    };
    let names = || (0..senders).map(|number| format!("load-{number}"));
    let began = Instant::now();
    wave(&mut counted, names().collect());
    println!(
        "D5: {senders} senders at once, 512 seats: {} taken, p50 {:?}, p99 {:?}; {} put off with 503 and Retry-After, {} hung up on, in {:?}",
        counted.taken.len(),
        counted.percentile(50),
        counted.percentile(99),
        counted.unavailable,
        counted.closed,
        began.elapsed()
    );
    assert_eq!(counted.taken.len() + counted.unavailable + counted.closed, senders);
    assert!(
        counted.taken.len() >= 512 && counted.unavailable > 0,
        "it was no overload: {counted:?}"
    );
    let acknowledged = counted.names.clone();
    desk.kill_and_restart();
    let titles = |desk: &Desk| {
        let items = desk.items();
        let all: Vec<String> = items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect();
        (all.len(), all.into_iter().collect::<BTreeSet<_>>())
    };
    let (count, found) = titles(&desk);
    let lost: Vec<_> = acknowledged.iter().filter(|name| !found.contains(*name)).collect();
    println!(
        "D5: after kill -9: {} acknowledged, {count} items, {} lost",
        acknowledged.len(),
        lost.len()
    );
    assert!(lost.is_empty() && count >= acknowledged.len(), "{lost:?}");
    // Those who were put off come again, and none of them is there twice.
    until("all are taken", || {
        let missing: Vec<String> = names().filter(|name| !counted.names.contains(name)).take(256).collect();
        if missing.is_empty() {
            return Some(());
        }
        wave(&mut counted, missing);
        None
    });
    let (count, found) = titles(&desk);
    println!(
        "D5: all {senders} taken in the end: {count} items, {} different; memory {} MB before, {} MB at most",
        found.len(),
        before / 1_000,
        peak(desk.pid()) / 1_000
    );
    assert_eq!((count, found.len()), (senders, senders));
}

/// D5, of one source: ten times its rate.
#[test]
fn past_its_rate_a_source_is_put_off_with_429() {
    let desk = Desk::changed(false, &|_, common| {
        let limited = "verify: bearer, rate: { deliveries: 20, in: 1s }, ";
        let text = common.replace("verify: bearer, ", limited);
        assert!(text.contains("rate"));
        text
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut counted, began, mut offered) = (Counted::default(), Instant::now(), 0);
    runtime.block_on(async {
        while began.elapsed() < Duration::from_secs(3) {
            let mut all = tokio::task::JoinSet::new();
            for _ in 0..20 {
                let name = format!("rate-{offered}");
                offered += 1;
                all.spawn(async move { (deliver(desk.web, &name).await, name) });
            }
            while let Some(done) = all.join_next().await {
                let (came, name) = done.unwrap();
                counted.add(name, &came);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "D5: 20 a second are taken, {:.0} came: {} taken in {seconds:.1} s, {} told 429",
        f64::from(offered) / seconds,
        counted.taken.len(),
        counted.limited
    );
    assert_eq!(counted.taken.len() + counted.limited, usize::try_from(offered).unwrap());
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let taken = counted.taken.len() as f64;
    assert!((20.0..=20.0 * seconds + 21.0).contains(&taken), "{counted:?}");
}
