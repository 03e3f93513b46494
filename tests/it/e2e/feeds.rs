//! A file of holidays that changes under a running daemon: what was promised stands, and a reload says what it would have moved.

use jiff::{Timestamp, ToSpan};

use super::desk::{Desk, SUPPORT, said};
use super::wire::a_question;

/// A calendar that is open day and night, and a file of its days off.
fn work() -> String {
    let calendar = "\ncalendars:\n  hall: { time_zone: UTC, hours: { daily: \"00:00-24:00\" }, holidays: [hall.ics] }\n";
    SUPPORT.replace(
        "    resolve_within: 3d\n",
        "    calendar: hall\n    resolve_within: 30 working hours\n",
    ) + calendar
}

/// Days off from the n-th day from today on, three of them.
fn days_off(days: i64) -> String {
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |n: i64| (today + n.days()).strftime("%Y%m%d").to_string();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//ops.example//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:{}\r\n\
         DTEND;VALUE=DATE:{}\r\nSUMMARY:Closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        day(days),
        day(days + 3)
    )
}

#[test]
fn a_promise_stands_and_the_reload_says_which_it_would_have_moved() {
    let mut desk = Desk::start(SUPPORT);
    let write = |name: &str, text: &str| std::fs::write(desk.folder.path().join(name), text).unwrap();
    write("hall.ics", &days_off(100));
    write("work.yaml", &work());
    let first = said(&desk.ask(&["reload"]));
    assert!(first.contains("reloaded, policy ") && !first.contains("promised"), "{first}");

    a_question(desk.smtp);
    let promised = desk.item("SUP-1")["deadlines"]["resolve"].clone();
    assert!(promised.is_string());

    // Nothing but the file of holidays changes.
    write("hall.ics", &days_off(1));
    let ahead = desk.json(&["reload", "--dry-run"]);
    let differences = ahead["items"][0]["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 1, "{ahead}");
    assert_eq!(differences[0]["what"], "resolve");
    assert!(
        differences[0]["would"].as_str().unwrap().ends_with("by hall; the promise stands"),
        "{ahead}"
    );
    let told = said(&desk.ask(&["reload"]));
    assert!(
        told.contains("1 promised deadline stands that the new calendars would have moved:\n  SUP-1 resolve "),
        "{told}"
    );
    assert_eq!(desk.item("SUP-1")["deadlines"]["resolve"], promised);
    // It was said once; the next reload moves nothing.
    let again = said(&desk.ask(&["reload"]));
    assert!(again.contains("reloaded, policy ") && !again.contains("promised"), "{again}");

    write("hall.ics", "closed tomorrow");
    let refused = desk.ask(&["reload"]);
    assert_eq!(refused.status.code(), Some(78));
    assert!(said(&refused).contains("B0318"), "{}", said(&refused));
    desk.stop();
}
