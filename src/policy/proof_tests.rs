//! What a receiver says of a sender, and how far it is believed.

use super::{good_signatures, told};
use crate::decode::findings;
use crate::model::{Mail, Mailbox};

const KEY: &str = "sup-1-key";
/// A signature over all that must be covered.
const FULL: &str = "v=1; a=rsa-sha256; d=ops.example; s=s1; h=From:To:Subject:Date; bh=AQID; b=QUJDREVGR0hJ";

fn mail(results: &[&str], signatures: &[&str]) -> Mail {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut headers: Vec<_> = results.iter().map(|value| header("Authentication-Results", value)).collect();
    headers.extend(signatures.iter().map(|value| header("DKIM-Signature", value)));
    headers.push(header("From", "Ana Ruiz <ana@ops.example>"));
    headers.push(header("To", "desk+sup-1-key@desk.example"));
    Mail {
        from: vec![Mailbox {
            name: None,
            address: "ana@ops.example".to_owned(),
        }],
        headers,
        ..Mail::default()
    }
}

/// What proves that this is of `ana@ops.example`, in words.
fn proven(results: &[&str], signatures: &[&str]) -> Option<String> {
    let mail = mail(results, signatures);
    let found = findings(&mail, &["mx.desk.example".to_owned()])?;
    told(&found, &mail, "ops.example", Some(KEY)).map(|proof| proof.to_string())
}

#[test]
fn what_a_receiver_says_is_believed_where_it_speaks_of_the_author() {
    let cases: &[(&str, &[&str], Option<&str>)] = &[
        // DMARC alone.
        ("dmarc=pass header.from=ops.example", &[], Some("DMARC ops.example")),
        ("dmarc=pass", &[], Some("DMARC ops.example")),
        ("dmarc=pass header.from=evil.example", &[], None),
        ("dmarc=pass header.from=ops.example; dmarc=fail header.from=ops.example", &[], None),
        ("dmarc=fail header.from=ops.example; dkim=pass header.d=ops.example", &[FULL], None),
        (
            "dmarc=temperror header.from=ops.example; spf=pass smtp.mailfrom=ops.example",
            &[],
            None,
        ),
        // DMARC, and how.
        ("spf=pass smtp.mailfrom=ana@ops.example; dmarc=pass", &[], Some("DMARC ops.example")),
        ("dkim=pass header.d=ops.example; dmarc=pass", &[FULL], Some("DMARC ops.example")),
        (
            "spf=fail smtp.mailfrom=evil.example; dkim=pass header.d=ops.example; dmarc=pass",
            &[],
            None,
        ),
        // A signature.
        (
            "dkim=pass header.d=ops.example header.b=QUJDREVG",
            &[FULL],
            Some("DKIM ops.example, as its receiver says"),
        ),
        (
            "dkim=pass (2048-bit key) header.d=OPS.example",
            &[FULL],
            Some("DKIM ops.example, as its receiver says"),
        ),
        (
            "dmarc=none; dkim=pass header.d=ops.example",
            &[FULL],
            Some("DKIM ops.example, as its receiver says"),
        ),
        ("dkim=pass header.d=ops.example header.b=eHh4eHh4", &[FULL], None),
        ("dkim=pass header.d=evil.example", &[FULL], None),
        ("dkim=pass header.d=ops.example header.d=ops.example", &[FULL], None),
        ("dkim=fail header.d=ops.example", &[FULL], None),
        ("dkim=pass", &[FULL], None),
        ("dkim=pass header.d=ops.example", &[], None),
        // The network.
        (
            "spf=pass smtp.mailfrom=bounce@mail.ops.example",
            &[],
            Some("SPF mail.ops.example, as its receiver says"),
        ),
        ("spf=pass smtp.mailfrom=bounce+ana=ops.example@evil.example", &[], None),
        (
            "spf=pass smtp.mailfrom=\"a; dkim=pass header.d=ops.example\"@evil.example",
            &[FULL],
            None,
        ),
        ("spf=pass smtp.helo=ops.example", &[], None),
        ("spf=softfail smtp.mailfrom=ops.example", &[], None),
        ("spf=none; dkim=none", &[FULL], None),
    ];
    for (said, signatures, expected) in cases {
        let header = format!("mx.desk.example; {said}");
        assert_eq!(proven(&[&header], signatures).as_deref(), *expected, "{said}");
        assert_eq!(
            proven(&["evil.example; dkim=none", &header], signatures),
            None,
            "not the topmost: {said}"
        );
        assert_eq!(
            proven(&[&header.replace("mx.desk", "mx.desk.evil")], signatures),
            None,
            "another receiver: {said}"
        );
    }
}

#[test]
fn a_signature_must_cover_what_is_obeyed() {
    let good = "mx.desk.example; dkim=pass header.d=ops.example";
    let without = |words: &str, other: &str| FULL.replace(words, other);
    for (what, signature) in [
        ("the subject is not signed", without(":Subject", "")),
        ("the recipient, where the key stands, is not signed", without(":To", "")),
        ("only a part of the body is signed", without("bh=", "l=10; bh=")),
        ("it is of somebody else", without("d=ops.example", "d=evil.example")),
        ("a tag stands twice", without("s=s1", "s=s1; h=From")),
    ] {
        assert_eq!(proven(&[good], &[&signature]), None, "{what}");
        assert!(proven(&[good], &[&signature, FULL]).is_some(), "{what}, and a good one below");
    }
    let mail = mail(&[good], &[FULL]);
    let found = findings(&mail, &["mx.desk.example".to_owned()]).unwrap();
    assert_eq!(
        told(&found, &mail, "ops.example", Some("sup-2-key")),
        None,
        "the key of another item"
    );
}

#[test]
fn only_signatures_that_passed_tell_a_replay() {
    let good = |results: &str| good_signatures(&mail(&[results], &[FULL]), &["mx.desk.example".to_owned()]).len();
    assert_eq!(good("mx.desk.example; dkim=pass header.d=ops.example"), 1);
    // Somebody who copies a signature into a mail of their own must not make the real one look like a repeat.
    assert_eq!(good("mx.desk.example; dkim=fail header.d=ops.example"), 0);
    assert_eq!(good("evil.example; dkim=pass header.d=ops.example"), 0);
}
