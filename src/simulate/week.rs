//! A simulated time: messages at their own times, people who answer by script or by chance, everything counted. May import its peers in simulate, driver, policy.
//! The same input gives the same; nothing outside is touched.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::catalogue::{Catalogue, Played};
use super::fate::{Fate, Trail};
use super::people::People;
use super::script::Script;
use super::summary::Tally;
use super::{Step, Table, What, World, WorldError};
use crate::driver::Reading;
use crate::policy::Policy;

/// What is simulated.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The configuration.
    pub policy: Arc<Policy>,
    /// The messages, all within the time.
    pub messages: &'a Catalogue,
    /// What people do.
    pub script: &'a Script,
    /// What chance begins with.
    pub seed: u64,
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after.
    pub to: Timestamp,
    /// The zone times are printed in.
    pub zone: TimeZone,
}

/// What came of it.
#[derive(Debug)]
pub struct Week {
    /// What happened, in order.
    pub table: Table,
    /// What it came to.
    pub tally: Tally,
    /// What became of each message, in the order of the catalogue.
    pub fates: Vec<Fate>,
    /// Steps of the script that could not be played, with their lines.
    pub not_played: Vec<String>,
}

/// A simulation that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum WeekError {
    /// The core failed.
    #[error("{0}")]
    World(#[from] WorldError),
    /// Bytes that waited could not be read back.
    #[error("a message cannot be read again: {0}")]
    Spool(#[from] std::io::Error),
}

/// What comes next.
enum Next<'a> {
    Message(&'a Played),
    Step(&'a Step),
    Intent,
    Due,
}

struct Run<'a> {
    plan: &'a Plan<'a>,
    world: World,
    people: People,
    trail: Trail,
    week: Week,
}

impl Plan<'_> {
    /// Plays it. `told` hears how many messages have come.
    ///
    /// # Errors
    /// When the core fails, or a message's bytes cannot be read back.
    pub fn play(&self, told: &mut dyn FnMut(usize)) -> Result<Week, WeekError> {
        let mut run = Run {
            plan: self,
            world: World::without_past(Arc::clone(&self.policy), self.from),
            people: People::new(Arc::clone(&self.policy), self.seed),
            trail: Trail::default(),
            week: Week {
                table: Table::new(self.zone.clone()),
                tally: Tally::new(Arc::clone(&self.policy)),
                fates: Vec::new(),
                not_played: Vec::new(),
            },
        };
        // What the configuration promises of itself begins before anything comes.
        run.advance(self.from)?;
        let mut messages = self.messages.played.iter().peekable();
        let mut steps = self.script.steps.iter().peekable();
        loop {
            // At one instant what is due goes first, then messages, then the script, then chance.
            // While batond is down, what comes waits for the next step.
            let up = !run.world.is_down();
            let due = if up { run.world.next_due()? } else { None };
            let due = due.map(|at| (at, 0, Next::Due));
            let message = messages
                .peek()
                .copied()
                .filter(|_| up)
                .map(|played| (played.at, 1, Next::Message(played)));
            let step = steps.peek().copied().map(|step| (step.at, 2, Next::Step(step)));
            let intent = run.people.next_at().filter(|_| up).map(|at| (at, 3, Next::Intent));
            let soonest = [due, message, step, intent]
                .into_iter()
                .flatten()
                .min_by_key(|(at, rank, _)| (*at, *rank));
            let Some((at, _, next)) = soonest.filter(|(at, ..)| *at < self.to) else {
                break;
            };
            run.advance(at)?;
            match next {
                Next::Message(played) => {
                    run.message(played)?;
                    messages.next();
                    told(run.week.fates.len());
                }
                Next::Step(step) => {
                    run.step(step)?;
                    steps.next();
                }
                Next::Intent => run.intent(at)?,
                Next::Due => {}
            }
        }
        run.advance(self.to)?;
        run.week.tally.end(self.to);
        Ok(run.week)
    }
}

impl Run<'_> {
    fn advance(&mut self, to: Timestamp) -> Result<(), WeekError> {
        self.world.advance(to, &mut self.week.table)?;
        self.note();
        Ok(())
    }

    /// Counts the new records, lets people take note of them, and writes down what became of which message.
    fn note(&mut self) {
        for record in self.world.take_records() {
            self.week.tally.add(&record);
            self.people.follow(&record, self.plan.script, self.world.store());
            self.trail.follow(&record, &mut self.week.fates);
        }
    }

    fn message(&mut self, played: &Played) -> Result<(), WeekError> {
        let arrival = self.plan.messages.arrival(played)?;
        let reading = Reading::here(arrival, &self.plan.policy);
        let fate = Fate::new(played, &reading.message);
        self.week.table.line(played.at, "-", format!("→ {}", fate.headline));
        self.week.fates.push(fate);
        self.trail.begin(self.week.fates.len() - 1);
        let receipt = self.world.receive(&reading, &mut self.week.table)?;
        self.note();
        self.trail.end();
        self.week.tally.message(played.at, &receipt.items);
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), WeekError> {
        match self.world.play(step, &mut self.week.table) {
            Err(WorldError::Step { line, why }) => {
                let text = format!("line {line} of the script was not played: {why}");
                self.week.table.line(step.at, "-", text.clone());
                self.week.not_played.push(text);
            }
            other => other?,
        }
        self.note();
        Ok(())
    }

    fn intent(&mut self, now: Timestamp) -> Result<(), WeekError> {
        let Some(intent) = self.people.take(now, self.world.store()) else {
            return Ok(());
        };
        let what = What::Reply {
            who: intent.person.to_string(),
            item: Some(intent.item.to_string()),
            text: intent.text.to_owned(),
        };
        self.step(&Step { line: 0, at: now, what })
    }
}
