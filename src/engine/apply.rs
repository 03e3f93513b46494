//! The only mutator of items. May import model. Reads neither policy nor clock: the same facts give the same item, whenever they are replayed.

use jiff::Timestamp;

use super::{Actor, Deed, Incoming, ItemEvent};
use crate::model::{
    Answer, Answered, Aside, ClockKind, Group, Handoff, Item, ItemClock, ItemId, LastWord, Party, PersonKey, Reason, Requester, State, Way,
};

/// Applies one fact that became true `at`. `Opened` makes the item; every other fact needs one and is ignored without.
pub fn apply(item: &mut Option<Item>, event: &ItemEvent, at: Timestamp) {
    if let ItemEvent::Opened { item: opened, .. } = event {
        *item = Some((**opened).clone());
    }
    if let Some(item) = item {
        change(item, event, at);
    }
}

/// Applies one fact to an item that is there.
pub(super) fn change(item: &mut Item, event: &ItemEvent, at: Timestamp) {
    item.updated = at;
    if let Some(undo) = &mut item.undo
        && let Some(since) = super::undo::overtakes(event)
    {
        undo.since.get_or_insert(since);
    }
    match event {
        ItemEvent::Opened { message, .. } => super::files::keep(item, message),
        ItemEvent::Joined { message, by_requester } => joined(item, message, *by_requester),
        ItemEvent::Repeated { .. } => item.repeats += 1,
        ItemEvent::Offered {
            to,
            holder,
            giver,
            way,
            meant,
            ..
        } => {
            let aside = giver.as_ref().and_then(|_| put_aside(item));
            enter(item, State::Offered, None, at);
            item.aside = aside;
            if let Some(way) = way {
                handed_on(item, giver.clone(), to, way, at);
            }
            item.giver.clone_from(giver);
            item.meant.clone_from(meant);
            // Who is asked by name is asked again, whatever they said before.
            if let Party::Person(person) = to {
                item.declined.remove(person);
            }
            item.offered_to = Some(to.clone());
            item.holder.clone_from(holder);
        }
        ItemEvent::Accepted { by, words } => {
            answered(item, Answer::Accepted, Some(by), words.clone(), at);
            enter(item, State::Accepted, None, at);
            item.silent.clear();
            item.holder = Some(by.clone());
            item.accountable = by.clone();
            item.declined.clear();
            item.silent_updates = 0;
        }
        ItemEvent::Declined { by, why } => {
            if item.offered_to.as_ref() == Some(&Party::Person(by.clone())) {
                answered(item, Answer::Declined, Some(by), Some(why.clone()), at);
            }
            item.declined.insert(by.clone());
        }
        ItemEvent::Returned { to, silent } => {
            let how = if silent.is_empty() { Answer::Declined } else { Answer::Unanswered };
            answered(item, how, None, None, at);
            item.silent.extend(silent.iter().cloned());
            enter(item, State::Accepted, None, at);
            item.holder = Some(to.clone());
        }
        ItemEvent::Parked { why } => {
            enter(item, State::Parked, Some(why.clone()), at);
            item.holder = None;
        }
        ItemEvent::Waiting { on, follow_up, note } => {
            enter(item, State::Waiting, note.clone(), at);
            item.waiting_for.clone_from(on);
            item.follow_up.clone_from(follow_up);
        }
        ItemEvent::FollowedUp { sent } => {
            if let Some(follow_up) = &mut item.follow_up {
                follow_up.sent = *sent;
            }
        }
        ItemEvent::Snoozed { note, .. } => enter(item, State::Snoozed, note.clone(), at),
        ItemEvent::Blocked { why } => enter(item, State::Blocked, Some(why.clone()), at),
        ItemEvent::Resumed { .. } => enter(item, State::Accepted, None, at),
        ItemEvent::Done { note, .. } => close(item, State::Done, note.clone(), at),
        ItemEvent::Dropped { why } => close(item, State::Dropped, Some(why.clone()), at),
        ItemEvent::Reopened { .. } => {
            item.closed = None;
            enter(item, State::Parked, None, at);
        }
        ItemEvent::Orphaned { owner, why } => {
            enter(item, State::Parked, Some(why.clone()), at);
            item.holder = None;
            item.accountable = owner.clone();
            item.declined.clear();
        }
        ItemEvent::Collected { title } => collected(item, title, at),
        ItemEvent::GroupTold => {
            if let Some(group) = &mut item.group {
                *group = Group::new(group.collect.clone());
            }
        }
        ItemEvent::Collecting => enter(item, State::Collecting, None, at),
        ItemEvent::Muted { holder, muted } => {
            enter(item, State::Muted, Some(muted.muting.why.clone()), at);
            item.holder.clone_from(holder);
            item.muted_by.extend(muted.muting.rule.clone());
            item.muted = Some(muted.clone());
        }
        ItemEvent::MuteEnded { .. } => item.muted = None,
        ItemEvent::Linked { to } => {
            item.links.insert(to.clone());
        }
        ItemEvent::Labelled { labels } => item.labels.extend(labels.iter().cloned()),
        ItemEvent::Noted { by, text } => {
            if let Some(by) = by {
                our_word(item, by.as_str(), text, at, false);
            }
        }
        ItemEvent::Planned { who, next, watch } => item.plan.take(who, at, next, watch),
        ItemEvent::Replied { text } => our_word(item, "us", text, at, true),
        ItemEvent::Prioritised { priority } => item.priority = *priority,
        ItemEvent::ClockStarted(clock) | ItemEvent::ClockSet(clock) => set_clock(item, clock),
        ItemEvent::ClockStopped { kind } => item.clocks.retain(|clock| clock.kind != *kind),
        ItemEvent::ClockOverdue { kind, .. } => {
            if let Some(clock) = item.clocks.iter_mut().find(|clock| clock.kind == *kind) {
                clock.overdue = true;
                clock.warn = None;
            }
        }
        ItemEvent::EscalationStarted(escalation) => {
            item.escalations.retain(|e| e.cause != escalation.cause);
            item.escalations.push((**escalation).clone());
        }
        ItemEvent::EscalationStepped { cause, next, due, .. } => {
            if let Some(escalation) = item.escalations.iter_mut().find(|e| e.cause == *cause) {
                escalation.next = *next;
                escalation.due = *due;
            }
        }
        ItemEvent::EscalationEnded { cause } => item.escalations.retain(|e| e.cause != *cause),
        ItemEvent::Told { to, reason, .. } => {
            item.notices += 1;
            if *reason == Reason::Receipt {
                item.receipts.retain(|(reader, _)| reader != to);
                item.receipts.push((to.clone(), at));
            }
            item.told.insert(to.clone());
        }
        ItemEvent::ByRule {
            deed: Deed::WordKept(word),
            ..
        } => item.words.push(word.clone()),
        ItemEvent::ByRule {
            rule,
            deed: Deed::WordsTold,
        } => item.words.retain(|word| word.rule != *rule),
        ItemEvent::ByRule { .. }
        | ItemEvent::NotSent { .. }
        | ItemEvent::Undelivered { .. }
        | ItemEvent::Withdrawn { .. }
        | ItemEvent::Rejected { .. } => {}
        ItemEvent::Undoable(undo) => item.undo = Some(undo.clone()),
        ItemEvent::Undone { .. } => {
            if let Some(undo) = item.undo.take() {
                undo.before.restore(item);
            }
        }
        ItemEvent::Watched { person, on: true } => drop(item.watchers.insert(person.clone())),
        ItemEvent::Watched { person, on: false } => drop(item.watchers.remove(person)),
        ItemEvent::Moved { to, owner, .. } => {
            item.queue = to.clone();
            item.declined.clear();
            if let Some(owner) = owner {
                item.accountable = owner.clone();
            }
        }
        ItemEvent::Merged { into, by } => {
            close(item, State::Done, Some(format!("merged into {into} by {by}")), at);
            item.merged_into = Some(into.clone());
        }
        ItemEvent::TookIn { from, askers, .. } => took_in(item, from, askers),
        ItemEvent::Invited { guest, .. } => drop(item.guests.insert(guest.clone())),
        ItemEvent::GuestLeft { guest } => drop(item.guests.remove(guest)),
        ItemEvent::UpdateAsked { times } => item.silent_updates = *times,
        ItemEvent::Acted { actor, .. } => acted(item, actor, at),
    }
}

