//! Calls that do not go smoothly: certificates that do not fit, calls that are made again or dropped at the command line, and a desk whose relay is away and that tells it by a call.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::desk::{Desk, PATIENCE, free_port, said, until};
use super::peers::{Served, peer};
use super::receivers::{Authority, receiver};
use super::wire::a_question;

/// A desk with these webhooks, which may call this machine.
fn desk(relay: &str, ca: Option<&str>, webhooks: &str, variables: &[(&str, &str)]) -> Desk {
    Desk::changed_with(false, variables, &|folder, common| {
        let authority = ca.map_or_else(String::new, |pem| {
            std::fs::write(folder.join("ca.pem"), pem).unwrap();
            "\n  ca: ca.pem".to_owned()
        });
        let send = format!("send:\n  relay: \"{relay}\"\n  allow_networks: [\"127.0.0.0/8\", \"::1\"]{authority}\n  webhooks:\n{webhooks}");
        let text = common.replace("send: { relay: \"@RELAY@\" }\n", &send);
        assert!(text.contains("allow_networks"));
        text
    })
}

fn calls(desk: &Desk) -> Vec<Value> {
    let listed = desk.json(&["outbox", "list", "--all", "--calls"]);
    listed["deliveries"].as_array().unwrap().clone()
}

/// The call of this webhook, once it is in this state and was tried.
fn call(desk: &Desk, name: &str, state: &str) -> Value {
    until((name, state), || {
        let found = calls(desk).into_iter().find(|call| call["reader"] == name)?;
        (found["state"] == state && found["attempts"] != 0).then_some(found)
    })
}

#[test]
fn a_certificate_that_does_not_fit_is_told_with_its_cause() {
    let (own, strange) = (Authority::new("our own"), Authority::new("somebody else's"));
    let servers = [
        ("good", own.server("localhost", 2090), ""),
        ("wrong-name", own.server("elsewhere.example", 2090), "not valid for name"),
        ("expired", own.server("localhost", 2021), "expired"),
        ("strange", strange.server("localhost", 2090), "add yours under `send.ca`"),
    ];
    let mut webhooks = String::new();
    let mut heard = Vec::new();
    for (name, config, _) in &servers {
        let (port, requests) = receiver(Some(Arc::clone(config)), |_| "204 No Content");
        webhooks.push_str(&format!(
            "    {name}: {{ url: \"https://localhost:{port}/{name}\", events: item.opened }}\n"
        ));
        heard.push(requests);
    }
    let mut desk = desk("file:./out", Some(&own.pem), &webhooks, &[]);
    a_question(desk.smtp);
    let request = heard[0].recv_timeout(PATIENCE).expect("the call that fits");
    assert_eq!((request.path.as_str(), &request.body["type"]), ("/good", &json!("item.opened")));
    call(&desk, "good", "sent");
    for ((name, _, why), requests) in servers.iter().zip(&heard).skip(1) {
        let failed = call(&desk, name, "due");
        let shown = said(&desk.ask(&["outbox", "show", failed["id"].as_str().unwrap()]));
        let cause = shown
            .lines()
            .find(|line| line.starts_with("Last error"))
            .unwrap_or_else(|| panic!("{shown}"));
        println!("{name}: {cause}");
        assert!(cause.contains("certificate") && cause.contains(why), "{shown}");
        assert!(requests.try_recv().is_err(), "{name} was told something");
    }
    desk.stop();
}

#[test]
fn a_call_is_made_again_under_its_id_or_dropped_at_the_command_line() {
    let open = Arc::new(AtomicBool::new(false));
    let (port, heard) = {
        let open = Arc::clone(&open);
        receiver(None, move |_| {
            if open.load(Ordering::SeqCst) {
                "204 No Content"
            } else {
                "410 Gone"
            }
        })
    };
    let nobody = free_port();
    let webhooks = format!(
        "    board: {{ url: \"http://127.0.0.1:{port}/board\", events: item.opened }}\n    away: {{ url: \"http://127.0.0.1:{nobody}/\", events: item.opened }}\n"
    );
    let mut desk = desk("file:./out", None, &webhooks, &[]);
    a_question(desk.smtp);
    let first = heard.recv_timeout(PATIENCE).expect("a call");
    let dead = call(&desk, "board", "dead");
    let id = dead["id"].as_str().unwrap();
    let shown = said(&desk.ask(&["outbox", "show", id]));
    assert!(
        shown.contains("410 Gone") && shown.contains(&format!("batond outbox retry {id}")),
        "{shown}"
    );
    // It is gone still.
    let again = said(&desk.ask(&["outbox", "retry", id]));
    assert!(again.contains("once more, with the same webhook-id"), "{again}");
    assert_eq!(
        heard.recv_timeout(PATIENCE).expect("a call").header("webhook-id"),
        first.header("webhook-id")
    );
    call(&desk, "board", "dead");
    // It is back.
    open.store(true, Ordering::SeqCst);
    assert!(desk.ask(&["outbox", "retry", "--dead"]).status.success());
    let taken = heard.recv_timeout(PATIENCE).expect("a call");
    assert_eq!((taken.header("webhook-id"), &taken.body), (first.header("webhook-id"), &first.body));
    call(&desk, "board", "sent");
    let refused = said(&desk.ask(&["outbox", "retry", id]));
    assert!(refused.contains("taken by its receiver"), "{refused}");
    assert!(
        heard.recv_timeout(Duration::from_millis(300)).is_err(),
        "a call that was taken is made again"
    );

    let waiting = call(&desk, "away", "due");
    assert!(waiting["last_error"].as_str().unwrap().contains("refused"), "{waiting}");
    let id = waiting["id"].as_str().unwrap();
    let dropped = said(&desk.ask(&["outbox", "drop", id, "nobody is there"]));
    println!("{again}{refused}{dropped}");
    let gone = call(&desk, "away", "dead");
    assert_eq!(gone["last_error"], "dropped at the command line: nobody is there", "{dropped}");
    // Neither comes back with a restart.
    desk.stop();
    desk.restart();
    assert_eq!(
        (
            call(&desk, "board", "sent")["id"].clone(),
            call(&desk, "away", "dead")["id"].clone()
        ),
        (dead["id"].clone(), json!(id))
    );
    desk.stop();
}

