//! Templates of actions: minijinja, strict, bounded in steps and output, never escaped, never loading another. May import model and def. Text of a message is only ever a value.

mod capped;
mod line;
mod lint;
mod vars;

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use serde_json::Value;

use super::{RuleFault, RuleFaultKind, Text};

pub(super) use capped::Capped;
pub(super) use line::one_line;
pub(super) use vars::{NAMES, Vars};

/// The most bytes one template writes.
pub(super) const MAX_OUTPUT_BYTES: usize = 64 * 1024;
/// The most steps one rendering takes, in instructions of minijinja's machine.
const MAX_STEPS: u64 = 50_000;
/// The most bytes of a template.
const MAX_SOURCE_BYTES: usize = 64 * 1024;

/// A template ready to be rendered.
#[derive(Debug, Clone)]
pub(super) struct Template(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// Text without braces, as most queues, labels and notes are.
    Plain(String),
    /// The name of a compiled template, and the variables it looks at.
    Live { name: String, names: BTreeSet<String> },
    /// The same for one that writes a value as JSON.
    Json { name: String, names: BTreeSet<String> },
}

/// All templates of all rules.
pub(super) struct Templates {
    strict: Environment<'static>,
    /// For samples: a name without a value is let through, what does not exist at all is not.
    lenient: Environment<'static>,
    /// The name of each source: a title that thousands of rules write alike is compiled once.
    known: HashMap<String, String>,
}

impl Default for Templates {
    fn default() -> Self {
        Self {
            strict: environment(UndefinedBehavior::Strict),
            lenient: environment(UndefinedBehavior::Chainable),
            known: HashMap::new(),
        }
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates")
            .field("count", &self.known.len())
            .finish_non_exhaustive()
    }
}

impl Templates {
    /// Compiles a template that may use `names`, and tries it on a sample.
    pub(super) fn compile(&mut self, text: &Text, names: &BTreeSet<String>) -> Result<Template, RuleFault> {
        let fault = |sentence: String, hint: Option<String>| RuleFault {
            place: text.place.clone(),
            kind: RuleFaultKind::Template,
            text: sentence,
            hint,
        };
        if text.text.len() > MAX_SOURCE_BYTES {
            return Err(fault(format!("a template has at most {} KiB", MAX_SOURCE_BYTES / 1024), None));
        }
        if !["{{", "{%", "{#"].iter().any(|open| text.text.contains(open)) {
            return Ok(Template(Kind::Plain(text.text.clone())));
        }
        let name = self
            .named(&text.text)
            .map_err(|error| fault(format!("this is not a template: {}", explain(&error)), None))?;
        let used = match self.strict.get_template(&name) {
            Ok(template) => template.undeclared_variables(false),
            Err(error) => return Err(fault(explain(&error), None)),
        };
        let globals: BTreeSet<&str> = self.strict.globals().map(|(name, _)| name).collect();
        let used: BTreeSet<String> = used.into_iter().filter(|n| !globals.contains(n.as_str())).collect();
        lint::check(&self.lenient, &text.text, &used, names).map_err(|found| fault(found.text, Some(found.hint)))?;
        Ok(Template(Kind::Live { name, names: used }))
    }

    /// Compiles a source, unless that was done before, and says its name.
    fn named(&mut self, source: &str) -> Result<String, Error> {
        if let Some(name) = self.known.get(source) {
            return Ok(name.clone());
        }
        let name = format!("rule-template-{}", self.known.len());
        self.strict.add_template_owned(name.clone(), source.to_owned())?;
        self.known.insert(source.to_owned(), name.clone());
        Ok(name)
    }

    /// Compiles an expression that may use `names`: rendered it says `true`, `false`, or what else it is.
    pub(super) fn expression(&mut self, text: &Text, names: &BTreeSet<String>) -> Result<Template, RuleFault> {
        let fault = |sentence: String, hint: &str| RuleFault {
            place: text.place.clone(),
            kind: RuleFaultKind::Expr,
            text: sentence,
            hint: Some(hint.to_owned()),
        };
        if text.text.contains("{{") || text.text.contains("{%") {
            return Err(fault(
                "an expression has no braces around it".into(),
                "write it bare: `expr: json.count > 5`",
            ));
        }
        if let Err(error) = self.strict.compile_expression(&text.text) {
            let hint = "compare something, as in `json.count > 5 and subject is startingwith(\"x\")`";
            return Err(fault(format!("this is not an expression: {}", explain(&error)), hint));
        }
        // Spaces, so that a minus at its start is not read as part of the braces.
        let live = Text {
            text: format!("{{{{ {} }}}}", text.text),
            place: text.place.clone(),
        };
        let compiled = self.compile(&live, names).map_err(|found| RuleFault {
            kind: RuleFaultKind::Expr,
            ..found
        })?;
        if compiled.names().next().is_none() {
            return Err(fault(
                "this expression looks at nothing of the message, so it is always the same".into(),
                "name a part of the message, or remove `expr`",
            ));
        }
        Ok(compiled)
    }

