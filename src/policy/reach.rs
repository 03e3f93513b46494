//! When somebody may be disturbed outside their hours. May import model. Answers to their own mail are never held, whatever this says.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Policy;
use crate::model::{Notice, PersonKey, Priority, Reason};

/// What may reach somebody outside their hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everything.
    Always,
    /// What asks something of them, an escalation, and the rest while they are on duty.
    OnDuty,
    /// Nothing: it waits.
    WorkingHours,
}

/// What may reach somebody, by priority. What is not named follows the usual: urgent things reach, others wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReachMe(pub BTreeMap<Priority, Reach>);

impl ReachMe {
    /// What is said of a priority.
    #[must_use]
    pub fn of(&self, priority: Priority) -> Reach {
        let usual = if priority == Priority::Urgent {
            Reach::OnDuty
        } else {
            Reach::WorkingHours
        };
        self.0.get(&priority).copied().unwrap_or(usual)
    }
}

impl Policy {
    /// Whether a notice may disturb a person outside their hours.
    #[must_use]
    pub fn reaches(&self, person: &PersonKey, notice: &Notice, at: Timestamp) -> bool {
        // What answers them is urgent of itself, whatever its item is.
        let answers_them = notice.reason == Reason::Receipt || (notice.urgent && notice.priority != Priority::Urgent);
        if answers_them {
            return true;
        }
        let reach = self
            .people
            .get(person)
            .map_or(Reach::OnDuty, |found| found.reach_me.of(notice.priority));
        match reach {
            Reach::Always => true,
            Reach::WorkingHours => false,
            Reach::OnDuty => !is_for_knowing(notice.reason) || self.is_on_duty(person, at),
        }
    }

    /// Whether some rotation has this person on duty.
    #[must_use]
    pub fn is_on_duty(&self, person: &PersonKey, at: Timestamp) -> bool {
        self.rotations
            .values()
            .any(|rotation| rotation.on_duty(at).as_ref() == Some(person))
    }
}

/// Whether a reader need only know of it: others act, or it is over. Whom a rule tells by name is meant to hear.
fn is_for_knowing(reason: Reason) -> bool {
    matches!(reason, Reason::Done | Reason::HandoffAnswered | Reason::Grouped)
}
