//! Keys: the good ones in any case, and everything else refused.

use jiff::{Timestamp, ToSpan};
use secrecy::SecretSlice;

use super::{KeyError, KeyRing, KeyRingError, Token, VALID_DAYS, parse_item};
use crate::model::{Address, ItemId, Reader};
use crate::reply::{message_id, reply_address, token_in_address, token_in_message_id};

fn secret(fill: u8) -> SecretSlice<u8> {
    vec![fill; 32].into()
}

fn ring(fills: &[u8]) -> KeyRing {
    let secrets: Vec<_> = fills.iter().map(|fill| secret(*fill)).collect();
    KeyRing::new(&secrets).expect("a ring")
}

fn opened() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().expect("instant")
}

fn item() -> ItemId {
    ItemId::new("SUP", 142)
}

fn ana() -> Reader {
    Reader::Person("ana".into())
}

fn address(text: &str) -> Reader {
    Reader::Address(text.parse().expect("an address"))
}

fn verify(ring: &KeyRing, text: &str, readers: &[Reader]) -> Result<(ItemId, Reader), KeyError> {
    ring.verify(text, opened() + 24.hours(), &mut readers.iter().cloned())
}

#[test]
fn good_ones_are_accepted_in_any_case() {
    let ring = ring(&[1]);
    for reader in [ana(), address("Guest@Home.example")] {
        let Token(text) = ring.token(&item(), &reader, opened());
        assert!(text.starts_with("sup-142-"), "{text}");
        assert_eq!(text, ring.token(&item(), &reader, opened()).0);
        let readers = [Reader::Person("ben".into()), reader.clone(), address("other@home.example")];
        let mixed: String = text
            .chars()
            .enumerate()
            .map(|(n, c)| if n % 2 == 0 { c.to_ascii_uppercase() } else { c })
            .collect();
        for spelled in [text.clone(), text.to_uppercase(), mixed] {
            assert_eq!(verify(&ring, &spelled, &readers), Ok((item(), reader.clone())), "{spelled}");
        }
        assert_eq!(parse_item(&text), Some(item()));
    }
    // An address is compared without case, so its key is one.
    assert_eq!(
        ring.token(&item(), &address("Guest@Home.example"), opened()),
        ring.token(&item(), &address("guest@home.EXAMPLE"), opened())
    );
}

#[test]
fn every_other_character_is_refused() {
    let ring = ring(&[1]);
    let Token(text) = ring.token(&item(), &ana(), opened());
    let characters: Vec<char> = text.chars().collect();
    for place in 0..characters.len() {
        for other in (0x21_u8..0x7f).map(char::from).chain(['é', '０']) {
            if other.eq_ignore_ascii_case(&characters[place]) {
                continue;
            }
            let mut forged = characters.clone();
            forged[place] = other;
            let forged: String = forged.into_iter().collect();
            assert!(verify(&ring, &forged, &[ana()]).is_err(), "{forged}");
        }
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let ring = ring(&[1]);
    let Token(text) = ring.token(&item(), &ana(), opened());
    for place in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let Ok(forged) = String::from_utf8(bytes) else { continue };
            if !forged.eq_ignore_ascii_case(&text) {
                assert!(verify(&ring, &forged, &[ana()]).is_err(), "{forged}");
            }
        }
    }
}

#[test]
fn cut_or_lengthened_ones_are_refused() {
    let ring = ring(&[1]);
    let Token(text) = ring.token(&item(), &ana(), opened());
    for end in 0..text.len() {
        assert!(verify(&ring, &text[..end], &[ana()]).is_err());
        assert!(verify(&ring, &text[end + 1..], &[ana()]).is_err());
    }
    let data = text.strip_prefix("sup-142-").expect("its data");
    for forged in [
        format!("{text}0"),
        format!(" {text}"),
        format!("{text} "),
        format!("sup-0142-{data}"),
        format!("sup-+142-{data}"),
        format!("sup--142-{data}"),
        format!("sup-142--{data}"),
        format!("sup-142-{data}="),
        "9".repeat(1_000),
        "-".repeat(60),
    ] {
        assert_eq!(verify(&ring, &forged, &[ana()]), Err(KeyError::Malformed), "{forged}");
    }
}

