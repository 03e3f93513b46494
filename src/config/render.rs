//! Diagnostics as people and programs read them. May import the rest of config. The same diagnostics always give the same bytes.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::code::Code;
use super::diagnostic::{Diagnostic, Severity};
use super::load::Loaded;
use super::texts::SourceTexts;
use super::veil::veil;
use crate::model::Place;

/// Longer lines are cut around the place, in characters.
const MAX_LINE_CHARS: usize = 110;
/// What stands before a place in a line that is cut.
const CONTEXT_CHARS: usize = 30;

/// All diagnostics as text, one after the other, and how many there are; empty if there are none.
#[must_use]
pub fn render_text(loaded: &Loaded, color: bool) -> String {
    let mut out = String::new();
    let page = Page {
        sources: &loaded.sources,
        hidden: loaded.diagnostics.iter().filter(|d| d.code == Code::SecretWritten).collect(),
        color,
    };
    for diagnostic in &loaded.diagnostics {
        out.push_str(&page.one(diagnostic));
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

/// What all lines are drawn with.
struct Page<'a> {
    sources: &'a SourceTexts,
    /// Secrets that stand in the files: no line shows them.
    hidden: Vec<&'a Diagnostic>,
    color: bool,
}

impl Page<'_> {
    fn paint(&self, style: &str, text: &str) -> String {
        if self.color {
            format!("\x1b[{style}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn one(&self, diagnostic: &Diagnostic) -> String {
        let (style, level) = match diagnostic.severity {
            Severity::Error => ("1;31", Level::ERROR),
            Severity::Warning => ("1;33", Level::WARNING),
        };
        let word = format!("{}[{}]", diagnostic.severity.as_str(), diagnostic.code);
        let mut out = format!("{}: {}: {}\n", diagnostic.place, self.paint(style, &word), diagnostic.text);
        out.push_str(&self.line(&diagnostic.place, diagnostic.end, level));
        for (place, text) in &diagnostic.related {
            out.push_str(&format!("{place}: {}: {text}\n", self.paint("1;32", "note")));
            out.push_str(&self.line(place, (place.line, place.column), Level::NOTE));
        }
        if let Some(hint) = &diagnostic.hint {
            out.push_str(&format!("{}: {hint}\n", self.paint("1;36", "help")));
        }
        out
    }

    /// The line of a place with what is meant underlined. Nothing if the file could not be read.
    fn line(&self, place: &Place, end: (u32, u32), level: Level<'_>) -> String {
        let text = self.sources.text(&place.file).unwrap_or_default();
        let Some(line) = text.lines().nth(place.line.saturating_sub(1) as usize) else {
            return String::new();
        };
        let line = self.veiled(place, line);
        let (from, to) = underlined(place, end, &line);
        let cut = if to > MAX_LINE_CHARS {
            from.saturating_sub(CONTEXT_CHARS)
        } else {
            0
        };
        let mut shown: String = if cut > 0 { "…".to_owned() } else { String::new() };
        let cut = cut + shown.chars().count();
        shown.extend(line.iter().skip(cut).take(MAX_LINE_CHARS));
        let cut = cut - usize::from(shown.starts_with('…') && cut > 0);
        let byte = |chars: usize| {
            shown
                .char_indices()
                .nth(chars.saturating_sub(cut))
                .map_or(shown.len(), |(at, _)| at)
        };
        let snippet = Snippet::source(shown.as_str())
            .line_start(place.line as usize)
            .annotation(AnnotationKind::Primary.span(byte(from)..byte(to)));
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        let rendered = renderer
            .term_width(MAX_LINE_CHARS + 20)
            .render(&[Group::with_level(level).element(snippet)]);
        let kept: Vec<&str> = rendered
            .lines()
            .filter(|line| !line.trim().is_empty() && line.trim() != "|")
            .collect();
        format!("{}\n", kept.join("\n"))
    }

    /// The characters of a line, secrets replaced by stars.
    fn veiled(&self, place: &Place, line: &str) -> Vec<char> {
        let mut line: Vec<char> = line.chars().collect();
        veil(&mut line);
        let here = |d: &&&Diagnostic| d.place.file == place.file && (d.place.line..=d.end.0).contains(&place.line);
        for secret in self.hidden.iter().filter(here) {
            let from = if secret.place.line == place.line {
                secret.place.column as usize - 1
            } else {
                0
            };
            let to = if secret.end.0 == place.line {
                secret.end.1 as usize - 1
            } else {
                line.len()
            };
            line.iter_mut().take(to).skip(from).for_each(|c| *c = '*');
        }
        line
    }
}

/// From and to in characters. A place without an end (a related one) underlines its word.
fn underlined(place: &Place, end: (u32, u32), line: &[char]) -> (usize, usize) {
    let from = (place.column.saturating_sub(1) as usize).min(line.len());
    let to = match end {
        (last, column) if last == place.line && column > place.column => column as usize - 1,
        (last, _) if last > place.line => line.len(),
        _ => {
            from + line
                .iter()
                .skip(from)
                .take_while(|c| !c.is_whitespace() && !":,]}".contains(**c))
                .count()
        }
    };
    (from, to.clamp(from, line.len()).max((from + 1).min(line.len())))
}
