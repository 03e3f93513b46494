//! The writer's thread: takes what waits, stages it, commits it in one go, answers, wakes. May import model, engine, clock, observe. Nobody hears of anything that is not on disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;

use super::{Core, Reading, Receipt, Refusal, Request};
use crate::clock::{self, Clock};
use crate::engine::Read;
use crate::observe;
use crate::store::{Entry, StoreError};

/// The most requests in one commit.
const MAX_GROUP: usize = 256;
/// The most raw bytes in one commit; one message more can pass it.
const MAX_GROUP_BYTES: usize = 16 * 1_024 * 1_024;
/// Below this many free bytes no message is taken; what people decide about items still is.
const DISK_RESERVE_BYTES: u64 = 64 * 1_024 * 1_024;
/// How long the writer sleeps at most: a clock that was set forward is noticed by then.
const MAX_SLEEP: Duration = Duration::from_secs(1);

/// Why the writer ended.
#[derive(Debug, thiserror::Error)]
pub enum WriterEnd {
    /// The store failed. The process must end with 74; a restart recovers.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index failed to answer. The process must end with 74; a restart rebuilds it.
    #[error(transparent)]
    Read(#[from] crate::engine::ReadError),
}

/// Runs the writer on this thread until it is told to stop, all handles are gone, or the store fails.
///
/// # Errors
/// [`WriterEnd`]: whatever was not acknowledged must be sent again by its sender.
pub fn run(
    mut core: Core,
    clock: &dyn Clock,
    mut requests: mpsc::Receiver<Request>,
    outbox: &Arc<Notify>,
    runtime: &tokio::runtime::Handle,
) -> Result<(), WriterEnd> {
    let mut disk = Disk::default();
    let mut begun = false;
    loop {
        // Before the machine knows the time nothing can be promised.
        if !begun && clock::is_set(clock.now()) {
            core.begin(clock.now())?;
            begun = true;
        }
        let sleep = until_next(&core, clock.now())?;
        let first = runtime.block_on(async { timeout(sleep, requests.recv()).await });
        let mut answers = Answers::default();
        let mut stop = None;
        match first {
            Ok(None) => return Ok(core.close()?),
            Ok(Some(request)) => {
                let full = disk.is_full(&core, clock.now());
                stop = take(&mut core, request, clock.now(), full, &mut answers);
                while stop.is_none() && core.staged() < MAX_GROUP && answers.bytes < MAX_GROUP_BYTES {
                    let Ok(request) = requests.try_recv() else { break };
                    stop = take(&mut core, request, clock.now(), full, &mut answers);
                }
            }
            Err(_) => {}
        }
        commit(&mut core, answers, outbox)?;
        wake(&mut core, clock.now(), outbox)?;
        if let Some(answer) = stop {
            let closed = core.close();
            let _ = answer.send(closed.as_ref().copied().map_err(|_| Refusal::Store));
            return Ok(closed?);
        }
    }
}

/// What is told once the group is on disk.
#[derive(Default)]
struct Answers {
    told: Vec<Box<dyn FnOnce(bool)>>,
    reads: Vec<super::handle::Look>,
    bytes: usize,
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
fn take(
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

fn commit(core: &mut Core, answers: Answers, outbox: &Arc<Notify>) -> Result<(), WriterEnd> {
    let stopwatch = observe::Stopwatch::start();
    let staged = core.staged();
    let committed = core.commit();
    answers.told.into_iter().for_each(|tell| tell(committed.is_ok()));
    let entries = committed?;
    if staged > 0 {
        observe::commit_took(stopwatch.elapsed());
    }
    publish(&entries, outbox);
    answers.reads.into_iter().for_each(|look| look(core.store()));
    Ok(())
}

/// Everything due, until nothing is.
fn wake(core: &mut Core, now: Timestamp, outbox: &Arc<Notify>) -> Result<(), WriterEnd> {
    while core.wake(now)? > 0 {
        if core.staged() == 0 {
            // What is due and decides nothing would be due for ever.
            observe::defect("a timer came due and nothing followed", &"timers".into());
            return Ok(());
        }
        let entries = core.commit()?;
        publish(&entries, outbox);
    }
    Ok(())
}

fn publish(entries: &[Entry], outbox: &Arc<Notify>) {
    entries.iter().for_each(|entry| observe::record(&entry.record, &entry.changes));
    if entries.iter().any(|entry| entry.record.queues_mail()) {
        // Mail and calls have a worker each; both listen before they look.
        outbox.notify_waiters();
    }
}

fn until_next(core: &Core, now: Timestamp) -> Read<Duration> {
    let Some(due) = core.store().next_due()? else {
        return Ok(MAX_SLEEP);
    };
    let wait = Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO);
    Ok(wait.min(MAX_SLEEP))
}

/// Asks for free space once a second, not for every message.
#[derive(Default)]
struct Disk {
    asked: Option<Timestamp>,
    full: bool,
}

impl Disk {
    fn is_full(&mut self, core: &Core, now: Timestamp) -> bool {
        if self.asked.is_none_or(|asked| now.duration_since(asked).as_secs().abs() >= 1) {
            self.asked = Some(now);
            self.full = core.store().health().free_bytes.is_some_and(|free| free < DISK_RESERVE_BYTES);
        }
        self.full
    }
}
