//! What is wrong with a template that compiles: names, filters, tests and tags that do not exist. May import nothing of the crate but capped. Says so before a message meets it, whichever branch it stands in.

use std::collections::BTreeSet;

use minijinja::{Environment, Error, ErrorKind, Value, context};

use super::{Capped, MAX_OUTPUT_BYTES, NAMES, explain};

/// Tags that reach for other templates, of which there are none.
const LOADING_TAGS: [&str; 4] = ["include", "import", "from", "extends"];

/// What was found, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) hint: String,
}

/// Looks through a template that compiles. `used` are the names it looks up, `names` those it may.
pub(super) fn check(env: &Environment<'static>, source: &str, used: &BTreeSet<String>, names: &BTreeSet<String>) -> Result<(), Found> {
    let words = Words::of(source);
    if let Some(tag) = words.tags.iter().find(|tag| LOADING_TAGS.contains(&tag.as_str())) {
        return Err(Found {
            text: format!("`{{% {tag} %}}` needs other templates, and rules have none"),
            hint: "write the text out".into(),
        });
    }
    if let Some(name) = used.iter().find(|name| !names.contains(*name)) {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        return Err(Found {
            text: match name.as_str() {
                "each" => "`each` is only there in a rule with `each:`".into(),
                name => format!("there is no `{name}`"),
            },
            hint: format!("names here: {}", known.join(", ")),
        });
    }
    for filter in &words.filters {
        // `default` lets the probe's missing value through; whatever else a filter says of it, the filter is there.
        probe(env, &format!("{{{{ missing | {filter} }}}}"), ErrorKind::UnknownFilter).map_err(|()| Found {
            text: format!("there is no filter `{filter}`"),
            hint: "filters are those of minijinja, without `indent` and `format`".into(),
        })?;
    }
    for test in &words.tests {
        probe(env, &format!("{{{{ missing is {test} }}}}"), ErrorKind::UnknownTest).map_err(|()| Found {
            text: format!("there is no test `{test}`"),
            hint: "tests after `is` are those of minijinja, such as `defined`".into(),
        })?;
    }
    sample(env, source, used)
}

/// Whether a snippet fails for another reason than `kind`, or not at all.
fn probe(env: &Environment<'static>, snippet: &str, kind: ErrorKind) -> Result<(), ()> {
    match env.render_str(snippet, context! {}) {
        Err(error) if error.kind() == kind => Err(()),
        _ => Ok(()),
    }
}

/// Renders on a sample: what the message says is text, what its JSON holds is open.
fn sample(env: &Environment<'static>, source: &str, used: &BTreeSet<String>) -> Result<(), Found> {
    let open = ["json", "each", "header", "form", "query"];
    let lists = ["to", "cc"];
    let mut vars = std::collections::BTreeMap::new();
    for name in used.iter().map(String::as_str).filter(|name| !open.contains(name)) {
        let value = match name {
            _ if lists.contains(&name) => Value::from(vec!["ana@ops.example"]),
            _ if NAMES.contains(&name) => Value::from("sample"),
            _ => Value::from("1"),
        };
        vars.insert(name, value);
    }
    let mut out = Capped::new(MAX_OUTPUT_BYTES);
    let mut own = env.clone();
    let rendered = own.add_template_owned("sample", source.to_owned()).and_then(|()| {
        own.get_template("sample")?
            .render_captured_to(Value::from(vars), &mut out)
            .map(|_| ())
    });
    let fails = |error: &Error| {
        matches!(
            error.kind(),
            ErrorKind::UnknownFilter
                | ErrorKind::UnknownTest
                | ErrorKind::UnknownFunction
                | ErrorKind::UnknownMethod
                | ErrorKind::TemplateNotFound
                | ErrorKind::OutOfFuel
        )
    };
    match rendered {
        // Other errors may be the sample's fault: it cannot know that `each.count` will be a number. Methods there are none, on any value.
        Err(error) if fails(&error) => Err(Found {
            text: format!("it fails on sample data: {}", explain(&error)),
            hint: "see the template language's page for what there is".into(),
        }),
        _ if out.is_full() => Err(Found {
            text: format!("it writes more than {} KiB on sample data", MAX_OUTPUT_BYTES / 1024),
            hint: "shorten it".into(),
        }),
        _ => Ok(()),
    }
}

/// The filters, tests and tags a template names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Words {
    filters: BTreeSet<String>,
    tests: BTreeSet<String>,
    tags: BTreeSet<String>,
}

impl Words {
    /// Reads them from the source; what stands in comments, strings and raw blocks is left out.
    fn of(source: &str) -> Self {
        let mut words = Self::default();
        let mut rest = source;
        while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
            let (open, inside) = rest.get(at..).and_then(|r| r.split_at_checked(2)).unwrap_or_default();
            rest = match open {
                "{#" => after(inside, "#}"),
                "{%" => {
                    let left = words.block(inside, "%}", true);
                    match words.tags.remove("raw") {
                        true => left.find("endraw").and_then(|at| left.get(at..)).map_or("", |r| after(r, "%}")),
                        false => left,
                    }
                }
                _ => words.block(inside, "}}", false),
            };
        }
        words
    }

    /// Reads one block up to its end, and returns what follows it.
    fn block<'s>(&mut self, source: &'s str, end: &str, is_tag: bool) -> &'s str {
        let mut rest = source.trim_start_matches(['-', '+']);
        let mut before = if is_tag { "%" } else { "" };
        let mut before_that = "";
        while let Some(c) = rest.chars().next() {
            if let Some(left) = rest.strip_prefix(end) {
                return left;
            }
            let length = match c {
                '"' | '\'' => string_length(rest, c),
                c if c.is_alphabetic() || c == '_' => rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()),
                c => c.len_utf8(),
            };
            let (token, left) = rest.split_at_checked(length).unwrap_or((rest, ""));
            rest = left;
            if c.is_whitespace() {
                continue;
            }
            if c.is_alphabetic() || c == '_' {
                match (before_that, before) {
                    (_, "%") if is_tag && self.tag(token) => {}
                    (_, "|") | ("%", "filter") => drop(self.filters.insert(token.to_owned())),
                    (_, "is") if token != "not" => drop(self.tests.insert(token.to_owned())),
                    ("is", "not") => drop(self.tests.insert(token.to_owned())),
                    _ => {}
                }
            }
            before_that = before;
            before = token;
        }
        rest
    }

    fn tag(&mut self, word: &str) -> bool {
        self.tags.insert(word.to_owned());
        true
    }
}

fn after<'s>(text: &'s str, end: &str) -> &'s str {
    text.split_once(end).map_or("", |(_, after)| after)
}

/// The length of a quoted string with its quotes.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}
