//! The compiled, immutable whole of the configuration. May import model, calendar, decode, rules. `config` produces it; nothing here reads YAML, files or time.

mod budget;
mod coverage;
mod coverage_mail;
mod digest;
mod expected;
mod facts;
mod muting;
mod people;
mod proof;
mod queue;
mod reach;
mod round;
mod silence;
#[cfg(test)]
#[path = "site_tests.rs"]
pub(crate) mod site;
mod standing;
mod swaps;
mod webhook;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::calendar::{Calendar, Rotation};
use crate::model::{
    Address, CalendarName, EscalationName, ExpectationName, PersonKey, QueueName, Revision, RotationName, RoundName, SourceName, Swap,
    TeamName,
};
use crate::rules::RuleSet;

pub use budget::Budget;
pub use coverage::{Finding, Weakness};
pub use coverage_mail::COVERAGE_AHEAD;
pub use digest::DigestAt;
pub use expected::Expected;
pub use muting::Mutes;
pub use people::{Candidates, Person};
pub use proof::SourceTrust;
pub use queue::{FollowUpPlan, FollowUpThen, Ladder, LadderStep, Queue, TellRequester};
pub use reach::{Reach, ReachMe};
pub use round::{Occurrence, RoundDef, RoundStart, StartClock};
pub use silence::{Canary, Silence};
pub use standing::Standing;
pub use webhook::Subscriber;

/// batond itself as a correspondent.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Its address; replies go to `local+key@domain`.
    pub address: Address,
    /// Its display name.
    pub name: String,
    /// How many mails one person is sent in a while, unless they have a budget of their own.
    pub budget: Budget,
    /// When digests come, unless a person says otherwise.
    pub digest: DigestAt,
    /// Whether the owners of queues are told each week what is not covered.
    pub coverage: bool,
}

/// Everything a decision depends on besides the aggregate and the instant.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Names this configuration.
    pub revision: Revision,
    /// batond's own address.
    pub desk: Desk,
    /// Calendars by name; a person with own hours has one named `person:KEY`.
    pub calendars: BTreeMap<CalendarName, Calendar>,
    /// People by key.
    pub people: BTreeMap<PersonKey, Person>,
    /// Teams, members in the order written; never empty.
    pub teams: BTreeMap<TeamName, Vec<PersonKey>>,
    /// Rotations by name.
    pub rotations: BTreeMap<RotationName, Rotation>,
    /// Queues by name, the quarantine queue among them.
    pub queues: BTreeMap<QueueName, Queue>,
    /// Escalation ladders by name.
    pub ladders: BTreeMap<EscalationName, Ladder>,
    /// All rules, in order, compiled.
    pub rules: Arc<RuleSet>,
    /// What proves who wrote a mail, for each source of mail.
    pub trust: BTreeMap<SourceName, SourceTrust>,
    /// What is expected to arrive, by name.
    pub expected: BTreeMap<ExpectationName, Expected>,
    /// How long a source may be silent, where that is said.
    pub silences: BTreeMap<SourceName, Silence>,
    /// Web addresses that hear what happens to items, by name.
    pub webhooks: Arc<BTreeMap<String, Subscriber>>,
    /// What is muted, by name.
    pub mutes: Arc<Mutes>,
    /// Rounds, by name.
    pub rounds: Arc<BTreeMap<RoundName, RoundDef>>,
    /// What people agreed to exchange, and what still waits for an answer: not configured, and part of `rotations` where it holds.
    pub swaps: Vec<Swap>,
    /// Where a message goes that no rule took.
    pub unmatched: QueueName,
    /// Where a message goes that could not be decoded.
    pub quarantine: QueueName,
}

impl Policy {
    /// The queue of that name; for a queue that is no longer configured, the home of what no rule took.
    ///
    /// # Panics
    /// When the policy has no queue at all, which `config` never produces.
    #[must_use]
    pub fn queue(&self, name: &QueueName) -> &Queue {
        let home = || self.queues.get(&self.unmatched).or_else(|| self.queues.values().next());
        self.queues
            .get(name)
            .or_else(home)
            .expect("a policy has at least the unmatched queue")
    }
}
