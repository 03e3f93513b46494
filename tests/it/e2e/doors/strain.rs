//! The doors under strain: senders that hang up, too few descriptors, more mail than memory, a full disk, a slow one (promises A7, A8, A9, A12). What is counted is printed: `--nocapture`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::super::desk::{BEARER, Desk, PATIENCE, SUPPORT, said, until};
use super::super::peers::{Served, peer, run};
use super::super::wire::{Wire, canonical, plain_mail};

const FROM: &str = "dora@customer.example";
const TO: &str = "support@ops.example";

/// How often something is done: so often in `make test`, or as the environment says.
pub(super) fn times(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

fn mail(name: &str) -> Vec<u8> {
    plain_mail(FROM, TO, name, &format!("{name}@customer.example"), "It says no.")
}

/// A sender as they are: it tries again until it is told that the mail is taken. How often it was put off.
fn insist(port: u16, data: &[u8], within: Duration) -> (String, usize) {
    let (began, mut refusals) = (Instant::now(), 0);
    loop {
        let reply = Wire::try_open(port).and_then(|mut wire| wire.mail(FROM, TO, data));
        match reply {
            Ok(reply) if reply.starts_with("250") => return (reply, refusals),
            Ok(reply) => assert!(reply.starts_with('4'), "refused for good: {reply}"),
            Err(_) => {}
        }
        refusals += 1;
        assert!(began.elapsed() < within, "not taken within {within:?}, {refusals} tries");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn subjects(desk: &Desk) -> (usize, BTreeSet<String>) {
    let items = desk.items();
    let titles = items.iter().map(|item| item["title"].as_str().unwrap().to_owned());
    (items.len(), titles.collect())
}

/// A9: the connection is cut between the last dot and its reply, again and again; each sender tries again. One item each.
#[test]
fn a_sender_that_was_cut_off_after_the_last_dot_makes_no_second_item() {
    let cuts = times("BATOND_CUTS", 100);
    let desk = Desk::start(SUPPORT);
    let mut repeats = 0;
    for number in 0..cuts {
        let data = mail(&format!("cut-{number}"));
        let mut stream = TcpStream::connect(("127.0.0.1", desk.smtp)).unwrap();
        let envelope = format!("EHLO there.example\r\nMAIL FROM:<{FROM}>\r\nRCPT TO:<{TO}>\r\nDATA\r\n");
        stream.write_all(&[envelope.as_bytes(), &data, b".\r\n"].concat()).unwrap();
        // From at once to long after the reply was on its way.
        std::thread::sleep(Duration::from_micros(u64::try_from(number % 20).unwrap() * 700));
        drop(stream);
        let (reply, _) = insist(desk.smtp, &data, PATIENCE);
        repeats += usize::from(reply.contains("had it before"));
    }
    let (items, names) = subjects(&desk);
    println!(
        "A9: {cuts} cuts after the last dot, {repeats} of those mails had been stored: {items} items, {} different",
        names.len()
    );
    assert_eq!((items, names.len()), (cuts, cuts));
    // The control: cuts that never came after the commit would show nothing.
    assert!(repeats > 0, "no cut hit a mail that was stored");
}

/// A12, first half: 64 descriptors and 500 clients at once.
#[test]
fn too_few_descriptors_put_senders_off_and_lose_nothing() {
    let clients = times("BATOND_CLIENTS", 150);
    let Some(prlimit) = peer("prlimit") else { return };
    let desk = Desk::start(SUPPORT);
    let limited = run(Command::new(prlimit).args(["--pid", &desk.pid().to_string(), "--nofile=64:64"]));
    assert!(limited.status.success(), "{}", said(&limited));
    let refusals = Mutex::new(0);
    std::thread::scope(|scope| {
        for number in 0..clients {
            let (refusals, port) = (&refusals, desk.smtp);
            scope.spawn(move || {
                let (_, count) = insist(port, &mail(&format!("many-{number}")), 3 * PATIENCE);
                *refusals.lock().unwrap() += count;
            });
        }
    });
    let (items, names) = subjects(&desk);
    let refusals = refusals.into_inner().unwrap();
    let sources = desk.json(&["sources"]);
    let inbox = sources["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "inbox")
        .unwrap();
    println!(
        "A12: {clients} clients and 64 descriptors: {items} items, {} different, {refusals} tries put off; they ran out {} times: {}",
        names.len(),
        inbox["failures"],
        inbox["last_failure"]["what"]
    );
    assert_eq!((items, names.len()), (clients, clients));
    // The control: with descriptors left nothing would be shown. It is told where people look, and that it is over.
    assert!(
        inbox["last_failure"]["what"]
            .as_str()
            .is_some_and(|why| why.contains("os error 24")),
        "{inbox}"
    );
    assert_eq!(inbox["state"], "ok", "{inbox}");
}

/// The most memory a process had, in kilobytes.
pub(super) fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// A12, second half: more mail at once than there is memory for.
#[test]
fn more_large_mail_at_once_than_memory_waits_on_disk() {
    let (mails, megabytes) = (times("BATOND_LARGE", 10), times("BATOND_LARGE_MB", 12));
    let desk = Desk::start(SUPPORT);
    let before = peak(desk.pid());
    let line = "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n";
    let body = line.repeat(megabytes * 1_000_000 / line.len());
    std::thread::scope(|scope| {
        for number in 0..mails {
            let (port, body) = (desk.smtp, &body);
            scope.spawn(move || {
                let head = format!("From: {FROM}\nTo: {TO}\nSubject: large-{number}\nMessage-ID: <large-{number}@customer.example>\n\n");
                let data = canonical(format!("{head}{body}").as_bytes());
                insist(port, &data, 15 * PATIENCE);
            });
        }
    });
    let (items, names) = subjects(&desk);
    let peak = peak(desk.pid());
    println!(
        "A12: {mails} mails of {megabytes} MB at once: {items} items, {} different; memory {} MB before, {} MB at most",
        names.len(),
        before / 1_000,
        peak / 1_000
    );
    assert_eq!((items, names.len()), (mails, mails));
    assert!(peak < 256_000, "{peak} kB");
}

/// A folder on a disk of its own, taken away at the end.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new(size: &str) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("=== NOT RUN: only root can mount a small disk; nothing was shown about a full one. ===");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let mounted = run(Command::new(peer("mount")?)
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path()));
        if !mounted.status.success() {
            eprintln!("=== NOT RUN: a small disk cannot be mounted: {}. ===", said(&mounted));
            return None;
        }
        Some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run(Command::new("umount").arg("-l").arg(self.0.path()));
    }
}

