//! Messages in order of time, and the times of files that do not say theirs.

use super::*;

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

#[test]
fn a_webhooks_file_name_can_begin_with_its_time() {
    let at = |name: &str| time_in_name(name, &berlin()).map(|at| at.to_string());
    assert_eq!(at("20261123T091500Z-issue.json").as_deref(), Some("2026-11-23T09:15:00Z"));
    assert_eq!(at("2026-11-23T09-15-30Z.json").as_deref(), Some("2026-11-23T09:15:30Z"));
    assert_eq!(
        at("2026-11-23_09.15 disk.json").as_deref(),
        Some("2026-11-23T08:15:00Z"),
        "in the zone given"
    );
    for none in [
        "issue-20261123T091500Z.json",
        "2026-11-23.json",
        "20261323T091500Z.json",
        "1.json",
        "",
        "ä",
    ] {
        assert_eq!(at(none), None, "{none}");
    }
}

#[test]
fn a_maildirs_file_name_begins_with_its_second() {
    let at = |name: &str| time_of_file(Path::new(name), false, &berlin()).map(|at| at.as_second());
    assert_eq!(at("cur/1795423500.M1P2.host:2,S"), Some(1_795_423_500));
    assert_eq!(at("a.eml"), None);
    assert_eq!(at("12.eml"), None);
}

#[test]
fn the_days_are_those_of_the_first_message_and_six_more() {
    let period = |from: Option<&str>, to: Option<&str>| Period {
        from: from.map(|at| at.parse().unwrap()),
        to: to.map(|at| at.parse().unwrap()),
        zone: berlin(),
    };
    let first = Some("2026-11-23T08:12:00Z".parse().unwrap());
    let said = |ends: Option<(Timestamp, Timestamp)>| ends.map(|(from, to)| format!("{from} {to}"));
    assert_eq!(
        said(period(None, None).ends(first)).as_deref(),
        Some("2026-11-22T23:00:00Z 2026-11-29T23:00:00Z")
    );
    let given = period(Some("2026-11-24T00:00:00Z"), Some("2026-11-25T00:00:00Z"));
    assert_eq!(said(given.ends(None)).as_deref(), Some("2026-11-24T00:00:00Z 2026-11-25T00:00:00Z"));
    assert_eq!(period(None, None).ends(None), None);
}

/// A mailbox whose messages come to more than is held in memory gives the same bytes back.
#[test]
fn what_is_too_much_waits_in_a_file() {
    use crate::driver::ArrivalKind;
    let mut catalogue = Catalogue {
        held: MAX_HELD_BYTES - 10,
        ..Catalogue::default()
    };
    for (number, text) in ["0123456789", "a second one", "and a third"].into_iter().enumerate() {
        let message = FileMessage {
            name: format!("m{number}"),
            own_time: Timestamp::from_second(100 - i64::try_from(number).unwrap()).ok(),
            arrival: Ok(Arrival {
                source: "inbox".into(),
                received: Timestamp::UNIX_EPOCH,
                raw: Bytes::from(text),
                kind: ArrivalKind::Mail(Default::default()),
            }),
        };
        catalogue.add(number, message, false, &TimeZone::UTC).unwrap();
    }
    assert_eq!(
        catalogue.played.iter().map(|p| p.spooled.is_some()).collect::<Vec<_>>(),
        [false, true, true]
    );
    let raw: Vec<Bytes> = catalogue.played.iter().map(|p| catalogue.arrival(p).unwrap().raw).collect();
    assert_eq!(raw, ["0123456789", "a second one", "and a third"]);
}
