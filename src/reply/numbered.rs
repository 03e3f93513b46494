//! Replies to a numbered list: `accept 2,3`, `decline 1 not mine`, `2 next: call Kim`. May import model. What cannot be meant for one of the numbers is said so, never guessed.

use super::read::{ReadContext, read};
use super::{Line, Said, Verb};

/// A line of a reply, and which of the list it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// The numbers, in order; empty where it is about all of them.
    pub numbers: Vec<u32>,
    /// The line.
    pub line: Line,
}

/// The most numbers one line names.
const MAX_NUMBERS: usize = 100;

/// Reads the new text of a reply to a list of `count`, or its subject where there is no text. A line that begins with numbers of the list is about
/// those, and so are the lines of text below it. `accept`, `decline` and `done` can name the numbers after them.
#[must_use]
pub fn read_numbered(text: &str, subject: &str, count: u32, context: &ReadContext<'_>) -> Vec<Numbered> {
    if text.trim().is_empty() {
        return read("", subject, context)
            .into_iter()
            .map(|line| of_line(Vec::new(), line, count))
            .collect();
    }
    let mut parts: Vec<(Vec<u32>, String)> = Vec::new();
    for line in text.lines() {
        match leading(line).filter(|(numbers, _)| numbers.iter().all(|number| (1..=count).contains(number))) {
            Some((numbers, rest)) => parts.push((numbers, rest.to_owned())),
            // A verb with numbers of its own is about those, whatever stands above it.
            None if names_its_own(line) => parts.push((Vec::new(), line.to_owned())),
            None => match parts.last_mut() {
                Some((_, part)) => {
                    part.push('\n');
                    part.push_str(line);
                }
                None => parts.push((Vec::new(), line.to_owned())),
            },
        }
    }
    let lines = parts.into_iter().flat_map(|(numbers, part)| {
        let lines = if part.trim().is_empty() {
            Vec::new()
        } else {
            read(&part, "", context)
        };
        lines
            .into_iter()
            .map(move |line| of_line(numbers.clone(), line, count))
            .collect::<Vec<_>>()
    });
    lines.collect()
}

/// Whether a line is a verb that takes numbers, with numbers, as in `accept 2,3` and `done all`.
fn names_its_own(line: &str) -> bool {
    let line = line.trim().trim_start_matches('/');
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let takes = ["accept", "decline", "done"].iter().any(|verb| word.eq_ignore_ascii_case(verb));
    takes && (leading(rest).is_some() || all(rest.trim()).is_some())
}

/// Takes the numbers out of what a verb carries.
fn of_line(numbers: Vec<u32>, line: Line, count: u32) -> Numbered {
    if !numbers.is_empty() {
        return Numbered { numbers, line };
    }
    let carried = match &line.said {
        Said::Verb(Verb::Accept(Some(text)) | Verb::Done(Some(text)) | Verb::Decline(text)) => text.clone(),
        _ => return Numbered { numbers, line },
    };
    let (numbers, rest) = match (leading(&carried), all(&carried)) {
        (Some((numbers, rest)), _) => (numbers, rest),
        (None, Some(rest)) => (Vec::new(), rest),
        (None, None) => return Numbered { numbers, line },
    };
    let rest = rest.trim_start_matches([',', ':', ';', '-', '–', '—', ' ']).trim();
    let said = (!rest.is_empty()).then(|| rest.to_owned());
    let unknown = numbers.iter().find(|number| !(1..=count).contains(*number));
    let said = match (&line.said, unknown) {
        (_, Some(unknown)) => Said::Unclear(format!("there is no {unknown} in this list; it goes from 1 to {count}")),
        (Said::Verb(Verb::Accept(_)), None) => Said::Verb(Verb::Accept(said)),
        (Said::Verb(Verb::Done(_)), None) => Said::Verb(Verb::Done(said)),
        (_, None) => match said {
            Some(why) => Said::Verb(Verb::Decline(why)),
            None => Said::Unclear("`decline` needs a reason; write `decline 1 WHY`".to_owned()),
        },
    };
    Numbered {
        numbers: if unknown.is_some() { Vec::new() } else { numbers },
        line: Line { text: line.text, said },
    }
}

/// `all` and what follows.
fn all(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("all").or_else(|| text.strip_prefix("All"))?;
    (rest.is_empty() || rest.starts_with([',', ':', ' ', '.', '-'])).then_some(rest)
}

/// The numbers a text begins with, as in `2`, `2.`, `2,3`, `2, 3 and 5:`, and what follows them.
fn leading(text: &str) -> Option<(Vec<u32>, &str)> {
    let mut rest = text.trim_start();
    let mut numbers: Vec<u32> = Vec::new();
    loop {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Some(number) = rest.get(..digits).and_then(|digits| digits.parse().ok()) else {
            break;
        };
        if !numbers.contains(&number) {
            numbers.push(number);
        }
        rest = rest.get(digits..)?;
        let joined = rest.trim_start();
        let next = joined
            .strip_prefix(',')
            .or_else(|| joined.strip_prefix('&'))
            .or_else(|| joined.strip_prefix("and "))
            .map(str::trim_start);
        match next.filter(|next| next.starts_with(|c: char| c.is_ascii_digit()) && numbers.len() < MAX_NUMBERS) {
            Some(next) => rest = next,
            None => break,
        }
    }
    // `2nd try`, `12:30` and `3.5` are no numbers of a list.
    let after = rest.strip_prefix(['.', ')', ':', ',']).unwrap_or(rest);
    let ends = after.is_empty() || after.starts_with(char::is_whitespace);
    (!numbers.is_empty() && ends).then(|| (numbers, after.trim()))
}

#[cfg(test)]
#[path = "numbered_tests.rs"]
mod tests;
