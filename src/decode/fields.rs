//! Header blocks: splitting into fields, unfolding, values as text. May import its peers in decode. Works on the raw bytes, linear, within the limits.

use memchr::memchr;

use crate::model::Unparsed;

use super::limits::{MAX_FIELD_BYTES, MAX_FIELDS, MAX_HEADER_BYTES, MAX_KEPT_HEADER_BYTES};
use super::oddities::{Oddities, unparsed};
use super::{charset, words};

/// One header field as it stands: the name, and the value with its folds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    /// The name as written, printable ASCII.
    pub(super) name: &'a str,
    /// What follows the colon, folds and last line end included.
    pub(super) value: &'a [u8],
}

/// A header block and where its body begins.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// The fields, in order.
    pub(super) fields: Vec<Field<'a>>,
    /// The offset of the body.
    pub(super) body_at: usize,
    /// Whether a line that is no field ended the block in place of the empty one.
    pub(super) broken: bool,
}

/// What the header blocks of one message have used of their common allowance.
#[derive(Debug, Default)]
pub(super) struct Spent {
    bytes: usize,
}

/// The end of the line that begins at `at`, its line feed included.
pub(super) fn line_end(raw: &[u8], at: usize) -> usize {
    raw.get(at..).and_then(|rest| memchr(b'\n', rest)).map_or(raw.len(), |n| at + n + 1)
}

/// A line without its end and the white space before it.
pub(super) fn trimmed(line: &[u8]) -> &[u8] {
    line.trim_ascii_end()
}

/// The field name a line begins with and where its value begins; white space before the colon is forgiven.
fn field_name(line: &[u8]) -> Option<(&str, usize)> {
    let colon = memchr(b':', line.get(..MAX_FIELD_BYTES.min(line.len()))?)?;
    let name = line.get(..colon)?.trim_ascii_end();
    if name.is_empty() || name.len() > 256 || !name.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    Some((std::str::from_utf8(name).ok()?, colon + 1))
}

/// Reads the header block at `start`. It ends after an empty line, before a line that is no field, or before a line for which `stop` says so.
pub(super) fn block<'a>(raw: &'a [u8], start: usize, spent: &mut Spent, stop: impl Fn(&[u8]) -> bool) -> Result<Block<'a>, Unparsed> {
    let mut fields: Vec<Field<'a>> = Vec::new();
    let mut at = start;
    let mut broken = false;
    while at < raw.len() {
        let end = line_end(raw, at);
        let line = raw.get(at..end).unwrap_or_default();
        if matches!(line, b"\n" | b"\r\n") {
            at = end;
            break;
        }
        if stop(line) {
            break;
        }
        let Some((name, value_at)) = field_name(line) else {
            broken = true;
            break;
        };
        let end = folded_end(raw, end);
        if end - at > MAX_FIELD_BYTES {
            return Err(unparsed(
                "header-length",
                format!("One header is over {} KiB.", MAX_FIELD_BYTES / 1024),
            ));
        }
        spent.bytes += end - at;
        if spent.bytes > MAX_HEADER_BYTES {
            return Err(unparsed(
                "header-bytes",
                format!("The headers are over {} KiB together.", MAX_HEADER_BYTES / 1024),
            ));
        }
        if fields.len() == MAX_FIELDS {
            return Err(unparsed("headers", format!("There are over {MAX_FIELDS} headers.")));
        }
        fields.push(Field {
            name,
            value: raw.get(at + value_at..end).unwrap_or_default(),
        });
        at = end;
    }
    Ok(Block {
        fields,
        body_at: at,
        broken,
    })
}

/// The end of the lines from `at` that continue a field: those that begin with white space. Stops soon after the limit.
fn folded_end(raw: &[u8], at: usize) -> usize {
    let mut end = at;
    while matches!(raw.get(end), Some(b' ' | b'\t')) && end - at <= MAX_FIELD_BYTES {
        end = line_end(raw, end);
    }
    end
}

impl Field<'_> {
    /// Whether this is the field of that name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value unfolded, as text but not decoded further: encoded words stand as they are.
    pub(super) fn unfolded(&self, odd: &mut Oddities) -> String {
        let text = std::str::from_utf8(self.value).map_or_else(
            |_| {
                odd.add(
                    "8bit-header",
                    "A header holds bytes that are not UTF-8; they were read as windows-1252.",
                );
                charset::western(self.value)
            },
            str::to_owned,
        );
        let mut out = String::with_capacity(text.len());
        for line in text.split('\n') {
            out.push_str(line.strip_suffix('\r').unwrap_or(line));
        }
        out.truncate(out.trim_end().len());
        out.trim_start().to_owned()
    }

    /// The value unfolded, decoded and clean, one line. Of a value that is far longer than what is kept only the beginning is decoded.
    pub(super) fn text(&self, odd: &mut Oddities) -> String {
        let unfolded = self.unfolded(odd);
        let unfolded = super::clean::capped(&unfolded, 4 * MAX_KEPT_HEADER_BYTES);
        let decoded = words::decode(unfolded, odd);
        if decoded != unfolded && decoded.contains(['\r', '\n']) {
            odd.add(
                "line-break-in-word",
                "An encoded word in a header held a line break; it was made a space.",
            );
        }
        super::clean::line(&decoded, odd)
    }

    /// Whether a fold stands directly after the `=` of a parameter, which some readers lose the value over.
    pub(super) fn folds_after_equals(&self) -> bool {
        let mut from = 0;
        while let Some(n) = self.value.get(from..).and_then(|rest| memchr(b'\n', rest)) {
            let line = trimmed(self.value.get(..from + n).unwrap_or_default());
            let more = matches!(self.value.get(from + n + 1), Some(b' ' | b'\t'));
            // `?=` ends an encoded word, `==` base64: neither begins a value.
            if more && matches!(line, [.., before, b'='] if before.is_ascii_alphanumeric() || *before == b'*') {
                return true;
            }
            from += n + 1;
        }
        false
    }
}
