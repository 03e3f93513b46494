//! What is said to a relay on one connection (RFC 5321), the envelope in one go where the relay takes it so (RFC 2920). May import engine, tokens. Every answer is read: it is known what was refused, and nothing of the text is said before the relay asks for it.

use std::future::Future;
use std::io;
use std::time::Duration;

use data_encoding::BASE64;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

use super::message::Wire;
use super::outcome::{Stage, Tried, broken, classify, shortened};
use crate::engine::SendOutcome;
use crate::tokens::NoToken;

/// The code of an answer that asks for more (RFC 4954 section 4).
const GO_ON: u16 = 334;
/// The relay closes the connection (RFC 5321 section 4.2.2).
const CLOSING: u16 = 421;
/// Bad sequence of commands (RFC 5321 section 4.2.2).
const BAD_SEQUENCE: u16 = 503;
/// See RFC 7628.
const OAUTHBEARER: &str = "OAUTHBEARER";

/// How long each step may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    pub connect: Duration,
    pub command: Duration,
    pub text: Duration,
}

/// Why an attempt failed, and how far it had come.
pub(super) struct Fault {
    pub stage: Stage,
    pub why: Why,
}

pub(super) enum Why {
    /// Name not found, refused, unreachable.
    Io(io::Error),
    /// As lettre says.
    Smtp(Error),
    /// Nothing came in time.
    Late(Duration),
    /// This mail cannot go there.
    Never(&'static str),
    /// The relay does not take the token. One that is not new may have ended before its time.
    BadToken {
        /// What it says.
        error: Error,
        /// Whether the provider gave the token just now.
        is_new: bool,
    },
    /// What was said together was not answered together.
    OutOfStep,
    /// The relay asks on and on.
    Endless,
    /// There is no token to show.
    NoToken(NoToken),
}

impl Fault {
    /// What it means.
    pub fn tried(&self) -> Tried {
        match &self.why {
            Why::Io(error) => broken(self.stage, shortened(&error.to_string())),
            Why::Smtp(error) | Why::BadToken { error, .. } => classify(self.stage, error),
            Why::OutOfStep => broken(self.stage, "commands said together were not answered so".to_owned()),
            Why::Endless => broken(self.stage, "signing in by a token does not end".to_owned()),
            Why::NoToken(none) => broken(self.stage, shortened(&none.to_string())),
            Why::Late(waited) => broken(self.stage, format!("no answer within {} s", waited.as_secs())),
            Why::Never(why) => Tried::Mail(SendOutcome::GiveUp((*why).to_owned())),
        }
    }

    /// Whether a connection that had been idle may simply have been closed meanwhile, with or without a word: then one fresh one is worth trying.
    pub fn may_be_stale(&self) -> bool {
        self.stage == Stage::Mail && (self.is_broken() || self.hangs_up())
    }

    /// Whether the relay said that it closes the connection, which it may at any time (RFC 5321 section 3.8).
    pub fn hangs_up(&self) -> bool {
        self.code() == Some(CLOSING)
    }

    /// Whether it is worth saying the same one by one, on a fresh connection. Nothing of the text was said.
    pub fn is_out_of_step(&self) -> bool {
        matches!(self.why, Why::OutOfStep)
    }

    fn code(&self) -> Option<u16> {
        match &self.why {
            Why::Smtp(error) => error.status().map(u16::from),
            _ => None,
        }
    }

    /// Whether the connection cannot be used any more.
    pub fn is_broken(&self) -> bool {
        !matches!(&self.why, Why::Smtp(error) if error.status().is_some())
    }
}

/// A connection that has been greeted.
pub(super) struct Talk {
    connection: AsyncSmtpConnection,
    /// Whether the relay takes commands before it has answered those before.
    pipelining: bool,
    /// Whether both sides still agree on what comes next.
    usable: bool,
}

impl Talk {
    /// Over a connection that was greeted, encrypted if it is to be, and not yet signed in.
    pub async fn over(mut connection: AsyncSmtpConnection, hello: &ClientId) -> Result<Self, Why> {
        // lettre keeps only the extensions it knows itself. Asked once more, the relay says all; EHLO may come at any time (RFC 5321 section 4.1.4).
        let pipelining = match connection.command(Ehlo::new(hello.clone())).await {
            Ok(answer) => offers_pipelining(&answer),
            Err(error) if error.status().is_some() => false,
            Err(error) => return Err(Why::Smtp(error)),
        };
        Ok(Self {
            connection,
            pipelining,
            usable: true,
        })
    }

