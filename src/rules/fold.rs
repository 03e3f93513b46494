//! Text without case, as rules compare it. May import nothing of the crate. Folding works character by character, so what is part of a text stays part of it folded.

use std::borrow::Cow;

/// One character without case: its simple lower case, with the forms of `s` and `σ` that depend on position made one.
pub(super) fn fold_char(c: char) -> char {
    match c {
        'ſ' => 's',
        'ς' => 'σ',
        _ if c.is_ascii() => c.to_ascii_lowercase(),
        // One character in, one out, so that `?` in a glob stands for exactly one: of the few longer forms the first is kept (İ is i).
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// A text without case.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        }
    } else {
        let mut folded = String::with_capacity(text.len());
        // ASCII goes over in runs: in most languages few letters are anything else.
        for run in text.split_inclusive(|c: char| !c.is_ascii()) {
            let mut chars = run.chars();
            let last = chars.next_back();
            folded.push_str(chars.as_str());
            folded.extend(last.map(fold_char));
        }
        folded.make_ascii_lowercase();
        Cow::Owned(folded)
    }
}
