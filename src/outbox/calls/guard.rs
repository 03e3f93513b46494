//! Which network addresses a call may go to: public ones, and those of networks the configuration names. May import nothing of the crate.
//! Follows the IANA special-purpose registries for IPv4 and IPv6; an IPv4 address inside an IPv6 one is judged as what it is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// IPv4 networks that are not the internet.
const CLOSED_V4: [(Ipv4Addr, u8); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::new(255, 255, 255, 255), 32),
];

/// IPv6 networks within 2000::/3 that are not the internet. All others are closed, but for those that carry an IPv4 address.
const CLOSED_V6: [(Ipv6Addr, u8); 4] = [
    // Protocol assignments, Teredo among them: it names an IPv4 server and a client in disguise.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
];

/// Whether a call may go to this address.
pub fn may_call(address: IpAddr, allowed: &[IpNet]) -> bool {
    let inner = inner(address);
    is_public(inner) || allowed.iter().any(|network| network.contains(&address) || network.contains(&inner))
}

/// The IPv4 address that an IPv6 one carries: mapped, compatible, NAT64 (RFC 6052), 6to4 (RFC 3056).
fn inner(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let octets = v6.octets();
    let v4 = |at: usize| {
        let four = octets.get(at..at + 4).and_then(|four| <[u8; 4]>::try_from(four).ok());
        four.map(|four| IpAddr::V4(Ipv4Addr::from(four)))
    };
    let carried = match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff | 0, ..] if v6 != Ipv6Addr::LOCALHOST && v6 != Ipv6Addr::UNSPECIFIED => v4(12),
        // SIIT, RFC 2765.
        [0, 0, 0, 0, 0xffff, 0, ..] => v4(12),
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => v4(12),
        [0x2002, ..] => v4(2),
        _ => None,
    };
    carried.unwrap_or(address)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let closed = |(network, length): &(Ipv4Addr, u8)| Ipv4Net::new(*network, *length).is_ok_and(|network| network.contains(&v4));
            !CLOSED_V4.iter().any(closed)
        }
        IpAddr::V6(v6) => {
            let closed = |(network, length): &(Ipv6Addr, u8)| Ipv6Net::new(*network, *length).is_ok_and(|network| network.contains(&v6));
            v6.octets()[0] >> 5 == 0b001 && !CLOSED_V6.iter().any(closed)
        }
    }
}
