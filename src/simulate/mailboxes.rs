//! What people were sent, as far as they can answer it: the last letter of each, and the last about each item. May import model. Grows with the items, not with the mail.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::{Delivery, Letter};

/// Everybody's mail, by address.
#[derive(Debug, Default)]
pub(super) struct Mailboxes {
    by_address: BTreeMap<String, Mailbox>,
}

#[derive(Debug, Default)]
struct Mailbox {
    last: Option<Arc<Letter>>,
    about: HashMap<String, Arc<Letter>>,
}

impl Mailboxes {
    /// Puts a letter into its reader's box.
    pub(super) fn deliver(&mut self, delivery: &Delivery) {
        let mut letter = delivery.letter.clone();
        if letter.reply_to.is_some() && delivery.notices.len() == 1 {
            // Nobody answers by its links.
            letter.html.clear();
        }
        let letter = Arc::new(letter);
        let mailbox = self.by_address.entry(letter.to.folded().to_owned()).or_default();
        for (_, _, item) in &delivery.notices {
            mailbox.about.insert(item.to_string(), Arc::clone(&letter));
        }
        mailbox.last = Some(letter);
    }

    /// Every address that got mail.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &String> {
        self.by_address.keys()
    }

    /// The last letter to any of these addresses, about an item if one is named, and the address that got it.
    pub(super) fn last(&self, addresses: &[String], item: Option<&str>) -> Option<(String, Letter)> {
        let got = addresses.iter().filter_map(|address| {
            let mailbox = self.by_address.get(address)?;
            let letter = match item {
                Some(item) => mailbox.about.get(item)?,
                None => mailbox.last.as_ref()?,
            };
            Some((address, letter))
        });
        let (address, letter) = got.max_by_key(|(_, letter)| letter.date)?;
        Some((address.clone(), Letter::clone(letter)))
    }
}

/// Where an answer goes: in a joint mail or a digest to the address of the item's own answers, else to Reply-To.
pub(super) fn answer_address(letter: &Letter, item: Option<&str>) -> Option<String> {
    let own = item.and_then(|item| own_address(letter, item));
    own.or_else(|| letter.reply_to.as_ref().map(ToString::to_string))
}

fn own_address(letter: &Letter, item: &str) -> Option<String> {
    let item = format!("{}-", item.to_lowercase());
    let links = letter.html.split("mailto:").skip(1);
    let addresses = links.filter_map(|link| link.split(['?', '"']).next());
    addresses
        .filter(|address| address.split_once('+').is_some_and(|(_, key)| key.starts_with(&item)))
        .map(|a| a.replace("%2B", "+"))
        .next()
}
