//! Addresses in every notation that reaches one.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use super::guard::may_call;

/// The address in a URL, as whoever connects reads it.
fn literal(text: &str) -> IpAddr {
    match Url::parse(&format!("http://{text}/"))
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .host()
    {
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
        other => panic!("{text}: {other:?}"),
    }
}

/// Ways to write what is not the internet.
pub(super) const CLOSED: [&str; 61] = [
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "10.1.2.3",
    "0xa.1.2.3",
    "012.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.257",
    "3232235521",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.170.2",
    "168.63.129.16",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::8.8.8.8]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[2002:c0a8:1::1]",
    "[2001::1]",
    "[2001:0:53aa:64c:0:0:80ff:fffe]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
];

#[test]
fn what_is_not_the_internet_is_closed_in_every_notation() {
    for text in CLOSED {
        assert!(!may_call(literal(text), &[]), "{text}");
    }
}

#[test]
fn what_is_public_is_open() {
    for text in [
        "8.8.8.8",
        "134744072",
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.169.0.1",
        "198.20.0.1",
        "[2606:4700:4700::1111]",
        "[2a00:1450:4001:800::200e]",
        "[::ffff:8.8.8.8]",
        "[64:ff9b::8.8.8.8]",
        "[2002:808:808::1]",
    ] {
        assert!(may_call(literal(text), &[]), "{text}");
    }
}

#[test]
fn a_network_that_is_named_is_open() {
    let allowed: Vec<IpNet> = ["10.1.0.0/16", "fd00:1::/32"].map(|network| network.parse().unwrap()).to_vec();
    for (text, open) in [
        ("10.1.2.3", true),
        ("[::ffff:10.1.2.3]", true),
        ("[64:ff9b::10.1.2.3]", true),
        ("10.2.0.1", false),
        ("127.0.0.1", false),
        ("[fd00:1::9]", true),
        ("[fd00:2::9]", false),
    ] {
        assert_eq!(may_call(literal(text), &allowed), open, "{text}");
    }
}