/// What the daemon keeps free, in bytes.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;

/// A7: the disk fills up, and there is room again.
#[test]
fn a_full_disk_refuses_early_and_goes_on_by_itself() {
    let Some(disk) = Disk::new("400m") else { return };
    let store = disk.path().join("data");
    let desk = Desk::changed(false, &|_, common| {
        common.replace("path: data", &format!("path: {}", store.display()))
    });
    let first = insist(desk.smtp, &mail("first"), PATIENCE).0;
    assert!(first.ends_with("SUP-1"), "{first}");
    let ballast = disk.path().join("ballast");
    let about = rustix::fs::statvfs(disk.path()).unwrap();
    // Less is left than batond keeps for itself, and enough for what is in hand.
    let fill = (about.f_bavail * about.f_frsize).checked_sub(KEPT_BYTES / 2).unwrap();
    let used = Command::new("fallocate")
        .args(["-l", &fill.to_string()])
        .arg(&ballast)
        .output()
        .unwrap();
    assert!(used.status.success(), "{}", said(&used));
    let refused = until("a refusal", || {
        let reply = Wire::open(desk.smtp).mail(FROM, TO, &mail("while-full")).unwrap();
        (!reply.starts_with("250")).then_some(reply)
    });
    assert_eq!(refused, "452 4.3.1 The disk is nearly full; try again later");
    if let Some(curl) = peer("curl") {
        let mut command = Command::new(curl);
        command.args([
            "--silent",
            "--include",
            "--json",
            "{}",
            "--header",
            &format!("Authorization: Bearer {BEARER}"),
        ]);
        let answer = said(&run(command.arg(format!("http://127.0.0.1:{}/hooks/alertmanager", desk.web))));
        assert!(
            answer.contains("503") && answer.to_lowercase().contains("retry-after: 120"),
            "{answer}"
        );
    }
    // What is there can be worked on.
    let done = desk.ask(&["do", "--as", "ana", "SUP-1", "done, while full"]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(desk.item("SUP-1")["state"], "done");
    let before = desk.items().len();
    std::fs::remove_file(&ballast).unwrap();
    let began = Instant::now();
    insist(desk.smtp, &mail("after"), PATIENCE);
    println!(
        "A7: refused with 452 and 503, SUP-1 done meanwhile; took mail again {:?} after there was room",
        began.elapsed()
    );
    assert_eq!(desk.items().len(), before + 1);
}

/// strace on a running daemon, so that each sync takes so long.
fn slowed(desk: &Desk, seconds: u32) -> Option<Served> {
    let mut command = Command::new(peer("strace")?);
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync"]);
    command.args(["-e", &format!("inject=fdatasync,fsync:delay_enter={}", seconds * 1_000_000)]);
    let strace = command
        .args(["-p", &desk.pid().to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("strace is there", || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", desk.pid())).unwrap();
        (!status.contains("TracerPid:\t0")).then_some(())
    });
    Some(Served(strace))
}

/// A8, the short part: a disk that takes 3 seconds for each sync only makes senders wait.
#[test]
fn a_slow_disk_makes_senders_wait() {
    let desk = Desk::start(SUPPORT);
    let Some(strace) = slowed(&desk, 3) else { return };
    let began = Instant::now();
    let reply = Wire::open(desk.smtp).mail(FROM, TO, &mail("slow")).unwrap();
    println!("A8: a sync of 3 s: {reply} after {:?}", began.elapsed());
    assert!(reply.starts_with("250") && began.elapsed() > Duration::from_secs(3), "{reply}");
    drop(strace);
    assert_eq!(desk.items().len(), 1);
}

/// A8: what the service manager hears while every sync takes `seconds` and mail keeps coming. It would end the daemon when it heard nothing for `watched`.
fn watched(seconds: u32, watched: Duration, long: Duration) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut desk = Desk::start(SUPPORT);
    desk.stop();
    desk.restart_with(&[
        ("NOTIFY_SOCKET".to_owned(), path.display().to_string()),
        ("WATCHDOG_USEC".to_owned(), watched.as_micros().to_string()),
    ]);
    let Some(strace) = slowed(&desk, seconds) else { return };
    let (began, mut last, mut longest, mut heard) = (Instant::now(), Instant::now(), Duration::ZERO, 0);
    let done = std::sync::atomic::AtomicBool::new(false);
    let taken = std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let mut taken = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                insist(desk.smtp, &mail(&format!("watched-{taken}")), 3 * PATIENCE);
                taken += 1;
            }
            taken
        });
        while began.elapsed() < long {
            let mut text = [0; 4_096];
            let Ok(size) = manager.recv(&mut text) else { continue };
            if String::from_utf8_lossy(&text[..size]).contains("WATCHDOG=1") {
                heard += 1;
                longest = longest.max(last.elapsed());
                last = Instant::now();
            }
        }
        longest = longest.max(last.elapsed());
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        sending.join().unwrap()
    });
    drop(strace);
    println!(
        "A8: syncs of {seconds} s for {long:?}, {taken} mails taken: WATCHDOG=1 {heard} times, never {longest:?} apart or more; it may be silent for {watched:?}"
    );
    assert!(taken > 0 && heard > 1 && longest < watched, "{longest:?}, heard {heard} times");
}

