//! Holidays out of iCalendar files: what counts, what does not, and what is refused.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::DayOff;

fn holidays_from_ics(text: &str) -> Result<BTreeMap<Date, DayOff>, String> {
    super::holidays_from_ics(text, &"holidays.ics".into())
}

fn file(events: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//ops.example//EN\r\n{}END:VCALENDAR\r\n",
        events.replace('\n', "\r\n")
    )
}

fn event(lines: &str) -> String {
    format!(
        "BEGIN:VEVENT\n{}\nEND:VEVENT\n",
        lines.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n")
    )
}

fn read(events: &[&str]) -> Vec<String> {
    let events: String = events.iter().map(|lines| event(lines)).collect();
    let holidays = holidays_from_ics(&file(&events)).expect("holidays");
    holidays.iter().map(|(date, day)| format!("{date} {}", day.name)).collect()
}

#[test]
fn single_days_and_several() {
    assert_eq!(
        read(&["UID:1\nDTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\nSUMMARY:Christmas Day"]),
        ["2026-12-25 Christmas Day"]
    );
    assert_eq!(read(&["UID:1\nDTSTART;VALUE=DATE:20261225\nSUMMARY:No end"]), ["2026-12-25 No end"]);
    assert_eq!(
        read(&["UID:1\nDTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225\nSUMMARY:Same end"]),
        ["2026-12-25 Same end"]
    );
    assert_eq!(
        read(&["UID:1\nDTSTART;VALUE=DATE:20261230\nDTEND;VALUE=DATE:20270102\nSUMMARY:Closed\\, all of us"]),
        [
            "2026-12-30 Closed, all of us",
            "2026-12-31 Closed, all of us",
            "2027-01-01 Closed, all of us"
        ]
    );
    assert_eq!(
        read(&["UID:1\nDTSTART;VALUE=DATE:20261230\nDURATION:P2D\nSUMMARY:Two"]),
        ["2026-12-30 Two", "2026-12-31 Two"]
    );
    // Clocks change in Berlin on that day; dates do not care.
    assert_eq!(
        read(&["UID:1\nDTSTART;VALUE=DATE:20260329\nDTEND;VALUE=DATE:20260330\nSUMMARY:Spring"]),
        ["2026-03-29 Spring"]
    );
}

#[test]
fn what_is_left_out() {
    assert!(read(&["UID:1\nDTSTART:20261225T090000Z\nDTEND:20261225T100000Z\nSUMMARY:Meeting"]).is_empty());
    assert!(read(&["UID:1\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Not any more"]).is_empty());
    assert_eq!(
        read(&[
            "UID:1\nDTSTART;VALUE=DATE:20250501\nRRULE:FREQ=YEARLY;COUNT=3\nSUMMARY:May Day",
            "UID:1\nRECURRENCE-ID;VALUE=DATE:20260501\nDTSTART;VALUE=DATE:20260501\nSTATUS:CANCELLED\nSUMMARY:May Day",
        ]),
        ["2025-05-01 May Day", "2027-05-01 May Day"]
    );
    assert_eq!(
        read(&["UID:1\nDTSTART;VALUE=DATE:20250501\nRRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:20270501\nSUMMARY:May Day"]),
        ["2025-05-01 May Day", "2026-05-01 May Day"]
    );
}

#[test]
fn repeating_ones_fill_the_named_years_and_starve_nobody() {
    let all = read(&[
        "UID:1\nDTSTART;VALUE=DATE:19700101\nRRULE:FREQ=YEARLY\nSUMMARY:New Year",
        "UID:2\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas Day",
        "UID:3\nDTSTART;VALUE=DATE:20200904\nRRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=1MO\nSUMMARY:Labour Day",
    ]);
    assert_eq!(all.iter().filter(|line| line.ends_with("New Year")).count(), 31);
    assert_eq!(all.first().map(String::as_str), Some("2020-01-01 New Year"));
    assert!(all.contains(&"2050-01-01 New Year".to_owned()));
    assert!(all.contains(&"2026-12-25 Christmas Day".to_owned()));
    assert!(all.contains(&"2026-09-07 Labour Day".to_owned()));
}

#[test]
fn two_on_one_day_are_joined() {
    let two = "UID:1\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas Day";
    assert_eq!(
        read(&[two, "UID:2\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Closed"]),
        ["2026-12-25 Christmas Day / Closed"]
    );
    assert_eq!(
        read(&[two, "UID:2\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas Day"]),
        ["2026-12-25 Christmas Day"]
    );
    assert_eq!(read(&["UID:1\nDTSTART;VALUE=DATE:20261225"]), ["2026-12-25 holiday"]);
}

