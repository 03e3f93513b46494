//! Which lines of a reply are about which of a list.

use jiff::civil::time;
use jiff::tz::TimeZone;

use super::*;
use crate::reply::WhenContext;

fn said(text: &str, subject: &str) -> Vec<String> {
    let context = ReadContext {
        when: WhenContext {
            now: "2026-11-24T09:40:00Z".parse().unwrap(),
            zone: TimeZone::UTC,
            day_start: time(9, 0, 0, 0),
            day_end: time(17, 0, 0, 0),
        },
        is_party: &|name| name == "ben",
    };
    let lines = read_numbered(text, subject, 3, &context);
    lines.iter().map(|one| format!("{:?} {:?}", one.numbers, one.line.said)).collect()
}

#[test]
fn verbs_name_their_numbers() {
    for (text, expected) in [
        ("accept", "[] Verb(Accept(None))"),
        ("accept all", "[] Verb(Accept(None))"),
        ("accept, on it", "[] Verb(Accept(Some(\"on it\")))"),
        ("accept 2,3", "[2, 3] Verb(Accept(None))"),
        ("accept 2, 3 and 1: calling Kim", "[2, 3, 1] Verb(Accept(Some(\"calling Kim\")))"),
        ("decline 1 not mine", "[1] Verb(Decline(\"not mine\"))"),
        ("2 pass ben", "[2] Verb(Pass(\"ben\", None))"),
        ("2. done", "[2] Verb(Done(None))"),
        ("done 3 fixed it", "[3] Verb(Done(Some(\"fixed it\")))"),
        ("2 next: call Kim", "[2] Verb(Note(\"next: call Kim\"))"),
    ] {
        assert_eq!(said(text, ""), [expected], "{text}");
    }
    assert_eq!(said("", "accept 2 SHIFT-3"), ["[2] Verb(Accept(None))"]);
}

#[test]
fn a_number_that_is_not_there_takes_nothing() {
    assert_eq!(
        said("accept 7", ""),
        ["[] Unclear(\"there is no 7 in this list; it goes from 1 to 3\")"]
    );
    assert!(said("decline 1", "")[0].contains("needs a reason"));
    assert_eq!(said("7 boxes came", ""), ["[] Verb(Note(\"7 boxes came\"))"]);
    assert_eq!(said("12:30 is lunch", ""), ["[] Verb(Note(\"12:30 is lunch\"))"]);
}

#[test]
fn text_belongs_to_the_number_above_it() {
    assert_eq!(
        said("accept 1,2\nHello\n1 next: call Kim\nwatch: the fuse\n3: waits for parts", ""),
        [
            "[1, 2] Verb(Accept(None))",
            "[] Verb(Note(\"Hello\"))",
            "[1] Verb(Note(\"next: call Kim\\nwatch: the fuse\"))",
            "[3] Verb(Note(\"waits for parts\"))"
        ]
    );
}

#[test]
fn a_verb_with_numbers_of_its_own_is_about_those() {
    assert_eq!(
        said("1 show\naccept 2\n3 done\nfixed it\ndecline all, no time", ""),
        [
            "[1] Verb(Show)",
            "[2] Verb(Accept(None))",
            "[3] Verb(Done(None))",
            "[3] Verb(Note(\"fixed it\"))",
            "[] Verb(Decline(\"no time\"))",
        ]
    );
}
