//! Which rules could match: those with a hit on a test they cannot match without. May import the rest of matching. Leaves out no rule that matches or fails.

use std::collections::BTreeSet;

use super::FieldId;
use super::Lookup;
use super::{Catalog, Node, Run, TestId};

/// For each rule the tests of which one must hold, turned round.
#[derive(Debug, Default)]
pub(in crate::rules) struct Anchors {
    /// For each test the rules that wait for it.
    waiting: Vec<Vec<usize>>,
    /// Rules that no single test can rule out.
    always: Vec<usize>,
    /// The fields that have to be scanned to know.
    fields: Vec<FieldId>,
}

impl Anchors {
    /// Chooses the anchors of all rules: those that fewest rules share.
    pub(in crate::rules) fn build<'n>(nodes: impl Iterator<Item = &'n Node>, tests: &Catalog, lookups: &[Lookup]) -> Self {
        let mut anchors = Self {
            waiting: vec![Vec::new(); tests.tests.len()],
            ..Self::default()
        };
        let mut fields = BTreeSet::new();
        for (rule, node) in nodes.enumerate() {
            let Some(choice) = choose(node, tests, lookups) else {
                anchors.always.push(rule);
                continue;
            };
            for test in choice.tests {
                fields.extend(tests.get(test).map(|t| t.field));
                if let Some(waiting) = anchors.waiting.get_mut(test) {
                    waiting.push(rule);
                }
            }
        }
        anchors.fields = fields.into_iter().collect();
        anchors
    }

    /// The rules worth looking at, in order.
    pub(in crate::rules) fn candidates(&self, run: &Run<'_, '_>) -> Vec<usize> {
        let mut found = self.always.clone();
        for field in &self.fields {
            run.scan(*field, |test| found.extend(self.waiting.get(test).into_iter().flatten()));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Catalog of which one must hold, and how often rules use them together.
struct Choice {
    tests: Vec<TestId>,
    uses: usize,
}

fn choose(node: &Node, tests: &Catalog, lookups: &[Lookup]) -> Option<Choice> {
    match node {
        Node::Not(_) | Node::Live(_) => None,
        Node::All(nodes) => nodes
            .iter()
            .filter_map(|node| choose(node, tests, lookups))
            .min_by_key(|choice| choice.uses),
        Node::Any(nodes) => nodes.iter().try_fold(
            Choice {
                tests: Vec::new(),
                uses: 0,
            },
            |mut all, node| {
                let one = choose(node, tests, lookups)?;
                all.tests.extend(one.tests);
                all.uses += one.uses;
                Some(all)
            },
        ),
        Node::Field(field) => {
            let indexed = |test: &TestId| lookups.get(*test).is_some_and(|lookup| *lookup != Lookup::Run);
            field.tests.iter().all(indexed).then(|| Choice {
                uses: field.tests.iter().filter_map(|test| tests.get(*test)).map(|test| test.uses).sum(),
                tests: field.tests.clone(),
            })
        }
    }
}
