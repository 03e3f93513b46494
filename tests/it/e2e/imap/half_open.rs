//! A connection that breaks without a word: the server, or a firewall between, forgets it, and neither end hears. `make torture` runs it.

use std::time::{Duration, Instant};

use super::super::desk::until;
use super::account::{Account, each_once, subjects, titles};
use super::gate::{Gate, Then};

/// The reader looks every 5 seconds, and a server may take a minute to answer.
const NOTICED_WITHIN: Duration = Duration::from_secs(90);

#[test]
#[ignore = "takes more than a minute; make torture runs it"]
fn a_connection_that_breaks_silently_is_noticed_and_nothing_is_lost() {
    let Some(account) = Account::start() else { return };
    let mut all = subjects(2);
    all.iter().for_each(|subject| account.deliver(subject));
    let gate = Gate::before(account.dovecot.imap);
    let mut desk = account.desk(gate.port, "done_folder: Archive, poll: 5s");
    each_once(&desk, &all);
    gate.watch("IDLE", Then::Stall);
    until("it waits for news", || (gate.seen() > 0).then_some(()));
    // Those that are open now carry nothing for ever; those that come are let through.
    std::thread::sleep(Duration::from_millis(500));
    gate.open();
    let began = Instant::now();
    account.deliver("meanwhile");
    all.push("meanwhile".to_owned());
    while titles(&desk).len() < all.len() {
        assert!(began.elapsed() < NOTICED_WITHIN, "not noticed in time\n{}", desk.log());
        std::thread::sleep(Duration::from_millis(200));
    }
    eprintln!(
        "=== IMAP, a connection that broke silently: noticed after {:.0} s ===",
        began.elapsed().as_secs_f64()
    );
    each_once(&desk, &all);
    assert!(desk.log().contains("no answer within"), "{}", desk.log());
    until("it is moved", || (account.lie_in("Archive") == all.len()).then_some(()));
    desk.stop();
}
