//! From ready to the end: signals, reloads, and the driver's own end. May import driver, control. One loop that never waits for anything else.

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use super::reload::Reloader;
use super::{Exit, Failure, Life, notify};
use crate::web::control::ReloadRequest;

/// How long all parts together may take to end.
pub const END_WITHIN: Duration = Duration::from_secs(30);

/// The signals that mean something to the daemon.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens from now on. To be called before anything is started, so that none is missed.
    ///
    /// # Errors
    /// When the machine does not allow it.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// SIGTERM or SIGINT.
    async fn stop(&mut self) {
        stop(&mut self.terminate, &mut self.interrupt).await;
    }
}

async fn stop(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

enum Event {
    Stop,
    Reload(Option<ReloadRequest>),
    DriverEnded(String),
}

/// Runs until a signal or the driver's end, then ends every part. `driver_ended` resolves with the reason when the driver ends by itself.
///
/// # Errors
/// [`Exit::Io`] at once when the store failed: what was not acknowledged is still with its sender. [`Exit::Internal`] when a part did not end well.
pub async fn supervise(
    mut signals: Signals,
    life: Life,
    reloader: Reloader,
    mut reloads: mpsc::Receiver<ReloadRequest>,
    driver_ended: impl Future<Output = String>,
) -> Result<(), Failure> {
    tokio::pin!(driver_ended);
    // Reloads run one after the other beside this loop, so that a slow one does not hold up a stop.
    let (queue, mut queued) = mpsc::channel::<Option<ReloadRequest>>(4);
    let worker = tokio::spawn(async move {
        while let Some(request) = queued.recv().await {
            reload(&reloader, request).await;
        }
    });
    loop {
        let event = tokio::select! {
            () = stop(&mut signals.terminate, &mut signals.interrupt) => Event::Stop,
            _ = signals.hangup.recv() => Event::Reload(None),
            Some(request) = reloads.recv() => Event::Reload(Some(request)),
            why = &mut driver_ended => Event::DriverEnded(why),
        };
        match event {
            Event::Stop => break,
            Event::Reload(request) => match queue.try_send(request) {
                Ok(()) => {}
                Err(error) => busy(error.into_inner()),
            },
            Event::DriverEnded(why) => {
                tracing::error!(%why, "the store failed; ending at once, a restart recovers");
                return Err(Failure::new(Exit::Io, format!("the store failed: {why}")));
            }
        }
    }
    worker.abort();
    end(signals, life).await
}

fn busy(request: Option<ReloadRequest>) {
    let text = "several reloads are waiting already; try again";
    match request {
        // Whoever asked may have gone: then nobody is there to hear it.
        Some(request) => drop(request.send(Err(text.to_owned()))),
        None => tracing::warn!("SIGHUP: {text}"),
    }
}

async fn reload(reloader: &Reloader, request: Option<ReloadRequest>) {
    notify::reloading();
    let outcome = reloader.reload().await;
    let first = |text: &String| text.lines().next().unwrap_or_default().to_owned();
    match &outcome {
        Ok(text) => notify::ready(&first(text)),
        Err(text) => notify::ready(&format!("configuration {}", first(text))),
    }
    if let Some(request) = request {
        drop(request.send(outcome));
    }
}

async fn end(mut signals: Signals, life: Life) -> Result<(), Failure> {
    tracing::info!("stopping: no new work, finishing what is in hand");
    notify::stopping();
    let ended = life.end(END_WITHIN, signals.stop()).await;
    for (part, why) in &ended.failed {
        tracing::error!(part, %why, "did not end well");
    }
    for part in &ended.cut {
        tracing::error!(part, "had not ended when time was up");
    }
    if ended.is_clean() {
        tracing::info!("stopped");
        return Ok(());
    }
    Err(Failure::new(
        Exit::Internal,
        "not everything ended well; nothing accepted is lost, the next start recovers",
    ))
}