    /// Signs in by the first of these that the relay knows.
    pub async fn sign_in(&mut self, mechanisms: &[Mechanism], credentials: &Credentials) -> Result<(), Why> {
        let signed_in = self.connection.auth(mechanisms, credentials).await;
        signed_in.map(drop).map_err(Why::Smtp)
    }

    /// Signs in with a token. Where it is no good, relays first say why, and answer once that is acknowledged (RFC 7628 section 3.2.3, XOAUTH2).
    pub async fn sign_in_by_token(&mut self, mechanism: &str, shown: &SecretString) -> Result<(), Why> {
        let shown = BASE64.encode(shown.expose_secret().as_bytes());
        let mut answer = self
            .connection
            .command(format!("AUTH {mechanism} {shown}\r\n"))
            .await
            .map_err(Why::Smtp)?;
        if answer.has_code(GO_ON) {
            let acknowledged = if mechanism == OAUTHBEARER {
                BASE64.encode(b"\x01")
            } else {
                String::new()
            };
            answer = self.connection.command(format!("{acknowledged}\r\n")).await.map_err(Why::Smtp)?;
        }
        // A relay that asks on and on takes no token.
        if answer.has_code(GO_ON) { Err(Why::Endless) } else { Ok(()) }
    }

    /// Whether the next mail can go by it.
    pub fn is_usable(&self) -> bool {
        self.usable
    }

    /// Whether it still works after it was idle.
    pub async fn works(&mut self, limit: Duration) -> bool {
        timeout(limit, self.connection.test_connected()).await == Ok(true)
    }

    /// Takes back what was said of a mail. Whether the relay agreed.
    pub async fn takes_back(&mut self, limit: Duration) -> bool {
        matches!(timeout(limit, self.connection.command(Rset)).await, Ok(Ok(_)))
    }

    /// Takes leave. A relay that does not answer has nothing of ours: whatever comes is fine.
    pub async fn quit(&mut self, limit: Duration) {
        let _ = timeout(limit, self.connection.quit()).await;
    }

    /// Hands over a mail: each step within its deadline.
    pub async fn say(&mut self, mail: &Wire, deadlines: Deadlines) -> Result<(), Fault> {
        let from = Mail::new(mail.envelope.from().cloned(), parameters(&self.connection, mail)?);
        let to = mail.envelope.to().iter().map(|to| Rcpt::new(to.clone(), Vec::new()));
        if self.pipelining {
            self.envelope_at_once(from, to.collect(), deadlines.command).await?;
        } else {
            within(deadlines.command, Stage::Mail, self.connection.command(from)).await?;
            for to in to {
                within(deadlines.command, Stage::Recipient, self.connection.command(to)).await?;
            }
            within(deadlines.command, Stage::Recipient, self.connection.command(Data)).await?;
        }
        // lettre ends the text with a line end of its own, and in a write of its own, which costs a packet more each way.
        let text = mail.bytes.strip_suffix(b"\r\n").unwrap_or(&mail.bytes);
        match str::from_utf8(text) {
            Ok(text) => within(deadlines.text, Stage::Text, self.connection.command(stuffed(text))).await?,
            Err(_) => within(deadlines.text, Stage::Text, self.connection.message(text)).await?,
        };
        Ok(())
    }

    /// From now on each command waits for the answer to the one before.
    pub fn one_by_one(&mut self) {
        self.pipelining = false;
    }

