//! Ten thousand mails at the first start: each is one item, and how far it is can be seen. `make torture` runs it; a short form is in every `make test`.

use std::time::Instant;

use super::super::desk::until;
use super::account::{Account, subjects, titles};

fn first_sync(mails: usize, patience_seconds: u64) {
    let Some(account) = Account::start() else { return };
    let all = subjects(mails);
    all.iter().for_each(|subject| account.deliver(subject));
    let mut desk = account.desk(account.dovecot.imap, "done_folder: Archive");
    let began = Instant::now();
    let mut seen_busy = false;
    loop {
        let sources = desk.json(&["sources"]);
        let helpdesk = sources["sources"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == "helpdesk")
            .unwrap()
            .clone();
        seen_busy |= helpdesk["busy"].as_str().is_some_and(|busy| busy.contains(&format!("of {mails}")));
        if helpdesk["delivered"] == mails && helpdesk["busy"].is_null() {
            break;
        }
        assert!(began.elapsed().as_secs() < patience_seconds, "{helpdesk}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = mails as f64 / seconds;
    eprintln!("=== IMAP, first sync of {mails} mails from Dovecot: {seconds:.1} s, {rate:.0} mails/s ===");
    assert!(seen_busy, "`batond sources` says how far it is");
    assert!(desk.log().contains("reading many mails"));
    until("they are moved", || (account.lie_in("Archive") == mails).then_some(()));
    let titles = titles(&desk);
    assert_eq!(titles.len(), mails);
    assert!(titles.values().all(|count| *count == 1));
    desk.stop();
}

#[test]
fn four_hundred_mails_at_the_first_start() {
    first_sync(400, 60);
}

#[test]
#[ignore = "takes minutes; make torture runs it"]
fn ten_thousand_mails_at_the_first_start() {
    first_sync(10_000, 900);
}
