//! The loop over a folder: look, claim, hand over, put away. May import its peers in intake, driver, observe. One bad file stops nothing, a full store stops everything and loses nothing.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::super::lying;
use super::files::{Claimed, Files, Unfit};
use super::watch::watch;
use super::{FolderService, Layout, spool};
use crate::driver::{Accept, Arrival, ArrivalKind, Aside, Origin};
use crate::model::Envelope;
use crate::observe::{Report, one_line};

/// How many files are in hand at a time.
const BATCH_FILES: usize = 100;
/// How many bytes are in hand at a time, about.
const BATCH_BYTES: usize = 8 << 20;
/// The store may take so long to take a mail.
const ACCEPT_WITHIN: Duration = Duration::from_secs(60);
/// The pause after a failure; the longest is `poll`.
const PAUSE: Duration = Duration::from_secs(1);

/// Reads until `stop`. What is in hand then is finished, so that whoever reads the folder next meets nothing half done.
pub(super) async fn run(service: FolderService, stop: CancellationToken) {
    let service = &service;
    // A spool's first line stands before its mail.
    let most = service.max_message_bytes
        + if service.layout == Layout::Spool {
            spool::MAX_HEAD_BYTES
        } else {
            0
        };
    let files = Arc::new(Files::new(service.path.clone(), service.layout, most));
    let mut pause = PAUSE;
    loop {
        let Err(trouble) = look_until(service, &files, &stop).await else {
            break;
        };
        let FolderService { source, clock, handle, .. } = service;
        tracing::warn!(%source, why = %crate::observe::one_line(&trouble), "reading the folder failed; it is tried again");
        handle.sources().report(source, Report::Failed(trouble), clock.now());
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = sleep(pause) => pause = (pause * 2).min(service.poll.max(PAUSE)),
        }
    }
    if let Err(error) = apart(&files, |files| files.give_back()).await {
        tracing::warn!(source = %service.source, %error, "what was claimed and not taken stays in batond-claimed until the folder is read again");
    }
}

