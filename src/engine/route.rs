//! Where a message goes: a reply key, a thread, an item's key, a new item, in this order. May import model, policy, reply, rules. Looks at committed state, changes nothing.

use std::collections::BTreeSet;

use jiff::civil::{Time, time};
use jiff::{SignedDuration, Timestamp};

use super::home::{Home, is_list, list_of};
use super::incoming::requester;
use super::{
    Actor, Allowance, Back, Context, Correlation, Draft, Failure, Incoming, ItemCommand, Past, PersonCommand, Read, RoundCommand,
    RoundSaying, Saying, SwapCommand,
};
use crate::model::{Body, Item, ItemId, Kind, Mail, Message, PersonKey, QueueName, Reader, RotationName, Round, RuleName, RuleRef, Span};
use crate::policy::Policy;
use crate::reply::{
    KeyRing, Line, ReadContext, Said, Token, Verb, WhenContext, read, read_numbered, read_round, token_in_address, token_in_message_id,
};
use crate::rules::{Closing, Dropping, ItemDraft, Outcome, Verdict};

/// Where a message goes; one message can go to several places.
#[derive(Debug)]
pub enum Route {
    /// To an item that is there.
    To(ItemId, Box<ItemCommand>),
    /// To a list of items: where it belongs, its items, and what was said.
    List(Home, Vec<ItemId>, Box<Saying>),
    /// To a round.
    Round(ItemId, Box<RoundCommand>),
    /// To a swap of duty in a rotation.
    Swap(RotationName, Box<SwapCommand>),
    /// About its writer, who answers a notice that is about no item.
    Own(PersonKey, Actor, Vec<Line>),
    /// To a person: an answer about themselves.
    Person(PersonKey, Box<PersonCommand>),
    /// Something of ours that came back.
    Back(Box<Back>),
    /// To several items that are there.
    Each(Vec<(ItemId, ItemCommand)>),
    /// To a new item.
    New(Box<Draft>),
    /// Nowhere, for a reason; the sender may be answered.
    Dropped(Dropping),
}

/// Where a message goes by what it answers: a reply key first, then a thread. `None` leaves it to [`outcomes`].
///
/// # Errors
/// When the store cannot be read.
pub fn route_known(message: &Message, incoming: &Incoming, keys: &KeyRing, past: &dyn Past, cx: &Context<'_>) -> Read<Option<Route>> {
    let Some(mail) = message.mail() else { return Ok(None) };
    if let Some(back) = super::returned::by_mark(mail, incoming, keys, past, cx)? {
        return Ok(Some(back));
    }
    if let Some(keyed) = by_reply_key(message, mail, incoming, keys, past, cx)? {
        return Ok(Some(keyed));
    }
    match by_thread(mail, past)? {
        Some(id) => match by_name(&id, message, mail, incoming, past, cx)? {
            Some(found) => Ok(Some(found)),
            None => joining(id, incoming, past, cx),
        },
        None => Ok(None),
    }
}

/// Words of command under the address of one of `people`, in an item's thread and without a key: they are asked whether it was them.
fn by_name(id: &ItemId, message: &Message, mail: &Mail, incoming: &Incoming, past: &dyn Past, cx: &Context<'_>) -> Read<Option<Route>> {
    let Some(actor) = Actor::by_name(message, cx).filter(|_| !incoming.automatic && mail.kind == Kind::Person) else {
        return Ok(None);
    };
    if past.item(id)?.is_none_or(|item| !item.state.is_open()) {
        return Ok(None);
    }
    let is_party = |name: &str| cx.policy.party_named(name).is_some();
    let context = ReadContext {
        when: when_context(&actor.reader, cx.policy, cx.now),
        is_party: &is_party,
    };
    let lines = read(&mail.new_text, &mail.subject, &context);
    if super::say::commands(&lines).next().is_none() {
        return Ok(None);
    }
    let say = ItemCommand::Say {
        actor,
        lines,
        message: Some(Box::new(incoming.clone())),
    };
    Ok(Some(Route::To(id.clone(), Box::new(say))))
}

