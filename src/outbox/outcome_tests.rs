use super::*;

#[test]
fn a_refusal_is_of_this_mail_or_of_all_mail() {
    let table = [
        (Stage::Connect, 554, None, true),
        (Stage::Connect, 535, Some((7, 8)), true),
        (Stage::Mail, 421, None, true),
        (Stage::Mail, 530, Some((7, 0)), true),
        (Stage::Mail, 452, Some((3, 1)), true),
        (Stage::Mail, 451, None, true),
        (Stage::Mail, 451, Some((7, 1)), false),
        (Stage::Mail, 550, Some((7, 1)), false),
        (Stage::Mail, 552, Some((3, 4)), false),
        (Stage::Mail, 554, Some((3, 2)), true),
        (Stage::Recipient, 451, None, false),
        (Stage::Recipient, 450, Some((2, 1)), false),
        (Stage::Recipient, 451, Some((4, 1)), false),
        (Stage::Recipient, 550, Some((1, 1)), false),
        (Stage::Text, 451, Some((3, 0)), true),
        (Stage::Text, 552, Some((2, 2)), false),
    ];
    for (stage, code, status, relay) in table {
        let status = status.map(|(subject, detail)| Enhanced { subject, detail });
        assert_eq!(is_about_relay(stage, code, status), relay, "{stage:?} {code} {status:?}");
    }
}

#[test]
fn an_enhanced_code_stands_first_in_the_reply() {
    assert_eq!(
        enhanced("permanent error (550): 5.1.1 no such user"),
        Some(Enhanced { subject: 1, detail: 1 })
    );
    assert_eq!(enhanced("transient error (451): later, see 4.3.1"), None);
    assert_eq!(enhanced("transient error (451): 4.3 later"), None);
    assert_eq!(enhanced(""), None);
}

#[test]
fn a_line_that_breaks_says_whose_fault_it_can_be() {
    let broken = |stage| broken(stage, "cut".to_owned());
    assert!(matches!(broken(Stage::Connect), Tried::Relay(_)));
    assert!(matches!(broken(Stage::Mail), Tried::Relay(_)));
    assert!(matches!(broken(Stage::Recipient), Tried::NoAnswer(_)));
    assert!(matches!(broken(Stage::Text), Tried::Unsure(_)));
}

#[test]
fn a_reason_is_one_bounded_line() {
    assert_eq!(shortened("550 5.1.1\r\n no such\u{0} user"), "550 5.1.1 no such user");
    assert_eq!(shortened(&"x".repeat(9_000)).len(), MAX_REASON_CHARS);
}
