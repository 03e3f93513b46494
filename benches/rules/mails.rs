//! The mails that are judged: generated ones, always the same, and those of `../shared/corpora/mail` where they are.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use batond::model::{Body, Envelope, Message, RawRef};
use batond::{decode, reply};

use crate::dice::Dice;
use crate::mix;

/// How many mails are generated.
const GENERATED: usize = 400;
/// Of that many mails one is long: a newsletter or a log.
const LONG_EVERY: usize = 10;
/// One mail in so many matches one of the first ten, hundred, thousand or ten thousand rules.
const MATCHES_EVERY: usize = 4;

const WORDS: [&str; 48] = [
    "we", "met", "the", "open", "points", "and", "wrote", "down", "who", "does", "what", "until", "end", "of", "next", "week", "please",
    "look", "at", "this", "when", "you", "have", "time", "order", "failed", "after", "minutes", "host", "is", "late", "down", "again",
    "customer", "asked", "for", "invoice", "printer", "gateway", "backup", "since", "Tuesday", "thanks", "regards", "Größe", "Straße",
    "naïve", "déjà",
];

/// A mail, as it came and as rules see it.
pub struct Sample {
    /// As it came.
    pub raw: Vec<u8>,
    /// Decoded.
    pub message: Message,
}

/// The generated mails.
pub fn generated() -> Vec<Sample> {
    let mut dice = Dice(4711);
    let raws = (0..GENERATED).map(|n| raw(n, &mut dice).into_bytes());
    raws.filter_map(read).collect()
}

/// The mails of the corpora, from files that hold one each; empty where there are none.
pub fn corpora() -> Vec<Sample> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/mail"), &mut files);
    files.sort();
    files.iter().filter_map(|file| read(std::fs::read(file).ok()?)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        match path.is_dir() {
            true => collect(&path, files),
            false if path.extension().is_some_and(|e| e == "eml") => files.push(path),
            false => {}
        }
    }
}

fn read(raw: Vec<u8>) -> Option<Sample> {
    let (mut mail, _) = decode::mail(&raw, Envelope::default()).ok()?;
    mail.new_text = reply::new_text(&mail);
    let message = Message {
        source: "inbox".into(),
        received: jiff::Timestamp::UNIX_EPOCH,
        raw: RawRef {
            sha256: "0".repeat(64),
            size_bytes: raw.len() as u64,
        },
        oddities: Vec::new(),
        body: Body::Mail(Box::new(mail)),
    };
    Some(Sample { raw, message })
}

/// The `n`th mail: most are of a page or less, with a quoted page below.
fn raw(n: usize, dice: &mut Dice) -> String {
    let about = (n.is_multiple_of(MATCHES_EVERY)).then(|| dice.roll([10, 100, 1_000, 10_000][n / MATCHES_EVERY % 4]));
    let from = match about {
        Some(rule) if mix::is_by_sender(rule) => mix::sender(rule),
        _ => format!("person{:03}@{}.example", dice.roll(300), mix::COMPANIES[dice.roll(8)]),
    };
    let thing = mix::THINGS[about.unwrap_or_else(|| dice.roll(12)) % 12];
    let number = about.unwrap_or_else(|| 90_000 + dice.roll(9_999));
    let mut text = format!(
        "From: Ana Ruiz <{from}>\r\nTo: team-{number:05}@ops.example\r\nSubject: {} {thing} {number:05}\r\n\
         Message-ID: <{n}@bench.example>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nX-Project: {}/{number}\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
        ["Trouble with the", "Re: the", "Question on", "Invoice for the"][dice.roll(4)],
        mix::COMPANIES[dice.roll(8)],
    );
    let own = if n % LONG_EVERY == LONG_EVERY - 1 { 300 } else { 3 + dice.roll(25) };
    lines(&mut text, "", own, dice);
    let _ = write!(
        text,
        "host {thing}-{number:05} and {thing} {number:05} failed after 12 minutes\r\n\r\n"
    );
    if n.is_multiple_of(3) {
        text.push_str("On Mon, 23 Nov 2026, Ben Okafor wrote:\r\n");
        lines(&mut text, "> ", 20, dice);
    }
    text
}

fn lines(text: &mut String, before: &str, count: usize, dice: &mut Dice) {
    for _ in 0..count {
        text.push_str(before);
        for _ in 0..11 {
            text.push_str(WORDS[dice.roll(WORDS.len())]);
            text.push(' ');
        }
        text.push_str("\r\n");
    }
}
