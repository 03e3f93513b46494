//! The server cannot keep its numbers (UIDVALIDITY): what was taken is known by its content.

use super::super::desk::until;
use super::account::{Account, USER, each_once, subjects};

#[test]
fn a_folder_that_is_numbered_anew_is_not_taken_again() {
    let Some(account) = Account::start() else { return };
    let mut all = subjects(6);
    all.iter().for_each(|subject| account.deliver(subject));
    // Without a Message-ID only its content tells it from others.
    account.put(
        "1700000002.bare.here",
        b"From: probe@db1.example\r\nTo: support@ops.example\r\nSubject: bare\r\n\r\nAlive\r\n",
    );
    all.push("bare".to_owned());
    let mut desk = account.desk(account.dovecot.imap, "poll: 5s");
    each_once(&desk, &all);
    desk.stop();

    account.doveadm(&["mailbox", "update", "-u", USER, "--uid-validity", "1234567", "INBOX"]);
    account.deliver("news");
    all.push("news".to_owned());
    desk.restart();
    each_once(&desk, &all);
    assert!(desk.log().contains("numbered this folder anew"), "{}", desk.log());
    // The numbers are known now: nothing is fetched a second time.
    desk.stop();
    desk.restart();
    until("it works", || {
        let sources = desk.json(&["sources"]);
        let helpdesk = sources["sources"].as_array()?.iter().find(|one| one["name"] == "helpdesk")?.clone();
        (helpdesk["state"] == "ok" && helpdesk["delivered"] == 0).then_some(())
    });
    each_once(&desk, &all);
    desk.stop();
}
