//! Any bytes as a mail: no panic, and no control in what comes out.
#![no_main]

use batond::decode;
use batond::model::Envelope;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    match decode::mail(raw, Envelope::default()) {
        Ok((mail, _)) => {
            let names = mail.attachments.iter().filter_map(|a| a.name.as_ref());
            for line in mail.headers.iter().map(|(_, v)| v).chain([&mail.subject]).chain(names) {
                assert!(!line.chars().any(char::is_control), "{line:?}");
            }
            assert!(
                !mail.text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'),
                "{:?}",
                mail.text
            );
        }
        Err(why) => assert_ne!(why.code, "parser-panic"),
    }
});
