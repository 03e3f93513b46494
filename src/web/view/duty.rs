//! Who is on duty, as `batond who` gives it. May import calendar, model, policy.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calendar::{Because, Rotation};
use crate::model::{Party, PersonKey, QueueName, RotationName};
use crate::policy::{Policy, Queue};

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
    /// Who: one person for a rotation, all who are asked for a queue; empty is a gap.
    pub on_duty: Vec<PersonKey>,
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
    pub fn of(policy: &Policy, name: Option<&str>, at: Timestamp) -> Result<Vec<Self>, String> {
        let Some(name) = name else {
            return Ok(policy.rotations.values().map(|rotation| rotated(rotation, at)).collect());
        };
        let plain = name.strip_prefix("rotation:").unwrap_or(name);
        let rotation = policy.rotations.get(&RotationName::from(plain));
        let queue = policy.queues.get(&QueueName::from(name));
        match (rotation, queue) {
            (None, None) => Err(unknown(policy, name)),
            (rotation, queue) => {
                let queue = queue.map(|queue| asked(policy, queue, at));
                Ok(rotation.map(|rotation| rotated(rotation, at)).into_iter().chain(queue).collect())
            }
        }
    }
}

fn unknown(policy: &Policy, name: &str) -> String {
    let rotations = policy.rotations.keys().map(ToString::to_string);
    let names: Vec<String> = rotations.chain(policy.queues.keys().map(ToString::to_string)).collect();
    format!("there is no queue or rotation `{name}`; there are {}", names.join(", "))
}

fn rotated(rotation: &Rotation, at: Timestamp) -> DutyView {
    let (person, because) = rotation.found(at);
    let until = rotation.next_change(at);
    DutyView {
        name: rotation.name.to_string(),
        kind: "rotation".to_owned(),
        rotation: Some(rotation.name.clone()),
        at,
        time_zone: Some(rotation.zone_name.clone()),
        on_duty: person.into_iter().collect(),
        because: sentence(&because),
        until,
        next: until.map(|until| rotation.on_duty(until).into_iter().collect()),
        owner: None,
        fallback: None,
    }
}

fn asked(policy: &Policy, queue: &Queue, at: Timestamp) -> DutyView {
    let rotation = match &queue.assign {
        Party::Rotation(name) => policy.rotations.get(name).map(|rotation| rotated(rotation, at)),
        _ => None,
    };
    let plain = || DutyView {
        name: String::new(),
        kind: String::new(),
        rotation: None,
        at,
        time_zone: None,
        on_duty: policy.candidates(&queue.assign, None, &queue.owner, at).people,
        because: match (&queue.assign, queue.pick) {
            (Party::Team(name), Some(_)) => format!("one of team:{name} is chosen"),
            (Party::Team(name), None) => format!("team:{name} is asked together"),
            (Party::Owner, _) => "the owner is asked".to_owned(),
            (Party::Person(key), _) if *key == queue.owner => "the owner is asked".to_owned(),
            _ => "always asked".to_owned(),
        },
        until: None,
        next: None,
        owner: None,
        fallback: None,
    };
    DutyView {
        name: queue.name.to_string(),
        kind: "queue".to_owned(),
        owner: Some(queue.owner.clone()),
        fallback: queue.fallback.as_ref().map(ToString::to_string),
        ..rotation.unwrap_or_else(plain)
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
