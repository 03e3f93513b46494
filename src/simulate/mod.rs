//! Scenarios on virtual time with the same driver, engine and store trait. May import everything below. The same input gives the same bytes.

pub mod cases;
pub mod messages;
mod scenario;
mod table;
mod world;

pub use scenario::{Scenario, ScenarioError, Step, What};
pub use table::Table;
pub use world::{World, WorldError};

use std::sync::Arc;

use crate::policy::Policy;

/// Plays a scenario under a policy and prints what happened: the moves of items and every mail that went out.
///
/// # Errors
/// A step that cannot be played, with its line.
pub fn play(scenario: &Scenario, policy: Arc<Policy>) -> Result<String, WorldError> {
    let mut world = World::new(policy, scenario.start.timestamp());
    let mut table = Table::new(scenario.start.time_zone().clone());
    for step in &scenario.steps {
        world.advance(step.at, &mut table)?;
        world.play(step, &mut table)?;
    }
    Ok(table.print())
}
