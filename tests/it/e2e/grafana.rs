//! What Grafana's alerting posts, by curl, in each way it can prove itself, against the pack: what fires opens items, what is resolved closes them.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::desk::{Desk, said};
use super::peers::{peer, run};

const SECRET: &str = "canary-of-grafana";

/// The pack's rules and the queue it suggests; its source is the test's own.
fn pack() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let pack = std::fs::read_to_string(root.join("grafana.yaml")).unwrap();
    let (_, rules) = pack.split_once("\nrules:\n").expect("rules behind the sources");
    let queues = std::fs::read_to_string(root.join("queues/incidents.yaml")).unwrap();
    format!("{queues}\nrules:\n{rules}")
}

fn desk(verify: &str) -> Desk {
    Desk::changed_with(false, &[("E2E_GRAFANA", SECRET)], &|folder, common| {
        std::fs::write(folder.join("pack.yaml"), pack()).unwrap();
        let source = format!("sources:\n  grafana: {{ webhook: {{ {verify}, secret: \"${{env:E2E_GRAFANA}}\" }} }}\n");
        common.replace("sources:\n", &source)
    })
}

/// A notification of two alerts, with the fields that Grafana documents for the webhook of a contact point.
fn notification(first: &str, second: &str) -> Value {
    let alert = |status: &str, name: &str, severity: &str, print: &str| {
        let ends = if status == "firing" {
            "0001-01-01T00:00:00Z"
        } else {
            "2026-11-23T09:05:00Z"
        };
        json!({
            "status": status,
            "labels": { "alertname": name, "grafana_folder": "shop", "severity": severity, "instance": "web-1" },
            "annotations": { "summary": format!("{name} on web-1"), "description": "p95 is above 2 s", "runbook_url": "https://wiki.ops.example/slow" },
            "startsAt": "2026-11-23T09:00:00Z",
            "endsAt": ends,
            "values": { "B": 2.4, "C": 1 },
            "valueString": "[ var='B' labels={} value=2.4 ]",
            "generatorURL": "https://grafana.ops.example/alerting/grafana/abc/view",
            "fingerprint": print,
            "silenceURL": "https://grafana.ops.example/alerting/silence/new",
            "dashboardURL": "https://grafana.ops.example/d/abc",
            "panelURL": "https://grafana.ops.example/d/abc?viewPanel=2",
        })
    };
    let firing = [first, second].iter().filter(|status| **status == "firing").count();
    json!({
        "receiver": "batond",
        "status": if firing > 0 { "firing" } else { "resolved" },
        "alerts": [alert(first, "Latency", "critical", "c0ffee01"), alert(second, "Errors", "warning", "c0ffee02")],
        "groupLabels": { "grafana_folder": "shop" },
        "commonLabels": { "grafana_folder": "shop", "instance": "web-1" },
        "commonAnnotations": {},
        "externalURL": "https://grafana.ops.example/",
        "version": "1",
        "groupKey": "{}/{grafana_folder=\"shop\"}:{}",
        "truncatedAlerts": 0,
        "orgId": 1,
        "title": format!("[FIRING:{firing}] shop"),
        "state": if firing > 0 { "alerting" } else { "ok" },
        "message": "**Firing**",
    })
}

/// The digest in hex, by openssl.
fn digest(openssl: &Path, text: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let output = said(&run(Command::new(openssl)
        .args(["dgst", "-sha256", "-hmac", SECRET, "-hex"])
        .arg(file.path())));
    output.trim().rsplit_once(' ').unwrap().1.to_owned()
}

/// Posts as Grafana does: `arguments` are curl's for the proof of this body.
fn post(curl: &Path, desk: &Desk, arguments: &[String], body: &str) -> u32 {
    let mut command = Command::new(curl);
    command.args([
        "--silent",
        "--show-error",
        "--max-time",
        "30",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
    ]);
    command.args([
        "--user-agent",
        "Grafana",
        "--header",
        "Content-Type: application/json",
        "--data-binary",
        body,
    ]);
    let output = run(command.args(arguments).arg(format!("http://127.0.0.1:{}/hooks/grafana", desk.web)));
    said(&output).trim().parse().unwrap()
}

