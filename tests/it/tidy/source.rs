//! A Rust file as the checks see it: its path, its lines, and its code with comments and the insides of strings blanked out.

/// One file.
pub struct Source {
    /// From the checkout, with `/`.
    pub path: String,
    /// As it is.
    pub text: String,
    /// The same with comments and the insides of strings replaced by spaces; lines stay where they are.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: blank(text),
        }
    }

    /// The top-level module the file belongs to: `engine` for `src/engine/past.rs`, `clock` for `src/clock.rs`.
    pub fn module(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
    }

    /// Whether it is a file of unit tests beside the code.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("_tests.rs")
            || self.path.ends_with("/tests.rs")
            || self.path.contains("/tests/")
            || self.path.starts_with("tests/")
    }

    /// The line of a byte of `code`, from 1.
    pub fn line_of(&self, byte: usize) -> usize {
        self.code[..byte].matches('\n').count() + 1
    }
}

/// Replaces comments and the insides of strings by spaces. Knows line and nested block comments, plain, raw and byte strings, and characters.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let is = |at: usize, what: &str| what.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c));
    while at < chars.len() {
        let end = if is(at, "//") {
            until(&chars, at, |i| chars[i] == '\n')
        } else if is(at, "/*") {
            let mut depth = 0;
            until(&chars, at, |i| {
                depth += i32::from(is(i, "/*")) - i32::from(i > at + 2 && is(i - 2, "*/"));
                depth == 0
            })
        } else if let Some(hashes) = raw_string(&chars, at) {
            let close: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let open = at + 2 + hashes;
            until(&chars, open, |i| is(i, &close)).saturating_add(close.len()).min(chars.len())
        } else if chars[at] == '"' {
            let mut escaped = false;
            until(&chars, at + 1, |i| {
                let ends = chars[i] == '"' && !escaped;
                escaped = chars[i] == '\\' && !escaped;
                ends
            }) + 1
        } else if is(at, "'\\") {
            until(&chars, at + 3, |i| chars[i] == '\'') + 1
        } else if chars[at] == '\'' && chars.get(at + 2) == Some(&'\'') {
            at + 3
        } else {
            out.push(chars[at]);
            at += 1;
            continue;
        };
        let end = end.min(chars.len());
        out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
        at = end;
    }
    out
}

/// The first index from `at` on for which `stop` holds, or the end.
fn until(chars: &[char], at: usize, mut stop: impl FnMut(usize) -> bool) -> usize {
    (at..chars.len()).find(|i| stop(*i)).unwrap_or(chars.len())
}

/// The number of `#` if a raw string begins at `at`.
fn raw_string(chars: &[char], at: usize) -> Option<usize> {
    let before = at.checked_sub(1).map_or(' ', |i| chars[i]);
    if chars[at] != 'r' || (before.is_alphanumeric() && before != 'b') || before == '_' {
        return None;
    }
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    (chars.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

#[test]
fn comments_and_strings_are_blank() {
    let text = "a // b\nc /* d /* e */ f */ g \"h // \\\" i\" j r#\"k\" l\"# m 'n' 'o '\\'' p";
    let code = blank(text);
    let words: String = code.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words, "a c g j m 'o p");
    assert_eq!(code.matches('\n').count(), 1);
}

#[test]
fn modules_are_found() {
    assert_eq!(Source::new("src/engine/past.rs", "").module(), "engine");
    assert_eq!(Source::new("src/clock.rs", "").module(), "clock");
    assert!(Source::new("src/reply/verb_tests.rs", "").is_test());
}
