//! A mail listener: accepts connections, gives them seats, ends them on a stop. May import its peers in intake, model, clock, config, driver, observe. Refuses past its caps with 421.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::limits::SessionLimits;
use super::logins::{Guesses, LoginTable};
use super::proof::Prover;
use super::recipients::{BadGlob, Recipients};
use super::reply::{self, Reply};
use super::seats::{Caps, NoSeat, Seats};
use super::session::{Protocol, Session};
use super::socket::{Caller, Listener};
use super::spool::Room;
use super::stream::DoorTls;
use super::wire::{Stops, Wire};
use crate::clock::Clock;
use crate::config::MailDoor;
use crate::driver::Accept;
use crate::model::{Address, SourceName};
use crate::observe::Report;

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
    /// Room for large mails, for all doors together.
    pub room: Room,
    /// Who may log in, where somebody may.
    pub logins: Option<LoginTable>,
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
    /// Room for large mails.
    pub room: Room,
    /// Who may log in.
    pub logins: Option<LoginTable>,
    /// Who guessed.
    pub guesses: Guesses,
    /// Who may say for whom they speak.
    pub proxies: Vec<IpNet>,
    /// How long the greeting is held back.
    pub greeting_delay: Duration,
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
pub fn serve_mail(listener: impl Into<Listener>, service: MailService, stop: CancellationToken) -> Result<JoinHandle<()>, BadGlob> {
    let door = &service.door;
    let caps = Caps {
        total: door.max_connections,
        per_address: door.max_connections_per_address,
        per_network: door.max_connections_per_network,
    };
    let seats = Seats::new(caps, service.limits.give_way);
    let desk = Arc::new(Desk {
        protocol: service.protocol,
        source: service.source,
        domain: service.desk.domain().to_owned(),
        recipients: Recipients::new(&service.door.recipients, service.desk)?,
        max_message_bytes: service.door.max_message_bytes,
        room: service.room,
        logins: service.logins,
        guesses: Guesses::default(),
        proxies: service.door.proxies,
        greeting_delay: service.door.greeting_delay,
        accept: service.accept,
        clock: service.clock,
        limits: service.limits,
        prover: service.prover,
        tls: service.tls,
    });
    Ok(tokio::spawn(serve(listener.into(), desk, seats, stop)))
}

async fn serve(listener: Listener, desk: Arc<Desk>, seats: Arc<Seats>, stop: CancellationToken) {
    let sessions = TaskTracker::new();
    let stops = Stops {
        idle: stop.clone(),
        all: CancellationToken::new(),
    };
    let mut deaf = false;
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(caller) => {
                if std::mem::take(&mut deaf) {
                    desk.accept.tell(&desk.source, Report::Works, desk.clock.now());
                }
                open(caller, &desk, &seats, &stops, &sessions);
            }
            // Whoever called has hung up: no fault of this door.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                // Said once until a connection is accepted again, not ten times a second.
                if !std::mem::replace(&mut deaf, true) {
                    tracing::warn!(source = %desk.source, %error, "no connection can be accepted; it is tried again");
                    let why = format!("no connection can be accepted: {error}");
                    desk.accept.tell(&desk.source, Report::Failed(why), desk.clock.now());
                }
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

fn open(caller: Caller, desk: &Arc<Desk>, seats: &Arc<Seats>, stops: &Stops, sessions: &TaskTracker) {
    let address = caller.address();
    let proxied = address.is_some_and(|address| desk.proxies.iter().any(|proxies| proxies.contains(&address)));
    let seat = match seats.take(address.filter(|_| !proxied)) {
        Ok(seat) => seat,
        Err(no_seat) => return caller.turn_away(&no_seat_reply(no_seat)),
    };
    let wire = Wire::new(caller.stream(), desk.limits.write, stops.clone());
    // What comes by a socket in the file system comes from this machine.
    let peer = address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    sessions.spawn(Session::new(Arc::clone(desk), wire, peer, seat).run(proxied));
}

/// What those hear for whom there is no seat.
pub fn no_seat_reply(no_seat: NoSeat) -> Reply {
    match no_seat {
        NoSeat::Full => reply::TOO_MANY,
        NoSeat::Share => reply::TOO_MANY_FROM_YOU,
        NoSeat::Network => reply::TOO_MANY_FROM_NETWORK,
    }
}
