//! Cases of `tests:` played on virtual time by the engine that runs live. May import everything below. It writes nothing, needs no secret and prints nothing.
//!
//! Bytes go through the decoder, the rules and the driver's core over memory, as they do in the daemon; what came of them is read from the
//! records the core made. How a case is written is `config::Case`.

mod advice;
mod clock;
mod compare;
mod compose;
mod coverage;
mod deadlines;
mod doors;
mod notices;
mod play;
mod routing;
mod scene;

use std::sync::Arc;

use crate::config::{Case, Config};
use crate::model::Place;
use crate::policy::Policy;
use crate::rules::Verdict;

use doors::Doors;

pub use advice::advise;
pub use coverage::{Alternative, Coverage, RuleCover};

/// What cases are played against.
#[derive(Debug)]
pub struct Trial {
    policy: Arc<Policy>,
    doors: Doors,
}

/// What came of one case.
#[derive(Debug, Clone)]
pub struct CaseReport {
    /// Its name.
    pub name: String,
    /// Where it begins.
    pub place: Place,
    /// Everything that was not as expected; empty when it passed.
    pub differences: Vec<Difference>,
    /// What all rules said of its messages, in order, for [`Coverage::add`].
    pub verdicts: Vec<Verdict>,
}

/// Something that was not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where the expectation stands, or what could not be played.
    pub place: Place,
    /// What was looked at, such as `queue`; `play` when the case could not go on.
    pub what: String,
    /// What was expected; empty with `play`.
    pub expected: String,
    /// What was there.
    pub got: String,
    /// How it came about, a sentence each.
    pub notes: Vec<String>,
}

impl Trial {
    /// A configuration to play cases against; the cases themselves are in `config.cases`.
    #[must_use]
    pub fn of(config: Config) -> Self {
        let Config { policy, settings, .. } = config;
        Self {
            doors: Doors::of(&settings, &policy.desk.address),
            policy: Arc::new(policy),
        }
    }

    /// What its cases could try, nothing tried yet.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage::of(&self.policy)
    }

    /// Plays one case. The same case under the same configuration always comes to the same.
    #[must_use]
    pub fn play(&self, case: &Case) -> CaseReport {
        let (differences, verdicts) = play::play(self, case);
        CaseReport {
            name: case.name.clone(),
            place: case.place.clone(),
            differences,
            verdicts,
        }
    }
}

impl CaseReport {
    /// Whether all was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}