/// A new state ends what belonged to the old one.
fn enter(item: &mut Item, state: State, note: Option<String>, at: Timestamp) {
    answered(item, Answer::Overtaken, None, None, at);
    item.aside = None;
    item.muted = None;
    item.clocks.retain(|clock| clock.kind != ClockKind::Mute);
    item.state = state;
    item.state_note = note;
    item.waiting_for = None;
    item.follow_up = None;
    item.offered_to = None;
    item.giver = None;
}

/// What is put aside stays so for whoever takes it.
fn put_aside(item: &Item) -> Option<Box<Aside>> {
    if item.state == State::Offered {
        return item.aside.clone();
    }
    let until = match item.state {
        State::Waiting => item.clock(ClockKind::Wait).map(|clock| clock.deadline),
        State::Snoozed => item.clock(ClockKind::Snooze).map(|clock| clock.deadline),
        State::Blocked => None,
        _ => return None,
    };
    Some(Box::new(Aside {
        state: item.state,
        note: item.state_note.clone(),
        waiting_for: item.waiting_for.clone(),
        follow_up: item.follow_up.clone(),
        until,
    }))
}

fn handed_on(item: &mut Item, giver: Option<PersonKey>, to: &Party, way: &Way, at: Timestamp) {
    item.handoffs.push(Handoff {
        at,
        giver: giver.unwrap_or_else(|| item.accountable.clone()),
        to: to.clone(),
        way: way.clone(),
        answer: None,
    });
    let extra = item.handoffs.len().saturating_sub(Item::MAX_HANDOFFS);
    item.handoffs.drain(..extra);
}

