//! One SMTP or LMTP session (RFC 5321, RFC 2033). May import its peers in intake, model, driver, observe. 250 after DATA means stable storage.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::command::{Command, Hello, needs_utf8};
use super::dots::Fed;
use super::limits::{DATA_READ_BYTES, MAX_ERRORS, MAX_RECIPIENTS, MIN_BYTES_A_SECOND, MIN_BYTES_A_SECOND_CROWDED};
use super::listener::{Desk, no_seat_reply};
use super::logins::LoggedIn;
use super::proof::Sender;
use super::recipients::Foreign;
use super::reply::{self, Reply};
use super::seats::Seat;
use super::transaction::{Incoming, Transaction, Whole};
use super::wire::{End, Line, Patience, Wire};
use crate::driver::{Arrival, ArrivalKind};
use crate::model::{Envelope, Peer};
use crate::observe::{self, Report};

/// Which of the two a listener speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// SMTP: one reply for a mail, all recipients or none.
    Smtp,
    /// LMTP: one reply for each recipient, after one commit for all of them.
    Lmtp,
}

/// What a command leads to.
pub(super) enum Next {
    /// The next command.
    Command,
    /// The end, with what is said last.
    Close(Reply),
    /// The end, the peer being gone already.
    Gone,
}

/// A session from greeting to end.
pub struct Session {
    pub(super) desk: Arc<Desk>,
    pub(super) wire: Wire,
    pub(super) peer: IpAddr,
    pub(super) seat: Seat,
    started: Instant,
    pub(super) secured: bool,
    pub(super) hello: Option<(Hello, String)>,
    pub(super) transaction: Option<Transaction>,
    pub(super) logged_in: Option<LoggedIn>,
    pub(super) wrong_logins: usize,
    errors: usize,
}

impl Session {
    /// Over a connection that has just been accepted.
    #[must_use]
    pub fn new(desk: Arc<Desk>, wire: Wire, peer: IpAddr, seat: Seat) -> Self {
        Self {
            desk,
            wire,
            peer,
            seat,
            started: Instant::now(),
            secured: false,
            hello: None,
            transaction: None,
            logged_in: None,
            wrong_logins: 0,
            errors: 0,
        }
    }

    /// Holds the session; `proxied` says that it begins with a PROXY header. Returns when the connection is closed.
    pub async fn run(mut self, proxied: bool) {
        let last = match self.begin(proxied).await {
            Next::Command => self.talk().await,
            other => other,
        };
        if let Next::Close(last) = last {
            self.wire.say(&last);
            self.wire.close().await;
        }
    }

    /// Whatever comes before the greeting. [`Next::Command`] when it can be said.
    async fn begin(&mut self, proxied: bool) -> Next {
        if proxied && let Err(next) = self.look_behind().await {
            return next;
        }
        if self.desk.tls.as_ref().is_some_and(|tls| tls.implicit) && !self.secure().await {
            return Next::Gone;
        }
        let delay = self.desk.greeting_delay;
        if !delay.is_zero() {
            self.seat.idle();
            let early = tokio::select! {
                biased;
                early = self.wire.is_early(Instant::now() + delay) => early,
                () = self.seat.lost() => Err(End::Crowded),
            };
            self.seat.busy();
            match early {
                Ok(false) => {}
                Ok(true) => return Next::Close(self.counted(reply::EARLY)),
                Err(end) => return ended(end),
            }
        }
        Next::Command
    }

    /// For whom a proxy speaks.
    async fn look_behind(&mut self) -> Result<(), Next> {
        let patience = Patience {
            until: Instant::now() + self.desk.limits.handshake,
            busy: false,
        };
        let client = tokio::select! {
            biased;
            client = self.wire.proxied(patience) => client,
            () = self.seat.lost() => Err(End::Crowded),
        };
        match client {
            Ok(None) => Ok(()),
            Ok(Some(client)) => {
                self.peer = client;
                self.seat.is_for(client).map_err(|no_seat| Next::Close(no_seat_reply(no_seat)))
            }
            Err(_) => {
                tracing::warn!(source = %self.desk.source, proxy = %self.peer, "a proxy did not say for whom it speaks; its connection is closed");
                Err(Next::Gone)
            }
        }
    }

    async fn talk(&mut self) -> Next {
        let greeting = format!("220 {} {} batond", self.desk.domain, self.desk.greeting());
        self.wire.say(&greeting);
        loop {
            match self.step().await {
                Next::Command => {}
                last => return last,
            }
        }
    }

