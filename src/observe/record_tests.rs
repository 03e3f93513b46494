//! What a record prints and counts.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use super::super::counts;
use super::*;
use crate::engine::{Cause, Incoming};
use crate::model::{Party, PersonKey, RawRef, Reader};

/// The words of a stranger: no log line may hold any of them.
const CANARY: &str = "canary-4711";

fn item() -> Item {
    // Read as it is stored, so that a further field with a default needs no change here.
    let item = serde_json::json!({
        "id": "SUP-1", "queue": "support", "title": CANARY, "summary": CANARY, "priority": "normal", "state": "offered", "holder": null,
        "accountable": "ana", "source": "inbox", "rule": { "name": "payment trouble", "place": null }, "policy": "r1",
        "created": "2026-11-23T08:00:00Z", "updated": "2026-11-23T08:00:00Z", "messages": 1,
    });
    serde_json::from_value(item).unwrap()
}

fn sample() -> (Record, Vec<Change>) {
    let item = item();
    let incoming = Incoming {
        author: None,
        by_mail: true,
        source: "inbox".into(),
        at: item.created,
        from: None,
        message_id: None,
        subject: CANARY.into(),
        text: CANARY.into(),
        in_summary: false,
        attachments: vec![],
        files: Vec::new(),
        raw: RawRef {
            sha256: String::new(),
            size_bytes: 0,
        },
        automatic: false,
        oddities: vec![],
        around: None,
    };
    let customer = Reader::Address("canary-4711@home.example".parse().unwrap());
    let notice = crate::model::NoticeId { seq: 1, index: 0 };
    let record = Record {
        seq: 1,
        at: item.created,
        policy: "r1".into(),
        cause: Cause::Message,
        steps: vec![
            Step::Item(
                item.id.clone(),
                vec![
                    ItemEvent::Opened {
                        item: Box::new(item.clone()),
                        message: Box::new(incoming),
                    },
                    ItemEvent::Offered {
                        giver: None,
                        to: Party::Address("canary-4711@home.example".parse().unwrap()),
                        holder: None,
                        why: CANARY.into(),
                        meant: None,
                        way: None,
                    },
                    ItemEvent::Planned {
                        who: "ana".into(),
                        next: vec![CANARY.into()],
                        watch: vec![CANARY.into()],
                    },
                    ItemEvent::Told {
                        notice,
                        to: customer,
                        reason: Reason::Received,
                    },
                    ItemEvent::ClockOverdue {
                        kind: crate::model::ClockKind::Accept,
                        deadline: item.created,
                        late_seconds: 3,
                    },
                    ItemEvent::Noted {
                        by: None,
                        text: CANARY.into(),
                    },
                    ItemEvent::Done {
                        note: Some(CANARY.into()),
                        rule: None,
                    },
                ],
            ),
            Step::Delivery(
                DeliveryId { seq: 1, index: 0 },
                vec![DeliveryEvent::Died {
                    error: "550 <canary-4711@home.example>\n no".into(),
                }],
            ),
        ],
        correlations: vec![],
        seen: vec![],
        raw: None,
        let_go: None,
    };
    (record, vec![Change::Item(std::sync::Arc::new(item))])
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn one_line_an_event_and_nothing_of_a_stranger() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    let (sample, changes) = sample();
    tracing::subscriber::with_default(subscriber, || record(&sample, &changes));
    let said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(!said.contains(CANARY), "{said}");
    assert_eq!(said.lines().count(), 6, "{said}");
    let first = said.lines().next().unwrap();
    for part in [
        "item opened",
        "item=SUP-1",
        "queue=\"support\"",
        "rule=payment trouble",
        "source=inbox",
    ] {
        assert!(first.contains(part), "`{part}` is missing in {first}");
    }
}

#[test]
fn metrics_are_counted_and_promtool_has_nothing_to_say() {
    let recorder = counts::recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        counts::describe();
        counts::standing(&counts::Standing {
            open: [("support".into(), 4)].into(),
            due: 7,
            dead: 0,
        });
        counts::received(&"inbox".into());
        counts::refused(&"inbox".into(), "size");
        counts::commit_took(std::time::Duration::from_millis(3));
        counts::journal_size(4_096);
        counts::reload(true);
        counts::policy(&"r1".into());
        let (sample, changes) = sample();
        record(&sample, &changes);
    });
    let text = handle.render();
    for line in [
        "batond_items_open{queue=\"support\"} 4",
        "batond_items_opened_total{queue=\"support\"} 1",
        "batond_messages_refused_total{source=\"inbox\",reason=\"size\"} 1",
        "batond_outbox_due 6",
        "batond_outbox_dead 1",
        "batond_notices_total{reason=\"received\"} 1",
        "batond_timers_late_seconds_bucket{le=\"5\"} 1",
        "batond_policy_info{revision=\"r1\"} 1",
    ] {
        assert!(text.lines().any(|l| l == line), "`{line}` is missing in\n{text}");
    }
    assert!(!text.contains(CANARY));
    promtool(&text);
}

fn promtool(text: &str) {
    let tool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut tool = match tool {
        Ok(tool) => tool,
        Err(error) => return println!("NOT TESTED: promtool: {error} (Debian: apt-get install prometheus)"),
    };
    tool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = tool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{said}\n{text}");
}

#[test]
fn a_person_is_named_by_key() {
    assert_eq!(without_address(&Party::Person(PersonKey::from("ana"))), "ana");
}
