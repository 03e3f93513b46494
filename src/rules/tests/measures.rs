//! `gt` and its kin, sizes, dates, lists, attachments, and what a field counts as where it is missing.

use super::support::*;
use crate::model::{Attachment, Mail, Message};
use crate::rules::{Bound, Cond, Facts, Field, Order, Test};

fn side(order: Order, bound: &str) -> Test {
    Test::Compare(order, Bound::parse(bound).unwrap_or_else(|| panic!("{bound} is a bound")))
}

fn header(value: &str) -> Message {
    mailed(Mail {
        headers: vec![("X-Value".into(), value.into())],
        ..mail()
    })
}

/// Whether a header's value lies on that side of a bound.
fn lies(value: &str, order: Order, bound: &str) -> bool {
    holds(when(Field::Header("x-value".into()), [side(order, bound)]), &header(value))
}

#[test]
fn numbers_and_sizes_have_sides() {
    for (value, order, bound, expected) in [
        ("6", Order::Above, "5", true),
        ("5", Order::Above, "5", false),
        ("5.0", Order::AtLeast, "5", true),
        ("-1", Order::Below, "0", true),
        ("0", Order::AtMost, "-0", true),
        (" 7 ", Order::Above, "6.5", true),
        ("6 MiB", Order::Above, "5 MiB", true),
        ("6000000", Order::Above, "5 MiB", true),
        ("5MB", Order::Below, "5 MiB", true),
        ("1 GiB", Order::AtLeast, "1073741824", true),
        ("many", Order::Above, "5", false),
        ("many", Order::Below, "5", false),
        ("inf", Order::Above, "5", false),
        ("", Order::Below, "5", false),
        ("2026-12-01", Order::Above, "5", false),
    ] {
        assert_eq!(lies(value, order, bound), expected, "{value} {order:?} {bound}");
    }
    assert_eq!(Bound::parse("5 apples"), None);
    assert_eq!(Bound::parse("NaN"), None);
}

#[test]
fn instants_have_sides_however_they_are_written() {
    for (value, order, bound, expected) in [
        ("2026-12-01T09:00:00+01:00", Order::AtMost, "2026-12-01T08:00:00Z", true),
        ("2026-12-01T09:00:01+01:00", Order::AtMost, "2026-12-01T08:00:00Z", false),
        ("Tue, 1 Dec 2026 09:00:00 +0100", Order::Above, "2026-12-01", true),
        ("2026-11-30", Order::Below, "2026-12-01", true),
        ("2026-12-01T00:00:00", Order::AtLeast, "2026-12-01", true),
        ("tomorrow", Order::Above, "2026-12-01", false),
        ("7", Order::Above, "2026-12-01", false),
    ] {
        assert_eq!(lies(value, order, bound), expected, "{value} {order:?} {bound}");
    }
}

#[test]
fn json_values_are_compared_each() {
    let has = |path: &str, test: Test| holds(when(json(path), [test]), &alerts());
    assert!(has("count", side(Order::Above, "1")) && !has("count", side(Order::Above, "2")));
    assert!(has("tags", side(Order::Above, "6")), "7 is one of the tags");
    assert!(!has("status", side(Order::Above, "0")));
    assert!(!has("missing", side(Order::Below, "9")));
    assert!(
        has("$.alerts[?@.status == 'firing'].labels.instance", glob("db*")),
        "an RFC 9535 path selects"
    );
    assert!(!has("$.alerts[?@.status == 'firing'].labels.instance", glob("web*")));
}

#[test]
fn the_size_is_that_of_the_raw_message() {
    let mut message = mailed(mail());
    message.raw.size_bytes = 5 * 1024 * 1024;
    let has = |test: Test| holds(when(Field::Size, [test]), &message);
    assert!(has(side(Order::AtLeast, "5 MiB")) && !has(side(Order::Above, "5 MiB")));
    assert!(has(side(Order::Above, "5 MB")));
    assert!(has(Test::Number(5_242_880.0)));
}