    async fn step(&mut self) -> Next {
        if self.transaction.is_none() && self.wire.stopping() {
            return Next::Close(reply::STOPPING);
        }
        if self.transaction.is_none() && self.started.elapsed() > self.desk.limits.session {
            return Next::Close(reply::SESSION_OVER);
        }
        if self.errors >= MAX_ERRORS {
            return Next::Close(reply::TOO_MANY_ERRORS);
        }
        let command = match self.line().await {
            Ok(Line::Whole(line)) => Command::read(&line),
            Ok(Line::Long) => Err(reply::LONG),
            Ok(Line::Bare) => Err(reply::BARE),
            Err(end) => return ended(end),
        };
        match command {
            Ok(Command::StartTls) => self.start_tls().await,
            Ok(command) if self.needs_tls(&command) => {
                self.say(&reply::TLS_FIRST);
                Next::Command
            }
            Ok(Command::Auth(mechanism, first)) => self.auth(mechanism, first).await,
            Ok(Command::Data) => self.data().await,
            Ok(Command::Quit) => Next::Close(reply::BYE),
            Ok(command) => {
                let reply = self.answer(command);
                self.say(&reply);
                Next::Command
            }
            Err(reply) => {
                self.say(&reply);
                Next::Command
            }
        }
    }

    /// The next command, unless somebody else needs the seat more.
    pub(super) async fn line(&mut self) -> Result<Line, End> {
        let limits = self.desk.limits;
        let wait = if self.seat.crowded() {
            limits.crowded.min(limits.command)
        } else {
            limits.command
        };
        let patience = Patience {
            until: Instant::now() + wait,
            busy: self.transaction.is_some(),
        };
        self.seat.idle();
        let line = tokio::select! {
            biased;
            line = self.wire.line(patience) => line,
            () = self.seat.lost() => Err(End::Crowded),
        };
        self.seat.busy();
        line
    }

    /// STARTTLS (RFC 3207). Whatever was said before it is forgotten.
    async fn start_tls(&mut self) -> Next {
        let refusal = match &self.desk.tls {
            _ if self.secured => Some(reply::TLS_ALREADY),
            None => Some(reply::NOT_HERE),
            Some(_) => None,
        };
        if let Some(refusal) = refusal {
            self.say(&refusal);
            return Next::Command;
        }
        self.wire.say(&reply::START_TLS);
        if !self.secure().await {
            return Next::Gone;
        }
        (self.hello, self.transaction) = (None, None);
        Next::Command
    }

    /// Begins TLS. The connection is lost when it cannot be.
    async fn secure(&mut self) -> bool {
        let Some(tls) = self.desk.tls.clone() else { return false };
        let until = Instant::now() + self.desk.limits.handshake;
        self.seat.idle();
        let done = tokio::select! {
            biased;
            done = self.wire.secure(&tls, until) => done,
            () = self.seat.lost() => Err(End::Crowded),
        };
        self.seat.busy();
        match done {
            Ok(0) => {}
            Ok(octets) => {
                tracing::warn!(source = %self.desk.source, peer = %self.peer, octets, "what came in the clear behind STARTTLS was dropped")
            }
            Err(_) => observe::handshake_failed(&self.desk.source),
        }
        self.secured = done.is_ok();
        self.secured
    }

    /// Whether a command has to wait for TLS (RFC 3207 section 4).
    fn needs_tls(&self, command: &Command) -> bool {
        let required = self.desk.tls.as_ref().is_some_and(|tls| tls.required);
        required && !self.secured && !matches!(command, Command::Hello(..) | Command::Noop | Command::Quit)
    }

    pub(super) fn say(&mut self, text: &str) {
        // Whoever names more recipients than one mail may have must be able to hand it over for the others (RFC 5321 section 4.5.3.1.10).
        let held_against = text.starts_with(['4', '5']) && *text != *reply::TOO_MANY_RECIPIENTS;
        self.errors += usize::from(held_against);
        self.wire.say(text);
    }

    fn answer(&mut self, command: Command) -> Reply {
        match command {
            Command::Hello(hello, name) => self.hello(hello, name),
            Command::Mail { from, size_bytes, utf8 } => self.mail(from, size_bytes, utf8),
            Command::Rcpt(path) => self.recipient(&path).unwrap_or_else(|refusal| refusal),
            Command::Rset => {
                self.transaction = None;
                reply::OK
            }
            Command::Noop => reply::OK,
            Command::Vrfy => reply::VRFY,
            Command::Help => reply::HELP,
            // `step` answers these; to say so again costs nothing.
            Command::StartTls | Command::Auth(..) => reply::NOT_HERE,
            Command::Data => reply::MAIL_FIRST,
            Command::Quit => reply::BYE,
        }
    }

