//! Names and ids people can say. May import nothing of the crate. A name is cheap to clone and prints as it was written.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Arc::from(text))
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// The key of a queue in the configuration, such as `support`.
    QueueName;
    /// The key of a person in the configuration, such as `ana`.
    PersonKey;
    /// The key of a team.
    TeamName;
    /// The key of a calendar.
    CalendarName;
    /// The key of a rotation.
    RotationName;
    /// The key of an escalation ladder.
    EscalationName;
    /// The key of a source, such as `inbox`.
    SourceName;
    /// The name of a rule.
    RuleName;
    /// The key of an expectation.
    ExpectationName;
    /// The key of a round in the configuration, such as `standup`. One that takes place has an id: `ROUND-12`.
    RoundName;
    /// The name of a mute: its key in the configuration, or what it is set on, such as `queue:support`.
    MuteName;
    /// The revision of a policy: a short hash of the configuration it was compiled from.
    Revision;
}

/// An item's id: the queue's prefix and a number that counts from 1 in that prefix, said as `SUP-142`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    /// The prefix of the queue the item was opened in: 1 to 8 of `A-Z0-9`, the first a letter.
    pub prefix: Arc<str>,
    /// Counts from 1 per prefix, without gaps in committed state.
    pub number: u64,
}

impl ItemId {
    /// The longest prefix, so that a reply address stays within 64 octets.
    pub const MAX_PREFIX_BYTES: usize = 8;

    /// Builds the id from its parts.
    #[must_use]
    pub fn new(prefix: &str, number: u64) -> Self {
        Self {
            prefix: Arc::from(prefix),
            number,
        }
    }

    /// Whether `text` can be the prefix of a queue.
    #[must_use]
    pub fn is_prefix(text: &str) -> bool {
        (1..=Self::MAX_PREFIX_BYTES).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && text.as_bytes()[0].is_ascii_uppercase()
    }
}

/// Why a text is not an item id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an item id; one looks like SUP-142")]
pub struct ItemIdError(String);

impl FromStr for ItemId {
    type Err = ItemIdError;

    /// Reads `SUP-142`, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ItemIdError(text.chars().take(40).collect());
        let (prefix, number) = text.trim().rsplit_once('-').ok_or_else(refuse)?;
        let prefix = prefix.to_ascii_uppercase();
        if !Self::is_prefix(&prefix) || number.starts_with('+') {
            return Err(refuse());
        }
        Ok(Self::new(&prefix, number.parse().map_err(|_| refuse())?))
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{}", self.prefix, self.number))
    }
}

impl fmt::Debug for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ItemId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ItemId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
