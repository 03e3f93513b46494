//! What rules must be told of a message besides what it says itself. May import model, calendar, decode, rules. The same message gets the same facts.

use super::Policy;
use crate::decode::auth_results;
use crate::model::{AuthChecks, Mail, Message};
use crate::rules::Facts;

impl Policy {
    /// Whether the sender is one of ours, what a trusted receiver found, and which calendars that rules name were open when it came.
    #[must_use]
    pub fn facts(&self, message: &Message) -> Facts {
        let author = message.mail().and_then(Mail::author);
        let checked = message
            .mail()
            .and_then(|mail| mail.envelope.checked.as_ref())
            .map(AuthChecks::results);
        let trusted = self.trust.get(&message.source).map(|trust| trust.receivers.as_slice());
        let calendars = self.rules.calendars().chain(self.mutes.rules.calendars());
        let open = calendars.filter_map(|name| Some((name.clone(), self.calendars.get(name)?.is_open(message.received))));
        Facts {
            known: author.is_some_and(|author| self.person_by_address(&author).is_some()),
            auth: checked.or_else(|| message.mail().zip(trusted).and_then(|(mail, trusted)| auth_results(mail, trusted))),
            calendars: open.collect(),
        }
    }
}
