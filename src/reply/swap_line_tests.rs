//! What people write who want to swap.

use jiff::tz::TimeZone;

use super::super::{Line, ReadContext, Said, Stretch, Verb, WhenContext, read};

fn said(text: &str) -> String {
    let zone = TimeZone::get("Europe/Berlin").expect("zone");
    let is_party = |name: &str| ["ben", "Ben Okafor"].contains(&name);
    let context = ReadContext {
        when: WhenContext {
            now: "2026-11-23T10:00:00Z".parse().expect("instant"),
            zone: zone.clone(),
            day_start: jiff::civil::time(9, 0, 0, 0),
            day_end: jiff::civil::time(17, 0, 0, 0),
        },
        is_party: &is_party,
    };
    let local = |at: jiff::Timestamp| at.to_zoned(zone.clone()).strftime("%m-%d %H:%M").to_string();
    let stretch = |stretch: Stretch| {
        let days = if stretch.whole_days { "days " } else { "" };
        format!("{days}{} to {}", local(stretch.from), local(stretch.until))
    };
    let line = |line: &Line| match &line.said {
        Said::Verb(Verb::Swap(swap)) => {
            let back = swap.back.map_or_else(String::new, |back| format!(" for {}", stretch(back)));
            let rotation = swap.rotation.as_ref().map_or_else(String::new, |name| format!(" in {name}"));
            format!("{} with {}{back}{rotation}", stretch(swap.when), swap.with)
        }
        Said::Verb(Verb::Note(_)) => "note".to_owned(),
        Said::Verb(other) => format!("{other:?}"),
        Said::Unclear(why) => format!("? {why}"),
    };
    read(text, "", &context).iter().map(line).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_swap_is_read_as_it_is_said() {
    for (text, meant) in [
        ("swap 2026-12-24 with ben", "days 12-24 00:00 to 12-25 00:00 with ben"),
        (
            "Swap on thursday with Ben Okafor.",
            "days 11-26 00:00 to 11-27 00:00 with Ben Okafor",
        ),
        (
            "swap thu with ben for fri",
            "days 11-26 00:00 to 11-27 00:00 with ben for days 11-27 00:00 to 11-28 00:00",
        ),
        (
            "swap 24 Dec until 26 Dec, with ben, in support-duty",
            "days 12-24 00:00 to 12-27 00:00 with ben in support-duty",
        ),
        (
            "swap 24 Dec with ben in support-duty for 31 Dec",
            "days 12-24 00:00 to 12-25 00:00 with ben for days 12-31 00:00 to 01-01 00:00 in support-duty",
        ),
        (
            "swap 24 Dec 9:00 until 24 Dec 13:00 with ben",
            "12-24 09:00 to 12-24 13:00 with ben",
        ),
        ("swap today with ben", "days 11-23 00:00 to 11-24 00:00 with ben"),
    ] {
        assert_eq!(said(text), meant, "{text}");
    }
}

#[test]
fn what_is_no_swap_is_asked_about_or_is_text() {
    let form = "; write `swap 24 Dec with NAME`";
    for (text, meant) in [
        ("swap", "? it does not say with whom"),
        ("swap with ben", "? it does not say when"),
        ("swap 24 Dec with dan", "? nobody here is called `dan`"),
        ("swap the day with ben", "? `the day` is not a time I can read"),
        ("swap 22 Nov 2026 with ben", "? `22 Nov 2026` is already past"),
    ] {
        assert_eq!(said(text), format!("{meant}{form}"), "{text}");
    }
    for text in [
        "swap space is full on db1",
        "swap the disks with ben and then call the customer who has waited since monday",
        "swap 24 Dec with ben?",
    ] {
        assert_eq!(said(text), "note", "{text}");
    }
}
