//! The second opinion: the same mailbox on a Cyrus. First sync, news, the done folder, a folder made anew, kills in between: nothing lost, nothing doubled.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use super::super::desk::{Desk, SUPPORT, free_port, until};
use super::account::{ASIDE, each_once, mail, subjects, titles};
use super::gate::{Gate, Then};
use crate::config::at;

const USER: &str = "help";
const PASSWORD: &str = "a-password-for-tests";

const IMAPD: &str = "\
configdirectory: FOLDER/conf
proc_path: FOLDER/proc
mboxname_lockpath: FOLDER/lock
defaultpartition: default
partition-default: FOLDER/spool
unixhierarchysep: yes
altnamespace: yes
allowplaintext: yes
autocreate_quota: 0
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: FOLDER/socket/mux
lmtpsocket: FOLDER/socket/lmtp
idlesocket: FOLDER/socket/idle
notifysocket: FOLDER/socket/notify
";

const MASTER: &str = r#"START {
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C FOLDER/imapd.conf -r"
}
SERVICES {
  imap cmd="BIN/imapd -C FOLDER/imapd.conf -U 30" listen="127.0.0.1:PORT" prefork=0 maxchild=50
}
DAEMON {
  idled cmd="BIN/idled -C FOLDER/imapd.conf"
}
"#;

/// Where `tests/setup.sh` unpacks what Debian's packages do not let stand beside Dovecot.
fn programs() -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| at("target"), PathBuf::from);
    let folder = target.join("cyrus/usr/lib/cyrus/bin");
    let there = folder.join("imapd").is_file() && Path::new("/usr/lib/cyrus/bin/master").is_file();
    if !there || !rustix::process::geteuid().is_root() {
        eprintln!("=== NOT RUN: Cyrus is not there (tests/setup.sh installs it), or this is not root; nothing was shown with it. ===");
        return None;
    }
    Some(folder)
}

/// A running Cyrus with one account.
struct Cyrus {
    port: u16,
    master: std::process::Child,
    folder: tempfile::TempDir,
}

impl Cyrus {
    fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        fs::set_permissions(place, fs::Permissions::from_mode(0o755)).unwrap();
        let port = free_port();
        let fill = |text: &str| {
            text.replace("FOLDER", place.to_str().unwrap())
                .replace("BIN", programs.to_str().unwrap())
                .replace("PORT", &port.to_string())
        };
        for part in ["conf", "conf/socket", "spool", "proc", "lock", "socket"] {
            fs::create_dir(place.join(part)).unwrap();
        }
        fs::write(place.join("imapd.conf"), fill(IMAPD)).unwrap();
        fs::write(place.join("cyrus.conf"), fill(MASTER)).unwrap();
        let owned = Command::new("chown").args(["-R", "cyrus:mail"]).arg(place).status().unwrap();
        assert!(owned.success());
        vouch(&place.join("socket/mux"));
        let log = fs::File::create(place.join("log")).unwrap();
        let master = Command::new("/usr/lib/cyrus/bin/master")
            .arg("-C")
            .arg(place.join("imapd.conf"))
            .arg("-M")
            .arg(place.join("cyrus.conf"))
            .arg("-p")
            .arg(place.join("pid"))
            .arg("-D")
            // At its end it ends its whole group.
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let cyrus = Self { port, master, folder };
        until("Cyrus answers", || Client::open(port).ok());
        Some(cyrus)
    }

    fn client(&self) -> Client {
        Client::open(self.port).expect("Cyrus lets us in")
    }

    fn work(&self, port: u16, more: &str) -> String {
        let file = self.folder.path().join("password");
        fs::write(&file, PASSWORD).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let secret = file.display();
        let imap = format!("server: 127.0.0.1, port: {port}, tls: none, user: {USER}, password: \"${{file:{secret}}}\", trusted: true");
        format!("{SUPPORT}sources:\n  helpdesk: {{ imap: {{ {imap}, {more} }} }}\n")
    }
}

impl Drop for Cyrus {
    fn drop(&mut self) {
        // With TERM it ends its services too.
        let _ = kill_process(Pid::from_child(&self.master), Signal::TERM);
        let _ = self.master.wait();
    }
}

/// What Cyrus asks whether a password is right: saslauthd's protocol, four counted strings and a counted answer.
fn vouch(socket: &Path) {
    let listener = UnixListener::bind(socket).unwrap();
    fs::set_permissions(socket, fs::Permissions::from_mode(0o777)).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever hangs up is not answered.
            let _ = answer(stream);
        }
    });
}

fn answer(mut stream: UnixStream) -> std::io::Result<()> {
    let mut said = Vec::new();
    for _ in 0..4 {
        let mut size = [0; 2];
        stream.read_exact(&mut size)?;
        let mut text = vec![0; u16::from_be_bytes(size).into()];
        stream.read_exact(&mut text)?;
        said.push(text);
    }
    let good = said[0] == USER.as_bytes() && said[1] == PASSWORD.as_bytes();
    stream.write_all(if good { b"\x00\x02OK" } else { b"\x00\x02NO" })
}

/// Somebody else with the same mailbox.
struct Client(BufReader<TcpStream>);

