//! Who really sent a request that came through proxies. May import config. Only what named proxies wrote is believed, from the right end on.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::config::{ClientHeader, Proxies};

/// The most hops that are looked at: nobody has that many proxies.
const MAX_HOPS: usize = 32;

/// The sender's address: the connection's, unless that is a named proxy; then the first that is none, from the right.
/// `None` when a proxy does not say, or says nothing that is an address.
pub fn client(peer: IpAddr, headers: &HeaderMap, proxies: &Proxies) -> Option<IpAddr> {
    let named = |address: IpAddr| proxies.networks.iter().any(|network| network.contains(&address));
    if !named(peer) {
        return Some(peer);
    }
    let name = match proxies.header {
        ClientHeader::XForwardedFor => "x-forwarded-for",
        ClientHeader::Forwarded => "forwarded",
    };
    // Further lines of one header continue it (RFC 9110 section 5.3), so the last line is the right end.
    let lines: Vec<&str> = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?")).collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    for hop in hops.take(MAX_HOPS) {
        let address = match proxies.header {
            ClientHeader::XForwardedFor => address(hop),
            ClientHeader::Forwarded => forwarded_for(hop).and_then(address),
        }?;
        if !named(address) {
            return Some(address);
        }
    }
    None
}

/// The value of `for` in an element of Forwarded (RFC 7239 section 4).
fn forwarded_for(element: &str) -> Option<&str> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut values = pairs
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"))
        .map(|(_, value)| value);
    let value = values.next()?.trim();
    // Twice in one element is not a form the standard has.
    values.next().is_none().then_some(value.trim_matches('"'))
}

/// An address, with or without a port; of IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let found = bare.parse::<IpAddr>().ok();
    found
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|address| address.to_canonical())
}

#[cfg(test)]
#[path = "proxies_tests.rs"]
mod tests;