/// What follows for a message that answers nothing: what the rules say, else the home of what no rule took or could not be read. Never empty.
#[must_use]
pub fn outcomes(message: &Message, verdict: &Verdict, policy: &Policy) -> Vec<Outcome> {
    if let Body::Unparsed { why, .. } = &message.body {
        let note = if why.is_put_aside() {
            "Its source could not take it and put it aside, so that the rest goes on.".to_owned()
        } else {
            format!("It could not be read: {} The raw bytes are kept.", why.text)
        };
        return vec![home("quarantine", policy.quarantine.clone(), note)];
    }
    let mut outcomes = verdict.outcomes.clone();
    if let Some(failure) = &verdict.failure {
        let note = format!(
            "Rule `{}` failed, and no rule after it was tried: {}",
            failure.rule.name, failure.why
        );
        outcomes.push(home("unmatched", policy.unmatched.clone(), note));
    } else if outcomes.is_empty() {
        outcomes.push(home("unmatched", policy.unmatched.clone(), String::new()));
    }
    outcomes
}

/// Where one outcome leads, given the outcomes before it: `made` are the items they opened or joined.
///
/// # Errors
/// When the store cannot be read.
pub fn route_outcome(outcome: &Outcome, message: &Message, incoming: Incoming, made: &[ItemId], past: &dyn Past) -> Read<Route> {
    match outcome {
        Outcome::Item(draft) => item_route(draft, message, incoming, made, past),
        Outcome::Close(closing) => closing_route(closing, incoming, past),
        Outcome::Drop(dropping) => Ok(Route::Dropped(dropping.clone())),
    }
}

/// A valid reply key, in a recipient of ours or in a Message-ID that is answered.
fn by_reply_key(
    message: &Message,
    mail: &Mail,
    incoming: &Incoming,
    keys: &KeyRing,
    past: &dyn Past,
    cx: &Context<'_>,
) -> Read<Option<Route>> {
    let desk = &cx.policy.desk.address;
    let addressed = mail.envelope.to.iter().chain(mail.to.iter().chain(&mail.cc).map(|m| &m.address));
    let in_addresses = addressed.filter_map(|address| token_in_address(desk, address));
    let in_threads = mail
        .in_reply_to
        .iter()
        .chain(mail.references.iter().rev())
        .filter_map(|id| token_in_message_id(id, desk.domain()));
    for token in in_addresses.chain(in_threads) {
        if let Some(found) = super::route_swap::by_swap_key(&token, message, mail, incoming, keys, past, cx)? {
            return Ok(Some(found));
        }
        if let Some(found) = super::route_swap::by_duty_key(&token, message, mail, incoming, keys, cx) {
            return Ok(Some(found));
        }
        if let Some(found) = super::route_confirm::by_code(&token, mail, incoming, keys, cx) {
            return Ok(Some(found));
        }
        if let Some(found) = by_list_key(&token, message, mail, incoming, keys, past, cx)? {
            return Ok(Some(found));
        }
        if let Some(found) = by_round_key(&token, message, mail, incoming, keys, past, cx)? {
            return Ok(Some(found));
        }
        let Some((item, reader)) = verified(&token, keys, past, cx)? else {
            continue;
        };
        if mail.kind == Kind::Bounce {
            return Ok(Some(Route::To(
                item.id,
                Box::new(ItemCommand::Bounced(reader, Box::new(incoming.clone()), failure_of(mail))),
            )));
        }
        if incoming.automatic {
            // An out-of-office that carries a valid key is still nobody's answer.
            return Ok(Some(Route::To(item.id, Box::new(ItemCommand::Join(Box::new(incoming.clone()))))));
        }
        // What somebody outside writes too long after the end begins something new, linked to the old.
        if reader.person().is_none() && !still_joins(&item, incoming, cx) {
            return Ok(None);
        }
        let is_party = |name: &str| cx.policy.party_named(name).is_some();
        let context = ReadContext {
            when: when_context(&reader, cx.policy, cx.now),
            is_party: &is_party,
        };
        let lines = read(&mail.new_text, &mail.subject, &context);
        let actor = Actor::with_key(reader, &token, message, cx);
        let say = ItemCommand::Say {
            actor,
            lines,
            message: Some(Box::new(incoming.clone())),
        };
        return Ok(Some(Route::To(item.id, Box::new(say))));
    }
    Ok(None)
}

