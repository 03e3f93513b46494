//! What the demo prints: headings, steps with the time since its start, and what it quotes, in 80 columns. May import screen.

use std::time::Duration;

use tokio::time::Instant;

use crate::cli::screen::{Screen, plain};
use crate::daemon::Failure;

/// The widest line.
const COLUMNS: usize = 80;
/// Where text begins, after the time.
const INDENT: usize = 9;

/// Prints.
pub struct Teller<'a> {
    screen: &'a Screen,
    began: Instant,
}

impl<'a> Teller<'a> {
    /// From now on.
    pub fn new(screen: &'a Screen) -> Self {
        Self {
            screen,
            began: Instant::now(),
        }
    }

    /// Since the start.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// A heading.
    pub fn act(&self, title: &str) -> Result<(), Failure> {
        let (bold, normal) = if self.screen.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        self.screen.print(&format!("\n{bold}{title}{normal}\n"))
    }

    /// A step that has happened, with its time.
    pub fn step(&self, text: &str) -> Result<(), Failure> {
        let time = format!("{:>5.1} s  ", self.elapsed().as_secs_f64());
        self.screen.print(&hanging(&time, text))
    }

    /// A remark below a step.
    pub fn remark(&self, text: &str) -> Result<(), Failure> {
        self.screen.print(&hanging(&" ".repeat(INDENT), text))
    }

    /// What somebody wrote, beside a bar.
    pub fn quote(&self, text: &str) -> Result<(), Failure> {
        let bar = format!("{}| ", " ".repeat(INDENT));
        let line = |line: &str| wrapped(&bar, &bar, &plain(line)).trim_end().to_owned() + "\n";
        self.screen.print(&text.lines().map(line).collect::<String>())
    }

    /// A block of text; lines that are too long go on below, further in.
    pub fn block(&self, text: &str) -> Result<(), Failure> {
        let line = |line: &str| {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            wrapped("", &" ".repeat(spaces + 4), line)
        };
        self.screen.print(&text.lines().map(line).collect::<String>())
    }
}

/// `first` and then the words; where they wrap, lines are indented as wide as `first`.
fn hanging(first: &str, text: &str) -> String {
    wrapped(first, &" ".repeat(first.chars().count()), text)
}

/// The words after `first`; later lines begin with `next`. A word that fits on no line stands on one of its own.
fn wrapped(first: &str, next: &str, text: &str) -> String {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut begins = true;
    for word in text.split(' ') {
        if !begins && line.chars().count() + 1 + word.chars().count() > COLUMNS {
            lines.push(std::mem::replace(&mut line, next.to_owned()));
            begins = true;
        }
        if !begins {
            line.push(' ');
        }
        line.push_str(word);
        begins = false;
    }
    lines.push(line);
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_hangs_below_its_beginning() {
        let text = hanging("  0.1 s  ", &"abcdefghi ".repeat(12));
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines.len() == 2 && lines.iter().all(|line| line.chars().count() <= COLUMNS),
            "{text}"
        );
        assert!(
            lines[0].starts_with("  0.1 s  abcdefghi abc") && lines[1].starts_with("         abcdefghi"),
            "{text}"
        );
        assert_eq!(hanging("> ", "one"), "> one\n");
        let long = "x".repeat(COLUMNS);
        assert_eq!(wrapped("| ", "| ", &format!("a {long} b")), format!("| a\n| {long}\n| b\n"));
    }
}
