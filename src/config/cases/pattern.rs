//! A text that is expected. May import nothing of the crate. It is compared exactly, with case; `*` stands for any text and `?` for one character.

use std::fmt;

use regex::{Regex, RegexBuilder};

/// The longest expected text, in characters.
const MAX_PATTERN_CHARS: usize = 10_000;
/// The most memory one pattern may take once it is compiled, in bytes.
const MAX_COMPILED_BYTES: usize = 4 << 20;

/// A compiled pattern. `\*`, `\?` and `\\` mean the character itself.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

impl Pattern {
    /// Reads a pattern; `None` if it is too long.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text.chars().count() > MAX_PATTERN_CHARS {
            return None;
        }
        let mut expression = String::from("^");
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '*' => expression.push_str(".*"),
                '?' => expression.push('.'),
                '\\' => {
                    let itself = chars.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\');
                    expression.push_str(&regex::escape(&itself.to_string()));
                }
                c => expression.push_str(&regex::escape(&c.to_string())),
            }
        }
        expression.push('$');
        let regex = RegexBuilder::new(&expression)
            .dot_matches_new_line(true)
            .size_limit(MAX_COMPILED_BYTES)
            .build()
            .ok()?;
        Some(Self {
            text: text.to_owned(),
            regex,
        })
    }

    /// Whether a value is what is expected.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it can only be one text: then a name that does not exist is a mistake.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.text.contains(['*', '?', '\\'])
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_text_is_itself_and_stars_are_anything() {
        let holds = |pattern: &str, value: &str| Pattern::new(pattern).unwrap().matches(value);
        assert!(holds("SUP-1 [x] (y).", "SUP-1 [x] (y)."));
        assert!(!holds("SUP-1 [x] (y).", "SUP-1 [x] (y)!"));
        assert!(!holds("Printer", "printer"));
        assert!(!holds("Printer", "The Printer"));
        assert!(holds("*please accept*", "SUP-1: please accept\nby noon"));
        assert!(holds("Why?", "Why?"));
        assert!(holds("a?c", "abc") && !holds("a?c", "ac"));
        assert!(holds(r"100 \* 2", "100 * 2") && !holds(r"100 \* 2", "100 x 2"));
        assert!(holds(r"C:\temp\\x", r"C:\temp\x"));
        assert!(Pattern::new(&"x".repeat(20_000)).is_none());
    }
}
