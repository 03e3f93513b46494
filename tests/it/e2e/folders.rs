//! Mail in a folder: a Maildir, and what `batond ingest` drops. Each mail is one item, whenever the daemon is killed; whoever gives a mail hears 0 only when it is stored.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::desk::{Desk, SUPPORT, batond, said, until};
use super::imap::account::{ASIDE, each_once, mail, subjects, titles};
use super::peers::peer;

struct Maildir(tempfile::TempDir);

impl Maildir {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["new", "cur", "tmp"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        Self(folder)
    }

    fn deliver(&self, subject: &str) {
        let (tmp, new) = (self.0.path().join("tmp").join(subject), self.0.path().join("new").join(subject));
        fs::write(&tmp, mail(subject)).unwrap();
        fs::rename(tmp, new).unwrap();
    }

    fn lie_in(&self, folder: &str) -> usize {
        fs::read_dir(self.0.path().join(folder)).unwrap().count()
    }

    fn work(&self) -> String {
        let path = self.0.path().display();
        format!("{SUPPORT}sources:\n  files: {{ maildir: {{ path: {path}, trusted: true, max_size: 100 KiB }} }}\n")
    }
}

#[test]
fn a_maildir_is_emptied_and_followed() {
    let maildir = Maildir::new();
    let mut all = subjects(5);
    all.iter().for_each(|subject| maildir.deliver(subject));
    let mut desk = Desk::start(&maildir.work());
    each_once(&desk, &all);
    until("they are put away", || {
        (maildir.lie_in("cur") == 5 && maildir.lie_in("new") == 0).then_some(())
    });
    let began = std::time::Instant::now();
    fs::write(maildir.0.path().join("new/large"), mail("large") + &"x".repeat(200 * 1024)).unwrap();
    maildir.deliver("news");
    all.extend(["news".to_owned(), ASIDE.to_owned()]);
    each_once(&desk, &all);
    assert!(
        began.elapsed().as_secs() < 20,
        "the system tells at once, not after {:?}",
        began.elapsed()
    );
    until("it is put aside", || (maildir.lie_in("batond-failed") == 1).then_some(()));
    let item = desk.items().into_iter().find(|item| item["title"] == "mail-0").unwrap();
    assert_eq!(item["requester"], "Dora <dora@customer.example>");
    desk.stop();
}

#[test]
fn after_a_crash_at_each_step_each_mail_is_one_item() {
    let maildir = Maildir::new();
    let all = subjects(4);
    // As after a crash between claim and commit.
    fs::create_dir(maildir.0.path().join("batond-claimed")).unwrap();
    maildir.deliver(&all[0]);
    fs::rename(
        maildir.0.path().join("new").join(&all[0]),
        maildir.0.path().join("batond-claimed").join(&all[0]),
    )
    .unwrap();
    all.iter().skip(1).for_each(|subject| maildir.deliver(subject));
    let mut desk = Desk::start(&maildir.work());
    each_once(&desk, &all);
    until("they are put away", || (maildir.lie_in("cur") == 4).then_some(()));
    desk.kill();
    // As after a crash between commit and end: the same file lies claimed.
    fs::rename(
        maildir.0.path().join("cur/mail-1:2,"),
        maildir.0.path().join("batond-claimed/mail-1"),
    )
    .unwrap();
    desk.restart();
    until("it is put away again", || (maildir.lie_in("cur") == 4).then_some(()));
    each_once(&desk, &all);
    desk.stop();
}

#[test]
fn killed_again_and_again_each_mail_is_one_item() {
    const MAILS: usize = 150;
    const KILLS: usize = 4;
    let maildir = Maildir::new();
    let all = subjects(MAILS);
    all.iter().for_each(|subject| maildir.deliver(subject));
    let mut desk = Desk::start(&maildir.work());
    for round in 1..=KILLS {
        let so_many = MAILS * round / (KILLS + 2);
        until("some are taken", || (titles(&desk).len() >= so_many).then_some(()));
        desk.kill_and_restart();
    }
    each_once(&desk, &all);
    until("they are put away", || (maildir.lie_in("cur") == MAILS).then_some(()));
    desk.stop();
}

const PIPED: &str = "sources:\n  piped: { pipe: { trusted: true, max_size: 100 KiB } }\n";

