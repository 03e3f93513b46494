//! Any bytes as an .ics feed and as a crontab: no panic, and bounded work.
#![no_main]

use std::sync::Arc;

use batond::calendar::{Crontab, duty_from_ics, holidays_from_ics};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let file: Arc<str> = Arc::from("feed.ics");
    // One that is refused is told why.
    for refused in [holidays_from_ics(&text, &file).err(), duty_from_ics(&text, &TimeZone::UTC).err()] {
        assert!(refused.is_none_or(|why| !why.is_empty()));
    }
    let line = text.lines().next().unwrap_or_default();
    if let Ok(crontab) = Crontab::parse(line) {
        let next = crontab.next_after(Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        assert!(next.is_none_or(|at| at > Timestamp::UNIX_EPOCH), "{line:?}: {next:?}");
    }
});
