//! Checks that look at several sections at once. May import the rest of config. Each reports at the later of the places it compares.

use std::collections::BTreeMap;

use super::check::Check;
use super::code::Code;
use super::section::calendar::{Calendars, has_hours};
use super::section::escalation::Ladders;
use super::section::party::Targets;
use super::section::people::People;
use super::section::queue::{QUARANTINE, QUARANTINE_PREFIX, Queues};
use super::section::source::Listening;
use super::texts::Spot;
use crate::model::{Address, Confirmation, DutyPlan, ItemList, PersonKey, Round, Shift, Swap};
use crate::policy::{Desk, Policy, Standing};

/// No address belongs to two people.
pub(crate) fn addresses(cx: &mut Check<'_>, people: &People) {
    let mut owners: BTreeMap<&Address, (&PersonKey, Spot)> = BTreeMap::new();
    let mut all: Vec<(&Address, &PersonKey, Spot)> = Vec::new();
    for (key, somebody) in people {
        all.extend(somebody.mail.iter().map(|(address, spot)| (address, key, *spot)));
    }
    all.sort_by_key(|(_, _, spot)| (spot.file, spot.line, spot.column));
    for (address, key, spot) in all {
        match owners.get(address) {
            Some((first, _)) if *first == key => {
                cx.error(Code::AddressTwice, spot, format!("{key} has the address {address} twice"))
                    .hint("remove one of the two");
            }
            Some((first, first_spot)) => {
                let place = cx.place(*first_spot);
                cx.error(
                    Code::AddressTwice,
                    spot,
                    format!("{address} is the address of {first} and of {key}"),
                )
                .related(place, format!("{first} has it here"))
                .hint("give it to one of them");
            }
            None => {
                owners.insert(address, (key, spot));
            }
        }
    }
}

/// batond never writes to itself: the desk and the queues' addresses are nobody's.
pub(crate) fn own_addresses(cx: &mut Check<'_>, desk: Option<&(Desk, Spot)>, queues: &Queues, people: &People, targets: &Targets) {
    let own = |address: &Address| {
        let desk = desk.filter(|(desk, _)| is_desk(&desk.address, address)).map(|(_, spot)| *spot);
        desk.or_else(|| queues.addresses.iter().find(|(own, _)| own == address).map(|(_, spot)| *spot))
    };
    let people = people.values().flat_map(|somebody| &somebody.mail);
    let mut found = Vec::new();
    for (address, spot) in people.chain(targets) {
        found.extend(own(address).map(|place| (address, *spot, place)));
    }
    for (address, spot, place) in found {
        let place = cx.place(place);
        cx.error(
            Code::OwnAddress,
            spot,
            format!("{address} is batond's own address: notices to it would come back in"),
        )
        .related(place, "batond has it from here")
        .hint("use the address of a person");
    }
}

/// Whether an address is the desk's, with or without a key.
fn is_desk(desk: &Address, address: &Address) -> bool {
    let (desk, address) = (desk.folded(), address.folded());
    let Some(((own, own_domain), (local, domain))) = desk.rsplit_once('@').zip(address.rsplit_once('@')) else {
        return false;
    };
    own_domain == domain && local.split('+').next() == Some(own)
}

/// Covers end: nobody covers for themselves, directly or through others. One report for each loop.
pub(crate) fn covers(cx: &mut Check<'_>, people: &People) {
    let mut settled: std::collections::BTreeSet<&PersonKey> = std::collections::BTreeSet::new();
    for key in people.keys() {
        let mut path: Vec<&PersonKey> = Vec::new();
        let mut at = Some(key);
        while let Some(current) = at.filter(|current| !settled.contains(*current)) {
            if let Some(from) = path.iter().position(|seen| *seen == current) {
                cover_loop(cx, people, path.get(from..).unwrap_or_default());
                break;
            }
            path.push(current);
            at = people.get(current).and_then(|somebody| somebody.person.cover.as_ref());
        }
        settled.extend(path);
    }
}

fn cover_loop(cx: &mut Check<'_>, people: &People, keys: &[&PersonKey]) {
    let Some(last) = keys.last().and_then(|last| people.get(*last)) else {
        return;
    };
    let Some(spot) = last.cover else { return };
    if let [one] = keys {
        cx.error(Code::CoverSelf, spot, format!("{one} covers for themselves"))
            .hint("name somebody else, or remove `cover`");
        return;
    }
    let names: Vec<&str> = keys.iter().chain(keys.first()).map(|key| key.as_str()).collect();
    cx.error(Code::CoverLoop, spot, format!("covers form a loop: {}", names.join(" to ")))
        .hint("take `cover` from one of them, or name somebody outside the loop");
}

