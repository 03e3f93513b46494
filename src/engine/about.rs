//! What people say about themselves, wherever they say it: away, back, a swap. May import model, policy, reply. It is theirs to say, whatever the mail they answer was about.

use super::swap::{self, SwapCommand};
use super::{Command, Context, PersonCommand, ShiftCommand, announced, welcome};
use crate::model::PersonKey;
use crate::reply::Verb;

/// What a verb comes to that is about its writer, and what is said to them; `None` for any other verb.
///
/// # Errors
/// Why it cannot be, as a sentence.
#[must_use]
pub fn about(person: &PersonKey, verb: &Verb, cx: &Context<'_>) -> Option<Result<(Command, String), String>> {
    match verb {
        Verb::Away(words) => {
            let said = announced(person, words, cx);
            Some(said.map(|(period, text)| (Command::Person(person.clone(), PersonCommand::Away(period)), text)))
        }
        Verb::Back => {
            let text = welcome(person, cx);
            Some(Ok((Command::Person(person.clone(), PersonCommand::Back), text)))
        }
        Verb::Swap(words) => {
            let asked = swap::asked(person, words, cx);
            Some(asked.map(|(swap, text)| {
                let rotation = swap.rotation.clone();
                let ask = SwapCommand::Ask(Box::new(swap));
                (Command::Shift(rotation, ShiftCommand::Swap(Box::new(ask))), text)
            }))
        }
        _ => None,
    }
}
