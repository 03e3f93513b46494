//! Conditions through the whole engine: configuration in, messages in, and the queue they come to. Hours with calendars, counts over their window and
//! over a restart, proof by a trusted receiver.

use std::sync::Arc;

use batond::config::load;
use batond::driver::{Arrival, ArrivalKind, Core, HookParts, Reading};
use batond::engine::project;
use batond::model::Envelope;
use batond::policy::Policy;
use batond::reply::KeyRing;
use batond::store::{EmbeddedStore, MemoryStore, Options, Store};
use bytes::Bytes;
use jiff::Timestamp;
use secrecy::SecretSlice;

const BEFORE: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: state }
sources:
  inbox: { smtp: { listen: "127.0.0.1:2525", for: ["*@ops.example"], trusted_receiver: mx.ops.example } }
  open: { smtp: { listen: "127.0.0.1:2526", for: ["*@ops.example"] } }
  probe: { webhook: { verify: none, allow_from: ["127.0.0.1"] } }
web: { listen: "127.0.0.1:8025" }
send: { relay: "file:outbox" }
calendars:
  berlin: { time_zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" }, holidays: [2026-12-25] }
  lagos: { time_zone: Africa/Lagos, hours: { daily: "06:00-22:00" } }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, calendar: berlin }
queues:
  rest: { prefix: RES, purpose: The rest., owner: ana, urgent_when: Never., handover: Nothing. }
  taken: { prefix: TAK, purpose: What the rule takes., owner: ana, urgent_when: Never., handover: Nothing. }
unmatched: { queue: rest }
rules:
"#;

fn policy(rules: &str) -> Arc<Policy> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("batond.yaml"), format!("{BEFORE}{rules}")).unwrap();
    let loaded = load(folder.path());
    let config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    Arc::new(config.policy)
}

/// One rule that puts what it takes into `taken`.
fn when(conditions: &str) -> Arc<Policy> {
    policy(&format!("  - {{ name: it, when: {conditions}, then: {{ queue: taken }} }}\n"))
}

fn core(store: impl Store + 'static, policy: &Arc<Policy>) -> Core {
    let keys = KeyRing::new(&[SecretSlice::from(vec![7; 32])]).unwrap();
    Core::new(Box::new(store), Arc::clone(policy), keys)
}

fn arrival(source: &str, at: Timestamp, raw: String, kind: ArrivalKind) -> Arrival {
    Arrival {
        source: source.into(),
        received: at,
        raw: Bytes::from(raw),
        kind,
    }
}

fn mail(source: &str, at: &str, headers: &str, text: &str) -> Arrival {
    let envelope = Envelope {
        from: Some("dora@customer.example".to_owned()),
        to: vec!["help@ops.example".to_owned()],
        ..Envelope::default()
    };
    let at: Timestamp = at.parse().unwrap();
    let id = format!("<{}@customer.example>", at.as_second());
    let raw = format!("{headers}From: dora@customer.example\r\nTo: help@ops.example\r\nMessage-ID: {id}\r\n\r\n{text}\r\n");
    arrival(source, at, raw, ArrivalKind::Mail(envelope))
}

fn hook(at: Timestamp, json: &str) -> Arrival {
    let parts = HookParts {
        content_type: Some("application/json".to_owned()),
        delivery_id: Some(at.to_string()),
        ..HookParts::default()
    };
    arrival("probe", at, json.to_owned(), ArrivalKind::Hook(parts))
}

/// The queues a message comes to.
fn came(core: &mut Core, arrival: Arrival) -> Vec<String> {
    let at = arrival.received;
    let reading = Reading::read(arrival, core.policy());
    let receipt = core.receive(&reading, at).unwrap();
    core.commit().unwrap();
    let item = |id| core.store().item(id).unwrap().unwrap().queue.to_string();
    receipt.items.iter().map(item).collect()
}

fn at_home(conditions: &str, arrival: Arrival) -> bool {
    let policy = when(conditions);
    came(&mut core(MemoryStore::new(), &policy), arrival) == ["taken"]
}

