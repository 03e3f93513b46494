//! Return paths: what was made is read, and nothing else is.

use secrecy::SecretSlice;

use crate::model::{Address, DeliveryId};
use crate::reply::{KeyRing, MAX_DESK_LOCAL_BYTES, parse_item};

fn ring(byte: u8) -> KeyRing {
    KeyRing::new(&[SecretSlice::from(vec![byte; 32])]).expect("a ring")
}

fn desk() -> Address {
    "desk@ops.example".parse().expect("an address")
}

const ID: DeliveryId = DeliveryId { seq: 1_234, index: 7 };

#[test]
fn a_return_path_names_its_delivery_in_any_case() {
    let (ring, desk) = (ring(7), desk());
    let path = ring.return_path(&desk, ID).expect("an address");
    assert!(path.local().len() <= 64, "{path}");
    assert!(path.as_str().starts_with("desk+b1234-7-"), "{path}");
    for spelled in [path.to_string(), path.to_string().to_uppercase(), format!("<{path}>")] {
        assert_eq!(ring.returned_to(&desk, &spelled), Some(ID), "{spelled}");
    }
    assert_eq!(ring.marked(&ring.mark(ID)), Some(ID));
    assert!(parse_item(&ring.mark(ID)).is_none(), "a mark is no reply key");
}

#[test]
fn it_fits_in_64_octets_with_the_longest_desk() {
    let desk: Address = format!("{}@ops.example", "d".repeat(MAX_DESK_LOCAL_BYTES))
        .parse()
        .expect("an address");
    let id = DeliveryId {
        seq: 9_999_999_999,
        index: 9_999,
    };
    let path = ring(7).return_path(&desk, id).expect("an address");
    assert!(path.local().len() <= 64, "{path}");
}

#[test]
fn nothing_else_is_taken_for_one() {
    let (ring7, desk) = (ring(7), desk());
    let mark = ring7.mark(ID);
    let mut wrong = vec![
        ring(8).mark(ID),
        mark.replacen("1234", "1235", 1),
        mark.replacen("-7-", "-8-", 1),
        mark.replacen("1234", "01234", 1),
        mark[1..].to_owned(),
        format!("{mark}0"),
        String::new(),
        "b1-0-".to_owned(),
        "b1-0-äääääääääääää".to_owned(),
    ];
    // Every character of the HMAC changed.
    for at in mark.len() - 26..mark.len() {
        let mut bytes = mark.clone().into_bytes();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        wrong.push(String::from_utf8(bytes).expect("ASCII"));
    }
    for text in wrong {
        assert_eq!(ring7.marked(&text), None, "{text}");
    }
    let path = ring7.return_path(&desk, ID).expect("an address");
    let elsewhere: Address = "desk@other.example".parse().expect("an address");
    assert_eq!(ring7.returned_to(&elsewhere, path.as_str()), None);
    assert_eq!(ring7.returned_to(&desk, "desk@ops.example"), None);
}

#[test]
fn an_older_secret_still_reads_it() {
    let secrets = [vec![9; 32], vec![7; 32]].map(SecretSlice::from);
    let rotated = KeyRing::new(&secrets).expect("a ring");
    assert_eq!(rotated.marked(&ring(7).mark(ID)), Some(ID));
    assert_ne!(rotated.mark(ID), ring(7).mark(ID));
}
