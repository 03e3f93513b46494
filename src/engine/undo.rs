//! `undo`: the last command of somebody on an item is taken back. May import model, reply. The item stands as before, its clocks as if they had never stopped; whoever was told hears of it.

use jiff::SignedDuration;

use super::work::{Say, Work};
use super::{Actor, Command, Decision, Effect, Event, ItemCommand, ItemEvent, Past, PersonEvent, Read};
use crate::model::{Item, ItemId, NoticeId, PersonKey, Reader, Reason, Stood, Undo};
use crate::reply::Verb;

/// So long after a command it can be taken back.
pub const UNDO_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// Remembers a command that was obeyed: how the item stood before it, and whom it told. What only asks, or is a note, leaves the command before it the last.
pub(super) fn remember(work: &mut Work<'_>, actor: &Actor, said: &str, verb: &Verb, before: &Item, told_before: usize) {
    let cannot = match verb {
        Verb::Note(_) | Verb::Why | Verb::Show | Verb::Help | Verb::List | Verb::Who | Verb::Queue(_) | Verb::Send(_) | Verb::Undo => {
            return;
        }
        Verb::Reply(_) => Some("it is sent; write another `reply` that sets it right".to_owned()),
        Verb::Merge(into) => Some(merged(into)),
        Verb::Watch => Some("write `unwatch`".to_owned()),
        Verb::Unwatch => Some("write `watch`".to_owned()),
        Verb::Invite(guest, _) => Some(format!(
            "{guest} has the mail already; write to them again by `invite {guest}, WORDS`"
        )),
        Verb::Away(_) => Some("write `back`".to_owned()),
        Verb::Back => Some("write `away until WHEN` again".to_owned()),
        Verb::Swap(_) => Some("write `drop WHY` in the thread of the swap".to_owned()),
        _ => None,
    };
    let stood = Stood::of(before);
    if cannot.is_none() && stood == Stood::of(&work.item) {
        return;
    }
    let told = work.told_since(told_before);
    let undo = Undo {
        told,
        before: Box::new(stood),
        ..blank(work, actor.reader.clone(), verb.word(), said.to_owned(), cannot)
    };
    work.emit(ItemEvent::Undoable(Box::new(undo)));
}

/// Notes a merge on the item that goes on: the last command there, and one that cannot be taken back.
pub(super) fn mark_merged(work: &mut Work<'_>, by: Reader, said: String, why: String) {
    let undo = blank(work, by, "merge", said, Some(why));
    work.emit(ItemEvent::Undoable(Box::new(undo)));
}

/// Why a merge stays, as a clause.
pub(super) fn merged(into: &ItemId) -> String {
    format!("{into} goes on for both now; whatever is to be done apart begins with a mail of its own")
}

fn blank(work: &Work<'_>, by: Reader, verb: &str, said: String, cannot: Option<String>) -> Undo {
    Undo {
        by,
        at: work.cx.now,
        said,
        verb: verb.to_owned(),
        cannot,
        since: None,
        told: Vec::new(),
        before: Box::new(Stood::of(&work.item)),
    }
}

/// Takes the last command of somebody back.
pub(super) fn undo(work: &mut Work<'_>, actor: &Actor) -> Result<String, String> {
    let theirs = work.item.undo.clone().filter(|undo| undo.by == actor.reader);
    let Some(undo) = theirs else {
        let other = work.item.undo.as_ref().map_or_else(String::new, |undo| {
            let name = undo.by.person().map_or_else(|| undo.by.to_string(), |person| work.name(person));
            format!("; the last was `{}`, by {name}", undo.said)
        });
        return Err(format!("nothing that you said on {} can be taken back{other}", work.item.id));
    };
    let said = &undo.said;
    if work.cx.now.duration_since(undo.at) > UNDO_WITHIN {
        return Err(format!(
            "`{said}` is more than {} minutes ago, and stays; say what you want now",
            UNDO_WITHIN.as_mins()
        ));
    }
    if let Some(why) = &undo.cannot {
        return Err(format!("`{said}` cannot be taken back: {why}"));
    }
    if let Some(since) = &undo.since {
        return Err(format!("`{said}` cannot be taken back: {since} since"));
    }
    work.emit(ItemEvent::Undone {
        by: actor.reader.clone(),
        said: said.clone(),
    });
    work.look_at_queue();
    for (notice, reader, reason) in undo.told.into_iter().filter(|(_, reader, _)| *reader != undo.by) {
        match &reader {
            Reader::Person(person) => {
                work.follow(Command::Unsay(person.clone(), notice, work.item.id.clone(), reason, said.clone()));
            }
            Reader::Address(_) => tell(work, &reader, said),
        }
    }
    Ok(format!("`{said}` is taken back; it stands as before"))
}

