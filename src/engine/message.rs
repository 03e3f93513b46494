//! Messages on items: opening, joining, repeats, closing by a rule. May import model, policy, rules. Nothing automatic re-opens, resumes or answers.

use std::collections::BTreeSet;

use super::clocks::Start;
use super::deeds::carry_out;
use super::offer::Occasion;
use super::quiet::{mute_joined, muting_of};
use super::work::{Say, Work};
use super::{Allowance, Context, Decision, Draft, Incoming, ItemEvent, Missed, apply, facts, group, mute};
use crate::model::{
    Before, ClockKind, Group, Item, ItemId, LastWord, Party, PersonKey, Plan, Planned, Priority, Reader, Reason, RuleRef, SetDue, State,
};
use crate::policy::Queue;
use crate::rules::ItemDraft;

/// Opens an item.
pub(super) fn open(id: &ItemId, draft: Draft, cx: &Context<'_>) -> Decision {
    let queue = cx.policy.queue(&draft.queue);
    let Draft {
        draft: said,
        requester,
        message,
        confirm,
        follows,
        links,
        chosen,
        allowance,
        missed,
        muting,
        ..
    } = draft;
    let summary = apply::clip(said.excerpt.as_deref().unwrap_or(&message.text));
    let their_word = requester.as_ref().map(|r| LastWord {
        who: r.reader.to_string(),
        at: message.at,
        text: said.excerpt.as_ref().map(|_| apply::clip(&message.text)).unwrap_or_default(),
        to_requester: false,
    });
    // What the summary says whole is not kept a second time.
    let opening = if summary == message.text {
        Incoming {
            in_summary: true,
            ..message.without_text()
        }
    } else {
        message.clone()
    };
    let item = Item {
        id: id.clone(),
        queue: queue.name.clone(),
        title: said.title.unwrap_or_else(|| title_of(&message)),
        priority: said.priority.unwrap_or_default(),
        labels: said.labels,
        fields: said.fields,
        key: said.key,
        state: State::Parked,
        holder: None,
        accountable: queue.owner.clone(),
        offered_to: None,
        state_note: None,
        giver: None,
        meant: None,
        receipts: Vec::new(),
        declined: Default::default(),
        silent_updates: 0,
        waiting_for: None,
        requester,
        source: message.source.clone(),
        rule: said.rule,
        policy: cx.policy.revision.clone(),
        created: cx.now,
        updated: cx.now,
        closed: None,
        clocks: Vec::new(),
        escalations: Vec::new(),
        follow_up: None,
        summary,
        their_word,
        our_word: None,
        // What was raised for want of a message has none.
        messages: u32::from(missed.is_none()),
        repeats: 0,
        notices: 0,
        told: Default::default(),
        group: said.collect.clone().map(Group::new),
        planned: None,
        muted: None,
        muted_by: Default::default(),
        watchers: Default::default(),
        guests: Default::default(),
        also_asked: Vec::new(),
        merged_into: None,
        acted: None,
        merged: Default::default(),
        undo: None,
        files: Vec::new(),
        words: Vec::new(),
        follows,
        links: links.into_iter().take(Item::MAX_LINKS).collect(),
        also: said.also,
        chosen: chosen.as_ref().map(|chosen| chosen.why.clone()),
        plan: Plan::default(),
        handoffs: Vec::new(),
        silent: BTreeSet::new(),
        aside: None,
    };
    let mut probe = Work::new(item.clone(), cx);
    let by_rule = said.mute.as_ref().and_then(|said| muting_of(&mut probe, said)).map(Box::new);
    // Nobody is told while one of them holds: the one that lasts longest.
    let asked_for = [muting, by_rule].into_iter().flatten();
    let muting = asked_for
        .filter(|muting| !mute::passes(muting, item.priority))
        .max_by_key(|muting| muting.until);
    let refused = probe.finish().events;
    let waits = muting.is_none() && group::waits(&item);
    let (to, why) = match chosen {
        Some(chosen) => (Party::Person(chosen.person), chosen.why_you),
        None => asked_of(said.assign.unwrap_or_else(|| queue.assign.clone()), queue),
    };
    let planned = Planned { to, why, due: said.due };
    let item = Item {
        state: if waits { State::Collecting } else { State::Parked },
        planned: (waits || muting.is_some()).then(|| planned.clone()),
        ..item
    };
    let mut work = Work::new(item.clone(), cx);
    work.emit(ItemEvent::Opened {
        item: Box::new(item),
        message: Box::new(opening),
    });
    if let Some(text) = said.note {
        let rule = format!("rule {}", work.item.rule.name);
        work.keep_note(None, &rule, &text);
    }
    work.repeat(refused);
    if let Some(muting) = muting {
        mute::silence_as(&mut work, *muting, Before::New, u32::MAX);
    } else if waits {
        group::start_wait(&mut work);
        if group_is_full(&work) {
            group::speak(&mut work);
        }
    } else {
        start_promises(&mut work, planned.due.as_ref());
        ask_first(&mut work, &planned, missed);
    }
    if queue.tell_requester.received && confirm {
        confirm_receipt(&mut work, message.message_id.clone());
    }
    carry_out(&mut work, said.deeds, allowance, &message);
    work.finish()
}

