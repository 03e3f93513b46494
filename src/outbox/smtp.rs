//! Sending by SMTP through lettre, on connections of our own. May import engine, config settings. A few connections are kept; every step has a deadline, which lettre's own timeout gives the connecting only.

use std::future::Future;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::message::Wire;
use super::outcome::{Stage, Tried, broken, classify, shortened};
use super::smtp_url::{Security, SmtpUrl};
use crate::config;
use crate::engine::SendOutcome;

/// The longest the connecting takes, with greeting, TLS and signing in.
const CONNECT_DEADLINE: Duration = Duration::from_secs(15);
/// The longest the answer to a command takes.
const COMMAND_DEADLINE: Duration = Duration::from_secs(60);
/// The longest sending the text and the answer to it take. A relay that looks through mail takes its time (RFC 5321 section 4.5.3.2.6 allows ten
/// minutes), and whoever is too impatient sends it twice.
const TEXT_DEADLINE: Duration = Duration::from_secs(300);
/// The longest an idle connection is kept. Relays close after 5 minutes (RFC 5321 section 4.5.3.2.7), many sooner.
const MAX_IDLE: Duration = Duration::from_secs(30);
/// A connection idle for longer than this is asked by NOOP whether it still works.
const TRUSTED_IDLE: Duration = Duration::from_secs(2);
/// The longest the answer to that NOOP, to RSET, or to a parting QUIT, takes.
const NOOP_DEADLINE: Duration = Duration::from_secs(5);

/// A relay reached by SMTP.
pub(super) struct SmtpRelay {
    url: SmtpUrl,
    hello: ClientId,
    tls: Option<TlsParameters>,
    mechanisms: Vec<Mechanism>,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    max_idle_connections: usize,
    deadlines: Deadlines,
}

/// How long each step may take.
#[derive(Debug, Clone, Copy)]
struct Deadlines {
    connect: Duration,
    command: Duration,
    text: Duration,
}

/// Why an attempt failed, and how far it had come.
struct Fault {
    stage: Stage,
    why: Why,
}

enum Why {
    /// Name not found, refused, unreachable.
    Io(io::Error),
    /// As lettre says.
    Smtp(Error),
    /// Nothing came in time.
    Late(Duration),
    /// This mail cannot go there.
    Never(&'static str),
}

impl Fault {
    fn tried(&self) -> Tried {
        match &self.why {
            Why::Io(error) => broken(self.stage, shortened(&error.to_string())),
            Why::Smtp(error) => classify(self.stage, error),
            Why::Late(waited) => broken(self.stage, format!("no answer within {} s", waited.as_secs())),
            Why::Never(why) => Tried::Mail(SendOutcome::GiveUp((*why).to_owned())),
        }
    }

    /// Whether a connection that had been idle may simply have been closed meanwhile: then one fresh one is worth trying.
    fn may_be_stale(&self) -> bool {
        self.stage == Stage::Mail && self.is_broken()
    }

    /// Whether the connection cannot be used any more.
    fn is_broken(&self) -> bool {
        !matches!(&self.why, Why::Smtp(error) if error.status().is_some())
    }
}

impl SmtpRelay {
    /// A relay with `max_idle_connections` kept open between mails. Connects to nothing yet.
    pub fn new(settings: &config::SmtpRelay, max_idle_connections: usize) -> Result<Self, String> {
        let url = SmtpUrl::parse(settings.url.expose_secret())?;
        let tls = match url.security {
            Security::None => None,
            _ => Some(tls(&url, settings)?),
        };
        let mechanisms = match settings.auth {
            None => vec![Mechanism::Plain, Mechanism::Login],
            Some(config::RelayAuth::Plain) => vec![Mechanism::Plain],
            Some(config::RelayAuth::Login) => vec![Mechanism::Login],
            Some(config::RelayAuth::Xoauth2) => vec![Mechanism::Xoauth2],
        };
        Ok(Self {
            hello: url.hello.clone().map_or_else(ClientId::default, ClientId::Domain),
            tls,
            mechanisms,
            idle: Mutex::default(),
            max_idle_connections,
            deadlines: Deadlines {
                connect: CONNECT_DEADLINE,
                command: COMMAND_DEADLINE,
                text: TEXT_DEADLINE,
            },
            url,
        })
    }

