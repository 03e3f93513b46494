//! People's mailboxes: a Dovecot in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::desk::{free_port, until};
use super::super::peers::{Served, peer, run};
use super::folder_of;

/// Who owns the mailboxes: `nobody`.
pub const UID: u32 = 65_534;
/// Everybody's password; what anybody can read there was written by tests.
pub const PASSWORD: &str = "a-password-for-tests";

const CONFIG: &str = "\
base_dir = FOLDER/run
state_dir = FOLDER/state
log_path = FOLDER/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:FOLDER/mail/%d/%n
first_valid_uid = 100
last_valid_uid = 0
passdb {
  driver = static
  args = password=PASSWORD
}
userdb {
  driver = static
  args = uid=UID gid=UID home=FOLDER/mail/%d/%n allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  chroot =
  inet_listener imap {
    port = PORT
  }
  inet_listener imaps {
    port = 0
  }
}
auth_mechanisms = plain login
service auth {
  inet_listener {
    port = SASL
    address = 127.0.0.1
  }
}
service anvil {
  chroot =
}
";

/// A running server.
pub struct Dovecot {
    /// Where people read.
    pub imap: u16,
    /// Where a mail server asks whether somebody may sign in.
    pub sasl: u16,
    /// `DOMAIN/NAME` below it is a Maildir.
    pub mail: PathBuf,
    _process: Served,
}

impl Dovecot {
    pub fn start(folder: &Path) -> Self {
        Self::with(folder, "")
    }

    /// The same with further lines of configuration, which win.
    pub fn with(folder: &Path, more: &str) -> Self {
        Self::of(folder, &format!("{CONFIG}{more}"))
    }

    /// One without mailboxes or people: who everybody is, `more` says.
    pub fn passing_on(folder: &Path, more: &str) -> Self {
        let passdb = CONFIG.find("passdb").zip(CONFIG.find("userdb"));
        let (from, to) = passdb.expect("both are there");
        Self::of(folder, &format!("{}{}{more}", &CONFIG[..from], &CONFIG[to..]))
    }

    fn of(folder: &Path, text: &str) -> Self {
        let [imap, sasl] = [free_port(), free_port()];
        let mail = folder.join("mail");
        folder_of(&mail, "nobody");
        let config = text
            .replace("FOLDER", folder.to_str().unwrap())
            .replace("PASSWORD", PASSWORD)
            .replace("UID", &UID.to_string())
            .replace("SASL", &sasl.to_string())
            .replace("PORT", &imap.to_string());
        let file = folder.join("dovecot.conf");
        std::fs::write(&file, config).unwrap();
        let checked = run(Command::new(peer("doveadm").expect("found before"))
            .arg("-c")
            .arg(&file)
            .args(["config", "-n"]));
        let process = Command::new(peer("dovecot").expect("comes with doveadm"))
            .args(["-F", "-c"])
            .arg(&file)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let _process = Served(process);
        drop(checked);
        until("Dovecot listens", || std::net::TcpStream::connect(("127.0.0.1", imap)).ok());
        Self {
            imap,
            sasl,
            mail,
            _process,
        }
    }
}
