//! What every decision is given besides its aggregate: policy, instant, record number. May import model, policy.

use std::cell::Cell;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{NoticeId, PersonKey};
use crate::policy::{Policy, Standing};

/// The surroundings of a decision. The same context, aggregate and command give the same decision.
#[derive(Debug)]
pub struct Context<'a> {
    /// The policy that decides.
    pub policy: &'a Policy,
    /// Now: the same instant for everything in a record.
    pub now: Timestamp,
    /// The number the record will have.
    pub seq: u64,
    next_notice: Cell<u32>,
    standing: Arc<Standing>,
}

impl<'a> Context<'a> {
    /// The context of record `seq`, decided at `now` under `policy`.
    #[must_use]
    pub fn new(policy: &'a Policy, now: Timestamp, seq: u64) -> Self {
        Self {
            policy,
            now,
            seq,
            next_notice: Cell::new(0),
            standing: Arc::default(),
        }
    }

    /// The same, with what people said about being away.
    #[must_use]
    pub fn with_standing(self, standing: Arc<Standing>) -> Self {
        Self { standing, ..self }
    }

    /// What people said about being away.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Who acts for somebody now: they themselves if they are there, `None` if nobody is.
    #[must_use]
    pub fn stands_in(&self, person: &PersonKey) -> Option<PersonKey> {
        self.policy.stands_in(&self.standing, person, self.now)
    }

    /// That somebody is away, as a clause; where those who cover are away too, who they are.
    pub(super) fn who_is_away(&self, person: &PersonKey) -> String {
        let between = self.policy.between(&self.standing, person, self.now);
        let names: Vec<String> = between.iter().map(|person| self.policy.name(person)).collect();
        match names.as_slice() {
            [] => "who is away".to_owned(),
            [one] => format!("who is away, as is {one}, who covers"),
            several => format!("who is away, as are {}, who cover", several.join(" and ")),
        }
    }

    pub(super) fn notice_id(&self) -> NoticeId {
        let index = self.next_notice.get();
        self.next_notice.set(index + 1);
        NoticeId { seq: self.seq, index }
    }
}
