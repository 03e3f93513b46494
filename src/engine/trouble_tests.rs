//! What counts as one thread, one text, one row of failures.

use jiff::{SignedDuration, Timestamp};

use super::{FAILURES_COUNT_FOR, MAX_FAILURES, failed, thread_of, words_of};
use crate::model::Correspondent;

#[test]
fn a_thread_is_its_subject_without_what_is_put_around_it() {
    for subject in [
        "Printer on fire",
        "Re: Printer on fire [SUP-1]",
        "AW: RE: [SUP-12] printer  on FIRE [TRI-4]",
        "Fwd: Re: Printer on fire",
        "Automatic reply: Printer on fire",
    ] {
        assert_eq!(thread_of(subject), "printer on fire", "{subject}");
    }
    assert_ne!(
        thread_of("[list] Printer on fire"),
        "printer on fire",
        "only ids of items are taken away"
    );
    assert_eq!(thread_of("Printer [SUP-1"), "printer", "a bracket that is never closed");
    assert_eq!(thread_of(""), "");
    assert_eq!(thread_of("Re: Re:"), "");
}

#[test]
fn a_text_is_its_words_without_numbers() {
    assert_eq!(words_of("I am away. (17)\n"), words_of("I am  away. (18)"));
    assert_ne!(words_of("I am away."), words_of("I am back."));
    assert_eq!(words_of(" 12 \n 3 "), "");
}

#[test]
fn failures_count_in_a_row_and_for_a_while() {
    let start: Timestamp = "2026-11-23T09:00:00Z".parse().expect("a time");
    let mut state = Correspondent::new("cat@there.example".parse().expect("an address"));
    let mut marks = false;
    for number in 1..=MAX_FAILURES {
        assert!(!marks, "{number}");
        (state, marks) = failed(&state, "no such user", start);
    }
    assert!(marks && state.marked == Some(start));
    let (again, marks) = failed(&state, "no such user", start);
    assert!(!marks, "it is marked once");
    assert_eq!(again.failures, MAX_FAILURES + 1);

    let new = Correspondent::new("cat@there.example".parse().expect("an address"));
    let (one, _) = failed(&new, "full", start);
    let (two, _) = failed(&one, "full", start);
    let later = start + FAILURES_COUNT_FOR + SignedDuration::from_secs(1);
    let (three, marks) = failed(&two, "full", later);
    assert!(!marks && three.failures == 1, "what was long ago does not count");
}
