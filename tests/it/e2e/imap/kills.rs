//! Killed between fetch, commit and move: each mail is one item.

use super::super::desk::until;
use super::account::{Account, each_once, subjects};
use super::gate::{Gate, Then};

/// Where it is killed: before a mail is asked for, in the middle of it, and when it is on stable storage and not moved.
const POINTS: [&str; 3] = ["BODY.PEEK[]", "number mail-3", "UID MOVE"];

#[test]
fn killed_at_each_point_nothing_is_lost_and_nothing_doubled() {
    let Some(account) = Account::start() else { return };
    let all = subjects(8);
    all.iter().for_each(|subject| account.deliver(subject));
    let gate = Gate::before(account.dovecot.imap);
    let mut desk = None;
    for (round, point) in POINTS.iter().enumerate() {
        gate.watch(point, Then::Stall);
        let desk = desk.get_or_insert_with(|| account.desk(gate.port, "done_folder: Archive"));
        if round > 0 {
            desk.restart();
        }
        until(point, || (gate.seen() > round).then_some(()));
        desk.kill();
        assert_eq!(account.lie_in("Archive"), 0, "{point}");
    }
    gate.open();
    let mut desk = desk.unwrap();
    desk.restart();
    each_once(&desk, &all);
    until("they are moved", || (account.lie_in("Archive") == all.len()).then_some(()));
    assert_eq!(account.lie_in("INBOX"), 0);
    each_once(&desk, &all);
    desk.stop();
}

#[test]
fn where_nothing_is_moved_a_restart_takes_nothing_again() {
    let Some(account) = Account::start() else { return };
    let mut all = subjects(6);
    all.iter().for_each(|subject| account.deliver(subject));
    let mut desk = account.desk(account.dovecot.imap, "poll: 5s");
    each_once(&desk, &all);
    desk.kill_and_restart();
    account.deliver("news");
    all.push("news".to_owned());
    each_once(&desk, &all);
    let sources = desk.json(&["sources"]);
    let helpdesk = sources["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "helpdesk")
        .unwrap();
    assert_eq!(helpdesk["delivered"], 1, "only what is new is fetched: {helpdesk}");
    assert_eq!(account.lie_in("INBOX"), all.len());
    desk.stop();
}