fn ingest(config: &Path, mail: &str, arguments: &[&str]) -> Output {
    let mut command = batond(config, &["ingest"]);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // It may end before it has read everything.
    let _ = process.stdin.take().unwrap().write_all(mail.as_bytes());
    process.wait_with_output().unwrap()
}

fn ends(output: &Output, exit: i32, line: &str) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(exit), "{said}");
    assert!(said.starts_with(line), "{said}");
}

#[test]
fn who_gives_a_mail_hears_zero_only_when_it_is_stored() {
    let mut desk = Desk::start(&format!("{SUPPORT}{PIPED}"));
    let config = desk.folder.path().to_owned();
    let to = ["-f", "dora@customer.example", "--", "support@ops.example"];
    ends(&ingest(&config, &mail("piped"), &to), 0, "2.0.0 ");
    assert_eq!(
        titles(&desk),
        [("piped".to_owned(), 1)].into(),
        "it is an item when the exit code is there"
    );
    ends(&ingest(&config, &mail("piped"), &to), 0, "2.0.0 ");
    assert_eq!(titles(&desk), [("piped".to_owned(), 1)].into(), "the same again is a repeat");

    // The envelope is read from the top of the mail where the command line has none.
    ends(&ingest(&config, &mail("bare"), &[]), 0, "2.0.0 ");
    let bare = desk.items().into_iter().find(|item| item["title"] == "bare").unwrap();
    assert_eq!(bare["requester"], "Dora <dora@customer.example>");

    ends(&ingest(&config, &(mail("large") + &"x".repeat(200 * 1024)), &to), 65, "5.3.4 ");
    ends(&ingest(&config, "", &["--no-such-option"]), 75, "4.3.5 ");
    ends(&ingest(&config, "", &["--source", "nobody"]), 75, "4.3.0 ");
    ends(&ingest(Path::new("/nowhere"), &mail("x"), &to), 75, "4.3.0 ");
    let broken = tempfile::tempdir().unwrap();
    fs::write(broken.path().join("batond.yaml"), "desk: [\n").unwrap();
    ends(&ingest(broken.path(), &mail("x"), &to), 75, "4.3.0 ");
    let spool = desk.folder.path().join("data/spool");
    desk.stop();
    ends(
        &ingest(&config, &mail("stopped"), &["--wait", "1", "--", "support@ops.example"]),
        75,
        "4.3.0 ",
    );
    let left: usize = ["new", "tmp", "batond-claimed"]
        .iter()
        .map(|part| fs::read_dir(spool.join(part)).unwrap().count())
        .sum();
    assert_eq!(left, 0, "whoever hears 75 has it alone");

    fs::set_permissions(spool.join("tmp"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_dir(spool.join("tmp")).unwrap();
    ends(&ingest(&config, &mail("nowhere"), &to), 75, "4.3.0 ");
}

#[test]
fn procmail_gives_a_mail_and_keeps_what_is_not_taken() {
    let Some(procmail) = peer("procmail") else { return };
    let mut desk = Desk::start(&format!("{SUPPORT}{PIPED}"));
    let home = tempfile::tempdir().unwrap();
    let rc = home.path().join("rc");
    let program = env!("CARGO_BIN_EXE_batond");
    fs::write(
        &rc,
        format!(
            "DEFAULT={home}/kept\nLOGFILE={home}/log\n:0 w\n| {program} --config {config} ingest --wait 1 -f \"$SENDER\" -- support@ops.example\n",
            home = home.path().display(),
            config = desk.folder.path().display()
        ),
    )
    .unwrap();
    let give = |subject: &str| {
        let mut child = Command::new(&procmail)
            .args(["-f", "dora@customer.example", "-m"])
            .arg(&rc)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(mail(subject).as_bytes()).unwrap();
        child.wait().unwrap()
    };
    let kept: PathBuf = home.path().join("kept");
    assert!(give("by-procmail").success());
    assert_eq!(titles(&desk), [("by-procmail".to_owned(), 1)].into());
    assert!(!kept.exists());
    desk.stop();
    give("not-taken");
    assert!(fs::read_to_string(kept).unwrap().contains("not-taken"), "procmail has it still");
}
