//! Sending by SMTP through lettre, on connections of our own. May import engine. A few connections are kept; every attempt has a deadline.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::message::Wire;
use super::outcome::{Stage, classify};
use super::smtp_url::{Security, SmtpUrl};
use crate::engine::SendOutcome;

/// The longest one attempt takes, connecting included; lettre's own timeout covers the connecting only.
pub(super) const ATTEMPT_DEADLINE: Duration = Duration::from_secs(60);
/// The longest the connecting takes.
const CONNECT_DEADLINE: Duration = Duration::from_secs(15);
/// The longest an idle connection is kept. Relays close after 5 minutes (RFC 5321 section 4.5.3.2.7), many sooner.
const MAX_IDLE: Duration = Duration::from_secs(30);
/// A connection idle for longer than this is asked by NOOP whether it still works.
const TRUSTED_IDLE: Duration = Duration::from_secs(2);
/// The longest the answer to that NOOP, or to a parting QUIT, takes.
const NOOP_DEADLINE: Duration = Duration::from_secs(5);

/// A relay reached by SMTP.
pub(super) struct SmtpRelay {
    url: SmtpUrl,
    hello: ClientId,
    tls: Option<TlsParameters>,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    max_idle_connections: usize,
    deadline: Duration,
}

/// Why an attempt failed.
enum Fault {
    /// Name not found, refused, unreachable.
    Io(io::Error),
    /// As lettre says.
    Smtp(Stage, Error),
    /// Nothing came in time.
    Late(Stage),
}

impl Fault {
    fn outcome(self) -> SendOutcome {
        match self {
            Self::Io(error) => SendOutcome::Retry(format!("relay: {error}")),
            Self::Smtp(stage, error) => classify(stage, &error),
            Self::Late(Stage::Connect) => SendOutcome::Retry(format!("relay: no connection within {} s", CONNECT_DEADLINE.as_secs())),
            Self::Late(Stage::Send) => SendOutcome::Retry("relay: no answer in time".to_owned()),
        }
    }

    /// Whether a connection that had been idle may simply have been closed meanwhile: then one fresh one is worth trying.
    fn may_be_stale(&self) -> bool {
        matches!(self, Self::Smtp(Stage::Send, error) if error.status().is_none() && !error.is_client())
    }
}

impl SmtpRelay {
    /// A relay with `max_idle_connections` kept open between mails. Connects to nothing yet.
    pub fn new(url: SmtpUrl, max_idle_connections: usize) -> Result<Self, String> {
        let tls = match url.security {
            Security::None => None,
            _ => Some(TlsParameters::new(url.host.clone()).map_err(|error| format!("TLS cannot be set up: {error}"))?),
        };
        Ok(Self {
            hello: url.hello.clone().map_or_else(ClientId::default, ClientId::Domain),
            tls,
            idle: Mutex::default(),
            max_idle_connections,
            deadline: ATTEMPT_DEADLINE,
            url,
        })
    }

    /// The same with another deadline for an attempt, for tests.
    #[cfg(test)]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// One attempt; never takes longer than the deadline.
    pub async fn send(&self, mail: &Wire) -> SendOutcome {
        match timeout(self.deadline, self.attempt(mail)).await {
            Ok(Ok(())) => SendOutcome::Sent,
            Ok(Err(fault)) => fault.outcome(),
            Err(_) => Fault::Late(Stage::Send).outcome(),
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
        let sent = connection.send(&mail.envelope, &mail.bytes).await;
        sent.map_err(|error| Fault::Smtp(Stage::Send, error))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.max_idle_connections {
            idle.push((connection, Instant::now()));
        }
        Ok(())
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
        match timeout(CONNECT_DEADLINE, self.dial()).await {
            Ok(connected) => connected,
            Err(_) => Err(Fault::Late(Stage::Connect)),
        }
    }

    async fn dial(&self) -> Result<AsyncSmtpConnection, Fault> {
        let at = (self.url.host.as_str(), self.url.port);
        let refused = |error| Fault::Smtp(Stage::Connect, error);
        let mut connection = if self.url.security == Security::Implicit {
            // lettre takes no stream of ours under implicit TLS, so here Nagle's algorithm stays on: a mail costs up to 40 ms more.
            let tls = self.tls.clone();
            AsyncSmtpConnection::connect_tokio1(at, None, &self.hello, tls, None)
                .await
                .map_err(refused)?
        } else {
            let stream = TcpStream::connect(at).await.map_err(Fault::Io)?;
            // lettre writes the final dot apart from the text. With Nagle's algorithm it would wait for the relay's delayed
            // acknowledgement, 44 ms a mail on loopback.
            stream.set_nodelay(true).map_err(Fault::Io)?;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello)
                .await
                .map_err(refused)?
        };
        let wanted = match self.url.security {
            Security::Required => true,
            Security::Opportunistic => connection.can_starttls(),
            Security::None | Security::Implicit => false,
        };
        if let Some(tls) = self.tls.clone().filter(|_| wanted) {
            connection.starttls(tls, &self.hello).await.map_err(refused)?;
        }
        if let Some(credentials) = &self.url.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(refused)?;
        }
        Ok(connection)
    }
}
