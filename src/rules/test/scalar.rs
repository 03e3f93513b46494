//! `exists`, truth values and numbers. May import field values. What is no number equals none, what is neither `true` nor `false` equals neither.

use crate::rules::field::FieldValue;

/// Whether there is a value that is neither empty text nor `null`, as wanted.
pub(super) fn exists(wanted: bool, values: &[FieldValue<'_>]) -> bool {
    values.iter().any(FieldValue::exists) == wanted
}

/// Whether a value is this truth value: a JSON boolean, or its word, as headers and forms carry it.
pub(super) fn boolean(wanted: bool, value: &str) -> bool {
    value.trim().eq_ignore_ascii_case(if wanted { "true" } else { "false" })
}

/// Whether a value is this number: a JSON number, or its digits, as headers and forms carry it.
pub(super) fn number(wanted: f64, value: &str) -> bool {
    // Bit for bit is what "equal as a number" means for what people write in YAML; 3, 3.0 and "3" are the same f64.
    value.trim().parse::<f64>().is_ok_and(|n| n.is_finite() && n == wanted)
}
