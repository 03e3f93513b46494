//! How many mails one person is sent in a while. May import model. What comes past it is held, counted and sent together.

use super::Policy;
use crate::model::PersonKey;

/// At most so many mails in a while, to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Mails, of which the last is kept for what is urgent; at least 2.
    pub mails: u32,
    /// The length of the while, in seconds.
    pub seconds: i64,
    /// Of these mails so many about one item at most.
    pub per_item: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            mails: 5,
            seconds: 600,
            per_item: 3,
        }
    }
}

impl Policy {
    /// The budget of a person.
    #[must_use]
    pub fn budget_of(&self, person: &PersonKey) -> Budget {
        let own = self.people.get(person).and_then(|person| person.budget);
        own.unwrap_or(self.desk.budget)
    }
}
