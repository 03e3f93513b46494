//! Outside text made fit to stand in a mail. May import nothing of the crate. No control, no direction override, no line break where one line is meant, and never too long.

/// The most characters of a quoted text in a notice; the item keeps the whole.
pub(super) const MAX_QUOTE_CHARS: usize = 4_000;
/// The most lines of a quoted text in a notice.
pub(super) const MAX_QUOTE_LINES: usize = 80;
/// The most characters of an answer to a requester: as much as the timeline keeps of a message.
pub(super) const MAX_ANSWER_CHARS: usize = 64 * 1024;
/// The most lines of an answer to a requester.
pub(super) const MAX_ANSWER_LINES: usize = 4_000;

/// Characters that turn the direction of what follows, so that it reads as something else, and marks nobody sees.
fn deceives(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// `text` as one line of at most `max` characters: breaks, controls and runs of spaces become one space. What is cut ends in `…`.
pub(super) fn one_line(text: &str, max: usize) -> String {
    if is_one_line(text) && text.len() <= max {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len().min(4 * max));
    let mut count = 0;
    let mut space = false;
    for c in text.chars().filter(|c| !deceives(*c)) {
        if c.is_whitespace() || c.is_control() {
            space = count > 0;
            continue;
        }
        let needed = if space { 2 } else { 1 };
        if count + needed > max {
            return shorten(&line, max);
        }
        if space {
            line.push(' ');
        }
        line.push(c);
        count += needed;
        space = false;
    }
    line
}

/// Whether a text is plain ASCII without a run of spaces or one at an end.
fn is_one_line(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ")
}

/// Cuts a line that is full to make room for `…`, at a space if one is near.
fn shorten(line: &str, max: usize) -> String {
    let keep = max.saturating_sub(1);
    let cut = line.char_indices().nth(keep).map_or(line.len(), |(at, _)| at);
    let head = line.get(..cut).unwrap_or_default();
    let near = head.rfind(' ').filter(|at| head.len() - at <= 12 && *at > 0);
    format!("{}…", head.get(..near.unwrap_or(cut)).unwrap_or(head).trim_end())
}

/// Longer text as lines, and how many characters were left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Block {
    /// The lines, without breaks; no empty ones at either end and never two empty ones together.
    pub lines: Vec<String>,
    /// How many characters of the text do not stand here.
    pub omitted: usize,
}

/// `text` as lines: at most `max_chars` characters and `max_lines` lines.
pub(super) fn block(text: &str, max_chars: usize, max_lines: usize) -> Block {
    let mut lines: Vec<String> = Vec::new();
    let mut current = String::new();
    let (mut taken, mut omitted) = (0, 0);
    for c in text.trim().chars().filter(|c| !deceives(*c)) {
        if taken == max_chars || lines.len() == max_lines {
            omitted += 1;
            continue;
        }
        taken += 1;
        match c {
            '\n' => end_line(&mut lines, &mut current),
            '\t' => current.push(' '),
            c if c.is_control() => {}
            c => current.push(c),
        }
    }
    end_line(&mut lines, &mut current);
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    Block { lines, omitted }
}

fn end_line(lines: &mut Vec<String>, current: &mut String) {
    let line = std::mem::take(current).trim_end().to_owned();
    let doubled = line.is_empty() && lines.last().is_none_or(String::is_empty);
    if !doubled {
        lines.push(line);
    }
}

#[cfg(test)]
#[path = "clean_tests.rs"]
mod tests;
