//! Who is away and who covers, as `batond who` gives it. May import model, policy.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::model::PersonKey;
use crate::policy::{Policy, Standing};

/// So far ahead an absence is told of.
const AHEAD: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);

/// Somebody is away, or will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwayView {
    /// Who.
    pub person: PersonKey,
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
    /// Who stands in when it begins, or now; `null` if nobody does.
    pub cover: Option<PersonKey>,
    /// Whether they said it themselves; else the configuration does.
    pub said: bool,
    /// Why, where it is said. Untrusted text.
    pub why: Option<String>,
}

impl AwayView {
    /// Who is away at `at` or in the eight weeks after, in order of time.
    #[must_use]
    pub fn of(policy: &Policy, standing: &Standing, at: Timestamp) -> Vec<Self> {
        let end = at.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let mut found: Vec<Self> = Vec::new();
        for (key, person) in &policy.people {
            let said = standing.0.get(key).map(|said| said.away.as_slice()).unwrap_or_default();
            let written = person
                .away
                .iter()
                .map(|away| (away, false))
                .chain(said.iter().map(|away| (away, true)));
            for (away, said) in written.filter(|(away, _)| away.from < end && at < away.until) {
                let begins = away.from.max(at);
                // What they said is over is so.
                if policy.away(standing, key, begins).is_none() {
                    continue;
                }
                found.push(Self {
                    person: key.clone(),
                    from: away.from,
                    until: away.until,
                    cover: policy.stands_in(standing, key, begins),
                    said,
                    why: (!away.why.is_empty()).then(|| away.why.clone()),
                });
            }
        }
        found.sort_by(|one, other| (one.from, &one.person).cmp(&(other.from, &other.person)));
        found
    }
}