    /// Compiles a template that is one bare expression, `{{ json.count }}`, so that its value stays what it is: a number, a list, true or false.
    /// Any other template gives text.
    pub(super) fn compile_value(&mut self, text: &Text, names: &BTreeSet<String>) -> Result<Template, RuleFault> {
        let template = self.compile(text, names)?;
        let Kind::Live { names, .. } = &template.0 else {
            return Ok(template);
        };
        let Some(expression) = expression(&text.text).filter(|e| self.strict.compile_expression(e).is_ok()) else {
            return Ok(template);
        };
        // `tojson` writes a missing value as null; the bare value fails as it does everywhere.
        let source = format!(
            "{{% set value = ({expression}) %}}{{% if value is defined %}}{{{{ value | tojson }}}}{{% else %}}{{{{ value }}}}{{% endif %}}"
        );
        let Ok(name) = self.named(&source) else {
            return Ok(template);
        };
        Ok(Template(Kind::Json {
            name,
            names: names.clone(),
        }))
    }

    /// Renders a value: what a bare expression gives, else text without spaces around it.
    ///
    /// # Errors
    /// Why it failed, for people.
    pub(super) fn render_value(&self, template: &Template, vars: &Vars) -> Result<Value, String> {
        let text = self.render(template, vars)?;
        let trimmed = |text: &str| Value::from(text.trim());
        if !matches!(template.0, Kind::Json { .. }) {
            return Ok(trimmed(&text));
        }
        let value: Value = serde_json::from_str(&text).map_err(|error| format!("its value cannot be kept: {error}"))?;
        Ok(value.as_str().map_or_else(|| value.clone(), trimmed))
    }

    /// Renders a template.
    ///
    /// # Errors
    /// Why it failed, for people.
    pub(super) fn render(&self, template: &Template, vars: &Vars) -> Result<String, String> {
        let (name, names) = match &template.0 {
            Kind::Plain(text) => return Ok(text.clone()),
            Kind::Live { name, names } | Kind::Json { name, names } => (name, names),
        };
        let compiled = self.strict.get_template(name).map_err(|error| explain(&error))?;
        let mut out = Capped::new(MAX_OUTPUT_BYTES);
        let rendered = compiled.render_captured_to(vars.context(), &mut out).map(|_| ());
        if out.is_full() {
            return Err(format!("it wrote more than {} KiB", MAX_OUTPUT_BYTES / 1024));
        }
        match rendered {
            Ok(()) => Ok(out.cut_text()),
            Err(error) if error.kind() == ErrorKind::UndefinedError => {
                let missing = names.iter().find_map(|name| vars.why_missing(name).map(|why| (name, why)));
                Err(match missing {
                    Some((name, why)) => format!("`{name}` has no value: {why}"),
                    None => explain(&error),
                })
            }
            Err(error) if error.kind() == ErrorKind::OutOfFuel => Err(format!("it took more than {MAX_STEPS} steps")),
            Err(error) => Err(explain(&error)),
        }
    }
}

impl Template {
    /// The variables it looks at.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        match &self.0 {
            Kind::Plain(_) => None,
            Kind::Live { names, .. } | Kind::Json { names, .. } => Some(names.iter().map(String::as_str)),
        }
        .into_iter()
        .flatten()
    }
}

/// What stands between the braces of a template that is nothing else.
fn expression(source: &str) -> Option<&str> {
    let inside = source.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    Some(inside.trim_start_matches(['-', '+']).trim_end_matches(['-', '+']).trim())
}

fn environment(undefined: UndefinedBehavior) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(undefined);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_fuel(Some(MAX_STEPS));
    // Widths in these come from values, and a sender must not be able to ask for a gigabyte of spaces.
    env.remove_filter("indent");
    env.remove_filter("format");
    // Prints everything there is, which is more than a title should say.
    env.remove_global("debug");
    env
}

/// An error of minijinja as one sentence.
fn explain(error: &Error) -> String {
    /// The most characters of an explanation; it may quote a value.
    const MAX_CHARS: usize = 300;
    let kind = error.kind().to_string();
    let text = match error.detail() {
        Some(detail) => format!("{kind}: {detail}"),
        None => kind,
    };
    one_line(&text, MAX_CHARS)
}
