//! A connection that is logged in, each command with its time and its number of bytes. May import its peers in imap, config. Nothing a server sends is read without an end.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use async_imap::types::{Fetch, Mailbox};
use async_imap::{Client, Session, imap_proto::Response};
use futures_util::StreamExt;
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Account;
use super::meter::{Allowance, Meter};
use super::name::on_the_wire;
use super::token::Bearer;
use super::trouble::Trouble;
use crate::config::{ImapLogin, ImapTls};
use crate::tls::server_name;

/// What a server may send to a command that asks for nothing large: greetings, capabilities, what other clients do meanwhile.
const SMALL_BYTES: u64 = 1 << 20;
/// What a list of the numbers of a folder may be: some millions of mails.
const SEARCH_BYTES: u64 = 64 << 20;

/// A connection.
pub struct Connection {
    session: Session<Meter>,
    allowance: Allowance,
    command: Duration,
    transfer: Duration,
    can: Can,
}

/// What the server can do.
#[derive(Debug, Clone, Copy)]
struct Can {
    idle: bool,
    moving: bool,
    uidplus: bool,
}

/// One command: within a time, with its failure in words.
async fn timed<T>(limit: Duration, what: &str, command: impl Future<Output = async_imap::error::Result<T>>) -> Result<T, Trouble> {
    match timeout(limit, command).await {
        Ok(answer) => answer.map_err(|error| Trouble::said(what, &error)),
        Err(_) => Err(Trouble::slow(what, limit)),
    }
}

/// TCP, and TLS where it is wanted from the first byte on.
async fn dial(account: &Account) -> Result<Meter, Trouble> {
    let settings = &account.settings;
    let place = format!("{}:{}", settings.server, settings.port);
    let dialled = timeout(
        account.limits.connect,
        TcpStream::connect((settings.server.as_str(), settings.port)),
    )
    .await;
    let stream = dialled
        .map_err(|_| Trouble::slow(&place, account.limits.connect))?
        .map_err(|error| Trouble::Passing(format!("{place}: {error}")))?;
    // Without it each small command would wait for the server's delayed acknowledgement. A system that cannot is only slower.
    let _ = stream.set_nodelay(true);
    match settings.tls {
        ImapTls::Implicit => secured(account, stream).await,
        ImapTls::Starttls | ImapTls::None => Ok(Meter::new(stream, SMALL_BYTES)),
    }
}

async fn secured(account: &Account, stream: impl super::meter::Duplex + 'static) -> Result<Meter, Trouble> {
    let server = &account.settings.server;
    let lasting = |error: String| Trouble::Lasting(format!("TLS with {server}: {error}"));
    let name = server_name(server).map_err(|error| lasting(error.to_string()))?;
    let Some(tls) = &account.tls else {
        return Err(lasting("it is not set up".to_owned()));
    };
    let shaken = timeout(account.limits.connect, tls.connect(name, stream)).await;
    let stream = shaken
        .map_err(|_| Trouble::slow(&format!("TLS with {server}"), account.limits.connect))?
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => lasting(error.to_string()),
            _ => Trouble::Passing(format!("TLS with {server}: {error}")),
        })?;
    Ok(Meter::new(stream, SMALL_BYTES))
}

impl Connection {
    /// Connects and logs in.
    ///
    /// # Errors
    /// [`Trouble`]: where it ended.
    pub async fn open(account: &Account) -> Result<Self, Trouble> {
        let settings = &account.settings;
        let limit = account.limits.command;
        let place = format!("{}:{}", settings.server, settings.port);
        let mut client = Client::new(dial(account).await?);
        let greeting = timed(limit, &place, async { Ok(client.read_response().await?) }).await?;
        match greeting.as_ref().map(|greeting| greeting.parsed()) {
            Some(Response::Data {
                status: async_imap::imap_proto::Status::Bye,
                ..
            })
            | None => return Err(Trouble::Passing(format!("{place}: the server closes the connection at once"))),
            Some(_) => {}
        }
        if settings.tls == ImapTls::Starttls {
            timed(limit, "STARTTLS", client.run_command_and_check_ok("STARTTLS", None)).await?;
            // What the server sent in the clear after its answer goes with the buffer: it could be anybody's (RFC 9051 section 6.2.1).
            client = Client::new(secured(account, client.into_inner().into_inner()).await?);
        }
        let mut session = login(account, client).await?;
        let capabilities = timed(limit, "CAPABILITY", session.capabilities()).await?;
        let can = Can {
            idle: capabilities.has_str("IDLE"),
            moving: capabilities.has_str("MOVE"),
            uidplus: capabilities.has_str("UIDPLUS"),
        };
        Ok(Self {
            allowance: session.get_ref().allowance(),
            session,
            command: limit,
            transfer: account.limits.transfer,
            can,
        })
    }

    /// Selects a folder.
    ///
    /// # Errors
    /// [`Trouble`], as where there is no such folder.
    pub async fn select(&mut self, folder: &str) -> Result<Mailbox, Trouble> {
        self.allowance.set(SMALL_BYTES);
        timed(self.command, &format!("folder {folder}"), self.session.select(on_the_wire(folder))).await
    }

