//! Answers as people write them.

use super::*;

fn until_of(subject: &str, text: &str) -> Option<String> {
    let mail = Mail {
        subject: subject.to_owned(),
        new_text: text.to_owned(),
        date: Some("2026-11-23T09:00:00Z".parse().unwrap()),
        ..Mail::default()
    };
    until(&mail).map(|date| date.to_string())
}

#[test]
fn the_expression_is_one() {
    assert!(DATES.is_some());
}

#[test]
fn the_last_day_is_read() {
    for (subject, text, expected) in [
        ("Out of office till 4.12.2026", "", "2026-12-04"),
        ("Abwesend bis 04.12.26", "", "2026-12-04"),
        ("Ван канцеларије до 04.12.2026", "", "2026-12-04"),
        ("Away", "I am away until Friday, 4 December and read no mail.", "2026-12-04"),
        ("Away", "I will be out from November 24th through December 4, 2026.", "2026-12-04"),
        ("Away", "I'm back on 2026-12-07.", "2026-12-06"),
        ("Urlaub", "Ich bin bis zum 3. Januar nicht da.", "2027-01-03"),
        ("Urlaub", "Ab dem 7.12.2026 bin ich wieder da.", "2026-12-06"),
        ("Absence", "Je suis absent jusqu'au 4 décembre 2026 inclus.", "2026-12-04"),
        ("Away", "until 25/12/2026", "2026-12-25"),
        ("Away", "until 12/25/2026", "2026-12-25"),
    ] {
        assert_eq!(until_of(subject, text).as_deref(), Some(expected), "{subject}: {text}");
    }
}

#[test]
fn what_can_be_read_two_ways_or_is_no_end_is_none() {
    for (subject, text) in [
        ("Away", "until 4/12/2026"),
        ("Away", "I am away. Your mail of 20 November 2026 was not read."),
        ("Away from 1.12.2026, 4.12.2026", ""),
        ("Away", "until 99.99.2026"),
        ("Away", "until further notice"),
        ("", ""),
    ] {
        assert_eq!(until_of(subject, text), None, "{subject}: {text}");
    }
}
