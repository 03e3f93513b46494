//! The metrics: names, help, buckets, and the functions that count. May import model. Labels are bounded: queues, sources, reasons; never addresses or items.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::model::{QueueName, Revision, SourceName};

/// Upper bounds of the buckets for a commit, in seconds.
const COMMIT_BUCKETS: &[f64] = &[
    0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0,
];
/// Upper bounds of the buckets for how late a timer fired, in seconds: past a minute it was downtime.
const LATE_BUCKETS: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 600.0, 3_600.0, 86_400.0];

/// What is rendered at `/metrics`. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Everything counted so far, in the Prometheus text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Folds what histograms have gathered. To be called every few seconds, or memory grows between two scrapes.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Makes this process count. A second call returns the same metrics.
pub fn install() -> Metrics {
    static INSTALLED: OnceLock<Metrics> = OnceLock::new();
    let install = || {
        let recorder = recorder();
        let handle = recorder.handle();
        // Somebody else's recorder can only be there in a test; theirs counts then and ours stays empty.
        if metrics::set_global_recorder(recorder).is_ok() {
            describe();
        }
        Metrics(handle)
    };
    INSTALLED.get_or_init(install).clone()
}

/// A recorder with our buckets.
pub(super) fn recorder() -> PrometheusRecorder {
    let builder = PrometheusBuilder::new();
    let buckets = |builder: PrometheusBuilder, name: &str, bounds: &[f64]| {
        // Fails only for an empty list of bounds, and ours are constants.
        builder
            .set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds)
            .unwrap_or_else(|_| PrometheusBuilder::new())
    };
    let builder = buckets(builder, "batond_commit_seconds", COMMIT_BUCKETS);
    buckets(builder, "batond_timers_late_seconds", LATE_BUCKETS).build_recorder()
}

/// Gives every metric its help text, and those without labels their first value.
pub(super) fn describe() {
    describe_gauge!("batond_build_info", "Always 1; the version is in the label.");
    describe_counter!(
        "batond_messages_received_total",
        "Messages accepted: on stable storage before the sender was told."
    );
    describe_counter!("batond_messages_refused_total", "Messages a door did not take, by its reason.");
    describe_counter!(
        "batond_tls_handshake_failures_total",
        "TLS handshakes that came to nothing, by door."
    );
    describe_gauge!(
        "batond_certificate_expiry_timestamp_seconds",
        "Until when the certificate of a door is good, in seconds since 1970."
    );
    describe_gauge!(
        "batond_certificate_reload_success",
        "Whether the certificate on disk is the one in use: 0 while a bad one lies there."
    );
    describe_gauge!(
        "batond_source_up",
        "1 while a source works, 0 while it cannot listen, connect, log in or read."
    );
    describe_gauge!(
        "batond_source_last_delivery_timestamp_seconds",
        "When the last message of a source was stored, in seconds since 1970."
    );
    describe_counter!(
        "batond_source_failures_total",
        "How often a source could not connect, log in or read."
    );
    describe_counter!(
        "batond_source_aside_total",
        "Messages a source could not take and put aside, so that the rest goes on."
    );
    describe_counter!("batond_items_opened_total", "Items opened.");
    describe_gauge!("batond_items_open", "Items that are not closed.");
    describe_counter!("batond_notices_total", "Notices made, by what they are for.");
    describe_counter!(
        "batond_notices_withdrawn_total",
        "Notices that waited and do not go out because what they asked for is settled, by what they were for."
    );
    describe_counter!(
        "batond_deliveries_total",
        "What became of deliveries: queued, sent, deferred, dead."
    );
    describe_gauge!("batond_outbox_due", "Deliveries that are still to be sent.");
    describe_gauge!("batond_outbox_dead", "Deliveries given up: dead letters.");
    describe_gauge!("batond_canary_up", "1 once a mail of our own came back, 0 while one is missing.");
    describe_gauge!("batond_relay_up", "1 while a relay takes mail, 0 while it does not.");
    describe_histogram!(
        "batond_timers_late_seconds",
        "How long after a deadline it was noticed; more than a little after downtime."
    );
    describe_histogram!("batond_commit_seconds", "How long it took to make a group of records durable.");
    describe_gauge!("batond_journal_bytes", "Bytes of journal and raw messages.");
    describe_gauge!(
        "batond_config_last_reload_success",
        "1 if the configuration now on disk is the one that runs, 0 if it was refused."
    );
    describe_counter!(
        "batond_clock_jumps_total",
        "How often the time of day was set by more than 5 seconds while the daemon ran."
    );
    describe_gauge!("batond_policy_info", "1 for the revision of the policy that decides now.");
    gauge!("batond_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    counter!("batond_clock_jumps_total").absolute(0);
    gauge!("batond_outbox_due").set(0.0);
    gauge!("batond_outbox_dead").set(0.0);
}

/// What stood in the store when the process started; from then on each record moves the gauges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Open items by queue. A queue without any is listed with 0.
    pub open: BTreeMap<QueueName, u64>,
    /// Deliveries to be sent.
    pub due: u64,
    /// Dead letters.
    pub dead: u64,
}

/// Sets the gauges to what stands in the store.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; nobody has 2^53 items")]
pub fn standing(standing: &Standing) {
    for (queue, open) in &standing.open {
        gauge!("batond_items_open", "queue" => queue.to_string()).set(*open as f64);
    }
    gauge!("batond_outbox_due").set(standing.due as f64);
    gauge!("batond_outbox_dead").set(standing.dead as f64);
}

/// A message was accepted.
pub fn received(source: &SourceName) {
    counter!("batond_messages_received_total", "source" => source.to_string()).increment(1);
}

/// A door did not take a message. `reason` is one of its fixed words, such as `size` or `busy`.
pub fn refused(source: &SourceName, reason: &'static str) {
    counter!("batond_messages_refused_total", "source" => source.to_string(), "reason" => reason).increment(1);
}

/// A TLS handshake came to nothing at a door.
pub fn handshake_failed(source: &SourceName) {
    counter!("batond_tls_handshake_failures_total", "source" => source.to_string()).increment(1);
}

/// How the certificate of a door stands: until when it is good, and whether it is the one on disk. `door` is a source or `web`.
#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; its 53 bits hold every second there will be"
)]
pub fn certificate(door: &str, ends: Timestamp, good: bool) {
    gauge!("batond_certificate_expiry_timestamp_seconds", "door" => door.to_owned()).set(ends.as_second() as f64);
    gauge!("batond_certificate_reload_success", "door" => door.to_owned()).set(f64::from(u8::from(good)));
}

/// A group of records was made durable.
pub fn commit_took(took: Duration) {
    histogram!("batond_commit_seconds").record(took.as_secs_f64());
}

/// What the store weighs.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; the 53 bits hold 9 PB exactly")]
pub fn journal_size(bytes: u64) {
    gauge!("batond_journal_bytes").set(bytes as f64);
}

/// How the last reading of the configuration went.
pub fn reload(success: bool) {
    gauge!("batond_config_last_reload_success").set(f64::from(u8::from(success)));
}

/// The time of day was set.
pub fn clock_jumped() {
    counter!("batond_clock_jumps_total").increment(1);
}

/// Which policy decides from now on.
pub fn policy(revision: &Revision) {
    static LAST: Mutex<Option<Revision>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(last) = last.replace(revision.clone()) {
        gauge!("batond_policy_info", "revision" => last.to_string()).set(0.0);
    }
    gauge!("batond_policy_info", "revision" => revision.to_string()).set(1.0);
}