#[test]
fn a_slow_disk_is_no_reason_for_the_watchdog() {
    watched(1, Duration::from_secs(8), Duration::from_secs(13));
}

#[test]
#[ignore = "takes minutes: make torture"]
fn a_disk_of_five_seconds_is_no_reason_for_the_watchdog_of_the_unit() {
    let unit = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/batond.service")).unwrap();
    let line = unit
        .lines()
        .find_map(|line| line.strip_prefix("WatchdogSec="))
        .expect("the unit is watched");
    watched(5, Duration::from_secs(line.parse().unwrap()), Duration::from_secs(200));
}

/// A8, the long part: past 60 seconds the sender keeps the mail, and its next try makes one item.
#[test]
#[ignore = "takes more than a minute: make torture"]
fn past_a_minute_the_sender_keeps_its_mail() {
    let desk = Desk::start(SUPPORT);
    let Some(strace) = slowed(&desk, 75) else { return };
    let began = Instant::now();
    let mut stream = std::io::BufReader::new(TcpStream::connect(("127.0.0.1", desk.smtp)).unwrap());
    let envelope = format!("EHLO there.example\r\nMAIL FROM:<{FROM}>\r\nRCPT TO:<{TO}>\r\nDATA\r\n");
    let data = mail("kept");
    stream
        .get_mut()
        .write_all(&[envelope.as_bytes(), &data, b".\r\nQUIT\r\n"].concat())
        .unwrap();
    let mut replies = String::new();
    std::io::Read::read_to_string(&mut stream, &mut replies).unwrap();
    println!("A8: a sync of 75 s: answered after {:?}", began.elapsed());
    assert!(replies.contains("451 4.3.0 The mail could not be stored in time"), "{replies}");
    assert!((60..70).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    drop(strace);
    insist(desk.smtp, &data, 3 * PATIENCE);
    assert_eq!(subjects(&desk).0, 1);
}
