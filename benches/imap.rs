//! The first reading of a mailbox: mails a second out of a Dovecot, by batond and by fdm, in turns, in one run. `cargo bench --bench imap [-- MAILS]`
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a benchmark reads the real clock")]
#![allow(missing_docs)]

#[allow(dead_code, reason = "of the peers only the daemon itself is measured here")]
mod peers;

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use peers::batond::Batond;
use peers::{Fallible, Process, free_port, program};

/// How many mails lie in the mailbox.
const MAILS: usize = 2_000;
/// Octets of a mail, about.
const BYTES: usize = 2_048;
/// How often each is measured; they take turns and the median counts.
const ROUNDS: usize = 3;
/// How long one reading may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Who owns the mailbox: `nobody`.
const UID: u32 = 65_534;
/// What opens it. Anybody can read there what this benchmark wrote.
const PASSWORD: &str = "a-password-for-benchmarks";
const USER: &str = "help@ops.example";

const DOVECOT: &str = "\
base_dir = FOLDER/run
state_dir = FOLDER/state
log_path = FOLDER/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:FOLDER/mail/%n
first_valid_uid = 100
last_valid_uid = 0
passdb {
  driver = static
  args = password=PASSWORD
}
userdb {
  driver = static
  args = uid=UID gid=UID home=FOLDER/mail/%n allow_all_users=yes
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
service anvil {
  chroot =
}
";

const CONFIG: &str = r#"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: state }
sources:
  inbox: { smtp: { listen: "SMTP", for: ["*@ops.example"], trusted: true } }
  helpdesk: { imap: { server: 127.0.0.1, port: IMAP, tls: none, user: "help@ops.example", password: "${file:SECRET}", DONE trusted: true } }
send: { relay: "RELAY" }
web: { listen: "WEB" }
calendars:
  always: { time_zone: Etc/UTC, hours: { mon-sun: "00:00-24:00" } }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, calendar: always, cover: ben }
  ben: { name: Ben Okafor, mail: ben@ops.example, calendar: always }
queues:
  support: { prefix: SUP, purpose: Questions and faults reported by customers., owner: ana, assign: ben, calendar: always, urgent_when: Never.,
             handover: Say what you tried., accept_within: 4h, respond_within: 4 working hours, resolve_within: 3 working days }
unmatched: { queue: support }
rules:
  - { name: all, when: { to: "support@*" }, then: { queue: support } }
"#;

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.as_slice() {
        // `cargo test --benches` only wants to see it run.
        [word] if word == "--test" => compare(50, 1),
        [mails] => compare(mails.parse()?, ROUNDS),
        _ => compare(MAILS, ROUNDS),
    }
}

/// A Dovecot with one mailbox in a folder.
struct Mailbox {
    folder: PathBuf,
    port: SocketAddr,
    _server: Process,
}

impl Mailbox {
    /// `None`, said, where there is none to be had.
    fn start(folder: &Path) -> Fallible<Option<Self>> {
        let Some(dovecot) = program("dovecot").filter(|_| rustix::process::geteuid().is_root()) else {
            println!("Dovecot is not installed (tests/setup.sh bench), or this is not root: nothing is measured.");
            return Ok(None);
        };
        let port = free_port()?;
        let text = DOVECOT
            .replace("FOLDER", &folder.display().to_string())
            .replace("PASSWORD", PASSWORD)
            .replace("UID", &UID.to_string())
            .replace("PORT", &port.port().to_string());
        let config = folder.join("dovecot.conf");
        fs::write(&config, text)?;
        let mut command = Command::new(dovecot);
        command.args(["-F", "-c"]).arg(config).stdout(Stdio::null());
        Ok(Some(Self {
            folder: folder.to_owned(),
            port,
            _server: Process::start(&mut command, &[port])?,
        }))
    }

    fn maildir(&self) -> PathBuf {
        self.folder.join("mail/help")
    }

    /// A mailbox in which nothing lies but these.
    fn fill(&self, mails: usize, round: usize) -> Fallible<()> {
        let maildir = self.maildir();
        if maildir.exists() {
            fs::remove_dir_all(&maildir)?;
        }
        for part in ["new", "cur", "tmp"] {
            fs::create_dir_all(maildir.join(part))?;
        }
        let line = "It says no when I press the button, see this line of the log.\r\n";
        for number in 0..mails {
            let mail = format!(
                "Return-Path: <dora@customer.example>\r\nDelivered-To: support@ops.example\r\nReceived: by mx.ops.example\r\nFrom: Dora <dora@customer.example>\r\n\
                 To: support@ops.example\r\nSubject: number {number} of {round}\r\nMessage-ID: <{number}.{round}@customer.example>\r\n\r\n{}",
                line.repeat(BYTES / line.len())
            );
            fs::write(maildir.join("new").join(format!("1700000000.{number}.bench")), mail)?;
        }
        for path in ["", "new", "cur", "tmp"]
            .map(|part| maildir.join(part))
            .iter()
            .chain([&self.folder.join("mail")])
        {
            chown(path, Some(UID), Some(UID))?;
        }
        for entry in fs::read_dir(maildir.join("new"))? {
            chown(entry?.path(), Some(UID), Some(UID))?;
        }
        Ok(())
    }

