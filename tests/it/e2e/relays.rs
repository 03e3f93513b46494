//! The outbox of a whole daemon: killed between the relay's answer and the record, dead letters that go out again, a Postfix with TLS and sign-in as the relay.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::desk::{Desk, SUPPORT, http, said, until};
use super::wire::a_question;

/// A relay of our own over loopback: takes mails, and does after the dot as it is told.
struct Relay {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
    silent_after_dot: Arc<AtomicBool>,
    refusing: Arc<AtomicUsize>,
}

impl Relay {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Self {
            port: listener.local_addr().unwrap().port(),
            taken: Arc::default(),
            silent_after_dot: Arc::default(),
            refusing: Arc::default(),
        };
        let (taken, silent, refusing) = (
            Arc::clone(&relay.taken),
            Arc::clone(&relay.silent_after_dot),
            Arc::clone(&relay.refusing),
        );
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (taken, silent, refusing) = (Arc::clone(&taken), Arc::clone(&silent), Arc::clone(&refusing));
                // A daemon that is killed cuts its sessions: that is what this is for.
                std::thread::spawn(move || drop(session(stream, &taken, &silent, &refusing)));
            }
        });
        relay
    }

    fn mails(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

fn session(stream: TcpStream, taken: &Mutex<Vec<String>>, silent: &AtomicBool, refusing: &AtomicUsize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    reader.get_mut().write_all(b"220 relay.example\r\n")?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let reply = match line.get(..4).unwrap_or_default().to_uppercase().as_str() {
            "DATA" => {
                reader.get_mut().write_all(b"354 go on\r\n")?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    if reader.read_line(&mut mail)? == 0 {
                        return Ok(());
                    }
                }
                taken.lock().unwrap().push(mail);
                if silent.load(Ordering::SeqCst) {
                    // Until the other end goes.
                    reader.read_line(&mut line)?;
                    return Ok(());
                }
                "250 2.0.0 taken\r\n"
            }
            "RCPT"
                if refusing
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                    .is_ok() =>
            {
                "550 5.7.1 not today\r\n"
            }
            "QUIT" => return reader.get_mut().write_all(b"221 bye\r\n"),
            _ => "250 ok\r\n",
        };
        reader.get_mut().write_all(reply.as_bytes())?;
    }
}

/// What stands in a header.
fn header<'m>(mail: &'m str, name: &str) -> &'m str {
    let lines = mail.lines().take_while(|line| !line.is_empty());
    let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    values.next().unwrap_or_default()
}

/// F2: figures are printed.
#[test]
fn a_kill_between_the_relays_answer_and_the_record_costs_one_repeat() {
    let relay = Relay::start();
    relay.silent_after_dot.store(true, Ordering::SeqCst);
    let mut desk = Desk::sending_to(&format!("smtp://127.0.0.1:{}", relay.port), SUPPORT);
    a_question(desk.smtp);
    until("the relay has the mail", || (relay.mails().len() == 1).then_some(()));
    // The relay has it, and no answer came: nothing of it can be recorded.
    desk.kill();
    relay.silent_after_dot.store(false, Ordering::SeqCst);
    desk.restart();
    until("it is sent", || (desk.metric("batond_outbox_due") == 0.0).then_some(()));
    desk.stop();
    let mails = relay.mails();
    let ids: Vec<&str> = mails.iter().map(|mail| header(mail, "Message-ID")).collect();
    println!("F2: killed after the dot: {} copies of one mail, Message-IDs {ids:?}", mails.len());
    assert_eq!(mails.len(), 2, "one repeat");
    assert_eq!(mails[0], mails[1], "with the same Message-ID, and every other byte the same");
}