/// Where libfaketime lies, if it is installed.
fn faketime() -> Option<String> {
    let found = std::fs::read_dir("/usr/lib")
        .ok()?
        .flatten()
        .map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        eprintln!(
            "=== NOT RUN: faketime is not installed (tests/setup.sh installs it); nothing was shown about a relay that is away for long. ==="
        );
    }
    found.map(|path| path.display().to_string())
}

/// A relay is away for eleven minutes, by the clock of the wall: what the subscribed address hears, and when. And once more when the relay is back.
fn a_relay_is_away(and_back: bool) {
    let (Some(library), Some(sink)) = (faketime(), peer("smtp-sink")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("clock");
    let set = |offset: &str| {
        // In one step: it is read at every look at the clock.
        let next = folder.path().join("next");
        std::fs::write(&next, format!("{offset}\n")).unwrap();
        std::fs::rename(&next, &clock).unwrap();
    };
    set("+0");
    let (port, heard) = receiver(None, |_| "204 No Content");
    let relay = free_port();
    let variables = [
        ("LD_PRELOAD", library.as_str()),
        ("DONT_FAKE_MONOTONIC", "1"),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()),
    ];
    let webhooks = format!("    pager: {{ url: \"http://127.0.0.1:{port}/pager\", events: [item.opened, item.done], queues: support }}\n");
    let mut desk = desk(&format!("smtp://127.0.0.1:{relay}"), None, &webhooks, &variables);
    a_question(desk.smtp);
    let began = Instant::now();
    let first = heard.recv_timeout(PATIENCE).expect("a call waits for no relay");
    assert_eq!(
        (&first.body["type"], &first.body["data"]["item"]),
        (&json!("item.opened"), &json!("SUP-1"))
    );
    println!(
        "a call about SUP-1 was made {:?} after its mail, with no relay there",
        began.elapsed()
    );
    until("the relay is known to be away", || {
        said(&desk.ask(&["outbox", "list"])).starts_with("Relay 127.0.0.1").then_some(())
    });

    set("+11m");
    let began = Instant::now();
    let told = heard.recv_timeout(PATIENCE).expect("that no mail goes out");
    let title = format!("No mail goes out by relay 127.0.0.1:{relay}");
    assert_eq!(
        (&told.body["type"], &told.body["data"]["title"]),
        (&json!("item.opened"), &json!(title))
    );
    println!("\"{title}\" was told by a call {:?} after the ten minutes", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(20));
    let item = told.body["data"]["item"].clone();
    assert!(
        said(&desk.ask(&["outbox", "list"])).starts_with("Relay 127.0.0.1"),
        "it is away still"
    );

    if and_back {
        let served = Command::new(sink)
            .args(["-u", "root", "-c", &format!("127.0.0.1:{relay}"), "64"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let served = Served(served.unwrap());
        let over = heard.recv_timeout(2 * PATIENCE).expect("that mail goes out again");
        assert_eq!((&over.body["type"], &over.body["data"]["item"]), (&json!("item.done"), &item));
        println!(
            "{} was closed and told by a call {:?} later",
            item.as_str().unwrap(),
            began.elapsed()
        );
        until("what waited goes out", || (desk.metric("batond_outbox_due") == 0.0).then_some(()));
        drop(served);
    }
    desk.stop();
}

#[test]
fn a_relay_that_is_away_for_long_is_told_by_a_call() {
    a_relay_is_away(false);
}

#[test]
#[ignore = "waits until the relay is asked again: make torture"]
fn a_relay_that_comes_back_is_told_by_a_call() {
    a_relay_is_away(true);
}
