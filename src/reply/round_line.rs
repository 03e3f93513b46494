//! What somebody answers in a round: words and roadblocks, an option, approval. May import model. When in doubt it is not an answer: what people write in prose must never choose.

use crate::model::{ItemId, Round, RoundKind};

/// What a reply in a round was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoundLine {
    /// Words, to a check-in: all of them, and the lines that say what holds somebody up.
    Words(String, Vec<String>),
    /// An option, the first being 1, and reasons.
    Option(u32, String),
    /// It may go ahead; the words with it.
    Approve(String),
    /// It may not, and why.
    Reject(String),
    /// `show`, or `why`: how it stands.
    Show,
    /// `help`
    Help,
    /// None of these; what to write, as a sentence.
    Unclear(String),
}

/// Lines that begin with one of these and a colon say what holds somebody up.
const ROADBLOCK: [&str; 4] = ["roadblock", "blocked", "blocker", "blocked by"];
/// The most roadblocks taken from one reply.
const MAX_ROADBLOCKS: usize = 10;
/// Words that may stand before an option.
const BEFORE_OPTION: [&str; 3] = ["answer", "vote", "option"];

/// Reads the new text of a reply in a round of that kind, and the subject where there is no text.
#[must_use]
pub fn read_round(text: &str, subject: &str, kind: &RoundKind) -> RoundLine {
    let by_subject = text.trim().is_empty();
    let text = if by_subject {
        one_tap(subject).unwrap_or_default()
    } else {
        text.trim()
    };
    match text.trim_start_matches('/').to_lowercase().as_str() {
        "show" | "why" => return RoundLine::Show,
        "help" | "?" => return RoundLine::Help,
        _ => {}
    }
    let (line, below) = text.split_once('\n').unwrap_or((text, ""));
    let (line, below) = (line.trim().trim_start_matches('/'), below.trim());
    match kind {
        RoundKind::CheckIn { .. } if text.is_empty() => {
            RoundLine::Unclear("there was nothing in it; write your answer above the quoted mail".to_owned())
        }
        RoundKind::CheckIn { .. } => RoundLine::Words(text.to_owned(), roadblocks(text)),
        RoundKind::Decision { options } => option(line, below, options),
        RoundKind::SignOff { .. } => approval(line, below),
    }
}

/// `approve ROUND-12` or `ROUND-12: approve`: what is left when the id goes.
fn one_tap(subject: &str) -> Option<&str> {
    let subject = subject.trim();
    let is_id = |word: &str| word.trim_end_matches(':').parse::<ItemId>().is_ok_and(|id| Round::is_id(&id));
    match (subject.rsplit_once(char::is_whitespace), subject.split_once(char::is_whitespace)) {
        (Some((head, last)), _) if is_id(last) => Some(head.trim()),
        (_, Some((first, tail))) if is_id(first) => Some(tail.trim()),
        _ => None,
    }
}

/// The `roadblock: …` lines, without that word.
fn roadblocks(text: &str) -> Vec<String> {
    let said = text.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches(['-', '*', '•', '/']).trim_start();
        let (word, rest) = line.split_once(':')?;
        let rest = rest.trim();
        let named = ROADBLOCK.contains(&word.trim().to_lowercase().as_str());
        // `roadblock: none` says that there is none.
        let none = ["none", "no", "nothing", "-", "n/a"].contains(&rest.trim_end_matches(['.', '!']).to_lowercase().as_str());
        (named && !none && rest.contains(char::is_alphanumeric)).then(|| rest.to_owned())
    });
    said.take(MAX_ROADBLOCKS).collect()
}

/// `2`, `2. postpone`, `postpone`, `postpone, because …`; reasons can stand below.
fn option(line: &str, below: &str, options: &[String]) -> RoundLine {
    let line = after_word(line, &BEFORE_OPTION);
    let by_number = || {
        let end = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
        let (digits, rest) = line.split_at(end);
        let number: u32 = digits.parse().ok()?;
        let named = options.get(usize::try_from(number.checked_sub(1)?).ok()?)?;
        // `2 postpone` and `2. postpone` name it twice.
        let bare = rest.trim_start_matches(['.', ')', ':', ' ']);
        if let Some(rest) = strip(bare, named) {
            return Some((number, set_off(rest)?));
        }
        Some((number, set_off(rest)?))
    };
    let by_word = || {
        let mut found: Vec<(u32, &String)> = (1..).zip(options).collect();
        // Of `yes` and `yes, later` the longer one is meant where it stands.
        found.sort_by_key(|(_, option)| std::cmp::Reverse(option.chars().count()));
        found
            .into_iter()
            .find_map(|(number, option)| Some((number, set_off(strip(line, option)?)?)))
    };
    match by_number().or_else(by_word) {
        Some((number, reasons)) => RoundLine::Option(number, joined(reasons, below)),
        None => {
            let all: Vec<String> = (1..)
                .zip(options)
                .map(|(number, option): (u32, _)| format!("`{number}` for {option}"))
                .collect();
            RoundLine::Unclear(format!(
                "the first line names none of the options; write {} alone on it, and your reasons below",
                all.join(", ")
            ))
        }
    }
}

/// `approve`, `approve, with pleasure`, `reject: WHY`.
fn approval(line: &str, below: &str) -> RoundLine {
    let end = line.find(|c: char| !c.is_alphabetic()).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    match word.to_lowercase().as_str() {
        "approve" | "approved" => match set_off(rest) {
            Some(words) => RoundLine::Approve(joined(words, below)),
            None => RoundLine::Unclear("a comma belongs between `approve` and what you add; write `approve`, or `reject WHY`".to_owned()),
        },
        "reject" | "rejected" | "refuse" | "decline" => {
            // A reason may follow a space: nobody is let through by mistake.
            let why = joined(set_off(rest).unwrap_or(rest.trim()), below);
            if why.contains(char::is_alphanumeric) {
                RoundLine::Reject(why)
            } else {
                RoundLine::Unclear("`reject` needs a reason; write `reject WHY`".to_owned())
            }
        }
        _ => RoundLine::Unclear("the first line says neither; write `approve` or `reject WHY` on it".to_owned()),
    }
}

/// What stands after an option: nothing, or words set off from it. `no idea` is not `no`.
fn set_off(rest: &str) -> Option<&str> {
    let text = rest.trim();
    if !text.contains(char::is_alphanumeric) {
        return Some("");
    }
    let marked = text.trim_start_matches([',', ':', ';', '–', '—', '-', '.', '!', ')']);
    (marked.len() < text.len() && (marked.starts_with(char::is_whitespace) || text.starts_with([',', ':', ';']))).then(|| marked.trim())
}

/// What follows `option` at the beginning, in any case. One that a link had to cut ends in `…`.
fn strip<'a>(text: &'a str, option: &str) -> Option<&'a str> {
    let mut rest = text;
    for wanted in option.chars() {
        let c = rest.chars().next()?;
        if c == '…' {
            return Some(rest.trim_start_matches('…'));
        }
        if !c.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
        rest = rest.get(c.len_utf8()..)?;
    }
    (!rest.starts_with(char::is_alphanumeric)).then_some(rest)
}

/// Without a first word such as `answer`.
fn after_word<'a>(line: &'a str, words: &[&str]) -> &'a str {
    let end = line.find(|c: char| !c.is_alphabetic()).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    let rest = rest.trim_start_matches([':', ' ']);
    if words.contains(&word.to_lowercase().as_str()) && !rest.is_empty() {
        rest
    } else {
        line
    }
}

fn joined(first: &str, below: &str) -> String {
    [first, below]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
#[path = "round_line_tests.rs"]
mod tests;
