//! Globs: `*` any text, line breaks and `/` included, `?` one character, the whole value, without case. May import fold. All else is itself; `\` before `*`, `?` or `\` makes it itself.

use std::fmt;

use super::{Compiled, Literal, MAX_PATTERN_CHARS, Needles, Spot, TestFault};
use crate::rules::RuleFaultKind;
use crate::rules::fold::fold_char;

/// What stands between two `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Its characters, `None` for `?`.
    chars: Vec<Option<char>>,
    /// The same as text, if there is no `?` in it.
    text: Option<String>,
}

/// A glob that no literal test can say: two or more `*` between texts, or a `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) struct Glob {
    /// What stands before the first `*`, between each two, and after the last; one piece means there is no `*`.
    pieces: Vec<Piece>,
}

/// Compiles a glob to the cheapest test that says the same.
pub(super) fn compile(text: &str) -> Result<Compiled, TestFault> {
    let pieces = parse(text)?;
    let texts: Option<Vec<&str>> = pieces.iter().map(|piece| piece.text.as_deref()).collect();
    let literal = match texts.as_deref().unwrap_or_default() {
        [whole] => Some((Spot::Whole, *whole)),
        [start, ""] => Some((Spot::Start, *start)),
        ["", end] => Some((Spot::End, *end)),
        ["", middle, ""] => Some((Spot::Anywhere, *middle)),
        _ => None,
    };
    Ok(match literal {
        Some((spot, text)) => Compiled::Literal(Literal::new(spot, text)),
        None => Compiled::Glob(Glob { pieces }),
    })
}

impl Glob {
    /// Whether a folded value matches.
    pub(super) fn holds(&self, value: &str) -> bool {
        let (first, last) = match self.pieces.as_slice() {
            [] => return false,
            [only] => return start(value, only) == Some(value.len()),
            [first, .., last] => (first, last),
        };
        let Some(after) = start(value, first) else { return false };
        let Some(mut rest) = value.get(after..) else { return false };
        for piece in self.pieces.iter().skip(1).take(self.pieces.len() - 2) {
            // The leftmost place is always good enough: it leaves the most for the pieces that follow.
            let Some(end) = find_end(rest, piece) else { return false };
            rest = rest.get(end..).unwrap_or_default();
        }
        let length = last.chars.len();
        let tail = rest.char_indices().rev().nth(length.saturating_sub(1)).map(|(at, _)| at);
        match (length, tail) {
            (0, _) => true,
            (_, Some(at)) => rest.get(at..).is_some_and(|tail| start(tail, last) == Some(tail.len())),
            (_, None) => false,
        }
    }

    /// Its plain pieces; none if every piece has a `?` or is empty.
    pub(super) fn needles(&self) -> Option<Needles> {
        let last = self.pieces.len().saturating_sub(1);
        let spot = |n: usize| match n {
            0 => Spot::Start,
            n if n == last => Spot::End,
            _ => Spot::Anywhere,
        };
        let texts = self.pieces.iter().enumerate();
        let texts = texts.filter_map(|(n, piece)| Some((piece.text.clone()?, spot(n))));
        let choices: Vec<_> = texts.filter(|(text, _)| !text.is_empty()).map(|needle| vec![needle]).collect();
        (!choices.is_empty()).then_some(Needles { choices, exact: false })
    }
}

impl fmt::Display for Glob {
    /// The folded glob: equal for globs that match the same by construction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, piece) in self.pieces.iter().enumerate() {
            if n > 0 {
                f.write_str("*")?;
            }
            for c in &piece.chars {
                match c {
                    None => f.write_str("?")?,
                    Some(c @ ('*' | '?' | '\\')) => write!(f, "\\{c}")?,
                    Some(c) => write!(f, "{c}")?,
                }
            }
        }
        Ok(())
    }
}

fn parse(text: &str) -> Result<Vec<Piece>, TestFault> {
    let fault = |text: String, hint: &str| TestFault {
        kind: RuleFaultKind::Glob,
        text,
        hint: Some(hint.to_owned()),
    };
    if text.is_empty() {
        return Err(fault(
            "an empty glob matches nothing but an empty value".into(),
            "write `exists: false`, or `is: \"\"` if you mean that",
        ));
    }
    if text.chars().count() > MAX_PATTERN_CHARS {
        return Err(fault(
            format!("a glob has at most {MAX_PATTERN_CHARS} characters"),
            "shorten it, or write several",
        ));
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut piece = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                while chars.next_if_eq(&'*').is_some() {}
                pieces.push(Piece::new(std::mem::take(&mut piece)));
            }
            '?' => piece.push(None),
            '\\' => match chars.next() {
                Some(c @ ('*' | '?' | '\\')) => piece.push(Some(c)),
                Some(c) => {
                    return Err(fault(
                        format!("`\\{c}` means nothing in the glob \"{text}\""),
                        "write `\\\\` for a backslash; only `*`, `?` and `\\` need one before them",
                    ));
                }
                None => {
                    return Err(fault(
                        format!("the glob \"{text}\" ends in a lone backslash"),
                        "write `\\\\` for a backslash",
                    ));
                }
            },
            c => piece.push(Some(fold_char(c))),
        }
    }
    pieces.push(Piece::new(piece));
    Ok(pieces)
}

impl Piece {
    fn new(chars: Vec<Option<char>>) -> Self {
        Self {
            text: chars.iter().copied().collect(),
            chars,
        }
    }
}

/// The length in bytes of the piece if the value starts with it.
fn start(value: &str, piece: &Piece) -> Option<usize> {
    let mut chars = value.chars();
    for wanted in &piece.chars {
        let c = chars.next()?;
        if wanted.is_some_and(|wanted| wanted != c) {
            return None;
        }
    }
    Some(value.len() - chars.as_str().len())
}

/// Where the leftmost place of the piece in the value ends, in bytes.
fn find_end(value: &str, piece: &Piece) -> Option<usize> {
    if let Some(text) = &piece.text {
        return value.find(text.as_str()).map(|at| at + text.len());
    }
    value
        .char_indices()
        .find_map(|(at, _)| start(value.get(at..)?, piece).map(|length| at + length))
}
