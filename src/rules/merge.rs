//! `continue`: what several rules say of one message, put together. May import model. Rules that name the same queue speak of one item; each word of the first stands.

use super::{ItemDraft, Outcome};

/// Adds what a further rule says. An item it describes joins one that an earlier rule described, if both mean the same.
pub(super) fn add(outcomes: &mut Vec<Outcome>, further: Vec<Outcome>) {
    let earlier = outcomes.len();
    for outcome in further {
        let Outcome::Item(draft) = outcome else {
            outcomes.push(outcome);
            continue;
        };
        let described = outcomes.iter_mut().take(earlier).find_map(|outcome| match outcome {
            Outcome::Item(first) if is_same(first, &draft) => Some(first),
            _ => None,
        });
        match described {
            Some(first) => join(first, *draft),
            None => outcomes.push(Outcome::Item(draft)),
        }
    }
}

/// Two rules mean the same item when they name the same queue, speak of the same element, and give no two keys.
fn is_same(first: &ItemDraft, further: &ItemDraft) -> bool {
    let keys = match (&first.key, &further.key) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    first.queue == further.queue && first.element == further.element && keys
}

/// What the first rule says stands; the further one fills in what it left open, raises the priority, adds labels and a note.
fn join(first: &mut ItemDraft, further: ItemDraft) {
    first.also.push(further.rule);
    first.title = first.title.take().or(further.title);
    first.priority = first.priority.max(further.priority);
    first.labels.extend(further.labels);
    for (name, value) in further.fields {
        first.fields.entry(name).or_insert(value);
    }
    if first.assign.is_none() {
        (first.assign, first.pick) = (further.assign, further.pick);
    }
    first.due = first.due.take().or(further.due);
    first.key = first.key.take().or(further.key);
    first.mute = first.mute.take().or(further.mute);
    let deeds = further.deeds;
    first.deeds.reply = first.deeds.reply.take().or(deeds.reply);
    first.deeds.tell.extend(deeds.tell);
    first.deeds.forward.extend(deeds.forward);
    first.deeds.call.extend(deeds.call);
    first.deeds.expect.extend(deeds.expect);
    first.deeds.round.extend(deeds.round);
    first.note = match (first.note.take(), further.note) {
        (Some(note), Some(more)) => Some(format!("{note}\n\n{more}")),
        (note, more) => note.or(more),
    };
}
