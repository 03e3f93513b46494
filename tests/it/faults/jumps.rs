//! E1: the time of day jumps by an hour, a day, to 1970, to 2040, and back, with and without a restart between.

use batond::engine::{ItemEvent, Record, Step as RecordStep};
use batond::simulate::{Table, World, WorldError};
use jiff::{SignedDuration, Timestamp};

use super::ledger::Ledger;
use super::seeds;
use crate::seeds::{Dice, policy, random_step};

/// How many worlds a plain run plays.
const SEEDS: u64 = 9;
/// How many things happen in one.
const STEPS: usize = 80;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Where the clock is set to; the truth is where it comes back to.
fn wrong(dice: &mut Dice, truth: Timestamp) -> Timestamp {
    let hours = |hours| truth + SignedDuration::from_hours(hours);
    match dice.roll(6) {
        0 => hours(1),
        1 => hours(-1),
        2 => hours(24),
        3 => hours(-24),
        4 => at("1970-01-01T00:00:30Z"),
        _ => at("2040-02-29T12:00:00Z"),
    }
}

struct Played {
    world: World,
    jumps: usize,
    restarts: usize,
}

fn live(seed: u64) -> Result<Played, WorldError> {
    let mut dice = Dice::of(seed);
    let mut truth = at("2026-09-01T06:00:00Z");
    // By how much the clock is wrong.
    let mut wrong_by = SignedDuration::ZERO;
    let mut table = Table::new(jiff::tz::TimeZone::UTC);
    let mut world = World::new(policy(seed), truth);
    world.advance(truth, &mut table)?;
    let (mut jumps, mut restarts) = (0, 0);
    for _ in 0..STEPS {
        truth += SignedDuration::from_mins(i64::try_from(dice.roll(600)).unwrap());
        world.advance(truth + wrong_by, &mut table)?;
        if dice.roll(3) == 0 {
            let to = if wrong_by.is_zero() { wrong(&mut dice, truth) } else { truth };
            wrong_by = to.duration_since(truth);
            jumps += 1;
            // Set while it runs, or while it is down.
            if dice.roll(3) > 0 {
                world.set_clock(to, &mut table)?;
            } else {
                world.restart_at(to, &mut table)?;
                restarts += 1;
            }
        }
        // Nothing is taken while the clock is not set.
        if batond::clock::is_set(world.now()) {
            let step = random_step(&mut dice, world.now());
            match world.play(&step, &mut table) {
                Ok(()) | Err(WorldError::Step { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
    world.set_clock(at("2041-01-01T00:00:00Z"), &mut table)?;
    Ok(Played { world, jumps, restarts })
}

#[test]
fn a_clock_that_jumps_doubles_nothing_and_nothing_is_early() {
    let (mut jumps, mut restarts, mut fired) = (0, 0, 0);
    seeds("a_clock_that_jumps", SEEDS, |seed| {
        let played = live(seed).unwrap_or_else(|error| panic!("{error}"));
        let mut ledger = Ledger::of(played.world.records());
        ledger.close(played.world.now());
        ledger.assert_clean();
        for item in played.world.store().items(false).unwrap() {
            assert!(item.next_due().is_some(), "{} is open and nothing is armed", item.id);
        }
        jumps += played.jumps;
        restarts += played.restarts;
        fired += ledger.fired;
    });
    println!("E1: {jumps} jumps, {restarts} of them over a restart, {fired} instants came: 0 early, 0 doubled, 0 lost");
    assert!(jumps > 0 && restarts > 0 && fired > jumps, "nothing happened");
}

/// Whether a record says that a deadline passed.
fn is_overdue(record: &Record) -> bool {
    record.steps.iter().any(|step| match step {
        RecordStep::Item(_, events) => events.iter().any(|event| matches!(event, ItemEvent::ClockOverdue { .. })),
        _ => false,
    })
}

/// The control: records as a daemon would have written them that wakes a timer twice, too soon, or not at all.
#[test]
fn the_ledger_sees_what_is_early_doubled_and_lost() {
    let played = live(2).unwrap_or_else(|error| panic!("{error}"));
    let (records, now) = (played.world.records(), played.world.now());
    let place = records.iter().position(is_overdue).expect("a deadline passes");

    let mut twice = records.to_vec();
    twice.insert(place, records[place].clone());
    assert!(!Ledger::of(&twice).doubled.is_empty());

    let mut soon = records.to_vec();
    soon[place].at = at("2026-08-01T00:00:00Z");
    assert!(!Ledger::of(&soon).early.is_empty());

    let end = records.iter().rposition(is_overdue).expect("a deadline passes");
    let mut never = Ledger::of(&records[..end]);
    never.close(now);
    assert!(!never.lost.is_empty());
}