/// A valid reply key of a list of items. What is no answer of its reader is kept on the first item.
fn by_list_key(
    token: &Token,
    message: &Message,
    mail: &Mail,
    incoming: &Incoming,
    keys: &KeyRing,
    past: &dyn Past,
    cx: &Context<'_>,
) -> Read<Option<Route>> {
    let Some(id) = crate::reply::parse_item(&token.0).filter(is_list) else {
        return Ok(None);
    };
    let people = cx.policy.people.keys().cloned().map(Reader::Person);
    let Ok((_, reader)) = keys.verify(&token.0, cx.now, &mut people.into_iter()) else {
        return Ok(None);
    };
    let Some((home, list)) = list_of(past, &id, Some(&reader))? else {
        return Ok(None);
    };
    let first = list.items.first().cloned();
    if let Some(first) = first.filter(|_| mail.kind == Kind::Bounce || incoming.automatic) {
        let message = Box::new(incoming.clone());
        let command = match mail.kind {
            Kind::Bounce => ItemCommand::Bounced(reader, message, failure_of(mail)),
            _ => ItemCommand::Join(message),
        };
        return Ok(Some(Route::To(first, Box::new(command))));
    }
    let is_party = |name: &str| cx.policy.party_named(name).is_some();
    let context = ReadContext {
        when: when_context(&reader, cx.policy, cx.now),
        is_party: &is_party,
    };
    let count = u32::try_from(list.items.len()).unwrap_or(u32::MAX);
    let lines = read_numbered(&mail.new_text, &mail.subject, count, &context);
    let actor = Actor::with_key(reader, token, message, cx);
    let saying = Saying {
        list: list.id.clone(),
        actor,
        lines,
        message: incoming.clone(),
    };
    Ok(Some(Route::List(home, list.items, Box::new(saying))))
}

/// A valid reply key of a round. What is automatic is kept with it, and answers nothing.
fn by_round_key(
    token: &Token,
    message: &Message,
    mail: &Mail,
    incoming: &Incoming,
    keys: &KeyRing,
    past: &dyn Past,
    cx: &Context<'_>,
) -> Read<Option<Route>> {
    let id = crate::reply::parse_item(&token.0).filter(Round::is_id);
    let Some(round) = id.map_or(Ok(None), |id| past.round(&id))? else {
        return Ok(None);
    };
    let people = cx.policy.people.keys().cloned().map(Reader::Person);
    let addresses = round.tell.iter().filter(|reader| reader.person().is_none()).cloned();
    let Ok((_, reader)) = keys.verify(&token.0, cx.now, &mut people.chain(addresses)) else {
        return Ok(None);
    };
    let person = reader
        .person()
        .filter(|_| mail.kind != Kind::Bounce && !incoming.automatic)
        .cloned();
    let apart = person.and_then(|person| Some((apart_from_round(&person, mail, cx)?, person)));
    if let Some((line, person)) = apart {
        return Ok(Some(Route::Own(person, Actor::with_key(reader, token, message, cx), vec![line])));
    }
    let kept = Box::new(incoming.clone());
    let command = if mail.kind == Kind::Bounce {
        RoundCommand::Bounced(reader, kept)
    } else if incoming.automatic {
        RoundCommand::Heard(kept)
    } else {
        RoundCommand::Say(Box::new(RoundSaying {
            actor: Actor::with_key(reader, token, message, cx),
            line: read_round(&mail.new_text, &mail.subject, &round.question.kind),
            message: incoming.clone(),
        }))
    };
    Ok(Some(Route::Round(round.id, Box::new(command))))
}

/// What somebody writes below a notice of a round that cannot be meant for it: a swap of duty, a question about duty, a queue or their items, and nothing else.
fn apart_from_round(person: &PersonKey, mail: &Mail, cx: &Context<'_>) -> Option<Line> {
    let is_party = |name: &str| cx.policy.party_named(name).is_some();
    let context = ReadContext {
        when: when_context(&Reader::Person(person.clone()), cx.policy, cx.now),
        is_party: &is_party,
    };
    let mut lines = read(&mail.new_text, "", &context);
    let line = lines.pop().filter(|_| lines.is_empty())?;
    let apart = matches!(&line.said, Said::Verb(Verb::Swap(_) | Verb::List | Verb::Who | Verb::Queue(_)));
    apart.then_some(line)
}

/// What a bounce to a reply key says.
fn failure_of(mail: &Mail) -> Failure {
    Failure::of(&mail.bounce.clone().unwrap_or_default(), mail)
}

