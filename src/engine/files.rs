//! Files that come with mail: remembered by name and size, passed on with an answer, sent on request. May import model. What is too much is left out and said.

use super::work::{Say, Work};
use super::{Actor, Incoming};
use crate::model::{Attached, Fact, Item, MailFile, Reader, Reason, Requester};

/// The files of a message.
pub(super) fn of(message: &Incoming) -> Vec<MailFile> {
    let from = message
        .from
        .as_ref()
        .map_or_else(|| message.source.to_string(), ToString::to_string);
    let file = |(place, file): (u32, &crate::model::Attachment)| MailFile {
        raw: message.raw.clone(),
        place,
        name: file.name.clone().unwrap_or_else(|| format!("attachment-{}", place + 1)),
        media_type: file.media_type.clone(),
        size_bytes: file.size_bytes,
        from: from.clone(),
    };
    (0..).zip(&message.files).map(file).collect()
}

/// Remembers the files of a message.
pub(super) fn keep(item: &mut Item, message: &Incoming) {
    item.files.extend(of(message));
    let extra = item.files.len().saturating_sub(MailFile::MAX_KEPT);
    item.files.drain(..extra);
}

/// What of these goes with one mail, and a sentence on it: which go, and which are left out and why. All are of one message.
pub(super) fn passed_on(files: Vec<MailFile>) -> (Option<Attached>, String) {
    let (go, left_out) = MailFile::within_limits(files);
    let shown = |files: &[MailFile]| files.iter().map(MailFile::shown).collect::<Vec<_>>().join(", ");
    let mut said = if go.is_empty() {
        String::new()
    } else {
        format!(" with {}", shown(&go))
    };
    if !left_out.is_empty() {
        said.push_str(&format!(
            "; left out: {}, as one mail takes {} files and {} MiB at most",
            shown(&left_out),
            MailFile::MAX_SENT,
            MailFile::MAX_SENT_BYTES >> 20
        ));
    }
    let attached = go.first().map(|first| Attached {
        raw: first.raw.clone(),
        name: first.name.clone(),
        media_type: first.media_type.clone(),
        files: go.clone(),
    });
    (attached, said)
}

/// The files of an item, numbered, for those who ask how it stands.
pub(super) fn facts(item: &Item) -> Vec<Fact> {
    let file =
        |(number, file): (usize, &MailFile)| super::facts::fact(&format!("File {number}"), format!("{}, by {}", file.shown(), file.from));
    (1..).zip(&item.files).map(file).collect()
}

/// `send 1,2`: the files go to whoever asks for them, one mail for each message they came with.
pub(super) fn send(work: &mut Work<'_>, actor: &Actor, numbers: &[u32]) -> Result<String, String> {
    if work.item.files.is_empty() {
        return Err("no file came with it".to_owned());
    }
    let count = u32::try_from(work.item.files.len()).unwrap_or(u32::MAX);
    if let Some(unknown) = numbers.iter().find(|number| !(1..=count).contains(*number)) {
        return Err(format!(
            "there is no file {unknown}; they go from 1 to {count}, as `show` lists them"
        ));
    }
    let wanted = (1..)
        .zip(work.item.files.clone())
        .filter(|(number, _)| numbers.is_empty() || numbers.contains(number));
    let mut mails: Vec<Vec<MailFile>> = Vec::new();
    for (_, file) in wanted {
        match mails
            .iter_mut()
            .find(|mail| mail.first().is_some_and(|first| first.raw == file.raw))
        {
            Some(mail) => mail.push(file),
            None => mails.push(vec![file]),
        }
    }
    let mut said = Vec::new();
    for mail in mails {
        let from = mail.first().map_or_else(String::new, |first| first.from.clone());
        let (attached, what) = passed_on(mail);
        said.push(what.trim_start_matches([' ', ';']).trim_start_matches("with ").to_owned());
        if attached.is_some() {
            let say = Say {
                why_you: "you asked for it".to_owned(),
                facts: vec![super::facts::fact("From", from)],
                attached,
                urgent: true,
                in_reply_to: work.answered.clone(),
                ..Say::default()
            };
            work.notify(actor.reader.clone(), Reason::Files, say);
        }
    }
    Ok(format!("on its way: {}", said.join("; ")))
}

/// What goes with an answer to whoever asked: the files that came with the mail that says it.
pub(super) fn with_answer(work: &Work<'_>) -> (Option<Attached>, String) {
    passed_on(work.brought.clone())
}

/// Tells one asker, with the files.
pub(super) fn answer(work: &mut Work<'_>, asker: Requester, text: &str, title: Option<String>, attached: Option<Attached>) {
    let names: Vec<String> = attached
        .iter()
        .flat_map(|attached| attached.files.iter().map(MailFile::shown))
        .collect();
    let say = Say {
        why_you: "you wrote to us".to_owned(),
        text: text.to_owned(),
        facts: (!names.is_empty())
            .then(|| super::facts::fact("Attached", names.join(", ")))
            .into_iter()
            .collect(),
        urgent: true,
        in_reply_to: asker.message_id,
        title,
        attached,
        ..Say::default()
    };
    let to: Reader = asker.reader;
    work.notify(to, Reason::Reply, say);
}
