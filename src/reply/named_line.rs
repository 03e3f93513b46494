//! `move QUEUE`, `merge ID`, `invite ADDRESS`: what names something else. May import model. A name that cannot be one is said so where the line was meant as a command.

use super::Verb;
use super::verb_line::{Reading, Standing, set_off, short_text, strip_word, unclear, words};
use crate::model::{Address, ItemId};

/// The most files one line names.
const MAX_FILES: usize = 100;

/// `move QUEUE`, `move to QUEUE, NOTE`. One word before the note: more is prose.
pub(super) fn read_move(text: &str, standing: Standing) -> Reading {
    let text = strip_word(text, "to").unwrap_or(text);
    let (name, note) = set_off(text);
    let name = name.trim_end_matches(['.', '!']);
    match words(name) {
        1 => Reading::Command(Verb::Move(name.to_owned(), note)),
        0 if standing.forced || standing.alone => unclear("move", "`move` needs a queue"),
        _ if standing.forced => unclear("move", "a queue has one word for a name"),
        _ => Reading::Text,
    }
}

/// `merge SUP-142`, `merge into SUP-142`.
pub(super) fn read_merge(text: &str, standing: Standing) -> Reading {
    let id = ["into", "with"].iter().find_map(|word| strip_word(text, word)).unwrap_or(text);
    let id = id.trim_end_matches(['.', '!']);
    match id.to_uppercase().parse::<ItemId>() {
        Ok(id) => Reading::Command(Verb::Merge(id)),
        Err(_) if id.is_empty() && (standing.forced || standing.alone) => unclear("merge", "`merge` needs the item that goes on"),
        Err(_) if standing.forced || (standing.alone && words(id) == 1) => {
            unclear("merge", &format!("`{}` is no item's id", short_text(id)))
        }
        Err(_) => Reading::Text,
    }
}

/// `invite lee@partner.example`, `invite lee@partner.example, could you look at the log?`
pub(super) fn read_invite(text: &str, standing: Standing) -> Reading {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (first, more) = (first.trim_end_matches([',', ':', ';']), rest.trim());
    let address = first.trim_matches(['<', '>']).parse::<Address>();
    match address {
        Ok(address) => {
            let more = more.trim_start_matches([',', ':', ';', '-', '–', '—']).trim();
            Reading::Command(Verb::Invite(address, (!more.is_empty()).then(|| more.to_owned())))
        }
        Err(_) if text.is_empty() && (standing.forced || standing.alone) => unclear("invite", "`invite` needs an address"),
        Err(_) if standing.forced || (standing.alone && words(text) == 1) => {
            unclear("invite", &format!("`{}` is no mail address", short_text(first)))
        }
        Err(_) => Reading::Text,
    }
}

/// `send`, `send all`, `send 1,2`, `send files 1 and 2`.
pub(super) fn read_send(text: &str, standing: Standing) -> Reading {
    let text = text.trim_end_matches(['.', '!']);
    let text = ["files", "file"].iter().find_map(|word| strip_word(text, word)).unwrap_or(text);
    let all = ["", "all", "files", "attachments"].contains(&text.to_lowercase().as_str());
    let words = text.replace(',', " ");
    let numbers: Option<Vec<u32>> = words
        .split_whitespace()
        .filter(|word| *word != "and")
        .map(|word| word.parse().ok())
        .collect();
    match numbers {
        _ if all => Reading::Command(Verb::Send(Vec::new())),
        Some(numbers) if (1..=MAX_FILES).contains(&numbers.len()) => Reading::Command(Verb::Send(numbers)),
        _ if standing.forced => unclear("send", "`send` takes the numbers of files"),
        _ => Reading::Text,
    }
}

#[cfg(test)]
#[path = "named_line_tests.rs"]
mod tests;
