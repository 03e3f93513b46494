//! What comes once a day comes once on every local date: twelve zones, six years, printed in `docs/clock-changes.md`.

use std::collections::BTreeMap;

use batond::calendar::{Crontab, zone};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::config::{at, compare};

/// Changes at 01:00 UTC, at 02:00, at midnight, around Ramadan, by half an hour, by two hours, at a quarter to three; and both hemispheres.
const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Antarctica/Troll",
];
const TIMES: [&str; 6] = ["00:00", "00:30", "01:30", "02:15", "02:30", "03:00"];
const FIRST: Date = date(2026, 1, 1);
const AFTER: Date = date(2032, 1, 1);

/// All times a line comes in the six years, by local date.
fn comings(line: &str, zone: &TimeZone) -> BTreeMap<Date, Vec<Timestamp>> {
    let crontab = Crontab::parse(line).expect("a line");
    let begin = |date: Date| date.to_zoned(zone.clone()).expect("in range").timestamp();
    let (mut at, end) = (begin(FIRST) - 1.second(), begin(AFTER));
    let mut found: BTreeMap<Date, Vec<Timestamp>> = BTreeMap::new();
    while let Some(next) = crontab.next_after(at, zone).filter(|next| *next < end) {
        assert!(next > at);
        found.entry(zone.to_datetime(next).date()).or_default().push(next);
        at = next;
    }
    found
}

/// The dates in 2026 and 2027 on which the clocks change, and by how many minutes.
fn changes(zone: &TimeZone) -> Vec<(Date, i32)> {
    let start = FIRST.to_zoned(TimeZone::UTC).expect("in range").timestamp();
    let mut before = zone.to_offset(start).seconds();
    let mut found = Vec::new();
    for change in zone
        .following(start)
        .take_while(|change| change.timestamp() < start + (730 * 24).hours())
    {
        let after = change.offset().seconds();
        // The date on which the clocks stood when they changed.
        let last = zone.to_datetime(change.timestamp() - 1.second());
        let shown = zone.to_datetime(change.timestamp());
        found.push((last.date().max(shown.date()), (after - before) / 60));
        before = after;
    }
    found
}

#[test]
fn what_comes_once_a_day_comes_once_on_every_date() {
    let mut table = String::new();
    let mut days = 0;
    let mut moved = 0;
    for name in ZONES {
        let zone = zone(name).expect("a zone");
        let all: Vec<_> = TIMES
            .iter()
            .map(|time| {
                let (hour, minute) = time.split_once(':').expect("a time");
                comings(&format!("{minute} {hour} * * *"), &zone)
            })
            .collect();
        for (time, comings) in TIMES.iter().zip(&all) {
            let mut date = FIRST;
            while date < AFTER {
                let times = comings.get(&date).map_or(0, Vec::len);
                assert_eq!(times, 1, "{time} on {date} in {name}");
                let local = zone.to_datetime(comings[&date][0]);
                moved += usize::from(local.strftime("%H:%M").to_string() != *time);
                days += 1;
                date = date.tomorrow().expect("a next day");
            }
            assert_eq!(comings.len(), 6 * 365 + 1, "{time} in {name}");
        }
        for (date, minutes) in changes(&zone) {
            let shown = all.iter().map(|comings| {
                let at = comings[&date][0].to_zoned(zone.clone());
                at.strftime("%H:%M %:z").to_string()
            });
            let shown: Vec<String> = shown.collect();
            table.push_str(&format!(
                "| {name} | {} | {minutes:+} min | {} |\n",
                date.strftime("%a %Y-%m-%d"),
                shown.join(" | ")
            ));
        }
    }
    let text = format!(
        "{HEAD}{days} local dates were looked at: {} times of day, {} zones, the years 2026 to 2031. Each came exactly once; {moved} of them at another time than written, \
as the clocks skip it.\n\n| zone | date | clocks | {} |\n|---|---|---|{}\n{table}",
        TIMES.len(),
        ZONES.len(),
        TIMES.join(" | "),
        "---|".repeat(TIMES.len()),
    );
    compare(&at("docs/clock-changes.md"), &text).unwrap_or_else(|why| panic!("{why}\nBATOND_UPDATE=1 writes what is actual"));
}

const HEAD: &str = "\
# When the clocks change

What is written as a time of day, in a crontab line, a rotation or an expectation, comes once on every local date. A time that the clocks skip comes
at the instant of the jump; a time that they show twice comes the first time. (Where the clocks jump over midnight, as in Nuuk, what the last hour
of the day would have brought comes at 00:00.) The table is written by a test; it shows every change of the clocks in
2026 and 2027, and when each time of day came on that date.

";
