//! Several relays: fail-over and the way back, one slow destination, a relay that is down for days.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::sink::{Act, At, Sink};
use super::tests::{delivery, only, smtp};
use super::worker_tests::{Bench, is_sent};
use super::*;
use crate::clock::SystemClock;
use crate::engine::SendOutcome;
use crate::model::{Delivery, DeliveryState};

#[tokio::test]
async fn the_second_relay_carries_mail_while_the_first_refuses() {
    let works = Arc::new(AtomicBool::new(false));
    let first = Sink::start({
        let works = Arc::clone(&works);
        move |at, _| (at == At::Connect && !works.load(Ordering::SeqCst)).then_some(Act::Say("421 4.3.2 down"))
    })
    .await;
    let second = Sink::start(|_, _| None).await;
    let bench = Bench::with(vec![smtp(&first), smtp(&second)], (1..=30).map(delivery), Duration::from_millis(50));
    bench.until("all sent", |bench| bench.count(is_sent) == 30).await;
    assert_eq!((first.taken().len(), second.taken().len()), (0, 30), "nothing waited for the first");
    assert_eq!(
        bench.count(|delivery| delivery.attempts == 1),
        30,
        "and none of it was an attempt lost"
    );
    let [down, up] = bench.relays.states().all().try_into().expect("two");
    assert!(down.down.is_some_and(|(_, why)| why.contains("4.3.2 down")) && up.down.is_none());

    works.store(true, Ordering::SeqCst);
    bench
        .until("the first answers", |bench| bench.relays.states().all()[0].down.is_none())
        .await;
    bench.add((31..=60).map(delivery));
    bench.until("all sent", |bench| bench.count(is_sent) == 60).await;
    println!(
        "relays: first refused 30 of 30, second took {}; back up, the first took {} of 30",
        30,
        first.taken().len()
    );
    assert!(first.taken().len() >= 29, "back to the first: {}", first.taken().len());
    bench.stop().await;
}

#[tokio::test]
async fn what_a_relay_may_have_taken_is_not_given_to_another() {
    let first = Sink::start(|at, number| (at == At::Dot && number == 0).then_some(Act::TakeAndCut)).await;
    let second = Sink::start(|_, _| None).await;
    let relays = Relays::of(vec![smtp(&first), smtp(&second)], Arc::new(SystemClock));
    assert!(matches!(relays.send(&delivery(1), None).await, SendOutcome::Retry(_)));
    assert_eq!((first.taken().len(), second.taken().len()), (1, 0));
    assert_eq!(relays.send(&delivery(1), None).await, SendOutcome::Sent);
    let taken = first.taken();
    assert_eq!(taken.len(), 2, "one repeat");
    assert_eq!(
        taken[0].data, taken[1].data,
        "with the same Message-ID, and every other byte the same"
    );
}

#[tokio::test]
async fn a_cut_after_the_dot_on_a_kept_connection_is_no_reason_to_repeat_at_once() {
    let sink = Sink::start(|at, number| (at == At::Dot && number == 1).then_some(Act::TakeAndCut)).await;
    let relays = only(smtp(&sink));
    assert_eq!(relays.send(&delivery(1), None).await, SendOutcome::Sent);
    assert!(matches!(relays.send(&delivery(2), None).await, SendOutcome::Retry(_)));
    assert_eq!(sink.taken().len(), 2);
}

/// F4: figures are printed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slow_destination_leaves_the_others_unaffected() {
    let sink = Sink::start_for(|at, _, to| (at == At::Rcpt && to.contains("@slow.example")).then_some(Act::Silence)).await;
    let mut mails: Vec<_> = (1..=300).map(delivery).collect();
    for mail in &mut mails {
        let number = mail.id.seq;
        let domain = if number <= 200 {
            "slow.example".to_owned()
        } else {
            format!("quick{}.example", number % 10)
        };
        mail.letter.to = format!("reader{number}@{domain}").parse().expect("an address");
    }
    let relay = smtp(&sink).with_deadline(Duration::from_secs(8));
    let began = Instant::now();
    let bench = Bench::start(relay, mails, Duration::from_secs(600));
    bench.until("the others sent", |bench| bench.count(is_sent) == 100).await;
    let took = began.elapsed();
    println!("F4: 200 mails to a silent destination before 100 to ten others: the others were out after {took:?}");
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(
        bench.relays.states().all()[0].down.is_none(),
        "and the relay is not held to be broken"
    );
    bench.abandon();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_down_costs_few_attempts_and_gets_mail_soon_after() {
    let sink = Sink::start(|at, _| (at == At::Connect).then_some(Act::Cut)).await;
    let late = jiff::Timestamp::now();
    let young = |number| Delivery {
        queued: late,
        ..delivery(number)
    };
    let bench = Bench::start(smtp(&sink), (1..=500).map(young), Duration::from_millis(10));
    tokio::time::sleep(Duration::from_secs(4)).await;
    let attempts: u32 = bench.list.lock().expect("the list").values().map(|d| d.attempts).sum();
    println!(
        "relay down for 4 s with 500 mails due: {attempts} attempts, {} connections",
        sink.connections()
    );
    assert!(attempts <= 2 * u32::try_from(MAX_IN_FLIGHT).expect("few"), "{attempts} attempts");
    assert_eq!(bench.count(|d| matches!(d.state, DeliveryState::Dead(_))), 0);
    bench.stop().await;
}
