//! `exists`, truth values and numbers. May import field values. What is no number equals none, what is neither `true` nor `false` equals neither.

use crate::rules::field::FieldValue;

/// Whether there is a value that is neither empty text nor `null`, as wanted.
pub(super) fn exists(wanted: bool, values: &[FieldValue<'_>]) -> bool {
    values.iter().any(FieldValue::exists) == wanted
}

/// Whether a value is this truth value: a JSON boolean, or its word, as headers and forms carry it.
pub(super) fn boolean(wanted: bool, value: &str) -> bool {
    as_truth(value) == Some(wanted)
}

/// Whether a value is this number: a JSON number, or its digits, as headers and forms carry it.
pub(super) fn number(wanted: f64, value: &str) -> bool {
    // Bit for bit is what "equal as a number" means for what people write in YAML; 3, 3.0 and "3" are the same f64.
    as_number(value).is_some_and(|n| n == wanted)
}

/// The truth value a text says.
pub(in crate::rules) fn as_truth(value: &str) -> Option<bool> {
    let value = value.trim();
    let is = |word: &str| value.eq_ignore_ascii_case(word);
    is("true").then_some(true).or_else(|| is("false").then_some(false))
}

/// The finite number a text says.
pub(in crate::rules) fn as_number(value: &str) -> Option<f64> {
    value.trim().parse::<f64>().ok().filter(|n| n.is_finite())
}
