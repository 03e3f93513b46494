//! What is not covered, as `batond coverage` gives it. May import model, policy.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::model::{PersonKey, QueueName, RotationName};
use crate::policy::{Finding, Policy, Standing};

/// The most weeks that are looked through.
pub const MAX_WEEKS: u32 = 52;

/// What is not covered in the weeks ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageView {
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
    /// What was found; empty if all is covered.
    pub findings: Vec<FindingView>,
    /// What was agreed besides turns and feeds: overrides of the configuration and swaps, in order of time.
    #[serde(default)]
    pub agreed: Vec<AgreedView>,
}

/// Duty that somebody has by agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedView {
    /// The rotation.
    pub rotation: RotationName,
    /// Who has it.
    pub person: PersonKey,
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
    /// Why, as it was said.
    pub why: String,
}

/// Something that is not covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingView {
    /// `gap`, `away`, `holiday`, `off-hours`, `single`, `address` or `clocks`.
    pub kind: String,
    /// The queue that relies on it.
    pub queue: Option<QueueName>,
    /// The rotation.
    pub rotation: Option<RotationName>,
    /// Who it is about.
    pub person: Option<PersonKey>,
    /// The stretches, in order; empty for what does not depend on time.
    pub when: Vec<StretchView>,
    /// What it is, as a sentence without its times.
    pub text: String,
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StretchView {
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one; the same instant for what happens at once.
    pub until: Timestamp,
}

impl CoverageView {
    /// Looks through `weeks` from `from` on, at most [`MAX_WEEKS`].
    #[must_use]
    pub fn of(policy: &Policy, standing: &Standing, from: Timestamp, weeks: u32) -> Self {
        let hours = i64::from(weeks.clamp(1, MAX_WEEKS)) * 7 * 24;
        let until = from.checked_add(hours.hours()).unwrap_or(Timestamp::MAX);
        let findings = policy.coverage(standing, from, until);
        Self {
            from,
            until,
            findings: findings.into_iter().map(FindingView::from).collect(),
            agreed: agreed(policy, from, until),
        }
    }
}

/// What overrides and swaps say of a time.
fn agreed(policy: &Policy, from: Timestamp, until: Timestamp) -> Vec<AgreedView> {
    let mut found: Vec<AgreedView> = Vec::new();
    for rotation in policy.rotations.values() {
        let within = rotation
            .overrides
            .iter()
            .filter(|agreed| agreed.from < until && from < agreed.until);
        found.extend(within.map(|agreed| AgreedView {
            rotation: rotation.name.clone(),
            person: agreed.person.clone(),
            from: agreed.from,
            until: agreed.until,
            why: agreed.why.clone(),
        }));
    }
    found.sort_by_key(|agreed| (agreed.from, agreed.rotation.clone()));
    found
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        let stretch = |(from, until)| StretchView { from, until };
        Self {
            kind: finding.weakness.as_str().to_owned(),
            queue: finding.queue,
            rotation: finding.rotation,
            person: finding.person,
            when: finding.when.into_iter().map(stretch).collect(),
            text: finding.text,
        }
    }
}
