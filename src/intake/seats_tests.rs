//! Seats are counted in all and by address, come back, and go from the idle to newcomers.

use std::time::Duration;

use tokio::time::advance;

use super::{Caps, NoSeat, Seats};

const LONG: Duration = Duration::from_secs(1);

fn caps(total: usize, per_address: usize) -> Caps {
    Caps {
        total,
        per_address,
        per_network: 9,
    }
}

#[tokio::test(start_paused = true)]
async fn seats_are_counted_and_come_back() {
    let seats = Seats::new(caps(3, 2), LONG);
    let (ana, ben) = (Some("192.0.2.1".parse().unwrap()), Some("192.0.2.2".parse().unwrap()));
    let first = seats.take(ana).unwrap();
    let _second = seats.take(Some("::ffff:192.0.2.1".parse().unwrap())).unwrap();
    assert_eq!(seats.take(ana).unwrap_err(), NoSeat::Share);
    let _third = seats.take(ben).unwrap();
    assert_eq!(seats.take(ben).unwrap_err(), NoSeat::Full);
    drop(first);
    assert!(seats.take(ana).is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_ipv6_network_counts_as_one() {
    let seats = Seats::new(caps(9, 1), LONG);
    let _one = seats.take(Some("2001:db8::1".parse().unwrap())).unwrap();
    assert_eq!(seats.take(Some("2001:db8::ffff:1".parse().unwrap())).unwrap_err(), NoSeat::Share);
    assert!(seats.take(Some("2001:db8:0:1::1".parse().unwrap())).is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_longest_idle_gives_way_and_the_busy_never() {
    let seats = Seats::new(caps(3, 3), LONG);
    let peer = |n: u8| Some(std::net::IpAddr::from([192, 0, 2, n]));
    let (busy, old, young) = (
        seats.take(peer(1)).unwrap(),
        seats.take(peer(2)).unwrap(),
        seats.take(peer(3)).unwrap(),
    );
    busy.busy();
    advance(LONG / 2).await;
    young.idle();
    advance(LONG / 2).await;
    let newcomer = seats.take(peer(4)).unwrap();
    old.lost().await;
    assert!(!young.sitting.leave.is_cancelled() && !busy.sitting.leave.is_cancelled());
    assert_eq!(
        seats.take(peer(5)).unwrap_err(),
        NoSeat::Full,
        "nobody has been idle for long enough"
    );
    drop(old);
    assert_eq!(seats.take(peer(5)).unwrap_err(), NoSeat::Full, "a seat is not given back twice");
    drop((busy, young, newcomer));
    assert!(seats.taken().sitting.is_empty() && seats.taken().by_address.is_empty() && seats.taken().by_network.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_address_makes_room_among_its_own() {
    let seats = Seats::new(caps(9, 1), LONG);
    let (ana, ben) = (Some("192.0.2.1".parse().unwrap()), Some("192.0.2.2".parse().unwrap()));
    let other = seats.take(ben).unwrap();
    let own = seats.take(ana).unwrap();
    advance(LONG).await;
    let _again = seats.take(ana).unwrap();
    own.lost().await;
    assert!(!other.sitting.leave.is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn a_network_has_a_share_of_its_own() {
    let seats = Seats::new(
        Caps {
            total: 9,
            per_address: 2,
            per_network: 3,
        },
        LONG,
    );
    let at = |text: &str| Some(text.parse().unwrap());
    let _held: Vec<_> = ["192.0.2.1", "192.0.2.2", "192.0.2.2"]
        .map(|text| seats.take(at(text)).unwrap())
        .into();
    assert_eq!(seats.take(at("192.0.2.3")).unwrap_err(), NoSeat::Network);
    assert!(seats.take(at("192.0.3.3")).is_ok());
    let _six: Vec<_> = ["2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1"]
        .map(|text| seats.take(at(text)).unwrap())
        .into();
    assert_eq!(seats.take(at("2001:db8:0:ffff::1")).unwrap_err(), NoSeat::Network);
    assert!(seats.take(at("2001:db8:1::1")).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_proxy_is_counted_for_whom_it_speaks() {
    let seats = Seats::new(caps(9, 1), LONG);
    let client: std::net::IpAddr = "192.0.2.1".parse().unwrap();
    let (mut one, mut two) = (seats.take(None).unwrap(), seats.take(None).unwrap());
    one.is_for(client).unwrap();
    assert_eq!(two.is_for(client).unwrap_err(), NoSeat::Share);
    drop(one);
    two.is_for(client).unwrap();
    drop(two);
    assert!(seats.taken().sitting.is_empty() && seats.taken().by_address.is_empty() && seats.taken().by_network.is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_is_slow_gives_way_once_their_time_is_over() {
    let seats = Seats::new(caps(1, 1), LONG);
    let slow = seats.take(None).unwrap();
    slow.slow_from(tokio::time::Instant::now() + LONG);
    advance(LONG + LONG / 2).await;
    assert_eq!(seats.take(None).unwrap_err(), NoSeat::Full);
    advance(LONG / 2).await;
    let _newcomer = seats.take(None).unwrap();
    slow.lost().await;
}

#[tokio::test(start_paused = true)]
async fn who_lost_a_seat_for_being_slow_takes_nobody_elses_for_a_while() {
    let seats = Seats::new(caps(1, 1), LONG);
    let at = |text: &str| Some(text.parse().unwrap());
    let slow = seats.take(at("192.0.2.1")).unwrap();
    slow.slow_from(tokio::time::Instant::now());
    advance(LONG).await;
    let other = seats.take(at("192.0.3.1")).unwrap();
    slow.lost().await;
    drop(slow);
    advance(LONG).await;
    assert_eq!(
        seats.take(at("192.0.2.1")).unwrap_err(),
        NoSeat::Full,
        "the other one is idle, and stays"
    );
    // A free seat is anybody's; and who only waited is not put off.
    drop(other);
    let slow = seats.take(at("192.0.2.1")).unwrap();
    advance(LONG).await;
    let other = seats.take(at("192.0.3.1")).unwrap();
    drop(slow);
    advance(std::time::Duration::from_millis(super::PUT_OFF_MS)).await;
    drop(seats.take(at("192.0.2.1")).unwrap());
    drop(other);
}
