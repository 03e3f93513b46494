//! What the last server wrote counts; what came with the mail does not.

use super::envelope;

#[test]
fn what_the_last_server_wrote_is_the_envelope() {
    let raw = b"Return-Path: <kim@cust.example>\r\nX-Original-To: support@ops.example\r\nDelivered-To: help@ops.example\r\n\
Received: from mx.cust.example\r\n\tby mx.ops.example\r\nDelivered-To: root@ops.example\r\nSubject: x\r\n\r\nDelivered-To: body@ops.example\r\n";
    let found = envelope(raw);
    assert_eq!(found.from.as_deref(), Some("kim@cust.example"));
    assert_eq!(found.to, ["support@ops.example", "help@ops.example"]);
}

#[test]
fn nothing_is_made_up() {
    for raw in [
        &b"Return-Path: <>\nDelivered-To: not an address\n\nx"[..],
        b"",
        b"no header at all",
        b"\xff\xfe: x\nSubject: y\n\n",
        b"Delivered-To: a@b c\n",
    ] {
        let found = envelope(raw);
        assert_eq!((found.from, found.to.len()), (None, 0), "{}", String::from_utf8_lossy(raw));
    }
}
