//! Who acts, and how sure that is. May import model, policy. What a mail says of itself never counts: a key, the one author, and a proof from outside it.

use serde::{Deserialize, Serialize};

use super::Context;
use super::route::is_address_of;
use crate::model::{Address, Message, Proof, Reader};

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
    /// A valid key, but From is not one of that reader's addresses.
    KeyOnly,
    /// A valid key, and From is one of that reader's addresses.
    KeyAndFrom,
    /// The same, and a proof that the mail comes from there.
    Proven,
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
            Self::KeyOnly => Tier::Zero,
            Self::KeyAndFrom => Tier::One,
            Self::Proven | Self::Local => Tier::Two,
        }
    }
}

impl Actor {
    /// Whoever writes a message that carries a valid key of `reader`.
    pub(super) fn with_key(reader: Reader, message: &Message, cx: &Context<'_>) -> Self {
        let address = message.mail().and_then(crate::model::Mail::author);
        let own = address.as_ref().is_some_and(|author| is_address_of(&reader, author, cx.policy));
        let proof = cx.policy.proof(message).filter(|_| own);
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

    /// Whether that is enough for a verb of this tier.
    #[must_use]
    pub fn reaches(&self, tier: Tier) -> bool {
        self.evidence.tier() >= tier
    }
}
