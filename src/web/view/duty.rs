//! Who is on duty, as `batond who` gives it. May import calendar, model, policy.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calendar::{Because, Rotation};
use crate::model::{Party, PersonKey, QueueName, RotationName};
use crate::policy::{Policy, Queue, Standing};

/// Who has a rotation, or who a queue's new items are offered to, at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyView {
    /// The rotation's or queue's name.
    pub name: String,
    /// `rotation` or `queue`.
    pub kind: String,
    /// The rotation that is asked for a queue; `null` for one that is not given by a rotation.
    pub rotation: Option<RotationName>,
    /// At which instant.
    pub at: Timestamp,
    /// The zone the rotation's times are read in; `null` where there is none.
    pub time_zone: Option<String>,
    /// Who: one person for a rotation, all who are asked for a queue; whoever stands in for somebody who is away; empty is a gap.
    pub on_duty: Vec<PersonKey>,
    /// Whose it would be, were they not away.
    pub away: Vec<PersonKey>,
    /// Why, as a sentence.
    pub because: String,
    /// Up to when; `null` if nothing changes in the next year.
    pub until: Option<Timestamp>,
    /// Who has it after that: empty is a gap; `null` if nothing changes.
    pub next: Option<Vec<PersonKey>>,
    /// The owner of the queue, who hears of a gap.
    pub owner: Option<PersonKey>,
    /// Whom the queue names besides.
    pub fallback: Option<String>,
}

impl DutyView {
    /// The rotation or queue of that name, or all rotations where none is asked for. The error is a sentence.
    ///
    /// # Errors
    /// When there is nothing of that name.
    pub fn of(policy: &Policy, standing: &Standing, name: Option<&str>, at: Timestamp) -> Result<Vec<Self>, String> {
        let there = There { policy, standing, at };
        let Some(name) = name else {
            return Ok(policy.rotations.values().map(|rotation| there.rotated(rotation)).collect());
        };
        let plain = name.strip_prefix("rotation:").unwrap_or(name);
        let rotation = policy.rotations.get(&RotationName::from(plain));
        let queue = policy.queues.get(&QueueName::from(name));
        match (rotation, queue) {
            (None, None) => Err(unknown(policy, name)),
            (rotation, queue) => {
                let queue = queue.map(|queue| there.asked(queue));
                Ok(rotation.map(|rotation| there.rotated(rotation)).into_iter().chain(queue).collect())
            }
        }
    }
}

fn unknown(policy: &Policy, name: &str) -> String {
    let rotations = policy.rotations.keys().map(ToString::to_string);
    let names: Vec<String> = rotations.chain(policy.queues.keys().map(ToString::to_string)).collect();
    format!("there is no queue or rotation `{name}`; there are {}", names.join(", "))
}

/// Who is there at an instant.
struct There<'a> {
    policy: &'a Policy,
    standing: &'a Standing,
    at: Timestamp,
}

impl There<'_> {
    fn rotated(&self, rotation: &Rotation) -> DutyView {
        let (person, because) = rotation.found(self.at);
        let until = rotation.next_change(self.at);
        let people: Vec<PersonKey> = person.into_iter().collect();
        let mut view = DutyView {
            name: rotation.name.to_string(),
            kind: "rotation".to_owned(),
            rotation: Some(rotation.name.clone()),
            at: self.at,
            time_zone: Some(rotation.zone_name.clone()),
            on_duty: people,
            away: Vec::new(),
            because: sentence(&because),
            until,
            next: until.map(|until| rotation.on_duty(until).into_iter().collect()),
            owner: None,
            fallback: None,
        };
        self.stand_in(&mut view);
        view
    }

    fn asked(&self, queue: &Queue) -> DutyView {
        let rotation = match &queue.assign {
            Party::Rotation(name) => self.policy.rotations.get(name).map(|rotation| self.rotated(rotation)),
            _ => None,
        };
        DutyView {
            name: queue.name.to_string(),
            kind: "queue".to_owned(),
            owner: Some(queue.owner.clone()),
            fallback: queue.fallback.as_ref().map(ToString::to_string),
            ..rotation.unwrap_or_else(|| self.assigned(queue))
        }
    }

    /// A queue that no rotation gives.
    fn assigned(&self, queue: &Queue) -> DutyView {
        let is_team = matches!(queue.assign, Party::Team(_));
        let because = match (&queue.assign, queue.pick) {
            (Party::Team(name), Some(_)) => format!("one of team:{name} is chosen"),
            (Party::Team(name), None) => format!("team:{name} is asked together"),
            (Party::Owner, _) => "the owner is asked".to_owned(),
            (Party::Person(key), _) if *key == queue.owner => "the owner is asked".to_owned(),
            _ => "always asked".to_owned(),
        };
        let mut view = DutyView {
            name: String::new(),
            kind: String::new(),
            rotation: None,
            at: self.at,
            time_zone: None,
            on_duty: self.policy.candidates(&queue.assign, None, &queue.owner, self.at).people,
            away: Vec::new(),
            because,
            until: None,
            next: None,
            owner: None,
            fallback: None,
        };
        if is_team {
            // Of a team only those are asked who are there; nobody stands in.
            let (away, there) = view.on_duty.into_iter().partition(|person| self.is_away(person));
            (view.away, view.on_duty) = (away, there);
        } else {
            self.stand_in(&mut view);
        }
        view
    }

    /// Whoever is away is stood in for, and that is said.
    fn stand_in(&self, view: &mut DutyView) {
        let meant = std::mem::take(&mut view.on_duty);
        for person in meant {
            let Some(back) = self.policy.back_at(self.standing, &person, self.at) else {
                view.on_duty.push(person);
                continue;
            };
            // Whoever stands in does so no longer than the other is away.
            view.until = Some(view.until.map_or(back, |until| until.min(back)));
            if view.until == Some(back) {
                view.next = Some(vec![person.clone()]);
            }
            match self.policy.stands_in(self.standing, &person, self.at) {
                Some(other) => {
                    view.because = format!("covers for {person}, who is away ({})", view.because);
                    view.on_duty.push(other);
                }
                None => view.because = format!("{person} is away and nobody covers: others are asked, then the owner is told"),
            }
            view.away.push(person);
        }
    }

    fn is_away(&self, person: &PersonKey) -> bool {
        self.policy.away(self.standing, person, self.at).is_some()
    }
}

/// Why somebody is on duty.
#[must_use]
pub fn sentence(because: &Because) -> String {
    match because {
        Because::Turn(None) => "their turn".to_owned(),
        Because::Turn(Some(name)) => format!("their turn in {name}"),
        Because::Feed(why) => format!("the calendar says {why}"),
        Because::Override(why) if why.is_empty() => "an override".to_owned(),
        Because::Override(why) => format!("an override: {why}"),
        Because::Gap => "nobody is on duty: items are parked, the owner is told".to_owned(),
    }
}
