//! What the peer reads: reply code, enhanced status code (RFC 3463), text. May import driver. A temporary failure always leaves the mail with its sender.

use crate::driver::{Receipt, Refusal};

/// One reply line, without its CR LF.
pub type Reply = std::borrow::Cow<'static, str>;

macro_rules! replies {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {$(
        $(#[$doc])*
        pub const $name: Reply = Reply::Borrowed($text);
    )*};
}

replies! {
    /// To RSET and NOOP.
    OK = "250 2.0.0 Ok";
    /// To MAIL.
    SENDER_OK = "250 2.1.0 Sender ok";
    /// To RCPT.
    RECIPIENT_OK = "250 2.1.5 Recipient ok";
    /// To DATA.
    GO_AHEAD = "354 End with a line that holds only a dot";
    /// To VRFY: neither confirmed nor denied.
    VRFY = "252 2.1.5 Send the mail and see";
    /// To HELP.
    HELP = "214 2.0.0 This server takes mail for batond; it knows HELO EHLO LHLO MAIL RCPT DATA RSET NOOP VRFY QUIT";
    /// To QUIT.
    BYE = "221 2.0.0 Bye";
    /// A stop, and nothing is in hand.
    STOPPING = "421 4.3.2 The service is stopping; try again";
    /// Nothing came in time.
    TIMEOUT = "421 4.4.2 Nothing came in time; closing";
    /// STARTTLS: the handshake follows.
    START_TLS = "220 2.0.0 Ready to start TLS";
    /// STARTTLS twice.
    TLS_ALREADY = "503 5.5.1 TLS has begun already";
    /// Anything of substance before STARTTLS, where it is required (RFC 3207 section 4).
    TLS_FIRST = "530 5.7.0 Say STARTTLS first";
    /// A mail that comes too slowly.
    TOO_SLOW = "421 4.4.2 That mail comes too slowly; try again";
    /// Whoever speaks before the greeting is no mail server.
    EARLY = "554 5.5.1 You spoke before the greeting";
    /// No seat left for this network.
    TOO_MANY_FROM_NETWORK = "421 4.7.0 Too many connections from your network; try again later";
    /// The disk does not take a large mail while it comes in.
    NO_SPOOL = "452 4.3.1 There is no room for a mail of that size now; try again later";
    /// AUTH, and it was right.
    LOGGED_IN = "235 2.7.0 Welcome";
    /// AUTH in the clear (RFC 4954 section 6).
    LOGIN_NEEDS_TLS = "538 5.7.11 Say STARTTLS first; no secret is taken in the clear";
    /// AUTH twice.
    LOGIN_ALREADY = "503 5.5.1 You have logged in already";
    /// AUTH inside a mail.
    LOGIN_FIRST = "503 5.5.1 A mail is already begun; log in before it";
    /// AUTH by PLAIN or LOGIN only.
    LOGIN_HOW = "504 5.5.4 Only PLAIN and LOGIN are known here";
    /// `*` in place of a secret.
    LOGIN_CANCELLED = "501 5.7.0 Cancelled";
    /// A wrong name or secret; which of them is not said.
    LOGIN_WRONG = "535 5.7.8 That name and secret do not belong together";
    /// Too many wrong ones from this address.
    LOGIN_LATER = "454 4.7.0 Too many wrong logins from your address; try again in 10 minutes";
    /// MAIL before AUTH, where it is required.
    LOGIN_REQUIRED = "530 5.7.0 Log in first";
    /// The session is too old.
    SESSION_OVER = "421 4.4.2 This session has lasted long enough; connect again";
    /// Too many refusals.
    TOO_MANY_ERRORS = "421 4.7.0 Too many errors; closing";
    /// All seats are taken, and this session has been idle longest.
    GIVE_WAY = "421 4.7.0 Too many connections, and yours was idle; connect again";
    /// No seat left.
    TOO_MANY = "421 4.7.0 Too many connections; try again later";
    /// No seat left for this address.
    TOO_MANY_FROM_YOU = "421 4.7.0 Too many connections from your address; try again later";
    /// Nobody would ever find the end of that line.
    ENDLESS = "421 4.7.0 That line does not end; closing";
    /// Past `MAX_COMMAND_BYTES`.
    LONG = "500 5.5.2 Line too long; a command has at most 1024 octets";
    /// A bare LF, or a CR inside the line.
    BARE = "500 5.5.2 End each line with CR LF, and use neither alone";
    /// No such command.
    UNKNOWN = "500 5.5.1 Unknown command";
    /// Known, but not here.
    NOT_HERE = "502 5.5.1 Command not available here";
    /// LHLO to an SMTP listener.
    USE_EHLO = "500 5.5.1 This is SMTP; say EHLO";
    /// HELO or EHLO to an LMTP listener.
    USE_LHLO = "500 5.5.1 This is LMTP; say LHLO";
    /// MAIL before EHLO.
    HELLO_FIRST = "503 5.5.1 Introduce yourself first";
    /// MAIL twice.
    NESTED = "503 5.5.1 A mail is already begun; finish it or say RSET";
    /// RCPT or DATA before MAIL.
    MAIL_FIRST = "503 5.5.1 Say MAIL first";
    /// DATA before RCPT.
    RCPT_FIRST = "503 5.5.1 Say RCPT first";
    /// DATA when every RCPT was refused.
    NO_RECIPIENT = "554 5.5.1 No recipient was accepted";
    /// A return path that is no address.
    BAD_SENDER = "501 5.1.7 The sender is not an address; write MAIL FROM:<name@domain> or MAIL FROM:<>";
    /// A recipient that is no address.
    BAD_RECIPIENT = "501 5.1.3 The recipient is not an address; write RCPT TO:<name@domain>";
    /// A non-ASCII address without SMTPUTF8, or one that is not UTF-8 (RFC 6531 section 3.5).
    NEEDS_UTF8 = "553 5.6.7 An address outside ASCII is UTF-8 and needs SMTPUTF8 in MAIL";
    /// BINARYMIME or REQUIRETLS.
    UNSUPPORTED = "555 5.5.4 That parameter is not supported here";
    /// The declared size, or what came, is too much.
    TOO_BIG = "552 5.3.4 The mail is too big for this server";
    /// The pool for mails being read is empty.
    NO_ROOM = "452 4.3.1 Too much mail is coming in at once; try again";
    /// Past `MAX_RECIPIENTS`.
    TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients; send the rest in another mail";
    /// Past `MAX_HOPS`.
    LOOP = "554 5.4.6 The mail has passed too many hosts; it is going in circles";
    /// A source route.
    ROUTE = "550 5.7.1 No source routes: this server relays nothing";
    /// A quoted local part and the like.
    ADDRESS_FORM = "550 5.7.1 Only plain addresses, name@domain, are accepted here";
    /// Not ours.
    FOREIGN = "550 5.7.1 No mail is accepted for that address here";
    /// The commit took too long.
    SLOW = "451 4.3.0 The mail could not be stored in time; try again";
}

/// The reply to a mail that is on stable storage.
#[must_use]
pub fn accepted(receipt: &Receipt) -> String {
    let mut text = String::from(if receipt.repeat {
        "250 2.0.0 Ok: had it before"
    } else {
        "250 2.0.0 Ok: queued"
    });
    for (at, item) in receipt.items.iter().take(MAX_NAMED_ITEMS).enumerate() {
        text.push_str(if at == 0 { " as " } else { " " });
        text.push_str(&item.to_string());
    }
    match receipt.items.len().saturating_sub(MAX_NAMED_ITEMS) {
        0 => {}
        more => text.push_str(&format!(" and {more} more")),
    }
    text
}

/// How many items a reply names: a reply line has at most 512 octets (RFC 5321 section 4.5.3.1.5).
const MAX_NAMED_ITEMS: usize = 8;

/// The reply to a mail that was not taken.
#[must_use]
pub fn refused(refusal: &Refusal) -> Reply {
    match refusal {
        Refusal::Busy => "451 4.3.2 Too much is waiting; try again",
        Refusal::Full => "452 4.3.1 The disk is nearly full; try again later",
        Refusal::Clock => "451 4.3.2 The clock of this machine is not set yet; try again",
        Refusal::Stopping => "421 4.3.2 The service is stopping; try again",
        Refusal::Store => "451 4.3.0 The store failed; try again",
    }
    .into()
}

/// The word a mail is counted under that the door itself refused; what the driver refuses it counts itself.
#[must_use]
pub fn reason(refusal: &Reply) -> &'static str {
    match refusal.get(..9) {
        Some("552 5.3.4") => "size",
        Some("554 5.4.6") => "loop",
        Some("452 4.3.1") => "room",
        Some("554 5.5.1") => "early",
        Some("421 4.3.2") => "stopping",
        _ => "slow",
    }
}

/// `250 2.0.0 rest` becomes `250 2.0.0 <ana@ops.example> rest`: LMTP answers for each recipient (RFC 2033 section 4.2).
#[must_use]
pub fn for_recipient(reply: &str, recipient: &str) -> String {
    match reply.splitn(3, ' ').collect::<Vec<_>>().as_slice() {
        [code, status, text] => format!("{code} {status} <{recipient}> {text}"),
        _ => reply.to_owned(),
    }
}