#[test]
fn what_is_refused() {
    let whole = file(&event("UID:1\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas Day"));
    assert!(holidays_from_ics(&whole).is_ok());
    for text in [
        "",
        "holidays: [2026-12-25]",
        "<html></html>",
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ana\r\nEND:VCARD\r\n",
    ] {
        assert_eq!(
            holidays_from_ics(text),
            Err("this is not an iCalendar file; it begins with BEGIN:VCALENDAR".to_owned()),
            "{text}"
        );
    }
    for cut in 0..whole.len() - "END:VCALENDAR\r\n".len() {
        assert!(holidays_from_ics(&whole[..cut]).is_err(), "{}", &whole[..cut]);
    }
    let wrong = file(&event("UID:1\nSUMMARY:No date"));
    assert_eq!(
        holidays_from_ics(&wrong),
        Err("the date or repetition of event `No date` cannot be read".to_owned())
    );
    let long = file(&event(
        "UID:1\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20280101\nSUMMARY:Long",
    ));
    assert!(holidays_from_ics(&long).is_err());
}

#[test]
fn an_occurrence_is_where_it_was_moved_to() {
    let yearly = "UID:1\nDTSTART;VALUE=DATE:20250501\nRRULE:FREQ=YEARLY;COUNT=4\nSUMMARY:May Day";
    // Whoever moves it counts SEQUENCE up.
    assert_eq!(
        read(&[
            yearly,
            "UID:1\nSEQUENCE:3\nRECURRENCE-ID;VALUE=DATE:20260501\nDTSTART;VALUE=DATE:20260504\nSUMMARY:May Day observed",
            "UID:1\nSEQUENCE:2\nRECURRENCE-ID;VALUE=DATE:20260501\nDTSTART;VALUE=DATE:20260506\nSUMMARY:An older plan",
        ]),
        [
            "2025-05-01 May Day",
            "2026-05-04 May Day observed",
            "2027-05-01 May Day",
            "2028-05-01 May Day"
        ]
    );
    // To a time of day: no holiday any more.
    assert_eq!(
        read(&[
            yearly,
            "UID:1\nRECURRENCE-ID;VALUE=DATE:20260501\nDTSTART:20260501T090000Z\nSUMMARY:May Day speech"
        ]),
        ["2025-05-01 May Day", "2027-05-01 May Day", "2028-05-01 May Day"]
    );
    // With all that follow, or not at all from then on.
    assert_eq!(
        read(&[
            yearly,
            "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20270501\nDTSTART;VALUE=DATE:20270503\nDTEND;VALUE=DATE:20270505\nSUMMARY:Spring",
        ]),
        [
            "2025-05-01 May Day",
            "2026-05-01 May Day",
            "2027-05-03 Spring",
            "2027-05-04 Spring",
            "2028-05-03 Spring",
            "2028-05-04 Spring"
        ]
    );
    assert_eq!(
        read(&[
            yearly,
            "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260501\nDTSTART;VALUE=DATE:20260501\nSTATUS:CANCELLED",
        ]),
        ["2025-05-01 May Day"]
    );
    // Without its series it stands for itself.
    assert_eq!(
        read(&["UID:1\nRECURRENCE-ID;VALUE=DATE:20260501\nDTSTART;VALUE=DATE:20260504\nSUMMARY:Moved"]),
        ["2026-05-04 Moved"]
    );
}

#[test]
fn further_dates_and_exceptions() {
    assert_eq!(
        read(&["UID:1\nDTSTART;VALUE=DATE:20260501\nRDATE;VALUE=DATE:20260601,20260701\nEXDATE;VALUE=DATE:20260601\nSUMMARY:Closed"]),
        ["2026-05-01 Closed", "2026-07-01 Closed"]
    );
    // Some programs write the time of day all the same.
    assert_eq!(
        read(&["UID:1\nDTSTART;VALUE=DATE:20260501\nRRULE:FREQ=MONTHLY;COUNT=3\nEXDATE:20260601T000000\nSUMMARY:Closed"]),
        ["2026-05-01 Closed", "2026-07-01 Closed"]
    );
}

#[test]
fn from_midnight_to_midnight_is_all_day() {
    let berlin = "UID:1\nDTSTART;TZID=Europe/Berlin:20261224T000000\nDTEND;TZID=Europe/Berlin:20261226T000000\nSUMMARY:Closed";
    assert_eq!(read(&[berlin]), ["2026-12-24 Closed", "2026-12-25 Closed"]);
    // In Santiago midnight is skipped on the day the clocks go forward.
    let santiago = "UID:1\nDTSTART;TZID=America/Santiago:20260830T000000\nDTEND;TZID=America/Santiago:20260831T000000\nRRULE:FREQ=WEEKLY;COUNT=2\nSUMMARY:Closed";
    assert_eq!(read(&[santiago]), ["2026-08-30 Closed", "2026-09-06 Closed"]);
    assert!(read(&["UID:1\nDTSTART:20261224T000000Z\nDTEND:20261225T000000Z\nSUMMARY:A day of Greenwich"]).is_empty());
    assert!(read(&["UID:1\nDTSTART;TZID=Europe/Berlin:20261224T000000\nSUMMARY:A moment"]).is_empty());
}

