use super::*;

#[test]
fn only_a_lasting_answer_to_this_mail_is_final() {
    let table = [
        (Stage::Send, Kind::Permanent(550), true),
        (Stage::Send, Kind::Permanent(551), true),
        (Stage::Send, Kind::Permanent(552), true),
        (Stage::Send, Kind::Permanent(553), true),
        (Stage::Send, Kind::Permanent(554), true),
        (Stage::Send, Kind::Permanent(500), true),
        (Stage::Send, Kind::Permanent(530), false),
        (Stage::Send, Kind::Permanent(534), false),
        (Stage::Send, Kind::Permanent(535), false),
        (Stage::Send, Kind::Permanent(538), false),
        (Stage::Send, Kind::Ours, true),
        (Stage::Send, Kind::Other, false),
        (Stage::Connect, Kind::Permanent(554), false),
        (Stage::Connect, Kind::Permanent(535), false),
        (Stage::Connect, Kind::Ours, false),
        (Stage::Connect, Kind::Other, false),
    ];
    for (stage, kind, is_final) in table {
        assert_eq!(kind.is_final(stage), is_final, "{stage:?} {kind:?}");
    }
}

#[test]
fn a_reason_is_one_bounded_line() {
    assert_eq!(shortened("550 5.1.1\r\n no such\u{0} user"), "550 5.1.1 no such user");
    assert_eq!(shortened(&"x".repeat(9_000)).len(), MAX_REASON_CHARS);
}
