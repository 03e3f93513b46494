//! E-mail addresses as people compare them. May import nothing of the crate. Comparison ignores case, as every mail system in use does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One e-mail address, `local@domain` (RFC 5321 section 4.1.2, dot-string form, UTF-8 allowed by RFC 6531), kept as written, compared without case.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    written: String,
    folded: String,
}

/// Why a text is not an address batond accepts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no `@`, or nothing before or after it.
    #[error("an address has the form name@domain")]
    Form,
    /// A space, control, quote, bracket or comma stands in it.
    #[error("an address cannot hold {0:?}")]
    Character(char),
    /// The local part is over 64 octets, or the whole over 254.
    #[error("an address has at most 64 octets before the @ and 254 in all")]
    Long,
}

impl Address {
    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The address in lower case: what two spellings of one mailbox share.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The top-level domain that no mail reaches, if it has one: RFC 2606 and RFC 6762. `.example` is left out, as samples are written with it.
    #[must_use]
    pub fn reaches_nobody(&self) -> Option<&str> {
        const UNREACHABLE: [&str; 4] = ["invalid", "test", "localhost", "local"];
        let top = self.folded.rsplit(['.', '@']).next()?;
        UNREACHABLE.contains(&top).then_some(top)
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.written.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.written.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Form)?;
        let dots = |part: &str| part.starts_with('.') || part.ends_with('.') || part.contains("..");
        if local.is_empty() || domain.is_empty() || dots(local) || dots(domain) {
            return Err(AddressError::Form);
        }
        let bad = |c: char| c.is_whitespace() || c.is_control() || "\"<>()[]\\,;:@".contains(c);
        if let Some(c) = local.chars().find(|c| bad(*c)) {
            return Err(AddressError::Character(c));
        }
        if let Some(c) = domain.chars().find(|c| bad(*c)) {
            return Err(AddressError::Character(c));
        }
        if local.len() > 64 || text.len() > 254 {
            return Err(AddressError::Long);
        }
        Ok(Self {
            folded: text.to_lowercase(),
            written: text.to_owned(),
        })
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.written
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}
impl Eq for Address {}
impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Address {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.folded.cmp(&other.folded)
    }
}
impl std::hash::Hash for Address {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.written)
    }
}
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// An address with the name that stood before it in a header, both as decoded text without controls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The display name, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address as it stood in the mail, not checked beyond removal of controls.
    pub address: String,
}

impl Mailbox {
    /// The checked address, if it is one.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        self.address.parse().ok()
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => f.write_str(&self.address),
        }
    }
}
