//! The page of a code of `check`: what it means, an example of the mistake, how to mend it. May import config. The text is that of `docs/errors.md`.

use serde_json::json;

use crate::cli::screen::{COLUMNS, Screen, wrapped};
use crate::config::Code;
use crate::daemon::{Exit, Failure};

/// The reference, made from the table of codes and the fixtures by a test.
const REFERENCE: &str = include_str!("../../../docs/errors.md");
/// What stands before and after an example in it.
const FENCE: &str = "```";

/// Whether a word has the form of a code, such as `B0203`, in either case.
pub fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix(['B', 'b']).unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Prints the page.
pub fn print(word: &str, screen: &Screen) -> Result<(), Failure> {
    let word = word.to_ascii_uppercase();
    let code = Code::ALL.iter().find(|code| code.as_str() == word);
    let Some(code) = code else {
        let text = format!("there is no code {word}; `batond check` prints those it finds");
        return Err(Failure::new(Exit::NotFound, text));
    };
    let page = json!({
        "code": code,
        "title": code.title(),
        "meaning": code.explanation(),
        "example": example(*code),
    });
    screen.show(&page, || Ok(human(*code)))
}

fn human(code: Code) -> String {
    let mut lines = vec![format!("{code}: {}", code.title()), String::new()];
    lines.extend(wrapped(code.explanation(), 0, COLUMNS));
    if let Some(example) = example(code) {
        lines.extend([String::new(), "For example:".to_owned(), String::new()]);
        lines.extend(example.lines().map(|line| format!("  {line}").trim_end().to_owned()));
    }
    lines.join("\n") + "\n"
}

/// A mistake of this kind as `check` shows it, with what to do about it.
fn example(code: Code) -> Option<String> {
    let (_, page) = REFERENCE.split_once(&format!("\n### {code}: "))?;
    let page = page.split("\n### ").next()?;
    let (_, fenced) = page.split_once(FENCE)?;
    let (_, text) = fenced.split_once('\n')?;
    text.split_once(FENCE).map(|(example, _)| example.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_with_its_own_example() {
        for code in Code::ALL {
            let shown = human(*code);
            assert!(shown.starts_with(&format!("{code}: {}\n\n", code.title())), "{shown}");
            let example = example(*code).unwrap_or_default();
            assert!(
                example.contains(&format!("[{code}]")),
                "{code} has no example: BATOND_UPDATE=1 makes docs/errors.md anew"
            );
            assert!(example.contains("\nhelp: "), "{code} does not say how to mend it:\n{example}");
            assert!(
                shown
                    .lines()
                    .take_while(|line| *line != "For example:")
                    .all(|line| line.chars().count() <= COLUMNS),
                "{shown}"
            );
        }
    }

    #[test]
    fn codes_are_told_from_files() {
        assert!(is_code("B0203") && is_code("b0101"));
        assert!(!is_code("B020") && !is_code("SUP-1") && !is_code("B02034") && !is_code("Bmail") && !is_code("mail.eml"));
    }
}
