//! What lies there is taken, and what comes while it is read; one bad mail stops nothing.

use super::super::desk::{Desk, said, until};
use super::account::{ASIDE, Account, each_once, mail, subjects};
use super::gate::{Gate, Then};

#[test]
fn what_lies_there_is_taken_and_moved_and_news_come_at_once() {
    let Some(account) = Account::start() else { return };
    let mut all = subjects(5);
    all.iter().for_each(|subject| account.deliver(subject));
    let mut desk = account.desk(
        account.dovecot.imap,
        "done_folder: Archive, failed_folder: Failed, max_size: 100 KiB",
    );
    each_once(&desk, &all);
    until("they are moved", || {
        (account.lie_in("Archive") == 5 && account.lie_in("INBOX") == 0).then_some(())
    });

    // The folder is looked at once a minute; the server tells of news by itself.
    all.push("news".to_owned());
    let began = std::time::Instant::now();
    account.deliver("news");
    each_once(&desk, &all);
    assert!(
        began.elapsed().as_secs() < 20,
        "IDLE tells at once, not after {:?}",
        began.elapsed()
    );

    // Too large for the source: it is put aside, and what comes behind it is taken.
    account.put(
        "1700000001.large.here",
        format!("{}{}", mail("large"), "x".repeat(200 * 1024)).as_bytes(),
    );
    account.deliver("behind");
    all.extend(["behind".to_owned(), ASIDE.to_owned()]);
    each_once(&desk, &all);
    until("it is put aside", || (account.lie_in("Failed") == 1).then_some(()));
    let sources = desk.json(&["sources"]);
    let helpdesk = sources["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "helpdesk")
        .unwrap();
    assert_eq!((&helpdesk["state"], &helpdesk["aside"]), (&"ok".into(), &1.into()), "{helpdesk}");
    assert_eq!(helpdesk["delivered"], 7);

    let item = desk.items().into_iter().find(|item| item["title"] == "mail-0").unwrap();
    assert_eq!(item["requester"], "Dora <dora@customer.example>", "{item}");
    desk.stop();
}

#[test]
fn a_mail_that_ends_every_connection_keeps_no_other_waiting() {
    let Some(account) = Account::start() else { return };
    let all = subjects(4);
    account.deliver("poison");
    // In this order the server numbers them.
    until("it is first", || {
        account.doveadm(&["mailbox", "status", "-u", super::account::USER, "messages", "INBOX"]);
        (account.lie_in("INBOX") == 1).then_some(())
    });
    all.iter().for_each(|subject| account.deliver(subject));
    let gate = Gate::before(account.dovecot.imap);
    gate.watch("number poison", Then::Cut);
    let mut desk = account.desk(gate.port, "done_folder: Archive, failed_folder: Failed");
    let all: Vec<String> = all.into_iter().chain([ASIDE.to_owned()]).collect();
    each_once(&desk, &all);
    until("it is put aside", || (account.lie_in("Failed") == 1).then_some(()));
    assert!(gate.seen() >= 4, "it was tried {} times", gate.seen());
    assert_eq!(account.lie_in("Archive"), 4);
    each_once(&desk, &all);
    desk.stop();
}

#[test]
fn what_stays_aside_is_one_item_over_restarts_and_is_taken_once_it_fits() {
    let Some(account) = Account::start() else { return };
    account.put(
        "1700000001.large.here",
        format!("{}{}", mail("large"), "x".repeat(200 * 1024)).as_bytes(),
    );
    account.deliver("good");
    let all = ["good".to_owned(), ASIDE.to_owned()];
    let mut desk = account.desk(account.dovecot.imap, "max_size: 100 KiB");
    each_once(&desk, &all);
    let item = desk.items().into_iter().find(|item| item["title"] == ASIDE).unwrap();
    assert_eq!(item["queue"], "quarantine", "{item}");
    let shown = said(&desk.ask(&["show", item["id"].as_str().unwrap()]));
    for part in [
        "(UID) of the folder INBOX has",
        "It stays in",
        "`max_size`",
        "Subject: large",
        "first 65536 bytes",
    ] {
        assert!(
            shown.split_whitespace().collect::<Vec<_>>().join(" ").contains(part),
            "{part}: {shown}"
        );
    }
    desk.kill_and_restart();
    let aside = |desk: &Desk| source(desk)["aside"] == 1;
    until("it is met again", || aside(&desk).then_some(()));
    each_once(&desk, &all);

    let larger = account.work(account.dovecot.imap, "max_size: 1 MiB");
    desk.stop();
    std::fs::write(desk.folder.path().join("work.yaml"), larger).unwrap();
    desk.restart();
    each_once(&desk, &[&all[..], &["large".to_owned()]].concat());
    desk.stop();
}

fn source(desk: &Desk) -> serde_json::Value {
    let sources = desk.json(&["sources"]);
    let all = sources["sources"].as_array().unwrap();
    all.iter().find(|one| one["name"] == "helpdesk").unwrap().clone()
}