#[test]
fn within_and_outside_go_by_the_time_received() {
    for (at, within) in [
        ("2026-11-23T08:00:00Z", true),
        ("2026-11-23T07:59:59Z", false),
        ("2026-11-23T16:00:00Z", false),
        ("2026-11-22T10:00:00Z", false),
        ("2026-12-25T10:00:00Z", false),
        ("2026-07-06T07:30:00Z", true),
    ] {
        assert_eq!(at_home("{ within: berlin }", mail("inbox", at, "", "Hi")), within, "within at {at}");
        assert_eq!(
            at_home("{ outside: berlin }", mail("inbox", at, "", "Hi")),
            !within,
            "outside at {at}"
        );
        assert!(at_home(
            "{ within: [berlin, lagos] }",
            mail("inbox", "2026-12-25T10:00:00Z", "", "Hi")
        ));
    }
    assert!(
        at_home("{ outside: [berlin, lagos] }", mail("inbox", "2026-12-25T10:00:00Z", "", "Hi")),
        "outside one of them"
    );
    assert!(!at_home(
        "{ not: { within: [berlin, lagos] } }",
        mail("inbox", "2026-12-25T10:00:00Z", "", "Hi")
    ));
}

#[test]
fn proof_counts_only_from_a_trusted_receiver_of_the_source() {
    let proof = "Authentication-Results: mx.ops.example;\r\n dkim=pass header.d=customer.example; dmarc=fail\r\n";
    let at = "2026-11-23T08:00:00Z";
    assert!(at_home(
        "{ auth.dkim: pass, auth.dmarc: [fail, none] }",
        mail("inbox", at, proof, "Hi")
    ));
    assert!(
        !at_home("{ auth.dkim: pass }", mail("open", at, proof, "Hi")),
        "that source trusts nobody"
    );
    assert!(at_home("{ auth.dkim: { exists: false } }", mail("open", at, proof, "Hi")));
    let forged = format!("Authentication-Results: mail.evil.example; dkim=fail\r\n{proof}");
    assert!(
        !at_home("{ auth.dkim: pass }", mail("inbox", at, &forged, "Hi")),
        "it is not the topmost"
    );
}

