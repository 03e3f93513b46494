use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::mpsc;

use super::super::worker_tests::policy;
use super::*;
use crate::driver::{Refusal, Request};

fn id(seq: u64) -> DeliveryId {
    DeliveryId { seq, index: 0 }
}

fn outcomes() -> (Outcomes, mpsc::Receiver<Request>) {
    let (handle, requests) = Handle::new(Arc::new(ArcSwap::from_pointee(policy())), 64);
    (Outcomes::new(handle), requests)
}

/// Answers the next request; says which attempts are in it.
async fn answer(requests: &mut mpsc::Receiver<Request>, with: Result<(), Refusal>) -> Vec<u64> {
    let Some(Request::Attempted(outcomes, to)) = requests.recv().await else {
        panic!("no attempts");
    };
    to.send(with).expect("somebody waits");
    outcomes.iter().map(|(id, _)| id.seq).collect()
}

#[tokio::test(start_paused = true)]
async fn those_of_a_moment_share_a_request() {
    let (mut outcomes, mut requests) = outcomes();
    for seq in 1..=5 {
        outcomes.add(id(seq), SendOutcome::Sent, false);
    }
    assert_eq!((outcomes.unrecorded(), outcomes.recording.len()), (5, 0));
    let began = Instant::now();
    let (asked, recorded) = tokio::join!(answer(&mut requests, Ok(())), outcomes.recorded());
    assert_eq!(asked, [1, 2, 3, 4, 5]);
    assert_eq!(began.elapsed(), LINGER);
    assert_eq!(recorded.len(), 5);
    assert!(recorded.iter().all(|one| one.is_over));
    assert_eq!(outcomes.unrecorded(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_last_on_its_way_waits_for_nothing_and_neither_do_many() {
    let (mut outcomes, mut requests) = outcomes();
    let began = Instant::now();
    outcomes.add(id(1), SendOutcome::Retry("later".to_owned()), true);
    assert_eq!((outcomes.unrecorded(), outcomes.recording.len()), (1, 1));
    let (asked, recorded) = tokio::join!(answer(&mut requests, Ok(())), outcomes.recorded());
    assert_eq!(asked, [1]);
    assert_eq!(recorded, [Recorded { id: id(1), is_over: false }]);
    for seq in 0..SHARE as u64 {
        outcomes.add(id(seq), SendOutcome::Sent, false);
    }
    let (asked, _) = tokio::join!(answer(&mut requests, Ok(())), outcomes.recorded());
    assert_eq!(asked.len(), SHARE);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_recorded_is_no_longer_in_hand_and_the_end_records_the_rest() {
    let (mut outcomes, mut requests) = outcomes();
    outcomes.add(id(1), SendOutcome::Sent, true);
    let (_, recorded) = tokio::join!(answer(&mut requests, Err(Refusal::Store)), outcomes.recorded());
    assert_eq!(recorded.len(), 1, "it is tried again");
    outcomes.add(id(2), SendOutcome::Sent, false);
    let (asked, recorded) = tokio::join!(answer(&mut requests, Ok(())), outcomes.finish());
    assert_eq!((asked, recorded.map(|all| all.len())), (vec![2], Some(1)));
    assert_eq!(outcomes.finish().await, None);
}
