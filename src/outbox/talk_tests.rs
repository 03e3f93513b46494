//! The text as it goes over the wire.

use super::stuffed;

#[test]
fn a_dot_at_the_start_of_a_line_is_doubled_and_no_other() {
    let table = [
        ("", "\r\n.\r\n"),
        (".", "..\r\n.\r\n"),
        ("a.\r\nb", "a.\r\nb\r\n.\r\n"),
        ("a\r\n.\r\n..\r\nb", "a\r\n..\r\n...\r\nb\r\n.\r\n"),
        ("\r\n.\r\n.\r\n.", "\r\n..\r\n..\r\n..\r\n.\r\n"),
        (".\r\n", "..\r\n\r\n.\r\n"),
    ];
    for (text, wire) in table {
        assert_eq!(stuffed(text), wire, "{text:?}");
    }
}
