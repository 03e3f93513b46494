//! What is not covered in the weeks ahead: gaps, people who are off or away, single points of failure, nights in which the clocks change. May import model, calendar.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Policy, Queue, Standing};
use crate::calendar::{Calendar, Duty, Rotation};
use crate::model::{Party, PersonKey, QueueName, RotationName};

/// A kind of weakness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weakness {
    /// Nobody is on duty while the queue works.
    Gap,
    /// Whoever is on duty is away, and nobody stands in.
    Away,
    /// Whoever is on duty has a holiday, and nothing says who has it then.
    Holiday,
    /// Whoever is on duty works no hour of their turn.
    OffHours,
    /// All depends on one person.
    Single,
    /// No mail reaches somebody.
    Address,
    /// The clocks change in a turn.
    Clocks,
}

impl Weakness {
    /// The word for it, in tables and programs alike.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Away => "away",
            Self::Holiday => "holiday",
            Self::OffHours => "off-hours",
            Self::Single => "single",
            Self::Address => "address",
            Self::Clocks => "clocks",
        }
    }
}

/// Something that is not covered; stretches of the same kind are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub weakness: Weakness,
    /// The queue that relies on it, where one does.
    pub queue: Option<QueueName>,
    /// The rotation.
    pub rotation: Option<RotationName>,
    /// Who it is about.
    pub person: Option<PersonKey>,
    /// The stretches, in order; empty for what does not depend on time.
    pub when: Vec<(Timestamp, Timestamp)>,
    /// What it is, as a sentence without its times.
    pub text: String,
}

impl Policy {
    /// What is not covered from `from` to `to`, in order of kind, place and time.
    #[must_use]
    pub fn coverage(&self, standing: &Standing, from: Timestamp, to: Timestamp) -> Vec<Finding> {
        let mut found = Found::default();
        // Without a place it is the built-in quarantine, whose owner nobody chose.
        for queue in self.queues.values().filter(|queue| queue.place.is_some()) {
            self.single(queue, from, &mut found);
            let Party::Rotation(name) = &queue.assign else { continue };
            if let Some(rotation) = self.rotations.get(name) {
                self.turns(queue, rotation, standing, (from, to), &mut found);
            }
        }
        for rotation in self.rotations.values() {
            clocks(rotation, (from, to), &mut found);
        }
        for person in self.people.values() {
            let Some(address) = person.mail.first() else { continue };
            if let Some(top) = address.reaches_nobody() {
                let text = format!("no mail reaches {address}: `.{top}` is not on the internet");
                found.add(Weakness::Address, None, None, Some(&person.key), None, text);
            }
        }
        found.0.into_values().collect()
    }

    /// Whether a queue's items can go to one person only.
    fn single(&self, queue: &Queue, at: Timestamp, found: &mut Found) {
        let cover = |person: &PersonKey| self.people.get(person).and_then(|person| person.cover.clone());
        let (people, rotation): (Vec<&PersonKey>, _) = match &queue.assign {
            Party::Rotation(name) => (
                self.rotations.get(name).map(|rotation| rotation.members(at)).unwrap_or_default(),
                Some(name),
            ),
            Party::Team(name) => (self.teams.get(name).map(|team| team.iter().collect()).unwrap_or_default(), None),
            Party::Person(key) => (vec![key], None),
            _ => (vec![&queue.owner], None),
        };
        let [one] = people.as_slice() else { return };
        if cover(one).is_none() && (queue.owner == **one || queue.fallback.is_none()) {
            let others = if queue.owner == **one { "who owns it too, " } else { "" };
            let text = format!("all of it goes to {one}, {others}without a cover");
            found.add(Weakness::Single, Some(&queue.name), rotation, Some(one), None, text);
        }
    }

