//! Which lines of a note are a plan.

use super::{lines, without};

#[test]
fn lines_of_a_plan_are_told_from_text() {
    let text = "Talked to Kim.\nnext: call the supplier at four\n- Next: order parts\nWATCH FOR: the fuse\nnext: \nThe next: is no plan? it has a head of two words";
    let (next, watch) = lines(text);
    assert_eq!(next, ["call the supplier at four", "order parts"]);
    assert_eq!(watch, ["the fuse"]);
    assert_eq!(
        without(text),
        "Talked to Kim.\nnext: \nThe next: is no plan? it has a head of two words"
    );
}

#[test]
fn a_later_note_replaces_what_the_same_person_wrote() {
    let mut plan = crate::model::Plan::default();
    let at = jiff::Timestamp::UNIX_EPOCH;
    let said = |text: &str| vec![text.to_owned()];
    plan.take("ana", at, &said("one"), &[]);
    plan.take("ben", at, &said("two"), &said("fire"));
    plan.take("ana", at, &said("three"), &[]);
    let texts = |lines: &[crate::model::LastWord]| lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&plan.next), ["two", "three"]);
    assert_eq!(texts(&plan.watch), ["fire"]);
    plan.take("cat", at, &said("none"), &[]);
    assert!(plan.next.is_empty() && plan.watch.len() == 1);
}

#[test]
fn a_plan_has_an_end() {
    let text = "next: x\n".repeat(1_000);
    assert_eq!(lines(&text).0.len(), crate::model::Plan::MAX_LINES);
    let mut plan = crate::model::Plan::default();
    for who in 0..40 {
        plan.take(&who.to_string(), jiff::Timestamp::UNIX_EPOCH, &["x".repeat(5_000)], &[]);
    }
    assert_eq!(plan.next.len(), crate::model::Plan::MAX_LINES);
    assert!(plan.next.iter().all(|line| line.text.len() <= crate::model::Plan::MAX_LINE_CHARS));
}
