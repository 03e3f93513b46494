//! Seats are counted in all and by address, and come back.

use super::{NoSeat, Seats};

#[test]
fn seats_are_counted_and_come_back() {
    let seats = Seats::new(3, 2);
    let (ana, ben) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let first = seats.take(ana).unwrap();
    let _second = seats.take("::ffff:192.0.2.1".parse().unwrap()).unwrap();
    assert_eq!(seats.take(ana).unwrap_err(), NoSeat::Share);
    assert!(!seats.crowded());
    let _third = seats.take(ben).unwrap();
    assert!(seats.crowded());
    assert_eq!(seats.take(ben).unwrap_err(), NoSeat::Full);
    drop(first);
    assert!(seats.take(ana).is_ok());
}

#[test]
fn an_ipv6_network_counts_as_one() {
    let seats = Seats::new(9, 1);
    let _one = seats.take("2001:db8::1".parse().unwrap()).unwrap();
    assert_eq!(seats.take("2001:db8::ffff:1".parse().unwrap()).unwrap_err(), NoSeat::Share);
    assert!(seats.take("2001:db8:0:1::1".parse().unwrap()).is_ok());
}
