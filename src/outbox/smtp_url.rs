//! A relay's URL: `smtp://[user[:password]@]host[:port][/ehlo-name][?tls=required|opportunistic]` or `smtps://…`, as lettre reads it. May import nothing of the crate.

use secrecy::SecretString;
use url::Url;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// Not at all: a relay on this machine.
    None,
    /// STARTTLS if the relay offers it.
    Opportunistic,
    /// STARTTLS or nothing.
    Required,
    /// TLS from the first byte.
    Implicit,
}

/// What the URL says.
#[derive(Debug, Clone)]
pub(super) struct SmtpUrl {
    /// Name or address, without brackets.
    pub host: String,
    /// The port; by scheme and `tls`: 25, 587, 465.
    pub port: u16,
    /// The protection.
    pub security: Security,
    /// The name said in EHLO, if one is written.
    pub hello: Option<String>,
    /// Who signs in, if somebody does.
    pub login: Option<Login>,
}

/// Who signs in.
#[derive(Debug, Clone)]
pub(super) struct Login {
    /// The user.
    pub user: String,
    /// The password; without one, a token is shown. Debug does not print it.
    pub password: Option<SecretString>,
}

impl SmtpUrl {
    /// Reads a URL. The error is a sentence that never repeats the URL: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("the relay is not a URL: {error}"))?;
        let host = match url.host() {
            Some(url::Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => return Err("the relay's URL names no host".to_owned()),
        };
        let mut tls = None;
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "tls" => tls = Some(value.into_owned()),
                _ => return Err("the relay's URL takes `tls` and nothing else after the `?`".to_owned()),
            }
        }
        let (security, port) = match (url.scheme(), tls.as_deref()) {
            ("smtp", None) => (Security::None, 25),
            ("smtp", Some("opportunistic")) => (Security::Opportunistic, 587),
            ("smtp", Some("required")) => (Security::Required, 587),
            ("smtps", None) => (Security::Implicit, 465),
            ("smtp" | "smtps", Some(_)) => return Err("`tls` is required or opportunistic, and only with smtp://".to_owned()),
            _ => return Err("the relay's URL begins with smtp://, smtps:// or file://".to_owned()),
        };
        let hello = Some(url.path().trim_matches('/').to_owned()).filter(|name| !name.is_empty());
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            ("", _) => return Err("the relay's URL has a password without a user".to_owned()),
            (user, password) => Some(Login {
                user: decoded(user)?,
                password: password.map(decoded).transpose()?.map(SecretString::from),
            }),
        };
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            security,
            hello,
            login,
        })
    }
}

/// Percent-decodes (RFC 3986 section 2.1) to UTF-8.
fn decoded(text: &str) -> Result<String, String> {
    let bad = || "user or password in the relay's URL is not percent-encoded UTF-8".to_owned();
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|b| char::from(b).to_digit(16)).ok_or_else(bad);
        let value = digit()? * 16 + digit()?;
        out.push(u8::try_from(value).map_err(|_| bad())?);
    }
    String::from_utf8(out).map_err(|_| bad())
}

#[cfg(test)]
#[path = "smtp_url_tests.rs"]
mod tests;
