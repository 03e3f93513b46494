//! Every limit of a mail session, by name and unit. May import nothing of the crate. What a site can set stands in `MailDoor`; the rest is fixed here.

use std::time::Duration;

/// The longest command line in octets, CRLF included. RFC 5321 asks for 512 and more for each extension; addresses in UTF-8 need the room.
pub const MAX_COMMAND_BYTES: usize = 1024;

/// How much of one overlong command line is skipped, in octets, before the connection is closed.
pub const MAX_SKIPPED_BYTES: usize = 64 * 1024;

/// The most recipients of one mail (RFC 5321 section 4.5.3.1.8 asks for at least 100).
pub const MAX_RECIPIENTS: usize = 100;

/// The most refused commands in a row, without a mail accepted between them.
pub const MAX_ERRORS: usize = 20;

/// The most `Received` headers: a mail that passed more hosts is going in circles (RFC 5321 section 6.3).
pub const MAX_HOPS: usize = 50;

/// What one read asks for, in octets.
pub const READ_BYTES: usize = 16 * 1024;

/// What one read asks for inside DATA, in octets.
pub const DATA_READ_BYTES: usize = 64 * 1024;

/// How much of a mail is kept in memory, in octets, before it has to ask for a share of [`MIN_POOL_BYTES`].
pub const FREE_BODY_BYTES: usize = 64 * 1024;

/// The step in which a mail asks for more of the pool, in octets.
pub const POOL_STEP_BYTES: usize = 256 * 1024;

/// The least size of a listener's pool for mails being read, in octets. It is at least twice the largest mail.
pub const MIN_POOL_BYTES: usize = 64 * 1024 * 1024;

/// The times a session waits. The default is what runs; tests shorten them.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// For the next command: 5 minutes (RFC 5321 section 4.5.3.2.7).
    pub command: Duration,
    /// For the next command before a session has to give its seat to a newcomer, when all are taken: 1 second.
    pub give_way: Duration,
    /// For the next octets inside DATA: 3 minutes (RFC 5321 section 4.5.3.2.5).
    pub chunk: Duration,
    /// For a whole DATA: 30 minutes.
    pub data: Duration,
    /// For a TLS handshake: 15 seconds.
    pub handshake: Duration,
    /// For the peer to read a reply: 1 minute.
    pub write: Duration,
    /// For a whole session; one that is older ends after its current mail: 1 hour.
    pub session: Duration,
    /// For the commit of a mail: 60 seconds, then the sender keeps it.
    pub accept: Duration,
    /// For mails in hand after a stop: 10 seconds.
    pub stop: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            command: Duration::from_secs(300),
            give_way: Duration::from_secs(1),
            chunk: Duration::from_secs(180),
            data: Duration::from_secs(1_800),
            handshake: Duration::from_secs(15),
            write: Duration::from_secs(60),
            session: Duration::from_secs(3_600),
            accept: Duration::from_secs(60),
            stop: Duration::from_secs(10),
        }
    }
}

/// How long the sender of one mail may take to be checked, all look-ups together, before the mail is taken with less evidence.
pub const PROOF_TIMEOUT: Duration = Duration::from_secs(6);

/// How long one question to a name server may take; it is asked twice.
pub const DNS_TIMEOUT: Duration = Duration::from_secs(2);

/// How many answers of name servers are kept.
pub const DNS_CACHED_ANSWERS: u64 = 4_096;

/// How many signatures of one mail are looked at.
pub const MAX_SIGNATURES: usize = 8;
