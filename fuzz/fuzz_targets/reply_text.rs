//! Any bytes as somebody's answer: no panic, the same reading twice, and nothing read as a command that is not a line of the new text.
#![no_main]

use batond::decode;
use batond::model::{Envelope, RoundKind};
use batond::reply::{ReadContext, Said, Verb, WhenContext, new_text, read, read_numbered, read_round};
use jiff::Timestamp;
use jiff::civil::time;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let Ok((mail, _)) = decode::mail(raw, Envelope::default()) else {
        return;
    };
    let text = new_text(&mail);
    assert_eq!(text, new_text(&mail));
    let context = ReadContext {
        when: WhenContext {
            now: Timestamp::UNIX_EPOCH,
            zone: TimeZone::UTC,
            day_start: time(9, 0, 0, 0),
            day_end: time(17, 0, 0, 0),
        },
        is_party: &|name| name.eq_ignore_ascii_case("ben"),
    };
    for line in read(&text, &mail.subject, &context) {
        let commands = !matches!(line.said, Said::Verb(Verb::Note(_)));
        if commands && !text.trim().is_empty() {
            // What was cut from a long line still stands in the text.
            let begin: String = line.text.chars().take(20).collect();
            assert!(text.contains(begin.trim_end_matches('…')), "{line:?} is not in {text:?}");
        }
    }
    read_numbered(&text, &mail.subject, 7, &context);
    for kind in [
        RoundKind::CheckIn {
            questions: vec!["What is next?".to_owned()],
            roadblocks: None,
        },
        RoundKind::Decision {
            options: vec!["now".to_owned(), "later".to_owned()],
        },
    ] {
        read_round(&text, &mail.subject, &kind);
    }
});