#[test]
fn other_items_readers_and_secrets_are_refused() {
    let ours = ring(&[1]);
    let Token(text) = ours.token(&item(), &ana(), opened());
    let data = text.strip_prefix("sup-142-").expect("its data");
    for other in ["sup-143", "sup-14", "inc-142", "sup1-42"] {
        assert_eq!(
            verify(&ours, &format!("{other}-{data}"), &[ana()]),
            Err(KeyError::Unknown),
            "{other}"
        );
    }
    assert_eq!(
        verify(&ours, &text, &[Reader::Person("ben".into()), address("ana@ops.example")]),
        Err(KeyError::Unknown)
    );
    assert_eq!(verify(&ours, &text, &[]), Err(KeyError::Unknown));
    assert_eq!(verify(&ring(&[2]), &text, &[ana()]), Err(KeyError::Unknown));
    // A secret put before it, and one taken away.
    assert_eq!(verify(&ring(&[2, 1]), &text, &[ana()]), Ok((item(), ana())));
    assert_ne!(ring(&[2, 1]).token(&item(), &ana(), opened()).0, text);
}

#[test]
fn they_expire_with_the_day() {
    let ring = ring(&[1]);
    let Token(text) = ring.token(&item(), &ana(), opened());
    let verify = |now: Timestamp| ring.verify(&text, now, &mut [ana()].into_iter());
    let last: Timestamp = "2027-11-23T23:59:59Z".parse().expect("instant");
    assert_eq!(i64::from(VALID_DAYS), 365);
    assert_eq!(verify(last), Ok((item(), ana())));
    assert_eq!(verify(last + 1.second()), Err(KeyError::Expired));
    // The machine's clock may stand before the opening.
    assert_eq!(verify("1970-01-01T00:00:00Z".parse().expect("instant")), Ok((item(), ana())));
    assert!(!ring.token(&item(), &ana(), Timestamp::MAX).0.is_empty());
}

#[test]
fn a_ring_needs_secrets_and_shows_none() {
    assert_eq!(KeyRing::new(&[]).map(|_| ()), Err(KeyRingError::Empty));
    assert_eq!(
        KeyRing::new(&[secret(1), vec![7; 15].into()]).map(|_| ()),
        Err(KeyRingError::Short(15))
    );
    assert_eq!(format!("{:?}", ring(&[42, 43])), "KeyRing(2 secrets)");
}

#[test]
fn they_stand_in_addresses() {
    let ring = ring(&[1]);
    let desk: Address = "desk@ops.example".parse().expect("an address");
    let token = ring.token(&item(), &ana(), opened());
    let reply = reply_address(&desk, &token);
    assert_eq!(reply.as_str(), format!("desk+{token}@ops.example"));
    for recipient in [
        reply.to_string(),
        reply.to_string().to_uppercase(),
        format!("<{reply}>"),
        format!(" {reply} "),
    ] {
        assert_eq!(token_in_address(&desk, &recipient), Some(token.clone()), "{recipient}");
    }
    for other in [
        "desk@ops.example".to_owned(),
        "desk+@ops.example".to_owned(),
        "desk+hello@ops.example".to_owned(),
        format!("desk+{token}@other.example"),
        format!("help+{token}@ops.example"),
        format!("desk{token}@ops.example"),
        format!("desk+x+{token}@ops.example"),
    ] {
        assert_eq!(token_in_address(&desk, &other), None, "{other}");
    }
    let plus: Address = "help+desk@ops.example".parse().expect("an address");
    assert_eq!(token_in_address(&plus, reply_address(&plus, &token).as_str()), Some(token));
    // The longest name of a desk, the longest prefix and nine digits stay within what a local part can hold.
    let long: Address = format!("{}@ops.example", "d".repeat(super::super::MAX_DESK_LOCAL_BYTES))
        .parse()
        .expect("an address");
    let token = ring.token(&ItemId::new("ABCDEFGH", 999_999_999), &ana(), opened());
    assert_eq!(reply_address(&long, &token).local().len(), 64);
    // Longer still, answers go to the desk itself.
    let token = ring.token(&ItemId::new("ABCDEFGH", u64::MAX), &ana(), opened());
    assert_eq!(reply_address(&long, &token), long);
    assert_eq!(parse_item(&token.0), Some(ItemId::new("ABCDEFGH", u64::MAX)));
}

#[test]
fn they_stand_in_message_ids() {
    let token = ring(&[1]).token(&item(), &ana(), opened());
    let id = message_id(&token, 7, "ops.example");
    assert_eq!(id, format!("{token}.7@ops.example"));
    for id in [id.clone(), id.to_uppercase(), format!("<{id}>")] {
        assert_eq!(token_in_message_id(&id, "ops.example"), Some(token.clone()), "{id}");
    }
    for other in [
        format!("{token}@ops.example"),
        format!("{token}.@ops.example"),
        format!("{token}.x@ops.example"),
        format!("{token}.7@other.example"),
        "7@ops.example".to_owned(),
        String::new(),
    ] {
        assert_eq!(token_in_message_id(&other, "ops.example"), None, "{other}");
    }
}
