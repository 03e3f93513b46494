//! A while that is full, and becomes free again.

use jiff::{SignedDuration, Timestamp};

use super::Rates;
use crate::config::Rate;

#[test]
fn so_many_in_a_while_and_no_more() {
    let rates = Rates::default();
    let rate = Rate {
        deliveries: 3,
        within: SignedDuration::from_secs(60),
    };
    let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let at = |seconds| start + SignedDuration::from_secs(seconds);
    let take = |source: &str, seconds| rates.take(&source.into(), rate, at(seconds)).is_ok();
    assert_eq!(
        [0, 0, 0, 0, 1, 19].map(|seconds| take("one", seconds)),
        [true, true, true, false, false, false]
    );
    assert!(take("other", 0), "each source by itself");
    assert_eq!(
        [20, 20, 41, 41, 60].map(|seconds| take("one", seconds)),
        [true, false, true, false, true]
    );
    assert_eq!([600, 600, 600, 600].map(|seconds| take("one", seconds)), [true, true, true, false]);
    let refused = rates.take(&"one".into(), rate, at(600)).unwrap_err();
    assert!(
        refused.to_string().starts_with("429 ") && refused.to_string().contains("in 21 seconds"),
        "{refused}"
    );
    // The clock is set back by a day: shut for a minute at most.
    assert!(!take("one", -86_400));
    assert!(take("one", -86_400 + 21));
}
