//! Writing and sending mail as a person's mail program does: quoted answers, one SMTP dialogue a mail. May import model. Every read has a limit and a deadline.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::mailbox::Letter;

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest answer to one command.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// A mail to be sent.
pub struct Outgoing {
    /// `Ana Ruiz <ana@ops.example>`
    pub from: String,
    /// An address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Unique, without angle brackets.
    pub id: String,
    /// What it answers: the id, and those before it.
    pub answers: Option<(String, Vec<String>)>,
    /// The text.
    pub text: String,
}

impl Outgoing {
    /// An answer to a mail: the words above, the mail quoted below.
    pub fn answer(letter: &Letter, from: &str, id: String, words: &str, now: Timestamp) -> Self {
        let day = now.strftime("%a, %-d %b %Y at %H:%M");
        let quoted: String = letter
            .text
            .lines()
            .map(|line| format!("> {line}").trim_end().to_owned() + "\n")
            .collect();
        Self {
            from: from.to_owned(),
            to: letter.reply_to.clone(),
            subject: format!("Re: {}", letter.subject),
            id,
            answers: Some((letter.id.clone(), letter.references.clone())),
            text: format!("{words}\n\nOn {day}, {} wrote:\n{quoted}", letter.from),
        }
    }

    /// Header and body, lines ended by CRLF, dots doubled for the way.
    fn on_the_wire(&self, now: Timestamp) -> String {
        let date = now.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000");
        let mut mail = format!(
            "From: {}\nTo: {}\nSubject: {}\nDate: {date}\nMessage-ID: <{}>\n",
            self.from, self.to, self.subject, self.id
        );
        if let Some((id, before)) = &self.answers {
            let references: String = before.iter().map(|id| format!("<{id}>\n ")).collect();
            mail.push_str(&format!("In-Reply-To: <{id}>\nReferences: {references}<{id}>\n"));
        }
        mail.push_str("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
        mail.push_str(&self.text);
        let line = |line: &str| format!("{}{line}\r\n", if line.starts_with('.') { "." } else { "" });
        mail.lines().map(line).collect()
    }

    /// Sends it, and gives the server's last word.
    pub fn send(&self, server: SocketAddr, now: Timestamp) -> io::Result<String> {
        let sender = self
            .from
            .rsplit_once('<')
            .map_or(self.from.as_str(), |(_, rest)| rest.trim_end_matches('>'));
        let mut stream = TcpStream::connect_timeout(&server, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut answers = BufReader::new(stream.try_clone()?);
        hear(&mut answers, '2')?;
        let dialogue = [
            ("EHLO laptop.example\r\n".to_owned(), '2'),
            (format!("MAIL FROM:<{sender}> BODY=8BITMIME\r\n"), '2'),
            (format!("RCPT TO:<{}>\r\n", self.to), '2'),
            ("DATA\r\n".to_owned(), '3'),
        ];
        for (line, wanted) in dialogue {
            stream.write_all(line.as_bytes())?;
            hear(&mut answers, wanted)?;
        }
        stream.write_all(format!("{}.\r\n", self.on_the_wire(now)).as_bytes())?;
        let word = hear(&mut answers, '2')?;
        stream.write_all(b"QUIT\r\n")?;
        hear(&mut answers, '2')?;
        Ok(word)
    }
}

/// One answer, of any number of lines; its last line. Another first digit than `wanted` is an error.
fn hear(answers: &mut BufReader<TcpStream>, wanted: char) -> io::Result<String> {
    let mut limited = answers.take(MAX_ANSWER_BYTES);
    loop {
        let mut line = Vec::new();
        limited.read_until(b'\n', &mut line)?;
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if line.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server hung up"));
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            let good = line.starts_with(wanted);
            return if good {
                Ok(line)
            } else {
                Err(io::Error::other(format!("the server said: {line}")))
            };
        }
    }
}
