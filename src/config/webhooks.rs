//! Web addresses that are called, as the shells need them. May import nothing of the crate. Secrets stand here and nowhere else.

use std::collections::BTreeMap;

use ipnet::IpNet;
use secrecy::{SecretSlice, SecretString};

/// `send: { webhooks, allow_networks, ca }`
#[derive(Debug, Clone, Default)]
pub struct Webhooks {
    /// By name.
    pub named: BTreeMap<String, Webhook>,
    /// Networks that may be called though they are not on the internet.
    pub allow_networks: Vec<IpNet>,
    /// Certificates that are trusted besides those of the system, PEM.
    pub ca: Option<Vec<u8>>,
}

/// One address.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The address; it may hold a secret.
    pub url: SecretString,
    /// What calls are signed with: the new and the old one while a secret is changed.
    pub secrets: Vec<SecretSlice<u8>>,
}
