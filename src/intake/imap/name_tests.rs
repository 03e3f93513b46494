//! The example of RFC 3501 and its like; runs of numbers.

use super::{on_the_wire, set};

#[test]
fn names_are_in_modified_utf_7() {
    assert_eq!(on_the_wire("INBOX"), "INBOX");
    assert_eq!(on_the_wire("Entwürfe"), "Entw&APw-rfe");
    assert_eq!(on_the_wire("R&D"), "R&-D");
    // RFC 3501 section 5.1.3.
    assert_eq!(on_the_wire("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
    assert_eq!(on_the_wire("😀"), "&2D3eAA-");
}

#[test]
fn numbers_in_a_row_are_a_run() {
    assert_eq!(set(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
    assert_eq!(set(&[4]), "4");
    assert_eq!(set(&[u32::MAX - 1, u32::MAX]), "4294967294:4294967295");
    assert_eq!(set(&[]), "");
}
