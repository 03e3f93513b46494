//! `extract:` values taken from a message by name. May import def, matching and tests. Finding nothing is no failure; using what was not found is.

use std::collections::BTreeMap;

use regex::Regex;

use super::field;
use super::matching::{Catalog, FieldId, Run};
use super::test::compile_regex;
use super::{ExtractDef, RuleFault};

/// The most characters of an extracted value; the rest is cut.
const MAX_VALUE_CHARS: usize = 4_000;

/// One extraction.
#[derive(Debug)]
pub(super) struct Extract {
    name: String,
    field: FieldId,
    /// How the field is written.
    written: String,
    regex: Option<Regex>,
    default: Option<String>,
}

/// What a rule's extractions found.
#[derive(Debug, Default)]
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
        Ok(Self {
            name: def.name.clone(),
            field: tests.field(&def.from, &def.place)?,
            written: field::describe(&def.from),
            regex: regex.transpose()?,
            default: def.default.clone(),
        })
    }

    /// The name it gets.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Takes the value from a message, if it is there.
    ///
    /// # Errors
    /// Why the field could not be read.
    pub(super) fn take(&self, run: &Run<'_, '_>, into: &mut Extracted) -> Result<(), String> {
        let seen = run
            .seen(self.field)
            .map_err(|why| format!("`{}` could not be read: {why}", self.written))?;
        let value = seen.texts().find_map(|text| self.part(text)).map(cut);
        match value.or_else(|| self.default.clone()) {
            Some(value) => {
                into.found.insert(self.name.clone(), value);
            }
            None => {
                let why = format!("its extraction found nothing in `{}` and has no `default`", self.written);
                into.missing.insert(self.name.clone(), why);
            }
        }
        Ok(())
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
