//! What a receiver of mail found out about its sender. May import its peers in model. Words as RFC 8601 has them, lower case.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{PersonKey, SourceName};

/// A way to tell who sent a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthMethod {
    /// RFC 6376
    Dkim,
    /// RFC 7208
    Spf,
    /// RFC 7489
    Dmarc,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Dkim, Self::Spf, Self::Dmarc];

    /// Its name in rules and in Authentication-Results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dkim => "dkim",
            Self::Spf => "spf",
            Self::Dmarc => "dmarc",
        }
    }
}

/// The results of one receiver.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuthResults {
    /// Method and result (`pass`, `fail`, `none`, …) in the order written; a method can occur more than once, as DKIM does with several signatures.
    pub results: Vec<(AuthMethod, String)>,
}

impl AuthResults {
    /// The words RFC 8601 and its kin have for results of these methods.
    pub const WORDS: [&'static str; 8] = ["pass", "fail", "none", "neutral", "policy", "softfail", "temperror", "permerror"];

    /// The results of one method.
    pub fn of(&self, method: AuthMethod) -> impl Iterator<Item = &str> {
        let own = self.results.iter().filter(move |(of, _)| *of == method);
        own.map(|(_, result)| result.as_str())
    }
}

/// What batond's own door found out about the sender of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuthChecks {
    /// One for each signature, one for the network, one for the policy of the author's domain.
    pub checks: Vec<AuthCheck>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthCheck {
    /// How.
    pub method: AuthMethod,
    /// What came of it, as RFC 8601 words it.
    pub result: String,
    /// Whose it is, lower case; empty where nobody is named.
    pub domain: String,
    /// Whether it passed for the author's own domain, as that domain's DMARC record wants it.
    pub aligned: bool,
    /// Which headers a signature covers, lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<String>,
    /// A digest of the signature: the same mail under another Message-ID has the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl AuthChecks {
    /// The same as rules see it.
    #[must_use]
    pub fn results(&self) -> AuthResults {
        AuthResults {
            results: self.checks.iter().map(|check| (check.method, check.result.clone())).collect(),
        }
    }

    /// The signatures that passed for the author's own domain.
    pub fn signatures(&self) -> impl Iterator<Item = &str> {
        let good = self.checks.iter().filter(|check| check.aligned);
        good.filter_map(|check| check.signature.as_deref())
    }
}

/// Whether two domains have one owner: the same name, or the same registered domain by the public suffix list. DMARC calls it relaxed alignment.
#[must_use]
pub fn same_owner(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    one == other || psl::domain_str(&one).is_some_and(|owner| psl::domain_str(&other) == Some(owner))
}

/// What proves that a mail is its author's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// A signature of the author's domain; whose.
    Dkim(String),
    /// The network of the author's domain; whose.
    Spf(String),
    /// A receiver that is trusted says that the author's domain passes DMARC; the domain.
    Receiver(String),
    /// A receiver that is trusted says that a signature, or the network, of the author's domain passes; the domain.
    Told(AuthMethod, String),
    /// It came in by a source that is trusted.
    Source(SourceName),
    /// The person logged in to hand it over.
    Login(PersonKey),
    /// Confirmed from the person's own address, by the one-time code that was sent there.
    Code,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dkim(domain) => write!(f, "DKIM {domain}"),
            Self::Spf(domain) => write!(f, "SPF {domain}"),
            Self::Receiver(domain) => write!(f, "DMARC {domain}"),
            Self::Told(AuthMethod::Dkim, domain) => write!(f, "DKIM {domain}, as its receiver says"),
            Self::Told(AuthMethod::Spf, domain) => write!(f, "SPF {domain}, as its receiver says"),
            Self::Told(AuthMethod::Dmarc, domain) => write!(f, "DMARC {domain}, as its receiver says"),
            Self::Source(source) => write!(f, "trusted source {source}"),
            Self::Login(person) => write!(f, "login of {person}"),
            Self::Code => f.write_str("one-time code"),
        }
    }
}
