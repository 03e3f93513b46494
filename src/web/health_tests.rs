//! Ready needs bound sources and a driver that answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;

use super::{DriverReady, Ready};
use crate::clock::SystemClock;
use crate::driver::Handle;
use crate::policy::{Desk, Policy};
use crate::web::WebLimits;

fn policy() -> Policy {
    Policy {
        revision: "r1".into(),
        desk: Desk {
            address: "desk@ops.example".parse().unwrap(),
            name: "Ops desk".to_owned(),
            budget: crate::policy::Budget::default(),
            digest: Default::default(),
            coverage: true,
        },
        calendars: BTreeMap::new(),
        people: BTreeMap::new(),
        teams: BTreeMap::new(),
        rotations: BTreeMap::new(),
        queues: BTreeMap::new(),
        ladders: BTreeMap::new(),
        trust: std::collections::BTreeMap::new(),
        swaps: Vec::new(),
        rules: Default::default(),
        expected: Default::default(),
        webhooks: Default::default(),
        silences: Default::default(),
        mutes: Default::default(),
        rounds: Default::default(),
        unmatched: "triage".into(),
        quarantine: "quarantine".into(),
    }
}

#[tokio::test(start_paused = true)]
async fn each_thing_missing_is_said() {
    let (handle, requests) = Handle::new(Arc::new(ArcSwap::from_pointee(policy())), 4);
    let bound = Arc::new(AtomicBool::new(false));
    let ready = DriverReady::new(handle, Arc::clone(&bound), Arc::new(SystemClock), WebLimits::default());
    assert_eq!(ready.ready().await.unwrap_err(), "Not every source is listening.");
    bound.store(true, Ordering::Release);
    assert_eq!(ready.ready().await.unwrap_err(), "The store does not answer in time.");
    drop(requests);
    assert!(
        ready
            .ready()
            .await
            .unwrap_err()
            .starts_with("The store does not answer: the service is stopping")
    );
}
