//! Sending by SMTP through lettre, on connections of our own. May import engine, config settings, tokens. A few connections are kept; every step has a deadline, which lettre's own timeout gives the connecting only.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::message::Wire;
use super::outcome::{Stage, Tried};
use super::smtp_url::{Login, Security, SmtpUrl};
use super::talk::{Deadlines, Fault, Talk, Why};
use crate::config;
use crate::tokens::{Access, Tokens, xoauth2};

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
    tokens: Option<Arc<Tokens>>,
    idle: Mutex<Vec<(Talk, Instant)>>,
    max_idle_connections: usize,
    deadlines: Deadlines,
}

impl SmtpRelay {
    /// A relay with `max_idle_connections` kept open between mails. Connects to nothing yet.
    pub fn new(settings: &config::SmtpRelay, tokens: Option<Arc<Tokens>>, max_idle_connections: usize) -> Result<Self, String> {
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
            tokens,
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
            connection.quit(NOOP_DEADLINE).await;
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
        match self.hand_over(connection, mail).await {
            Err(fault) if fault.is_out_of_step() => {}
            done => return done,
        }
        let mut connection = self.connect().await?;
        connection.one_by_one();
        self.hand_over(connection, mail).await
    }

    async fn hand_over(&self, mut connection: Talk, mail: &Wire) -> Result<(), Fault> {
        let said = connection.say(mail, self.deadlines).await;
        match &said {
            Ok(()) => self.keep(connection),
            Err(fault) if fault.is_broken() || fault.hangs_up() || !connection.is_usable() => {}
            // A refused mail leaves the connection in order, once what was said of it is taken back.
            Err(_) => {
                if connection.takes_back(NOOP_DEADLINE).await {
                    self.keep(connection);
                }
            }
        }
        said
    }

    fn keep(&self, connection: Talk) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.max_idle_connections {
            idle.push((connection, Instant::now()));
        }
    }

    /// A kept connection that still works.
    async fn kept(&self) -> Option<Talk> {
        loop {
            let (mut connection, since) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let idle = since.elapsed();
            if idle > MAX_IDLE {
                continue;
            }
            if idle <= TRUSTED_IDLE || connection.works(NOOP_DEADLINE).await {
                return Some(connection);
            }
        }
    }

    /// A connection that is signed in. A token that the relay does not take any more is exchanged once.
    async fn connect(&self) -> Result<Talk, Fault> {
        match self.connect_once().await {
            Err(fault) if self.tokens.is_some() && matches!(fault.why, Why::BadToken { is_new: false, .. }) => self.connect_once().await,
            connected => connected,
        }
    }

    async fn connect_once(&self) -> Result<Talk, Fault> {
        let stage = Stage::Connect;
        // The provider of tokens has a deadline of its own.
        let access = match &self.tokens {
            None => None,
            Some(tokens) => Some(tokens.access().await.map_err(|none| Fault {
                stage,
                why: Why::NoToken(none),
            })?),
        };
        let done = timeout(self.deadlines.connect, self.dial(access.as_ref())).await;
        let done = done.unwrap_or(Err(Why::Late(self.deadlines.connect)));
        if let (Err(Why::BadToken { .. }), Some(tokens)) = (&done, &self.tokens) {
            tokens.forget().await;
        }
        done.map_err(|why| Fault { stage, why })
    }

    async fn dial(&self, access: Option<&Access>) -> Result<Talk, Why> {
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
        let mut talk = Talk::over(connection, &self.hello).await?;
        match (&self.tokens, access, &self.url.login) {
            (Some(tokens), Some(access), Some(Login { user, .. })) => {
                let shown = tokens.shown(user, &self.url.host, self.url.port, &access.token);
                let signed_in = talk.sign_in_by_token(tokens.mechanism(), &shown).await;
                signed_in.map_err(|why| match why {
                    Why::Smtp(error) if error.status().is_some() => Why::BadToken {
                        error,
                        is_new: access.is_new,
                    },
                    why => why,
                })?;
            }
            (
                _,
                _,
                Some(Login {
                    user,
                    password: Some(password),
                }),
            ) if self.mechanisms == [Mechanism::Xoauth2] => {
                let shown = xoauth2(user, password.expose_secret());
                talk.sign_in_by_token("XOAUTH2", &shown).await?;
            }
            (
                _,
                _,
                Some(Login {
                    user,
                    password: Some(password),
                }),
            ) => {
                let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
                talk.sign_in(&self.mechanisms, &credentials).await?;
            }
            _ => {}
        }
        Ok(talk)
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
