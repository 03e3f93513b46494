//! A bad configuration is refused, a good one decides, and what needs a restart is named.

use std::path::PathBuf;

use super::*;
use crate::clock::VirtualClock;
use crate::config::{Relay, Sending};
use crate::driver::Request;
use crate::web::view::tests as made_up;

fn settings(store: &str) -> Settings {
    Settings {
        store: PathBuf::from(store),
        sources: vec![],
        send: Sending {
            relays: vec![Relay::File("out".into())],
            per_minute: None,
            dkim: Vec::new(),
        },
        webhooks: crate::config::Webhooks::default(),
        web: None,
    }
}

/// A reloader over a driver that takes every policy, and what it reads next.
fn reloader(load: impl Fn() -> Result<Loaded, Vec<String>> + Send + Sync + 'static) -> Reloader {
    let current = Arc::new(ArcSwap::from_pointee(made_up::policy()));
    let (handle, mut requests) = Handle::new(current, 4);
    let store = crate::store::MemoryStore::new();
    tokio::spawn(async move {
        while let Some(request) = requests.recv().await {
            match request {
                Request::Reload(_, answer) => answer.send(Ok(())).unwrap(),
                Request::Read(look) => look(&store),
                _ => {}
            }
        }
    });
    let at = "2026-11-23T08:00:00Z".parse().unwrap();
    Reloader {
        load: Arc::new(load),
        handle,
        settings: Arc::new(settings("data")),
        on_settings: Arc::new(|_| {}),
        clock: Arc::new(VirtualClock::new(at)),
        last: Arc::new(ArcSwap::from_pointee(LastReload {
            at,
            ok: true,
            text: String::new(),
        })),
    }
}

fn loaded(revision: &str, store: &str) -> Loaded {
    let mut policy = made_up::policy();
    policy.revision = revision.into();
    Loaded {
        policy,
        settings: settings(store),
        warnings: vec![],
    }
}

#[tokio::test]
async fn a_good_one_decides_from_now_on() {
    let reloader = reloader(|| Ok(loaded("r2", "data")));
    assert_eq!(reloader.reload().await, Ok("reloaded, policy r2".into()));
    assert_eq!(reloader.handle.policy().revision, "r2".into());
    assert!(reloader.last.load().ok);
}

#[tokio::test]
async fn a_bad_one_is_refused_and_the_old_one_runs_on() {
    let reloader = reloader(|| Err(vec!["batond.yaml:3:1: error[B0101]: unknown key `quues`".into()]));
    let text = reloader.reload().await.unwrap_err();
    assert!(
        text.contains("the old configuration runs on") && text.contains("batond.yaml:3:1"),
        "{text}"
    );
    assert_eq!(reloader.handle.policy().revision, "r1".into());
    assert!(!reloader.last.load().ok);
}

#[tokio::test]
async fn a_loader_that_panics_is_a_bad_one() {
    let reloader = reloader(|| panic!("a fault"));
    assert!(reloader.reload().await.is_err());
    assert_eq!(reloader.handle.policy().revision, "r1".into());
}

#[tokio::test]
async fn what_needs_a_restart_is_named() {
    let reloader = reloader(|| Ok(loaded("r2", "elsewhere")));
    let text = reloader.reload().await.unwrap();
    assert_eq!(text, "reloaded, policy r2; changed and only read at a start: store");
}
