//! What people write when they go away.

use jiff::tz::TimeZone;

use super::super::{Line, ReadContext, Said, Verb, WhenContext, read};

fn said(text: &str) -> String {
    let is_party = |name: &str| ["ben", "Ben Okafor"].contains(&name);
    let context = ReadContext {
        when: WhenContext {
            now: "2026-11-23T10:00:00Z".parse().expect("instant"),
            zone: TimeZone::get("Europe/Berlin").expect("zone"),
            day_start: jiff::civil::time(9, 0, 0, 0),
            day_end: jiff::civil::time(17, 0, 0, 0),
        },
        is_party: &is_party,
    };
    let lines = read(text, "", &context);
    let line = |line: &Line| match &line.said {
        Said::Verb(Verb::Away(away)) => {
            let zone = TimeZone::get("Europe/Berlin").expect("zone");
            let local = |at: jiff::Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
            let cover = away.cover.as_deref().map_or(String::new(), |cover| format!(" {cover}"));
            format!("{} to {}{cover}", local(away.from), local(away.until))
        }
        Said::Verb(Verb::Back) => "back".to_owned(),
        Said::Verb(Verb::Note(_)) => "note".to_owned(),
        Said::Verb(other) => format!("{other:?}"),
        Said::Unclear(why) => format!("? {why}"),
    };
    lines.iter().map(line).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_stretch_is_read_as_it_is_said() {
    for (text, meant) in [
        ("away 20 Dec until 2 Jan cover ben", "2026-12-20 00:00 to 2027-01-03 00:00 ben"),
        (
            "Away until 2 Dec, cover Ben Okafor.",
            "2026-11-23 11:00 to 2026-12-03 00:00 Ben Okafor",
        ),
        ("away from 2026-12-20 to 2027-01-02", "2026-12-20 00:00 to 2027-01-03 00:00"),
        ("away tomorrow", "2026-11-24 00:00 to 2026-11-25 00:00"),
        ("away today", "2026-11-23 11:00 to 2026-11-24 00:00"),
        ("away 23 Nov until wed", "2026-11-23 11:00 to 2026-11-26 00:00"),
        ("away until fri 14:00", "2026-11-23 11:00 to 2026-11-27 14:00"),
        ("away 15:00 until 18:00 covered by ben", "2026-11-23 15:00 to 2026-11-23 18:00 ben"),
        ("away until 3h", "2026-11-23 11:00 to 2026-11-23 14:00"),
        ("back", "back"),
        ("Back!", "back"),
    ] {
        assert_eq!(said(text), meant, "{text}");
    }
}

#[test]
fn what_is_no_stretch_is_asked_about_or_is_text() {
    for (text, meant) in [
        ("away", "? it does not say until when; write `away 20 Dec until 2 Jan cover NAME`"),
        (
            "away 20 Dec until 2 Jan cover dan",
            "? nobody here is called `dan`; write `away 20 Dec until 2 Jan cover NAME`",
        ),
        (
            "away 20 Dec until 10 Dec",
            "? it ends before it begins; write `away 20 Dec until 2 Jan cover NAME`",
        ),
        ("away from my desk until I have found somebody who can do this", "note"),
        ("away is the man who wrote this", "note"),
        ("away until tomorrow?", "note"),
        ("back to work it goes", "note"),
    ] {
        assert_eq!(said(text), meant, "{text}");
    }
}
