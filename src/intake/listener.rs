//! A mail listener: accepts connections, gives them seats, ends them on a stop. May import its peers in intake, model, clock, config, driver. Refuses past its caps with 421.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::limits::SessionLimits;
use super::proof::Prover;
use super::recipients::{BadGlob, Recipients};
use super::reply;
use super::seats::{NoSeat, Seats};
use super::session::{Protocol, Session};
use super::stream::DoorTls;
use super::transaction::Pool;
use super::wire::{Stops, Wire};
use crate::clock::Clock;
use crate::config::MailDoor;
use crate::driver::Accept;
use crate::model::{Address, SourceName};

/// How long the listener rests when no connection can be accepted, as when file descriptors have run out.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// How long sessions have for a last word once everybody has to go.
const LAST_WORD: Duration = Duration::from_secs(1);

/// What a mail listener is made of.
#[derive(Clone)]
pub struct MailService {
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// The source's name.
    pub source: SourceName,
    /// Its configuration.
    pub door: MailDoor,
    /// The desk's address: its domain greets, and mail to it is always accepted.
    pub desk: Address,
    /// Who takes the mail.
    pub accept: Arc<dyn Accept>,
    /// Tells when a mail arrived.
    pub clock: Arc<dyn Clock>,
    /// The times a session waits.
    pub limits: SessionLimits,
    /// Checks senders, where they are to be checked.
    pub prover: Option<Prover>,
    /// Encrypts, where it can be.
    pub tls: Option<DoorTls>,
}

/// What the sessions of one listener share.
pub struct Desk {
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// The source's name.
    pub source: SourceName,
    /// What the server calls itself.
    pub domain: String,
    /// Whom mail is accepted for.
    pub recipients: Recipients,
    /// The largest mail in octets.
    pub max_message_bytes: usize,
    /// Memory for mails being read.
    pub pool: Pool,
    /// Who takes the mail.
    pub accept: Arc<dyn Accept>,
    /// Tells when a mail arrived.
    pub clock: Arc<dyn Clock>,
    /// The times a session waits.
    pub limits: SessionLimits,
    /// Checks senders.
    pub prover: Option<Prover>,
    /// Encrypts.
    pub tls: Option<DoorTls>,
}

impl Desk {
    /// The protocol as the greeting names it.
    #[must_use]
    pub fn greeting(&self) -> &'static str {
        match self.protocol {
            Protocol::Smtp => "ESMTP",
            Protocol::Lmtp => "LMTP",
        }
    }
}

/// Serves a listener until `stop`. Then nothing new is accepted, idle sessions end at once, mails in hand are finished within
/// `limits.stop`; the task ends when the last session has.
///
/// # Errors
/// A `for:` glob that cannot be read. A checked configuration has none.
pub fn serve_mail(listener: TcpListener, service: MailService, stop: CancellationToken) -> Result<JoinHandle<()>, BadGlob> {
    let door = &service.door;
    let seats = Seats::new(door.max_connections, door.max_connections_per_address, service.limits.give_way);
    let desk = Arc::new(Desk {
        protocol: service.protocol,
        source: service.source,
        domain: service.desk.domain().to_owned(),
        recipients: Recipients::new(&service.door.recipients, service.desk)?,
        max_message_bytes: service.door.max_message_bytes,
        pool: Pool::new(service.door.max_message_bytes),
        accept: service.accept,
        clock: service.clock,
        limits: service.limits,
        prover: service.prover,
        tls: service.tls,
    });
    Ok(tokio::spawn(serve(listener, desk, seats, stop)))
}

async fn serve(listener: TcpListener, desk: Arc<Desk>, seats: Arc<Seats>, stop: CancellationToken) {
    let sessions = TaskTracker::new();
    let stops = Stops {
        idle: stop.clone(),
        all: CancellationToken::new(),
    };
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => open(stream, peer, &desk, &seats, &stops, &sessions),
            Err(error) => {
                tracing::warn!(source = %desk.source, %error, "no connection can be accepted; resting");
                sleep(ACCEPT_REST).await;
            }
        }
    }
    drop(listener);
    sessions.close();
    if timeout(desk.limits.stop, sessions.wait()).await.is_err() {
        stops.all.cancel();
        if timeout(LAST_WORD, sessions.wait()).await.is_err() {
            tracing::warn!(source = %desk.source, open = sessions.len(), "sessions did not end in time; their connections are dropped");
        }
    }
}

fn open(stream: TcpStream, peer: SocketAddr, desk: &Arc<Desk>, seats: &Arc<Seats>, stops: &Stops, sessions: &TaskTracker) {
    let seat = match seats.take(peer.ip()) {
        Ok(seat) => seat,
        Err(no_seat) => return turn_away(stream, no_seat),
    };
    // Without it each small reply would wait for the peer's delayed acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(source = %desk.source, %error, "TCP_NODELAY could not be set");
    }
    let wire = Wire::new(Box::new(stream), desk.limits.write, stops.clone());
    sessions.spawn(Session::new(Arc::clone(desk), wire, peer.ip().to_canonical(), seat).run());
}

/// Says why and closes, without waiting for anything: whoever is turned away costs no task and no memory.
fn turn_away(stream: TcpStream, no_seat: NoSeat) {
    let reply = match no_seat {
        NoSeat::Full => reply::TOO_MANY,
        NoSeat::Share => reply::TOO_MANY_FROM_YOU,
    };
    if let Ok(mut stream) = stream.into_std() {
        // A send buffer that has just been made has room; if it has not, the peer sees the connection close.
        let _ = stream.write_all(format!("{reply}\r\n").as_bytes());
    }
}
