//! The oracle: rules judged one by one, every condition read and tested afresh, globs by trying everything. Shares no matching code with the compiled set.

use std::cell::RefCell;
use std::collections::HashMap;

use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;

use crate::model::{Body, Kind, Mailbox, Message};
use crate::rules::{Bound, Cond, Facts, Field, MoreThan, Order, RuleDef, Test};

thread_local! {
    /// Compiled once, as any filter would: a measurement of this loop is not one of a compiler.
    static REGEXES: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
}

/// What was counted so far: the rule, which `more_than` of it, what `per` said, and when.
pub(super) type Past = Vec<(String, usize, String, Timestamp)>;

/// The names of the rules that match, in order, up to the one that ends it. What is counted is added to the past.
pub(super) fn judge(rules: &[RuleDef], message: &Message, facts: &Facts, past: &mut Past) -> Vec<String> {
    let mut matched = Vec::new();
    for rule in rules {
        let asked = Asked {
            rule: rule.name.as_str(),
            when: &rule.when,
            message,
            facts,
            past,
        };
        let holds = asked.holds(&rule.when);
        let mut counted = Vec::new();
        asked.counted(&rule.when, &mut counted);
        past.extend(counted);
        if holds {
            matched.push(rule.name.to_string());
            if !rule.continues {
                break;
            }
        }
    }
    matched
}

/// One rule and one message.
struct Asked<'a> {
    rule: &'a str,
    when: &'a Cond,
    message: &'a Message,
    facts: &'a Facts,
    past: &'a Past,
}

impl Asked<'_> {
    fn holds(&self, cond: &Cond) -> bool {
        match cond {
            Cond::All(conds) => conds.iter().all(|c| self.holds(c)),
            Cond::Any(conds) => conds.iter().any(|c| self.holds(c)),
            Cond::Not(cond) => !self.holds(cond),
            Cond::Expr(text) => self.expression(&text.text),
            Cond::More(def) => {
                let (number, per) = (self.number(def), self.per(def));
                let now = self.message.received;
                let alike = self.past.iter().filter(|(rule, n, value, at)| {
                    (rule.as_str(), *n, value) == (self.rule, number, &per) && now.duration_since(*at).as_secs() < def.seconds
                });
                alike.count() + 1 > def.count as usize
            }
            Cond::Field { field, tests, .. } => {
                let values = values(field, self.message, self.facts);
                tests.iter().any(|test| match test {
                    Test::Exists(wanted) => values.iter().any(|v| v.as_deref() != Some("")) == *wanted,
                    test => values.iter().flatten().any(|value| passes(test, value)),
                })
            }
        }
    }

    /// Whether it holds if every `more_than` in it says what it takes.
    fn possible(&self, cond: &Cond) -> bool {
        match cond {
            Cond::All(conds) => !conds.iter().any(|c| !self.possible(c)),
            Cond::Any(conds) => !conds.iter().all(|c| !self.possible(c)),
            cond if counts(cond).is_empty() => self.holds(cond),
            _ => true,
        }
    }

    /// What the message counts for.
    fn counted(&self, cond: &Cond, into: &mut Past) {
        match cond {
            Cond::All(conds) => {
                if conds.iter().all(|c| self.possible(c)) {
                    conds.iter().for_each(|c| self.counted(c, into));
                }
            }
            Cond::Any(conds) => conds.iter().for_each(|c| self.counted(c, into)),
            Cond::Not(cond) => self.counted(cond, into),
            Cond::More(def) => into.push((self.rule.to_owned(), self.number(def), self.per(def), self.message.received)),
            Cond::Field { .. } | Cond::Expr(_) => {}
        }
    }

    /// Which of the rule's `more_than` this is.
    fn number(&self, def: &MoreThan) -> usize {
        let all = counts(self.when);
        all.iter()
            .position(|other| std::ptr::eq(*other, def))
            .expect("it is one of the rule's own")
    }

    /// The only templates of the oracle: none, and the source.
    fn per(&self, def: &MoreThan) -> String {
        def.per.as_ref().map(|_| self.message.source.to_string()).unwrap_or_default()
    }

    /// The only expressions of the oracle: `source == 'WORD'` and `(subject | default('')) == 'WORD'`.
    fn expression(&self, text: &str) -> bool {
        let word = text.split('\'').rev().nth(1).expect("a word in quotes");
        if text.starts_with("source") {
            return self.message.source.as_str() == word;
        }
        self.message.mail().map_or("", |mail| mail.subject.as_str()) == word
    }
}

