//! Hours and days as the configuration writes them, and names of zones.

use super::super::{DaySpan, HoursError, add_hours, parse_days, parse_time, week_text, zone};

#[test]
fn spans_of_hours() {
    for (text, shown) in [
        ("09:00-17:30", "09:00-17:30"),
        (" 9:00 - 17:30 ", "09:00-17:30"),
        ("00:00-24:00", "00:00-24:00"),
        ("23:59-24:00", "23:59-24:00"),
    ] {
        assert_eq!(DaySpan::parse(text).map(|span| span.to_string()), Ok(shown.to_owned()));
    }
    for text in [
        "",
        "9-17",
        "09:00",
        "09:00-",
        "09:00-17:60",
        "24:00-24:00",
        "25:00-26:00",
        "09:00-17:30-18:00",
        "9:0-17:00",
        "09:00:00-10:00:00",
        "+9:00-10:00",
    ] {
        assert!(matches!(DaySpan::parse(text), Err(HoursError::Form(_))), "{text}");
    }
    for text in ["00:00-00:00", "09:00-09:00"] {
        assert!(matches!(DaySpan::parse(text), Err(HoursError::Empty(_))), "{text}");
    }
    for (text, shown, night) in [
        ("22:00-06:00", "22:00-06:00", true),
        ("17:00-16:59", "17:00-16:59", true),
        ("22:00-00:00", "22:00-24:00", false),
        ("00:00-00:01", "00:00-00:01", false),
    ] {
        let span = DaySpan::parse(text).expect("a span");
        assert_eq!((span.to_string().as_str(), span.is_night()), (shown, night));
    }
    assert_eq!(parse_time("7:05").map(|time| time.to_string()).as_deref(), Some("07:05:00"));
}

#[test]
fn days_of_the_week() {
    let days = |text: &str| parse_days(text).map(|days| days.iter().map(|day| day.to_monday_zero_offset()).collect::<Vec<_>>());
    assert_eq!(days("mon-thu"), Ok(vec![0, 1, 2, 3]));
    assert_eq!(days("Fri"), Ok(vec![4]));
    assert_eq!(days("sat,sun, Monday"), Ok(vec![5, 6, 0]));
    assert_eq!(days("sat-mon"), Ok(vec![5, 6, 0]));
    assert_eq!(days("mon,mon-tue"), Ok(vec![0, 1]));
    for text in ["", "mo", "mon-", "mon-thu-fri", "weekdays", "1-5"] {
        assert!(parse_days(text).is_err(), "{text}");
    }
}

#[test]
fn a_week_is_sorted_and_without_overlap() {
    let mut week: [Vec<DaySpan>; 7] = Default::default();
    assert_eq!(add_hours(&mut week, "mon-fri", &["13:00-17:00", "08:30-12:00"]), Ok(()));
    assert_eq!(
        week[0].iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["08:30-12:00", "13:00-17:00"]
    );
    assert!(week[5].is_empty());
    let before = week.clone();
    let error = add_hours(&mut week, "fri-sat", &["11:00-13:00"]).expect_err("an overlap");
    assert_eq!(error.to_string(), "08:30-12:00 and 11:00-13:00 on fri overlap");
    assert_eq!(week, before);
    assert_eq!(add_hours(&mut week, "fri", &["12:00-13:00", "17:00-24:00"]), Ok(()));
    assert!(add_hours(&mut week, "fri", &["23:00-23:30"]).is_err());
}

#[test]
fn nights_reach_into_the_next_day() {
    let mut week: [Vec<DaySpan>; 7] = Default::default();
    assert_eq!(add_hours(&mut week, "mon-sun", &["22:00-06:00"]), Ok(()));
    assert_eq!(add_hours(&mut week, "wed", &["06:00-14:00"]), Ok(()));
    assert_eq!(
        week_text(&week),
        "mon-tue 22:00-06:00, wed 06:00-14:00 22:00-06:00, thu-sun 22:00-06:00"
    );
    let before = week.clone();
    for (day, span, error) in [
        ("thu", "05:59-07:00", "22:00-06:00 on wed and 05:59-07:00 on thu overlap"),
        ("mon", "05:00-07:00", "22:00-06:00 on sun and 05:00-07:00 on mon overlap"),
        ("fri", "21:00-22:30", "21:00-22:30 and 22:00-06:00 on fri overlap"),
        ("fri", "23:00-23:30", "22:00-06:00 and 23:00-23:30 on fri overlap"),
        ("fri", "20:00-03:00", "20:00-03:00 and 22:00-06:00 on fri overlap"),
    ] {
        let refused = add_hours(&mut week, day, &[span]).expect_err("an overlap");
        assert_eq!(refused.to_string(), error);
    }
    assert_eq!(week, before);
    assert_eq!(week_text(&Default::default()), "");
}

#[test]
fn zones_have_iana_names() {
    for (name, written) in [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("UTC", "UTC"),
        ("America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
    ] {
        assert_eq!(zone(name).expect("a zone").iana_name(), Some(written));
    }
    for name in [
        "",
        "Berlin",
        "+01:00",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "posix/Europe/Berlin",
        "right/Europe/Berlin",
        "localtime",
        "../zoneinfo/UTC",
        "Etc/Unknown",
        "Europe/Berlin\0",
        "Europe/Bérlin",
        "zone.tab",
    ] {
        assert!(zone(name).is_err(), "{name}");
    }
}
