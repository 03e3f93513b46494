//! What a rule does besides: answers the sender, tells people, sends the message on, queues calls. May import model, policy, rules. What may not be done is recorded with its cause.

use super::quiet::keep;
use super::work::{Say, Work};
use super::{Allowance, Deed, Incoming, ItemEvent, facts};
use crate::model::{Attached, Reader, Reason, RuleName};
use crate::rules::{Deeds, ForwardDraft, ReplyDraft, TellDraft};

/// Does it all.
pub(super) fn carry_out(work: &mut Work<'_>, deeds: Deeds, allowance: Allowance, message: &Incoming) {
    if let Some(reply) = deeds.reply {
        answer(work, reply, &allowance);
    }
    for forward in &deeds.forward {
        send_on(work, forward, &allowance, message);
    }
    for tell in &deeds.tell {
        tell_of(work, tell);
    }
    for call in deeds.call {
        let deed = Deed::CallQueued {
            url: call.url,
            event: call.event,
            body: call.body,
        };
        record(work, &call.rule, deed);
    }
}

fn record(work: &mut Work<'_>, rule: &RuleName, deed: Deed) {
    work.emit(ItemEvent::ByRule { rule: rule.clone(), deed });
}

/// The sender is answered, in their own thread. It stops no clock: nobody has looked at it yet.
fn answer(work: &mut Work<'_>, reply: ReplyDraft, allowance: &Allowance) {
    let requester = match &allowance.reply {
        Some(Ok(requester)) => requester.clone(),
        Some(Err(why)) => return record(work, &reply.rule, Deed::NotReplied { why: why.clone() }),
        None => return,
    };
    let deed = Deed::Replied {
        to: requester.reader.clone(),
        text: reply.text.clone(),
    };
    record(work, &reply.rule, deed);
    let say = Say {
        why_you: "you wrote to us, and this is answered automatically".to_owned(),
        text: reply.text,
        urgent: true,
        in_reply_to: requester.message_id,
        subject: reply.subject,
        ..Say::default()
    };
    work.notify(requester.reader, Reason::AutoReply, say);
}

/// The message goes on as it came. At once, whatever the hour: it is mail on its way, not a word of ours.
fn send_on(work: &mut Work<'_>, forward: &ForwardDraft, allowance: &Allowance, message: &Incoming) {
    let mut gone: Vec<Reader> = Vec::new();
    for party in &forward.to {
        let why = allowance
            .not_forwarded
            .iter()
            .find(|(to, _)| to == party)
            .map(|(_, why)| why.clone());
        let readers = work.readers(party);
        let why = why.or_else(|| readers.is_empty().then(|| "nobody can be found".to_owned()));
        if let Some(why) = why {
            record(
                work,
                &forward.rule,
                Deed::NotForwarded {
                    to: party.to_string(),
                    why,
                },
            );
            continue;
        }
        for reader in readers {
            if !gone.contains(&reader) {
                record(work, &forward.rule, Deed::Forwarded { to: reader.clone() });
                work.notify(reader.clone(), Reason::Forwarded, forwarding(work, forward, message));
                gone.push(reader);
            }
        }
    }
}

fn forwarding(work: &Work<'_>, forward: &ForwardDraft, message: &Incoming) -> Say {
    let from = message
        .from
        .as_ref()
        .map_or_else(|| message.source.to_string(), ToString::to_string);
    let attached = attached(work, message);
    let facts = vec![
        facts::fact_at("From", from, message.at),
        facts::fact("Subject", message.subject.clone()),
        facts::fact("Attached", format!("{}, as it came", attached.name)),
    ];
    Say {
        why_you: format!("rule {} sends it to you", forward.rule),
        facts,
        text: forward.note.clone().unwrap_or_default(),
        urgent: true,
        attached: Some(attached),
        ..Say::default()
    }
}

/// The bytes as they came: a mail as a mail, a webhook's body as a file.
fn attached(work: &Work<'_>, message: &Incoming) -> Attached {
    let json = message.text.starts_with(['{', '[']);
    let (ending, media_type) = match (message.by_mail, json) {
        (true, _) => ("eml", "message/rfc822"),
        (false, true) => ("json", "application/json"),
        (false, false) => ("txt", "application/octet-stream"),
    };
    Attached {
        raw: message.raw.clone(),
        name: format!("{}.{ending}", work.item.id),
        media_type: media_type.to_owned(),
        files: Vec::new(),
    }
}

/// People hear of the item once. Whoever has had a notice of it knows already. While it is quiet the word waits.
pub(super) fn tell_of(work: &mut Work<'_>, tell: &TellDraft) {
    if work.item.state.is_quiet() {
        return keep(work, tell);
    }
    for party in &tell.to {
        let readers = work.readers(party);
        if readers.is_empty() {
            record(work, &tell.rule, Deed::NobodyToTell { to: party.to_string() });
        }
        for reader in readers {
            if work.item.told.contains(&reader) {
                continue;
            }
            let answers: &[&str] = if reader.person().is_some() {
                &["note TEXT", "accept", "why"]
            } else {
                &["note TEXT"]
            };
            let say = Say {
                why_you: tell
                    .why
                    .clone()
                    .unwrap_or_else(|| format!("rule {} says that you should hear of it", tell.rule)),
                facts: facts::of_item(&work.item),
                text: work.item.summary.clone(),
                answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
                urgent: tell.urgent,
                ..Say::default()
            };
            work.notify(reader, Reason::Mentioned, say);
        }
    }
}