/// What the person who was told hears: a notice that still waits is withdrawn, one that was sent gets a line.
pub(super) fn unsay(
    person: &PersonKey,
    (notice, item, reason): (NoticeId, ItemId, Reason),
    said: String,
    past: &dyn Past,
) -> Read<Decision> {
    let reader = Reader::Person(person.clone());
    let waits = past.held(person)?.iter().any(|held| held.id == notice);
    let (events, command) = if waits {
        let event = PersonEvent::Withdrawn {
            notice,
            item: item.clone(),
            reason,
        };
        let why = format!("`{said}` was taken back");
        (vec![Event::Person(event)], ItemCommand::Withdrawn { to: reader, reason, why })
    } else {
        (Vec::new(), ItemCommand::TakenBack(reader, said))
    };
    Ok(Decision {
        events,
        effects: vec![Effect::Further(vec![Command::Item(item, command)])],
        ..Decision::default()
    })
}

/// Tells somebody who was told of a command that it is taken back.
pub(super) fn tell(work: &mut Work<'_>, reader: &Reader, said: &str) {
    let asker = work.item.asked_by(reader).cloned();
    let outside = reader.person().is_none();
    let say = Say {
        why_you: if outside { "you wrote to us" } else { "you were told of it" }.to_owned(),
        facts: if outside { Vec::new() } else { super::say::state_facts(work) },
        text: if outside {
            "It is open again, and we go on with it. You need do nothing.".to_owned()
        } else {
            format!("`{said}` was taken back. It stands as before.")
        },
        urgent: true,
        in_reply_to: asker.as_ref().and_then(|asker| asker.message_id.clone()),
        title: asker.map(|asker| asker.subject),
        ..Say::default()
    };
    work.notify(reader.clone(), Reason::TakenBack, say);
}

/// Why a command before this fact cannot be taken back any more, as a clause: what it says would be lost.
pub(super) fn overtakes(event: &ItemEvent) -> Option<String> {
    Some(match event {
        ItemEvent::Accepted { by, .. } => format!("{by} has accepted it"),
        ItemEvent::Declined { by, .. } => format!("{by} has declined it"),
        ItemEvent::Offered { to, .. } => format!("it was offered to {to}"),
        ItemEvent::Returned { to, .. } => format!("it went back to {to}"),
        ItemEvent::Done { .. } => "it was closed".to_owned(),
        ItemEvent::Dropped { .. } => "it was dropped".to_owned(),
        ItemEvent::Reopened { .. } => "it was opened again".to_owned(),
        ItemEvent::ClockOverdue { kind, .. } => format!("the time to {kind} passed"),
        ItemEvent::EscalationStarted(_) | ItemEvent::EscalationStepped { .. } => "a step of its escalation was taken".to_owned(),
        ItemEvent::Moved { to, .. } => format!("it went to {to}"),
        ItemEvent::Merged { .. } => "it was merged".to_owned(),
        ItemEvent::Parked { .. }
        | ItemEvent::Waiting { .. }
        | ItemEvent::FollowedUp { .. }
        | ItemEvent::Snoozed { .. }
        | ItemEvent::Blocked { .. }
        | ItemEvent::Resumed { .. }
        | ItemEvent::Orphaned { .. }
        | ItemEvent::Collected { .. }
        | ItemEvent::GroupTold
        | ItemEvent::Collecting
        | ItemEvent::Muted { .. }
        | ItemEvent::MuteEnded { .. }
        | ItemEvent::Labelled { .. }
        | ItemEvent::Prioritised { .. } => "something else became of it".to_owned(),
        _ => return None,
    })
}
