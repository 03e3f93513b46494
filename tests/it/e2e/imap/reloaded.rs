//! A reload begins, changes and ends what is read, and loses and doubles nothing on the way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::super::desk::{Desk, SUPPORT, said, until};
use super::super::town::dovecot::PASSWORD;
use super::account::{Account, USER, each_once, mail, subjects};

/// How often everything is exchanged while mail comes in.
const RELOADS: usize = 12;
/// Mails that come by each way between two reloads.
const MAILS: usize = 5;

fn reload(desk: &Desk) -> String {
    let output = desk.ask(&["reload"]);
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

fn configure(desk: &Desk, text: &str) {
    fs::write(desk.folder.path().join("work.yaml"), text).unwrap();
}

fn state(desk: &Desk, name: &str) -> Option<String> {
    let sources = desk.json(&["sources"]);
    let found = sources["sources"].as_array()?.iter().find(|one| one["name"] == name)?.clone();
    Some(found["state"].as_str()?.to_owned())
}

#[test]
fn a_password_that_changed_alone_is_taken_by_a_reload_and_a_source_comes_and_goes() {
    let Some(account) = Account::start() else { return };
    let secret = tempfile::tempdir().unwrap();
    let file = secret.path().join("password");
    let write = |password: &str| {
        fs::write(&file, password).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    };
    write("not the password");
    let with = account
        .work(account.dovecot.imap, "done_folder: Archive")
        .replace(&account.password(), &format!("${{file:{}}}", file.display()));
    let mut desk = Desk::start(&with);
    account.deliver("first");
    until("the password is refused", || (state(&desk, "helpdesk")? == "failing").then_some(()));
    write(PASSWORD);
    let text = reload(&desk);
    assert!(text.contains("source `helpdesk` is read by its new settings"), "{text}");
    assert!(!text.contains("only read at a start") && !text.contains(PASSWORD), "{text}");
    each_once(&desk, &["first".to_owned()]);
    until("it works", || (state(&desk, "helpdesk")? == "ok").then_some(()));
    let text = reload(&desk);
    assert!(!text.contains("source `"), "nothing changed: {text}");

    configure(&desk, SUPPORT);
    let text = reload(&desk);
    assert!(text.contains("source `helpdesk` is not read any more"), "{text}");
    assert_eq!(state(&desk, "helpdesk"), None);
    account.deliver("second");
    std::thread::sleep(std::time::Duration::from_secs(2));
    each_once(&desk, &["first".to_owned()]);
    assert_eq!(account.lie_in("INBOX"), 1, "it is left alone");

    configure(&desk, &with);
    let text = reload(&desk);
    assert!(text.contains("source `helpdesk` is read from now on"), "{text}");
    each_once(&desk, &["first".to_owned(), "second".to_owned()]);
    desk.stop();
}

fn maildir(folder: &Path) {
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
}

/// The mailbox changes its folders and its size, the Maildir its source and its place, all at once and again and again.
fn ways(account: &Account, folders: [&Path; 2], turn: usize) -> String {
    let [one, other] = if turn.is_multiple_of(2) {
        folders
    } else {
        [folders[1], folders[0]]
    };
    let imap = account.work(account.dovecot.imap, &format!("done_folder: Archive, max_size: {} MiB", turn + 1));
    let third = if turn.is_multiple_of(3) { "" } else { "  third: { pipe: {} }\n" };
    format!(
        "{imap}  files: {{ maildir: {{ path: {}, trusted: true }} }}\n  more: {{ maildir: {{ path: {}, trusted: true }} }}\n{third}",
        one.display(),
        other.display()
    )
}

#[test]
fn however_often_everything_is_exchanged_each_mail_is_one_item() {
    let Some(account) = Account::start() else { return };
    let place = tempfile::tempdir().unwrap();
    let folders = [place.path().join("one"), place.path().join("other")];
    folders.iter().for_each(|folder| maildir(folder));
    let folders = [folders[0].as_path(), folders[1].as_path()];
    let mut desk = Desk::start(&ways(&account, folders, 0));
    let all = subjects(RELOADS * MAILS * 2);
    let mut next = all.iter();
    for turn in 1..=RELOADS {
        for subject in next.by_ref().take(MAILS) {
            account.deliver(subject);
        }
        for (number, subject) in next.by_ref().take(MAILS).enumerate() {
            let folder = folders[number % 2];
            fs::write(folder.join("tmp").join(subject), mail(subject)).unwrap();
            fs::rename(folder.join("tmp").join(subject), folder.join("new").join(subject)).unwrap();
        }
        configure(&desk, &ways(&account, folders, turn));
        let text = reload(&desk);
        for source in ["helpdesk", "files", "more"] {
            assert!(text.contains(&format!("source `{source}` is read by its new settings")), "{text}");
        }
    }
    each_once(&desk, &all);
    until("all are put away", || {
        let lie = |part: &str| -> usize { folders.iter().map(|folder| fs::read_dir(folder.join(part)).unwrap().count()).sum() };
        (lie("new") + lie("batond-claimed") == 0 && account.lie_in("INBOX") == 0).then_some(())
    });
    each_once(&desk, &all);
    assert_eq!(account.lie_in("Archive"), RELOADS * MAILS, "{USER}");
    assert!(!desk.log().contains("put aside"), "{}", desk.log());
    desk.stop();
}
