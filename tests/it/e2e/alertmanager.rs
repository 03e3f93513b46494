//! A real Alertmanager: what fires opens an item, what is resolved closes it.

use std::process::{Command, Stdio};

use serde_json::json;

use super::desk::{BEARER, Desk, free_port, http, said, until};
use super::peers::{Served, peer, run};

const RULES: &str = r#"
queues:
  incidents:
    prefix: INC
    purpose: What monitoring says is broken.
    owner: cat
    assign: ana
    urgent_when: Always.
    handover: What was tried.
    accept_within: 4h
rules:
  - name: alert firing
    when: { source: alertmanager, json.status: firing }
    each: json.alerts
    then:
      queue: incidents
      priority: urgent
      key: "{{ each.labels.alertname }}/{{ each.labels.instance }}"
      title: "{{ each.annotations.summary }}"
      labels: ["{{ each.labels.severity }}"]
  - name: alert resolved
    when: { source: alertmanager, json.status: resolved }
    each: json.alerts
    then: { close: { key: "{{ each.labels.alertname }}/{{ each.labels.instance }}", note: Resolved at the source. } }
unmatched: { queue: incidents }
"#;

/// Alertmanager's own configuration: it posts at once, for each alert by itself.
const ALERTMANAGER: &str = r#"
global: { resolve_timeout: 1m }
route: { receiver: batond, group_by: ["..."], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: batond
    webhook_configs:
      - url: http://127.0.0.1:@WEB@/hooks/alertmanager
        send_resolved: true
        http_config: { authorization: { type: Bearer, credentials: @TOKEN@ } }
"#;

fn alertmanager(program: &std::path::Path, desk: &Desk) -> (Served, u16) {
    let folder = desk.folder.path().join("alertmanager");
    std::fs::create_dir(&folder).unwrap();
    let config = folder.join("alertmanager.yml");
    let text = ALERTMANAGER.replace("@WEB@", &desk.web.to_string()).replace("@TOKEN@", BEARER);
    std::fs::write(&config, text).unwrap();
    let port = free_port();
    let mut command = Command::new(program);
    command.arg("--config.file").arg(&config).arg("--storage.path").arg(&folder);
    command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    // Alone: no cluster, and no waiting for one.
    command.args(["--cluster.listen-address=", "--log.level=error"]);
    let served = Served(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    until("Alertmanager is ready", || {
        http(port, "/-/ready").filter(|answer| answer.starts_with("HTTP/1.1 200"))
    });
    (served, port)
}

#[test]
fn what_fires_opens_and_what_is_resolved_closes() {
    let (Some(program), Some(curl)) = (peer("prometheus-alertmanager"), peer("curl")) else {
        return;
    };
    let mut desk = Desk::start(RULES);
    let (served, port) = alertmanager(&program, &desk);
    let now = jiff::Timestamp::now();
    let started = (now - jiff::SignedDuration::from_secs(60)).to_string();
    let post = |alerts: serde_json::Value| {
        let output = run(Command::new(&curl)
            .args([
                "--silent",
                "--show-error",
                "--fail-with-body",
                "--max-time",
                "30",
                "--json",
                &alerts.to_string(),
            ])
            .arg(format!("http://127.0.0.1:{port}/api/v2/alerts")));
        assert!(output.status.success(), "{}", said(&output));
    };
    let alert = |instance: &str, ends: Option<&str>| {
        let mut alert = json!({
            "labels": { "alertname": "DiskFull", "instance": instance, "severity": "page" },
            "annotations": { "summary": format!("Disk full on {instance}") },
            "startsAt": started,
        });
        if let Some(ends) = ends {
            alert["endsAt"] = ends.into();
        }
        alert
    };

    post(json!([alert("db-1", None), alert("db-2", None)]));
    let items = until("both alerts are items", || Some(desk.items()).filter(|items| items.len() == 2));
    for item in &items {
        let instance = item["key"].as_str().unwrap().strip_prefix("DiskFull/").unwrap();
        assert_eq!(item["title"], format!("Disk full on {instance}"));
        assert_eq!(
            (&item["state"], &item["priority"], &item["labels"]),
            (&"offered".into(), &"urgent".into(), &json!(["page"]))
        );
        assert!(item["rule"]["place"].as_str().unwrap().starts_with("work.yaml:"), "{item}");
    }
    let first = items.iter().find(|item| item["key"] == "DiskFull/db-1").unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.notice(&first, "ana@ops.example", "assigned", 1);

    post(json!([alert("db-1", Some(&now.to_string()))]));
    let closed = desk.reaches(&first, "done");
    assert_eq!(closed["timers"], json!([]), "{closed}");
    assert!(
        closed["history"]
            .as_array()
            .unwrap()
            .iter()
            .any(|entry| entry["words"] == "Resolved at the source."),
        "{closed}"
    );
    desk.notice(&first, "ana@ops.example", "done", 1);
    let open = desk.json(&["list"]);
    assert_eq!(open["items"].as_array().unwrap().len(), 1, "{open}");
    assert_eq!(open["items"][0]["key"], "DiskFull/db-2");
    drop(served);
    desk.stop();
}
