//! The driver's thread. May import driver, store, engine. It ends when told to, or the process does: nothing is accepted without it.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{Exit, Failure};
use crate::clock::Clock;
use crate::driver::{Core, Handle, Request, writer};

/// Starts the thread. The future resolves with the reason if it ends without having been told to.
///
/// # Errors
/// [`Exit::Internal`] when the machine gives no thread.
pub fn start(
    core: Core,
    clock: Arc<dyn Clock>,
    handle: &Handle,
    requests: mpsc::Receiver<Request>,
) -> Result<impl Future<Output = String> + use<>, Failure> {
    let (tell, ended) = oneshot::channel::<String>();
    let outbox = handle.outbox_wake();
    let runtime = tokio::runtime::Handle::current();
    let run = move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| writer::run(core, &*clock, requests, &outbox, &runtime)));
        let why = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(end)) => end.to_string(),
            Err(_) => "the driver met a fault in batond; what it said is above".to_owned(),
        };
        // Nobody listens any more when the process is ending already.
        let _ = tell.send(why);
    };
    let spawned = std::thread::Builder::new().name("driver".into()).spawn(run);
    spawned.map_err(|error| Failure::new(Exit::Internal, format!("the driver's thread cannot be started: {error}")))?;
    Ok(async move {
        match ended.await {
            Ok(why) => why,
            // It was told to end, and did.
            Err(_) => std::future::pending().await,
        }
    })
}
