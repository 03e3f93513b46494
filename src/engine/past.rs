//! What deciding may ask about the past. May import model. A port: the store implements it, tests implement it over maps.

use super::{Correlation, Seen, SeenKey};
use crate::model::{
    Address, Correspondent, Delivery, DeliveryId, Expectation, ExpectationName, Item, ItemId, Mute, MuteName, Notice, Party, PersonKey,
    PersonState, Round, Shift,
};

/// A read of stored state.
pub type Read<T> = Result<T, ReadError>;

/// The store could not answer. The command is not decided; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store cannot be read: {0}")]
pub struct ReadError(pub String);

/// Committed state, as of the last commit.
pub trait Past {
    /// An item.
    ///
    /// # Errors
    /// When the store cannot be read; so for every method here.
    fn item(&self, id: &ItemId) -> Read<Option<Item>>;

    /// A person.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn person(&self, key: &PersonKey) -> Read<Option<PersonState>>;

    /// The notices that wait for a person, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn held(&self, key: &PersonKey) -> Read<Vec<Notice>>;

    /// A delivery. Its letter may lack text and further headers: no decision asks for them, and no event changes them.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn delivery(&self, id: &DeliveryId) -> Read<Option<Delivery>>;

    /// The item a key leads to.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn correlated(&self, key: &Correlation) -> Read<Option<ItemId>>;

    /// What a message with this key came to before.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn seen(&self, key: &SeenKey) -> Read<Option<Seen>>;

    /// The highest number used with this prefix, of an item or a round; 0 if none.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn last_number(&self, prefix: &str) -> Read<u64>;

    /// An expectation.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn expectation(&self, name: &ExpectationName) -> Read<Option<Expectation>>;

    /// A mute.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn mute(&self, name: &MuteName) -> Read<Option<Mute>>;

    /// The shifts of all rotations that are watched, or were, by name. There are as many as the configuration had.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn shifts(&self) -> Read<Vec<Shift>>;

    /// What is known of mail to an address, if there is trouble with it.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn correspondent(&self, address: &Address) -> Read<Option<Correspondent>>;

    /// Open items that concern a person or a team ([`Item::concerns`]), the nearest deadline first: at most `limit`, and how many more there are. Costs a
    /// scan of the keys of that party.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn concerning(&self, party: &Party, limit: usize) -> Read<(Vec<ItemId>, usize)>;

    /// A round.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn round(&self, id: &ItemId) -> Read<Option<Round>>;
}
