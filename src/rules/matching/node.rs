//! The conditions of one rule, compiled. May import the rest of matching. The order of conditions never changes the answer: one that fails only counts if the others leave it to decide.

use super::FieldId;
use super::{Catalog, Run, TestId};
use crate::model::Place;
use crate::rules::test::describe;
use crate::rules::{Cond, RuleFault};

/// The most characters of a value that a sentence shows.
const MAX_SHOWN_CHARS: usize = 120;
/// The most values that a sentence shows.
const MAX_SHOWN_VALUES: usize = 3;

/// A condition.
#[derive(Debug)]
pub(in crate::rules) enum Node {
    /// All hold.
    All(Vec<Node>),
    /// At least one holds.
    Any(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// A field passes at least one of the tests.
    Field(Box<FieldNode>),
}

/// A field with its tests.
#[derive(Debug)]
pub(in crate::rules) struct FieldNode {
    /// The field; `None` if it could not be compiled, and then it never holds.
    field: Option<FieldId>,
    /// The tests.
    pub(super) tests: Vec<TestId>,
    /// The tests as written, for sentences.
    written: String,
    place: Place,
}

/// The condition that decided that a rule does not match.
#[derive(Debug)]
pub(in crate::rules) struct Miss {
    /// Where it is written; `None` for an empty `any`.
    pub(in crate::rules) place: Option<Place>,
    /// A sentence with what was seen.
    pub(in crate::rules) sentence: String,
}

impl Node {
    /// Compiles a condition. What is wrong with it goes to `faults`.
    pub(in crate::rules) fn compile(cond: &Cond, tests: &mut Catalog, faults: &mut Vec<RuleFault>) -> Self {
        let mut list = |conds: &[Cond]| conds.iter().map(|c| Self::compile(c, tests, faults)).collect();
        match cond {
            Cond::All(conds) => Self::All(list(conds)),
            Cond::Any(conds) => Self::Any(list(conds)),
            Cond::Not(cond) => Self::Not(Box::new(Self::compile(cond, tests, faults))),
            Cond::Field {
                field,
                tests: asked,
                place,
            } => {
                let mut node = FieldNode {
                    field: None,
                    tests: Vec::with_capacity(asked.len()),
                    written: asked.iter().map(describe).collect::<Vec<_>>().join(" or "),
                    place: place.clone(),
                };
                match tests.field(field, place) {
                    Err(fault) => faults.push(fault),
                    Ok(id) => {
                        node.field = Some(id);
                        for test in asked {
                            match tests.test(id, test, place) {
                                Ok(test) => node.tests.push(test),
                                Err(fault) => faults.push(fault),
                            }
                        }
                    }
                }
                Self::Field(Box::new(node))
            }
        }
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// Why that cannot be said: a field that could not be read decides.
    pub(in crate::rules) fn holds(&self, run: &Run<'_, '_>) -> Result<bool, String> {
        match self {
            Self::All(nodes) => decide(nodes.iter().map(|node| node.holds(run)), false),
            Self::Any(nodes) => decide(nodes.iter().map(|node| node.holds(run)), true),
            Self::Not(node) => node.holds(run).map(|holds| !holds),
            Self::Field(field) => {
                let one = |test: &TestId| {
                    run.holds(*test)
                        .map_err(|why| format!("`{}` could not be read: {why}", field.name(run)))
                };
                decide(field.tests.iter().map(one), true)
            }
        }
    }

    /// Why it does not hold, once it is known that it does not.
    pub(in crate::rules) fn miss(&self, run: &Run<'_, '_>) -> Option<Miss> {
        match self {
            Self::All(nodes) => nodes
                .iter()
                .find(|node| node.holds(run) == Ok(false))
                .and_then(|node| node.miss(run)),
            Self::Any(nodes) => {
                let first = nodes.iter().find_map(|node| node.miss(run));
                let more = nodes.len().saturating_sub(1);
                Some(match first {
                    Some(miss) if more > 0 => Miss {
                        sentence: format!("none of {} alternatives of `any` held; the first: {}", nodes.len(), miss.sentence),
                        ..miss
                    },
                    Some(miss) => miss,
                    None => Miss {
                        place: None,
                        sentence: "an `any` without alternatives never holds".into(),
                    },
                })
            }
            Self::Not(node) => {
                let (place, what) = node.hit(run);
                Some(Miss {
                    place,
                    sentence: format!("`not` stands before what held: {what}"),
                })
            }
            Self::Field(field) => Some(Miss {
                place: Some(field.place.clone()),
                sentence: format!("{}; wanted {}", field.shown(run), field.written),
            }),
        }
    }

    /// What held, for the sentence about a `not`.
    fn hit(&self, run: &Run<'_, '_>) -> (Option<Place>, String) {
        let first = |nodes: &[Node]| nodes.iter().find(|node| node.holds(run) == Ok(true)).map(|node| node.hit(run));
        match self {
            Self::All(nodes) | Self::Any(nodes) => first(nodes).unwrap_or((None, "a condition without parts".into())),
            Self::Not(node) => match node.miss(run) {
                Some(miss) => (miss.place, miss.sentence),
                None => (None, "a `not`".into()),
            },
            Self::Field(field) => (
                Some(field.place.clone()),
                format!("{}, which is {}", field.shown(run), field.written),
            ),
        }
    }
}

impl FieldNode {
    fn name(&self, run: &Run<'_, '_>) -> String {
        self.field.map(|field| run.describe(field)).unwrap_or_default()
    }

    /// What was seen of the field.
    fn shown(&self, run: &Run<'_, '_>) -> String {
        let name = self.name(run);
        let Some(Ok(seen)) = self.field.map(|field| run.seen(field)) else {
            return format!("`{name}` could not be read");
        };
        let texts: Vec<String> = seen.texts().take(MAX_SHOWN_VALUES).map(quoted).collect();
        let more = seen.texts().count().saturating_sub(texts.len());
        match (texts.is_empty(), more) {
            (true, _) if seen.values().is_empty() => format!("there is no `{name}`"),
            (true, _) => format!("`{name}` is not a text"),
            (false, 0) => format!("`{name}` is {}", texts.join(", ")),
            (false, more) => format!("`{name}` is {} and {more} more", texts.join(", ")),
        }
    }
}

/// A value in quotes, one line, cut.
fn quoted(text: &str) -> String {
    let flat = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(MAX_SHOWN_CHARS).map(flat).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("\"{short}\"")
}

/// Puts answers together: `deciding` ends it whatever the others say; else a failure is the answer if there is one.
fn decide(answers: impl Iterator<Item = Result<bool, String>>, deciding: bool) -> Result<bool, String> {
    let mut failure = None;
    for answer in answers {
        match answer {
            Ok(answer) if answer == deciding => return Ok(deciding),
            Ok(_) => {}
            Err(why) => failure = failure.or(Some(why)),
        }
    }
    failure.map_or(Ok(!deciding), Err)
}
