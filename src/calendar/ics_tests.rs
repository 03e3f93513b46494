//! Holidays out of iCalendar files: what counts, what does not, and what is refused.

use super::holidays_from_ics;

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
    holidays.iter().map(|(date, name)| format!("{date} {name}")).collect()
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
    assert_eq!(all.iter().filter(|line| line.ends_with("New Year")).count(), 21);
    assert_eq!(all.first().map(String::as_str), Some("2020-01-01 New Year"));
    assert!(all.contains(&"2040-01-01 New Year".to_owned()));
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