    fn turns(&self, queue: &Queue, rotation: &Rotation, standing: &Standing, (from, to): (Timestamp, Timestamp), found: &mut Found) {
        let hours = self.calendars.get(&queue.calendar).filter(|calendar| works(calendar));
        let needed =
            |from: Timestamp, to: Timestamp| hours.map_or_else(|| to.duration_since(from).as_secs(), |calendar| calendar.between(from, to));
        let duties = rotation.duties(from, to);
        // An hour at the edge of a weekend is no weakness: a turn counts that asks for half of what the fullest does.
        let fullest = duties.iter().map(|duty| needed(duty.from, duty.until)).max().unwrap_or(0);
        for Duty { from, until, person, .. } in duties {
            let full = needed(from, until) >= fullest / 2;
            let when = Some((from, until));
            if person.is_none() && needed(from, until) > 0 {
                found.add(
                    Weakness::Gap,
                    Some(&queue.name),
                    Some(&rotation.name),
                    None,
                    when,
                    "nobody is on duty while the queue works".to_owned(),
                );
            }
            let Some(person) = person else { continue };
            for (from, until) in self.pieces(standing, &person, from, until) {
                let when = Some((from, until));
                let needs = needed(from, until) > 0;
                let mut say = |weakness, who: &PersonKey, text: String| {
                    found.add(weakness, Some(&queue.name), Some(&rotation.name), Some(who), when, text);
                };
                let Some(there) = self.stands_in(standing, &person, from) else {
                    say(Weakness::Away, &person, format!("{person} is on duty and away, and nobody covers"));
                    continue;
                };
                let Some(own) = self.calendar_of(&there) else { continue };
                if needs && own.between(from, until) == 0 {
                    match holiday(own, from, until) {
                        Some(name) => say(Weakness::Holiday, &there, format!("{there} is on duty and off: {name}")),
                        None if !full => {}
                        None => say(Weakness::OffHours, &there, format!("{there} is on duty and works no hour of it")),
                    }
                }
            }
        }
    }

    /// A turn, cut where whoever has it leaves or comes back, and at midnights of their own, so that a day off shows as one.
    fn pieces(&self, standing: &Standing, person: &PersonKey, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let mut cuts = vec![from];
        let mut at = from;
        while let Some(edge) = self.next_leave(standing, person, at).filter(|edge| *edge < until) {
            cuts.push(edge);
            at = edge;
        }
        for holiday in self.calendar_of(person).into_iter().flat_map(|calendar| {
            let days = calendar.holidays.keys();
            days.flat_map(|day| [Some(*day), day.tomorrow().ok()])
                .flatten()
                .map(|day| crate::calendar::instant(day.at(0, 0, 0, 0), &calendar.zone))
        }) {
            if from < holiday && holiday < until {
                cuts.push(holiday);
            }
        }
        cuts.sort_unstable();
        cuts.dedup();
        let ends: Vec<Timestamp> = cuts.iter().skip(1).copied().chain([until]).collect();
        cuts.into_iter().zip(ends).collect()
    }
}

/// What was found so far, by what tells findings apart.
#[derive(Default)]
struct Found(BTreeMap<Apart, Finding>);

/// What tells one finding from another.
type Apart = (Weakness, Option<QueueName>, Option<RotationName>, Option<PersonKey>, String);

impl Found {
    fn add(
        &mut self,
        weakness: Weakness,
        queue: Option<&QueueName>,
        rotation: Option<&RotationName>,
        person: Option<&PersonKey>,
        when: Option<(Timestamp, Timestamp)>,
        text: String,
    ) {
        let key = (weakness, queue.cloned(), rotation.cloned(), person.cloned(), text.clone());
        let finding = self.0.entry(key).or_insert_with(|| Finding {
            weakness,
            queue: queue.cloned(),
            rotation: rotation.cloned(),
            person: person.cloned(),
            when: Vec::new(),
            text,
        });
        // Pieces that meet are one.
        match (finding.when.last_mut(), when) {
            (Some(last), Some((from, until))) if last.1 == from => last.1 = until,
            (_, when) => finding.when.extend(when),
        }
    }
}

/// The turns in which the clocks of a rotation's zone change, and by how much they are longer or shorter.
fn clocks(rotation: &Rotation, (from, to): (Timestamp, Timestamp), found: &mut Found) {
    let mut before = rotation.zone.to_offset(from);
    for change in rotation.zone.following(from).take_while(|change| change.timestamp() < to) {
        let minutes = (change.offset().seconds() - before.seconds()) / 60;
        before = change.offset();
        if minutes == 0 {
            continue;
        }
        let at = change.timestamp();
        let who = rotation.on_duty(at);
        let (way, turn) = if minutes > 0 { ("forward", "shorter") } else { ("back", "longer") };
        let whose = who.as_ref().map_or_else(
            || "nobody is on duty".to_owned(),
            |who| format!("the turn of {who} is that much {turn}"),
        );
        let text = format!("the clocks of {} go {way} by {} min: {whose}", rotation.zone_name, minutes.abs());
        found.add(Weakness::Clocks, None, Some(&rotation.name), who.as_ref(), Some((at, at)), text);
    }
}

/// The first holiday of a calendar within a stretch.
fn holiday(calendar: &Calendar, from: Timestamp, until: Timestamp) -> Option<&str> {
    let first = calendar.zone.to_datetime(from).date();
    let end = until.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(until);
    let last = calendar.zone.to_datetime(end).date();
    let mut days = calendar.holidays.range(first..=last);
    days.next().map(|(_, day)| day.name.as_str())
}

fn works(calendar: &Calendar) -> bool {
    calendar.week.iter().any(|day| !day.is_empty())
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
