//! Diagnostics as people and programs read them. May import the rest of config. The same diagnostics always give the same bytes.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::diagnostic::{Diagnostic, Severity};
use super::load::Loaded;
use super::texts::SourceTexts;
use crate::model::Place;

/// Longer lines are cut around the place, in characters.
const MAX_LINE_CHARS: usize = 110;
/// What stands before a place in a line that is cut.
const CONTEXT_CHARS: usize = 30;

/// All diagnostics as text, one after the other, and how many there are; empty if there are none.
#[must_use]
pub fn render_text(loaded: &Loaded, color: bool) -> String {
    let mut out = String::new();
    for diagnostic in &loaded.diagnostics {
        out.push_str(&one(&loaded.sources, diagnostic, color));
        out.push('\n');
    }
    let (errors, warnings) = counts(loaded);
    let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => {}
        (errors, 0) => out.push_str(&format!("{}\n", plural(errors, "error"))),
        (0, warnings) => out.push_str(&format!("{}\n", plural(warnings, "warning"))),
        (errors, warnings) => out.push_str(&format!("{}, {}\n", plural(errors, "error"), plural(warnings, "warning"))),
    }
    out
}

/// All diagnostics as JSON: `{"diagnostics": […], "errors": n, "warnings": n}`.
#[must_use]
pub fn render_json(loaded: &Loaded) -> Value {
    let place = |place: &Place| json!({ "file": &*place.file, "line": place.line, "column": place.column });
    let diagnostics = loaded.diagnostics.iter().map(|d| {
        let related = d.related.iter().map(|(at, text)| {
            let mut related = place(at);
            related["message"] = json!(text);
            related
        });
        let mut value = place(&d.place);
        value["end_line"] = json!(d.end.0);
        value["end_column"] = json!(d.end.1);
        value["severity"] = json!(d.severity);
        value["code"] = json!(d.code);
        value["message"] = json!(d.text);
        value["hint"] = json!(d.hint);
        value["related"] = related.collect();
        value
    });
    let diagnostics: Vec<Value> = diagnostics.collect();
    let (errors, warnings) = counts(loaded);
    json!({ "diagnostics": diagnostics, "errors": errors, "warnings": warnings })
}

fn counts(loaded: &Loaded) -> (usize, usize) {
    let errors = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    (errors, loaded.diagnostics.len() - errors)
}

fn one(sources: &SourceTexts, diagnostic: &Diagnostic, color: bool) -> String {
    let paint = |style: &str, text: &str| {
        if color {
            format!("\x1b[{style}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    };
    let (style, level) = match diagnostic.severity {
        Severity::Error => ("1;31", Level::ERROR),
        Severity::Warning => ("1;33", Level::WARNING),
    };
    let word = format!("{}[{}]", diagnostic.severity.as_str(), diagnostic.code);
    let mut out = format!("{}: {}: {}\n", diagnostic.place, paint(style, &word), diagnostic.text);
    out.push_str(&line(sources, &diagnostic.place, diagnostic.end, level, color));
    for (place, text) in &diagnostic.related {
        out.push_str(&format!("{place}: {}: {text}\n", paint("1;32", "note")));
        out.push_str(&line(sources, place, (place.line, place.column), Level::NOTE, color));
    }
    if let Some(hint) = &diagnostic.hint {
        out.push_str(&format!("{}: {hint}\n", paint("1;36", "help")));
    }
    out
}

/// The line of a place with what is meant underlined. Nothing if the file could not be read.
fn line(sources: &SourceTexts, place: &Place, end: (u32, u32), level: Level<'_>, color: bool) -> String {
    let text = sources.text(&place.file).unwrap_or_default();
    let Some(line) = text.lines().nth(place.line.saturating_sub(1) as usize) else {
        return String::new();
    };
    let length = line.chars().count();
    let from = (place.column.saturating_sub(1) as usize).min(length);
    // A related place knows its beginning only: its word is underlined.
    let to = match end {
        (line_number, column) if line_number == place.line && column > place.column => column as usize - 1,
        (line_number, _) if line_number > place.line => length,
        _ => {
            from + line
                .chars()
                .skip(from)
                .take_while(|c| !c.is_whitespace() && !":,]}".contains(*c))
                .count()
        }
    };
    let to = to.clamp(from, length).max(from + usize::from(from < length));
    let cut = if length > MAX_LINE_CHARS {
        from.saturating_sub(CONTEXT_CHARS)
    } else {
        0
    };
    let shown: String = line.chars().skip(cut).take(MAX_LINE_CHARS).collect();
    let byte = |chars: usize| {
        shown
            .char_indices()
            .nth(chars.saturating_sub(cut))
            .map_or(shown.len(), |(at, _)| at)
    };
    let span = byte(from)..byte(to.max(from));
    let snippet = Snippet::source(shown.as_str())
        .line_start(place.line as usize)
        .annotation(AnnotationKind::Primary.span(span));
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let rendered = renderer
        .term_width(MAX_LINE_CHARS + 20)
        .render(&[Group::with_level(level).element(snippet)]);
    let kept: Vec<&str> = rendered
        .lines()
        .filter(|line| !line.trim().is_empty() && line.trim() != "|")
        .collect();
    format!("{}\n", kept.join("\n"))
}
