//! One clean line out of any text. May import nothing of the crate. No controls, no direction tricks, no double spaces, never longer than asked.

/// The text as one line: spaces and controls run together to one space, marks that turn the direction of writing left out, cut with an ellipsis.
pub(in crate::rules) fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max_chars * 4));
    let mut length = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = length > 0;
            continue;
        }
        if is_hidden(c) {
            continue;
        }
        let wanted = 1 + usize::from(gap);
        if length + wanted > max_chars {
            if length == max_chars {
                line.pop();
            }
            line.push('…');
            break;
        }
        if gap {
            line.push(' ');
            gap = false;
        }
        line.push(c);
        length += wanted;
    }
    line
}

/// Characters that show nothing and change how what follows is shown.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