    /// The numbers in the folder from `from` on, in order.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn numbers(&mut self, from: u32) -> Result<Vec<u32>, Trouble> {
        self.allowance.set(SEARCH_BYTES);
        let query = format!("UID {}:*", from.max(1));
        let found = timed(self.command, "SEARCH", self.session.uid_search(query)).await?;
        // `n:*` names the last mail even if its number is lower than n.
        let mut numbers: Vec<u32> = found.into_iter().filter(|number| *number >= from).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Fetches. The answers come in any order, some of them asked for by nobody. A mail that is not there, or that the server cannot read, has none.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn fetch(&mut self, numbers: &str, query: &str, bytes: u64) -> Result<Vec<Fetch>, Trouble> {
        self.allowance.set(bytes.saturating_add(SMALL_BYTES));
        let run = async {
            let mut answers = pin!(self.session.uid_fetch(numbers, query).await?);
            let mut fetched = Vec::new();
            while let Some(answer) = answers.next().await {
                fetched.push(answer?);
            }
            Ok(fetched)
        };
        timed(self.transfer, "FETCH", run).await
    }

    /// Marks mails as read.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn mark_seen(&mut self, numbers: &str) -> Result<(), Trouble> {
        self.store(numbers, "+FLAGS.SILENT (\\Seen)").await
    }

    async fn store(&mut self, numbers: &str, flags: &str) -> Result<(), Trouble> {
        self.allowance.set(SMALL_BYTES);
        let run = async {
            let mut answers = pin!(self.session.uid_store(numbers, flags).await?);
            while let Some(answer) = answers.next().await {
                answer?;
            }
            Ok(())
        };
        timed(self.command, "STORE", run).await
    }

    /// Moves mails to a folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`Trouble`]: some may have been moved.
    pub async fn put(&mut self, numbers: &str, folder: &str) -> Result<(), Trouble> {
        match self.try_put(numbers, folder).await {
            Err(Trouble::NoFolder(_)) => {
                self.allowance.set(SMALL_BYTES);
                timed(
                    self.command,
                    &format!("making folder {folder}"),
                    self.session.create(on_the_wire(folder)),
                )
                .await?;
                self.try_put(numbers, folder).await
            }
            done => done,
        }
    }

    async fn try_put(&mut self, numbers: &str, folder: &str) -> Result<(), Trouble> {
        let (what, wire) = (format!("moving to folder {folder}"), on_the_wire(folder));
        self.allowance.set(SMALL_BYTES);
        if self.can.moving {
            return timed(self.command, &what, self.session.uid_mv(numbers, wire)).await;
        }
        timed(self.command, &what, self.session.uid_copy(numbers, wire)).await?;
        self.store(numbers, "+FLAGS.SILENT (\\Deleted)").await?;
        // Without UIDPLUS only everything that anybody marked could be expunged: that is left to them.
        if self.can.uidplus {
            self.allowance.set(SMALL_BYTES);
            let run = async {
                let mut gone = pin!(self.session.uid_expunge(numbers).await?);
                while let Some(one) = gone.next().await {
                    one?;
                }
                Ok(())
            };
            timed(self.command, &what, run).await?;
        }
        Ok(())
    }

    /// Waits until something changes in the folder, or so long.
    ///
    /// # Errors
    /// [`Trouble`], as where the connection broke while nobody spoke.
    pub async fn wait(mut self, longest: Duration) -> Result<Self, Trouble> {
        self.allowance.set(SMALL_BYTES);
        if !self.can.idle {
            tokio::time::sleep(longest).await;
            timed(self.command, "NOOP", self.session.noop()).await?;
            return Ok(self);
        }
        let mut idle = self.session.idle();
        timed(self.command, "IDLE", idle.init()).await?;
        {
            let (changed, _keeps_waiting) = idle.wait_with_timeout(longest);
            // A server's "still here" begins the library's time anew; this one ends.
            match timeout(longest, changed).await {
                Err(_)
                | Ok(Ok(async_imap::extensions::idle::IdleResponse::Timeout | async_imap::extensions::idle::IdleResponse::NewData(_))) => {}
                Ok(Ok(async_imap::extensions::idle::IdleResponse::ManualInterrupt)) => {
                    return Err(Trouble::Passing("IDLE: the connection was lost".to_owned()));
                }
                Ok(Err(error)) => return Err(Trouble::said("IDLE", &error)),
            }
        }
        let session = timed(self.command, "IDLE", idle.done()).await?;
        Ok(Self { session, ..self })
    }
}

async fn login(account: &Account, client: Client<Meter>) -> Result<Session<Meter>, Trouble> {
    let settings = &account.settings;
    let what = format!("log in as {}", settings.user);
    let limit = account.limits.command;
    match (&settings.login, &account.tokens) {
        (ImapLogin::Password(password), _) => {
            let login = client.login(&settings.user, password.expose_secret());
            timed(limit, &what, async { login.await.map_err(|(error, _)| error) }).await
        }
        (ImapLogin::Token(_), Some(tokens)) => {
            let access = tokens.access().await?;
            let shown = tokens.shown(&settings.user, &settings.server, settings.port, &access.token);
            let login = client.authenticate(tokens.mechanism(), Bearer::new(shown));
            let session = timed(limit, &what, async { login.await.map_err(|(error, _)| error) }).await;
            if session.is_err() {
                tokens.forget().await;
            }
            session
        }
        (ImapLogin::Token(_), None) => Err(Trouble::Lasting(format!("{what}: there are no tokens"))),
    }
}
