use super::*;

fn wall(zone: &str, now: &str) -> Wall {
    Wall {
        zone: TimeZone::get(zone).expect("a zone"),
        zone_name: zone.to_owned(),
        now: now.parse().expect("an instant"),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

#[test]
fn a_deadline_is_said_in_the_readers_zone_with_its_distance() {
    let berlin = wall("Europe/Berlin", "2026-11-24T09:40:00Z");
    assert_eq!(
        berlin.say_fully(at("2026-11-24T13:00:00Z")),
        "Tue 24 Nov 14:00 (Europe/Berlin), in 3 h 20 min"
    );
    assert_eq!(
        wall("Asia/Singapore", "2026-11-24T09:40:00Z").say(at("2026-11-24T17:00:00Z")),
        "Wed 25 Nov 01:00"
    );
}

#[test]
fn another_year_is_named() {
    let berlin = wall("Europe/Berlin", "2026-12-31T12:00:00Z");
    assert_eq!(berlin.say(at("2026-12-31T22:59:00Z")), "Thu 31 Dec 23:59");
    assert_eq!(berlin.say(at("2026-12-31T23:00:00Z")), "Fri 1 Jan 2027 00:00");
}

#[test]
fn distances_have_two_units_at_most() {
    let utc = wall("UTC", "2026-11-24T12:00:00Z");
    for (then, said) in [
        ("2026-11-24T12:00:00Z", "now"),
        ("2026-11-24T12:00:59Z", "in 59 s"),
        ("2026-11-24T11:59:30Z", "30 s ago"),
        ("2026-11-24T12:01:00Z", "in 1 min"),
        ("2026-11-24T12:59:59Z", "in 59 min"),
        ("2026-11-24T13:00:00Z", "in 1 h"),
        ("2026-11-26T11:59:00Z", "in 47 h 59 min"),
        ("2026-11-26T12:00:00Z", "in 2 d"),
        ("2026-12-01T15:30:00Z", "in 7 d 3 h"),
        ("2026-11-24T11:40:00Z", "20 min ago"),
        ("2026-11-21T12:00:00Z", "3 d ago"),
    ] {
        assert_eq!(utc.distance(at(then)), said, "{then}");
    }
}

#[test]
fn a_subject_names_the_day_that_is_meant() {
    let utc = wall("UTC", "2026-11-24T12:00:00Z");
    assert_eq!(utc.say_briefly(at("2026-11-24T14:00:00Z")), "Tue 14:00");
    assert_eq!(utc.say_briefly(at("2026-11-30T11:00:00Z")), "Mon 11:00");
    assert_eq!(utc.say_briefly(at("2026-12-01T12:00:00Z")), "1 Dec 12:00");
    assert_eq!(utc.say_briefly(at("2026-11-23T12:00:00Z")), "23 Nov 12:00");
}