/// Every `more_than` in the order written.
fn counts(cond: &Cond) -> Vec<&MoreThan> {
    match cond {
        Cond::All(conds) | Cond::Any(conds) => conds.iter().flat_map(counts).collect(),
        Cond::Not(cond) => counts(cond),
        Cond::More(def) => vec![def],
        Cond::Field { .. } | Cond::Expr(_) => Vec::new(),
    }
}

fn passes(test: &Test, value: &str) -> bool {
    // Character by character, as the language defines it.
    let lower = |c: char| match c {
        'ſ' => 's',
        'ς' => 'σ',
        c => c.to_lowercase().next().unwrap_or(c),
    };
    let fold = |text: &str| text.chars().map(lower).collect::<String>();
    match test {
        Test::Glob(glob) => globs(&fold(glob).chars().collect::<Vec<_>>(), &fold(value).chars().collect::<Vec<_>>()),
        Test::Is(text) => fold(value) == fold(text),
        Test::Contains(text) => fold(value).contains(&fold(text)),
        Test::StartsWith(text) => fold(value).starts_with(&fold(text)),
        Test::EndsWith(text) => fold(value).ends_with(&fold(text)),
        Test::Regex(regex) => REGEXES.with_borrow_mut(|known| {
            let compiled = known.entry(regex.clone()).or_insert_with(|| Regex::new(regex).ok());
            compiled.as_ref().is_some_and(|regex| regex.is_match(value))
        }),
        Test::Bool(wanted) => value == wanted.to_string(),
        Test::Number(wanted) => value.parse() == Ok(*wanted),
        Test::Exists(_) => false,
        Test::Compare(order, Bound::Number(bound)) => value.parse::<f64>().is_ok_and(|value| match order {
            Order::Above => value > *bound,
            Order::AtLeast => value >= *bound,
            Order::Below => value < *bound,
            Order::AtMost => value <= *bound,
        }),
        Test::Compare(order, Bound::Instant(bound)) => value.parse::<Timestamp>().is_ok_and(|value| match order {
            Order::Above => value > *bound,
            Order::AtLeast => value >= *bound,
            Order::Below => value < *bound,
            Order::AtMost => value <= *bound,
        }),
    }
}

fn globs(glob: &[char], value: &[char]) -> bool {
    match (glob, value) {
        ([], value) => value.is_empty(),
        (['*', glob @ ..], value) => (0..=value.len()).any(|at| globs(glob, &value[at..])),
        (['?', glob @ ..], [_, value @ ..]) => globs(glob, value),
        ([g, glob @ ..], [v, value @ ..]) => g == v && globs(glob, value),
        (_, []) => false,
    }
}

