//! Calls of web addresses by the daemon: signed so that the reference library of another language verifies them, given up and told, never to where they may not go.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::desk::{Desk, said, until};
use super::peers::{peer, run, swaks_sends};

/// Two secrets live at once; a canary that must be in no log, list or mail.
const NEW: &str = "whsec_bmV3LWNhbmFyeS1uZXctY2FuYXJ5LW5ldy1jYW5hcnk=";
const OLD: &str = "whsec_b2xkLWNhbmFyeS1vbGQtY2FuYXJ5LW9sZC1jYW5hcnk=";
const TOKEN: &str = "canary-in-the-address";

const VERIFY: &str = "
import sys, json
from standardwebhooks.webhooks import Webhook
request = json.load(open(sys.argv[1]))
for secret in sys.argv[2:]:
    Webhook(secret).verify(request['body'].encode(), request['headers'])
try:
    Webhook(sys.argv[2]).verify(request['body'].encode() + b' ', request['headers'])
except Exception:
    print('verified')
";

/// Takes requests, answers each with a status by its path, and hands them on.
fn receiver() -> (u16, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let (mut input, mut piece) = (Vec::new(), [0; 4096]);
            let request = loop {
                let text = String::from_utf8_lossy(&input).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head
                        .lines()
                        .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
                    if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                        break (head.to_owned(), body.to_owned());
                    }
                }
                match stream.read(&mut piece) {
                    Ok(read) if read > 0 => input.extend_from_slice(&piece[..read]),
                    _ => break (text, String::new()),
                }
            };
            let (head, body) = request;
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let headers: Value = head
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .collect::<serde_json::Map<_, _>>()
                .into();
            let status = if path.starts_with("/gone") { "410 Gone" } else { "204 No Content" };
            // A sender that went away is seen by the test that misses its request.
            let _ = write!(stream, "HTTP/1.1 {status}\r\n\r\n");
            if tell.send((path, json!({ "headers": headers, "body": body }))).is_err() {
                return;
            }
        }
    });
    (port, heard)
}

