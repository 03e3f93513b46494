//! Builds the daemon part by part, lowest first, and hands it to supervision. May import everything below. Ready only after recovery and bind.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use rustix::fs::Mode;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::certificates::Certificates;
use super::doors::{self, Behind, ending};
use super::reload::{Loaded, Reloader};
use super::{Exit, Failure, KeyShelf, Life, Signals, ailing, configuration, notify, open, readers, socket_path, supervise, watch, writer};
use crate::clock::{Clock, SystemClock};
use crate::driver::{Core, Handle};
use crate::engine;
use crate::model::{PersonKey, Reader};
use crate::observe;
use crate::outbox;
use crate::policy::Policy;
use crate::reply::{self, Line, ReadContext};
use crate::tokens::TokenShelf;
use crate::web::control::{ClockState, Control, LastReload};
use crate::web::{DriverReady, WebLimits, WebState};

/// How many requests may wait for the driver; past that a door hears that too much is waiting.
const DRIVER_DEPTH: usize = 4_096;
/// How many reloads may wait.
const RELOAD_DEPTH: usize = 4;
/// What batond writes is for its own user alone.
const UMASK: u32 = 0o077;

/// Runs the daemon until it is told to stop.
///
/// # Errors
/// [`Exit::Config`] for a configuration that cannot be used, [`Exit::Io`] when the store or an address cannot be had, or the store fails later.
pub fn run(config: &Path) -> Result<(), Failure> {
    rustix::process::umask(Mode::from_raw_mode(UMASK));
    let loaded = configuration::read_first(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Exit::Internal, format!("the runtime cannot be started: {error}")))?;
    let outcome = runtime.block_on(serve(config.to_owned(), loaded));
    // Whatever still runs has had its deadline; the store is closed or will be recovered.
    runtime.shutdown_background();
    outcome
}

