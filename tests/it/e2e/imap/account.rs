//! A Dovecot with one account, and a daemon that reads it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::Command;

use super::super::desk::{Desk, SUPPORT, until};
use super::super::peers::{peer, run};
use super::super::town::dovecot::{Dovecot, PASSWORD, UID};

/// The account.
pub const USER: &str = "help@ops.example";

/// The title of what says that a mail was put aside.
pub const ASIDE: &str = "A mail that was put aside";

/// The server and its account.
pub struct Account {
    pub dovecot: Dovecot,
    folder: tempfile::TempDir,
}

impl Account {
    /// `None`, said loudly, where there is no Dovecot or it cannot be started.
    pub fn start() -> Option<Self> {
        Self::with("")
    }

    /// The same with further lines of the server's configuration.
    pub fn with(more: &str) -> Option<Self> {
        peer("doveadm")?;
        if !rustix::process::geteuid().is_root() {
            eprintln!("=== NOT RUN: Dovecot starts as root only; nothing was shown with a real mailbox. ===");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let dovecot = Dovecot::with(&folder.path().join("dovecot"), more);
        let account = Self { dovecot, folder };
        for part in ["", "new", "cur", "tmp"] {
            let path = account.maildir().join(part);
            fs::create_dir_all(&path).unwrap();
        }
        for path in [account.maildir().parent().unwrap().to_owned(), account.maildir()] {
            chown(&path, Some(UID), Some(UID)).unwrap();
        }
        for part in ["new", "cur", "tmp"] {
            chown(account.maildir().join(part), Some(UID), Some(UID)).unwrap();
        }
        Some(account)
    }

    fn maildir(&self) -> PathBuf {
        self.dovecot.mail.join("ops.example/help")
    }

    /// Puts a mail into INBOX, as a delivery agent does.
    pub fn put(&self, name: &str, raw: &[u8]) {
        let (tmp, new) = (self.maildir().join("tmp").join(name), self.maildir().join("new").join(name));
        fs::write(&tmp, raw).unwrap();
        chown(&tmp, Some(UID), Some(UID)).unwrap();
        fs::rename(tmp, new).unwrap();
    }

    /// A mail with this subject.
    pub fn deliver(&self, subject: &str) {
        self.put(&format!("1700000000.{subject}.here"), mail(subject).as_bytes());
    }

    /// How many mails lie in a folder of the account, by the server's own count.
    pub fn lie_in(&self, folder: &str) -> usize {
        let config = self.folder.path().join("dovecot/dovecot.conf");
        let output = run(Command::new(peer("doveadm").unwrap())
            .arg("-c")
            .arg(config)
            .args(["mailbox", "status", "-u", USER, "messages", folder]));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.rsplit_once("messages=")
            .map_or(0, |(_, number)| number.trim().parse().unwrap())
    }

    /// Runs doveadm on the account.
    pub fn doveadm(&self, arguments: &[&str]) {
        let config = self.folder.path().join("dovecot/dovecot.conf");
        let output = run(Command::new(peer("doveadm").unwrap()).arg("-c").arg(config).args(arguments));
        assert!(output.status.success(), "{}", super::super::desk::said(&output));
    }

    /// A daemon that reads it at this port. `more` are further keys of the source.
    pub fn desk(&self, port: u16, more: &str) -> Desk {
        Desk::start(&self.work(port, more))
    }

    /// The reference to its password.
    pub fn password(&self) -> String {
        let path = self.folder.path().join("password");
        fs::write(&path, PASSWORD).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        format!("${{file:{}}}", path.display())
    }

    /// Its queues and sources.
    pub fn work(&self, port: u16, more: &str) -> String {
        let password = self.password();
        let imap = format!("server: 127.0.0.1, port: {port}, tls: none, user: {USER}, password: \"{password}\", trusted: true");
        format!("{SUPPORT}sources:\n  helpdesk: {{ imap: {{ {imap}, {more} }} }}\n")
    }
}

/// A mail.
pub fn mail(subject: &str) -> String {
    format!(
        "Return-Path: <dora@customer.example>\r\nDelivered-To: support@ops.example\r\nReceived: by mx.ops.example\r\nFrom: Dora <dora@customer.example>\r\nTo: support@ops.example\r\n\
Subject: {subject}\r\nMessage-ID: <{subject}@customer.example>\r\n\r\nIt says no, number {subject}.\r\n"
    )
}

/// How many items there are of each title.
pub fn titles(desk: &Desk) -> BTreeMap<String, usize> {
    let mut titles = BTreeMap::new();
    for item in desk.items() {
        *titles.entry(item["title"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    titles
}

/// Waits until there is one item for each of these, and nothing else.
pub fn each_once(desk: &Desk, subjects: &[String]) {
    let wanted: BTreeMap<String, usize> = subjects.iter().map(|subject| (subject.clone(), 1)).collect();
    until("one item for each mail", || (titles(desk).len() >= wanted.len()).then_some(()));
    assert_eq!(titles(desk), wanted);
}

/// `mail-0` to `mail-N`.
pub fn subjects(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("mail-{number}")).collect()
}
