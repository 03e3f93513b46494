//! Every known form of a false end of DATA, whole and cut at every place.

use proptest::prelude::*;

use super::{Dots, Fed};

/// Feeds the pieces; gives the mail and, if it ended, what was left over.
fn read(pieces: &[&[u8]]) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut dots = Dots::new();
    let mut mail = Vec::new();
    let mut left: Option<Vec<u8>> = None;
    for piece in pieces {
        match &mut left {
            Some(left) => left.extend_from_slice(piece),
            None => {
                if let Fed::Ended(at) = dots.feed(piece, |part| mail.extend_from_slice(part)) {
                    left = Some(piece[at..].to_vec());
                }
            }
        }
    }
    (mail, left)
}

fn check(input: &[u8], mail: &[u8], left: Option<&[u8]>) {
    let want = (mail.to_vec(), left.map(<[u8]>::to_vec));
    assert_eq!(read(&[input]), want, "whole: {:?}", input.escape_ascii().to_string());
    for at in 0..=input.len() {
        let (head, tail) = input.split_at(at);
        assert_eq!(read(&[head, tail]), want, "cut at {at}: {:?}", input.escape_ascii().to_string());
    }
    let octets: Vec<&[u8]> = input.chunks(1).collect();
    assert_eq!(read(&octets), want, "octet by octet: {:?}", input.escape_ascii().to_string());
}

#[test]
fn the_end_is_found_and_stuffing_taken_out() {
    check(b"one\r\ntwo\r\n.\r\nQUIT\r\n", b"one\r\ntwo\r\n", Some(b"QUIT\r\n"));
    check(b".\r\n", b"", Some(b""));
    check(b"..\r\n.\r\n", b".\r\n", Some(b""));
    check(b"a\r\n..b\r\n...\r\n.\r\n", b"a\r\n.b\r\n..\r\n", Some(b""));
    check(b"a\r\n.b\r\n.\r\n", b"a\r\nb\r\n", Some(b""));
    check(b"a.\r\n.\r\n", b"a.\r\n", Some(b""));
    check(b"no end\r\n", b"no end\r\n", None);
}

/// None of these ends DATA; each stands in the mail between `a` and `b`, a dot at the start of a line being stuffing.
pub(crate) const FALSE_ENDS: &[(&[u8], &[u8])] = &[
    (b"\n.\n", b"\n.\n"),
    (b"\n.\r\n", b"\n.\r\n"),
    (b"\r\n.\n", b"\r\n\n"),
    (b"\r.\r", b"\r.\r"),
    (b"\r.\r\n", b"\r.\r\n"),
    (b"\r\n.\r", b"\r\n\r"),
    (b"\r.\n", b"\r.\n"),
    (b"\n.\r", b"\n.\r"),
    (b"\n\n.\r\n", b"\n\n.\r\n"),
    (b"\n\r.\r\n", b"\n\r.\r\n"),
    (b"\r\r.\r\n", b"\r\r.\r\n"),
    (b"\n\n.\n\n", b"\n\n.\n\n"),
    (b"\r\n.\n\r\n", b"\r\n\n\r\n"),
    (b"\r\n.\r\r\n", b"\r\n\r\r\n"),
    (b"\r\n\x00.\r\n", b"\r\n\x00.\r\n"),
    (b"\r\n.\x00\r\n", b"\r\n\x00\r\n"),
    (b"\r\n. \r\n", b"\r\n \r\n"),
    (b"\r\n .\r\n", b"\r\n .\r\n"),
    (b"\r\n.\t\r\n", b"\r\n\t\r\n"),
    (b"\r\n..\r\n", b"\r\n.\r\n"),
    (b"\r\x00\n.\r\n", b"\r\x00\n.\r\n"),
    (b"\r\n.\r\x00\n", b"\r\n\r\x00\n"),
    (b"\xc2\x85.\xc2\x85", b"\xc2\x85.\xc2\x85"),
    (b"\xe2\x80\xa8.\xe2\x80\xa8", b"\xe2\x80\xa8.\xe2\x80\xa8"),
    (b"\x0b.\x0b", b"\x0b.\x0b"),
    (b"\x0c.\x0c", b"\x0c.\x0c"),
    (b"\x1e.\x1e", b"\x1e.\x1e"),
    (b"\r\n\r.\r\n", b"\r\n\r.\r\n"),
    (b"\r\n\n.\r\n", b"\r\n\n.\r\n"),
    (b"\r\r\n.\n", b"\r\r\n\n"),
];

#[test]
fn no_false_end_ends_it() {
    for (sent, kept) in FALSE_ENDS {
        let input = [b"a", *sent, b"b\r\n.\r\nNOOP\r\n"].concat();
        let mail = [b"a", *kept, b"b\r\n"].concat();
        check(&input, &mail, Some(b"NOOP\r\n"));
    }
}

/// Stuffs as a sender does: a dot before each line that starts with one, lines being what CR LF ends.
fn stuff(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut start = true;
    for (at, octet) in mail.iter().enumerate() {
        if start && *octet == b'.' {
            out.push(b'.');
        }
        out.push(*octet);
        start = *octet == b'\n' && at > 0 && mail[at - 1] == b'\r';
    }
    out
}

proptest! {
    #[test]
    fn any_mail_comes_through_however_it_is_cut(
        parts in prop::collection::vec(prop::sample::select(vec!["\r", "\n", ".", "\r\n", "x", "\0"]), 0..40),
        cuts in prop::collection::vec(1usize..9, 1..40),
    ) {
        let mail = [parts.concat().as_bytes(), b"\r\n"].concat();
        let wire = [stuff(&mail), b".\r\nRSET\r\n".to_vec()].concat();
        let mut pieces = Vec::new();
        let mut rest = wire.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break; }
            let (head, tail) = rest.split_at((*cut).min(rest.len()));
            pieces.push(head);
            rest = tail;
        }
        prop_assert_eq!(read(&pieces), (mail, Some(b"RSET\r\n".to_vec())));
    }
}