#[test]
fn each_day_says_in_which_line_its_event_begins() {
    let text = file(
        &[
            event("UID:1\nDTSTART;VALUE=DATE:20261225\nSUMMARY:A"),
            event("UID:2\nDTSTART;VALUE=DATE:20261225\nSUMMARY:B"),
        ]
        .concat(),
    );
    let holidays = holidays_from_ics(&text).expect("holidays");
    let places = |day: &DayOff| day.places.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        holidays.values().map(places).collect::<Vec<_>>(),
        [["holidays.ics:4:1", "holidays.ics:9:1"]]
    );
}

#[test]
fn a_rule_that_cannot_be_read_or_never_ends_is_refused() {
    for rule in ["RRULE:FREQ=SOMETIMES", "RRULE:FREQ=YEARLY;UNTIL=soon", "RRULE:yearly"] {
        let text = file(&event(&format!("UID:1\nDTSTART;VALUE=DATE:20260501\n{rule}\nSUMMARY:May Day")));
        assert_eq!(
            holidays_from_ics(&text),
            Err("the date or repetition of event `May Day` cannot be read".to_owned()),
            "{rule}"
        );
    }
    let daily = file(&event("UID:1\nDTSTART;VALUE=DATE:18000101\nRRULE:FREQ=DAILY\nSUMMARY:Always"));
    assert_eq!(
        holidays_from_ics(&daily),
        Err("event `Always` repeats more than 20000 times".to_owned())
    );
}

/// Public holiday files of ten countries, with what an independent program reads in them.
#[test]
fn agrees_with_the_corpus() {
    let folder = std::path::Path::new("../shared/corpora");
    let Ok(expected) = std::fs::read_to_string(folder.join("calendars/expected.jsonl")) else {
        eprintln!("SKIPPED: no ../shared/corpora beside the checkout; the holiday files were not compared");
        return;
    };
    let mut compared = 0;
    for line in expected.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("json");
        let path = line["path"].as_str().expect("a path");
        let Ok(text) = std::fs::read_to_string(folder.join(path)) else {
            continue;
        };
        // Whatever stands in a file, reading it ends.
        let read = holidays_from_ics(&text);
        if let Some(holidays) = line["expected"]["holidays"].as_object() {
            let read = read.unwrap_or_else(|error| panic!("{path}: {error}"));
            let dates: Vec<String> = read.keys().map(ToString::to_string).collect();
            let wanted: Vec<&String> = holidays.keys().collect();
            assert_eq!(dates.iter().collect::<Vec<_>>(), wanted, "{path}");
            compared += 1;
        }
    }
    eprintln!("holiday files that agree with the corpus: {compared}");
    assert!(compared > 0);
}

/// Repeating and moved all-day events of the test files of many calendar programs, against what an independent program makes of them.
#[test]
fn repetitions_agree_with_the_corpus() {
    let folder = std::path::Path::new("../shared/corpora");
    let Ok(expected) = std::fs::read_to_string(folder.join("calendars/expected.jsonl")) else {
        eprintln!("SKIPPED: no ../shared/corpora beside the checkout; repeating events were not compared");
        return;
    };
    let mut compared = 0;
    for line in expected.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("json");
        let path = line["path"].as_str().expect("a path");
        let Some(occurrences) = line["expected"]["occurrences"].as_array() else {
            continue;
        };
        let date = |value: &serde_json::Value| {
            value
                .as_str()
                .and_then(|text| text.parse::<Date>().ok().filter(|_| text.len() == 10))
        };
        let mut wanted = std::collections::BTreeSet::new();
        for occurrence in occurrences {
            let (Some(start), Some(end)) = (date(&occurrence["start"]), date(&occurrence["end"])) else {
                continue;
            };
            let days = start.series(jiff::ToSpan::day(1)).take_while(|day| *day == start || *day < end);
            wanted.extend(days);
        }
        let (Some(first), Some(last)) = (wanted.first().copied(), wanted.last().copied()) else {
            continue;
        };
        let text = std::fs::read_to_string(folder.join(path)).expect("a calendar");
        let read = super::holidays_within(&text, &path.into(), 1995..=2030).unwrap_or_else(|error| panic!("{path}: {error}"));
        let read: std::collections::BTreeSet<Date> = read.into_keys().filter(|day| (first..=last).contains(day)).collect();
        assert_eq!(read, wanted, "{path}");
        compared += 1;
    }
    eprintln!("repeating events that agree with the corpus: {compared}");
    assert!(compared > 5);
}
