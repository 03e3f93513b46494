//! The canary: a mail of our own that leaves, and its return. May import engine, model, notice, reply. It is never an item; that it is missing is.

use jiff::Timestamp;

use super::Reading;
use super::cascade::Cascade;
use super::core::Core;
use crate::engine::{Command, ExpectationCommand, Incoming, Read};
use crate::model::{Body, Delivery, DeliveryState, Expectation, Reader, SourceName};
use crate::notice::{self, CANARY_HEADER};
use crate::policy::Canary;
use crate::reply::KeyRing;

/// An older one says nothing of how mail goes now, in seconds: a week.
const OLDEST_SECONDS: u64 = 7 * 86_400;

impl Core {
    /// A canary that leaves now, if the policy has one. Nothing is staged: it stands in no outbox.
    #[must_use]
    pub fn canary(&self, now: Timestamp) -> Option<Delivery> {
        let silence = self.policy.silences.get(&SourceName::from(Canary::SOURCE))?;
        let to = &silence.canary.as_ref()?.to;
        let (id, mark) = self.keys.canary(u64::try_from(now.as_second()).ok()?);
        Some(Delivery {
            id,
            reader: Reader::Address(to.clone()),
            notices: Vec::new(),
            letter: notice::canary(to, &mark, &self.policy, now),
            call: None,
            queued: now,
            attempts: 0,
            last_error: None,
            replayed: None,
            state: DeliveryState::Due(now),
        })
    }
}

/// Whether a message is a canary that came back; then that is noted, and nothing else follows from it.
pub(super) fn came_back(reading: &Reading, keys: &KeyRing, cascade: &mut Cascade<'_>) -> Read<bool> {
    let Body::Mail(mail) = &reading.message.body else {
        return Ok(false);
    };
    let Some(left) = mail.header(CANARY_HEADER).find_map(|mark| keys.is_canary(mark)) else {
        return Ok(false);
    };
    let now = u64::try_from(cascade.cx().now.as_second()).unwrap_or_default();
    if now.saturating_sub(left) <= OLDEST_SECONDS {
        let name = Expectation::silence_name(&SourceName::from(Canary::SOURCE));
        let heard = ExpectationCommand::Heard(Box::new(Incoming::of(&reading.message)));
        cascade.run(Command::Expectation(name, heard))?;
    }
    Ok(true)
}
