//! `regex`: the regex crate's language, anywhere in a value, in linear time. May import fold. Knows a text that must be there, so that most regexes are never run.

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{MAX_PATTERN_CHARS, Needles, Spot, TestFault};
use crate::rules::RuleFaultKind;
use crate::rules::fold::fold_char;

/// The largest compiled regex, in bytes.
const REGEX_SIZE_LIMIT_BYTES: usize = 1 << 20;
/// The deepest nesting of a regex.
const REGEX_NEST_LIMIT: u32 = 50;
/// A text shorter than this, in bytes, is found nearly everywhere and not searched for.
const MIN_NEEDLE_BYTES: usize = 2;
/// The most alternatives searched for in place of one regex.
const MAX_NEEDLES: usize = 32;
/// The most characters of a class that may be one letter in its cases, as `[kKK]`.
const MAX_CASES: u32 = 4;

/// A compiled regex.
#[derive(Debug, Clone)]
pub(in crate::rules) struct Pattern {
    regex: Regex,
    /// Lists of texts; of each list every match holds one.
    needles: Vec<Vec<String>>,
}

impl Pattern {
    /// Compiles a regex.
    pub(super) fn new(text: &str) -> Result<Self, TestFault> {
        let regex = compile_regex(text)?;
        // What was compiled once parses again; should it not, the regex is merely run more often.
        let hir = regex_syntax::ParserBuilder::new().nest_limit(REGEX_NEST_LIMIT).build().parse(text);
        Ok(Self {
            needles: hir.map(|hir| choices(&hir)).unwrap_or_default(),
            regex,
        })
    }

    /// Whether a value matches.
    pub(super) fn holds(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }

    /// The regex as written.
    pub(super) fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    /// Texts of which every match holds one.
    pub(super) fn needles(&self) -> Option<Needles> {
        if self.needles.is_empty() {
            return None;
        }
        Some(Needles {
            choices: self
                .needles
                .iter()
                .map(|texts| texts.iter().map(|t| (t.clone(), Spot::Anywhere)).collect())
                .collect(),
            exact: false,
        })
    }
}

/// Compiles a regex under the limits.
pub(in crate::rules) fn compile_regex(text: &str) -> Result<Regex, TestFault> {
    let fault = |text: String, hint: &str| TestFault {
        kind: RuleFaultKind::Regex,
        text,
        hint: Some(hint.to_owned()),
    };
    if text.chars().count() > MAX_PATTERN_CHARS {
        return Err(fault(format!("a regex has at most {MAX_PATTERN_CHARS} characters"), "split it"));
    }
    let mut builder = RegexBuilder::new(text);
    builder.size_limit(REGEX_SIZE_LIMIT_BYTES).nest_limit(REGEX_NEST_LIMIT);
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => fault(
            format!("the regex needs more than {} KiB when compiled", REGEX_SIZE_LIMIT_BYTES / 1024),
            "shorten its repetitions, or write `(?-u:\\w)` where ASCII is enough",
        ),
        other => fault(
            format!("this is not a regex: {}", reason(&other)),
            "the language is that of the Rust crate `regex`: no look-around, no back-references",
        ),
    })
}

/// The last line of a regex error says what is wrong; those above draw the place.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default().trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// Lists of folded texts; of each list one stands in every match. Texts too short to tell anything are left out.
fn choices(hir: &Hir) -> Vec<Vec<String>> {
    let found = match hir.kind() {
        HirKind::Capture(group) => choices(&group.sub),
        HirKind::Repetition(repeat) if repeat.min > 0 => choices(&repeat.sub),
        HirKind::Concat(parts) => runs(parts),
        HirKind::Alternation(parts) => alternatives(parts).into_iter().collect(),
        HirKind::Literal(_) | HirKind::Class(_) => runs(std::slice::from_ref(hir)),
        HirKind::Repetition(_) | HirKind::Look(_) | HirKind::Empty => Vec::new(),
    };
    let told = |texts: &Vec<String>| !texts.is_empty() && texts.iter().all(|text| text.len() >= MIN_NEEDLE_BYTES);
    found.into_iter().filter(told).collect()
}

/// One list for a choice of parts: the best list of each together, if each has one.
fn alternatives(parts: &[Hir]) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for part in parts {
        let shortest = |texts: &Vec<String>| texts.iter().map(String::len).min().unwrap_or(0);
        all.extend(choices(part).into_iter().max_by_key(shortest)?);
    }
    (all.len() <= MAX_NEEDLES).then_some(all)
}

/// What each part of a sequence requires, neighbouring plain text put together.
fn runs(parts: &[Hir]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut run = String::new();
    for part in parts {
        match part.kind() {
            // Assertions take no room: the texts around them stand side by side.
            HirKind::Look(_) | HirKind::Empty => continue,
            _ => {}
        }
        if let Some(text) = plain(part) {
            run.push_str(&text);
            continue;
        }
        found.push(vec![std::mem::take(&mut run)]);
        let nested = !matches!(part.kind(), HirKind::Class(_) | HirKind::Literal(_));
        if nested {
            found.extend(choices(part));
        }
    }
    found.push(vec![run]);
    found
}

/// The folded text of a part that always is the same text.
fn plain(part: &Hir) -> Option<String> {
    match part.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            Some(text.chars().map(fold_char).collect())
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut cases = class.iter().flat_map(|range| range.start()..=range.end());
            let count: u32 = class.iter().map(|r| u32::from(r.end()) - u32::from(r.start()) + 1).take(8).sum();
            let first = (count <= MAX_CASES).then(|| cases.next().map(fold_char)).flatten()?;
            cases.all(|c| fold_char(c) == first).then(|| first.to_string())
        }
        _ => None,
    }
}
