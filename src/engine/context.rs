//! What every decision is given besides its aggregate: policy, instant, record number. May import model, policy.

use std::cell::Cell;

use jiff::Timestamp;

use crate::model::NoticeId;
use crate::policy::Policy;

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
        }
    }

    pub(super) fn notice_id(&self) -> NoticeId {
        let index = self.next_notice.get();
        self.next_notice.set(index + 1);
        NoticeId { seq: self.seq, index }
    }
}
