//! `docs/by-mail.md` shows the help as it is sent and times as they are read. `BATOND_UPDATE=1` writes both anew.

use std::fmt::Write as _;

use batond::engine::HELP;
use batond::reply::{WhenContext, parse_when};
use jiff::civil::{datetime, time};
use jiff::tz::TimeZone;

/// What people write, in the order in which the page shows it.
const WRITTEN: [&str; 30] = [
    "30m",
    "2h",
    "half an hour",
    "3 days",
    "a week",
    "14:00",
    "2 p.m.",
    "today 17:00",
    "end of day",
    "tomorrow",
    "tomorrow 9:30",
    "tomorrow noon",
    "day after tomorrow",
    "friday",
    "fri 14:00",
    "friday morning",
    "next monday",
    "next week",
    "end of week",
    "next month",
    "1 Dec",
    "Dec 1, 14:00",
    "3 Feb 2028",
    "2026-12-13",
    "2026-12-13 09:30",
    "13.12.",
    "13/12",
    "01/02",
    "next friday",
    "whenever",
];

fn help() -> String {
    format!("```text\n{HELP}\n```\n")
}

fn when() -> String {
    let zone = TimeZone::get("Europe/Berlin").expect("a zone");
    let now = datetime(2026, 11, 24, 10, 15, 0, 0).to_zoned(zone.clone()).expect("in range");
    let context = WhenContext {
        now: now.timestamp(),
        zone: zone.clone(),
        day_start: time(9, 0, 0, 0),
        day_end: time(17, 30, 0, 0),
    };
    let mut text = String::from("| you write | it is read as |\n|---|---|\n");
    for written in WRITTEN {
        let read = match parse_when(written, &context) {
            Ok(at) => at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string(),
            Err(error) => error.to_string(),
        };
        writeln!(text, "| `{written}` | {read} |").expect("a text takes all");
    }
    text
}

#[test]
fn the_page_says_what_the_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/by-mail.md");
    let mut page = std::fs::read_to_string(path).expect("the page");
    let stood = page.clone();
    for (name, text) in [("help", help()), ("when", when())] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("no place for {name}"));
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no end of {name}"));
        page = format!("{before}{begin}{text}{end}{after}");
    }
    if std::env::var_os("BATOND_UPDATE").is_some() {
        std::fs::write(path, &page).expect("it can be written");
        return;
    }
    assert_eq!(stood, page, "BATOND_UPDATE=1 writes what the code does");
}