    /// How many lie in a folder of it; INBOX is the empty name.
    fn lie_in(&self, folder: &str) -> usize {
        let count = |part: &str| fs::read_dir(self.maildir().join(folder).join(part)).map_or(0, Iterator::count);
        count("new") + count("cur")
    }
}

/// A mail is one that is on stable storage with its item and its timers, and moved to a folder, or left.
fn by_batond(mailbox: &Mailbox, folder: &Path, mails: usize, done: bool) -> Fallible<Duration> {
    fs::create_dir_all(folder)?;
    let secret = folder.join("secret");
    fs::write(&secret, PASSWORD)?;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
    let config = CONFIG
        .replace("SECRET", &secret.display().to_string())
        .replace("IMAP", &mailbox.port.port().to_string())
        .replace("DONE", if done { "done_folder: Archive," } else { "" });
    let begin = Instant::now();
    let batond = Batond::with(folder, &config)?;
    let all = |batond: &Batond| -> Fallible<bool> {
        if done {
            return Ok(mailbox.lie_in("") == 0 && mailbox.lie_in(".Archive") == mails);
        }
        let metrics = peers::get(batond.web, "/metrics")?;
        let taken = metrics
            .lines()
            .find_map(|line| line.strip_prefix("batond_messages_received_total{source=\"helpdesk\"} "));
        Ok(taken.is_some_and(|taken| taken.trim() == mails.to_string()))
    };
    while !all(&batond)? {
        if begin.elapsed() > PATIENCE {
            return Err("the mailbox is not read in time".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = begin.elapsed();
    batond.end()?;
    Ok(took)
}

/// A mail is one that lies in a Maildir and is deleted from the server.
fn by_fdm(mailbox: &Mailbox, folder: &Path, mails: usize) -> Fallible<Option<Duration>> {
    let Some(fdm) = program("fdm") else { return Ok(None) };
    fs::create_dir_all(folder)?;
    chown(folder, Some(UID), Some(UID))?;
    // Debian's fdm fetches as a user of its own, and delivers as the one it is told.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777))?;
    let config = folder.join("fdm.conf");
    let text = format!(
        "set lock-file \"{folder}/lock\"\naccount \"help\" imap server \"127.0.0.1\" port {port} user \"{USER}\" pass \"{PASSWORD}\"\n\
         action \"keep\" maildir \"{folder}/md\"\nmatch all action \"keep\"\n",
        folder = folder.display(),
        port = mailbox.port.port()
    );
    fs::write(&config, text)?;
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600))?;
    let begin = Instant::now();
    let output = Command::new(fdm)
        .args(["-u", "nobody", "-f"])
        .arg(&config)
        .arg("fetch")
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .output()?;
    let took = begin.elapsed();
    let got = fs::read_dir(folder.join("md/new")).map_or(0, Iterator::count);
    if !output.status.success() || got != mails {
        return Err(format!("fdm brought {got} of {mails}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(Some(took))
}

fn compare(mails: usize, rounds: usize) -> Fallible<()> {
    let place = tempfile::Builder::new()
        .prefix("batond-imap-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755))?;
    let Some(mailbox) = Mailbox::start(place.path())? else {
        return Ok(());
    };
    let (mut moved, mut left, mut fdm) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        mailbox.fill(mails, round)?;
        moved.push(by_batond(&mailbox, &place.path().join(format!("moved-{round}")), mails, true)?);
        mailbox.fill(mails, round)?;
        left.push(by_batond(&mailbox, &place.path().join(format!("left-{round}")), mails, false)?);
        mailbox.fill(mails, round)?;
        fdm.extend(by_fdm(&mailbox, &place.path().join(format!("fdm-{round}")), mails)?);
    }
    println!(
        "{mails} mails of {BYTES} octets in a mailbox on Dovecot, from the start of the program to its last mail; the median of {rounds}"
    );
    let beside = told("batond, each moved to another folder", mails, &mut moved, None);
    told("batond, each left where it is", mails, &mut left, None);
    if fdm.is_empty() {
        println!("fdm is not installed (tests/setup.sh bench): nothing beside it");
    } else {
        told("fdm, each into a Maildir, and deleted", mails, &mut fdm, beside);
    }
    Ok(())
}

/// Prints a row; the median rate.
#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn told(what: &str, mails: usize, times: &mut [Duration], beside: Option<f64>) -> Option<f64> {
    times.sort();
    let median = times.get(times.len() / 2)?;
    let rate = mails as f64 / median.as_secs_f64();
    let ratio = beside.map_or_else(String::new, |beside| format!("   batond / it {:.1}", beside / rate));
    println!("{what:<40} {rate:>8.0} a second {:>8.2} s{ratio}", median.as_secs_f64());
    Some(rate)
}
