//! Compiled conditions, extraction, templates, and the verdict on a message with its trace. May import model. A rule that fails never counts as "no match".
//!
//! | to add | go to |
//! |---|---|
//! | a field that conditions look at | [`Field`], then `field/`: one file per family |
//! | a test on values | [`Test`], then `test/`: one file per kind |
//! | an action | [`Actions`], then `action/`: one file per outcome |
//! | a name templates may use | `template/vars.rs` |
//! | something `check` should find | `template/lint.rs`, `shadow.rs`, or where the part is compiled |
//!
//! How many rules are matched at once: `matching/`. What a rule does with a message: `rule.rs`. The way through all rules: `set.rs`.

mod action;
mod count;
mod def;
mod each;
mod extract;
mod field;
mod fold;
mod live;
mod matching;
mod merge;
mod rule;
mod set;
mod shadow;
mod template;
mod test;
#[cfg(test)]
mod tests;
mod verdict;

pub use count::{Counts, Tally};
pub use def::{
    Actions, AskDef, Bound, CallBody, CallDef, CloseDef, Cond, ExpectDef, ExtractDef, ExtractFrom, Field, ForwardDef, MAX_COUNT, MoreThan,
    MuteDef, Order, ReplyDef, RuleDef, RuleFault, RuleFaultKind, TellDef, Test, Text,
};
pub use set::RuleSet;
pub use verdict::{
    AskDraft, CallDraft, Closing, CondTrace, Deeds, Dropping, ExpectDraft, Facts, Failure, ForwardDraft, ItemDraft, MuteDraft, Outcome,
    ReplyDraft, RuleTrace, TellDraft, Verdict,
};
