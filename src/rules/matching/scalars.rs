//! Tests that are answered by what a value is: by hash and by order, so that a value costs what the tests that hold cost. May import def and tests.

use std::collections::HashMap;

use jiff::Timestamp;

use super::TestId;
use crate::rules::test::{Exact, Seen, as_number, as_truth, instant, measure};
use crate::rules::{Bound, Order};

/// The scalar tests of one field.
#[derive(Debug, Default)]
pub(super) struct Scalars {
    there: Vec<TestId>,
    truths: [Vec<TestId>; 2],
    /// By the bits of the number, with one zero.
    numbers: HashMap<u64, Vec<TestId>>,
    sizes: Sides<f64>,
    instants: Sides<Timestamp>,
}

impl Scalars {
    /// Adds a test.
    pub(super) fn add(&mut self, test: TestId, exact: Exact) {
        match exact {
            Exact::There => self.there.push(test),
            Exact::Truth(wanted) => self.truths[usize::from(wanted)].push(test),
            Exact::Number(wanted) => self.numbers.entry(bits(wanted)).or_default().push(test),
            Exact::Side(order, Bound::Number(bound)) => self.sizes.add(order, bound, test),
            Exact::Side(order, Bound::Instant(bound)) => self.instants.add(order, bound, test),
        }
    }

    /// The same, ready to be asked.
    pub(super) fn sorted(mut self) -> Self {
        self.sizes.sort();
        self.instants.sort();
        self
    }

    /// Calls `hit` for every test that holds.
    pub(super) fn scan(&self, seen: &Seen<'_>, mut hit: impl FnMut(TestId)) {
        if !self.there.is_empty() && seen.exist() {
            self.there.iter().copied().for_each(&mut hit);
        }
        for text in seen.texts() {
            if self.truths.iter().any(|tests| !tests.is_empty())
                && let Some(truth) = as_truth(text)
            {
                self.truths[usize::from(truth)].iter().copied().for_each(&mut hit);
            }
            if !self.numbers.is_empty()
                && let Some(tests) = as_number(text).and_then(|number| self.numbers.get(&bits(number)))
            {
                tests.iter().copied().for_each(&mut hit);
            }
            if !self.sizes.is_empty()
                && let Some(size) = measure(text)
            {
                self.sizes.hits(size, &mut hit);
            }
            if !self.instants.is_empty()
                && let Some(at) = instant(text)
            {
                self.instants.hits(at, &mut hit);
            }
        }
    }
}

/// Minus zero and zero are one number.
fn bits(number: f64) -> u64 {
    if number == 0.0 { 0 } else { number.to_bits() }
}

/// Bounds in order: those a value lies above are at the front of `lower`, those it lies below at the end of `upper`.
#[derive(Debug)]
struct Sides<T> {
    lower: Vec<(T, Order, TestId)>,
    upper: Vec<(T, Order, TestId)>,
}

impl<T> Default for Sides<T> {
    fn default() -> Self {
        Self {
            lower: Vec::new(),
            upper: Vec::new(),
        }
    }
}

impl<T: PartialOrd + Copy> Sides<T> {
    fn add(&mut self, order: Order, bound: T, test: TestId) {
        let side = match order {
            Order::Above | Order::AtLeast => &mut self.lower,
            Order::Below | Order::AtMost => &mut self.upper,
        };
        side.push((bound, order, test));
    }

    fn sort(&mut self) {
        for side in [&mut self.lower, &mut self.upper] {
            // Bounds are finite, so that any two compare.
            side.sort_by(|(a, ..), (b, ..)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        }
    }

    fn is_empty(&self) -> bool {
        self.lower.is_empty() && self.upper.is_empty()
    }

    fn hits(&self, value: T, mut hit: impl FnMut(TestId)) {
        let takes = |(bound, order, _): &&(T, Order, TestId)| value.partial_cmp(bound).is_some_and(|found| order.takes(found));
        let reached = self.lower.partition_point(|(bound, ..)| *bound <= value);
        let lower = self.lower.get(..reached).unwrap_or_default();
        let from = self.upper.partition_point(|(bound, ..)| *bound < value);
        let upper = self.upper.get(from..).unwrap_or_default();
        let both = lower.iter().chain(upper).filter(takes);
        both.for_each(|(_, _, test)| hit(*test));
    }
}
