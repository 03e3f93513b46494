//! What every reader of a section holds: the texts, the names that exist, the mistakes so far. May import the rest of config. Readers go on after a mistake.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use jiff::Timestamp;

use super::code::Code;
use super::diagnostic::{Diagnostic, Severity};
use super::hook_door::Proxies;
use super::names::Names;
use super::secret::{self, Ambient, Piece};
use super::texts::{SourceTexts, Spot};
use super::yaml::{Node, Value};
use crate::model::{Place, QueueName, SourceName};
use crate::policy::{Silence, SourceTrust};

/// The state of a check.
#[derive(Debug)]
pub(crate) struct Check<'a> {
    /// The files.
    pub texts: &'a SourceTexts,
    /// Where secrets come from.
    pub ambient: &'a Ambient,
    /// What is defined.
    pub names: Names,
    /// What proves who wrote a mail, for each source of mail.
    pub trust: BTreeMap<SourceName, SourceTrust>,
    /// How long a source may be silent.
    pub silences: BTreeMap<SourceName, Silence>,
    /// Sources of mail, where they stand.
    pub mail: Vec<(SourceName, Spot)>,
    /// The addresses of webhooks under `send`, by name, as people may see them.
    pub webhooks: BTreeMap<String, String>,
    /// The proxies in front of HTTP.
    pub proxies: Proxies,
    /// What was found so far.
    pub found: Vec<Diagnostic>,
    /// From when on the calendar is looked through for what lies ahead; `None` leaves that out.
    pub ahead: Option<Timestamp>,
    /// Further files that belong to the configuration, such as holidays: name and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Queues in whose calendar a rule counts working time, and where.
    pub working: Vec<(QueueName, Spot)>,
    /// What rules expect once, tried when all rules are read.
    pub awaited: Vec<Awaited>,
}

/// What a rule expects once.
#[derive(Debug)]
pub(crate) struct Awaited {
    /// The rule that takes it, and where that is said.
    pub rule: (String, Spot),
    /// Where the key stands, if there is one.
    pub key: Option<Spot>,
}

impl<'a> Check<'a> {
    /// A check of these texts.
    pub(crate) fn new(texts: &'a SourceTexts, ambient: &'a Ambient) -> Self {
        Self {
            texts,
            ambient,
            names: Names::default(),
            trust: BTreeMap::new(),
            silences: BTreeMap::new(),
            mail: Vec::new(),
            proxies: Proxies::default(),
            webhooks: BTreeMap::new(),
            found: Vec::new(),
            ahead: None,
            files: Vec::new(),
            working: Vec::new(),
            awaited: Vec::new(),
        }
    }

    /// The configuration folder.
    pub(crate) fn root(&self) -> &'a Path {
        self.texts.root()
    }

    /// A spot as a place.
    pub(crate) fn place(&self, spot: Spot) -> Place {
        self.texts.place(spot)
    }

    /// Reports an error.
    pub(crate) fn error(&mut self, code: Code, spot: Spot, text: impl Into<String>) -> &mut Diagnostic {
        self.report(Severity::Error, code, spot, text.into())
    }

    /// Reports a warning.
    pub(crate) fn warning(&mut self, code: Code, spot: Spot, text: impl Into<String>) -> &mut Diagnostic {
        self.report(Severity::Warning, code, spot, text.into())
    }

    fn report(&mut self, severity: Severity, code: Code, spot: Spot, text: String) -> &mut Diagnostic {
        let place = self.place(spot);
        let at = self.found.len();
        self.found.push(Diagnostic {
            severity,
            code,
            place,
            end: (spot.end_line, spot.end_column),
            text,
            hint: None,
            related: Vec::new(),
        });
        &mut self.found[at]
    }

    /// Reports that something else was wanted.
    pub(crate) fn wrong_type(&mut self, node: &Node, wanted: &str) -> &mut Diagnostic {
        let kind = node.kind();
        let scalar = matches!(node.value, Value::Number(..) | Value::Bool(_));
        let said = self.error(Code::WrongType, node.spot, format!("{wanted} is wanted here, not {kind}"));
        if matches!(node.value, Value::Tagged(_)) {
            said.hint("tags have no meaning here; remove it");
        } else if scalar && wanted.contains("text") {
            said.hint("put it in quotes");
        }
        said
    }

    /// The text of a node; anything else is reported.
    pub(crate) fn text<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        let Value::Text(text) = &node.value else {
            let template = matches!(&node.value, Value::Map(entries) if entries.iter().any(|entry| entry.key.is_none()));
            let said = self.wrong_type(node, "a text");
            if template {
                said.hint("a template stands in quotes: \"{{ … }}\"");
            }
            return None;
        };
        if let [Piece::Secret(reference)] = secret::pieces(text).as_slice() {
            let said = format!("{reference} would be taken as it stands here");
            let hint = "secrets are read in `secret` and in `send.relay` only";
            self.error(Code::MisplacedSecret, node.spot, said).hint(hint);
            return None;
        }
        Some(text)
    }

    /// The text of a node that people read: not empty.
    pub(crate) fn full_text<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        let text = self.text(node)?.trim();
        if text.is_empty() {
            self.error(Code::EmptyText, node.spot, "this text is empty")
                .hint("write something, or remove the key if it may be left out");
            return None;
        }
        Some(text)
    }

    /// A text that is parsed; the error's own words are the hint.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&mut self, node: &Node, code: Code, what: &str) -> Option<T> {
        let text = self.text(node)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let hint = error.to_string();
                let hint = hint.split_once("; ").map_or(hint.as_str(), |(_, hint)| hint).to_owned();
                self.error(code, node.spot, format!("`{}` is not {what}", shown(text))).hint(hint);
                None
            }
        }
    }

    /// A whole number in a range.
    pub(crate) fn number(&mut self, node: &Node, least: u32, most: u32) -> Option<u32> {
        let Value::Number(number, _) = node.value else {
            self.wrong_type(node, "a number");
            return None;
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked to be whole and in range
        if number.fract() == 0.0 && number >= f64::from(least) && number <= f64::from(most) {
            return Some(number as u32);
        }
        let text = format!("a whole number from {least} to {most} is wanted here");
        self.error(Code::BadNumber, node.spot, text).hint("write one within the range");
        None
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, node: &Node) -> Option<bool> {
        match node.value {
            Value::Bool(flag) => Some(flag),
            _ => {
                self.wrong_type(node, "`true` or `false`");
                None
            }
        }
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(&mut self, node: &Node, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let near = super::nearest::nearest(text, names.iter().copied());
        let hint = near.map_or_else(|| format!("one of: {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
        let said = format!("`{}` has no meaning here", shown(text));
        self.error(Code::BadWord, node.spot, said).hint(hint);
        None
    }

    /// The elements of a list of at least one, or the one thing that stands for it.
    pub(crate) fn one_or_many<'n>(&mut self, node: &'n Node, empty: Code, what: &str) -> &'n [Node] {
        if matches!(&node.value, Value::List(list) if list.is_empty()) {
            self.error(empty, node.spot, format!("this list of {what} is empty"))
                .hint("add one, or remove the key");
        }
        node.one_or_many()
    }
}

/// A text from a file as part of a sentence: one line, at most 60 characters.
pub(crate) fn shown(text: &str) -> String {
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect();
    if text.chars().nth(60).is_some() {
        line.push('…');
    }
    line
}