/// Looks whenever something appears, and besides every `poll`.
async fn look_until(service: &FolderService, files: &Arc<Files>, stop: &CancellationToken) -> Result<(), String> {
    let said = |error: &io::Error| format!("{}: {error}", service.path.display());
    apart(files, |files| files.prepare()).await.map_err(|error| said(&error))?;
    // Watched before the first look, so that nothing falls between.
    let watching = watch(&files.new_folder());
    if let Err(error) = &watching {
        tracing::warn!(source = %service.source, %error, "the system does not tell of new files; the folder is looked at every {} s", service.poll.as_secs());
    }
    loop {
        loop {
            let claimed = apart(files, |files| files.claim(BATCH_FILES, BATCH_BYTES)).await;
            let claimed = claimed.map_err(|error| said(&error))?;
            service.handle.sources().report(&service.source, Report::Works, service.clock.now());
            if claimed.is_empty() {
                break;
            }
            take(service, files, claimed).await?;
            if stop.is_cancelled() {
                return Ok(());
            }
        }
        let news = async {
            match &watching {
                // One that is woken already looks at once.
                Ok((_watcher, woken)) => woken.notified().await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            () = news => {}
            () = sleep(service.poll) => {}
        }
    }
}

/// On a thread where files may be waited for.
async fn apart<T: Send + 'static>(files: &Arc<Files>, work: impl FnOnce(&Files) -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let files = Arc::clone(files);
    let done = spawn_blocking(move || work(&files)).await;
    done.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// Hands files over, all into one commit if it goes well, and puts away what was taken.
async fn take(service: &FolderService, files: &Arc<Files>, claimed: Vec<Claimed>) -> Result<(), String> {
    let (mut names, mut accepting) = (Vec::new(), Vec::new());
    let mut aside = Vec::new();
    for Claimed { name, id, bytes } in claimed {
        let taken = bytes.and_then(|bytes| arrival(service, id.clone(), bytes));
        match taken {
            Ok(arrival) => {
                names.push(name);
                accepting.push(timeout(ACCEPT_WITHIN, service.handle.accept(arrival)));
            }
            Err(unfit) => aside.push((name, id, unfit)),
        }
    }
    for (name, id, unfit) in aside {
        put_aside(service, files, name, id, unfit).await?;
    }
    let answers = join_all(accepting).await;
    let mut refused = None;
    for (name, answer) in names.into_iter().zip(answers) {
        match answer {
            Ok(Ok(_)) => {
                let done = apart(files, move |files| files.put_away(&name)).await;
                done.map_err(|error| format!("{}: what was taken cannot be put away: {error}", service.path.display()))?;
            }
            Ok(Err(refusal)) => refused = Some(refusal.to_string()),
            Err(_) => refused = Some("the store did not answer in time".to_owned()),
        }
    }
    refused.map_or(Ok(()), |why| Err(format!("batond takes no more now: {why}")))
}

fn origin(service: &FolderService, id: String) -> Origin {
    Origin {
        place: service.path.display().to_string(),
        numbering: 0,
        name: id,
        renumbered: false,
    }
}

fn arrival(service: &FolderService, id: String, bytes: Vec<u8>) -> Result<Arrival, Unfit> {
    let origin = origin(service, id);
    let (now, raw) = (service.clock.now(), Bytes::from(bytes));
    match service.layout {
        Layout::Maildir => Ok(lying::arrival(&service.source, raw, origin, now)),
        Layout::Spool => {
            let Some((mut envelope, raw)) = spool::parts(&raw) else {
                let why = "has no envelope in its first line: it was not written by `batond ingest`".to_owned();
                return Err(Unfit {
                    why,
                    first: raw.into(),
                    whole: true,
                });
            };
            // A mail server that gives none on the command line writes it on top of the mail.
            if envelope.to.is_empty() {
                let written = lying::envelope(&raw);
                envelope.from = envelope.from.or(written.from);
                envelope.to = written.to;
            }
            Ok(Arrival {
                source: service.source.clone(),
                received: now,
                raw,
                kind: ArrivalKind::Lying(envelope, origin),
            })
        }
    }
}

/// First the item that says so, then the move: killed in between, the item is known.
async fn put_aside(service: &FolderService, files: &Arc<Files>, name: String, id: String, unfit: Unfit) -> Result<(), String> {
    let FolderService { source, clock, handle, .. } = service;
    let why = unfit.why.clone();
    let kept = timeout(ACCEPT_WITHIN, handle.put_aside(aside(service, &name, id, unfit))).await;
    kept.map_err(|_| "the store did not answer in time".to_owned())?
        .map_err(|refusal| format!("batond takes no more now: {refusal}"))?;
    let moved = name.clone();
    let done = apart(files, move |files| files.put_aside(&moved)).await;
    done.map_err(|error| format!("{}: {name} cannot be put aside: {error}", service.path.display()))?;
    tracing::error!(%source, file = %one_line(&name), %why, "a mail is put aside");
    let text = format!("{name} {why}; it is in {}", files.aside().display());
    handle.sources().report(source, Report::Aside(text), clock.now());
    Ok(())
}

/// What becomes an item.
fn aside(service: &FolderService, name: &str, id: String, unfit: Unfit) -> Aside {
    let folder = service.path.display();
    let Unfit { why, first, whole } = unfit;
    let first = Bytes::from(first);
    let (envelope, bytes) = match service.layout {
        Layout::Maildir => (lying::envelope(&first), first),
        Layout::Spool => spool::parts(&first).unwrap_or((Envelope::default(), first)),
    };
    let again = match service.layout {
        Layout::Maildir => format!("move it back to {folder}/new"),
        Layout::Spool => "give it to `batond ingest` again".to_owned(),
    };
    Aside {
        source: service.source.clone(),
        at: service.clock.now(),
        origin: origin(service, id),
        envelope,
        bytes,
        whole,
        why: format!("the file {} {why}", one_line(name)),
        what_to_do: format!(
            "It is in {folder}/batond-failed and stays there. To have it taken, do away with its cause (where it is too large: raise `max_size`, then \
`batond reload`) and {again}."
        ),
    }
}
