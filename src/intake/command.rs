//! One command line, read by smtp-proto. May import its peer reply. Nothing but a whole line that ends with CR LF comes here.

use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, Error, MAIL_BODY_BINARYMIME, MAIL_REQUIRETLS, MAIL_SMTPUTF8, Request};

use super::reply::{self, Reply};

/// What the peer asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// HELO, EHLO or LHLO and the name that followed.
    Hello(Hello, String),
    /// MAIL.
    Mail {
        /// The return path, `None` for `<>`.
        from: Option<String>,
        /// The declared size in octets, 0 if none was declared.
        size_bytes: usize,
        /// Whether addresses may be UTF-8.
        utf8: bool,
    },
    /// RCPT, with what stood between `<` and `>`.
    Rcpt(String),
    /// DATA.
    Data,
    /// RSET.
    Rset,
    /// NOOP.
    Noop,
    /// VRFY.
    Vrfy,
    /// HELP.
    Help,
    /// STARTTLS.
    StartTls,
    /// AUTH, and what came with it.
    Auth(Mechanism, Option<String>),
    /// QUIT.
    Quit,
}

/// The ways to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616.
    Plain,
    /// Two questions, two answers.
    Login,
}

/// The three ways to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hello {
    /// RFC 821.
    Helo,
    /// RFC 5321.
    Ehlo,
    /// RFC 2033.
    Lhlo,
}

impl Command {
    /// Reads a line, its CR LF included.
    ///
    /// # Errors
    /// What the peer hears instead.
    pub fn read(line: &[u8]) -> Result<Self, Reply> {
        let request = Request::parse(&mut line.iter()).map_err(|error| refusal(&error))?;
        Ok(match request {
            Request::Helo { host } => Self::Hello(Hello::Helo, name(&host)),
            Request::Ehlo { host } => Self::Hello(Hello::Ehlo, name(&host)),
            Request::Lhlo { host } => Self::Hello(Hello::Lhlo, name(&host)),
            Request::Mail { from } => {
                if from.flags & (MAIL_BODY_BINARYMIME | MAIL_REQUIRETLS) != 0 {
                    return Err(reply::UNSUPPORTED);
                }
                let utf8 = from.flags & MAIL_SMTPUTF8 != 0;
                let path = from.address.as_ref();
                if path.chars().any(char::is_control) {
                    return Err(reply::BAD_SENDER);
                }
                if needs_utf8(path, utf8) {
                    return Err(reply::NEEDS_UTF8);
                }
                Self::Mail {
                    from: (!path.is_empty()).then(|| path.to_owned()),
                    size_bytes: from.size,
                    utf8,
                }
            }
            // smtp-proto takes routes and quotes out of the address; whom a mail is for is judged by what was written.
            Request::Rcpt { .. } => Self::Rcpt(written_path(line).ok_or(reply::BAD_RECIPIENT)?),
            Request::Data => Self::Data,
            Request::Rset => Self::Rset,
            Request::Noop { .. } => Self::Noop,
            Request::Vrfy { .. } => Self::Vrfy,
            Request::Help { .. } => Self::Help,
            Request::Quit => Self::Quit,
            Request::StartTls => Self::StartTls,
            Request::Auth {
                mechanism,
                initial_response,
            } => {
                let first = match initial_response.as_ref() {
                    "" => None,
                    // An answer that is there and empty (RFC 4954 section 4).
                    "=" => Some(String::new()),
                    first => Some(first.to_owned()),
                };
                match mechanism {
                    AUTH_PLAIN => Self::Auth(Mechanism::Plain, first),
                    AUTH_LOGIN => Self::Auth(Mechanism::Login, first),
                    _ => return Err(reply::LOGIN_HOW),
                }
            }
            Request::Bdat { .. } | Request::Expn { .. } | Request::Etrn { .. } | Request::Atrn { .. } | Request::Burl { .. } => {
                return Err(reply::NOT_HERE);
            }
        })
    }
}

/// Whether an address may not stand here: outside ASCII and SMTPUTF8 was not asked for, or it was not UTF-8 at all.
#[must_use]
pub fn needs_utf8(path: &str, utf8: bool) -> bool {
    (!utf8 && !path.is_ascii()) || path.contains(char::REPLACEMENT_CHARACTER)
}

/// What stood between the first `<` and the `>` that closes it: the last one, as a quoted local part can hold others.
fn written_path(line: &[u8]) -> Option<String> {
    let open = memchr::memchr(b'<', line)?;
    let after = line.get(open + 1..)?;
    let quoted = after.contains(&b'"');
    let close = if quoted {
        memchr::memrchr(b'>', after)?
    } else {
        memchr::memchr(b'>', after)?
    };
    let path = String::from_utf8_lossy(after.get(..close)?);
    Some(path.trim().to_owned())
}

/// The name after HELO without controls; it is only ever shown.
fn name(host: &str) -> String {
    host.chars().filter(|c| !c.is_control()).collect()
}

fn refusal(error: &Error) -> Reply {
    match error {
        Error::SyntaxError { syntax } => format!("501 5.5.4 Syntax: {syntax}").into(),
        Error::InvalidParameter { param } => format!("501 5.5.4 The value of {param} cannot be read").into(),
        Error::UnsupportedParameter { .. } => reply::UNSUPPORTED,
        Error::InvalidSenderAddress => reply::BAD_SENDER,
        Error::InvalidRecipientAddress => reply::BAD_RECIPIENT,
        Error::ResponseTooLong => reply::LONG,
        Error::UnknownCommand | Error::NeedsMoreData { .. } | Error::InvalidResponse { .. } => reply::UNKNOWN,
    }
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
