//! Duty that two people exchange: what is asked for, what may be, what is kept. May import model, policy, calendar, reply. Nobody has other duty by it until both have said so.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Actor, Context, Incoming};
use crate::calendar::Rotation;
use crate::model::{ItemId, NoticeId, Party, PersonKey, Reader, Reason, Shift, Stint, Swap, SwapState};
use crate::policy::Policy;
use crate::reply::{Line, Stretch, SwapWords};

/// A swap that nobody answers is over after this time, or when the duty begins, whichever comes first.
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A turn that is no longer is meant whole by the day it begins on; of a longer one only the day is.
const WHOLE_TURN: SignedDuration = SignedDuration::from_hours(36);
/// How many rotations a question back names.
const MAX_NAMED: usize = 8;

/// What a swap, or a rotation about one, is asked to do.
#[derive(Debug, Clone)]
pub enum SwapCommand {
    /// Come into being: its id is given to it. The message that asked stands beside it in the receipt of that.
    Ask(Box<Swap>),
    /// Do what somebody said on it.
    Say {
        /// The swap.
        id: ItemId,
        /// Who, by which evidence.
        actor: Actor,
        /// What.
        lines: Vec<Line>,
        /// The message that said it; `None` from the command line.
        message: Option<Box<Incoming>>,
    },
    /// A mail about it could not be delivered.
    Undelivered {
        /// The swap.
        id: ItemId,
        /// To whom.
        reader: Reader,
        /// Which kind.
        reason: Reason,
        /// The last cause.
        error: String,
    },
}

/// A fact about a swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum SwapEvent {
    /// It was asked for.
    Asked {
        /// It.
        swap: Box<Swap>,
    },
    /// It stands otherwise now.
    Settled {
        /// Which.
        id: ItemId,
        /// How.
        state: SwapState,
    },
    /// Somebody is told.
    Told {
        /// The swap.
        id: ItemId,
        /// The notice.
        notice: NoticeId,
        /// Who.
        to: Reader,
        /// Why.
        reason: Reason,
    },
}

/// What somebody asks for, as a swap without its id, and what is said to them.
///
/// # Errors
/// Why it cannot be, or what must be known besides, as a sentence.
pub fn asked(asker: &PersonKey, words: &SwapWords, cx: &Context<'_>) -> Result<(Swap, String), String> {
    let other = match cx.policy.party_named(&words.with) {
        Some(Party::Person(key)) if key == *asker => return Err("you cannot swap with yourself".to_owned()),
        Some(Party::Person(key)) => key,
        _ => return Err(format!("`{}` is not one person; {}", words.with, cx.policy.names_for_passing())),
    };
    if words.when.until <= cx.now {
        return Err("that day is over".to_owned());
    }
    let rotation = rotation_meant(asker, &other, words, cx)?;
    let given = stints(rotation, asker, &words.when, cx.now);
    let returned = words.back.map(|back| stints(rotation, &other, &back, cx.now)).unwrap_or_default();
    if words.back.is_some() && returned.is_empty() {
        return Err(format!(
            "{} has no duty in {} then that you could take in return",
            cx.policy.name(&other),
            rotation.name
        ));
    }
    let standing = cx
        .policy
        .swaps
        .iter()
        .filter(|swap| swap.rotation == rotation.name && swap.stands(cx.now));
    if standing.count() >= Swap::MAX_STANDING {
        return Err(format!("{} swaps stand in {} already", Swap::MAX_STANDING, rotation.name));
    }
    let begins = given.iter().chain(&returned).map(|stint| stint.from).min().unwrap_or(cx.now);
    let running = given.iter().map(|stint| stint.until).min().unwrap_or(cx.now);
    let latest = cx.now.checked_add(ANSWER_WITHIN).unwrap_or(Timestamp::MAX);
    let swap = Swap {
        id: ItemId::new(Swap::PREFIX, 0),
        rotation: rotation.name.clone(),
        asker: asker.clone(),
        other,
        given,
        returned,
        asked: cx.now,
        // What has begun already can still be taken over while it lasts.
        answer_by: latest.min(if begins > cx.now { begins } else { running }),
        state: SwapState::Asked,
        notices: 0,
        told: Vec::new(),
    };
    may_be(&swap, cx)?;
    let text = format!(
        "{} is asked to take {} in {}{}; it stays yours until they accept, and is over if they have not by {}",
        cx.policy.name(&swap.other),
        spoken(&swap.given, asker, cx.policy),
        swap.rotation,
        in_return(&swap, asker, cx.policy),
        moment(swap.answer_by, asker, cx.policy)
    );
    Ok((swap, text))
}

/// `, and you take Fri 25 Dec 09:00 to 17:00 in return`, or nothing.
fn in_return(swap: &Swap, reader: &PersonKey, policy: &Policy) -> String {
    match swap.returned.as_slice() {
        [] => String::new(),
        stints => format!(", and you take {} in return", spoken(stints, reader, policy)),
    }
}