/// Fires two alerts, sends the same again, and ends one after the other.
fn fires_and_ends(verify: &str, proof: &dyn Fn(&str, i64) -> Vec<String>) {
    let Some(curl) = peer("curl") else { return };
    let mut desk = desk(verify);
    let now = jiff::Timestamp::now().as_second();
    let send = |body: &Value| {
        let body = body.to_string();
        post(&curl, &desk, &proof(&body, now), &body)
    };
    let state = |key: &str| {
        let items = desk.items();
        let found = items
            .iter()
            .find(|item| item["key"] == key)
            .unwrap_or_else(|| panic!("{key}: {items:?}"));
        (
            found["state"].as_str().unwrap().to_owned(),
            found["priority"].as_str().unwrap().to_owned(),
            found["title"].as_str().unwrap().to_owned(),
        )
    };
    let both = notification("firing", "firing");
    assert_eq!(send(&both), 202, "{verify}");
    assert_eq!(send(&both), 200, "{verify}: a repeat");
    assert_eq!(desk.items().len(), 2);
    assert_eq!(
        state("grafana/c0ffee01"),
        ("offered".into(), "urgent".into(), "Latency on web-1".into())
    );
    assert_eq!(
        state("grafana/c0ffee02"),
        ("offered".into(), "normal".into(), "Errors on web-1".into())
    );
    assert_eq!(send(&notification("resolved", "firing")), 202, "{verify}");
    assert_eq!(
        (state("grafana/c0ffee01").0.as_str(), state("grafana/c0ffee02").0.as_str()),
        ("done", "offered")
    );
    assert_eq!(send(&notification("resolved", "resolved")), 202, "{verify}");
    assert_eq!(state("grafana/c0ffee02").0, "done");
    // An alert that fires again after its end is news, though its bytes are those of before: Grafana has no id of its own.
    let again = send(&both);
    assert_eq!(again, if verify.contains("timestamp") { 200 } else { 202 }, "{verify}");

    let other = notification("firing", "resolved").to_string();
    let before = desk.items().len();
    for wrong in [Vec::new(), proof(&both.to_string().replace("Latency", "latency"), now - 3_600)] {
        let status = post(&curl, &desk, &wrong, &other);
        assert!(
            status == 401 || !(wrong.is_empty() || verify.contains("hmac")),
            "{verify}: {status}"
        );
    }
    assert!(desk.items().len() == before || !verify.contains("hmac"));
    desk.stop();
    assert!(!desk.log().contains(SECRET), "{}", desk.log());
}

#[test]
fn grafana_signs_in_with_a_name_and_a_password() {
    fires_and_ends("verify: basic, user: grafana", &|_, _| {
        vec!["--user".to_owned(), format!("grafana:{SECRET}")]
    });
}

#[test]
fn grafana_sends_a_token() {
    fires_and_ends("verify: bearer", &|_, _| {
        vec!["--header".to_owned(), format!("Authorization: Bearer {SECRET}")]
    });
}

#[test]
fn grafana_signs_the_body() {
    let Some(openssl) = peer("openssl") else { return };
    fires_and_ends("verify: hmac, header: X-Grafana-Alerting-Signature", &|body, _| {
        vec![
            "--header".to_owned(),
            format!("X-Grafana-Alerting-Signature: {}", digest(&openssl, body)),
        ]
    });
}

#[test]
fn grafana_signs_its_time_and_the_body() {
    let Some(openssl) = peer("openssl") else { return };
    let verify =
        "verify: hmac, header: X-Grafana-Alerting-Signature, timestamp: X-Grafana-Alerting-Timestamp, signs: \"{timestamp}:{body}\"";
    fires_and_ends(verify, &|body, now| {
        let signed = digest(&openssl, &format!("{now}:{body}"));
        [
            format!("X-Grafana-Alerting-Signature: {signed}"),
            format!("X-Grafana-Alerting-Timestamp: {now}"),
        ]
        .into_iter()
        .flat_map(|header| ["--header".to_owned(), header])
        .collect()
    });
}