    fn hello(&mut self, hello: Hello, name: String) -> Reply {
        match (self.desk.protocol, hello) {
            (Protocol::Smtp, Hello::Lhlo) => return reply::USE_EHLO,
            (Protocol::Lmtp, Hello::Helo | Hello::Ehlo) => return reply::USE_LHLO,
            (Protocol::Smtp, Hello::Helo | Hello::Ehlo) | (Protocol::Lmtp, Hello::Lhlo) => {}
        }
        self.transaction = None;
        self.hello = Some((hello, name));
        let domain = &self.desk.domain;
        match hello {
            Hello::Helo => format!("250 {domain}").into(),
            Hello::Ehlo | Hello::Lhlo => {
                let offered = self.desk.tls.is_some() && !self.secured;
                let tls = if offered { "250-STARTTLS\r\n" } else { "" };
                let logins = self.secured && self.desk.logins.is_some();
                let auth = if logins { "250-AUTH PLAIN LOGIN\r\n" } else { "" };
                format!(
                    "250-{domain}\r\n250-PIPELINING\r\n250-SIZE {}\r\n{tls}{auth}250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES",
                    self.desk.max_message_bytes
                )
                .into()
            }
        }
    }

    fn mail(&mut self, from: Option<String>, size_bytes: usize, utf8: bool) -> Reply {
        if self.hello.is_none() {
            return reply::HELLO_FIRST;
        }
        if self.transaction.is_some() {
            return reply::NESTED;
        }
        let required = self.desk.logins.as_ref().is_some_and(|logins| logins.load().required);
        if required && self.logged_in.is_none() {
            return reply::LOGIN_REQUIRED;
        }
        if size_bytes > self.desk.max_message_bytes {
            return self.counted(reply::TOO_BIG);
        }
        self.transaction = Some(Transaction {
            from,
            utf8,
            ..Transaction::default()
        });
        reply::SENDER_OK
    }

    fn recipient(&mut self, path: &str) -> Result<Reply, Reply> {
        let transaction = self.transaction.as_mut().ok_or(reply::MAIL_FIRST)?;
        let refusal = if transaction.to.len() >= MAX_RECIPIENTS {
            reply::TOO_MANY_RECIPIENTS
        } else if needs_utf8(path, transaction.utf8) {
            reply::NEEDS_UTF8
        } else {
            match self.desk.recipients.read(path) {
                Ok(address) => {
                    transaction.to.push(address.as_str().to_owned());
                    return Ok(reply::RECIPIENT_OK);
                }
                Err(Foreign::Route) => reply::ROUTE,
                Err(Foreign::Form) => reply::ADDRESS_FORM,
                Err(Foreign::Unknown) => reply::FOREIGN,
            }
        };
        transaction.refused = true;
        Err(refusal)
    }

    /// DATA: the mail, its end, its commit, its replies.
    async fn data(&mut self) -> Next {
        let refusal = match &self.transaction {
            None => Some(reply::MAIL_FIRST),
            Some(transaction) if !transaction.to.is_empty() => None,
            // RFC 2033 section 4.2: with no valid recipient LMTP says 503.
            Some(transaction) if transaction.refused && self.desk.protocol == Protocol::Smtp => Some(reply::NO_RECIPIENT),
            Some(_) => Some(reply::RCPT_FIRST),
        };
        if let Some(refusal) = refusal {
            self.say(&refusal);
            return Next::Command;
        }
        self.wire.say(&reply::GO_AHEAD);
        let incoming = match self.read_mail().await {
            Ok(incoming) => incoming,
            Err(next) => return next,
        };
        let transaction = self.transaction.take().unwrap_or_default();
        let recipients = transaction.to.clone();
        let outcome = match incoming.finish(self.desk.limits.accept).await {
            Ok(whole) => self.store(whole, transaction).await,
            Err(refusal) => Err(self.counted(refusal)),
        };
        self.conclude(&outcome, &recipients)
    }

    async fn read_mail(&mut self) -> Result<Incoming, Next> {
        let limits = self.desk.limits;
        let begun = Instant::now();
        let mut incoming = Incoming::new(self.desk.max_message_bytes, self.desk.room.clone());
        loop {
            match incoming.feed(self.wire.input()) {
                Fed::Ended(bytes) => {
                    self.wire.used(bytes);
                    return Ok(incoming);
                }
                Fed::More => self.wire.used(self.wire.input().len()),
            }
            if incoming.hopeless() {
                return Err(Next::Close(self.counted(reply::TOO_BIG)));
            }
            incoming.settle().await;
            let in_time = |rate: u64| Duration::from_millis((incoming.seen_bytes() as u64).saturating_mul(1_000) / rate);
            let slow = begun + limits.slow_start + in_time(MIN_BYTES_A_SECOND);
            let wait = if self.seat.crowded() {
                limits.crowded.min(limits.chunk)
            } else {
                limits.chunk
            };
            let silent = (begun + limits.data).min(Instant::now() + wait);
            let patience = Patience {
                until: silent.min(slow),
                busy: true,
            };
            // A mail that dribbles counts as nothing in hand, as soon as somebody needs the seat.
            self.seat
                .slow_from(begun + limits.slow_start_crowded + in_time(MIN_BYTES_A_SECOND_CROWDED));
            let filled = tokio::select! {
                biased;
                filled = self.wire.fill(patience, DATA_READ_BYTES) => filled,
                () = self.seat.lost() => Err(End::Crowded),
            };
            self.seat.busy();
            filled.map_err(|end| match end {
                End::Late if slow < silent => Next::Close(self.counted(reply::TOO_SLOW)),
                end => ended(end),
            })?;
        }
    }

