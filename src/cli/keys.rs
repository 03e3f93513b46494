//! `batond keys`: the secrets reply keys are made with; a new one, or the end of one. May import control.

use clap::{Args, Subcommand};

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::Failure;
use crate::model::PersonKey;
use crate::web::control::{Ask, KeyChange, Keys, SecretUse};

/// `keys`
#[derive(Debug, Args)]
pub struct Secrets {
    #[command(subcommand)]
    change: Option<Change>,
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Make keys with a new secret from now on; those of the one before stay good until it is revoked
    Rotate,
    /// End a secret, or all keys a person has: answers to notices that carry them do nothing any more
    Revoke {
        /// The secret, as `batond keys` names it
        #[arg(required_unless_present = "person", conflicts_with = "person")]
        name: Option<String>,
        /// All keys this person has; newer notices to them carry others
        #[arg(long, value_name = "PERSON")]
        person: Option<String>,
    },
}

impl Secrets {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let change = match &self.change {
            None => KeyChange::List,
            Some(Change::Rotate) => KeyChange::Rotate,
            Some(Change::Revoke { person: Some(person), .. }) => KeyChange::RevokePerson(PersonKey::from(person.as_str())),
            Some(Change::Revoke { name, .. }) => KeyChange::Revoke(name.clone().unwrap_or_default()),
        };
        let value = client.ask(&Ask::Keys { change })?;
        screen.show(&value, || Ok(human(&typed::<Keys>(&value)?, screen)))
    }
}

/// What was done, and a table.
fn human(keys: &Keys, screen: &Screen) -> String {
    let row = |secret: &crate::web::control::SecretView| {
        let use_for = match secret.use_for {
            SecretUse::Makes => "makes the keys of new notices",
            SecretUse::Verifies => "its keys are still good",
        };
        [plain(&secret.name), screen.at(secret.made), use_for.to_owned()]
    };
    let rows: Vec<[String; 3]> = keys.secrets.iter().map(row).collect();
    let mut table = table(["SECRET", "MADE", "USE"], &rows, screen.columns);
    for (person, times) in &keys.revoked {
        let times = if *times == 1 { "once".to_owned() } else { format!("{times} times") };
        table.push_str(&format!("\nThe keys of {} were revoked {times}.\n", plain(person.as_str())));
    }
    if keys.said.is_empty() {
        return table;
    }
    format!("{}.\n\n{table}", keys.said)
}
