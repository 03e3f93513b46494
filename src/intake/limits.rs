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

/// How much of a mail stays in memory while it comes in, in octets; what is more waits on disk until the mail is whole.
pub const SPOOL_BYTES: usize = 256 * 1024;

/// What all mails that went by disk may hold in memory once they are whole, all doors together, in octets. At least one of the largest always may.
pub const MEMORY_BYTES: usize = 32 * 1024 * 1024;

/// The unit in which it is given, in octets.
pub const MEMORY_STEP_BYTES: usize = 64 * 1024;

/// How many octets a second of a mail must come at least, over all of it, once [`SessionLimits::slow_start`] is over.
pub const MIN_BYTES_A_SECOND: u64 = 500;

/// The same while seats are short: whoever is slower may lose theirs to a newcomer.
pub const MIN_BYTES_A_SECOND_CROWDED: u64 = 10_000;

/// The times a session waits. The default is what runs; tests shorten them.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// For the next command: 5 minutes (RFC 5321 section 4.5.3.2.7).
    pub command: Duration,
    /// The same, and for the next octets inside DATA, while few seats are left: 10 seconds.
    pub crowded: Duration,
    /// Before the least rate of a mail is asked for: 60 seconds.
    pub slow_start: Duration,
    /// The same before a slow mail may lose its seat to a newcomer: 5 seconds.
    pub slow_start_crowded: Duration,
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
            crowded: Duration::from_secs(10),
            slow_start: Duration::from_secs(60),
            slow_start_crowded: Duration::from_secs(5),
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
