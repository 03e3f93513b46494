//! The PROXY protocol, versions 1 and 2: who is behind a proxy that is trusted to say so. May import nothing of the crate. A header is read whole or not at all; no guess is made whether there is one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest header of version 1, with its CR LF.
const MAX_TEXT_BYTES: usize = 107;

/// The longest of version 2: what a proxy adds beside the addresses is skipped.
const MAX_BINARY_BYTES: usize = 16 + 4_096;

/// How version 2 begins.
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// What the first octets of a connection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// The beginning of a header.
    More,
    /// No header.
    Bad,
    /// A header of so many octets, and who is behind it; `None` when the proxy speaks for itself or does not know.
    Whole(usize, Option<IpAddr>),
}

/// Reads a header at the beginning of `input`.
#[must_use]
pub fn header(input: &[u8]) -> Header {
    if input.first() == SIGNATURE.first() {
        return binary(input);
    }
    let known = input.len().min(6);
    if input.get(..known) != b"PROXY ".get(..known) {
        return Header::Bad;
    }
    match memchr::memchr(b'\n', input) {
        Some(end) if end < MAX_TEXT_BYTES => {
            let line = input.get(..end).and_then(|line| line.strip_suffix(b"\r"));
            line.and_then(text).map_or(Header::Bad, |client| Header::Whole(end + 1, client))
        }
        None if input.len() < MAX_TEXT_BYTES => Header::More,
        Some(_) | None => Header::Bad,
    }
}

/// `PROXY TCP4 192.0.2.1 198.51.100.1 56324 25`, or `PROXY UNKNOWN` with anything behind it.
fn text(line: &[u8]) -> Option<Option<IpAddr>> {
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    let (_proxy, family) = (words.next()?, words.next()?);
    if family == "UNKNOWN" {
        return Some(None);
    }
    let [client, server, from_port, to_port]: [&str; 4] = words.collect::<Vec<_>>().try_into().ok()?;
    let port = |text: &str| text.bytes().all(|c| c.is_ascii_digit()) && text.parse::<u16>().is_ok();
    if !port(from_port) || !port(to_port) {
        return None;
    }
    match family {
        "TCP4" => {
            server.parse::<Ipv4Addr>().ok()?;
            Some(Some(client.parse::<Ipv4Addr>().ok()?.into()))
        }
        "TCP6" => {
            server.parse::<Ipv6Addr>().ok()?;
            Some(Some(IpAddr::from(client.parse::<Ipv6Addr>().ok()?).to_canonical()))
        }
        _ => None,
    }
}

fn binary(input: &[u8]) -> Header {
    let known = input.len().min(SIGNATURE.len());
    if input.get(..known) != SIGNATURE.get(..known) {
        return Header::Bad;
    }
    let Some(&[command, family, high, low]) = input.get(12..16).and_then(|four| four.first_chunk()) else {
        return Header::More;
    };
    let whole = 16 + usize::from(u16::from_be_bytes([high, low]));
    if whole > MAX_BINARY_BYTES || !matches!(command, 0x20 | 0x21) {
        return Header::Bad;
    }
    let Some(addresses) = input.get(16..whole) else {
        return Header::More;
    };
    let client = match (command, family) {
        // The proxy looks whether we are there; or it passes on something that has no such address.
        (0x20, _) | (_, 0x00) => Some(None),
        (_, 0x11) if addresses.len() >= 12 => addresses.first_chunk::<4>().map(|at| Some(IpAddr::from(*at))),
        (_, 0x21) if addresses.len() >= 36 => addresses.first_chunk::<16>().map(|at| Some(IpAddr::from(*at).to_canonical())),
        _ => None,
    };
    client.map_or(Header::Bad, |client| Header::Whole(whole, client))
}

#[cfg(test)]
#[path = "proxy_tests.rs"]
mod tests;
