//! The secrets of the reply keys over the control socket: what there is, a new one, ending one. May import model, reply, driver. The secrets themselves stay where they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::Told;
use super::{Control, ErrorKind, Trouble};
use crate::model::PersonKey;
use crate::reply::KeyRing;

/// What is asked of the shelf where the secrets are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum KeyChange {
    /// Nothing but to say what there is.
    List,
    /// A new secret makes keys from now on.
    Rotate,
    /// The keys of the secret of this name are good no more.
    Revoke(String),
    /// The keys a person has are good no more.
    RevokePerson(PersonKey),
}

/// What a secret is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretUse {
    /// It makes keys, and its keys are good.
    Makes,
    /// Its keys are good.
    Verifies,
}

/// A secret as it is shown: by a name that says nothing about its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView {
    /// Eight characters.
    pub name: String,
    /// When it was made.
    pub made: Timestamp,
    /// What it is used for.
    #[serde(rename = "use")]
    pub use_for: SecretUse,
}

/// What there is, and what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// The secrets; the first makes keys.
    pub secrets: Vec<SecretView>,
    /// Whose keys were revoked, and how often.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub revoked: BTreeMap<PersonKey, u32>,
    /// What was done, and what follows from it; empty if nothing was.
    pub said: String,
}

/// Does what is asked where the secrets are, and answers with the ring that holds from then on.
pub type ChangeKeys = dyn Fn(&KeyChange) -> Result<(Keys, KeyRing), Trouble> + Send + Sync;

/// Changes the secrets on disk first, then what the driver makes and verifies keys with.
pub(super) async fn change(control: &Control, change: KeyChange) -> Told {
    if let KeyChange::RevokePerson(person) = &change
        && !control.handle.policy().people.contains_key(person)
    {
        let text = format!("there is no person `{person}`");
        return Err(Trouble::new(ErrorKind::NotFound, text));
    }
    // It waits for the disk: not on a thread that others answer on.
    let (run, asked) = (Arc::clone(&control.change_keys), change.clone());
    let changed = tokio::task::spawn_blocking(move || run(&asked)).await;
    let (keys, ring) = changed.map_err(|error| Trouble::new(ErrorKind::Store, error.to_string()))??;
    if change != KeyChange::List {
        control.handle.rekey(ring).await?;
        tracing::info!(secrets = keys.secrets.len(), "{}", keys.said);
    }
    Ok(serde_json::to_value(keys)?)
}