pub(super) fn verified(token: &Token, keys: &KeyRing, past: &dyn Past, cx: &Context<'_>) -> Read<Option<(Item, Reader)>> {
    let Some(id) = crate::reply::parse_item(&token.0) else {
        return Ok(None);
    };
    let Some(item) = past.item(&id)? else { return Ok(None) };
    let people = cx.policy.people.keys().cloned().map(Reader::Person);
    let asked: Vec<Reader> = item.askers().map(|asker| asker.reader.clone()).collect();
    // Those who were told of it first: a key names nobody, so each is tried.
    let mut candidates = item.told.iter().cloned().chain(asked).chain(people);
    let reader = keys.verify(&token.0, cx.now, &mut candidates).ok().map(|(_, reader)| reader);
    drop(candidates);
    // The key of a person who is no longer configured opens nothing.
    let reader = reader.filter(|r| r.person().is_none_or(|p| cx.policy.people.contains_key(p)));
    // What was merged goes on elsewhere, and so do answers to its mail.
    reader.map(|reader| Ok((super::goes_on(item, past)?, reader))).transpose()
}

pub(super) fn is_address_of(reader: &Reader, address: &crate::model::Address, policy: &Policy) -> bool {
    match reader {
        Reader::Person(key) => policy.people.get(key).is_some_and(|person| person.mail.contains(address)),
        Reader::Address(own) => own == address,
    }
}

/// In which zone and between which hours somebody's dates are read: their own, or the desk's first queue's for people outside.
#[must_use]
pub fn when_context(reader: &Reader, policy: &Policy, now: Timestamp) -> WhenContext {
    const DAY: (Time, Time) = (time(9, 0, 0, 0), time(17, 0, 0, 0));
    let own = reader.person().and_then(|key| policy.calendar_of(key));
    let calendar = own.or_else(|| policy.calendars.get(&policy.queue(&policy.unmatched).calendar));
    let zone = calendar.map_or(jiff::tz::TimeZone::UTC, |c| c.zone.clone());
    let today = now.to_zoned(zone.clone()).date();
    let (day_start, day_end) = calendar.and_then(|c| day_bounds_from(c, today)).unwrap_or(DAY);
    WhenContext {
        now,
        zone,
        day_start,
        day_end,
    }
}

/// The hours of `date`, or of the next day within a week that has some.
fn day_bounds_from(calendar: &crate::calendar::Calendar, date: jiff::civil::Date) -> Option<(Time, Time)> {
    (0..7)
        .filter_map(|days| date.checked_add(jiff::Span::new().days(days)).ok())
        .find_map(|day| calendar.day_bounds(day))
}