#[test]
fn sizes_attachments_and_expressions_through_the_engine() {
    let at: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
    let big = "x".repeat(3_000);
    assert!(at_home(
        "{ size: { gt: 3 KB, lt: 4 KB } }",
        mail("inbox", "2026-11-23T08:00:00Z", "", &big)
    ));
    let parts = "Content-Type: multipart/mixed; boundary=b\r\n";
    let body = "--b\r\n\r\nSee there.\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"Invoice 7.pdf\"\r\n\r\nx\r\n--b--";
    let attached = || mail("inbox", "2026-11-23T08:00:00Z", parts, body);
    assert!(at_home(
        "{ attachment.name: \"*.PDF\", attachment.type: application/pdf }",
        attached()
    ));
    assert!(at_home("{ expr: \"json.load | float > 0.9\" }", hook(at, r#"{"load": "0.95"}"#)));
    assert!(at_home("{ json.load: { gte: 0.9, default: 1 } }", hook(at, "{}")));
    assert!(!at_home("{ json.load: { gte: 0.9, default: 1 } }", hook(at, r#"{"load": 0.5}"#)));
    assert!(at_home(
        "{ \"json.$.a[?@.s == 'x'].n\": { in: [2, 3] } }",
        hook(at, r#"{"a":[{"s":"x","n":3},{"s":"y","n":4}]}"#)
    ));
}

#[test]
fn a_rule_that_fails_takes_the_message_to_unmatched_and_says_so() {
    let policy = policy(
        "  - { name: broken, when: { expr: \"json.load > 1\" }, then: { queue: taken } }\n  - { name: later, then: { queue: taken } }\n",
    );
    let mut core = core(MemoryStore::new(), &policy);
    let at = "2026-11-23T08:00:00Z".parse().unwrap();
    let reading = Reading::read(hook(at, "{}"), core.policy());
    let failure = reading.verdict.failure.as_ref().expect("the rule fails");
    assert_eq!(failure.rule.name.as_str(), "broken");
    assert!(failure.why.starts_with("`expr` failed: "), "{}", failure.why);
    assert_eq!(came(&mut core, hook(at, "{}")), ["rest"]);
    let item = core.store().items(false).unwrap().remove(0);
    let told = format!("{:?}", core.store().history(&item.id).unwrap());
    assert!(told.contains("broken"), "{told}");
}

const FLOOD: &str = "{ json.name: disk, more_than: { count: 2, in: 10m, per: \"{{ json.host }}\" } }";

fn second(n: i64) -> Timestamp {
    Timestamp::from_second(1_795_420_800 + n).unwrap()
}

fn probe(core: &mut Core, n: i64, host: &str) -> bool {
    came(core, hook(second(n), &format!(r#"{{"name":"disk","host":"{host}","n":{n}}}"#))) == ["taken"]
}

#[test]
fn more_than_holds_over_its_window_and_over_a_restart() {
    let policy = when(FLOOD);
    let folder = tempfile::tempdir().unwrap();
    let open = || EmbeddedStore::open(folder.path(), Options::default(), project).unwrap().0;
    let mut first = core(open(), &policy);
    assert!(!probe(&mut first, 0, "db1"));
    assert!(!probe(&mut first, 300, "db1"));
    assert!(!probe(&mut first, 301, "web1"), "another host is counted apart");
    first.close().unwrap();
    drop(first);
    let mut second = core(open(), &policy);
    assert!(
        probe(&mut second, 599, "db1"),
        "the third within ten minutes, two of them before the restart"
    );
    assert!(
        !probe(&mut second, 900, "db1"),
        "those at 599 and 900 only: the one at 300 is ten minutes old"
    );
    assert!(probe(&mut second, 1_198, "db1"));
    second.close().unwrap();
}

#[test]
fn a_repeat_is_not_counted() {
    let policy = when(FLOOD);
    let mut core = core(MemoryStore::new(), &policy);
    assert!(!probe(&mut core, 0, "db1"));
    for _ in 0..5 {
        probe(&mut core, 0, "db1");
    }
    assert!(!probe(&mut core, 1, "db1"));
    assert!(probe(&mut core, 2, "db1"));
}

/// The ring says what counting everything anew says, in any order of hosts and gaps, several messages to a commit or one.
#[test]
fn counts_are_exact() {
    let policy = when(FLOOD);
    let mut core = core(MemoryStore::new(), &policy);
    let (mut dice, mut now, mut all) = (4_711_u64, 0, Vec::new());
    for n in 0..400 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        now += 1 + i64::try_from(dice >> 40).unwrap() % 400;
        let host = ["db1", "db2", "web1"][usize::try_from(dice >> 33).unwrap() % 3];
        let before = all.iter().filter(|(other, at)| *other == host && now - at < 600).count();
        assert_eq!(probe(&mut core, now, host), before + 1 > 2, "message {n} at {now} of {host}");
        all.push((host, now));
    }
}

#[test]
fn a_group_of_messages_counts_like_one_after_the_other() {
    let policy = when(FLOOD);
    let mut core = core(MemoryStore::new(), &policy);
    let mut items = Vec::new();
    for n in 0..4 {
        let reading = Reading::read(
            hook(second(n), &format!(r#"{{"name":"disk","host":"db1","n":{n}}}"#)),
            core.policy(),
        );
        items.extend(core.receive(&reading, second(n)).unwrap().items);
    }
    core.commit().unwrap();
    let queues: Vec<String> = items
        .iter()
        .map(|id| core.store().item(id).unwrap().unwrap().queue.to_string())
        .collect();
    assert_eq!(queues, ["rest", "rest", "taken", "taken"]);
}

#[test]
fn only_rules_that_count_are_judged_again_where_counts_are() {
    assert!(when(FLOOD).rules.counts());
    assert!(!when("{ within: berlin, expr: \"source == 'x'\" }").rules.counts());
}
