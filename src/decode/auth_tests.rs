//! What is believed of Authentication-Results, and what is not.

use super::auth_results;
use crate::model::{AuthMethod, Mail};

fn results(headers: &[&str], trusted: &[&str]) -> Option<Vec<String>> {
    let mail = Mail {
        headers: headers
            .iter()
            .map(|value| ("Authentication-Results".to_owned(), (*value).to_owned()))
            .collect(),
        ..Mail::default()
    };
    let trusted: Vec<String> = trusted.iter().map(|name| (*name).to_owned()).collect();
    let found = auth_results(&mail, &trusted)?;
    Some(
        found
            .results
            .iter()
            .map(|(method, result)| format!("{}={result}", method.as_str()))
            .collect(),
    )
}

#[test]
fn the_topmost_header_of_a_trusted_receiver_counts() {
    let good = "mx.ops.example; dkim=pass header.d=customer.example; spf=SoftFail smtp.mailfrom=a@b.example; dmarc=fail (p=none) header.from=b.example";
    let expected = ["dkim=pass", "spf=softfail", "dmarc=fail"].map(str::to_owned).to_vec();
    assert_eq!(results(&[good], &["mx.ops.example"]), Some(expected.clone()));
    assert_eq!(
        results(&[good, "mx.ops.example; dkim=fail"], &["other.example", "MX.ops.example"]),
        Some(expected)
    );
    assert_eq!(results(&["mx.ops.example 1; none"], &["mx.ops.example"]), Some(Vec::new()));
}

#[test]
fn what_others_wrote_is_not_believed() {
    let forged = "mx.ops.example; dkim=pass";
    assert_eq!(
        results(&["evil.example; dkim=fail", forged], &["mx.ops.example"]),
        None,
        "it is not the topmost"
    );
    assert_eq!(results(&[forged], &[]), None);
    assert_eq!(results(&["mx.ops.example.evil.example; dkim=pass"], &["mx.ops.example"]), None);
    assert_eq!(results(&["mx.ops.example 2; dkim=pass"], &["mx.ops.example"]), None);
    assert_eq!(results(&[], &["mx.ops.example"]), None);
    assert_eq!(results(&["", ";;", "("], &["mx.ops.example"]), None);
}

#[test]
fn comments_and_quotes_hide_nothing() {
    let tricky =
        r#"mx.ops.example (a ; dkim=pass \) still) ; dkim=fail reason="no; spf=pass \" dmarc=pass"; dkim=pass/1 ; arc=pass; dkim/1 = none"#;
    let expected = ["dkim=fail", "dkim=pass/1", "dkim=none"].map(str::to_owned).to_vec();
    assert_eq!(results(&[tricky], &["mx.ops.example"]), Some(expected));
}

#[test]
fn results_of_one_method() {
    let mail = Mail {
        headers: vec![("authentication-results".into(), "mx; dkim=fail; dkim=pass; spf=none".into())],
        ..Mail::default()
    };
    let found = auth_results(&mail, &["mx".to_owned()]).unwrap();
    assert_eq!(found.of(AuthMethod::Dkim).collect::<Vec<_>>(), ["fail", "pass"]);
    assert_eq!(found.of(AuthMethod::Dmarc).count(), 0);
}
