//! One case, step by step. May import the rest of cases. The first thing that cannot be played ends it.

use std::sync::Arc;

use jiff::Timestamp;

use super::clock::{self, Start};
use super::compare::compare;
use super::scene::{Scene, concerned};
use super::{Difference, Trial};
use crate::calendar::Calendar;
use crate::config::{Case, CaseStep, Expect, Given, Moment};
use crate::driver::{Reading, Receipt};
use crate::model::{ItemId, Place};
use crate::rules::Verdict;
use crate::simulate::{self, Table, What, World};

/// A case on its way.
struct Play<'a> {
    trial: &'a Trial,
    start: Start,
    world: World,
    table: Table,
    mails: u64,
    /// The items that the last message concerned.
    items: Vec<ItemId>,
    last: Option<(Reading, Receipt)>,
    /// When it began, and when the step above ended.
    begun: Timestamp,
    before: Timestamp,
    found: Vec<Difference>,
    verdicts: Vec<Verdict>,
}

/// Plays a case and says what was not as expected, and what the rules said.
pub(super) fn play(trial: &Trial, case: &Case) -> (Vec<Difference>, Vec<Verdict>) {
    let start = match clock::begin(case, &trial.policy) {
        Ok(start) => start,
        Err((place, why)) => return (vec![stopped(place, why)], Vec::new()),
    };
    let mut play = Play {
        trial,
        world: World::new(Arc::clone(&trial.policy), start.now),
        table: Table::new(start.zone.clone()),
        begun: start.now,
        before: start.now,
        start,
        mails: 0,
        items: Vec::new(),
        last: None,
        found: Vec::new(),
        verdicts: Vec::new(),
    };
    match play.steps(case) {
        Err(stop) => play.found.push(stop),
        Ok(()) => {
            if let Some(expect) = &case.expect {
                play.items = concerned(play.world.records());
                play.look(expect, 0, play.begun);
            }
        }
    }
    // As they stand in the file.
    play.found.sort_by(|a, b| a.place.cmp(&b.place));
    (play.found, play.verdicts)
}

impl Play<'_> {
    fn steps(&mut self, case: &Case) -> Result<(), Difference> {
        for (n, step) in case.steps.iter().enumerate() {
            self.step(step, n == 0)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &CaseStep, first: bool) -> Result<(), Difference> {
        let seen = self.world.records().len();
        if let Some((moment, place)) = &step.at {
            self.turn_to(moment, place, first)?;
        }
        if let Some(given) = &step.given {
            self.give(given, &step.place)?;
            self.items = concerned(self.world.records().get(seen..).unwrap_or_default());
        }
        if let Some(expect) = &step.expect {
            self.look(expect, seen, self.before);
        }
        self.before = self.world.now();
        Ok(())
    }

    /// Lets time pass until a moment; the first one says when the case begins.
    fn turn_to(&mut self, moment: &Moment, place: &Place, first: bool) -> Result<(), Difference> {
        let now = self.world.now();
        let local = matches!(moment, Moment::Local { .. });
        let from = if first && local { self.start.week } else { now };
        let at = clock::resolve(moment, from, &self.start.zone, self.calendar()).map_err(|why| stopped(place.clone(), why))?;
        if first {
            self.world = World::new(Arc::clone(&self.trial.policy), at);
            (self.before, self.begun) = (at, at);
        } else if at < now {
            let now = clock::shown(now, &self.start.zone);
            return Err(stopped(place.clone(), format!("`{moment}` is over: it is {now} already")));
        }
        self.world
            .advance(at, &mut self.table)
            .map_err(|error| stopped(place.clone(), error.to_string()))
    }

    /// The calendar working time is counted in: that of the last item's queue.
    fn calendar(&self) -> Option<&Calendar> {
        let item = self.items.last().and_then(|id| self.world.store().item(id).ok().flatten());
        clock::calendar(&self.trial.policy, item.map(|item| item.queue).as_ref())
    }

    fn give(&mut self, given: &Given, place: &Place) -> Result<(), Difference> {
        let now = self.world.now();
        let (place, arrival) = match given {
            Given::Mail(mail) => {
                self.mails += 1;
                (&mail.place, self.trial.doors.mail(mail, now, self.mails))
            }
            Given::Hook(hook) => (&hook.place, self.trial.doors.hook(hook, now)),
            Given::Answer { who, item, text } => {
                let step = simulate::Step {
                    line: place.line as usize,
                    at: now,
                    what: What::Reply {
                        who: who.clone(),
                        item: item.as_ref().map(ToString::to_string),
                        text: text.clone(),
                    },
                };
                self.last = None;
                return self.world.play(&step, &mut self.table).map_err(|error| match error {
                    simulate::WorldError::Step { why, .. } => stopped(place.clone(), why),
                    simulate::WorldError::Core(why) => stopped(place.clone(), why),
                });
            }
        };
        let arrival = arrival.map_err(|why| stopped(place.clone(), why))?;
        let reading = Reading::read(arrival, &self.trial.policy);
        let receipt = self
            .world
            .receive(&reading, &mut self.table)
            .map_err(|error| stopped(place.clone(), error.to_string()))?;
        self.verdicts.push(reading.traced(&self.trial.policy));
        self.last = Some((reading, receipt));
        Ok(())
    }

    /// Compares what happened since the record `seen`, which is since `since`.
    fn look(&mut self, expect: &Expect, seen: usize, since: Timestamp) {
        let scene = Scene {
            policy: &self.trial.policy,
            store: self.world.store(),
            zone: &self.start.zone,
            calendar: self.calendar(),
            since,
            records: self.world.records().get(seen..).unwrap_or_default(),
            items: self.items.clone(),
            last: self.last.as_ref(),
        };
        let found = compare(expect, &scene);
        self.found.extend(found);
    }
}

/// Why a case could not go on.
fn stopped(place: Place, why: String) -> Difference {
    Difference {
        place,
        what: "play".to_owned(),
        expected: String::new(),
        got: why,
        notes: Vec::new(),
    }
}
