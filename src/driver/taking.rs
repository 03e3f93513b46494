//! One request to what is staged for it, and to what is told about it later. May import model, engine, clock, observe. Nothing here waits for the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::{Core, Reading, Receipt, Refusal, Request};
use crate::clock;
use crate::engine::Read;
use crate::observe;

/// Below this many free bytes no message is taken; what people decide about items still is.
const DISK_RESERVE_BYTES: u64 = 64 * 1_024 * 1_024;

/// What is told once the group is on disk.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) told: Vec<Box<dyn FnOnce(bool)>>,
    pub(super) reads: Vec<super::handle::Look>,
    pub(super) bytes: usize,
}

impl Answers {
    /// Answers `value` after the commit, a refusal if it fails.
    fn later<T: 'static>(&mut self, to: oneshot::Sender<Result<T, Refusal>>, value: Read<T>) {
        // Nobody listens any more when the sender hung up: the decision stands all the same.
        self.told.push(Box::new(move |committed| {
            let _ = to.send(if committed {
                value.map_err(|_| Refusal::Store)
            } else {
                Err(Refusal::Store)
            });
        }));
    }
}

/// Stages one request. Answers the sender of a stop.
pub(super) fn take(
    core: &mut Core,
    request: Request,
    now: Timestamp,
    full: bool,
    answers: &mut Answers,
) -> Option<oneshot::Sender<Result<(), Refusal>>> {
    let unset = !clock::is_set(now);
    match request {
        Request::Receive(_, to) if unset => drop(to.send(Err(Refusal::Clock))),
        Request::Act(.., to) | Request::About(.., to) | Request::Mute(_, to) if unset => drop(to.send(Err(Refusal::Clock))),
        Request::Unmute(.., to) if unset => drop(to.send(Err(Refusal::Clock))),
        Request::AddressWorks(.., to) if unset => drop(to.send(Err(Refusal::Clock))),
        Request::Outbox(.., to) if unset => drop(to.send(Err(Refusal::Clock))),
        Request::StartRound(.., to) if unset => drop(to.send(Err(Refusal::Clock))),
        Request::SourceIs(.., to) | Request::Reload(_, to) if unset => drop(to.send(Err(Refusal::Clock))),
        Request::Receive(_, to) if full => drop(to.send(Err(Refusal::Full))),
        Request::Receive(reading, to) => {
            answers.bytes += reading.raw.len();
            let receipt = receive(core, &reading, now);
            answers.later(to, receipt);
        }
        Request::SourceIs(source, how, to) => {
            let done = core.source_is(&source, &how, now);
            answers.later(to, done);
        }
        Request::Act(item, actor, lines, to) => {
            let outcome = core.act(item, actor, lines, now);
            answers.later(to, outcome);
        }
        Request::About(person, lines, to) => {
            let outcome = core.about(&person, &lines, now);
            answers.later(to, outcome);
        }
        Request::Mute(muting, to) => {
            let outcome = core.begin_mute(&muting, now);
            answers.later(to, outcome);
        }
        Request::Unmute(name, by, to) => {
            let outcome = core.end_mute(&name, &by, now);
            answers.later(to, outcome);
        }
        Request::AddressWorks(address, to) => {
            let outcome = core.address_works(&address, now);
            answers.later(to, outcome);
        }
        Request::StartRound(name, about, by, to) => {
            let started = core.start_round(&name, about, by, now);
            answers.later(to, started);
        }
        Request::Outbox(id, act, to) => {
            let outcome = core.outbox(id, act, now);
            answers.later(to, outcome);
        }
        Request::Attempted(outcomes, to) => {
            let mut done = Ok(());
            for (id, outcome) in outcomes {
                // One that cannot be recorded keeps back none of the others.
                done = done.and(core.attempted(id, outcome, now));
            }
            answers.later(to, done);
        }
        Request::Canary(to) if unset => drop(to.send(Err(Refusal::Clock))),
        Request::Canary(to) => answers.later(to, Ok(core.canary(now).map(Box::new))),
        Request::Read(look) => answers.reads.push(look),
        Request::Reload(policy, to) => {
            let set = core.set_policy(policy, now);
            answers.later(to, set);
        }
        Request::Rekey(keys, to) => {
            core.set_keys(*keys);
            answers.later(to, Ok(()));
        }
        Request::Stop(to) => return Some(to),
    }
    None
}

impl Request {
    /// Whether it is decided by what the layer over the store says, so that it need not wait for what is under way.
    pub(super) fn can_be_decided_meanwhile(&self) -> bool {
        matches!(self, Self::Receive(..) | Self::Attempted(..))
    }
}

/// A message that makes the engine fail is not lost for it, and does not take the others down: it goes to quarantine with its bytes.
fn receive(core: &mut Core, reading: &Reading, now: Timestamp) -> Read<Receipt> {
    match catch_unwind(AssertUnwindSafe(|| core.receive(reading, now))) {
        Ok(receipt) => receipt,
        Err(_) => {
            observe::defect("deciding on a message failed; it is in quarantine", &reading.message.source);
            core.receive(
                &reading.as_unread("deciding", "Deciding on it failed; this is a defect of batond."),
                now,
            )
        }
    }
}

/// Asks for free space once a second, not for every message.
#[derive(Default)]
pub(super) struct Disk {
    asked: Option<Timestamp>,
    full: bool,
}

impl Disk {
    pub(super) fn is_full(&mut self, core: &Core, now: Timestamp) -> bool {
        if self.asked.is_none_or(|asked| now.duration_since(asked).as_secs().abs() >= 1) {
            self.asked = Some(now);
            self.full = core.store().health().free_bytes.is_some_and(|free| free < DISK_RESERVE_BYTES);
        }
        self.full
    }
}
