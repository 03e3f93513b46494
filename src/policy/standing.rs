//! Who is away, and who stands in. May import model. What the configuration says and what people said, taken together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Policy;
use crate::model::{Away, PersonKey, Said};

/// What people said about being away, by person. Those who said nothing are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing(pub BTreeMap<PersonKey, Said>);

impl Policy {
    /// The stretch over which somebody is away at `at`; of several the one that ends last.
    #[must_use]
    pub fn away<'a>(&'a self, standing: &'a Standing, person: &PersonKey, at: Timestamp) -> Option<&'a Away> {
        let said = standing.0.get(person);
        let here = |away: &&Away| away.from <= at && at < away.until && !is_over(said, away, at);
        self.periods(standing, person).filter(here).max_by_key(|away| away.until)
    }

    /// When somebody who is away at `at` is there again: stretches that meet are one.
    #[must_use]
    pub fn back_at(&self, standing: &Standing, person: &PersonKey, at: Timestamp) -> Option<Timestamp> {
        let mut back = None;
        // Each turn moves on; no more of them than there are stretches.
        for _ in 0..=self.periods(standing, person).count() {
            match self.away(standing, person, back.unwrap_or(at)) {
                Some(away) => back = Some(away.until),
                None => break,
            }
        }
        back
    }

    /// Who acts for somebody at `at`: they themselves, else whoever covers, through as many as are away. `None` when nobody is there.
    #[must_use]
    pub fn stands_in(&self, standing: &Standing, person: &PersonKey, at: Timestamp) -> Option<PersonKey> {
        self.chain(standing, person, at).ok()
    }

    /// The same; the error is everybody who is away, a loop's first person standing at its end too.
    ///
    /// # Errors
    /// When nobody is there.
    pub fn chain(&self, standing: &Standing, person: &PersonKey, at: Timestamp) -> Result<PersonKey, Vec<PersonKey>> {
        let (passed, there) = self.walk(standing, person, at);
        there.ok_or(passed)
    }

    /// Who is away between somebody and whoever acts for them: those who cover, in order, without `person`.
    #[must_use]
    pub fn between(&self, standing: &Standing, person: &PersonKey, at: Timestamp) -> Vec<PersonKey> {
        self.walk(standing, person, at).0.into_iter().skip(1).collect()
    }

    /// Everybody who is away, in order, and who is there at the end.
    fn walk(&self, standing: &Standing, person: &PersonKey, at: Timestamp) -> (Vec<PersonKey>, Option<PersonKey>) {
        let mut passed: Vec<PersonKey> = Vec::new();
        let mut current = person.clone();
        loop {
            let Some(away) = self.away(standing, &current, at) else {
                let there = self.people.contains_key(&current).then_some(current);
                return (passed, there);
            };
            let looped = passed.contains(&current);
            passed.push(current.clone());
            let usual = || self.people.get(&current).and_then(|person| person.cover.clone());
            match away.cover.clone().or_else(usual).filter(|_| !looped) {
                Some(next) => current = next,
                None => return (passed, None),
            }
        }
    }

    /// The next instant strictly after `at` at which somebody could leave or come back.
    #[must_use]
    pub fn next_leave(&self, standing: &Standing, person: &PersonKey, at: Timestamp) -> Option<Timestamp> {
        let edges = self.periods(standing, person).flat_map(|away| [away.from, away.until]);
        edges.filter(|edge| *edge > at).min()
    }

    /// All stretches of a person: those of the configuration, then those they announced.
    fn periods<'a>(&'a self, standing: &'a Standing, person: &PersonKey) -> impl Iterator<Item = &'a Away> {
        let configured = self.people.get(person).map(|person| person.away.as_slice()).unwrap_or_default();
        let said = standing.0.get(person).map(|said| said.away.as_slice()).unwrap_or_default();
        configured.iter().chain(said)
    }
}

/// Whether they said that they are back after it began.
fn is_over(said: Option<&Said>, away: &Away, at: Timestamp) -> bool {
    let back = said.and_then(|said| said.back);
    back.is_some_and(|back| away.from <= back && back <= at)
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
