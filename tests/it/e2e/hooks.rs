//! Webhooks by curl: signed as GitHub signs, with a token, again, and wrongly.

use std::process::{Command, Output};

use super::desk::{BEARER, Desk, GITHUB_SECRET, said};
use super::peers::{peer, run};

const RULES: &str = r#"
queues:
  releases:
    prefix: REL
    purpose: What the code host says.
    owner: ana
    urgent_when: A release is broken.
    handover: What was tried.
    accept_within: 4h
rules:
  - name: issue opened
    when: { source: github, header.x-github-event: issues, json.action: opened }
    then: { queue: releases, title: "{{ json.issue.title }}", key: "issue-{{ json.issue.number }}", labels: [github] }
  - name: alert
    when: { source: alertmanager }
    then: { queue: releases, title: "{{ json.title }}" }
unmatched: { queue: releases }
"#;

/// Posts a body; the status and the answer's body.
fn post(curl: &std::path::Path, desk: &Desk, hook: &str, headers: &[String], body: &str) -> (u32, String) {
    let mut command = Command::new(curl);
    command.args([
        "--silent",
        "--show-error",
        "--max-time",
        "30",
        "--write-out",
        "\n%{http_code}",
        "--json",
        body,
    ]);
    for header in headers {
        command.args(["--header", header]);
    }
    let output: Output = run(command.arg(format!("http://127.0.0.1:{}/hooks/{hook}", desk.web)));
    assert!(output.status.success(), "{}", said(&output));
    let text = said(&output);
    let (answer, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), answer.trim().to_owned())
}

/// The digest GitHub would send, by openssl.
fn signature(openssl: &std::path::Path, secret: &str, body: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), body).unwrap();
    let output = run(Command::new(openssl)
        .args(["dgst", "-sha256", "-hmac", secret, "-hex"])
        .arg(file.path()));
    let text = said(&output);
    let (_, hex) = text.trim().rsplit_once(' ').unwrap_or_else(|| panic!("{text}"));
    format!("X-Hub-Signature-256: sha256={hex}")
}

#[test]
fn github_signs_repeats_and_is_forged() {
    let (Some(curl), Some(openssl)) = (peer("curl"), peer("openssl")) else {
        return;
    };
    let mut desk = Desk::start(RULES);
    let body = r#"{"action":"opened","issue":{"number":7,"title":"It is broken — völlig"}}"#;
    let delivery = |id: &str| ["X-GitHub-Event: issues".to_owned(), format!("X-GitHub-Delivery: {id}")];
    let signed = |body: &str, id: &str| [&delivery(id)[..], &[signature(&openssl, GITHUB_SECRET, body)]].concat();
    let send = |headers: &[String], body: &str| post(&curl, &desk, "github", headers, body);

    assert_eq!(
        send(&signed(body, "d-1"), body),
        (202, r#"{"items":["REL-1"],"repeat":false}"#.into())
    );
    assert_eq!(
        send(&signed(body, "d-1"), body),
        (200, r#"{"items":["REL-1"],"repeat":true}"#.into())
    );
    // The same issue by another delivery joins it.
    let edited = body.replace("broken", "still broken");
    assert_eq!(
        send(&signed(&edited, "d-2"), &edited),
        (202, r#"{"items":["REL-1"],"repeat":false}"#.into())
    );

    let unsigned = send(&delivery("d-3"), body);
    let forged = send(
        &[&delivery("d-4")[..], &[signature(&openssl, "another secret", body)]].concat(),
        body,
    );
    let altered = send(&signed(body, "d-5"), &body.replace('7', "8"));
    for (status, answer) in [unsigned, forged, altered] {
        assert!(status == 401 && answer.contains("\"status\":401"), "{status} {answer}");
    }
    let (status, answer) = post(&curl, &desk, "nowhere", &signed(body, "d-6"), body);
    assert!(status == 404 && answer.contains("\"detail\""), "{status} {answer}");

    assert_eq!(desk.metric("batond_messages_received_total"), 3.0);
    assert_eq!(desk.metric("batond_messages_refused_total"), 3.0);

    let items = desk.items();
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(
        (&items[0]["title"], &items[0]["messages"], &items[0]["repeats"]),
        (&"It is broken — völlig".into(), &2.into(), &1.into())
    );
    assert_eq!(desk.ask(&["show", "REL-1", "--raw"]).stdout, body.as_bytes());
    assert_eq!(desk.ask(&["show", "REL-1", "--raw=2"]).stdout, edited.as_bytes());
    assert_eq!(desk.ask(&["show", "REL-1", "--raw=3"]).status.code(), Some(3));
    desk.stop();
    assert!(!desk.log().contains(GITHUB_SECRET), "{}", desk.log());
}

#[test]
fn a_token_is_right_or_refused() {
    let Some(curl) = peer("curl") else { return };
    let mut desk = Desk::start(RULES);
    let body = r#"{"title":"Disk full"}"#;
    let send = |header: &str| post(&curl, &desk, "alertmanager", &[header.to_owned()], body);
    let right = format!("Authorization: Bearer {BEARER}");
    assert_eq!(send(&right), (202, r#"{"items":["REL-1"],"repeat":false}"#.into()));
    assert_eq!(send(&right), (200, r#"{"items":["REL-1"],"repeat":true}"#.into()));
    for wrong in [
        "X-None: 1",
        "Authorization: Bearer a-token",
        &format!("Authorization: Basic {BEARER}"),
        &format!("{right}x"),
    ] {
        assert_eq!(send(wrong).0, 401, "{wrong}");
    }
    let broken = post(&curl, &desk, "alertmanager", std::slice::from_ref(&right), "{\"title\":");
    assert!(broken.0 == 400 && broken.1.contains("JSON"), "{broken:?}");
    assert_eq!(desk.items().len(), 1);
    desk.stop();
    assert!(!desk.log().contains(BEARER), "{}", desk.log());
}
