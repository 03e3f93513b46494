//! The conditions of one rule, compiled. May import the rest of matching. The order of conditions never changes the answer: one that fails only counts if the others leave it to decide.

use super::FieldId;
use super::{Catalog, Run, TestId};
use crate::model::Place;
use crate::rules::live::{Live, Own};
use crate::rules::template::Templates;
use crate::rules::test::describe;
use crate::rules::{Cond, Field, RuleFault, Tally, Test};

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
    /// `expr` or `more_than`.
    Live(Box<Live>),
}

/// What conditions of one rule are compiled with.
pub(in crate::rules) struct Making<'a> {
    /// All tests of all rules.
    pub(in crate::rules) tests: &'a mut Catalog,
    /// All templates of all rules.
    pub(in crate::rules) templates: &'a mut Templates,
    /// What the rule has besides.
    pub(in crate::rules) own: &'a Own,
    /// How many `more_than` the rule has had so far.
    pub(in crate::rules) counted: usize,
    /// What is wrong.
    pub(in crate::rules) faults: &'a mut Vec<RuleFault>,
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
    /// Each of them as written, where there are several.
    pub(super) values: Vec<String>,
    pub(super) place: Place,
}

impl Node {
    /// Compiles a condition.
    pub(in crate::rules) fn compile(cond: &Cond, making: &mut Making<'_>) -> Self {
        let live = match cond {
            Cond::All(conds) => return Self::All(conds.iter().map(|c| Self::compile(c, making)).collect()),
            Cond::Any(conds) => return Self::Any(conds.iter().map(|c| Self::compile(c, making)).collect()),
            Cond::Not(cond) => return Self::Not(Box::new(Self::compile(cond, making))),
            Cond::Field { field, tests, place } => return FieldNode::compile(field, tests, place, making),
            Cond::Expr(text) => Live::expr(text, making.own, making.templates),
            Cond::More(def) => {
                making.counted += 1;
                Live::more(def, making.counted - 1, making.own, making.templates)
            }
        };
        match live {
            Ok(live) => Self::Live(Box::new(live)),
            Err(fault) => {
                making.faults.push(fault);
                Self::Any(Vec::new())
            }
        }
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// Why that cannot be said: a field that could not be read decides.
    pub(in crate::rules) fn holds(&self, run: &Run<'_, '_>) -> Result<bool, String> {
        match self {
            Self::All(nodes) => decide(by_cost(nodes).map(|node| node.holds(run)), false),
            Self::Any(nodes) => decide(by_cost(nodes).map(|node| node.holds(run)), true),
            Self::Live(live) => live.holds(run),
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

    /// Whether a `more_than` stands in it.
    pub(in crate::rules) fn counts(&self) -> bool {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(Self::counts),
            Self::Not(node) => node.counts(),
            Self::Live(live) => live.counts(),
            Self::Field(_) => false,
        }
    }

    /// Whether it could hold, whatever a `more_than` in it says.
    fn possible(&self, run: &Run<'_, '_>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.possible(run)),
            Self::Any(nodes) => nodes.iter().any(|node| node.possible(run)),
            node => node.counts() || node.holds(run) == Ok(true),
        }
    }

    /// What the message counts for: every `more_than` for which what stands beside it holds, and what stands beside the mappings it is in.
    pub(in crate::rules) fn tallies(&self, run: &Run<'_, '_>, into: &mut Vec<Tally>) {
        match self {
            Self::All(nodes) => {
                if nodes.iter().all(|node| node.possible(run)) {
                    nodes.iter().for_each(|node| node.tallies(run, into));
                }
            }
            Self::Any(nodes) => nodes.iter().for_each(|node| node.tallies(run, into)),
            Self::Not(node) => node.tallies(run, into),
            // Where `per` cannot be said, the rule has failed if it came to that.
            Self::Live(live) => into.extend(live.tally(run).ok().flatten()),
            Self::Field(_) => {}
        }
    }
}

impl FieldNode {
    fn compile(field: &Field, asked: &[Test], place: &Place, making: &mut Making<'_>) -> Node {
        let each: Vec<String> = asked.iter().map(describe).collect();
        let mut node = Self {
            field: None,
            tests: Vec::with_capacity(asked.len()),
            written: each.join(" or "),
            values: if each.len() > 1 { each } else { Vec::new() },
            place: place.clone(),
        };
        match making.tests.field(field, place) {
            Err(fault) => making.faults.push(fault),
            Ok(id) => {
                node.field = Some(id);
                for test in asked {
                    match making.tests.test(id, test, place) {
                        Ok(test) => node.tests.push(test),
                        Err(fault) => making.faults.push(fault),
                    }
                }
            }
        }
        Node::Field(Box::new(node))
    }
}

/// What costs least first: fields, then what is nested, then what is rendered.
fn by_cost(nodes: &[Node]) -> impl Iterator<Item = &Node> {
    let cost = |node: &Node| match node {
        Node::Field(_) => 0,
        Node::All(_) | Node::Any(_) | Node::Not(_) => 1,
        Node::Live(_) => 2,
    };
    let of = move |wanted: u8| nodes.iter().filter(move |node| cost(node) == wanted);
    of(0).chain(of(1)).chain(of(2))
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