fn secret(folder: &Path, name: &str, text: &str) {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(folder.join(name))
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn desk(port: u16, networks: &str) -> Desk {
    Desk::changed(false, &|folder, common| {
        secret(folder, "new", NEW);
        secret(folder, "old", OLD);
        secret(folder, "chat", &format!("http://127.0.0.1:{port}/chat/{TOKEN}"));
        let send = format!(
            r#"send:
  relay: "file:./out"
{networks}
  webhooks:
    ci: {{ url: "http://127.0.0.1:{port}/ci", secret: ["${{file:new}}", "${{file:old}}"] }}
    board: {{ url: "http://localhost:{port}/board", secret: "${{file:new}}", events: [item.opened, item.done], queues: support }}
    chat: {{ url: "${{file:chat}}", events: item.done }}
    ended: {{ url: "http://127.0.0.1:{port}/gone", events: item.accepted }}
rules:
  - name: orders
    when: {{ to: "orders@*" }}
    then: {{ queue: support, call: {{ url: ci, event: order.new, body: {{ what: "{{{{ subject }}}}", urgent: true }} }} }}
"#
        );
        let text = common.replace(r#"send: { relay: "@RELAY@" }"#, &send);
        assert!(text.contains("webhooks"));
        text
    })
}

fn next(heard: &Receiver<(String, Value)>) -> (String, Value) {
    heard.recv_timeout(super::desk::PATIENCE).expect("a call")
}

fn calls(desk: &Desk) -> Vec<Value> {
    let listed = desk.json(&["outbox", "list", "--all", "--calls"]);
    listed["deliveries"].as_array().unwrap().clone()
}

#[test]
fn calls_go_out_signed_and_what_was_given_up_is_told() {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let own = Some(target.join("validator/bin/python3")).filter(|python| python.is_file());
    let Some(python) = own.or_else(|| peer("python3")) else { return };
    let there = run(Command::new(&python).args(["-c", "import standardwebhooks"])).status.success();
    if !there {
        eprintln!("=== NOT RUN: python3 has no standardwebhooks (tests/setup.sh installs it); no signature was verified with it. ===");
    }
    let (port, heard) = receiver();
    let mut desk = desk(port, "  allow_networks: [\"127.0.0.0/8\", \"::1\"]");
    if swaks_sends(
        desk.smtp,
        "kim@customer.example",
        "orders@ops.example",
        &["--header", "Subject: Two chairs"],
    )
    .is_none()
    {
        return;
    }
    let mut first = [next(&heard), next(&heard)];
    first.sort_by(|one, other| one.0.cmp(&other.0));
    let [(board, opened), (ci, order)] = first;
    assert_eq!((board.as_str(), ci.as_str()), ("/board", "/ci"));
    let body: Value = serde_json::from_str(order["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, json!({ "what": "Two chairs", "urgent": true }));
    let body: Value = serde_json::from_str(opened["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["type"], &body["data"]["queue"]), (&json!("item.opened"), &json!("support")));
    let item = body["data"]["item"].as_str().unwrap().to_owned();
    for (request, secrets) in [(&order, &[NEW, OLD][..]), (&opened, &[NEW])] {
        let file = desk.folder.path().join("request.json");
        std::fs::write(&file, request.to_string()).unwrap();
        if there {
            let output = run(Command::new(&python).args(["-c", VERIFY]).arg(&file).args(secrets));
            assert_eq!(said(&output).trim(), "verified", "{request}");
        }
    }
    // Somebody takes it, and the address that wants no more of them says so.
    assert!(desk.ask(&["do", "--as", "ana", &item, "accept"]).status.success());
    assert_eq!(next(&heard).0, "/gone");
    let dead = until("the call is given up", || {
        calls(&desk).into_iter().find(|call| call["state"] == "dead")
    });
    assert_eq!(
        (&dead["kind"], &dead["reader"], &dead["items"]),
        (&json!("call"), &json!("ended"), &json!([item]))
    );
    assert!(dead["last_error"].as_str().unwrap().contains("410"), "{dead}");
    let history = said(&desk.ask(&["show", &item]));
    assert!(history.contains("gives up the call") && history.contains("410"), "{history}");
    // Done: the board hears, and the chat whose address is a secret.
    assert!(desk.ask(&["do", "--as", "ana", &item, "done"]).status.success());
    let mut last = [next(&heard).0, next(&heard).0];
    last.sort();
    assert_eq!(last, ["/board".to_owned(), format!("/chat/{TOKEN}")]);
    until("all are recorded", || {
        let states: Vec<_> = calls(&desk).iter().map(|call| call["state"].clone()).collect();
        (states.len() == 5 && !states.contains(&json!("due"))).then_some(())
    });
    let shown = said(&desk.ask(&["outbox", "list", "--all"]))
        + &said(&desk.ask(&["show", &item]))
        + &desk.json(&["outbox", "list", "--all"]).to_string();
    desk.stop();
    let mails: String = std::fs::read_dir(desk.out())
        .into_iter()
        .flatten()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    for (where_, text) in [("log", desk.log()), ("lists", shown), ("mails", mails)] {
        for canary in [NEW, OLD, TOKEN, &NEW[6..], &OLD[6..]] {
            assert!(!text.contains(canary), "{canary} stands in the {where_}");
        }
    }
}

#[test]
fn without_a_named_network_nothing_near_is_called() {
    let (port, heard) = receiver();
    let desk = desk(port, "");
    if swaks_sends(desk.smtp, "kim@customer.example", "orders@ops.example", &[]).is_none() {
        return;
    }
    let dead = until("both calls are given up", || {
        let dead: Vec<Value> = calls(&desk).into_iter().filter(|call| call["state"] == "dead").collect();
        (dead.len() == 2).then_some(dead)
    });
    for call in dead {
        let why = call["last_error"].as_str().unwrap();
        assert!(why.contains("send.allow_networks"), "{why}");
    }
    assert!(heard.try_recv().is_err(), "somebody was called");
}
