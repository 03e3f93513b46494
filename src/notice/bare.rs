//! What a rule answers to a message that leads to no item: a letter without a key. May import model, policy. Marked as an automatic answer (RFC 3834), with a null return path.

use askama::Template;
use jiff::Timestamp;

use super::clean::{MAX_ANSWER_CHARS, MAX_ANSWER_LINES, block, one_line};
use super::letter::MAX_NAME_CHARS;
use super::renderer::written;
use super::{header, subject, thread};
use crate::model::{Address, Letter, Message, Reader, Requester};
use crate::policy::Policy;
use crate::rules::ReplyDraft;

/// The plain text.
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "bare.txt")]
struct BareText<'a> {
    text: &'a [String],
    footer: &'a str,
}

/// The HTML of the same.
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "bare.html")]
struct BareHtml<'a> {
    subject: &'a str,
    text: &'a [String],
    footer: &'a str,
}

/// The letter. `number` is the record's and the letter's place in it: the Message-ID follows from it.
#[must_use]
pub fn bare_answer(reply: &ReplyDraft, to: &Requester, message: &Message, number: (u64, u32), policy: &Policy, now: Timestamp) -> Letter {
    let desk = &policy.desk.address;
    let name = one_line(&policy.desk.name, MAX_NAME_CHARS);
    let address = match &to.reader {
        Reader::Address(address) => address.clone(),
        // A rule answers addresses only; a person would hear at the desk.
        Reader::Person(_) => desk.clone(),
    };
    let subject = subject::answer(reply.subject.as_deref(), &to.subject);
    let lines = block(&reply.text, MAX_ANSWER_CHARS, MAX_ANSWER_LINES).lines;
    let footer = format!("{name} · This is an automatic answer. Nobody reads on from here.");
    let plain = BareText {
        text: &lines,
        footer: &footer,
    };
    let html = BareHtml {
        subject: &subject,
        text: &lines,
        footer: &footer,
    };
    let (text, html) = written(&plain, &html, || format!("{}\n\n{footer}", lines.join("\n")));
    let answered = to.message_id.clone().filter(|id| thread::is_id(id));
    Letter {
        to: address,
        to_name: None,
        from: written_to(message, policy).unwrap_or_else(|| desk.clone()),
        from_name: Some(name),
        reply_to: None,
        null_return_path: true,
        return_path: None,
        subject,
        message_id: format!("answer-{}-{}@{}", number.0, number.1, desk.domain()),
        in_reply_to: answered.clone(),
        references: answered.into_iter().collect(),
        date: now,
        headers: header::bare_answer(),
        text,
        html,
        attached: None,
    }
}

/// The address of a queue they wrote to: the answer comes from there.
fn written_to(message: &Message, policy: &Policy) -> Option<Address> {
    let mail = message.mail()?;
    let listed = mail.to.iter().chain(&mail.cc).map(|mailbox| &mailbox.address);
    let written: Vec<String> = mail
        .envelope
        .to
        .iter()
        .chain(listed)
        .map(|address| address.to_lowercase())
        .collect();
    let queues = policy.queues.values().filter_map(|queue| queue.address.as_ref());
    queues
        .into_iter()
        .find(|own| written.iter().any(|address| address == own.folded()))
        .cloned()
}