    /// Hands the mail to the driver and waits for its commit, with a limit.
    async fn store(&self, whole: Whole, transaction: Transaction) -> Result<String, Reply> {
        let Whole { raw, share } = whole;
        let peer = Peer {
            address: self.peer,
            helo: self.hello.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
            protocol: self.protocol_word(transaction.utf8).to_owned(),
        };
        let sender = Sender {
            raw: &raw,
            return_path: transaction.from.as_deref(),
            peer: &peer,
        };
        let checked = match &self.desk.prover {
            Some(prover) => Some(prover.check(&sender).await),
            None => None,
        };
        let arrival = Arrival {
            source: self.desk.source.clone(),
            received: self.desk.clock.now(),
            raw,
            kind: ArrivalKind::Mail(Envelope {
                from: transaction.from,
                to: transaction.to,
                peer: Some(peer),
                checked,
                login: self.logged_in.as_ref().and_then(|login| login.person.clone()),
            }),
        };
        let outcome = tokio::select! {
            outcome = timeout(self.desk.limits.accept, self.desk.accept.accept(arrival)) => outcome,
            () = self.wire.last_call() => return Err(self.counted(reply::STOPPING)),
        };
        drop(share);
        match outcome {
            Ok(Ok(receipt)) => Ok(reply::accepted(&receipt)),
            Ok(Err(refusal)) => Err(reply::refused(&refusal)),
            Err(_) => Err(self.counted(reply::SLOW)),
        }
    }

    /// A refusal of a mail by this door, counted.
    fn counted(&self, refusal: Reply) -> Reply {
        let report = Report::Refused(reply::reason(&refusal));
        self.desk.accept.tell(&self.desk.source, report, self.desk.clock.now());
        refusal
    }

    /// Says how the mail fared: once, or in LMTP for each recipient.
    fn conclude(&mut self, outcome: &Result<String, Reply>, recipients: &[String]) -> Next {
        let reply = match outcome {
            Ok(reply) => {
                self.errors = 0;
                Cow::Borrowed(reply.as_str())
            }
            Err(refusal) => {
                self.errors += 1;
                refusal.clone()
            }
        };
        match self.desk.protocol {
            Protocol::Smtp if reply.starts_with("421") => return Next::Close(reply.into_owned().into()),
            Protocol::Smtp => self.wire.say(&reply),
            Protocol::Lmtp => {
                for recipient in recipients {
                    self.wire.say(&reply::for_recipient(&reply, recipient));
                }
                if reply.starts_with("421") {
                    return Next::Close(reply::STOPPING);
                }
            }
        }
        Next::Command
    }

    /// The protocol in the words of RFC 3848 and RFC 6531.
    fn protocol_word(&self, utf8: bool) -> &'static str {
        match (self.hello.as_ref().map(|(hello, _)| *hello), utf8, self.secured) {
            (Some(Hello::Lhlo), false, false) => "LMTP",
            (Some(Hello::Lhlo), false, true) => "LMTPS",
            (Some(Hello::Lhlo), true, false) => "UTF8LMTP",
            (Some(Hello::Lhlo), true, true) => "UTF8LMTPS",
            (Some(Hello::Ehlo), true, false) => "UTF8SMTP",
            (Some(Hello::Ehlo), true, true) if self.logged_in.is_some() => "UTF8SMTPSA",
            (Some(Hello::Ehlo), true, true) => "UTF8SMTPS",
            (Some(Hello::Ehlo), false, false) => "ESMTP",
            (Some(Hello::Ehlo), false, true) if self.logged_in.is_some() => "ESMTPSA",
            (Some(Hello::Ehlo), false, true) => "ESMTPS",
            (Some(Hello::Helo) | None, _, _) => "SMTP",
        }
    }
}

pub(super) fn ended(end: End) -> Next {
    match end {
        End::Gone => Next::Gone,
        End::Late => Next::Close(reply::TIMEOUT),
        End::Stop => Next::Close(reply::STOPPING),
        End::Endless => Next::Close(reply::ENDLESS),
        End::Crowded => Next::Close(reply::GIVE_WAY),
    }
}
