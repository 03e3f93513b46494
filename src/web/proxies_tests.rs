//! What proxies say, and what strangers say in their place.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::client;
use crate::config::{ClientHeader, Proxies};

fn check(header: ClientHeader, peer: &str, lines: &[(&str, &str)], expected: Option<&str>) {
    let proxies = Proxies {
        networks: vec!["10.0.0.0/24".parse().unwrap(), "2001:db8:1::/64".parse().unwrap()],
        header,
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            name.parse::<HeaderName>().unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    let found = client(peer.parse().unwrap(), &headers, &proxies);
    assert_eq!(found, expected.map(|address| address.parse().unwrap()), "{peer} {lines:?}");
}

#[test]
fn x_forwarded_for_is_read_from_the_right() {
    let check = |peer: &str, lines: &[&str], expected| {
        let lines: Vec<_> = lines.iter().map(|line| ("X-Forwarded-For", *line)).collect();
        check(ClientHeader::XForwardedFor, peer, &lines, expected);
    };
    // Nobody else's word counts.
    check("203.0.113.9", &["192.0.2.1"], Some("203.0.113.9"));
    check("10.0.0.7", &["192.0.2.1"], Some("192.0.2.1"));
    // The left end is what the sender wrote.
    check("10.0.0.7", &["192.0.2.1, 203.0.113.9"], Some("203.0.113.9"));
    check("10.0.0.7", &["192.0.2.1", "203.0.113.9"], Some("203.0.113.9"));
    check("10.0.0.7", &["192.0.2.1, 203.0.113.9, 10.0.0.8"], Some("203.0.113.9"));
    check("10.0.0.7", &["203.0.113.9:4711"], Some("203.0.113.9"));
    check("10.0.0.7", &["[2001:db8::9]:4711"], Some("2001:db8::9"));
    check("10.0.0.7", &["[2001:db8::9]"], Some("2001:db8::9"));
    check("2001:db8:1::1", &["::ffff:203.0.113.9"], Some("203.0.113.9"));
    // A proxy that does not say, or says what is no address, tells nothing: not even that it is itself.
    check("10.0.0.7", &[], None);
    check("10.0.0.7", &["192.0.2.1, unknown"], None);
    check("10.0.0.7", &["192.0.2.1,"], None);
    check("10.0.0.7", &["10.0.0.8"], None);
    check("10.0.0.7", &["192.0.2.1, 0x7f.1"], None);
    check("10.0.0.7", &["192.0.2.1, \u{fc}"], None);
    // The other header may be the sender's own.
    super::tests::check(ClientHeader::XForwardedFor, "10.0.0.7", &[("Forwarded", "for=192.0.2.1")], None);
}

#[test]
fn forwarded_is_read_from_the_right() {
    let check = |lines: &[&str], expected| {
        let lines: Vec<_> = lines.iter().map(|line| ("Forwarded", *line)).collect();
        check(ClientHeader::Forwarded, "10.0.0.7", &lines, expected);
    };
    check(&["for=203.0.113.9"], Some("203.0.113.9"));
    check(
        &["for=192.0.2.1, proto=https;For=\"203.0.113.9:80\";by=10.0.0.7"],
        Some("203.0.113.9"),
    );
    check(&["for=\"[2001:db8::9]:4711\""], Some("2001:db8::9"));
    check(&["for=203.0.113.9, for=10.0.0.8"], Some("203.0.113.9"));
    check(&["for=_hidden"], None);
    check(&["for=192.0.2.1, for=unknown"], None);
    check(&["for=192.0.2.1;for=192.0.2.2"], None);
    check(&["by=10.0.0.7"], None);
    check(&[], None);
}
