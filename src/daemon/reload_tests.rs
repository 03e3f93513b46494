//! A bad configuration is refused, a good one decides, and what needs a restart is named.

use std::path::PathBuf;

use super::*;
use crate::clock::VirtualClock;
use crate::config::{ImapLogin, PipeSource, Relay, Sending, SmtpRelay, TokenMechanism, TokenSource};
use crate::driver::Request;
use crate::tokens::TokenShelf;
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
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::new("2026-11-23T08:00:00Z".parse().unwrap()));
    Reloader {
        load: Arc::new(load),
        readers: Readers::new("data".into(), handle.clone(), Arc::clone(&clock), TokenShelf::default()),
        handle,
        settings: Arc::new(settings("data")),
        on_settings: Arc::new(|_| {}),
        clock,
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

#[tokio::test]
async fn a_relay_of_which_only_the_password_changed_is_named_and_the_password_is_not() {
    let reloader = reloader(|| {
        let mut next = loaded("r2", "data");
        next.settings.send.relays = vec![Relay::Smtp(SmtpRelay::at("smtp://ana:other@mx.example"))];
        Ok(next)
    });
    let mut before = settings("data");
    before.send.relays = vec![Relay::Smtp(SmtpRelay::at("smtp://ana:first@mx.example"))];
    let reloader = Reloader {
        settings: Arc::new(before),
        ..reloader
    };
    let text = reloader.reload().await.unwrap();
    assert_eq!(text, "reloaded, policy r2; changed and only read at a start: send");
}

#[tokio::test]
async fn sources_that_are_read_come_change_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let turn = std::sync::atomic::AtomicUsize::new(0);
    let reloader = reloader(move || {
        let mut next = loaded("r2", "data");
        let max = match turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 | 1 => Some(10),
            2 => Some(20),
            _ => None,
        };
        next.settings.sources = max.into_iter().map(|max_message_bytes| pipe(&path, max_message_bytes)).collect();
        Ok(next)
    });
    let mut said = Vec::new();
    for _ in 0..4 {
        said.push(reloader.reload().await.unwrap());
    }
    assert_eq!(
        said,
        [
            "reloaded, policy r2\nsource `piped` is read from now on",
            "reloaded, policy r2",
            "reloaded, policy r2\nsource `piped` is read by its new settings",
            "reloaded, policy r2\nsource `piped` is not read any more",
        ]
    );
}

fn pipe(spool: &std::path::Path, max_message_bytes: usize) -> SourceSettings {
    SourceSettings {
        name: "piped".into(),
        kind: SourceKind::Pipe(PipeSource {
            spool: Some(spool.to_owned()),
            max_message_bytes,
        }),
    }
}

#[test]
fn an_account_whose_secret_changed_is_another() {
    let account = |password: &str| ImapLogin::Password(password.into());
    assert_eq!(account("one"), account("one"));
    assert_ne!(account("one"), account("other"));
    let token = |refresh: &str| {
        ImapLogin::Token(TokenSource {
            mechanism: TokenMechanism::Xoauth2,
            url: "https://login.example/token".to_owned(),
            client_id: "batond".to_owned(),
            client_secret: None,
            refresh_token: refresh.into(),
            scope: None,
        })
    };
    assert_eq!(token("one"), token("one"));
    assert_ne!(token("one"), token("other"));
    assert_ne!(token("one"), account("one"));
}
