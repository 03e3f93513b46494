//! What each verb does to an item. May import model, reply, policy. `Ok` says what came of it, `Err` why not; what may not be done changes nothing.

use jiff::SignedDuration;

use super::clocks::Start;
use super::ladder::{escalate_for, escalate_what_remains};
use super::message::{reopen, resume};
use super::offer::Occasion;
use super::work::{Say, Work};
use super::{Actor, ItemEvent, facts};
use crate::model::{
    ClockKind, Due, FollowUp, Item, MuteTarget, Muting, Party, PersonKey, Reader, Reason, Requester, SetBy, SetDue, Span, State, Way,
};
use crate::reply::Verb;

/// Counted in the queue's calendar when `wait` names no time and the queue has no `follow_up`.
const DEFAULT_WAIT: Span = Span::WorkingDays(2);

/// `, by Ana Ruiz`, where somebody closed it.
fn closed_by(work: &Work<'_>) -> String {
    let by = work.item.acted.as_ref().filter(|(_, at)| work.item.closed == Some(*at));
    match by.map(|(reader, _)| reader) {
        Some(Reader::Person(person)) => format!(", by {}", work.name(person)),
        Some(Reader::Address(_)) => ", by whoever asked".to_owned(),
        None => String::new(),
    }
}

/// Does one thing that its actor may ask for. `Ok` says what came of it, `Err` why not.
pub(super) fn obey(work: &mut Work<'_>, actor: &Actor, verb: &Verb) -> Result<String, String> {
    let open = work.item.state.is_open();
    let needs_open = !matches!(
        verb,
        Verb::Note(_)
            | Verb::Reply(_)
            | Verb::Reopen(_)
            | Verb::Undo
            | Verb::Send(_)
            | Verb::Why
            | Verb::Show
            | Verb::Help
            | Verb::List
            | Verb::Who
            | Verb::Queue(_)
            | Verb::Away(_)
            | Verb::Back
            | Verb::Swap(_)
    );
    if let Some(into) = work.item.merged_into.as_ref().filter(|_| needs_open) {
        return Err(format!("it was merged and goes on as {into}; write there"));
    }
    if needs_open && !open {
        return Err(format!(
            "it is {} already{}; `reopen` opens it again",
            work.item.state,
            closed_by(work)
        ));
    }
    let person = actor.reader.person().cloned();
    match (verb, person) {
        (Verb::Note(text), _) => note(work, actor, text),
        (Verb::Reply(text), _) => reply(work, text),
        (Verb::Why | Verb::Show | Verb::Help | Verb::List | Verb::Who | Verb::Queue(_), _) => Ok("answered above".to_owned()),
        (Verb::Reopen(_), _) if work.item.merged_into.is_some() => {
            let into = work.item.merged_into.as_ref().map_or_else(String::new, ToString::to_string);
            Err(format!("it was merged and goes on as {into}; write there"))
        }
        (Verb::Reopen(why), _) if !open => {
            reopen(work, why.as_deref().unwrap_or("asked for"));
            Ok("it is open again".to_owned())
        }
        (Verb::Reopen(_), _) => Err("it is open".to_owned()),
        (Verb::Away(_) | Verb::Back | Verb::Swap(_), Some(person)) => {
            let outcome = super::about(&person, verb, work.cx).unwrap_or_else(|| Err("it is not about yourself".to_owned()));
            let (command, text) = outcome?;
            work.follow(command);
            Ok(text)
        }
        (Verb::Accept(words), Some(person)) => accept(work, &person, words.clone()),
        (Verb::Decline(why), Some(person)) => decline(work, &person, why),
        (Verb::Done(note), Some(person)) => done(work, &person, note.clone()),
        (Verb::Pass(to, note), Some(person)) => pass(work, &person, to, note.clone()),
        (Verb::Snooze(until), Some(person)) => snooze(work, &person, *until),
        (Verb::Wait(until, whom), Some(person)) => wait(work, &person, *until, whom.clone()),
        (Verb::Block(why), Some(person)) => block(work, &person, why),
        (Verb::Mute(until, why), Some(person)) => mute(work, &person, *until, why),
        (Verb::Unmute, _) if work.item.state == State::Muted => {
            super::mute::end(work, &format!("{} ended the mute", actor.reader));
            Ok("it is muted no longer".to_owned())
        }
        (Verb::Unmute, _) => Err("it is not muted".to_owned()),
        (Verb::Unblock, _) if work.item.state == State::Blocked => {
            resume(work, "unblocked");
            Ok("it goes on".to_owned())
        }
        (Verb::Unblock, _) => Err("it is not blocked".to_owned()),
        (Verb::Drop(why), Some(person)) => drop_it(work, &person, why),
        (Verb::Priority(priority), _) => {
            work.emit(ItemEvent::Prioritised { priority: *priority });
            super::mute::end_if_urgent(work);
            Ok(format!("its priority is {priority}"))
        }
        (Verb::Send(numbers), _) => super::files::send(work, actor, numbers),
        (Verb::Undo, _) => super::undo::undo(work, actor),
        (Verb::Watch, Some(person)) => super::watch::watch(work, &person),
        (Verb::Unwatch, Some(person)) => super::watch::unwatch(work, &person),
        (Verb::Move(to, note), Some(person)) => super::moving::to(work, &person, to, note.clone()),
        (Verb::Merge(into), Some(person)) => super::merging::merge(work, &person, into),
        (Verb::Invite(guest, words), Some(person)) => super::outside::invite(work, &person, guest, words.clone()),
        (Verb::Due(at), Some(person)) => due(work, &person, *at),
        (Verb::Escalate(why), Some(person)) => escalate(work, &person, why.clone()),
        (_, None) => Err("only one of the configured people can".to_owned()),
    }
}

