//! The socket in front of a driver that only knows one item.

use std::os::unix::fs::PermissionsExt;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::clock::{Jump, VirtualClock};
use crate::driver::{Handle, Request};
use crate::engine::{AggregateId, Correlation, Past, Read, Record, Seen, SeenKey};
use crate::model::{Delivery, DeliveryId, Item, ItemId, Notice, PersonKey, PersonState, RawRef};
use crate::reply::{Line, Said, Verb};
use crate::store::{DeliveryFilter, Entry, Newest, Store, StoreError, StoreHealth};
use crate::web::view;

/// A store with SUP-1 and its history. What the socket never asks is empty.
#[derive(Clone, Copy, Default)]
struct OneItem {
    newest: Newest,
}

impl Past for OneItem {
    fn concerning(&self, _: &crate::model::Party, _: usize) -> Read<(Vec<ItemId>, usize)> {
        Ok((Vec::new(), 0))
    }
    fn item(&self, id: &ItemId) -> Read<Option<Item>> {
        Ok(Some(view::tests::item()).filter(|item| item.id == *id))
    }
    fn person(&self, _: &PersonKey) -> Read<Option<PersonState>> {
        Ok(None)
    }
    fn held(&self, _: &PersonKey) -> Read<Vec<Notice>> {
        Ok(vec![])
    }
    fn delivery(&self, _: &DeliveryId) -> Read<Option<Delivery>> {
        Ok(None)
    }
    fn correlated(&self, _: &Correlation) -> Read<Option<ItemId>> {
        Ok(None)
    }
    fn seen(&self, _: &SeenKey) -> Read<Option<Seen>> {
        Ok(None)
    }
    fn last_number(&self, _: &str) -> Read<u64> {
        Ok(1)
    }
    fn correspondent(&self, _: &crate::model::Address) -> Read<Option<crate::model::Correspondent>> {
        Ok(None)
    }
    fn round(&self, _: &crate::model::ItemId) -> Read<Option<crate::model::Round>> {
        Ok(None)
    }
    fn shifts(&self) -> Read<Vec<crate::model::Shift>> {
        Ok(Vec::new())
    }

    fn mute(&self, _: &crate::model::MuteName) -> Read<Option<crate::model::Mute>> {
        Ok(None)
    }
    fn expectation(&self, _: &crate::model::ExpectationName) -> Read<Option<crate::model::Expectation>> {
        Ok(None)
    }
}

impl Store for OneItem {
    fn commit(&mut self, group: Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        Ok(group)
    }
    fn next_seq(&self) -> u64 {
        3
    }
    fn due(&self, _: jiff::Timestamp, _: usize) -> Read<Vec<(jiff::Timestamp, AggregateId)>> {
        Ok(vec![])
    }
    fn next_due(&self) -> Read<Option<jiff::Timestamp>> {
        Ok(None)
    }
    fn items_page(&self, _: bool, after: Option<&ItemId>, _: usize) -> Read<Vec<Item>> {
        Ok(vec![view::tests::item()].into_iter().filter(|_| after.is_none()).collect())
    }

