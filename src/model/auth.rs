//! What a receiver of mail found out about its sender. May import its peers in model. Words as RFC 8601 has them, lower case.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SourceName;

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

/// What proves that a mail is its author's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// A receiver that is trusted says that the author's domain passes DMARC; the domain.
    Receiver(String),
    /// It came in by a source that is trusted.
    Source(SourceName),
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receiver(domain) => write!(f, "DMARC {domain}"),
            Self::Source(source) => write!(f, "trusted source {source}"),
        }
    }
}