/// Texts, and `None` for what exists without one.
fn values(field: &Field, message: &Message, facts: &Facts) -> Vec<Option<String>> {
    let texts = |texts: Vec<String>| texts.into_iter().map(Some).collect();
    let boxes = |boxes: &[Mailbox]| -> Vec<String> {
        let named = boxes.iter().filter(|b| b.name.is_some()).map(ToString::to_string);
        boxes.iter().map(|b| b.address.clone()).chain(named).collect()
    };
    let named = |pairs: &[(String, String)], name: &str| -> Vec<String> {
        pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect()
    };
    match (field, &message.body) {
        (Field::Or(field, default), _) => {
            let written = values(field, message, facts);
            let there = written.iter().any(|v| v.as_deref() != Some(""));
            if there { written } else { texts(vec![default.clone()]) }
        }
        (Field::Auth(method), _) => {
            let results = facts.auth.iter().flat_map(|auth| &auth.results);
            texts(results.filter(|(of, _)| of == method).map(|(_, result)| result.clone()).collect())
        }
        (Field::Within | Field::Outside, _) => {
            let open = *field == Field::Within;
            texts(
                facts
                    .calendars
                    .iter()
                    .filter(|(_, is)| **is == open)
                    .map(|(name, _)| name.to_string())
                    .collect(),
            )
        }
        (Field::Size, _) => texts(vec![message.raw.size_bytes.to_string()]),
        (Field::AttachmentName, Body::Mail(mail)) => texts(mail.attachments.iter().filter_map(|a| a.name.clone()).collect()),
        (Field::AttachmentType, Body::Mail(mail)) => texts(mail.attachments.iter().map(|a| a.media_type.clone()).collect()),
        (Field::List, Body::Mail(mail)) => texts(
            mail.headers
                .iter()
                .filter(|(n, _)| n == "list-id")
                .map(|(_, v)| v.clone())
                .collect(),
        ),
        (Field::Source, _) => texts(vec![message.source.to_string()]),
        (Field::Known, _) => texts(vec![facts.known.to_string()]),
        (Field::Kind, _) if message.kind() == Kind::Person => texts(vec!["person".into()]),
        (Field::Kind, _) => texts(vec![message.kind().to_string(), "automatic".into()]),
        (Field::From, Body::Mail(mail)) => texts(boxes(&mail.from)),
        (Field::To, Body::Mail(mail)) => texts([boxes(&mail.to), mail.envelope.to.clone()].concat()),
        (Field::Cc, Body::Mail(mail)) => texts(boxes(&mail.cc)),
        (Field::Subject, Body::Mail(mail)) => texts(vec![mail.subject.clone()]),
        (Field::Body, Body::Mail(mail)) => texts(vec![mail.new_text.clone()]),
        (Field::Text, Body::Mail(mail)) => texts(vec![mail.text.clone()]),
        (Field::Header(name), Body::Mail(mail)) => texts(named(&mail.headers, name)),
        (Field::Body | Field::Text, Body::Hook(hook)) => texts(vec![hook.text.clone()]),
        (Field::Header(name), Body::Hook(hook)) => texts(named(&hook.headers, name)),
        (Field::Form(name), Body::Hook(hook)) => texts(named(&hook.form, name)),
        (Field::Query(name), Body::Hook(hook)) => texts(named(&hook.query, name)),
        (Field::Json(path), Body::Hook(hook)) => {
            let mut places = Vec::new();
            if let Some(json) = &hook.json {
                walk(json, path, &mut places);
            }
            places.into_iter().flat_map(plain).collect()
        }
        _ => Vec::new(),
    }
}

/// The places of a path: names and indexes, and of RFC 9535 `$.`, `[*]` at the end and `$..NAME`.
fn walk<'j>(json: &'j Value, path: &str, into: &mut Vec<&'j Value>) {
    if let Some(name) = path.strip_prefix("$..") {
        let inner: Vec<&Value> = match json {
            Value::Object(map) => map.values().collect(),
            Value::Array(list) => list.iter().collect(),
            _ => Vec::new(),
        };
        into.extend(json.get(name));
        inner.into_iter().for_each(|inner| walk(inner, path, into));
    } else if let Some(list) = path.strip_suffix("[*]") {
        let mut lists = Vec::new();
        walk(json, list, &mut lists);
        into.extend(lists.into_iter().filter_map(Value::as_array).flatten());
    } else {
        let steps = path.strip_prefix("$.").unwrap_or(path).replace('.', "/");
        into.extend(json.pointer(&format!("/{}", steps.replace('[', "/").replace(']', ""))));
    }
}

/// The values of one place; a list counts as itself and as the plain values in it.
fn plain(place: &Value) -> Vec<Option<String>> {
    match place {
        Value::Null => Vec::new(),
        Value::String(text) => vec![Some(text.clone())],
        Value::Object(_) => vec![None],
        Value::Array(list) => {
            let texts = list.iter().filter(|value| !value.is_object() && !value.is_array());
            std::iter::once(None).chain(texts.flat_map(plain)).collect()
        }
        other => vec![Some(other.to_string())],
    }
}
