//! Any text as a time somebody writes, in zones with and without changes of the clock: what is read lies ahead, and at most ten years.
#![no_main]

use std::sync::LazyLock;

use batond::reply::{WhenContext, parse_when};
use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;

static ZONES: LazyLock<Vec<TimeZone>> = LazyLock::new(|| {
    ["UTC", "Europe/Berlin", "America/Nuuk", "Pacific/Apia", "Asia/Kathmandu", "Antarctica/Troll"]
        .into_iter()
        .filter_map(|name| TimeZone::get(name).ok())
        .collect()
});

fuzz_target!(|data: (u8, u32, &str)| {
    let (zone, second, text) = data;
    let now = Timestamp::from_second(i64::from(second)).expect("a second of a century");
    let Some(zone) = ZONES.get(usize::from(zone) % ZONES.len().max(1)) else {
        return;
    };
    let context = WhenContext {
        now,
        zone: zone.clone(),
        day_start: time(9, 0, 0, 0),
        day_end: time(17, 0, 0, 0),
    };
    if let Ok(at) = parse_when(text, &context) {
        assert!(at > now, "{text:?} at {now} is {at}");
        assert!(at.duration_since(now) <= SignedDuration::from_hours(24 * 3_660), "{text:?} at {now} is {at}");
    }
});
