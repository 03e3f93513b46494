//! format=flowed text (RFC 3676) back to paragraphs. May import nothing. Linear; quotes keep their marks.

/// Joins flowed lines. `delsp` says that the space at a soft break is not part of the text.
pub(super) fn unflow(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The quote depth of the paragraph that goes on, if one does.
    let mut open: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let ended = line.ends_with('\n');
        let line = line.trim_end_matches('\n');
        let content = line.trim_start_matches('>');
        let depth = line.len() - content.len();
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        let flowed = content.ends_with(' ') && !signature && ended;
        match open {
            Some(level) if level == depth && !signature => {}
            other => {
                if other.is_some() {
                    out.push('\n');
                }
                out.extend(std::iter::repeat_n('>', depth));
                if depth > 0 {
                    out.push(' ');
                }
            }
        }
        out.push_str(if flowed && delsp {
            content.strip_suffix(' ').unwrap_or(content)
        } else {
            content
        });
        open = flowed.then_some(depth);
        if !flowed && ended {
            out.push('\n');
        }
    }
    out
}
