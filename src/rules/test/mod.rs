//! Tests on the values of a field, compiled. May import def, field values and fold. One file per kind of test; a new one gets a variant of `Compiled` and its arms here.

mod compare;
mod glob;
mod literal;
mod pattern;
mod scalar;

use crate::rules::field::FieldValue;
use crate::rules::fold::fold;
use crate::rules::{Bound, Order, RuleFaultKind, Test};

pub(super) use compare::{instant, measure};
use glob::Glob;
use literal::Literal;
pub(super) use literal::Spot;
use pattern::Pattern;
pub(super) use pattern::compile_regex;
pub(super) use scalar::{as_number, as_truth};

/// The most characters of a pattern in a rule.
pub(super) const MAX_PATTERN_CHARS: usize = 2_000;

/// A test ready to run.
#[derive(Debug, Clone)]
pub(super) enum Compiled {
    /// `is`, `contains`, `starts_with`, `ends_with`, and the globs that say the same.
    Literal(Literal),
    /// Any other glob.
    Glob(Glob),
    /// `regex`
    Pattern(Box<Pattern>),
    /// `exists`
    Exists(bool),
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A side of a bound.
    Compare(Order, Bound),
}

/// A test that is answered by what a value is, without looking for text in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Exact {
    /// A value is there.
    There,
    /// A value is this truth value.
    Truth(bool),
    /// A value is this number.
    Number(f64),
    /// A value lies on this side.
    Side(Order, Bound),
}

/// Why a test could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TestFault {
    /// What kind.
    pub(super) kind: RuleFaultKind,
    /// A sentence.
    pub(super) text: String,
    /// What to do.
    pub(super) hint: Option<String>,
}

/// What tells two tests of one field apart: the kind's word and the folded text.
pub(super) type TestKey = (&'static str, String);

/// A folded text, and the spot it must be found at.
pub(super) type Needle = (String, Spot);

/// What must stand in a value for a test to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needles {
    /// Lists of texts; of every list one text must be there. Searching for one of the lists is enough: the one fewest tests share.
    pub(super) choices: Vec<Vec<Needle>>,
    /// Whether finding a text of the only list is all there is to the test.
    pub(super) exact: bool,
}

/// The values of a field, with their folded forms.
#[derive(Debug, Default)]
pub(super) struct Seen<'m> {
    values: Vec<FieldValue<'m>>,
    /// For each value its folded text where that differs from the text.
    folded: Vec<Option<String>>,
}

impl<'m> Seen<'m> {
    /// Folds what was read.
    pub(super) fn new(values: Vec<FieldValue<'m>>) -> Self {
        let folded = values
            .iter()
            .map(|value| match fold(value.text().unwrap_or_default()) {
                std::borrow::Cow::Owned(folded) => Some(folded),
                std::borrow::Cow::Borrowed(_) => None,
            })
            .collect();
        Self { values, folded }
    }

    /// The values.
    pub(super) fn values(&self) -> &[FieldValue<'m>] {
        &self.values
    }

    /// Whether a value counts as there.
    pub(super) fn exist(&self) -> bool {
        self.values.iter().any(FieldValue::exists)
    }

    /// The texts among the values, as they are.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter_map(FieldValue::text)
    }

    /// The texts among the values, folded.
    pub(super) fn folded(&self) -> impl Iterator<Item = &str> {
        let pairs = self.values.iter().zip(&self.folded);
        pairs.filter_map(|(value, folded)| value.text().map(|text| folded.as_deref().unwrap_or(text)))
    }
}

impl Compiled {
    /// Compiles a test.
    pub(super) fn new(test: &Test) -> Result<Self, TestFault> {
        Ok(match test {
            Test::Is(text) => Self::Literal(Literal::new(Spot::Whole, text)),
            Test::Contains(text) => Self::Literal(Literal::new(Spot::Anywhere, text)),
            Test::StartsWith(text) => Self::Literal(Literal::new(Spot::Start, text)),
            Test::EndsWith(text) => Self::Literal(Literal::new(Spot::End, text)),
            Test::Glob(text) => glob::compile(text)?,
            Test::Regex(text) => Self::Pattern(Box::new(Pattern::new(text)?)),
            Test::Exists(wanted) => Self::Exists(*wanted),
            Test::Bool(wanted) => Self::Bool(*wanted),
            Test::Number(wanted) => Self::Number(*wanted),
            Test::Compare(order, bound) => Self::Compare(*order, *bound),
        })
    }

    /// Whether it holds: for one value at least, or for the field as a whole.
    pub(super) fn holds(&self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Literal(literal) => seen.folded().any(|text| literal.holds(text)),
            Self::Glob(glob) => seen.folded().any(|text| glob.holds(text)),
            Self::Pattern(pattern) => seen.texts().any(|text| pattern.holds(text)),
            Self::Exists(wanted) => scalar::exists(*wanted, seen.values()),
            Self::Bool(wanted) => seen.texts().any(|text| scalar::boolean(*wanted, text)),
            Self::Number(wanted) => seen.texts().any(|text| scalar::number(*wanted, text)),
            Self::Compare(order, bound) => seen.texts().any(|text| compare::holds(*order, *bound, text)),
        }
    }

    /// What to look for in the values of all rules at once; `None` if only running the test can tell.
    pub(super) fn needles(&self) -> Option<Needles> {
        match self {
            Self::Literal(literal) => literal.needles(),
            Self::Glob(glob) => glob.needles(),
            Self::Pattern(pattern) => pattern.needles(),
            Self::Exists(_) | Self::Bool(_) | Self::Number(_) | Self::Compare(..) => None,
        }
    }

    /// What a value must be, if that is all there is to it.
    pub(super) fn exact(&self) -> Option<Exact> {
        match self {
            Self::Exists(true) => Some(Exact::There),
            Self::Bool(wanted) => Some(Exact::Truth(*wanted)),
            Self::Number(wanted) => Some(Exact::Number(*wanted)),
            Self::Compare(order, bound) => Some(Exact::Side(*order, *bound)),
            Self::Exists(false) | Self::Literal(_) | Self::Glob(_) | Self::Pattern(_) => None,
        }
    }

    /// What tells it apart from other tests of the same field.
    pub(super) fn key(&self) -> TestKey {
        match self {
            Self::Literal(literal) => literal.key(),
            Self::Glob(glob) => ("glob", glob.to_string()),
            Self::Pattern(pattern) => ("regex", pattern.as_str().to_owned()),
            Self::Exists(wanted) => ("exists", wanted.to_string()),
            Self::Bool(wanted) => ("bool", wanted.to_string()),
            Self::Number(wanted) => ("number", wanted.to_string()),
            Self::Compare(order, bound) => compare::key(*order, *bound),
        }
    }
}

/// A test as the configuration writes it, for sentences.
pub(super) fn describe(test: &Test) -> String {
    match test {
        Test::Glob(text) => format!("\"{text}\""),
        Test::Is(text) => format!("is \"{text}\""),
        Test::Contains(text) => format!("contains \"{text}\""),
        Test::StartsWith(text) => format!("starts_with \"{text}\""),
        Test::EndsWith(text) => format!("ends_with \"{text}\""),
        Test::Regex(text) => format!("regex \"{text}\""),
        Test::Exists(wanted) => format!("exists: {wanted}"),
        Test::Bool(wanted) => wanted.to_string(),
        Test::Number(wanted) => wanted.to_string(),
        Test::Compare(order, bound) => format!("{} {}", order.as_str(), compare::shown(*bound)),
    }
}
