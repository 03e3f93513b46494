//! Dates as people write them, in Berlin on Tuesday 2026-11-24 at 10:15 unless said otherwise.

use jiff::civil::time;
use jiff::tz::TimeZone;

use super::{WhenContext, WhenError, parse_when};

fn context(now: &str, zone: &str) -> WhenContext {
    let zone = TimeZone::get(zone).expect("zone");
    let now = now
        .parse::<jiff::civil::DateTime>()
        .expect("local time")
        .to_zoned(zone.clone())
        .expect("in range");
    WhenContext {
        now: now.timestamp(),
        zone,
        day_start: time(9, 0, 0, 0),
        day_end: time(17, 30, 0, 0),
    }
}

fn shown(text: &str, context: &WhenContext) -> Result<String, WhenError> {
    let at = parse_when(text, context)?;
    Ok(at.to_zoned(context.zone.clone()).strftime("%a %Y-%m-%d %H:%M").to_string())
}

#[track_caller]
fn check(now: &str, zone: &str, table: &[(&str, &str)]) {
    let context = context(now, zone);
    for (text, expected) in table {
        assert_eq!(shown(text, &context).as_deref(), Ok(*expected), "{text}");
    }
}

#[test]
fn the_forms() {
    check(
        "2026-11-24T10:15",
        "Europe/Berlin",
        &[
            ("2h", "Tue 2026-11-24 12:15"),
            ("30m", "Tue 2026-11-24 10:45"),
            ("1h30m", "Tue 2026-11-24 11:45"),
            ("3d", "Fri 2026-11-27 10:15"),
            ("1w", "Tue 2026-12-01 10:15"),
            ("3 days", "Fri 2026-11-27 10:15"),
            ("in 2 hours", "Tue 2026-11-24 12:15"),
            ("for 2h", "Tue 2026-11-24 12:15"),
            ("tomorrow", "Wed 2026-11-25 09:00"),
            ("Tomorrow 9:30", "Wed 2026-11-25 09:30"),
            ("until tomorrow at 14:00.", "Wed 2026-11-25 14:00"),
            ("tomorrow 2pm", "Wed 2026-11-25 14:00"),
            ("tomorrow at 8", "Wed 2026-11-25 08:00"),
            ("friday", "Fri 2026-11-27 09:00"),
            ("Fri 14:00", "Fri 2026-11-27 14:00"),
            ("friday, 14:00", "Fri 2026-11-27 14:00"),
            ("mon", "Mon 2026-11-30 09:00"),
            ("tuesday", "Tue 2026-12-01 09:00"),
            ("tue 14:00", "Tue 2026-11-24 14:00"),
            ("tue 10:15", "Tue 2026-12-01 10:15"),
            ("14:00", "Tue 2026-11-24 14:00"),
            ("9:00", "Wed 2026-11-25 09:00"),
            ("10:15", "Wed 2026-11-25 10:15"),
            ("12am", "Wed 2026-11-25 00:00"),
            ("12pm", "Tue 2026-11-24 12:00"),
            ("today 17:00", "Tue 2026-11-24 17:00"),
            ("1 Dec", "Tue 2026-12-01 09:00"),
            ("1 Dec 9:45", "Tue 2026-12-01 09:45"),
            ("1st December", "Tue 2026-12-01 09:00"),
            ("1. dec", "Tue 2026-12-01 09:00"),
            ("Dec 1", "Tue 2026-12-01 09:00"),
            ("Dec 1, 14:00", "Tue 2026-12-01 14:00"),
            ("24 Nov", "Wed 2027-11-24 09:00"),
            ("24 Nov 11:00", "Tue 2026-11-24 11:00"),
            ("3 Feb", "Wed 2027-02-03 09:00"),
            ("29 feb", "Tue 2028-02-29 09:00"),
            ("3 Feb 2028", "Thu 2028-02-03 09:00"),
            ("Feb 3, 2028 08:00", "Thu 2028-02-03 08:00"),
            ("2026-12-01", "Tue 2026-12-01 09:00"),
            ("2026-12-01 09:30", "Tue 2026-12-01 09:30"),
            ("2026-12-01T09:30", "Tue 2026-12-01 09:30"),
            ("end of day", "Tue 2026-11-24 17:30"),
            ("by end of day!", "Tue 2026-11-24 17:30"),
            ("eod", "Tue 2026-11-24 17:30"),
            ("today", "Tue 2026-11-24 17:30"),
            ("next week", "Mon 2026-11-30 09:00"),
            ("next week 11:00", "Mon 2026-11-30 11:00"),
            ("13.12.", "Sun 2026-12-13 09:00"),
            ("13.12.2026 14:00", "Sun 2026-12-13 14:00"),
            ("13/12", "Sun 2026-12-13 09:00"),
            ("12/13/2026", "Sun 2026-12-13 09:00"),
            ("2026/12/13", "Sun 2026-12-13 09:00"),
            ("05/05", "Wed 2027-05-05 09:00"),
            ("a week", "Tue 2026-12-01 10:15"),
            ("in an hour", "Tue 2026-11-24 11:15"),
            ("half an hour", "Tue 2026-11-24 10:45"),
            ("two days", "Thu 2026-11-26 10:15"),
            ("tomorrow noon", "Wed 2026-11-25 12:00"),
            ("friday morning", "Fri 2026-11-27 09:00"),
            ("tomorrow 2 p.m.", "Wed 2026-11-25 14:00"),
            ("14h30", "Tue 2026-11-24 14:30"),
            ("tomorrow 14.30", "Wed 2026-11-25 14:30"),
            ("day after tomorrow", "Thu 2026-11-26 09:00"),
            ("this friday", "Fri 2026-11-27 09:00"),
            ("next monday", "Mon 2026-11-30 09:00"),
            ("end of week", "Fri 2026-11-27 17:30"),
            ("end of the month", "Mon 2026-11-30 17:30"),
            ("next month", "Tue 2026-12-01 09:00"),
        ],
    );
}

