//! What is read of a signature, and what is none.

use super::{Signature, signatures};
use crate::model::Mail;

fn of(values: &[&str]) -> Vec<Signature> {
    let headers = values.iter().map(|value| ("DKIM-Signature".to_owned(), (*value).to_owned()));
    signatures(&Mail {
        headers: headers.collect(),
        ..Mail::default()
    })
}

#[test]
fn a_signature_says_whose_it_is_and_what_it_covers() {
    let found = of(&["v=1; a=rsa-sha256; d=OPS.example; s=s1;\r\n\th=From : To:\r\n Subject; bh=abc=; b=AQID\r\n\tBA==;"]);
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        (found.domain.as_str(), found.whole, found.value.as_str()),
        ("ops.example", true, "AQIDBA==")
    );
    assert_eq!(found.signed, ["from", "to", "subject"]);
    assert_eq!(found.digest, super::sha256_hex(&[1, 2, 3, 4]));
    assert!(!of(&["d=ops.example; h=from; l=0; b=AQID"])[0].whole);
}

#[test]
fn what_is_no_signature_is_passed_over() {
    let bad = [
        "",
        ";;",
        "d=ops.example",
        "d=a.example; h=from; b=!!",
        "d=a.example; d=b.example; h=from; b=AQID",
        "h=from; b=AQID",
        "x",
    ];
    assert_eq!(of(&bad), []);
    let good = "d=ops.example; h=from; b=AQID";
    assert_eq!(of(&[bad[3], good]).len(), 1);
    assert_eq!(of(&[good; 50]).len(), super::MAX_SIGNATURES);
}