/// Somebody is asked to take a new item.
fn ask_first(work: &mut Work<'_>, planned: &Planned, missed: Option<Missed>) {
    let Planned { to, why: asked, .. } = planned;
    let why = missed
        .as_ref()
        .map_or_else(|| asked.clone(), |missed| format!("{}; {asked}", missed.why));
    let occasion = missed.map_or(Occasion::Assigned, |missed| Occasion::Missed {
        facts: missed.facts,
        note: missed.note,
    });
    work.offer(to, &occasion, &why);
}

/// Whether one message is all that is waited for.
fn group_is_full(work: &Work<'_>) -> bool {
    work.item
        .group
        .as_ref()
        .is_some_and(|group| group.collect.max.is_some_and(|max| max <= 1))
}

/// Who is asked, and why they.
fn asked_of(to: Party, queue: &Queue) -> (Party, String) {
    let why = match &to {
        Party::Rotation(name) => format!("you are on duty in {name}"),
        Party::Team(name) => format!("you are in the team {name}; the first to accept has it"),
        _ => format!("new items of {} come to you", queue.name),
    };
    (to, why)
}

/// The clocks that were promised with the item: the answer, if somebody asked, and the end, where a rule can say another.
pub(super) fn start_promises(work: &mut Work<'_>, due: Option<&SetDue>) {
    let calendar = work.queue.calendar.clone();
    let respond = work.queue.respond_within.filter(|_| work.item.requester.is_some());
    let resolve = work.queue.resolve_within.filter(|_| due.is_none());
    if let Some(set) = due {
        work.start_due(set);
    }
    for (kind, span) in [(ClockKind::Respond, respond), (ClockKind::Resolve, resolve)] {
        if let Some(span) = span {
            work.start_clock(&Start {
                kind,
                span,
                calendar: &calendar,
                warns: true,
            });
        }
    }
}

fn title_of(message: &Incoming) -> String {
    let line: String = message.subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = if line.is_empty() {
        format!("(no subject, by {})", message.source)
    } else {
        line
    };
    line.chars().take(Item::MAX_TITLE_CHARS).collect()
}

fn confirm_receipt(work: &mut Work<'_>, in_reply_to: Option<String>) {
    let Some(requester) = work.item.requester.clone() else { return };
    let by = work.item.clock(ClockKind::Respond).map(|c| c.deadline);
    let say = Say {
        by,
        why_you: "you wrote to us".to_owned(),
        urgent: true,
        in_reply_to,
        ..Say::default()
    };
    work.notify(requester.reader, Reason::Received, say);
}

/// A further message on an item. `trusted` says that it carried a valid key of the requester and came from their address.
pub(super) fn join(work: &mut Work<'_>, message: Incoming, trusted: bool) {
    let title = title_of(&message);
    mute::cover(work);
    let quiet = work.item.state.is_quiet();
    take_in(work, message, trusted, quiet);
    if quiet && work.item.state.is_quiet() {
        group::collected(work, &title);
    }
}

/// What a message does to the item it joins. What is `grouped` is told later, with others.
fn take_in(work: &mut Work<'_>, message: Incoming, trusted: bool, grouped: bool) {
    let author = message.author.clone().map(Reader::Address);
    let by_requester = author.is_some_and(|author| work.item.asked_by(&author).is_some());
    let (by_mail, automatic, text, at) = (message.by_mail, message.automatic, message.text.clone(), message.at);
    let attached = message.attachments.join(", ");
    let guest = message.author.clone();
    let who = message
        .from
        .as_ref()
        .map_or_else(|| message.source.to_string(), ToString::to_string);
    work.emit(ItemEvent::Joined {
        message: Box::new(message),
        by_requester,
    });
    if automatic {
        return;
    }
    if !work.item.state.is_open() {
        if by_requester || !by_mail {
            reopen(work, &format!("{who} wrote again"));
        }
        return;
    }
    match work.item.state {
        State::Waiting | State::Snoozed if trusted => resume(work, &format!("{who} answered")),
        // Who it was cannot be proven, so the state stands; but nothing is closed over an answer that came.
        State::Waiting if by_mail && work.item.follow_up.is_some() => {
            let (on, note) = (work.item.waiting_for.clone(), work.item.state_note.clone());
            work.emit(ItemEvent::Waiting { on, follow_up: None, note });
        }
        _ => {}
    }
    // A source that repeats an alert is not a person who waits for an answer: it is counted, nobody is disturbed.
    if by_mail && !grouped {
        let guest = guest.filter(|guest| work.item.guests.contains(guest));
        tell_of_answer(
            work,
            &Wrote {
                who,
                text,
                at,
                attached,
                guest,
            },
        );
    }
}

