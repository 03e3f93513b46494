//! Seats are counted in all and by address, come back, and go from the idle to newcomers.

use std::time::Duration;

use tokio::time::advance;

use super::{NoSeat, Seats};

const LONG: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn seats_are_counted_and_come_back() {
    let seats = Seats::new(3, 2, LONG);
    let (ana, ben) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let first = seats.take(ana).unwrap();
    let _second = seats.take("::ffff:192.0.2.1".parse().unwrap()).unwrap();
    assert_eq!(seats.take(ana).unwrap_err(), NoSeat::Share);
    let _third = seats.take(ben).unwrap();
    assert_eq!(seats.take(ben).unwrap_err(), NoSeat::Full);
    drop(first);
    assert!(seats.take(ana).is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_ipv6_network_counts_as_one() {
    let seats = Seats::new(9, 1, LONG);
    let _one = seats.take("2001:db8::1".parse().unwrap()).unwrap();
    assert_eq!(seats.take("2001:db8::ffff:1".parse().unwrap()).unwrap_err(), NoSeat::Share);
    assert!(seats.take("2001:db8:0:1::1".parse().unwrap()).is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_longest_idle_gives_way_and_the_busy_never() {
    let seats = Seats::new(3, 3, LONG);
    let peer = |n: u8| std::net::IpAddr::from([192, 0, 2, n]);
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
    assert!(seats.taken().sitting.is_empty() && seats.taken().by_address.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_address_makes_room_among_its_own() {
    let seats = Seats::new(9, 1, LONG);
    let (ana, ben) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let other = seats.take(ben).unwrap();
    let own = seats.take(ana).unwrap();
    advance(LONG).await;
    let _again = seats.take(ana).unwrap();
    own.lost().await;
    assert!(!other.sitting.leave.is_cancelled());
}
