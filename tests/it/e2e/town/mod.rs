//! A small town of mail: people's mailboxes on a Dovecot, their server and a relay by Postfix, a gateway in front of the desk, signatures by OpenDKIM.
//! The way of a mail: a person's program, their Postfix, which signs; the gateway's Postfix, which checks; LMTP to the daemon. Notices go to the first Postfix, and from it to Dovecot's mailboxes.

mod answers;
mod clients;
pub mod dovecot;
mod life;
mod opendkim;
pub mod postfix;
mod relay;
mod teams;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::desk::{Desk, free_port, until};
use super::notices::Notice;
use super::peers::peer;
use dovecot::Dovecot;
use opendkim::OpenDkim;
use postfix::Postfix;

/// What must be installed.
const PROGRAMS: [&str; 7] = ["postfix", "mutt", "swaks", "python3", "doveadm", "opendkim", "opendkim-genkey"];
/// Who has a mailbox.
pub const MAILBOXES: [&str; 4] = ["ana@ops.example", "ben@ops.example", "cat@ops.example", "dora@customer.example"];

/// All of it, ended in good order.
pub struct Town {
    pub desk: Desk,
    /// Where people's programs send mail, and the daemon its notices.
    pub submission: u16,
    /// Where mail from elsewhere comes in.
    pub gateway: u16,
    /// People read here.
    pub imap: u16,
    mail: PathBuf,
    // In the order in which they end.
    _servers: (Postfix, Postfix),
    _dovecot: Dovecot,
    _signs: OpenDkim,
    _checks: OpenDkim,
    _folder: tempfile::TempDir,
}

impl Town {
    /// Starts everything; `None`, said loudly, where something is not installed. `work` are the desk's queues and rules.
    pub fn start(work: &str) -> Option<Self> {
        Self::with(None, work)
    }

    /// The same with other people, their calendars and teams.
    pub fn with(people: Option<&str>, work: &str) -> Option<Self> {
        if PROGRAMS.iter().any(|name| peer(name).is_none()) {
            return None;
        }
        if !rustix::process::geteuid().is_root() {
            eprintln!("=== NOT RUN: Postfix and Dovecot start as root only; nothing was shown with real mailboxes. ===");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        // Each server works under its own user.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let [submission, gateway] = [free_port(), free_port()];
        let desk = Desk::behind("mx.ops.example", &format!("smtp://127.0.0.1:{submission}"), people, work);
        let key = opendkim::key(folder.path());
        let signs = OpenDkim::signing(&folder.path().join("signs"), &key);
        let checks = OpenDkim::checking(&folder.path().join("checks"), &key);
        let dovecot = Dovecot::start(&folder.path().join("dovecot"));
        let mail = dovecot.mail.clone();
        let theirs = Postfix::people(&folder.path().join("people"), submission, gateway, signs.port, &mail);
        let front = Postfix::gateway(&folder.path().join("gateway"), gateway, desk.lmtp, checks.port);
        Some(Self {
            desk,
            submission,
            gateway,
            imap: dovecot.imap,
            mail,
            _servers: (theirs, front),
            _dovecot: dovecot,
            _signs: signs,
            _checks: checks,
            _folder: folder,
        })
    }

    /// Where a person's mail lies.
    pub fn maildir(&self, address: &str) -> PathBuf {
        let (name, domain) = address.split_once('@').unwrap();
        self.mail.join(domain).join(name)
    }

    /// All mail in a person's mailbox, oldest first.
    pub fn mailbox(&self, address: &str) -> Vec<Notice> {
        let maildir = self.maildir(address);
        let mut files: Vec<PathBuf> = ["new", "cur"].iter().flat_map(|part| files(&maildir.join(part))).collect();
        files.sort_by_key(|path| (fs::metadata(path).unwrap().modified().unwrap(), path.clone()));
        files.iter().map(|path| Notice::read(&fs::read(path).unwrap())).collect()
    }

    /// Waits for a notice in somebody's mailbox: the `count`th for a reason, of any item.
    #[track_caller]
    pub fn gets(&self, address: &str, reason: &str, count: usize) -> Notice {
        until((address, reason, count), || {
            let mut found = self.mailbox(address);
            found.retain(|mail| mail.reason() == reason);
            found.get(count - 1).cloned()
        })
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map_or_else(|_| Vec::new(), |found| found.map(|entry| entry.unwrap().path()).collect())
}

/// Makes a folder and all above it, and gives it to a user.
fn folder_of(path: &Path, user: &str) {
    fs::create_dir_all(path).unwrap();
    let done = Command::new("chown").arg(user).arg(path).status().unwrap();
    assert!(done.success(), "chown {user} {}", path.display());
}