/// Which rotation is meant: the one that is named, else the only one in which the asker has duty then and the other takes turns.
fn rotation_meant<'a>(asker: &PersonKey, other: &PersonKey, words: &SwapWords, cx: &'a Context<'_>) -> Result<&'a Rotation, String> {
    let policy = cx.policy;
    let has = |rotation: &&Rotation| !stints(rotation, asker, &words.when, cx.now).is_empty();
    let takes = |rotation: &&Rotation| takes_turns(rotation, other, words.when.from.max(cx.now));
    if let Some(name) = &words.rotation {
        let name = name.trim_start_matches("rotation:");
        let found = policy
            .rotations
            .values()
            .find(|rotation| rotation.name.as_str().eq_ignore_ascii_case(name));
        let Some(rotation) = found else {
            let known: Vec<&str> = policy.rotations.keys().map(|name| name.as_str()).take(MAX_NAMED).collect();
            return Err(format!("there is no rotation `{name}`; there are {}", known.join(", ")));
        };
        if !has(&rotation) {
            return Err(no_duty(asker, &[rotation], words, cx));
        }
        if !takes(&rotation) {
            return Err(format!("{} takes no turns in {}", policy.name(other), rotation.name));
        }
        return Ok(rotation);
    }
    let mine: Vec<&Rotation> = policy.rotations.values().filter(has).collect();
    let both: Vec<&Rotation> = mine.iter().copied().filter(takes).collect();
    match (mine.as_slice(), both.as_slice()) {
        (_, [one]) => Ok(one),
        ([], _) => Err(no_duty(asker, &policy.rotations.values().collect::<Vec<_>>(), words, cx)),
        (mine, []) => {
            let names: Vec<&str> = mine.iter().map(|rotation| rotation.name.as_str()).collect();
            Err(format!("{} takes no turns in {}", policy.name(other), names.join(" or ")))
        }
        (_, both) => {
            let choices = both.iter().take(MAX_NAMED).map(|rotation| format!("`… in {}`", rotation.name));
            Err(format!(
                "you have duty then in {} rotations; say which: {}",
                both.len(),
                choices.collect::<Vec<_>>().join(" or ")
            ))
        }
    }
}

/// That they have none, and who has.
fn no_duty(asker: &PersonKey, rotations: &[&Rotation], words: &SwapWords, cx: &Context<'_>) -> String {
    let from = words.when.from.max(cx.now);
    let mut others: Vec<String> = Vec::new();
    for rotation in rotations.iter().take(MAX_NAMED) {
        let people = rotation.duties(from, words.when.until).into_iter().filter_map(|duty| duty.person);
        for person in people.filter(|person| person != asker) {
            let text = format!("{} in {}", cx.policy.name(&person), rotation.name);
            if !others.contains(&text) && others.len() < MAX_NAMED {
                others.push(text);
            }
        }
    }
    let others = if others.is_empty() {
        "nobody".to_owned()
    } else {
        others.join(", ")
    };
    format!("you have no duty then; {others} has")
}

/// Whether somebody takes turns in a rotation, or a calendar gives it to them.
fn takes_turns(rotation: &Rotation, person: &PersonKey, at: Timestamp) -> bool {
    rotation.members(at).contains(&person) || rotation.feed.iter().any(|event| event.person == *person)
}

/// What somebody has of a rotation in a stretch of time, from now on.
fn stints(rotation: &Rotation, person: &PersonKey, when: &Stretch, now: Timestamp) -> Vec<Stint> {
    let wide = |at: Timestamp, hours: i64| at.checked_add(SignedDuration::from_hours(hours)).unwrap_or(at);
    // Seen a little wider, so that it shows how long a turn is.
    let room = WHOLE_TURN.as_hours() + 1;
    let mut turns: Vec<Stint> = Vec::new();
    for duty in rotation.stretches(wide(when.from, -room), wide(when.until, room)) {
        if duty.person.as_ref() != Some(person) {
            continue;
        }
        match turns.last_mut() {
            Some(last) if last.until == duty.from => last.until = duty.until,
            _ => turns.push(Stint {
                from: duty.from,
                until: duty.until,
            }),
        }
    }
    let meant = turns.into_iter().filter_map(|turn| {
        let whole = when.whole_days && turn.until.duration_since(turn.from) <= WHOLE_TURN;
        let cut = if whole {
            (when.from <= turn.from && turn.from < when.until).then_some(turn)?
        } else {
            Stint {
                from: turn.from.max(when.from),
                until: turn.until.min(when.until),
            }
        };
        let from = cut.from.max(now);
        (from < cut.until).then_some(Stint { from, until: cut.until })
    });
    meant.collect()
}

