//! `extract:` values taken from a message by name. May import def, matching and tests. Finding nothing is no failure; using what was not found is.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use super::field::{self, FieldValue, Path};
use super::matching::{Catalog, FieldId, Run};
use super::test::compile_regex;
use super::{ExtractDef, ExtractFrom, RuleFault, RuleFaultKind};

/// The most characters of an extracted value; the rest is cut.
const MAX_VALUE_CHARS: usize = 4_000;

/// One extraction.
#[derive(Debug)]
pub(super) struct Extract {
    name: String,
    from: From,
    /// How that is written.
    written: String,
    regex: Option<Regex>,
    default: Option<String>,
}

/// Where it looks.
#[derive(Debug)]
enum From {
    Field(FieldId),
    /// In the element of `each`.
    Element(Path),
}

/// What a rule's extractions found.
#[derive(Debug, Clone, Default)]
pub(super) struct Extracted {
    /// Values by name.
    pub(super) found: BTreeMap<String, String>,
    /// For each name without a value, why.
    pub(super) missing: BTreeMap<String, String>,
}

impl Extract {
    /// Compiles an extraction.
    pub(super) fn compile(def: &ExtractDef, tests: &mut Catalog) -> Result<Self, RuleFault> {
        let regex = def.regex.as_ref().map(|text| {
            compile_regex(&text.text).map_err(|fault| RuleFault {
                place: text.place.clone(),
                kind: fault.kind,
                text: fault.text,
                hint: fault.hint,
            })
        });
        let bad_path = |text: String| RuleFault {
            place: def.place.clone(),
            kind: RuleFaultKind::JsonPath,
            text,
            hint: Some("write dotted names and indexes, as `each.labels.severity`".into()),
        };
        let (from, written) = match &def.from {
            ExtractFrom::Field(field) => (From::Field(tests.field(field, &def.place)?), field::describe(field)),
            ExtractFrom::Element(None) => (From::Element(Path::whole()), "each".to_owned()),
            ExtractFrom::Element(Some(path)) => (From::Element(Path::parse(path).map_err(bad_path)?), format!("each.{path}")),
        };
        Ok(Self {
            name: def.name.clone(),
            from,
            written,
            regex: regex.transpose()?,
            default: def.default.clone(),
        })
    }

    /// The name it gets.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it looks in an element of `each`, so that there is nothing of it before there is an element.
    pub(super) fn is_of_element(&self) -> bool {
        matches!(self.from, From::Element(_))
    }

    /// Takes the value from a message, if it is there. One of an element takes nothing.
    ///
    /// # Errors
    /// Why the field could not be read.
    pub(super) fn take(&self, run: &Run<'_, '_>, into: &mut Extracted) -> Result<(), String> {
        let From::Field(field) = &self.from else { return Ok(()) };
        let seen = run
            .seen(*field)
            .map_err(|why| format!("`{}` could not be read: {why}", self.written))?;
        self.keep(seen.texts(), into);
        Ok(())
    }

    /// Takes the value from an element of `each`, if it is there. One of the message takes nothing.
    ///
    /// # Errors
    /// Why the element could not be read.
    pub(super) fn take_element(&self, element: &Value, into: &mut Extracted) -> Result<(), String> {
        let From::Element(path) = &self.from else { return Ok(()) };
        let values = field::within(element, path).map_err(|why| format!("`{}` could not be read: {why}", self.written))?;
        self.keep(values.iter().filter_map(FieldValue::text), into);
        Ok(())
    }

    /// Keeps the first value that has what is looked for, else what stands for it.
    fn keep<'t>(&self, mut texts: impl Iterator<Item = &'t str>, into: &mut Extracted) {
        let value = texts.find_map(|text| self.part(text)).map(cut);
        match value.or_else(|| self.default.clone()) {
            Some(value) => {
                into.found.insert(self.name.clone(), value);
            }
            None => {
                let why = format!("its extraction found nothing in `{}` and has no `default`", self.written);
                into.missing.insert(self.name.clone(), why);
            }
        }
    }

    /// The capture of the extraction's name, else the first group, else the whole match; without a regex a value that is not empty.
    fn part<'t>(&self, text: &'t str) -> Option<&'t str> {
        let Some(regex) = &self.regex else {
            return (!text.is_empty()).then_some(text);
        };
        let named = regex.capture_names().flatten().any(|name| name == self.name);
        let captures = regex.captures(text)?;
        let group = match (named, regex.captures_len()) {
            (true, _) => captures.name(&self.name),
            (false, 1) => captures.get(0),
            (false, _) => captures.get(1),
        };
        group.map(|found| found.as_str())
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_VALUE_CHARS).collect()
}
