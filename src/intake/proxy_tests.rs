//! Headers as HAProxy, nginx and others write them, cut anywhere; and what only looks like one.

use proptest::prelude::*;

use super::{Header, header};

fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n", &[command, family][..], &length, rest].concat()
}

fn good() -> Vec<(Vec<u8>, Option<&'static str>)> {
    let four = [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 4, 0, 25];
    let mut six = [0; 36];
    six[..16].copy_from_slice(&"2001:db8::7".parse::<std::net::Ipv6Addr>().unwrap().octets());
    // A name and a checksum behind the addresses.
    let more = [&four[..], &[2, 0, 3, b'a', b'b', b'c', 3, 0, 4, 1, 2, 3, 4]].concat();
    vec![
        (b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n".to_vec(), Some("192.0.2.1")),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 56324 25\r\n".to_vec(), Some("2001:db8::7")),
        (b"PROXY TCP6 ::ffff:192.0.2.1 2001:db8::1 1 25\r\n".to_vec(), Some("192.0.2.1")),
        (b"PROXY UNKNOWN\r\n".to_vec(), None),
        (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n".to_vec(), None),
        (v2(0x21, 0x11, &four), Some("192.0.2.1")),
        (v2(0x21, 0x11, &more), Some("192.0.2.1")),
        (v2(0x21, 0x21, &six), Some("2001:db8::7")),
        (v2(0x20, 0x00, &[]), None),
        (v2(0x20, 0x11, &four), None),
        (v2(0x21, 0x00, &[1, 2, 3]), None),
    ]
}

#[test]
fn a_header_is_read_whole_and_nothing_behind_it() {
    for (bytes, want) in good() {
        let want = want.map(|at| at.parse().unwrap());
        for cut in 0..bytes.len() {
            assert_eq!(header(&bytes[..cut]), Header::More, "{}", bytes[..cut].escape_ascii());
        }
        let with_more = [&bytes[..], b"EHLO a.example\r\n"].concat();
        assert_eq!(header(&with_more), Header::Whole(bytes.len(), want), "{}", bytes.escape_ascii());
    }
}

#[test]
fn what_is_none_is_refused() {
    let four = [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 4, 0, 25];
    for bytes in [
        b"EHLO a.example\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 25 9\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 65536 25\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 +1 25\r\n".to_vec(),
        b"PROXY TCP4 2001:db8::7 198.51.100.1 1 25\r\n".to_vec(),
        b"PROXY  TCP4 192.0.2.1 198.51.100.1 1 25\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 198.51.100.1 1 25\n".to_vec(),
        b"proxy TCP4 192.0.2.1 198.51.100.1 1 25\r\n".to_vec(),
        [b"PROXY UNKNOWN ".to_vec(), vec![b'x'; 200]].concat(),
        v2(0x11, 0x11, &four),
        v2(0x22, 0x11, &four),
        v2(0x21, 0x12, &four),
        v2(0x21, 0x11, &four[..11]),
        v2(0x21, 0x11, &[0; 5_000]),
    ] {
        assert_eq!(header(&bytes), Header::Bad, "{}", bytes[..bytes.len().min(60)].escape_ascii());
    }
}

proptest! {
    #[test]
    fn no_octets_break_the_reader(start in prop::sample::select(vec![&b""[..], b"PROXY ", b"PROXY TCP4 ", b"\r\n\r\n\0\r\nQUIT\n", b"\r\n\r\n\0\r\nQUIT\n\x21\x11"]), rest in prop::collection::vec(any::<u8>(), 0..80)) {
        let bytes = [start, &rest].concat();
        if let Header::Whole(used, _) = header(&bytes) {
            prop_assert!(used <= bytes.len());
        }
    }
}
