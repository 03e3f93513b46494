//! Why a request came to nothing, in words. May import nothing of the crate. What says nothing is left out, and nothing is said twice.

use std::error::Error;

/// How errors begin whose cause says it better.
const SAY_NOTHING: [&str; 2] = ["error sending request", "client error"];

/// An error and its causes, from the first that says something on.
#[must_use]
pub fn causes(error: &dyn Error) -> String {
    let mut first = error;
    while let Some(next) = first.source() {
        let said = first.to_string();
        if !SAY_NOTHING.iter().any(|empty| said.starts_with(empty)) {
            break;
        }
        first = next;
    }
    let mut why = first.to_string();
    let mut cause = first.source();
    while let Some(next) = cause {
        // Causes often say again what was said before.
        let said = next.to_string();
        if !why.contains(&said) {
            why = format!("{why}: {said}");
        }
        cause = next.source();
    }
    why
}