/// A further message that a rule gave the same key. What the rule says now can make it matter more, never less.
pub(super) fn join_by_rule(work: &mut Work<'_>, message: Incoming, draft: ItemDraft, allowance: Allowance) {
    let title = draft.title.clone().unwrap_or_else(|| title_of(&message));
    mute::cover(work);
    if let Some(said) = &draft.mute {
        mute_joined(work, said, draft.priority.unwrap_or_default());
    }
    let grouped = work.item.group.is_some() || work.item.state.is_quiet();
    take_in(work, message.clone(), false, grouped);
    if grouped && work.item.state.is_open() {
        group::collected(work, &title);
    }
    carry_out(work, draft.deeds.clone(), allowance, &message);
    let labels: BTreeSet<String> = draft.labels.difference(&work.item.labels).cloned().collect();
    if !labels.is_empty() {
        work.emit(ItemEvent::Labelled { labels });
    }
    if let Some(text) = draft.note {
        work.keep_note(None, &format!("rule {}", draft.rule.name), &text);
    }
    // What is quiet has no such clock yet: the first message says by when it is to be done.
    let runs = work.item.state.is_open() && !work.item.state.is_quiet();
    if let Some(set) = draft.due.filter(|_| runs) {
        work.start_due_if_sooner(&set);
    }
    let Some(priority) = draft.priority.filter(|p| *p > work.item.priority && work.item.state.is_open()) else {
        return;
    };
    work.emit(ItemEvent::Prioritised { priority });
    if work.item.state == State::Muted {
        mute::end_if_urgent(work);
        return;
    }
    if work.item.state == State::Collecting {
        // What turned urgent waits for nothing.
        if priority == Priority::Urgent {
            group::speak(work);
        }
        return;
    }
    for person in work.actors() {
        let say = Say {
            ask: "please look at it".to_owned(),
            why_you: format!("rule {} says that it is {priority} now", draft.rule.name),
            facts: facts::of_item(&work.item),
            text: work.item.summary.clone(),
            answers: ["accept", "done NOTE", "pass PERSON", "why"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        work.tell(&person, Reason::Reminder, say);
    }
}

/// Other items came of the same message. Links that are there already stay; past the limit there are no more.
pub(super) fn link(work: &mut Work<'_>, others: Vec<ItemId>) {
    for to in others {
        let fresh = to != work.item.id && !work.item.links.contains(&to);
        if fresh && work.item.links.len() < Item::MAX_LINKS {
            work.emit(ItemEvent::Linked { to });
        }
    }
}

/// A rule failed on the message that opened it: its owner is told.
pub(super) fn rule_failed(work: &mut Work<'_>, rule: &RuleRef, why: &str, owner: &PersonKey) {
    let place = rule.place.as_ref().map_or_else(String::new, |p| format!(", {}:{}", p.file, p.line));
    let say = Say {
        ask: "please mend the rule".to_owned(),
        why_you: "you answer for the queue it fills; you are told once for each state of the configuration".to_owned(),
        facts: vec![
            facts::fact("Rule", format!("{}{place}", rule.name)),
            facts::fact("Message", work.item.title.clone()),
        ],
        text: why.to_owned(),
        answers: ["why"].map(str::to_owned).to_vec(),
        ..Say::default()
    };
    work.tell(owner, Reason::RuleFailed, say);
}

/// Its holder, or who answered for it, is not configured any more: the owner answers for it, and somebody is asked anew.
pub(super) fn people_gone(work: &mut Work<'_>) {
    let known = |person: &PersonKey| work.cx.policy.people.contains_key(person);
    let gone: Vec<PersonKey> = work
        .item
        .holder
        .iter()
        .chain([&work.item.accountable])
        .filter(|p| !known(p))
        .cloned()
        .collect();
    let nobody_asked = work.item.state == State::Offered && work.asked().is_empty();
    if !work.item.state.is_open() || (gone.is_empty() && !nobody_asked) {
        return;
    }
    let why = match gone.first() {
        Some(person) => format!("{person} is not configured any more"),
        None => "whoever was asked is not configured any more".to_owned(),
    };
    let owner = work.queue.owner.clone();
    work.resume_clocks();
    work.stop_clock(ClockKind::Wait);
    work.stop_clock(ClockKind::Snooze);
    work.stop_clock(ClockKind::Update);
    let quiet = work.item.state;
    let muted = work.item.muted.clone();
    work.emit(ItemEvent::Orphaned { owner, why: why.clone() });
    if let Some(muted) = muted {
        let before = if muted.before == Before::Had { Before::Asked } else { muted.before };
        mute::silence_as(work, muted.muting, before, 0);
        return;
    }
    if quiet == State::Collecting {
        work.emit(ItemEvent::Collecting);
        return;
    }
    let to = work.queue.assign.clone();
    work.offer(&to, &Occasion::Assigned, &why);
}

/// What somebody wrote on an item.
struct Wrote {
    who: String,
    text: String,
    at: jiff::Timestamp,
    /// Names and sizes of what was attached.
    attached: String,
    /// Who it was, if it was a guest.
    guest: Option<crate::model::Address>,
}

/// Whoever must act on it reads what was written.
fn tell_of_answer(work: &mut Work<'_>, wrote: &Wrote) {
    // A guest is written to as they were asked; `reply` goes to whoever asked for the item.
    let answer = wrote
        .guest
        .as_ref()
        .map_or_else(|| "reply TEXT".to_owned(), |guest| format!("invite {guest}, TEXT"));
    let answers: Vec<String> = [answer.as_str(), "done NOTE", "wait", "pass PERSON", "why"]
        .map(str::to_owned)
        .to_vec();
    for person in work.actors() {
        let mut lines = facts::of_item(&work.item);
        lines.insert(0, facts::fact_at("Wrote", wrote.who.clone(), wrote.at));
        if !wrote.attached.is_empty() {
            lines.insert(1, facts::fact("With it", wrote.attached.clone()));
        }
        let say = Say {
            ask: String::new(),
            why_you: "it is with you".to_owned(),
            facts: lines,
            text: apply::clip(&wrote.text),
            answers: answers.clone(),
            ..Say::default()
        };
        work.tell(&person, Reason::Answer, say);
    }
}

/// Waiting, snoozed or blocked no longer: the clocks go on.
pub(super) fn resume(work: &mut Work<'_>, why: &str) {
    work.stop_clock(ClockKind::Wait);
    work.stop_clock(ClockKind::Snooze);
    work.emit(ItemEvent::Resumed { why: why.to_owned() });
    work.resume_clocks();
    work.start_update_clock();
}

/// Open again: promises start anew, and its last holder is asked first.
pub(super) fn reopen(work: &mut Work<'_>, why: &str) {
    let last = work.item.holder.clone();
    work.emit(ItemEvent::Reopened { why: why.to_owned() });
    if let Some(muting) = work.covering.clone().filter(|muting| !mute::passes(muting, work.item.priority)) {
        mute::silence_as(work, muting, Before::Again, 1);
        return;
    }
    start_promises(work, None);
    let to = last.map_or_else(|| work.queue.assign.clone(), crate::model::Party::Person);
    work.offer(&to, &Occasion::Assigned, &format!("it is open again: {why}"));
}

/// A rule says that the cause is gone.
pub(super) fn close_by_rule(work: &mut Work<'_>, rule: RuleRef, note: Option<String>, message: Incoming) {
    work.emit(ItemEvent::Joined {
        message: Box::new(message),
        by_requester: false,
    });
    if !work.item.state.is_open() {
        return;
    }
    // Nobody was told that it is there.
    let told: Vec<_> = if work.item.state.is_quiet() { Vec::new() } else { work.actors() };
    let because = note.clone().unwrap_or_else(|| format!("rule {} closed it", rule.name));
    work.emit(ItemEvent::Done { note, rule: Some(rule) });
    for person in told {
        let say = Say {
            why_you: "you were asked to take it, or hold it".to_owned(),
            text: because.clone(),
            ..Say::default()
        };
        work.tell(&person, Reason::Done, say);
    }
}

/// What it was raised for did not arrive again: one item, not one for each time.
pub(super) fn missed_again(work: &mut Work<'_>, missed: Missed) {
    work.emit(ItemEvent::Noted {
        by: None,
        text: missed.text.clone(),
    });
    for person in work.actors() {
        let mut lines = missed.facts.clone();
        lines.extend(facts::of_item(&work.item));
        let say = Say {
            ask: "please look at it".to_owned(),
            why_you: format!("it is with you, and {}", missed.why),
            facts: lines,
            text: missed.note.clone().unwrap_or_default(),
            answers: ["accept", "done NOTE", "pass PERSON", "why"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        work.tell(&person, Reason::ExpectationMissed, say);
    }
}
