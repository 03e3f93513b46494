//! The conditions of one rule, compiled. May import the rest of matching. The order of conditions never changes the answer: one that fails only counts if the others leave it to decide.

use super::FieldId;
use super::{Catalog, Run, TestId};
use crate::model::Place;
use crate::rules::test::describe;
use crate::rules::{Cond, RuleFault};

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
    pub(super) field: Option<FieldId>,
    /// The tests.
    pub(super) tests: Vec<TestId>,
    /// The tests as written, for sentences.
    pub(super) written: String,
    pub(super) place: Place,
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