#[test]
fn a_dead_letter_is_told_listed_and_goes_out_again_once() {
    let relay = Relay::start();
    relay.refusing.store(1, Ordering::SeqCst);
    let mut desk = Desk::sending_to(&format!("smtp://127.0.0.1:{}", relay.port), SUPPORT);
    a_question(desk.smtp);
    // cat owns the queue and hears that ana did not.
    let told = until("the owner hears", || {
        relay
            .mails()
            .into_iter()
            .find(|mail| header(mail, "X-Batond-Reason") == "delivery failed")
    });
    assert!(
        header(&told, "To").contains("cat@ops.example") && told.contains("5.7.1 not today"),
        "{told}"
    );
    let dead = desk.json(&["outbox", "list", "--dead"]);
    let [dead] = dead["deliveries"].as_array().unwrap().as_slice() else {
        panic!("{dead}")
    };
    let (id, message_id) = (dead["id"].as_str().unwrap(), dead["message_id"].as_str().unwrap());
    assert!(dead["last_error"].as_str().unwrap().contains("5.7.1 not today"), "{dead}");
    let shown = said(&desk.ask(&["outbox", "show", id]));
    assert!(shown.contains(&format!("batond outbox retry {id}")), "{shown}");

    let again = said(&desk.ask(&["outbox", "retry", "--dead"]));
    assert!(again.contains("once more, with the same Message-ID"), "{again}");
    let sent = until("it is sent", || {
        relay
            .mails()
            .into_iter()
            .find(|mail| header(mail, "Message-ID").contains(message_id))
    });
    assert!(header(&sent, "To").contains("ana@ops.example"), "{sent}");
    until("it is recorded", || {
        (desk.json(&["outbox", "show", id])["state"] == "sent").then_some(())
    });
    let again = desk.ask(&["outbox", "retry", id]);
    assert!(said(&again).contains("nothing is sent again"), "{}", said(&again));
    assert_eq!(desk.metric("batond_outbox_dead"), 0.0);
    let unknown = desk.ask(&["outbox", "retry", "d999.0"]);
    assert!(
        !unknown.status.success() && said(&unknown).contains("there is no delivery d999.0"),
        "{}",
        said(&unknown)
    );
    desk.stop();
}

#[test]
fn a_relay_that_is_away_is_told_by_other_ways_and_what_waits_can_be_dropped() {
    let port = super::desk::free_port();
    let mut desk = Desk::sending_to(&format!("smtp://127.0.0.1:{port}"), SUPPORT);
    a_question(desk.smtp);
    let listed = until("the relay is known to be away", || {
        let text = said(&desk.ask(&["outbox", "list"]));
        text.starts_with("Relay 127.0.0.1").then_some(text)
    });
    assert!(listed.contains("does not work since"), "{listed}");
    let ready = http(desk.web, "/readyz").unwrap();
    assert!(ready.contains(&format!("relay 127.0.0.1:{port}: failing since")), "{ready}");
    assert_eq!(desk.metric("batond_relay_up"), 0.0);
    assert!(desk.log().contains("a relay does not work"));
    let id = desk.json(&["outbox", "list"])["deliveries"][0]["id"].as_str().unwrap().to_owned();
    let dropped = said(&desk.ask(&["outbox", "drop", &id, "told by telephone"]));
    assert!(dropped.contains("it is kept as a dead letter"), "{dropped}");
    let one = desk.json(&["outbox", "show", &id]);
    assert_eq!(
        (one["state"].as_str(), one["last_error"].as_str()),
        (Some("dead"), Some("dropped at the command line: told by telephone"))
    );
    assert_eq!((desk.metric("batond_outbox_due"), desk.metric("batond_outbox_dead")), (0.0, 1.0));
    desk.stop();
}

#[test]
fn the_canary_of_a_daemon_goes_round_and_is_no_item() {
    // The desk is its own relay: what leaves comes back by the door for mail.
    let mut desk = Desk::sending("{ relay: \"smtp://127.0.0.1:@SMTP@\", canary: { every: 1m } }", SUPPORT);
    let canary = |desk: &Desk| {
        let expected = desk.json(&["expect"])["expected"].as_array().unwrap().clone();
        expected
            .into_iter()
            .find(|one| one["name"] == "source (canary)")
            .expect("it is expected")
    };
    until("it came back", || (!canary(&desk)["arrived"].is_null()).then_some(()));
    assert_eq!(desk.metric("batond_canary_up"), 1.0);
    assert_eq!(desk.items(), Vec::<serde_json::Value>::new());
    desk.stop();
}
