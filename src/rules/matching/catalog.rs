//! Every distinct field and test of all rules, once. May import def, fields and tests.

use std::collections::HashMap;

use crate::model::Place;
use crate::rules::field::{FieldReader, key};
use crate::rules::test::{Compiled, TestKey};
use crate::rules::{Field, RuleFault, RuleFaultKind, Test};

/// The number of a test.
pub(in crate::rules) type TestId = usize;
/// The number of a field.
pub(in crate::rules) type FieldId = usize;

/// A test on a field.
#[derive(Debug)]
pub(super) struct FieldTest {
    /// Of which field.
    pub(super) field: FieldId,
    /// What it asks.
    pub(super) test: Compiled,
    /// How many rules use it; what few use tells most.
    pub(super) uses: usize,
}

/// All fields and tests.
#[derive(Debug, Default)]
pub(in crate::rules) struct Catalog {
    pub(super) fields: Vec<FieldReader>,
    pub(super) tests: Vec<FieldTest>,
    known_fields: HashMap<String, FieldId>,
    known_tests: HashMap<(FieldId, TestKey), TestId>,
}

impl Catalog {
    /// The number of a field, or what is wrong with its path.
    pub(in crate::rules) fn field(&mut self, field: &Field, place: &Place) -> Result<FieldId, RuleFault> {
        let name = key(field);
        if let Some(id) = self.known_fields.get(&name) {
            return Ok(*id);
        }
        let reader = FieldReader::new(field).map_err(|text| RuleFault {
            place: place.clone(),
            kind: RuleFaultKind::JsonPath,
            text,
            hint: Some("write dotted names and indexes, as `json.alerts[0].status`, or an RFC 9535 path after `$`".into()),
        })?;
        self.fields.push(reader);
        let id = self.fields.len() - 1;
        self.known_fields.insert(name, id);
        Ok(id)
    }

    /// The number of a test on a field, or what is wrong with it.
    pub(in crate::rules) fn test(&mut self, field: FieldId, test: &Test, place: &Place) -> Result<TestId, RuleFault> {
        let compiled = Compiled::new(test).map_err(|fault| RuleFault {
            place: place.clone(),
            kind: fault.kind,
            text: fault.text,
            hint: fault.hint,
        })?;
        let key = (field, compiled.key());
        let id = *self.known_tests.entry(key).or_insert_with(|| {
            self.tests.push(FieldTest {
                field,
                test: compiled,
                uses: 0,
            });
            self.tests.len() - 1
        });
        if let Some(test) = self.tests.get_mut(id) {
            test.uses += 1;
        }
        Ok(id)
    }

    /// Forgets what tells fields and tests apart, once all are in it.
    pub(in crate::rules) fn close(&mut self) {
        self.known_fields = HashMap::new();
        self.known_tests = HashMap::new();
    }

    /// The compiled test of a number.
    pub(super) fn get(&self, id: TestId) -> Option<&FieldTest> {
        self.tests.get(id)
    }

    /// A field by its number.
    pub(in crate::rules) fn reader(&self, id: FieldId) -> Option<&FieldReader> {
        self.fields.get(id)
    }
}
