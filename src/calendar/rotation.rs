//! Who is on duty when: turns in layers, a feed, overrides. May import model. The same instant always gives the same answer, and that can be nobody.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::crontab::CrontabError;
use super::turns::Turns;
use super::{Member, ZoneError};
use crate::model::{PersonKey, RotationName};

/// Whose duty it is, put together from the bottom up: each layer covers those before it where it has somebody, a feed covers the layers, and
/// overrides cover everything, a later one the earlier.
///
/// In each layer the first person has the turn that runs at `starts`, by default Monday 2024-01-01 00:00 in its zone; each change after that
/// begins the next person's turn, and turns are counted backwards before it. Nothing depends on when the process started.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// Its key.
    pub name: RotationName,
    /// The zone its times are read in.
    pub zone: TimeZone,
    /// The zone's IANA name.
    pub zone_name: String,
    /// Turns, from the bottom up.
    pub layers: Vec<Turns>,
    /// What calendars fed to it say.
    pub feed: Vec<Stretch>,
    /// What was agreed besides.
    pub overrides: Vec<Stretch>,
}

/// A stretch of time that one person has: an override, or an event of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
    /// Who.
    pub person: PersonKey,
    /// Why, as its author says it.
    pub why: String,
}

/// A stretch over which nothing changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
    /// Who; `None` is a gap.
    pub person: Option<PersonKey>,
    /// Why it is theirs.
    pub because: Because,
}

/// Why somebody is on duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// It is their turn, in the layer or shift of that name.
    Turn(Option<String>),
    /// A calendar says so.
    Feed(String),
    /// It was agreed, for this reason.
    Override(String),
    /// Nobody is.
    Gap,
}

/// Why a rotation cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// Nobody takes turns.
    #[error("a rotation needs at least one person")]
    Empty,
    /// No such zone.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// The changes are none of the forms.
    #[error(
        "`{0}` does not say when duty changes; write `mon 09:00`, `daily 09:00`, `every 2 weeks mon 09:00`, `every 3 days 09:00` or a crontab line of five fields"
    )]
    Changes(String),
    /// They are a crontab line that cannot be read.
    #[error(transparent)]
    Crontab(#[from] CrontabError),
}

/// How far ahead somebody else is looked for: a little more than a year.
const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 400);
/// The most changes that are looked at at a time.
const MAX_EDGES: usize = 5_000;

impl Rotation {
    /// A rotation of these layers, without feed and overrides.
    #[must_use]
    pub fn of(name: RotationName, zone: TimeZone, zone_name: String, layers: Vec<Turns>) -> Self {
        Self {
            name,
            zone,
            zone_name,
            layers,
            feed: Vec::new(),
            overrides: Vec::new(),
        }
    }

    /// Who is on duty at `at`: from a change on, that instant included. `None` is a gap.
    #[must_use]
    pub fn on_duty(&self, at: Timestamp) -> Option<PersonKey> {
        self.found(at).0
    }

    /// Everybody who can ever be on duty, in the order they are first named.
    #[must_use]
    pub fn people(&self) -> Vec<&PersonKey> {
        let turns = self.layers.iter().flat_map(|layer| &layer.members).map(|member| &member.person);
        let agreed = self.feed.iter().chain(&self.overrides).map(|stretch| &stretch.person);
        let mut people: Vec<&PersonKey> = Vec::new();
        for person in turns.chain(agreed) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }

    /// Those who take turns in it at `at`, in order: whoever has not joined yet or has left is left out.
    #[must_use]
    pub fn members(&self, at: Timestamp) -> Vec<&PersonKey> {
        let local = self.zone.to_datetime(at);
        let there = |member: &&Member| member.from.is_none_or(|from| from <= local) && member.until.is_none_or(|until| local < until);
        let mut people: Vec<&PersonKey> = Vec::new();
        for member in self.layers.iter().flat_map(|layer| &layer.members).filter(there) {
            if !people.contains(&&member.person) {
                people.push(&member.person);
            }
        }
        people
    }

    /// The next instant strictly after `at` at which somebody else is on duty, or nobody; `None` if there is none in the next year.
    #[must_use]
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let now = self.on_duty(at);
        let edges = self.edges(at).take(MAX_EDGES);
        let end = at.checked_add(MAX_AHEAD).unwrap_or(Timestamp::MAX);
        edges.take_while(|edge| *edge <= end).find(|edge| self.on_duty(*edge) != now)
    }

    /// What is so from `from` to `to`, cut wherever something could change; the last stretch ends at `to`, or earlier if there are too many.
    #[must_use]
    pub fn stretches(&self, from: Timestamp, to: Timestamp) -> Vec<Duty> {
        let edges = self.edges(from).take_while(|edge| *edge < to).take(MAX_EDGES);
        let starts: Vec<Timestamp> = std::iter::once(from).chain(edges).collect();
        let ends = starts.iter().skip(1).copied().chain([to]);
        let duty = |(from, until): (&Timestamp, Timestamp)| {
            let (person, because) = self.found(*from);
            Duty {
                from: *from,
                until,
                person,
                because,
            }
        };
        starts.iter().zip(ends).map(duty).filter(|duty| duty.from < duty.until).collect()
    }

    /// The same with neighbours joined where the same person goes on for the same reason.
    #[must_use]
    pub fn duties(&self, from: Timestamp, to: Timestamp) -> Vec<Duty> {
        let mut joined: Vec<Duty> = Vec::new();
        for duty in self.stretches(from, to) {
            match joined.last_mut() {
                Some(last) if last.person == duty.person && last.because == duty.because => last.until = duty.until,
                _ => joined.push(duty),
            }
        }
        joined
    }

    /// Who is on duty, and why.
    #[must_use]
    pub fn found(&self, at: Timestamp) -> (Option<PersonKey>, Because) {
        let here = |stretch: &&Stretch| stretch.from <= at && at < stretch.until;
        if let Some(agreed) = self.overrides.iter().rev().find(here) {
            return (Some(agreed.person.clone()), Because::Override(agreed.why.clone()));
        }
        if let Some(event) = self.feed.iter().rev().find(here) {
            return (Some(event.person.clone()), Because::Feed(event.why.clone()));
        }
        let turn = self.layers.iter().rev().find_map(|layer| Some((layer.on_duty(at)?, layer)));
        match turn {
            Some((person, layer)) => (Some(person), Because::Turn(layer.name.clone())),
            None => (None, Because::Gap),
        }
    }

    /// The instants strictly after `at` at which something could change, in order.
    fn edges(&self, at: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(self.edge(at), |last| self.edge(*last))
    }

    fn edge(&self, at: Timestamp) -> Option<Timestamp> {
        let layers = self.layers.iter().filter_map(|layer| layer.next_edge(at));
        let agreed = self.feed.iter().chain(&self.overrides);
        let agreed = agreed.flat_map(|stretch| [stretch.from, stretch.until]);
        layers.chain(agreed.filter(|edge| *edge > at)).min()
    }
}

#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