/// Whether a swap can hold: both have what they give, nobody is away, nothing else is agreed or asked of the same time.
///
/// # Errors
/// Why not, as a sentence.
pub(super) fn may_be(swap: &Swap, cx: &Context<'_>) -> Result<(), String> {
    let policy = cx.policy;
    let Some(rotation) = policy.rotations.get(&swap.rotation) else {
        return Err(format!("the rotation {} is not configured any more", swap.rotation));
    };
    if !policy.knows_both(swap) {
        return Err("one of the two is not configured any more".to_owned());
    }
    for (giver, taker, stint) in swap.moves() {
        let from = stint.from.max(cx.now);
        if from >= stint.until {
            return Err("that duty is over".to_owned());
        }
        let theirs = rotation
            .stretches(from, stint.until)
            .iter()
            .all(|duty| duty.person.as_ref() == Some(giver));
        if !theirs {
            return Err(format!("{} does not have that duty any more", policy.name(giver)));
        }
        if let Some(until) = away_within(taker, Stint { from, until: stint.until }, cx) {
            return Err(format!(
                "{} is away then, until {}",
                policy.name(taker),
                moment(until, &swap.asker, policy)
            ));
        }
    }
    let others = policy
        .swaps
        .iter()
        .filter(|other| other.id != swap.id && other.rotation == swap.rotation && other.is_open());
    for other in others {
        let meets = |one: Stint| other.moves().any(|(_, _, two)| one.from < two.until && two.from < one.until);
        if swap.moves().any(|(_, _, stint)| meets(stint)) {
            return Err(format!(
                "{} asked {} about the same time already ({}); it must be answered or taken back first",
                policy.name(&other.asker),
                policy.name(&other.other),
                other.id
            ));
        }
    }
    Ok(())
}

/// Until when somebody is away who is so at some time of a stretch.
fn away_within(person: &PersonKey, stint: Stint, cx: &Context<'_>) -> Option<Timestamp> {
    let (policy, standing) = (cx.policy, cx.standing());
    let mut at = stint.from;
    loop {
        if let Some(back) = policy.back_at(standing, person, at) {
            return Some(back);
        }
        at = policy.next_leave(standing, person, at).filter(|edge| *edge < stint.until)?;
    }
}

/// Stretches as a reader says them: `Thu 24 Dec 09:00 to 17:00`.
pub(super) fn spoken(stints: &[Stint], reader: &PersonKey, policy: &Policy) -> String {
    let said: Vec<String> = stints.iter().map(|stint| span(*stint, reader, policy)).collect();
    said.join(" and ")
}

/// One stretch, in the zone of a reader; the second day only where it is another.
pub(super) fn span(stint: Stint, reader: &PersonKey, policy: &Policy) -> String {
    let zone = zone_of(reader, policy);
    let (from, until) = (stint.from.to_zoned(zone.clone()), stint.until.to_zoned(zone));
    let end = if from.date() == until.date() { "%H:%M" } else { "%a %-d %b %H:%M" };
    format!("{} to {}", from.strftime("%a %-d %b %Y %H:%M"), until.strftime(end))
}

pub(super) fn moment(at: Timestamp, reader: &PersonKey, policy: &Policy) -> String {
    at.to_zoned(zone_of(reader, policy)).strftime("%a %-d %b %Y %H:%M").to_string()
}

pub(super) fn day(at: Timestamp, reader: &PersonKey, policy: &Policy) -> String {
    at.to_zoned(zone_of(reader, policy)).strftime("%a %-d %b").to_string()
}

fn zone_of(reader: &PersonKey, policy: &Policy) -> TimeZone {
    policy.calendar_of(reader).map_or(TimeZone::UTC, |calendar| calendar.zone.clone())
}

/// Applies one fact.
pub(super) fn apply(shift: &mut Shift, event: &SwapEvent) {
    match event {
        SwapEvent::Asked { swap } => {
            shift.swaps.push((**swap).clone());
            forget(shift, swap.asked);
        }
        SwapEvent::Settled { id, state } => {
            let state = state.clone();
            shift
                .swaps
                .iter_mut()
                .filter(|swap| swap.id == *id)
                .for_each(|swap| swap.state = state.clone());
        }
        SwapEvent::Told { id, to, .. } => {
            for swap in shift.swaps.iter_mut().filter(|swap| swap.id == *id) {
                swap.notices += 1;
                if !swap.told.contains(to) {
                    swap.told.push(to.clone());
                }
            }
        }
    }
}

/// What is over and long past is forgotten, the oldest first.
fn forget(shift: &mut Shift, now: Timestamp) {
    let mut over = shift
        .swaps
        .iter()
        .filter(|swap| !swap.stands(now))
        .count()
        .saturating_sub(Swap::MAX_KEPT);
    shift.swaps.retain(|swap| {
        let goes = over > 0 && !swap.stands(now);
        over -= usize::from(goes);
        !goes
    });
}
