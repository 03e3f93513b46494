//! The writer's thread: takes what waits, stages it, commits it in one go while it stages the next, answers, wakes. May import model, engine, clock, observe. Nobody hears of anything that is not on disk.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;

use super::taking::{Answers, Disk, take};
use super::{Core, Refusal, Request};
use crate::clock::{self, Clock};
use crate::engine::Read;
use crate::observe;
use crate::store::{Entry, StoreError};

/// The most requests in one commit.
const MAX_GROUP: usize = 256;
/// The most raw bytes in one commit; one message more can pass it.
const MAX_GROUP_BYTES: usize = 16 * 1_024 * 1_024;
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
/// While one group is being synced, the next is decided; it is begun when the first is on disk.
///
/// # Errors
/// [`WriterEnd`]: whatever was not acknowledged must be sent again by its sender.
pub fn run(
    core: Core,
    clock: &dyn Clock,
    mut requests: mpsc::Receiver<Request>,
    outbox: &Arc<Notify>,
    runtime: &tokio::runtime::Handle,
) -> Result<(), WriterEnd> {
    let mut writer = Writer {
        core,
        clock,
        outbox,
        runtime,
        disk: Disk::default(),
        staged: Answers::default(),
        under_way: None,
    };
    let mut begun = false;
    loop {
        // Before the machine knows the time nothing can be promised.
        if !begun && clock::is_set(clock.now()) {
            writer.finish()?;
            writer.core.begin(clock.now())?;
            begun = true;
        }
        writer.go_on()?;
        match writer.next(&mut requests)? {
            Event::Landed(took) => writer.land(took)?,
            Event::Nothing => {}
            Event::Gone => {
                writer.finish()?;
                return Ok(writer.core.close()?);
            }
            Event::Request(first) => {
                let mut next = Some(first);
                while let Some(request) = next {
                    if let Some(answer) = writer.take(request)? {
                        return writer.stop(answer);
                    }
                    next = if writer.has_room() { requests.try_recv().ok() } else { None };
                }
            }
        }
    }
}

/// What the writer waits for.
enum Event {
    /// Somebody asks for something.
    Request(Request),
    /// What was under way is on disk, or failed; how long that took.
    Landed(Option<Duration>),
    /// Nobody can ask any more.
    Gone,
    /// Time has passed.
    Nothing,
}

/// A group on its way to the disk.
struct UnderWay {
    answers: Answers,
    landed: oneshot::Receiver<Duration>,
    stopwatch: observe::Stopwatch,
}

struct Writer<'a> {
    core: Core,
    clock: &'a dyn Clock,
    outbox: &'a Arc<Notify>,
    runtime: &'a tokio::runtime::Handle,
    disk: Disk,
    /// For what is staged.
    staged: Answers,
    under_way: Option<UnderWay>,
}