/// The item of which one of the answered Message-IDs is a part.
fn by_thread(mail: &Mail, past: &dyn Past) -> Read<Option<ItemId>> {
    for id in mail.in_reply_to.iter().chain(mail.references.iter().rev()) {
        if let Some(item) = past.correlated(&Correlation::Thread(id.clone()))? {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// Joins a message to an item by thread. `None` when something new begins: the item is closed, and this does not open it again.
fn joining(id: ItemId, incoming: &Incoming, past: &dyn Past, cx: &Context<'_>) -> Read<Option<Route>> {
    let Some(item) = past.item(&id)? else { return Ok(None) };
    let item = super::goes_on(item, past)?;
    let join = ItemCommand::Join(Box::new(incoming.clone()));
    Ok(still_joins(&item, incoming, cx).then(|| Route::To(item.id, Box::new(join))))
}

/// An open item takes every message. A closed one takes what its requester writes in time, and opens again.
fn still_joins(item: &Item, incoming: &Incoming, cx: &Context<'_>) -> bool {
    let Some(closed) = item.closed else { return true };
    let author = incoming.author.clone().map(Reader::Address);
    let by_requester = author.is_some_and(|author| item.asked_by(&author).is_some());
    by_requester && !incoming.automatic && within(closed, cx.policy.queue(&item.queue).reopen_within, incoming.at)
}

/// Whether `at` lies within an elapsed span after `from`; a working span counts its days as calendar days here.
fn within(from: Timestamp, span: Span, at: Timestamp) -> bool {
    let seconds = match span {
        Span::Elapsed(s) | Span::Working(s) => s,
        Span::WorkingDays(days) => i64::from(days) * 86_400,
    };
    at.duration_since(from) <= SignedDuration::from_secs(seconds)
}

/// The items with a key: the newest one, and those in other queues that came of the same message under that key, or of the occurrence before.
fn keyed(key: &str, past: &dyn Past) -> Read<Vec<Item>> {
    let Some(id) = past.correlated(&Correlation::Key(key.to_owned()))? else {
        return Ok(Vec::new());
    };
    let Some(newest) = past.item(&id)? else { return Ok(Vec::new()) };
    let before = newest.follows.as_ref().map(|id| past.item(id)).transpose()?.flatten();
    let mut links: BTreeSet<&ItemId> = newest.links.iter().collect();
    links.extend(before.iter().flat_map(|item| &item.links));
    links.remove(&newest.id);
    let mut items = Vec::new();
    for id in links {
        items.extend(past.item(id)?.filter(|linked| linked.key.as_deref() == Some(key)));
    }
    items.insert(0, newest);
    Ok(items)
}

fn item_route(draft: &ItemDraft, message: &Message, incoming: Incoming, made: &[ItemId], past: &dyn Past) -> Read<Route> {
    let mut follows = None;
    if let Some(key) = &draft.key {
        let found = keyed(key, past)?;
        let here = |item: &&Item| item.queue == draft.queue;
        // Two rules that send one message to two queues under one key mean two items.
        let elsewhere = |item: &&Item| !made.contains(&item.id);
        let open = || found.iter().filter(|item| item.state.is_open());
        if let Some(item) = open().find(here).or_else(|| open().find(elsewhere)) {
            let join = ItemCommand::JoinByRule(Box::new(incoming), Box::new(draft.clone()), Allowance::default());
            return Ok(Route::To(item.id.clone(), Box::new(join)));
        }
        // What was merged goes on elsewhere while that is open.
        if let Some(merged) = found.iter().find(|item| item.merged_into.is_some()) {
            let on = super::goes_on(merged.clone(), past)?;
            if on.state.is_open() {
                let join = ItemCommand::JoinByRule(Box::new(incoming), Box::new(draft.clone()), Allowance::default());
                return Ok(Route::To(on.id, Box::new(join)));
            }
        }
        // What comes back under the same key is a new occurrence, linked to the last.
        let closed = || found.iter().filter(|item| !item.state.is_open());
        follows = closed().find(here).or_else(|| closed().next()).map(|item| item.id.clone());
    }
    if follows.is_none() {
        follows = message.mail().map_or(Ok(None), |mail| by_thread(mail, past))?;
    }
    Ok(Route::New(Box::new(Draft {
        queue: draft.queue.clone(),
        requester: requester(message),
        message: incoming,
        confirm: true,
        follows,
        links: Vec::new(),
        chosen: None,
        allowance: Allowance::default(),
        muting: None,
        missed: None,
        draft: draft.clone(),
    })))
}

/// The open item with the key is closed, and with it those of the same message in other queues. If there is none, the message says that something ended of which nothing was known: let go, with that reason.
fn closing_route(closing: &Closing, incoming: Incoming, past: &dyn Past) -> Read<Route> {
    let within = |item: &Item| closing.queue.as_ref().is_none_or(|queue| *queue == item.queue);
    let mut found = keyed(&closing.key, past)?;
    found.retain(|item| item.state.is_open() && within(item));
    if found.is_empty() {
        let place = closing.queue.as_ref().map_or_else(String::new, |queue| format!(" in {queue}"));
        let reason = format!("closes `{}`, and no open item{place} has that key", closing.key);
        return Ok(Route::Dropped(Dropping {
            rule: closing.rule.clone(),
            reason,
            reply: None,
        }));
    }
    let close = |item: Item| {
        let command = ItemCommand::CloseByRule {
            rule: closing.rule.clone(),
            note: closing.note.clone(),
            message: Box::new(incoming.clone()),
            deeds: Box::new((closing.deeds.clone(), Allowance::default())),
        };
        (item.id, command)
    };
    Ok(Route::Each(found.into_iter().map(close).collect()))
}

/// The home of what no rule took, or could not be read.
fn home(rule: &str, queue: QueueName, note: String) -> Outcome {
    Outcome::Item(Box::new(ItemDraft {
        rule: RuleRef {
            name: RuleName::from(rule),
            place: None,
        },
        queue,
        title: None,
        priority: None,
        labels: Default::default(),
        fields: Default::default(),
        assign: None,
        pick: None,
        due: None,
        key: None,
        note: (!note.is_empty()).then_some(note),
        collect: None,
        mute: None,
        excerpt: None,
        element: None,
        also: Vec::new(),
        deeds: Default::default(),
    }))
}