/// What came of the handoff that is open, if one is.
fn answered(item: &mut Item, how: Answer, by: Option<&PersonKey>, words: Option<String>, at: Timestamp) {
    if let Some(handoff) = item.handoffs.last_mut().filter(|handoff| handoff.answer.is_none()) {
        handoff.answer = Some(Answered {
            how,
            at,
            by: by.cloned(),
            words: words.map(|words| clip(&words)),
        });
    }
}

fn close(item: &mut Item, state: State, note: Option<String>, at: Timestamp) {
    enter(item, state, note, at);
    item.closed = Some(at);
    item.clocks.clear();
    item.watchers.clear();
    item.words.clear();
    item.escalations.clear();
}

/// Whoever asked for what was merged is kept, each once.
fn took_in(item: &mut Item, from: &ItemId, askers: &[Requester]) {
    item.merged.insert(from.clone());
    for asker in askers {
        if item.asked_by(&asker.reader).is_none() && item.also_asked.len() < Item::MAX_ALSO_ASKED {
            item.also_asked.push(asker.clone());
        }
    }
}

fn collected(item: &mut Item, title: &str, at: Timestamp) {
    let Some(group) = &mut item.group else { return };
    group.untold += 1;
    group.since.get_or_insert(at);
    if group.shown.len() < Group::MAX_SHOWN {
        group.shown.push(title.to_owned());
    }
}

fn joined(item: &mut Item, message: &Incoming, by_requester: bool) {
    item.messages += 1;
    super::files::keep(item, message);
    if by_requester {
        // What was waited for has come: whoever takes it goes on with it.
        item.aside = None;
        let who = message.from.as_ref().map_or_else(|| "requester".to_owned(), ToString::to_string);
        item.their_word = Some(LastWord {
            who,
            at: message.at,
            text: clip(&message.text),
            to_requester: false,
        });
    }
}

/// What the holder says is the word an update asks for.
fn acted(item: &mut Item, actor: &Actor, at: Timestamp) {
    if item.state.is_open() {
        item.acted = Some((actor.reader.clone(), at));
    }
    if actor.reader.person().is_some_and(|person| item.holder.as_ref() == Some(person)) {
        item.silent_updates = 0;
    }
}

fn our_word(item: &mut Item, who: &str, text: &str, at: Timestamp, to_requester: bool) {
    if !text.trim().is_empty() {
        item.our_word = Some(LastWord {
            who: who.to_owned(),
            at,
            text: clip(text),
            to_requester,
        });
    }
}

fn set_clock(item: &mut Item, clock: &ItemClock) {
    match item.clocks.iter_mut().find(|c| c.kind == clock.kind) {
        Some(there) => *there = clock.clone(),
        None => item.clocks.push(clock.clone()),
    }
    item.clocks.sort_by_key(|c| c.kind);
}

pub(super) fn clip(text: &str) -> String {
    // No text has more characters than bytes.
    if text.len() <= Item::MAX_WORD_CHARS {
        return text.to_owned();
    }
    match text.char_indices().nth(Item::MAX_WORD_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
