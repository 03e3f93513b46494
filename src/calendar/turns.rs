//! People who follow each other in order, as they join and leave. May import model. A newcomer moves nobody's earlier turn, a leaver nobody's at all.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::changes::Changes;
use super::local::{date_of, instant};
use super::{Calendar, RotationError};
use crate::model::{CalendarName, PersonKey};

/// Somebody who takes turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonKey,
    /// From this local time on: in the first turn that begins then or later.
    pub from: Option<DateTime>,
    /// Up to this local time, in the midst of a turn if need be.
    pub until: Option<DateTime>,
}

impl From<PersonKey> for Member {
    fn from(person: PersonKey) -> Self {
        Self {
            person,
            from: None,
            until: None,
        }
    }
}

impl From<&str> for Member {
    fn from(person: &str) -> Self {
        PersonKey::from(person).into()
    }
}

/// Turns of people, always or within some hours of the week.
#[derive(Debug, Clone)]
pub struct Turns {
    /// How it is called, if it has a name.
    pub name: Option<String>,
    /// In order.
    pub members: Vec<Member>,
    changes: Changes,
    zone: TimeZone,
    hours: Option<Calendar>,
    spells: Vec<Spell>,
}

/// A time over which the same seats follow each other.
#[derive(Debug, Clone)]
struct Spell {
    /// The first turn of it; for the first spell, the turn 0 from which it is counted both ways.
    begins: i64,
    /// The places in `members`, in order.
    seats: Vec<usize>,
    /// Which of the seats has the turn `begins`.
    first: usize,
}

impl Turns {
    /// Turns that change as `changes` says, read in `zone`, and run within `hours` where some are given: a week of spans in `zone`.
    ///
    /// Whoever joins comes in where the list has them, in the order that runs then: what was before stays. Whose time is over keeps their seat,
    /// and the others take its turns one after the other.
    ///
    /// # Errors
    /// [`RotationError`].
    pub fn new(
        name: Option<String>,
        members: Vec<Member>,
        changes: &str,
        (zone, zone_name): (&TimeZone, &str),
        starts: Option<DateTime>,
        hours: Option<[Vec<super::DaySpan>; 7]>,
    ) -> Result<Self, RotationError> {
        if members.is_empty() {
            return Err(RotationError::Empty);
        }
        let changes = Changes::parse(changes, zone, starts)?;
        let hours = hours.map(|week| Calendar {
            name: CalendarName::from("shift"),
            zone: zone.clone(),
            zone_name: zone_name.to_owned(),
            week,
            holidays: Default::default(),
            exceptions: Default::default(),
        });
        let spells = spells(&members, &changes, zone);
        Ok(Self {
            name,
            members,
            changes,
            zone: zone.clone(),
            hours,
            spells,
        })
    }

    /// Who has it at `at`: nobody outside its hours, or when everybody has left.
    #[must_use]
    pub fn on_duty(&self, at: Timestamp) -> Option<PersonKey> {
        if self.hours.as_ref().is_some_and(|hours| !hours.is_open(at)) {
            return None;
        }
        let turn = self.changes.turn(at);
        let (spell, earlier) = self.spells.split_first()?;
        let spell = earlier.iter().rev().find(|spell| spell.begins <= turn).unwrap_or(spell);
        let count = i64::try_from(spell.seats.len()).ok().filter(|count| *count > 0)?;
        let past = turn - spell.begins + i64::try_from(spell.first).ok()?;
        let place = usize::try_from(past.rem_euclid(count)).ok()?;
        let here = |place: usize| self.members.get(*spell.seats.get(place % spell.seats.len())?);
        let member = here(place)?;
        if self.is_in(member, at) {
            return Some(member.person.clone());
        }
        // The others share the turns of somebody who has left: each time the next of them.
        let others = (1..spell.seats.len()).filter_map(|ahead| here(place + ahead));
        let others: Vec<&Member> = others.filter(|other| self.is_in(other, at)).collect();
        let round = past.div_euclid(count).rem_euclid(i64::try_from(others.len().max(1)).ok()?);
        others.get(usize::try_from(round).ok()?).map(|other| other.person.clone())
    }

    /// The next instant strictly after `at` at which somebody else could have it.
    #[must_use]
    pub fn next_edge(&self, at: Timestamp) -> Option<Timestamp> {
        let leaves = self.members.iter().filter_map(|member| Some(instant(member.until?, &self.zone)));
        let leaves = leaves.filter(|leaves| *leaves > at).min();
        let hours = self.hours.as_ref().and_then(|hours| next_hour_edge(hours, at));
        [self.changes.next(at), leaves, hours].into_iter().flatten().min()
    }

    fn is_in(&self, member: &Member, at: Timestamp) -> bool {
        member.until.is_none_or(|until| at < instant(until, &self.zone))
    }
}

/// The spells in order: the first has those without `from`, each further one those who have joined by then.
fn spells(members: &[Member], changes: &Changes, zone: &TimeZone) -> Vec<Spell> {
    let joins = |member: &Member| member.from.map(|from| changes.turn_from(instant(from, zone)));
    let joined: Vec<Option<i64>> = members.iter().map(joins).collect();
    let seats = |turn: Option<i64>| -> Vec<usize> {
        let there = |join: &Option<i64>| join.is_none_or(|join| turn.is_some_and(|turn| join <= turn));
        let there = joined.iter().enumerate().filter(|(_, join)| there(join));
        there.map(|(place, _)| place).collect()
    };
    let mut spells = vec![Spell {
        begins: 0,
        seats: seats(None),
        first: 0,
    }];
    let mut turns: Vec<i64> = joined.iter().flatten().copied().collect();
    turns.sort_unstable();
    turns.dedup();
    for begins in turns {
        let seats = seats(Some(begins));
        // The order goes on after whoever had the turn before.
        let last = spells.last().and_then(|spell| {
            let count = i64::try_from(spell.seats.len()).ok().filter(|count| *count > 0)?;
            let past = begins - 1 - spell.begins + i64::try_from(spell.first).ok()?;
            spell.seats.get(usize::try_from(past.rem_euclid(count)).ok()?).copied()
        });
        let after = last.and_then(|last| seats.iter().position(|seat| *seat > last));
        spells.push(Spell {
            begins,
            first: after.unwrap_or(0),
            seats,
        });
    }
    spells
}

/// The next instant after `at` at which hours begin or end.
fn next_hour_edge(hours: &Calendar, at: Timestamp) -> Option<Timestamp> {
    let first: Date = date_of(at, &hours.zone);
    let first = first.yesterday().unwrap_or(first);
    // A week shows every span there is; the clocks can skip one, so two.
    let days = first.series(jiff::Span::new().days(1)).take(16);
    days.flat_map(|day| hours.open_on(day))
        .flat_map(|open| [open.from, open.to])
        .filter(|edge| *edge > at)
        .min()
}