fn note(work: &mut Work<'_>, actor: &Actor, text: &str) -> Result<String, String> {
    let author = actor.reader.person().cloned();
    work.keep_note(author.as_ref(), "", text);
    if let Some(names) = author.as_ref().and_then(|author| work.add_to_handoff(author, text)) {
        return Ok(format!("it goes into the handoff; {names} gets it"));
    }
    let holder = work
        .item
        .holder
        .clone()
        .filter(|h| work.item.state.is_open() && actor.reader != Reader::Person(h.clone()));
    if let Some(holder) = holder {
        let say = Say {
            why_you: format!("you hold it; {} wrote a note", actor.reader),
            facts: facts::of_item(&work.item),
            text: super::apply::clip(text),
            answers: ["note TEXT", "done NOTE", "why"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        work.tell(&holder, Reason::Answer, say);
    } else if work.item.state == State::Accepted {
        work.start_update_clock();
    }
    let (next, watch) = super::plan::lines(text);
    Ok(match next.is_empty() && watch.is_empty() {
        true => "kept as a note; it changes nothing else".to_owned(),
        false => "kept for whoever has it next".to_owned(),
    })
}

/// The answer goes to the requester; the respond clock has its answer.
fn reply(work: &mut Work<'_>, text: &str) -> Result<String, String> {
    let askers: Vec<Requester> = work.item.askers().cloned().collect();
    if askers.is_empty() {
        work.emit(ItemEvent::Noted {
            by: None,
            text: text.to_owned(),
        });
        return Err("nobody asked for this one; kept as a note".to_owned());
    }
    work.emit(ItemEvent::Replied { text: text.to_owned() });
    work.stop_clock(ClockKind::Respond);
    if work.item.state == State::Accepted {
        work.stop_clock(ClockKind::Wait);
    }
    escalate_what_remains(work);
    let to: Vec<String> = askers.iter().map(|asker| asker.reader.to_string()).collect();
    let (attached, files) = super::files::with_answer(work);
    for asker in askers {
        let title = theirs(&work.item, &asker.reader, asker.subject.clone());
        super::files::answer(work, asker, text, title, attached.clone());
    }
    Ok(format!("sent to {}{files}", to.join(" and ")))
}

/// The subject of whoever asked for an item that was merged into this one: each keeps their own.
fn theirs(item: &Item, reader: &Reader, subject: String) -> Option<String> {
    let first = item.requester.as_ref().is_some_and(|requester| requester.reader == *reader);
    (!first).then_some(subject)
}

fn accept(work: &mut Work<'_>, person: &PersonKey, words: Option<String>) -> Result<String, String> {
    match work.item.state {
        State::Muted if super::mute::had(&work.item) && work.item.holder.as_ref() == Some(person) => {
            super::mute::end(work, "taken up again");
            return Ok("it is yours, and muted no longer".to_owned());
        }
        State::Muted if !super::mute::had(&work.item) => {}
        State::Offered | State::Parked | State::Collecting => {}
        _ if work.item.holder.as_ref() == Some(person) => return Ok("you have it already".to_owned()),
        _ => {
            let holder = work.item.holder.clone().map_or_else(|| "somebody".to_owned(), |h| work.name(&h));
            return Err(format!("{holder} has it; ask them to pass it"));
        }
    }
    let aside = work.item.aside.clone();
    let giver = work.item.giver.clone().filter(|giver| giver != person && words.is_some());
    take(work, person, words);
    work.put_aside_again(aside);
    Ok(match giver {
        Some(giver) => format!("it is yours; {} reads what you will do", work.name(&giver)),
        None => "it is yours".to_owned(),
    })
}

/// Responsibility passes, and the giver hears of it.
fn take(work: &mut Work<'_>, person: &PersonKey, words: Option<String>) {
    let giver = work.item.giver.clone().filter(|g| g != person);
    let read_back = words.clone();
    super::group::leave_quiet(work);
    work.emit(ItemEvent::Accepted { by: person.clone(), words });
    work.stop_clock(ClockKind::Accept);
    work.stop_clock(ClockKind::Parked);
    escalate_what_remains(work);
    work.start_update_clock();
    if let Some(giver) = giver {
        work.read_back(&giver, person, read_back);
    }
}

fn decline(work: &mut Work<'_>, person: &PersonKey, why: &str) -> Result<String, String> {
    if work.item.state != State::Offered {
        return Err("it is not on offer; `pass` hands it on".to_owned());
    }
    work.emit(ItemEvent::Declined {
        by: person.clone(),
        why: why.to_owned(),
    });
    let reason = format!("{} declined: {why}", work.name(person));
    work.offer_on(&reason);
    let now = match (&work.item.offered_to, &work.item.holder) {
        (Some(Party::Person(next)), _) => format!("{} is asked now", work.name(next)),
        (Some(party), _) => format!("{party} is asked now"),
        (None, Some(holder)) => format!("{} has it again", work.name(holder)),
        (None, None) => "nobody else could be asked; the owner is told".to_owned(),
    };
    Ok(format!("declined; {now}"))
}

/// Some verbs mean that one has it: an offered item is accepted on the way.
fn take_if_offered(work: &mut Work<'_>, person: &PersonKey) {
    let quiet = work.item.state == State::Muted && !super::mute::had(&work.item);
    if quiet || matches!(work.item.state, State::Offered | State::Parked | State::Collecting) {
        take(work, person, None);
    }
}

fn done(work: &mut Work<'_>, person: &PersonKey, note: Option<String>) -> Result<String, String> {
    take_if_offered(work, person);
    let others = others(work, person);
    let askers: Vec<Requester> = work.item.askers().cloned().collect();
    let guests = work.item.guests.clone();
    let by = work.name(person);
    work.emit(ItemEvent::Done {
        note: note.clone(),
        rule: None,
    });
    for other in others {
        let say = Say {
            why_you: format!("you held it or were asked to take it; {by} closed it"),
            text: note.clone().unwrap_or_default(),
            ..Say::default()
        };
        work.tell(&other, Reason::Done, say);
    }
    for requester in askers.into_iter().filter(|_| work.queue.tell_requester.done) {
        // The note is ours; the requester learns only that it is finished.
        let say = Say {
            why_you: "you wrote to us".to_owned(),
            urgent: true,
            in_reply_to: requester.message_id,
            title: theirs(&work.item, &requester.reader, requester.subject),
            ..Say::default()
        };
        work.notify(requester.reader, Reason::Done, say);
    }
    for guest in guests {
        let say = Say {
            why_you: "you were asked for help with it".to_owned(),
            urgent: true,
            ..Say::default()
        };
        work.notify(Reader::Address(guest), Reason::HelpOver, say);
    }
    Ok("closed".to_owned())
}

/// Somebody says when it must be done; sooner or later than before.
fn due(work: &mut Work<'_>, person: &PersonKey, at: jiff::Timestamp) -> Result<String, String> {
    if at <= work.cx.now {
        return Err("that is over already".to_owned());
    }
    work.stop_clock(ClockKind::Resolve);
    work.start_due(&SetDue {
        by: SetBy::Person(person.clone()),
        due: Due::Instant(at),
    });
    escalate_what_remains(work);
    Ok("it is to be done by then".to_owned())
}

/// Up the ladder before any deadline says so.
fn escalate(work: &mut Work<'_>, person: &PersonKey, why: Option<String>) -> Result<String, String> {
    if let Some(running) = work.item.escalations.first() {
        return Err(format!(
            "it is escalated already: {} runs; `why` says who is told next",
            running.ladder
        ));
    }
    escalate_for(work, person, why.unwrap_or_else(|| "no reason given".to_owned()));
    super::wake::wake(work);
    Ok("escalated; the first step is taken now".to_owned())
}

fn drop_it(work: &mut Work<'_>, person: &PersonKey, why: &str) -> Result<String, String> {
    let (others, by) = (others(work, person), work.name(person));
    work.emit(ItemEvent::Dropped { why: why.to_owned() });
    for other in others {
        let say = Say {
            why_you: format!("you held it or were asked to take it; {by} dropped it"),
            text: why.to_owned(),
            ..Say::default()
        };
        work.tell(&other, Reason::Done, say);
    }
    Ok("dropped; nothing more will come of it".to_owned())
}

/// Who else thinks that it is theirs: its holder and those who are asked.
pub(super) fn others(work: &Work<'_>, person: &PersonKey) -> Vec<PersonKey> {
    let mut others: Vec<PersonKey> = work
        .item
        .holder
        .iter()
        .cloned()
        .chain(work.asked())
        .filter(|p| p != person)
        .collect();
    others.sort();
    others.dedup();
    others
}

fn pass(work: &mut Work<'_>, person: &PersonKey, to: &str, note: Option<String>) -> Result<String, String> {
    let Some(party) = work.cx.policy.party_named(to) else {
        return Err(format!("there is no person or team `{to}`; {}", work.cx.policy.names_for_passing()));
    };
    if party == Party::Person(person.clone()) {
        return Err("that is you".to_owned());
    }
    let occasion = Occasion::handoff(Way::Pass, Some(person.clone()), note.clone());
    if work.resolve(&party, &occasion).is_none() {
        return Err(format!("nobody in {party} can take it now; it stays where it is"));
    }
    let prompt = if note.is_none() { work.prompt() } else { String::new() };
    if let Some(text) = note {
        work.keep_note(Some(person), "", &text);
    }
    let why = format!("{} passes it to you", work.name(person));
    work.offer(&party, &occasion, &why);
    let accountable = work.name(&work.item.accountable);
    Ok(format!(
        "offered to {party}; {accountable} answers for it until it is accepted{prompt}"
    ))
}

fn snooze(work: &mut Work<'_>, person: &PersonKey, until: jiff::Timestamp) -> Result<String, String> {
    take_if_offered(work, person);
    work.stop_clock(ClockKind::Update);
    work.stop_clock(ClockKind::Wait);
    work.emit(ItemEvent::Snoozed { until, note: None });
    work.resume_clocks();
    work.start_clock_until(ClockKind::Snooze, until);
    Ok("it sleeps until then; an answer wakes it earlier".to_owned())
}

/// Nobody is told of it until then; at the end its owner and whoever muted it read what came.
fn mute(work: &mut Work<'_>, person: &PersonKey, until: jiff::Timestamp, why: &str) -> Result<String, String> {
    if until.duration_since(work.cx.now) > SignedDuration::from_hours(24 * Muting::MAX_DAYS) {
        return Err("a mute lasts a year at most; write a nearer time".to_owned());
    }
    let muting = super::mute::said_by(person, MuteTarget::Item(work.item.id.clone()), until, why, work.cx.policy);
    let ours = work.item.muted.as_ref().is_none_or(|muted| muted.muting.name == muting.name);
    if !ours && work.item.muted.as_ref().is_some_and(|muted| muted.muting.until >= until) {
        return Err("it is muted for longer already; `unmute` ends that".to_owned());
    }
    super::mute::silence(work, muting);
    Ok("nobody is told of it until then; what comes is kept, and told when the mute ends".to_owned())
}

fn wait(work: &mut Work<'_>, person: &PersonKey, until: Option<jiff::Timestamp>, whom: Option<String>) -> Result<String, String> {
    take_if_offered(work, person);
    let for_requester = whom.is_none() && work.item.requester.is_some();
    let plan = work.queue.follow_up.clone().filter(|_| for_requester && until.is_none());
    let follow_up = plan.as_ref().map(|plan| FollowUp {
        sent: 0,
        times: plan.times,
    });
    work.stop_clock(ClockKind::Update);
    work.stop_clock(ClockKind::Snooze);
    work.emit(ItemEvent::Waiting {
        on: whom.clone(),
        follow_up,
        note: None,
    });
    work.pause_response_clocks();
    match until {
        Some(until) => work.start_clock_until(ClockKind::Wait, until),
        None => {
            let calendar = if for_requester {
                work.calendar_of_requester()
            } else {
                work.queue.calendar.clone()
            };
            let span = plan.as_ref().map_or(DEFAULT_WAIT, |plan| plan.first);
            work.start_clock(&Start {
                kind: ClockKind::Wait,
                span,
                calendar: &calendar,
                warns: false,
            });
        }
    }
    let whom = whom.unwrap_or_else(|| {
        if for_requester {
            "the requester".to_owned()
        } else {
            "somebody outside".to_owned()
        }
    });
    Ok(match plan {
        Some(plan) => format!("waits for {whom}; reminders go out by themselves, {} at most", plan.times),
        None => format!("waits for {whom}; you get it back when the time is over"),
    })
}

fn block(work: &mut Work<'_>, person: &PersonKey, why: &str) -> Result<String, String> {
    take_if_offered(work, person);
    work.stop_clock(ClockKind::Wait);
    work.stop_clock(ClockKind::Snooze);
    work.emit(ItemEvent::Blocked { why: why.to_owned() });
    work.resume_clocks();
    work.start_update_clock();
    let owner = work.queue.owner.clone();
    if owner != *person {
        let say = Say {
            ask: "please see whether you can unblock it".to_owned(),
            why_you: format!("you answer for {}, and {} cannot go on", work.item.queue, work.name(person)),
            facts: facts::of_item(&work.item),
            text: why.to_owned(),
            answers: ["unblock", "note TEXT", "pass PERSON", "why"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        work.tell(&owner, Reason::Blocked, say);
    }
    Ok("blocked; the owner is told".to_owned())
}
