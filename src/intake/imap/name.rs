//! Names of mailboxes as they go over the wire, and sets of numbers. May import nothing of the crate. RFC 3501: section 5.1.3, section 9 `sequence-set`.

use data_encoding::BASE64_NOPAD;

/// A name in modified UTF-7.
#[must_use]
pub fn on_the_wire(name: &str) -> String {
    let mut wire = String::with_capacity(name.len());
    let mut other: Vec<u8> = Vec::new();
    let flush = |other: &mut Vec<u8>, wire: &mut String| {
        if !other.is_empty() {
            wire.push('&');
            wire.push_str(&BASE64_NOPAD.encode(other).replace('/', ","));
            wire.push('-');
            other.clear();
        }
    };
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut other, &mut wire);
            wire.push(c);
            if c == '&' {
                wire.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                other.extend_from_slice(&unit.to_be_bytes());
            }
        }
    }
    flush(&mut other, &mut wire);
    wire
}

/// `1:3,7` for 1, 2, 3, 7. The numbers are in order.
#[must_use]
pub fn set(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let said = |(first, last): (u32, u32)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}:{last}")
        }
    };
    runs.into_iter().map(said).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