    /// The same with other deadlines, for tests.
    #[cfg(test)]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadlines = Deadlines {
            connect: deadline,
            command: deadline,
            text: deadline,
        };
        self
    }

    /// `host:port`
    pub fn name(&self) -> String {
        if self.url.host.contains(':') {
            format!("[{}]:{}", self.url.host, self.url.port)
        } else {
            format!("{}:{}", self.url.host, self.url.port)
        }
    }

    /// One attempt, each step within its deadline.
    pub async fn send(&self, mail: &Wire) -> Tried {
        match self.attempt(mail).await {
            Ok(()) => Tried::Sent,
            Err(fault) => fault.tried(),
        }
    }

    /// Connects and signs in; the connection is kept for the next mail.
    pub async fn greet(&self) -> Result<(), String> {
        match self.connect().await {
            Ok(connection) => {
                self.keep(connection);
                Ok(())
            }
            Err(fault) => Err(match fault.tried() {
                Tried::Relay(why) => why,
                _ => "relay: it does not answer".to_owned(),
            }),
        }
    }

    /// Takes leave of the relay.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for (mut connection, _) in idle {
            // A relay that does not answer QUIT has nothing of ours: whatever comes is fine.
            let _ = timeout(NOOP_DEADLINE, connection.quit()).await;
        }
    }

    async fn attempt(&self, mail: &Wire) -> Result<(), Fault> {
        if let Some(connection) = self.kept().await {
            match self.hand_over(connection, mail).await {
                Err(fault) if fault.may_be_stale() => {}
                done => return done,
            }
        }
        let connection = self.connect().await?;
        self.hand_over(connection, mail).await
    }

    async fn hand_over(&self, mut connection: AsyncSmtpConnection, mail: &Wire) -> Result<(), Fault> {
        let said = self.say(&mut connection, mail).await;
        match &said {
            Ok(()) => self.keep(connection),
            Err(fault) if fault.is_broken() => {}
            // A refused mail leaves the connection in order, once what was said of it is taken back.
            Err(_) => {
                if let Ok(Ok(_)) = timeout(NOOP_DEADLINE, connection.command(Rset)).await {
                    self.keep(connection);
                }
            }
        }
        said
    }

    /// MAIL, RCPT, DATA, the text: each answer is waited for, so that it is known what was refused.
    async fn say(&self, connection: &mut AsyncSmtpConnection, mail: &Wire) -> Result<(), Fault> {
        let command = self.deadlines.command;
        let parameters = parameters(connection, mail)?;
        let from = Mail::new(mail.envelope.from().cloned(), parameters);
        within(command, Stage::Mail, connection.command(from)).await?;
        for to in mail.envelope.to() {
            let to = Rcpt::new(to.clone(), Vec::new());
            within(command, Stage::Recipient, connection.command(to)).await?;
        }
        within(command, Stage::Recipient, connection.command(Data)).await?;
        // lettre ends the text with a line end of its own.
        let text = mail.bytes.strip_suffix(b"\r\n").unwrap_or(&mail.bytes);
        within(self.deadlines.text, Stage::Text, connection.message(text)).await?;
        Ok(())
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.max_idle_connections {
            idle.push((connection, Instant::now()));
        }
    }

    /// A kept connection that still works.
    async fn kept(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let (mut connection, since) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let idle = since.elapsed();
            if idle > MAX_IDLE {
                continue;
            }
            if idle <= TRUSTED_IDLE || timeout(NOOP_DEADLINE, connection.test_connected()).await == Ok(true) {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Fault> {
        match timeout(self.deadlines.connect, self.dial()).await {
            Ok(connected) => connected.map_err(|why| Fault {
                stage: Stage::Connect,
                why,
            }),
            Err(_) => Err(Fault {
                stage: Stage::Connect,
                why: Why::Late(self.deadlines.connect),
            }),
        }
    }

    async fn dial(&self) -> Result<AsyncSmtpConnection, Why> {
        let at = (self.url.host.as_str(), self.url.port);
        let mut connection = if self.url.security == Security::Implicit {
            // lettre takes no stream of ours under implicit TLS, so here Nagle's algorithm stays on: a mail costs up to 40 ms more.
            let tls = self.tls.clone();
            AsyncSmtpConnection::connect_tokio1(at, None, &self.hello, tls, None)
                .await
                .map_err(Why::Smtp)?
        } else {
            let stream = TcpStream::connect(at).await.map_err(Why::Io)?;
            // lettre writes the final dot apart from the text. With Nagle's algorithm it would wait for the relay's delayed
            // acknowledgement, 44 ms a mail on loopback.
            stream.set_nodelay(true).map_err(Why::Io)?;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello)
                .await
                .map_err(Why::Smtp)?
        };
        let wanted = match self.url.security {
            Security::Required => true,
            Security::Opportunistic => connection.can_starttls(),
            Security::None | Security::Implicit => false,
        };
        if let Some(tls) = self.tls.clone().filter(|_| wanted) {
            connection.starttls(tls, &self.hello).await.map_err(Why::Smtp)?;
        }
        if let Some(credentials) = &self.url.credentials {
            self.sign_in(&mut connection, credentials).await?;
        }
        Ok(connection)
    }

    async fn sign_in(&self, connection: &mut AsyncSmtpConnection, credentials: &Credentials) -> Result<(), Why> {
        let signed_in = connection.auth(&self.mechanisms, credentials).await;
        signed_in.map(drop).map_err(Why::Smtp)
    }
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

/// Whom the relay's certificate must be signed by: the authorities of the machine, or those of a file and no others.
fn tls(url: &SmtpUrl, settings: &config::SmtpRelay) -> Result<TlsParameters, String> {
    let failed = |error: Error| format!("TLS cannot be set up: {error}");
    let mut builder = TlsParametersBuilder::new(url.host.clone());
    if let Some(pem) = &settings.ca {
        builder = builder.certificate_store(CertificateStore::None);
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(failed)?);
    }
    builder.build().map_err(failed)
}
