//! Any bytes as the text and the status part of a returned mail: no panic, and every address that is named can be one.
#![no_main]

use batond::decode;
use batond::model::Envelope;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|parts: (bool, &[u8], &[u8])| {
    let (report, text, status) = parts;
    let mut raw = b"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: desk@ops.example\r\nSubject: Undelivered Mail Returned to Sender\r\n".to_vec();
    if report {
        raw.extend_from_slice(
            b"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n",
        );
        raw.extend_from_slice(text);
        raw.extend_from_slice(b"\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n");
        raw.extend_from_slice(status);
        raw.extend_from_slice(b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <1@ops.example>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n");
    } else {
        raw.extend_from_slice(b"\r\n");
        raw.extend_from_slice(text);
        raw.extend_from_slice(b"\r\n");
        raw.extend_from_slice(status);
    }
    match decode::mail(&raw, Envelope::default()) {
        Ok((mail, _)) => {
            for failed in mail.bounce.iter().flat_map(|bounce| &bounce.recipients) {
                let address = &failed.address;
                assert!(address.contains('@') && !address.chars().any(char::is_control), "{address:?}");
            }
        }
        Err(why) => assert_ne!(why.code, "parser-panic"),
    }
});
