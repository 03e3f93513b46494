//! Scenarios on virtual time with the same driver, engine and store trait. May import everything below. The same input gives the same bytes.

pub mod cases;
mod catalogue;
mod chance;
mod difference;
mod fate;
mod mailboxes;
pub mod messages;
mod people;
mod report;
mod round_table;
mod scenario;
mod script;
pub mod summary;
mod sums;
mod table;
mod week;
mod world;

pub use catalogue::{Catalogue, LeftOut, MAX_MESSAGES, Period, Places, Played};
pub use chance::{Habit, Odds};
pub use difference::{Changed, Difference};
pub use fate::{Did, Fate, Told};
pub use scenario::{Scenario, ScenarioError, Step, What};
pub use script::Script;
pub use sums::{SumChange, changes as sum_changes};
pub use table::Table;
pub use week::{Plan, Week, WeekError};
pub use world::{World, WorldError};

use std::sync::Arc;

use crate::policy::Policy;

/// Plays a scenario under a policy and prints what happened: the moves of items and every mail that went out.
///
/// # Errors
/// A step that cannot be played, with its line.
pub fn play(scenario: &Scenario, policy: Arc<Policy>) -> Result<String, WorldError> {
    play_among(scenario, policy, &[])
}

/// The same, where a step can reload one of several other policies by name.
///
/// # Errors
/// As [`play`].
pub fn play_among(scenario: &Scenario, policy: Arc<Policy>, others: &[(String, Arc<Policy>)]) -> Result<String, WorldError> {
    let mut world = World::new(policy, scenario.start.timestamp());
    for (name, policy) in others {
        world.knows(name, Arc::clone(policy));
    }
    let mut table = Table::new(scenario.start.time_zone().clone());
    for step in &scenario.steps {
        world.advance(step.at, &mut table)?;
        world.play(step, &mut table)?;
    }
    Ok(table.print())
}
