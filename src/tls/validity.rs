//! Until when a certificate is good: the two instants of its Validity (RFC 5280 section 4.1.2.5). May import nothing of the crate. Reads the few lengths before them and nothing else.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The most octets of a length; a certificate of ours has at most a few hundred thousand.
const MAX_LENGTH_OCTETS: u8 = 4;

/// From when and until when, or `None` for something that is no certificate.
#[must_use]
pub fn validity(certificate: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (whole, _) = expect(certificate, SEQUENCE)?;
    let (inner, _) = expect(whole, SEQUENCE)?;
    let rest = expect(inner, VERSION).map_or(inner, |(_, rest)| rest);
    let (_serial, rest) = expect(rest, INTEGER)?;
    let (_algorithm, rest) = expect(rest, SEQUENCE)?;
    let (_issuer, rest) = expect(rest, SEQUENCE)?;
    let (times, _) = expect(rest, SEQUENCE)?;
    let (begins, rest) = time(times)?;
    let (ends, _) = time(rest)?;
    Some((begins, ends))
}

/// What an element of this tag holds, and what follows it.
fn expect(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(der)?;
    (found == tag).then_some((content, rest))
}

fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first & 0x80 != 0 {
        let octets = first & 0x7f;
        if octets == 0 || octets > MAX_LENGTH_OCTETS {
            return None;
        }
        length = 0;
        for _ in 0..octets {
            let (&octet, after) = rest.split_first()?;
            length = length.checked_mul(256)?.checked_add(usize::from(octet))?;
            rest = after;
        }
    }
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn time(der: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (tag, content, rest) = element(der)?;
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let (year, text) = match tag {
        UTC_TIME => {
            let (year, text) = text.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            // RFC 5280: 50 and more are of the last century.
            (if year >= 50 { 1900 + year } else { 2000 + year }, text)
        }
        GENERALIZED_TIME => {
            let (year, text) = text.split_at_checked(4)?;
            (year.parse().ok()?, text)
        }
        _ => return None,
    };
    if text.len() != 10 {
        return None;
    }
    let part = |at: usize| text.get(at..at + 2).and_then(|digits| digits.parse::<i8>().ok());
    let when = DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0).ok()?;
    let when = when.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some((when, rest))
}
