//! What is an answer in a round, and what is not.

use super::*;
use crate::model::Silence;

fn decision() -> RoundKind {
    RoundKind::Decision {
        options: ["yes", "no", "yes, but later", "Ship it on Friday"].map(str::to_owned).to_vec(),
    }
}

fn sign_off() -> RoundKind {
    RoundKind::SignOff {
        needs: 2,
        silence: Silence::Reject,
        escalate_to: None,
    }
}

fn check_in() -> RoundKind {
    RoundKind::CheckIn {
        questions: vec!["How is it?".to_owned()],
        roadblocks: None,
    }
}

#[track_caller]
fn chosen(text: &str, number: u32, reasons: &str) {
    assert_eq!(
        read_round(text, "", &decision()),
        RoundLine::Option(number, reasons.to_owned()),
        "{text}"
    );
}

#[track_caller]
fn unclear(text: &str, kind: &RoundKind) {
    let line = read_round(text, "", kind);
    assert!(matches!(line, RoundLine::Unclear(_)), "{text}: {line:?}");
}

#[test]
fn an_option_is_a_number_or_its_words() {
    chosen("2", 2, "");
    chosen("2.", 2, "");
    chosen("1)", 1, "");
    chosen("NO", 2, "");
    chosen("no!", 2, "");
    chosen("answer: no", 2, "");
    chosen("vote 1", 1, "");
    chosen("2 no", 2, "");
    chosen("2. no, we are too few", 2, "we are too few");
    chosen("no, we are too few\nAnd it is late.", 2, "we are too few\nAnd it is late.");
    chosen("yes, but later", 3, "");
    chosen("yes, but later: the importer is not done", 3, "the importer is not done");
    chosen("yes, and soon", 1, "and soon");
    chosen("ship it on friday", 4, "");
    chosen("1\n\nBecause of the freeze.", 1, "Because of the freeze.");
}

#[test]
fn prose_chooses_nothing() {
    for text in [
        "no idea yet",
        "yesterday I said so",
        "5",
        "0",
        "20",
        "2nd thoughts?",
        "I would say no",
        "12 no",
        "",
        "1 is fine",
    ] {
        unclear(text, &decision());
    }
}

#[test]
fn a_link_sends_the_option_in_the_subject() {
    let read = |subject: &str, kind: &RoundKind| read_round("", subject, kind);
    assert_eq!(read("2 no ROUND-12", &decision()), RoundLine::Option(2, String::new()));
    assert_eq!(read("4 Ship it on… ROUND-12", &decision()), RoundLine::Option(4, String::new()));
    assert_eq!(read("approve ROUND-7", &sign_off()), RoundLine::Approve(String::new()));
    assert_eq!(read("ROUND-7: approve", &sign_off()), RoundLine::Approve(String::new()));
    assert!(matches!(
        read("Re: ROUND-7 Release: please approve", &sign_off()),
        RoundLine::Unclear(_)
    ));
    assert!(matches!(read("approve SUP-7", &sign_off()), RoundLine::Unclear(_)));
}

#[test]
fn a_sign_off_is_approved_or_refused_with_a_reason() {
    let read = |text: &str| read_round(text, "", &sign_off());
    assert_eq!(read("Approve"), RoundLine::Approve(String::new()));
    assert_eq!(
        read("approve, go ahead\nGood work."),
        RoundLine::Approve("go ahead\nGood work.".to_owned())
    );
    assert_eq!(read("reject: the tests fail"), RoundLine::Reject("the tests fail".to_owned()));
    assert_eq!(read("reject the tests fail"), RoundLine::Reject("the tests fail".to_owned()));
    assert_eq!(read("reject\nThe tests fail."), RoundLine::Reject("The tests fail.".to_owned()));
    for text in ["reject", "reject!", "approve of this I do not", "I approve", "approving", ""] {
        unclear(text, &sign_off());
    }
}

#[test]
fn roadblocks_are_lines_of_a_check_in() {
    let text = "Finished the importer.\n- Roadblock: the vendor's key\nblocked: no test data\nroadblock: none\nThe road: blocked by snow";
    let read = read_round(text, "", &check_in());
    let blocks = ["the vendor's key", "no test data"].map(str::to_owned).to_vec();
    assert_eq!(read, RoundLine::Words(text.to_owned(), blocks));
    assert_eq!(read_round("show", "", &check_in()), RoundLine::Show);
    assert_eq!(read_round("/help", "", &check_in()), RoundLine::Help);
    assert_eq!(
        read_round("show the demo to Kim", "", &check_in()),
        RoundLine::Words("show the demo to Kim".to_owned(), Vec::new())
    );
    unclear(" \n ", &check_in());
}
