//! Any text as a reply key, in an address and in a Message-ID: only the one that was made is accepted, in any case.
#![no_main]

use std::sync::LazyLock;

use batond::model::{Address, ItemId, PersonKey, Reader};
use batond::reply::{KeyRing, Token, message_id, reply_address, token_in_address, token_in_message_id};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

struct Made {
    ring: KeyRing,
    desk: Address,
    reader: Reader,
    token: Token,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let ring = KeyRing::new(&[vec![7u8; 32].into()]).expect("a long secret");
    let item: ItemId = "SUP-142".parse().expect("an id");
    let reader = Reader::Person("ana".into());
    let token = ring.token(&item, &reader, Timestamp::UNIX_EPOCH);
    let desk = "desk@ops.example".parse().expect("an address");
    Made { ring, desk, reader, token }
});

fuzz_target!(|data: (u8, String)| {
    let (how, text) = data;
    let made = &*MADE;
    let good = made.token.to_string();
    // Half of the runs begin with the good key, so that small changes of it are tried.
    let text = match how % 4 {
        0 => text,
        1 => format!("{good}{text}"),
        2 => format!("{text}{good}"),
        _ => changed(&good, how, &text),
    };
    let found = [
        Some(text.clone()),
        token_in_address(&made.desk, &text).map(|token| token.to_string()),
        token_in_address(&made.desk, &format!("desk+{text}@ops.example")).map(|token| token.to_string()),
        token_in_message_id(&text, "ops.example").map(|token| token.to_string()),
        token_in_message_id(&format!("<{text}.3@ops.example>"), "ops.example").map(|token| token.to_string()),
    ];
    for key in found.into_iter().flatten() {
        let accepted = made
            .ring
            .verify(&key, Timestamp::UNIX_EPOCH, &mut [made.reader.clone()].into_iter())
            .is_ok();
        assert_eq!(accepted, key.eq_ignore_ascii_case(&good), "{key:?}");
    }
    assert_eq!(token_in_address(&made.desk, reply_address(&made.desk, &made.token).as_str()).as_ref(), Some(&made.token));
    assert_eq!(token_in_message_id(&message_id(&made.token, 1, "ops.example"), "ops.example").as_ref(), Some(&made.token));
});

/// The good key with one character changed.
fn changed(good: &str, how: u8, text: &str) -> String {
    let at = usize::from(how) % good.len();
    good.chars()
        .enumerate()
        .map(|(i, c)| if i == at { text.chars().next().unwrap_or(c) } else { c })
        .collect()
}