impl Client {
    fn open(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(std::time::Duration::from_secs(20)))?;
        let mut client = Self(BufReader::new(stream));
        client.0.read_line(&mut String::new())?;
        client.say(&format!("LOGIN {USER} {PASSWORD}"))?;
        Ok(client)
    }

    /// A command that must go well: what stood before its last line.
    fn say(&mut self, command: &str) -> std::io::Result<String> {
        self.0.get_mut().write_all(format!("a {command}\r\n").as_bytes())?;
        self.heard(command)
    }

    fn heard(&mut self, command: &str) -> std::io::Result<String> {
        let mut said = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                return Err(std::io::Error::other(format!("{command}: closed")));
            }
            if line.starts_with("a ") {
                let good = line.starts_with("a OK");
                return if good {
                    Ok(said)
                } else {
                    Err(std::io::Error::other(format!("{command}: {line}")))
                };
            }
            said.push_str(&line);
        }
    }

    fn append(&mut self, folder: &str, raw: &[u8]) {
        let mut command = format!("a APPEND {folder} {{{}+}}\r\n", raw.len()).into_bytes();
        command.extend_from_slice(raw);
        command.extend_from_slice(b"\r\n");
        self.0.get_mut().write_all(&command).unwrap();
        self.heard("APPEND").unwrap();
    }

    fn lie_in(&mut self, folder: &str) -> usize {
        let said = self.say(&format!("STATUS {folder} (MESSAGES)")).unwrap_or_default();
        let number = said.rsplit_once("MESSAGES ").map(|(_, rest)| rest.trim_end().trim_end_matches(')'));
        number.map_or(0, |number| number.parse().unwrap())
    }

    fn numbering(&mut self, folder: &str) -> String {
        self.say(&format!("STATUS {folder} (UIDVALIDITY)")).unwrap()
    }
}

#[test]
fn what_lies_on_cyrus_is_taken_and_moved_and_news_come_at_once() {
    let Some(cyrus) = Cyrus::start() else { return };
    let mut client = cyrus.client();
    let mut all = subjects(250);
    all.iter().for_each(|subject| client.append("INBOX", mail(subject).as_bytes()));
    let began = Instant::now();
    let mut desk = Desk::start(&cyrus.work(cyrus.port, "done_folder: Archive, failed_folder: Failed, max_size: 100 KiB"));
    each_once(&desk, &all);
    let seconds = began.elapsed().as_secs_f64();
    eprintln!(
        "=== IMAP, first sync of {} mails from Cyrus: {seconds:.1} s with the daemon's start ===",
        all.len()
    );
    until("they are moved", || {
        (client.lie_in("Archive") == all.len() && client.lie_in("INBOX") == 0).then_some(())
    });

    // The folder is looked at once a minute; the server tells of news by itself.
    let began = Instant::now();
    client.append("INBOX", mail("news").as_bytes());
    client.append("INBOX", (mail("large") + &"x".repeat(200 * 1024)).as_bytes());
    all.extend(["news".to_owned(), ASIDE.to_owned()]);
    each_once(&desk, &all);
    assert!(
        began.elapsed().as_secs() < 20,
        "IDLE tells at once, not after {:?}",
        began.elapsed()
    );
    until("it is put aside", || (client.lie_in("Failed") == 1).then_some(()));
    desk.stop();
}

#[test]
fn killed_in_between_nothing_on_cyrus_is_lost_or_doubled() {
    let Some(cyrus) = Cyrus::start() else { return };
    let mut client = cyrus.client();
    let all = subjects(40);
    all.iter().for_each(|subject| client.append("INBOX", mail(subject).as_bytes()));
    let gate = Gate::before(cyrus.port);
    let mut desk = None;
    // Before a mail is asked for, in the middle of it, and when it is on stable storage and not moved.
    for (round, point) in ["BODY.PEEK[]", "number mail-23", "UID MOVE"].iter().enumerate() {
        gate.watch(point, Then::Stall);
        let desk = desk.get_or_insert_with(|| Desk::start(&cyrus.work(gate.port, "done_folder: Archive")));
        if round > 0 {
            desk.restart();
        }
        until(point, || (gate.seen() > round).then_some(()));
        desk.kill();
    }
    gate.open();
    let mut desk = desk.unwrap();
    desk.restart();
    each_once(&desk, &all);
    until("they are moved", || (client.lie_in("Archive") == all.len()).then_some(()));
    for round in 0..3 {
        for subject in ["a", "b", "c"] {
            client.append("INBOX", mail(&format!("late-{subject}-{round}")).as_bytes());
        }
        until("some are taken", || (titles(&desk).len() > all.len() + round * 3).then_some(()));
        desk.kill_and_restart();
    }
    until("they are moved", || (client.lie_in("Archive") == all.len() + 9).then_some(()));
    let titles = titles(&desk);
    assert!(
        titles.len() == all.len() + 9 && titles.values().all(|count| *count == 1),
        "{titles:?}"
    );
    desk.stop();
}

#[test]
fn a_folder_that_is_made_anew_on_cyrus_is_not_taken_again() {
    let Some(cyrus) = Cyrus::start() else { return };
    let mut client = cyrus.client();
    client.say("CREATE Desk").unwrap();
    let mut all = subjects(6);
    all.iter().for_each(|subject| client.append("Desk", mail(subject).as_bytes()));
    let mut desk = Desk::start(&cyrus.work(cyrus.port, "folders: [Desk], poll: 5s"));
    each_once(&desk, &all);
    let before = client.numbering("Desk");
    // Under the eyes of the daemon: its connection has the folder open.
    client.say("DELETE Desk").unwrap();
    client.say("CREATE Desk").unwrap();
    assert_ne!(client.numbering("Desk"), before, "UIDVALIDITY is another one");
    all.iter().for_each(|subject| client.append("Desk", mail(subject).as_bytes()));
    until("it is met again", || desk.log().contains("numbered this folder anew").then_some(()));
    client.append("Desk", mail("news").as_bytes());
    all.push("news".to_owned());
    each_once(&desk, &all);
    desk.stop();
    desk.restart();
    each_once(&desk, &all);
    desk.stop();
}