/// Covers of people who are away at the same time lead to somebody who is there. One report for each round.
pub(crate) fn away_covers(cx: &mut Check<'_>, policy: &Policy, people: &People) {
    let standing = Standing::default();
    let mut found = Vec::new();
    for (key, somebody) in people {
        for (away, spot) in somebody.person.away.iter().zip(&somebody.away) {
            let begins = people.values().flat_map(|other| &other.person.away).map(|other| other.from);
            let within = begins.filter(|at| away.from <= *at && *at < away.until);
            let looped = within.filter_map(|at| policy.chain(&standing, key, at).err()).find(|chain| {
                let round = chain.last().is_some_and(|last| chain.iter().filter(|key| *key == last).count() > 1);
                // Who covers for themselves has been told; the rest is told once, at the first of them.
                round && chain.len() > 2 && chain.first() == Some(key) && chain.iter().min() == Some(key)
            });
            found.extend(looped.map(|chain| (*spot, chain)));
        }
    }
    for (spot, chain) in found {
        let names: Vec<&str> = chain.iter().map(PersonKey::as_str).collect();
        let text = format!("all of them are away, and each covers for the one before: {}", names.join(" to "));
        cx.error(Code::CoverLoop, spot, text)
            .hint("let somebody who is there cover in one of these stretches");
    }
}

/// Each prefix belongs to one queue, QUA to the quarantine queue.
pub(crate) fn prefixes(cx: &mut Check<'_>, queues: &Queues) {
    let mut first: BTreeMap<&str, Spot> = BTreeMap::new();
    let own_quarantine = cx.names.queues.spot(QUARANTINE).is_some();
    for (prefix, spot) in &queues.prefixes {
        if let Some(place) = first.get(prefix.as_str()).map(|spot| cx.place(*spot)) {
            cx.error(Code::PrefixTwice, *spot, format!("two queues have the prefix {prefix}"))
                .related(place, "first here")
                .hint("choose another for one of them");
        } else if prefix == QUARANTINE_PREFIX && !own_quarantine {
            cx.error(
                Code::PrefixTwice,
                *spot,
                format!("the prefix {prefix} belongs to the built-in quarantine queue"),
            )
            .hint("choose another, or name this queue `quarantine` to replace the built-in one");
        } else if let Some(what) = taken(prefix) {
            cx.error(Code::PrefixTwice, *spot, format!("the prefix {prefix} belongs to {what}"))
                .hint("choose another");
        }
        first.entry(prefix).or_insert(*spot);
    }
}

/// What batond itself numbers with a prefix.
fn taken(prefix: &str) -> Option<&'static str> {
    match prefix {
        ItemList::DAY => Some("the lists of digests"),
        ItemList::AWAY => Some("the lists of what is handed on when somebody goes away"),
        Shift::PREFIX => Some("the lists of a change of shift"),
        Swap::PREFIX => Some("swaps of duty"),
        Round::PREFIX => Some("rounds"),
        DutyPlan::PREFIX => Some("notices about duty"),
        Confirmation::PREFIX => Some("what somebody is asked to confirm"),
        _ => None,
    }
}

/// Nothing counts working time in a calendar that has none.
pub(crate) fn hours(cx: &mut Check<'_>, queues: &Queues, calendars: &Calendars, ladders: &Ladders) {
    for (name, queue) in &queues.queues {
        let without = calendars.get(&queue.calendar).is_some_and(|calendar| !has_hours(calendar));
        if !without {
            continue;
        }
        let ladder = queue.escalation.as_ref().and_then(|name| ladders.get(name));
        let ladder_works =
            ladder.is_some_and(|ladder| ladder.again.is_working() || ladder.steps.iter().any(|step| step.after.is_working()));
        let spot = queues.working.get(name).copied();
        let spot = spot.or_else(|| cx.names.queues.spot(name.as_str()).filter(|_| ladder_works));
        if let Some(spot) = spot {
            let text = format!(
                "queue `{name}` counts working time, but its calendar `{}` has no hours",
                queue.calendar
            );
            cx.error(Code::NoHours, spot, text)
                .hint("give the calendar `hours`, or write elapsed time such as `4h`");
        }
    }
}

/// No two listeners share an address.
pub(crate) fn listeners(cx: &mut Check<'_>, listening: &[Listening]) {
    let mut sorted: Vec<&Listening> = listening.iter().collect();
    sorted.sort_by_key(|(_, spot, _)| (spot.file, spot.line, spot.column));
    for (n, (at, spot, what)) in sorted.iter().enumerate() {
        let clash = sorted.iter().take(n).find(|(other, _, _)| other.clashes(at));
        if let Some((_, other_spot, other)) = clash {
            let place = cx.place(*other_spot);
            cx.error(
                Code::ListenTwice,
                *spot,
                format!("{what} listens on {at}, where {other} listens already"),
            )
            .related(place, "already here")
            .hint("choose another port for one of them");
        }
    }
}

/// What is defined and never used, where that is most likely a slip.
pub(crate) fn unused(cx: &mut Check<'_>) {
    let kinds = [
        ("calendar", cx.names.calendars.unused()),
        ("rotation", cx.names.rotations.unused()),
        ("escalation", cx.names.escalations.unused()),
    ];
    for (kind, unused) in kinds {
        for (name, spot) in unused {
            cx.warning(Code::NeverUsed, spot, format!("{kind} `{name}` is never used"))
                .hint("use it or remove it");
        }
    }
}
