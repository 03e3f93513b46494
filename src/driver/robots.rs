//! Mail that a program seems to write in somebody's name: the same words again and again, each of which would begin something new. May import engine, decode, model. It is kept on one item.

use super::cascade::Cascade;
use super::trouble::{keep_together, running, works_again};
use crate::decode;
use crate::engine::{Command, Draft, ItemCommand, Past, Read, Seen, SeenKey, time_in, words_of};
use crate::model::{Address, ItemId, Kind, Mail, Message};

/// How often one of ours begins something new with the same words in a day. People say things again; programs say them for ever.
const MAX_SAME_WORDS_A_DAY: u64 = 3;
/// How much one of ours begins in a day, whatever the words: more than anybody sends on by hand.
const MAX_BEGUN_A_DAY: u64 = 100;
/// The most lines of evidence.
const MAX_EVIDENCE: usize = 20;
/// The most characters of a subject or of words in evidence.
const MAX_QUOTED_CHARS: usize = 120;

/// Where a message goes that would begin one item too many: the item that says so. Only for our own people and addresses: what begins for them is
/// told to them, and so can go round. Others are told only that we have their mail, which has an end of its own.
pub(super) fn repeats_itself(draft: &mut Draft, message: &Message, cascade: &mut Cascade<'_>) -> Read<Option<ItemId>> {
    let mail = message.mail().filter(|mail| mail.kind == Kind::Person);
    let Some((mail, author)) = mail.and_then(|mail| Some((mail, mail.author()?))) else {
        return Ok(None);
    };
    let Some((why, evidence)) = too_often(draft, mail, &author, cascade)? else {
        return Ok(None);
    };
    keep_together(&author, &draft.queue, &why, &evidence, cascade)?;
    cascade.see_to_troubles()?;
    let Some(id) = cascade.view().correspondent(&author)?.and_then(|state| state.item) else {
        return Ok(None);
    };
    let Some(item) = cascade.view().item(&id)?.filter(|item| item.state.is_open()) else {
        return Ok(None);
    };
    let mut kept = draft.message.clone();
    kept.automatic = true;
    cascade.run(Command::Item(item.id.clone(), ItemCommand::Join(Box::new(kept))))?;
    Ok(Some(item.id))
}

/// Counts what one of ours begins. Why it is too much, with what came, if it is.
fn too_often(draft: &mut Draft, mail: &Mail, author: &Address, cascade: &mut Cascade<'_>) -> Read<Option<(String, Vec<String>)>> {
    let policy = cascade.cx().policy;
    // What comes in our own name and proves nothing is no person's, whatever it says.
    if policy.is_own(author) {
        let (number, evidence) = count((author, "*"), draft, mail, cascade)?;
        let why = format!(
            "{number} mails came in our own name, {author}, within a day, and nothing proves that we wrote them. An alias or a forwarder may send \
our mail round and change it on the way."
        );
        return Ok((number >= MAX_SAME_WORDS_A_DAY).then_some((why, evidence)));
    }
    if policy.person_by_address(author).is_none() {
        return Ok(None);
    }
    let (begun, all) = count((author, ""), draft, mail, cascade)?;
    if begun > MAX_BEGUN_A_DAY {
        let why = format!("{author} began {begun} items within a day.");
        return Ok(Some((why, all)));
    }
    let words = words_in(mail);
    if words.is_empty() {
        return Ok(None);
    }
    let digest = decode::sha256_hex(words.as_bytes());
    let (number, evidence) = count((author, &digest), draft, mail, cascade)?;
    // Who says it a second time knows that we have it.
    draft.confirm &= number < 2;
    let said = mail.new_text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let why = format!(
        "{author} wrote the same words {number} times within a day, each time in a new mail: \"{}\".",
        quoted(said)
    );
    Ok((number >= MAX_SAME_WORDS_A_DAY).then_some((why, evidence)))
}

/// Counts one more of the same words by somebody, and keeps the last ones as evidence.
fn count((author, words): (&Address, &str), draft: &Draft, mail: &Mail, cascade: &mut Cascade<'_>) -> Read<(u64, Vec<String>)> {
    let cx = cascade.cx();
    let key = SeenKey::of_words(author, words);
    let mut seen: Seen = running(&key, author, cascade)?;
    let id = mail.message_id.as_deref().unwrap_or("no Message-ID");
    seen.number += 1;
    seen.recipients.push(format!(
        "{}: \"{}\" <{id}>",
        time_in(&draft.queue, cx.now, cx),
        quoted(&mail.subject)
    ));
    let over = seen.recipients.len().saturating_sub(MAX_EVIDENCE);
    seen.recipients.drain(..over);
    let counted = (seen.number, seen.recipients.clone());
    cascade.remember(key, seen);
    Ok(counted)
}

/// What somebody says. What they send on is part of it: three mails sent on with the same word are three things.
fn words_in(mail: &Mail) -> String {
    let subject = mail.subject.trim().to_lowercase();
    let sends_on = ["fwd:", "fw:", "wg:", "tr:"].iter().any(|begin| subject.starts_with(begin));
    if sends_on || !mail.attachments.is_empty() {
        let names = mail.attachments.iter().filter_map(|attached| attached.name.clone());
        let all: Vec<String> = [mail.subject.clone(), mail.text.clone()].into_iter().chain(names).collect();
        return all.join(" ");
    }
    words_of(&mail.new_text)
}

fn quoted(text: &str) -> String {
    text.trim().chars().take(MAX_QUOTED_CHARS).collect()
}

/// Somebody wrote, and no program: mail to them can be tried again.
pub(super) fn heard_from(message: &Message, cascade: &mut Cascade<'_>) -> Read<()> {
    let mail = message.mail().filter(|mail| mail.kind == Kind::Person);
    match mail.and_then(Mail::author) {
        Some(author) => works_again(&author, cascade),
        None => Ok(()),
    }
}