impl Writer<'_> {
    fn has_room(&self) -> bool {
        self.core.staged() < MAX_GROUP && self.staged.bytes < MAX_GROUP_BYTES
    }

    /// The next thing to see to.
    fn next(&mut self, requests: &mut mpsc::Receiver<Request>) -> Result<Event, WriterEnd> {
        let has_room = self.has_room();
        let Some(under_way) = &mut self.under_way else {
            let sleep = until_next(&self.core, self.clock.now())?;
            let asked = self.runtime.block_on(async { timeout(sleep, requests.recv()).await });
            return Ok(asked.map_or(Event::Nothing, |asked| asked.map_or(Event::Gone, Event::Request)));
        };
        let landed = &mut under_way.landed;
        Ok(self.runtime.block_on(async {
            tokio::select! {
                biased;
                // Whoever was to say so is gone: settling tells why.
                took = landed => Event::Landed(took.ok()),
                asked = requests.recv(), if has_room => asked.map_or(Event::Gone, Event::Request),
            }
        }))
    }

    /// Stages one request. Answers the sender of a stop.
    fn take(&mut self, request: Request) -> Result<Option<oneshot::Sender<Result<(), Refusal>>>, WriterEnd> {
        let request = match (request, &mut self.under_way) {
            // A look waits for what is under way and for no more. Not for less either: while the disk hangs, nobody is to believe that all is well.
            (Request::Read(look), Some(under_way)) => {
                under_way.answers.reads.push(look);
                return Ok(None);
            }
            (request, _) => request,
        };
        if !request.can_be_decided_meanwhile() {
            // It may ask the store itself.
            self.finish()?;
        }
        let now = self.clock.now();
        let full = self.disk.is_full(&self.core, now);
        Ok(take(&mut self.core, request, now, full, &mut self.staged))
    }

    /// Sees to what is staged and to what is due, unless something is under way.
    fn go_on(&mut self) -> Result<(), WriterEnd> {
        if self.under_way.is_some() {
            return Ok(());
        }
        let due = self.core.store().next_due()?.is_some_and(|due| due <= self.clock.now());
        if due {
            // What is due is looked for in the store, so everything must be there.
            self.commit()?;
            return wake(&mut self.core, self.clock.now(), self.outbox);
        }
        self.begin()
    }

    /// Commits what is staged, and waits for it.
    fn commit(&mut self) -> Result<(), WriterEnd> {
        let answers = std::mem::take(&mut self.staged);
        let stopwatch = observe::Stopwatch::start();
        let committed = self.core.commit();
        self.conclude(answers, committed, stopwatch.elapsed())
    }

    /// Begins to commit what is staged.
    fn begin(&mut self) -> Result<(), WriterEnd> {
        let answers = std::mem::take(&mut self.staged);
        let stopwatch = observe::Stopwatch::start();
        let (tell, landed) = oneshot::channel();
        let done = move || {
            // The writer may have ended meanwhile.
            let _ = tell.send(stopwatch.elapsed());
        };
        let begun = self.core.begin_commit(Box::new(done));
        match begun {
            Ok(None) => {
                self.under_way = Some(UnderWay {
                    answers,
                    landed,
                    stopwatch,
                });
                Ok(())
            }
            Ok(Some(entries)) => self.conclude(answers, Ok(entries), stopwatch.elapsed()),
            Err(error) => self.conclude(answers, Err(error), stopwatch.elapsed()),
        }
    }

    /// Waits for what is under way, if anything is, and tells of it; `took` is how long it took, where that is known.
    fn land(&mut self, took: Option<Duration>) -> Result<(), WriterEnd> {
        let Some(under_way) = self.under_way.take() else { return Ok(()) };
        let landed = self.core.settle();
        let took = took.unwrap_or_else(|| under_way.stopwatch.elapsed());
        self.conclude(under_way.answers, landed, took)
    }

    /// Commits everything.
    fn finish(&mut self) -> Result<(), WriterEnd> {
        self.land(None)?;
        self.commit()
    }

    fn stop(mut self, answer: oneshot::Sender<Result<(), Refusal>>) -> Result<(), WriterEnd> {
        self.finish()?;
        wake(&mut self.core, self.clock.now(), self.outbox)?;
        let closed = self.core.close();
        // Whoever asked may be gone: it is closed all the same.
        let _ = answer.send(closed.as_ref().copied().map_err(|_| Refusal::Store));
        Ok(closed?)
    }

    /// Tells everybody what became of a group.
    fn conclude(&mut self, answers: Answers, committed: Result<Vec<Entry>, StoreError>, took: Duration) -> Result<(), WriterEnd> {
        answers.told.into_iter().for_each(|tell| tell(committed.is_ok()));
        let entries = committed?;
        if !entries.is_empty() {
            observe::commit_took(took);
        }
        publish(&entries, self.outbox);
        answers.reads.into_iter().for_each(|look| look(self.core.store()));
        Ok(())
    }
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
    observe::together(|| entries.iter().for_each(|entry| observe::record(&entry.record, &entry.changes)));
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
