//! What reads as a time to be done, and what it prints as.

use super::*;

fn read(text: &str) -> String {
    text.parse::<Due>().map_or_else(
        |_| "-".to_owned(),
        |due| format!("{due:?}").split('(').next().unwrap_or_default().to_owned(),
    )
}

#[test]
fn each_form_is_read() {
    let forms = [
        ("4 working hours", "Within"),
        ("90m", "Within"),
        ("17:00", "Clock"),
        ("2026-12-01", "Day"),
        ("2026-12-01 14:00", "Local"),
        ("2026-12-01T14:00", "Local"),
        ("2026-12-01T14:00:00Z", "Instant"),
        ("2026-12-01 14:00:00+02:00", "Instant"),
        (" 2026-12-01 ", "Day"),
        ("Tue, 1 Dec 2026 14:00:00 +0100", "Instant"),
    ];
    for (text, form) in forms {
        assert_eq!(read(text), form, "{text}");
    }
}

#[test]
fn anything_else_is_none() {
    for text in [
        "",
        "soon",
        "25:00",
        "2026-13-01",
        "0h",
        "tomorrow",
        "20261201",
        "4",
        "1e9",
        "-3h",
        "2026-12-01 25:00",
    ] {
        assert_eq!(read(text), "-", "{text}");
    }
}

#[test]
fn what_is_stored_reads_back() {
    for text in ["4 working hours", "17:00", "2026-12-01", "2026-12-01 14:00", "2026-12-01T14:00:00Z"] {
        let due: Due = text.parse().expect("a time");
        assert_eq!(due.to_string(), text);
        let stored = serde_json::to_string(&due).expect("as text");
        assert_eq!(serde_json::from_str::<Due>(&stored).expect("read back"), due);
    }
}