async fn serve(config: PathBuf, loaded: Loaded) -> Result<(), Failure> {
    let signals = Signals::listen().map_err(|error| Failure::new(Exit::Internal, format!("signals cannot be heard: {error}")))?;
    for warning in &loaded.warnings {
        tracing::warn!(warning = %observe::one_line(warning), "configuration");
    }
    let Loaded { policy, settings, .. } = loaded;
    let (policy, settings) = (Arc::new(policy), Arc::new(settings));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let metrics = observe::install();
    observe::policy(&policy.revision);
    observe::reload(true);

    notify::status("opening the store");
    let store = open::store(&settings.store, &policy)?;
    let key_shelf = KeyShelf::of(&settings.store);
    let keys = key_shelf.ring().map_err(|error| Failure::new(Exit::Io, error.to_string()))?;
    let certificates = Certificates::open(&settings)?;
    let bound = doors::bind(&settings, &certificates, &socket_path(&settings.store)).await?;

    let mut life = Life::default();
    let (handle, requests) = Handle::new(Arc::new(ArcSwap::new(Arc::clone(&policy))), DRIVER_DEPTH);
    let shelf = TokenShelf::of(&settings.store);
    let relays = outbox::Relays::new(&settings.send, Arc::clone(&clock), handle.relays().clone(), &shelf);
    let relays = Arc::new(relays.map_err(|error| Failure::new(Exit::Config, format!("`send`: {error}")))?);
    handle.sources().known(doors::kinds(&settings));
    let core = Core::new(Box::new(store), Arc::clone(&policy), keys);
    let driver_ended = writer::start(core, Arc::clone(&clock), &handle, requests)?;
    let driver = handle.clone();
    life.started("driver", async move { driver.stop().await.map_err(|refusal| refusal.to_string()) });

    let stop = CancellationToken::new();
    let per_minute = settings.send.per_minute;
    let sending = outbox::run(handle.clone(), Arc::clone(&relays), per_minute, Arc::clone(&clock), stop.clone());
    let sending = tokio::spawn(sending);
    life.started("outbox", ending(stop, sending));
    let stop = CancellationToken::new();
    let singing = tokio::spawn(outbox::canaries(handle.clone(), Arc::clone(&relays), stop.clone()));
    life.started("canary", ending(stop, singing));
    let caller =
        outbox::calls::Caller::new(settings.webhooks.clone()).map_err(|error| Failure::new(Exit::Config, format!("`send`: {error}")))?;
    let caller = Arc::new(ArcSwap::from_pointee(caller));
    let stop = CancellationToken::new();
    let calling = tokio::spawn(outbox::calls::run(
        handle.clone(),
        Arc::clone(&caller),
        Arc::clone(&clock),
        stop.clone(),
    ));
    life.started("calls", ending(stop, calling));

    let last = Arc::new(ArcSwap::from_pointee(LastReload {
        at: clock.now(),
        ok: true,
        text: format!("started, policy {}", policy.revision),
    }));
    let clock_state = Arc::new(ArcSwap::from_pointee(ClockState::default()));
    let (reloads, reload_requests) = mpsc::channel(RELOAD_DEPTH);
    let hooks = doors::hook_table(&settings);
    let listening = Arc::new(AtomicBool::new(false));
    let web = WebState {
        hooks: Arc::clone(&hooks),
        accept: Arc::new(handle.clone()),
        clock: Arc::clone(&clock),
        ready: Arc::new(DriverReady::new(
            handle.clone(),
            Arc::clone(&listening),
            Arc::clone(&clock),
            WebLimits::default(),
        )),
        metrics: {
            let metrics = metrics.clone();
            Arc::new(move || metrics.render())
        },
        limits: WebLimits::default(),
    };
    let control = Control {
        handle: handle.clone(),
        clock: Arc::clone(&clock),
        clock_state: Arc::clone(&clock_state),
        started: clock.now(),
        reloads,
        last_reload: Arc::clone(&last),
        load: {
            let config = config.clone();
            Arc::new(move || configuration::read(&config).map(|loaded| loaded.policy))
        },
        change_keys: {
            let shelf = key_shelf.clone();
            let turn = std::sync::Mutex::new(());
            Arc::new(move |change| {
                // One change at a time: what is read is what is changed.
                let _turn = turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                shelf.change(change)
            })
        },
        read_words: Arc::new(read_words),
        certificates: {
            let certificates = certificates.clone();
            Arc::new(move || json!(certificates.standing()))
        },
    };
    let behind = Behind {
        accept: Arc::new(handle.clone()),
        clock: Arc::clone(&clock),
        desk: policy.desk.address.clone(),
        room: doors::room(&settings),
        logins: doors::logins(&settings),
    };
    let logins = behind.logins.clone();
    bound.serve(&behind, web, control, &mut life)?;
    let readers = readers::Readers::new(settings.store.clone(), handle.clone(), Arc::clone(&clock), shelf.clone());
    readers.start(&settings).await?;
    life.started("mailboxes", readers.clone().end());
    watch(&handle, metrics, &mut life);
    let stop = CancellationToken::new();
    let watching = tokio::spawn(certificates.clone().watch(Arc::clone(&clock), stop.clone()));
    life.started("certificates", ending(stop, watching));
    let stop = CancellationToken::new();
    let watching = tokio::spawn(ailing::watch(handle.clone(), Arc::clone(&clock), stop.clone()));
    life.started("sources", ending(stop, watching));
    let stop = CancellationToken::new();
    let watching = tokio::spawn(watch::clock(Arc::clone(&clock), clock_state, stop.clone()));
    life.started("clock", ending(stop, watching));
    listening.store(true, Ordering::Release);
    life.started("readiness", async move {
        listening.store(false, Ordering::Release);
        Ok(())
    });

    let sources = handle.sources().clone();
    let reloader = Reloader {
        load: Arc::new(move || configuration::read(&config)),
        handle,
        settings,
        on_settings: Arc::new(move |settings| {
            hooks.store(Arc::new(doors::hooks(settings)));
            match outbox::calls::Caller::new(settings.webhooks.clone()) {
                Ok(next) => caller.store(Arc::new(next)),
                Err(error) => tracing::error!(%error, "calls go on as they were configured before"),
            }
            certificates.look();
            doors::exchange(&logins, settings);
            sources.known(doors::kinds(settings));
        }),
        readers,
        clock,
        last,
    };
    tracing::info!(policy = %policy.revision, version = env!("CARGO_PKG_VERSION"), "ready");
    notify::ready(&format!("ready, policy {}", policy.revision));
    supervise(signals, life, reloader, reload_requests, driver_ended).await
}

/// The watchdog, if the service manager watches, and the sampler.
fn watch(handle: &Handle, metrics: observe::Metrics, life: &mut Life) {
    let stop = CancellationToken::new();
    let sampling = tokio::spawn(watch::sample(handle.clone(), metrics, stop.clone()));
    life.started("sampler", ending(stop, sampling));
    if let Some(every) = notify::watchdog() {
        let stop = CancellationToken::new();
        let watching = tokio::spawn(watch::watchdog(handle.clone(), every, stop.clone()));
        life.started("watchdog", ending(stop, watching));
    }
}

/// Words from the command line, as the engine reads a reply of that person.
fn read_words(words: &str, person: &PersonKey, policy: &Policy, now: jiff::Timestamp) -> Vec<Line> {
    let is_party = |name: &str| policy.party_named(name).is_some();
    let context = ReadContext {
        when: engine::when_context(&Reader::Person(person.clone()), policy, now),
        is_party: &is_party,
    };
    reply::read(words, "", &context)
}
