//! Who acts, and how sure that is. May import model, reply, policy. What a mail says of itself never counts: a key, the one author, and a proof from outside it.

use serde::{Deserialize, Serialize};

use super::Context;
use super::route::is_address_of;
use crate::model::{Address, Message, Proof, Reader};
use crate::reply::Token;

/// Who acts, and how sure that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who.
    pub reader: Reader,
    /// How that is known.
    pub evidence: Evidence,
    /// The address it came from, for the receipt.
    pub address: Option<Address>,
    /// What proves it, where something does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

/// How sure it is who acts, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// No key: From is the address of one of `people`, and nothing proves it.
    FromOnly,
    /// A valid key, but From is not one of that reader's addresses.
    KeyOnly,
    /// A valid key, and From is one of that reader's addresses.
    KeyAndFrom,
    /// The same, and a proof that the mail comes from there.
    Proven,
    /// Confirmed by a one-time code that was sent to the person's own address.
    Confirmed,
    /// The command line of the machine batond runs on.
    Local,
}

/// How much evidence a verb needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// A valid key, or a known sender.
    Zero,
    /// A valid key, and From is one of that person's addresses.
    One,
    /// The same, and a proof.
    Two,
}

impl Tier {
    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl Evidence {
    /// As far as it goes.
    #[must_use]
    pub fn tier(self) -> Tier {
        match self {
            Self::FromOnly | Self::KeyOnly => Tier::Zero,
            Self::KeyAndFrom => Tier::One,
            Self::Proven | Self::Confirmed | Self::Local => Tier::Two,
        }
    }
}

impl Actor {
    /// Whoever writes a message that carries a valid key of `reader`.
    pub(super) fn with_key(reader: Reader, key: &Token, message: &Message, cx: &Context<'_>) -> Self {
        let address = message.mail().and_then(crate::model::Mail::author);
        let own = address.as_ref().is_some_and(|author| is_address_of(&reader, author, cx.policy));
        let proof = cx.policy.proof(message, Some(&key.0)).filter(|_| own);
        let evidence = match (own, &proof) {
            (false, _) => Evidence::KeyOnly,
            (true, None) => Evidence::KeyAndFrom,
            (true, Some(_)) => Evidence::Proven,
        };
        Self {
            reader,
            evidence,
            address,
            proof,
        }
    }

    /// One of `people` as far as From says, of a message without a key.
    pub(super) fn by_name(message: &Message, cx: &Context<'_>) -> Option<Self> {
        let address = message.mail().and_then(crate::model::Mail::author)?;
        let person = cx.policy.person_by_address(&address)?;
        Some(Self {
            reader: Reader::Person(person.key.clone()),
            evidence: Evidence::FromOnly,
            address: Some(address),
            proof: None,
        })
    }

    /// By which evidence, as the timeline says it: `by reply (key, DKIM ana.example)`.
    #[must_use]
    pub fn how(&self) -> String {
        let address = || {
            self.address
                .as_ref()
                .map_or_else(|| "an unknown address".to_owned(), ToString::to_string)
        };
        let proof = self.proof.as_ref().map_or_else(String::new, |proof| format!(", {proof}"));
        match self.evidence {
            Evidence::FromOnly => format!("by mail (only its From, {})", address()),
            Evidence::KeyOnly => format!("by reply (key, but from {})", address()),
            Evidence::KeyAndFrom => "by reply (key, From)".to_owned(),
            Evidence::Proven => format!("by reply (key, From{proof})"),
            Evidence::Confirmed => "confirmed from their own address (one-time code)".to_owned(),
            Evidence::Local => "at the command line".to_owned(),
        }
    }

    /// Whether that is enough for a verb of this tier.
    #[must_use]
    pub fn reaches(&self, tier: Tier) -> bool {
        self.evidence.tier() >= tier
    }
}
