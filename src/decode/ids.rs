//! Message-IDs (RFC 5322 section 3.6.4). May import its peers in decode. Without angle brackets, without white space.

use super::limits::MAX_ID_BYTES;

/// The ids of a Message-ID, In-Reply-To or References value, in order. Without any bracket, words with an `@` count.
pub(super) fn read(value: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let end = after.find(['<', '>']).unwrap_or(after.len());
        out.extend(after.get(..end).and_then(valid));
        rest = after.get(end..).unwrap_or_default();
    }
    if !value.contains('<') {
        out.extend(
            value
                .split_whitespace()
                .filter(|w| w.contains('@'))
                .filter_map(|w| valid(w.trim_matches(['"', ',', ';', '>']))),
        );
    }
    out
}

/// An id with the white space of folds taken out, if what is left is one: not empty, printable, not longer than a line.
fn valid(raw: &str) -> Option<String> {
    let id: String = raw.chars().filter(|c| !c.is_whitespace()).collect();
    let bad = |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    (!id.is_empty() && id.len() <= MAX_ID_BYTES && !id.contains(bad)).then_some(id)
}
