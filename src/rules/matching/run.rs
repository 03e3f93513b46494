//! What is known of one message so far. May import the rest of matching. Each field is read and scanned once, each test answered once, and only when asked for.

use std::cell::{OnceCell, RefCell};

use super::FieldId;
use super::Lookup;
use super::{Bits, Catalog, Index, TestId};
use crate::model::Message;
use crate::rules::field::FieldReader;
use crate::rules::template::Templates;
use crate::rules::test::Seen;
use crate::rules::{Counts, Facts, Field, Tally};

/// The values of a field, or why they could not be read.
type Reading<'m> = Result<Seen<'m>, String>;

/// What is judged.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Given<'m> {
    /// The message.
    pub(in crate::rules) message: &'m Message,
    /// What it does not say itself.
    pub(in crate::rules) facts: &'m Facts,
    /// What came before.
    pub(in crate::rules) counts: &'m dyn Counts,
}

/// What it is judged by.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Known<'s> {
    /// All fields and tests.
    pub(in crate::rules) tests: &'s Catalog,
    /// What is looked for, by field.
    pub(in crate::rules) indexes: &'s [Index],
    /// How each test is answered.
    pub(in crate::rules) lookups: &'s [Lookup],
    /// All templates.
    pub(in crate::rules) templates: &'s Templates,
}

/// One message against all tests.
pub(in crate::rules) struct Run<'s, 'm> {
    given: Given<'m>,
    known: Known<'s>,
    readings: Vec<OnceCell<Reading<'m>>>,
    marks: RefCell<Marks>,
}

#[derive(Default)]
struct Marks {
    /// Fields that were scanned.
    scanned: Bits,
    /// Catalog with a hit.
    hit: Bits,
    /// Catalog that were run, and those of them that held.
    asked: Bits,
    held: Bits,
}

impl<'s, 'm> Run<'s, 'm> {
    /// A message nothing is known of yet.
    pub(in crate::rules) fn new(given: Given<'m>, known: Known<'s>) -> Self {
        let count = known.tests.tests.len();
        Self {
            given,
            known,
            readings: known.tests.fields.iter().map(|_| OnceCell::new()).collect(),
            marks: RefCell::new(Marks {
                scanned: Bits::new(known.tests.fields.len()),
                hit: Bits::new(count),
                asked: Bits::new(count),
                held: Bits::new(count),
            }),
        }
    }

    /// The message.
    pub(in crate::rules) fn message(&self) -> &'m Message {
        self.given.message
    }

    /// What it does not say itself.
    pub(in crate::rules) fn facts(&self) -> &'m Facts {
        self.given.facts
    }

    /// All templates.
    pub(in crate::rules) fn templates(&self) -> &'s Templates {
        self.known.templates
    }

    /// Whether more came before than the tally allows.
    ///
    /// # Errors
    /// Why it cannot be said.
    pub(in crate::rules) fn exceeded(&self, tally: &Tally) -> Result<bool, String> {
        self.given.counts.exceeded(tally, self.given.message.received)
    }

    /// The values of a field.
    ///
    /// # Errors
    /// Why it could not be read.
    pub(in crate::rules) fn seen(&self, field: FieldId) -> Result<&Seen<'m>, &str> {
        let read = || {
            let reader = self.known.tests.reader(field);
            reader.map_or(Ok(Seen::default()), |r| r.read(self.given.message, self.given.facts).map(Seen::new))
        };
        match self.readings.get(field) {
            Some(cell) => cell.get_or_init(read).as_ref().map_err(String::as_str),
            None => Err("there is no such field"),
        }
    }

    /// Finds what stands in a field, and calls `hit` for each test that has something there, perhaps more than once.
    /// A field that cannot be read hits every test on it: the rules that ask for it must be looked at, and fail.
    pub(super) fn scan(&self, field: FieldId, mut hit: impl FnMut(TestId)) {
        let mut marks = self.marks.borrow_mut();
        if marks.scanned.has(field) {
            return;
        }
        marks.scanned.insert(field);
        let mut mark = |test: TestId| {
            if !marks.hit.has(test) {
                marks.hit.insert(test);
                hit(test);
            }
        };
        match (self.seen(field), self.known.indexes.get(field)) {
            (Ok(seen), Some(index)) => index.scan(seen, &mut mark),
            (Ok(_), None) => {}
            (Err(_), _) => {
                let of_field = self.known.tests.tests.iter().enumerate().filter(|(_, test)| test.field == field);
                of_field.for_each(|(id, _)| mark(id));
            }
        }
    }

    /// Whether a test holds.
    ///
    /// # Errors
    /// Why its field could not be read.
    pub(super) fn holds(&self, id: TestId) -> Result<bool, &str> {
        let Some(test) = self.known.tests.get(id) else { return Ok(false) };
        let seen = self.seen(test.field)?;
        let lookup = self.known.lookups.get(id).copied().unwrap_or(Lookup::Run);
        if lookup != Lookup::Run {
            self.scan(test.field, |_| ());
            let hit = self.marks.borrow().hit.has(id);
            if !hit || lookup == Lookup::Exact {
                return Ok(hit);
            }
        }
        let mut marks = self.marks.borrow_mut();
        if !marks.asked.has(id) {
            marks.asked.insert(id);
            if test.test.holds(seen) {
                marks.held.insert(id);
            }
        }
        Ok(marks.held.has(id))
    }

    /// A field by its number.
    pub(super) fn field(&self, field: FieldId) -> Option<&'s Field> {
        self.known.tests.reader(field).map(FieldReader::field)
    }

    /// How a field is written, for sentences.
    pub(super) fn describe(&self, field: FieldId) -> String {
        self.known.tests.reader(field).map(|r| r.describe()).unwrap_or_default()
    }
}