    /// MAIL, RCPT and DATA in one go. The first refusal counts; the answers to what followed it are read and mean nothing.
    async fn envelope_at_once(&mut self, from: Mail, to: Vec<Rcpt>, limit: Duration) -> Result<(), Fault> {
        let answers_left = to.len() + 1;
        let to: String = to.iter().map(Rcpt::to_string).collect();
        // Until the last answer is in, it is not known what the relay waits for.
        self.usable = false;
        let together = format!("{from}{to}{Data}");
        let mut first = in_step(within(limit, Stage::Mail, self.connection.command(together)).await)?;
        let mut asks_for_text = false;
        for _ in 0..answers_left {
            let answer = within(limit, Stage::Recipient, self.connection.read_response()).await;
            if first.is_ok() {
                first = in_step(answer)?;
                asks_for_text = first.is_ok();
            } else {
                // What was refused stands, even if the relay hangs up on it.
                asks_for_text = answer.as_ref().map_or_else(Fault::is_broken, |_| true);
                if asks_for_text {
                    return first;
                }
            }
        }
        // A relay that refused a recipient and asks for the text all the same would have to be given one: such a connection is left.
        self.usable = first.is_ok() == asks_for_text;
        first
    }
}

/// An answer to one of several commands, in the order of these: `Err` ends the exchange. A relay may keep its answers back until it has all of them, so silence can be
/// about the recipient. A cut can be too; and a relay that speaks of a bad sequence (503) does not take commands together after all: both are tried again one by one.
fn in_step(answer: Result<Response, Fault>) -> Result<Result<(), Fault>, Fault> {
    match answer {
        Ok(_) => Ok(Ok(())),
        Err(Fault {
            why: Why::Late(waited), ..
        }) => Err(Fault {
            stage: Stage::Recipient,
            why: Why::Late(waited),
        }),
        Err(fault) if fault.is_broken() || fault.code() == Some(BAD_SEQUENCE) => Err(Fault {
            stage: Stage::Mail,
            why: Why::OutOfStep,
        }),
        Err(fault) => Ok(Err(fault)),
    }
}

/// Whether EHLO was answered with it; the first line is the relay's name.
fn offers_pipelining(answer: &Response) -> bool {
    answer.message().skip(1).any(|line| {
        let word = line.split_whitespace().next().unwrap_or_default();
        word.eq_ignore_ascii_case("PIPELINING")
    })
}

/// The text as it goes over the wire, with the dot that ends it (RFC 5321 section 4.5.2). Every line of it ends in CRLF, the last one without.
fn stuffed(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 64 + 8);
    let mut rest = text;
    loop {
        if rest.starts_with('.') {
            out.push('.');
        }
        let Some(at) = memchr::memmem::find(rest.as_bytes(), b"\r\n.") else {
            out.push_str(rest);
            break;
        };
        let (line, after) = rest.split_at(at + 2);
        out.push_str(line);
        rest = after;
    }
    out.push_str("\r\n.\r\n");
    out
}

/// What is said with MAIL: where the relay does not know what this mail needs, it cannot go there.
fn parameters(connection: &AsyncSmtpConnection, mail: &Wire) -> Result<Vec<MailParameter>, Fault> {
    let knows = |extension| connection.server_info().supports_feature(extension);
    let never = |why| Fault {
        stage: Stage::Mail,
        why: Why::Never(why),
    };
    let mut parameters = Vec::new();
    let mut addresses = mail.envelope.from().into_iter().chain(mail.envelope.to());
    if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
        if !knows(Extension::SmtpUtfEight) {
            return Err(never("the address needs SMTPUTF8 (RFC 6531), which the relay does not offer"));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.bytes.is_ascii() {
        if !knows(Extension::EightBitMime) {
            return Err(never(
                "the message that goes with it needs 8BITMIME (RFC 6152), which the relay does not offer",
            ));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// One step, within its deadline.
async fn within<T>(limit: Duration, stage: Stage, step: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
    match timeout(limit, step).await {
        Ok(done) => done.map_err(|error| Fault {
            stage,
            why: Why::Smtp(error),
        }),
        Err(_) => Err(Fault {
            stage,
            why: Why::Late(limit),
        }),
    }
}

#[cfg(test)]
#[path = "talk_tests.rs"]
mod tests;