#[test]
fn attachments_by_name_and_type() {
    let attachment = |name: Option<&str>, media_type: &str| Attachment {
        name: name.map(str::to_owned),
        media_type: media_type.to_owned(),
        size_bytes: 10,
    };
    let message = mailed(Mail {
        attachments: vec![
            attachment(Some("Invoice 7.PDF"), "application/pdf"),
            attachment(None, "text/calendar"),
        ],
        ..mail()
    });
    let has = |field: Field, test: Test| holds(when(field, [test]), &message);
    assert!(has(Field::AttachmentName, glob("*.pdf")), "any of them, without case");
    assert!(has(Field::AttachmentType, Test::Is("text/calendar".into())));
    assert!(!has(Field::AttachmentName, glob("*.exe")));
    assert!(has(Field::AttachmentName, Test::Exists(true)));
    assert!(!holds(when(Field::AttachmentType, [Test::Exists(true)]), &mailed(mail())));
}

#[test]
fn a_list_by_its_id_its_name_and_its_address() {
    let with = |headers: &[(&str, &str)]| {
        mailed(Mail {
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            ..mail()
        })
    };
    let crew = with(&[
        ("List-Id", "The <old> crew <crew.lists.example>"),
        ("List-Post", "<MAILTO:crew@lists.example?subject=x>"),
    ]);
    let has = |message: &Message, text: &str| holds(when(Field::List, [glob(text)]), message);
    for wanted in ["crew.lists.example", "the <old> crew*", "crew@lists.example"] {
        assert!(has(&crew, wanted), "{wanted}");
    }
    assert!(!has(&crew, "crew"));
    assert!(has(&with(&[("list-id", "bare.lists.example")]), "bare.lists.example"));
    for none in [
        with(&[]),
        with(&[("List-Post", "NO")]),
        with(&[("List-Post", "<https://lists.example>")]),
    ] {
        assert!(!holds(when(Field::List, [Test::Exists(true)]), &none));
    }
}

#[test]
fn a_default_counts_only_where_nothing_is_there() {
    let or = |field: Field, default: &str| Field::Or(Box::new(field), default.into());
    let has = |field: Field, test: Test| holds(when(field, [test]), &alerts());
    assert!(has(or(json("severity"), "low"), Test::Is("LOW".into())));
    assert!(has(or(json("owner"), "nobody"), glob("nobody")), "null is nothing");
    assert!(!has(or(json("status"), "resolved"), glob("resolved")));
    assert!(has(or(json("missing"), "3"), side(Order::Above, "2")));
    let both = Cond::All(vec![
        when(or(json("severity"), "low"), [glob("low")]),
        when(json("severity"), [Test::Exists(false)]),
        when(or(json("severity"), "high"), [glob("high")]),
    ]);
    assert!(
        holds(both, &alerts()),
        "the same field with and without a default, and with another"
    );
}

#[test]
fn a_full_trace_tells_of_every_condition() {
    let cond = Cond::All(vec![
        when(Field::Subject, [glob("*refund*")]),
        Cond::Any(vec![
            when(Field::Kind, [glob("bounce")]),
            Cond::Not(Box::new(when(Field::Size, [side(Order::Above, "5 MiB")]))),
        ]),
        when(json("$..a"), [Test::Exists(true)]),
    ]);
    let verdict = compiled(vec![rule("it", cond)]).judge_traced(&mailed(mail()), &Facts::default());
    let told: Vec<String> = verdict.trace[0]
        .conditions
        .iter()
        .map(|c| {
            format!("{}{} {:?} {}", " ".repeat(c.depth), c.wanted, c.held, c.seen)
                .trim_end()
                .to_owned()
        })
        .collect();
    assert_eq!(
        told,
        [
            r##"subject: "*refund*" Some(true) `subject` is "Refund for order #4711""##,
            "any Some(true)",
            r#" kind: "bounce" Some(false) `kind` is "person""#,
            " not Some(true)",
            r#"  size: gt 5242880 Some(false) `size` is "1""#,
            "json.$..a: exists: true Some(false) there is no `json.$..a`",
        ]
    );
    assert!(verdict.trace[0].conditions.iter().all(|c| c.place.is_some() != c.seen.is_empty()));
    let plain = compiled(vec![rule("it", always())]).judge(&mailed(mail()), &Facts::default());
    assert!(plain.trace[0].conditions.is_empty(), "only where all is asked for");
}
