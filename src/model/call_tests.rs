//! What an item keeps of its calls.

use super::*;

#[test]
fn the_first_are_kept_and_the_others_counted() {
    let mut calls = Calls::default();
    assert!(calls.is_empty());
    for n in 0..Calls::MAX_SHOWN + 3 {
        calls.add(QueuedCall {
            rule: RuleName::from("tell ci"),
            url: "https://ci.example/hook".into(),
            event: format!("e{n}"),
            at: Timestamp::UNIX_EPOCH,
        });
    }
    assert_eq!((calls.shown.len(), calls.more), (50, 3));
    assert_eq!((calls.shown[0].event.as_str(), calls.shown[49].event.as_str()), ("e0", "e49"));
}
