//! A small SMTP client of our own, for bytes no ordinary sender would send.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use super::desk::PATIENCE;

/// One session.
pub struct Wire {
    reader: BufReader<TcpStream>,
}

impl Wire {
    /// Connects and says hello.
    pub fn open(port: u16) -> Self {
        Self::try_open(port).unwrap()
    }

    /// The same where the other end may be gone.
    pub fn try_open(port: u16) -> std::io::Result<Self> {
        Self::greeted(port, "EHLO")
    }

    /// The same at a port that speaks LMTP.
    pub fn open_lmtp(port: u16) -> Self {
        Self::greeted(port, "LHLO").unwrap()
    }

    fn greeted(port: u16, hello: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let mut wire = Self {
            reader: BufReader::new(stream),
        };
        wire.reply()?;
        wire.say(&format!("{hello} there.example"))?;
        Ok(wire)
    }

    /// A command and its reply.
    pub fn say(&mut self, command: &str) -> std::io::Result<String> {
        self.reader.get_mut().write_all(format!("{command}\r\n").as_bytes())?;
        self.reply()
    }

    /// A further reply to the last command.
    pub fn heard(&mut self) -> std::io::Result<String> {
        self.reply()
    }

    /// One whole mail; the reply after its last dot, or the first refusal.
    pub fn mail(&mut self, from: &str, to: &str, data: &[u8]) -> std::io::Result<String> {
        for command in [
            format!("MAIL FROM:<{from}> BODY=8BITMIME"),
            format!("RCPT TO:<{to}>"),
            "DATA".to_owned(),
        ] {
            let reply = self.say(&command)?;
            if !reply.starts_with(['2', '3']) {
                return Ok(reply);
            }
        }
        self.reader.get_mut().write_all(&stuffed(data))?;
        self.reply()
    }

    fn reply(&mut self) -> std::io::Result<String> {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            if self.reader.read_line(&mut reply)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if reply.as_bytes().get(start + 3) != Some(&b'-') {
                return Ok(reply.trim_end().to_owned());
            }
        }
    }
}

/// A text as a mail is sent: every line ended by CR LF, the last too. A CR that ends no line stays as it is.
pub fn canonical(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + text.len() / 20 + 2);
    for (place, byte) in text.iter().enumerate() {
        let alone = *byte == b'\n' && (place == 0 || text[place - 1] != b'\r');
        if alone {
            bytes.push(b'\r');
        }
        bytes.push(*byte);
    }
    if !bytes.ends_with(b"\r\n") {
        bytes.extend(b"\r\n");
    }
    bytes
}

/// With a dot before each line that starts with one, and the line that ends it all. `data` is canonical.
fn stuffed(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len() + 16);
    for (place, byte) in data.iter().enumerate() {
        if *byte == b'.' && (place == 0 || data[..place].ends_with(b"\r\n")) {
            bytes.push(b'.');
        }
        bytes.push(*byte);
    }
    bytes.extend(b".\r\n");
    bytes
}

/// Sends the door at this port the mail that most tests begin with.
#[track_caller]
pub fn a_question(port: u16) {
    a_question_as(port, "one@customer.example");
}

/// The same under another Message-ID.
#[track_caller]
pub fn a_question_as(port: u16, id: &str) {
    let (from, to) = ("Dora Klein <dora@customer.example>", "support@ops.example");
    let data = plain_mail(from, to, "Cannot log in", id, "It says no.");
    Wire::open(port)
        .mail("dora@customer.example", "support@ops.example", &data)
        .unwrap();
}

/// An ordinary mail.
pub fn plain_mail(from: &str, to: &str, subject: &str, id: &str, text: &str) -> Vec<u8> {
    let head = format!("From: {from}\nTo: {to}\nSubject: {subject}\nMessage-ID: <{id}>\nDate: Mon, 23 Nov 2026 09:00:00 +0000\n");
    canonical(format!("{head}\n{text}\n").as_bytes())
}