#[test]
fn when_the_clocks_change() {
    check(
        "2026-03-28T12:00",
        "Europe/Berlin",
        &[
            ("tomorrow 02:30", "Sun 2026-03-29 03:30"),
            ("1d", "Sun 2026-03-29 12:00"),
            ("24h", "Sun 2026-03-29 13:00"),
        ],
    );
    check(
        "2026-10-24T12:00",
        "Europe/Berlin",
        &[("1d", "Sun 2026-10-25 12:00"), ("24h", "Sun 2026-10-25 11:00")],
    );
    let berlin = context("2026-10-24T12:00", "Europe/Berlin");
    let doubled = parse_when("tomorrow 02:30", &berlin).expect("a time");
    assert_eq!(doubled.to_string(), "2026-10-25T00:30:00Z");
    // Each reader's own zone.
    check(
        "2026-11-24T23:30",
        "Asia/Singapore",
        &[("tomorrow", "Wed 2026-11-25 09:00"), ("1h", "Wed 2026-11-25 00:30")],
    );
}

#[test]
fn what_is_past_or_too_far() {
    let berlin = context("2026-11-24T18:00", "Europe/Berlin");
    for text in [
        "end of day",
        "today",
        "today 17:00",
        "2026-11-24",
        "2026-11-24 18:00",
        "0h",
        "0d",
        "1 Dec 2025",
    ] {
        assert_eq!(parse_when(text, &berlin), Err(WhenError::Past(text.to_owned())), "{text}");
    }
    for text in ["3654d", "1000000w", "99999999h", "1 Jan 2037"] {
        assert_eq!(parse_when(text, &berlin), Err(WhenError::Far(text.to_owned())), "{text}");
    }
}

#[test]
fn what_cannot_be_read_says_what_can() {
    let berlin = context("2026-11-24T10:15", "Europe/Berlin");
    for text in [
        "",
        "later",
        "soon",
        "2",
        "h",
        "2x",
        "25:00",
        "9:5",
        "9:60",
        "13pm",
        "0am",
        "32 Dec",
        "30 Feb",
        "Dec",
        "2026-13-01",
        "26-12-01",
        "fri sat",
        "next friday next",
        "tomorrow tomorrow",
        "-2h",
        "+2h",
        "at 9 tomorrow maybe",
        "until",
        "until until friday",
        "２h",
        "friday 14",
        "1 Dec 26",
    ] {
        let error = parse_when(text, &berlin).expect_err(text);
        assert_eq!(
            error.to_string(),
            format!(
                "`{text}` is not a time I can read; write 2h, 3d, tomorrow 9:00, friday, fri 14:00, 1 Dec, 2026-12-01, end of day or next week"
            )
        );
    }
    let long = "friday ".repeat(10_000);
    assert!(parse_when(&long, &berlin).expect_err("too long").to_string().len() < 300);
}

#[test]
fn what_can_mean_two_days_is_asked_about() {
    let berlin = context("2026-11-24T10:15", "Europe/Berlin");
    for (text, question) in [
        ("01/02", "`01/02`: did you mean 1 Feb or 2 Jan? Write it like that"),
        (
            "until 3/4/2027 14:00",
            "`until 3/4/2027 14:00`: did you mean 3 Apr 2027 or 4 Mar 2027? Write it like that",
        ),
        ("next friday", "`next friday`: did you mean 27 Nov or 4 Dec? Write it like that"),
    ] {
        assert_eq!(parse_when(text, &berlin).expect_err(text).to_string(), question);
    }
    for text in ["13/13", "0/5", "31/11", "1.2", "32.1."] {
        assert!(matches!(parse_when(text, &berlin), Err(WhenError::Form(_))), "{text}");
    }
}
