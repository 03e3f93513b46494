//! Opens the store, says what was found, and sets the gauges to what stands in it. May import store, engine, observe.

use std::path::Path;

use jiff::Timestamp;

use super::{Exit, Failure};
use crate::engine::{self, ReadError};
use crate::observe::{self, Standing};
use crate::policy::Policy;
use crate::store::{DeliveryFilter, EmbeddedStore, OpenReport, Options, Store};

/// Opens it, or makes one.
///
/// # Errors
/// [`Exit::Io`]: somebody else has it, or the disk fails.
pub fn store(path: &Path, policy: &Policy) -> Result<EmbeddedStore, Failure> {
    let opened = EmbeddedStore::open(path, Options::default(), engine::project);
    let (store, report) = opened.map_err(|error| Failure::new(Exit::Io, error.to_string()))?;
    tell(&report);
    let standing = standing(&store, policy).map_err(|error| Failure::new(Exit::Io, error.to_string()))?;
    observe::standing(&standing);
    observe::journal_size(store.health().journal_bytes);
    Ok(store)
}

fn tell(report: &OpenReport) {
    tracing::info!(
        records = report.last_seq,
        replayed = report.replayed,
        rebuilt = report.rebuilt,
        cut_bytes = report.cut_bytes,
        took_ms = u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
        "store opened"
    );
    for damage in &report.damages {
        tracing::error!(%damage, "the journal is damaged");
    }
}

fn standing(store: &dyn Store, policy: &Policy) -> Result<Standing, ReadError> {
    let mut standing = Standing::default();
    standing.open.extend(policy.queues.keys().map(|queue| (queue.clone(), 0)));
    for item in store.items(false)? {
        *standing.open.entry(item.queue).or_default() += 1;
    }
    let count = |filter| store.deliveries(filter).map(|found| found.len() as u64);
    let calls = store.calls_due(Timestamp::MAX, usize::MAX)?.len() as u64;
    standing.due = count(DeliveryFilter::Due)? + calls;
    standing.dead = count(DeliveryFilter::Dead)?;
    Ok(standing)
}
