//! Mail that other people's servers hand over, by a program or by LMTP, each with the line that the documentation gives: taken while the daemon runs, kept by the server while it does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::desk::{Desk, SUPPORT, free_port, said, until};
use super::imap::account::{each_once, titles};
use super::peers::{peer, run, swaks_sends};
use super::town::dovecot::Dovecot;
use super::town::postfix::Postfix;

/// A daemon with a spool that the group `nogroup` may use, as the documentation says; its configuration can be read by everybody.
struct Shared {
    desk: Desk,
    spool: tempfile::TempDir,
    _own: tempfile::TempDir,
}

impl Shared {
    fn start() -> Option<Self> {
        peer("postfix")?;
        peer("swaks")?;
        if !rustix::process::geteuid().is_root() {
            eprintln!("=== NOT RUN: Postfix starts as root only; nothing was shown with it. ===");
            return None;
        }
        let spool = tempfile::tempdir().unwrap();
        let path = spool.path().to_str().unwrap().to_owned();
        let done = run(Command::new("install").args(["-d", "-g", "nogroup", "-m", "2770", &path]));
        assert!(done.status.success(), "{}", said(&done));
        let own = tempfile::tempdir().unwrap();
        // What is the daemon's alone lies outside of the configuration, which others read.
        let desk = Desk::changed(false, &|_, common| {
            let piped = format!("sources:\n  piped: {{ pipe: {{ spool: {path}, trusted: true }} }}\n");
            let common = common.replacen("sources:\n", &piped, 1);
            let common = common.replace("path: data", &format!("path: {}/data", own.path().display()));
            common.replace("@RELAY@", &format!("file:{}/out", own.path().display()))
        });
        fs::set_permissions(desk.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Some(Self { desk, spool, _own: own })
    }

    fn command(&self) -> String {
        format!(
            "{} --config {} ingest",
            env!("CARGO_BIN_EXE_batond"),
            self.desk.folder.path().display()
        )
    }

    /// What a server brings is an item once, also what it brings while the daemon does not run.
    fn brings(mut self, port: u16, log: impl Fn() -> String) {
        let send = |subject: &str| {
            swaks_sends(
                port,
                "dora@customer.example",
                "support@ops.example",
                &["--header", &format!("Subject: {subject}")],
            )
        };
        send("running");
        until(("an item", log()), || (titles(&self.desk).len() == 1).then_some(()));
        let item = self.desk.items().remove(0);
        assert_eq!((&item["title"], &item["source"]), (&"running".into(), &"piped".into()), "{item}");
        self.desk.stop();
        send("stopped");
        until("the server keeps it", || log().contains("status=deferred").then_some(()));
        assert!(!log().contains("status=bounced"), "{}", log());
        self.desk.restart();
        each_once(&self.desk, &["running".to_owned(), "stopped".to_owned()]);
        assert_eq!(fs::read_dir(self.spool.path().join("new")).unwrap().count(), 0);
        self.desk.stop();
    }
}

fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// As in docs/sources.md; `--wait` only so that the test does not take long.
#[test]
fn postfix_hands_over_by_pipe() {
    let Some(shared) = Shared::start() else { return };
    let (folder, port) = (place(), free_port());
    let master = format!(
        "batond    unix  -       n       n       -       10      pipe\n  flags=Rhu user=nobody:nogroup argv={} --wait 1 -f ${{sender}} -- ${{recipient}}\n",
        shared.command()
    );
    let more = format!(
        "myhostname = mx.ops.example\nsmtpd_milters =\nrelay_domains = ops.example\ntransport_maps = texthash:{}/config/transport\n",
        folder.path().display()
    );
    let tables = [("transport", "ops.example    batond:\n".to_owned()), ("further", master)];
    let postfix = Postfix::start(folder.path(), port, 0, &more, &tables);
    shared.brings(port, || postfix.log());
}

#[test]
fn postfix_hands_over_by_a_line_in_aliases() {
    let Some(shared) = Shared::start() else { return };
    let (folder, port) = (place(), free_port());
    let config = folder.path().join("config");
    let aliases = format!("support: \"|{} --wait 1\"\n", shared.command());
    let more = format!(
        "myhostname = mx.ops.example\nsmtpd_milters =\nmydestination = ops.example\nlocal_transport = aliased\ndefault_privs = nobody\nalias_maps = hash:{}/aliases\n",
        config.display()
    );
    // The service `local` of these tests refuses everything.
    let master = "aliased unix - n n - - local\n".to_owned();
    let tables = [("aliases", aliases), ("further", master)];
    let postfix = Postfix::start(folder.path(), port, 0, &more, &tables);
    let postalias = peer("postalias").expect("comes with postfix");
    let done = run(Command::new(postalias)
        .arg("-c")
        .arg(&config)
        .arg(format!("hash:{}/aliases", config.display())));
    assert!(done.status.success(), "{}", said(&done));
    shared.brings(port, || postfix.log());
}

/// Dovecot's LMTP server passes mail on to ours.
#[test]
fn dovecot_hands_over_by_lmtp() {
    if !Path::new("/usr/lib/dovecot/lmtp").is_file() || peer("swaks").is_none() || !rustix::process::geteuid().is_root() {
        eprintln!(
            "=== NOT RUN: dovecot-lmtpd is not installed (tests/setup.sh installs it), or this is not root; nothing was shown with it. ==="
        );
        return;
    }
    let mut desk = Desk::start(SUPPORT);
    let (folder, port) = (place(), free_port());
    let more = format!(
        "protocols = imap lmtp\nlmtp_proxy = yes\nservice lmtp {{\n  inet_listener lmtp {{\n    address = 127.0.0.1\n    port = {port}\n  }}\n}}\n\
         passdb {{\n  driver = static\n  args = proxy=y host=127.0.0.1 port={lmtp} nopassword=y\n}}\n",
        lmtp = desk.lmtp
    );
    let _dovecot = Dovecot::passing_on(&folder.path().join("dovecot"), &more);
    until("its LMTP server listens", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    let send = |subject: &str, to: &str| {
        let subject = format!("Subject: {subject}");
        let mut command = Command::new(peer("swaks").unwrap());
        command.args(["--protocol", "LMTP", "--server", "127.0.0.1", "--port", &port.to_string()]);
        command.args([
            "--from",
            "dora@customer.example",
            "--to",
            to,
            "--header",
            &subject,
            "--timeout",
            "30",
        ]);
        let output = run(&mut command);
        (output.status.success(), said(&output))
    };
    let (taken, text) = send("by-dovecot", "support@ops.example");
    assert!(taken, "{text}");
    each_once(&desk, &["by-dovecot".to_owned()]);
    let (taken, text) = send("foreign", "anybody@elsewhere.example");
    assert!(!taken && text.contains("550 5.7.1"), "{text}");
    desk.stop();
    let (taken, text) = send("stopped", "support@ops.example");
    assert!(!taken && text.contains("<** 4"), "its sender keeps it: {text}");
    desk.restart();
    let (taken, text) = send("again", "support@ops.example");
    assert!(taken, "{text}");
    each_once(&desk, &["by-dovecot".to_owned(), "again".to_owned()]);
    desk.stop();
}