    fn rounds_page(&self, _: bool, _: Option<u64>, _: usize) -> Read<Vec<crate::model::Round>> {
        Ok(Vec::new())
    }
    fn correspondents(&self) -> Read<Vec<crate::model::Correspondent>> {
        Ok(Vec::new())
    }
    fn mutes(&self) -> Read<Vec<crate::model::Mute>> {
        Ok(Vec::new())
    }
    fn expectations(&self) -> Read<Vec<crate::model::Expectation>> {
        Ok(Vec::new())
    }
    fn outbox_due(&self, _: jiff::Timestamp, _: usize) -> Read<Vec<Delivery>> {
        Ok(vec![])
    }
    fn outbox_next(&self) -> Read<Option<jiff::Timestamp>> {
        Ok(None)
    }
    fn calls_due(&self, _: jiff::Timestamp, _: usize) -> Read<Vec<Delivery>> {
        Ok(vec![])
    }
    fn calls_next(&self) -> Read<Option<jiff::Timestamp>> {
        Ok(None)
    }
    fn deliveries_page(&self, _: DeliveryFilter, _: Option<&Delivery>, _: usize) -> Read<Vec<Delivery>> {
        Ok(vec![])
    }
    fn history_newest(&self, _: &ItemId, _: usize) -> Read<Newest> {
        Ok(self.newest)
    }
    fn history_page(&self, _: &ItemId, after: u64, limit: usize) -> Read<Vec<Record>> {
        // As a store with huge records would: no more than one at a time.
        let records = view::tests::records().into_iter().filter(|record| record.seq > after);
        Ok(records.take(limit.min(1)).collect())
    }
    fn dropped_page(&self, _: u64, _: usize) -> Read<Vec<Record>> {
        Ok(Vec::new())
    }
    fn dropped_before(&self, _: jiff::Timestamp) -> Read<u64> {
        Ok(0)
    }
    fn keyed(&self, _: &str, _: usize) -> Read<Vec<Item>> {
        Ok(Vec::new())
    }
    fn raw(&self, _: &RawRef) -> Read<Option<Bytes>> {
        Ok(None)
    }
    fn health(&self) -> StoreHealth {
        StoreHealth {
            seq: 2,
            ..StoreHealth::default()
        }
    }
    fn close(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A bound, served socket; dropping the folder removes it.
struct Served {
    folder: tempfile::TempDir,
    stop: CancellationToken,
    served: tokio::task::JoinHandle<()>,
}

fn served() -> Served {
    served_over(OneItem::default())
}

fn served_over(store: OneItem) -> Served {
    let policy = std::sync::Arc::new(arc_swap::ArcSwap::from_pointee(view::tests::policy()));
    let (handle, mut requests) = Handle::new(policy, 8);
    tokio::spawn(async move {
        while let Some(request) = requests.recv().await {
            match request {
                Request::Read(look) => look(&store),
                Request::Act(_, actor, lines, answer) => drop(answer.send(Ok(vec![format!("{}: {} lines", actor.reader, lines.len())]))),
                _ => panic!("the socket asks for nothing else"),
            }
        }
    });
    let now: jiff::Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let (reloads, mut asked) = tokio::sync::mpsc::channel::<ReloadRequest>(1);
    tokio::spawn(async move {
        while let Some(answer) = asked.recv().await {
            drop(answer.send(Err("batond.yaml:1:1: error[B0101]: no such key".into())));
        }
    });
    let control = Control {
        handle,
        clock: std::sync::Arc::new(VirtualClock::new(now)),
        clock_state: std::sync::Arc::new(arc_swap::ArcSwap::from_pointee(ClockState {
            jumps: 1,
            last_jump: Some(Jump {
                from: now,
                to: now + jiff::SignedDuration::from_hours(1),
                seconds: 3_600,
            }),
        })),
        started: now,
        reloads,
        last_reload: std::sync::Arc::new(arc_swap::ArcSwap::from_pointee(LastReload {
            at: now,
            ok: true,
            text: String::new(),
        })),
        change_keys: std::sync::Arc::new(|_| {
            Err(Trouble {
                kind: ErrorKind::Store,
                text: "there is no shelf here".to_owned(),
            })
        }),
        load: std::sync::Arc::new(|| {
            Err(vec![
                "batond.yaml:1:1: error[B0102]: there is no batond.yaml in this folder".to_owned(),
            ])
        }),
        certificates: std::sync::Arc::new(|| serde_json::json!({})),
        read_words: std::sync::Arc::new(|words, _, _, _| {
            let line = |text: &str| Line {
                text: text.to_owned(),
                said: Said::Verb(Verb::Note(text.to_owned())),
            };
            words.lines().filter(|text| !text.is_empty()).map(line).collect()
        }),
    };
    let folder = tempfile::tempdir().unwrap();
    let listener = bind(&folder.path().join("batond.sock")).unwrap();
    let stop = CancellationToken::new();
    let served = tokio::spawn(serve(listener, control, stop.clone()));
    Served { folder, stop, served }
}

async fn exchange(served: &Served, bytes: &[u8]) -> Value {
    let mut stream = UnixStream::connect(served.folder.path().join("batond.sock")).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    serde_json::from_str(answer.lines().next().expect("an answer")).unwrap()
}

async fn ask(served: &Served, ask: Value) -> Value {
    exchange(served, format!("{ask}\n").as_bytes()).await
}

#[tokio::test]
async fn every_request_has_its_answer() {
    let served = served();
    assert_eq!(
        ask(&served, json!({"op": "list", "all": true})).await["ok"]["items"][0]["id"],
        "SUP-1"
    );
    let shown = ask(&served, json!({"op": "show", "id": "sup-1"})).await;
    assert_eq!(
        (&shown["ok"]["title"], &shown["ok"]["history"][3]["event"]),
        (&json!("Printer on fire"), &json!("acted"))
    );
    let raw = ask(&served, json!({"op": "raw", "id": "SUP-1", "message": 9})).await;
    assert_eq!(raw["error"]["kind"], "not_found", "{raw}");
    let why = ask(&served, json!({"op": "why", "id": "SUP-1"})).await;
    assert_eq!(why["ok"]["deadlines"][0]["promised"], "2 working hours");
    assert_eq!(why["ok"]["next"]["tells"], json!(["ana", "ben"]));
    assert_eq!(ask(&served, json!({"op": "outbox"})).await["ok"]["deliveries"], json!([]));
    assert_eq!(ask(&served, json!({"op": "status"})).await["ok"]["store"]["seq"], 2);
    let reload = ask(&served, json!({"op": "reload"})).await;
    assert_eq!(reload["error"]["kind"], "bad_config");
}

#[tokio::test]
async fn a_long_history_says_what_it_leaves_out() {
    let served = served_over(OneItem {
        newest: Newest { after: 1, earlier: 1 },
    });
    let shown = ask(&served, json!({"op": "show", "id": "SUP-1"})).await;
    let history = shown["ok"]["history"].as_array().unwrap();
    assert_eq!(history[0]["event"], "left_out");
    assert_eq!(history[0]["text"], "1 earlier record is left out; only the newest are shown");
    assert!(
        history[1..].iter().all(|line| line["seq"].as_u64() > Some(1)) && history.len() > 1,
        "{shown}"
    );
}

#[tokio::test]
async fn words_are_the_accountable_persons_unless_named() {
    let served = served();
    let said = |ask: &Value| ask["ok"]["lines"][0].as_str().map(str::to_owned);
    assert_eq!(
        said(&ask(&served, json!({"op": "do", "id": "SUP-1", "words": "a\nb"})).await).unwrap(),
        "cat: 2 lines"
    );
    assert_eq!(
        said(&ask(&served, json!({"op": "do", "id": "SUP-1", "words": "a", "as": "ben"})).await).unwrap(),
        "ben: 1 lines"
    );
    let stranger = ask(&served, json!({"op": "do", "id": "SUP-1", "words": "a", "as": "eve"})).await;
    assert_eq!(stranger["error"]["kind"], "not_found");
    assert_eq!(
        ask(&served, json!({"op": "do", "id": "SUP-1", "words": ""})).await["error"]["kind"],
        "bad_request"
    );
    assert_eq!(
        ask(&served, json!({"op": "why", "id": "SUP-2"})).await["error"]["kind"],
        "not_found"
    );
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let served = served();
    for bytes in [
        &b"\n"[..],
        b"{}\n",
        b"\xff\n",
        b"{\"op\":\"list\",\"al\":true}\n",
        b"[]",
        b"{\"op\":\"shutdown\"}\n",
    ] {
        assert_eq!(
            exchange(&served, bytes).await["error"]["kind"],
            "bad_request",
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
    let mut fits = vec![b' '; MAX_REQUEST_BYTES - 15];
    fits.splice(0..0, *b"{\"op\":\"status\"");
    fits.push(b'}');
    assert_eq!(fits.len(), MAX_REQUEST_BYTES);
    assert!(exchange(&served, &fits).await["ok"].is_object());
    fits.insert(14, b' ');
    let long = exchange(&served, &fits).await;
    assert!(long["error"]["text"].as_str().unwrap().contains("at most 65536 bytes"), "{long}");
}

#[tokio::test]
async fn the_socket_is_its_owners_and_only_one_daemons() {
    let served = served();
    let path = served.folder.path().join("batond.sock");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(matches!(bind(&path), Err(BindError::Running(_))));
    served.stop.cancel();
    served.served.await.unwrap();
    // What a killed daemon leaves behind is replaced.
    assert!(path.exists());
    bind(&path).unwrap();
}
