//! Compiled conditions, extraction, templates, and the verdict on a message with its trace. May import model. A rule that fails never counts as "no match".

mod def;
mod set;
mod verdict;

pub use def::{Actions, Cond, ExtractDef, Field, RuleDef, RuleFault, RuleFaultKind, Test, Text};
pub use set::RuleSet;
pub use verdict::{Closing, Dropping, Facts, Failure, ItemDraft, Outcome, RuleTrace, Verdict};
