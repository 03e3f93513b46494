//! Somebody leaves, is away, comes back. May import model, policy, calendar. What they announced is theirs; what the configuration says stands beside it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::offer::Occasion;
use super::work::Work;
use super::{ConfirmCommand, Context, Decision, Event, ItemEvent, PersonEvent};
use crate::model::{Away, Party, PersonKey, PersonState, Said, State, Way};
use crate::policy::Standing;
use crate::reply::AwayWords;

/// What a person's aggregate is asked to do about being away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonCommand {
    /// Look whether something begins or ends.
    Look,
    /// They announce a stretch.
    Away(Away),
    /// They are back.
    Back,
    /// About words in their name that nothing proves.
    Confirm(ConfirmCommand),
}

/// A fact about somebody being away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "away", rename_all = "snake_case")]
pub enum AwayEvent {
    /// They announced a stretch.
    Said {
        /// It.
        period: Away,
    },
    /// They said that they are back.
    Back {
        /// When.
        at: Timestamp,
    },
    /// It begins.
    Left {
        /// When.
        at: Timestamp,
        /// Up to when, as far as is known.
        until: Timestamp,
        /// Who stands in; nobody if there is nobody.
        stand_in: Option<PersonKey>,
    },
    /// It is over.
    Returned,
    /// When to look next.
    Looks {
        /// `None` if nothing lies ahead.
        at: Option<Timestamp>,
    },
    /// What waits for them goes out together then.
    Promised {
        /// The time.
        release: Timestamp,
    },
}

/// What somebody announced as a stretch, and what comes of it as a sentence.
///
/// # Errors
/// Why it cannot be, as a sentence.
pub fn announced(person: &PersonKey, words: &AwayWords, cx: &Context<'_>) -> Result<(Away, String), String> {
    let cover = words.cover.as_deref().map(|name| match cx.policy.party_named(name) {
        Some(Party::Person(key)) if key == *person => Err("you cannot cover for yourself".to_owned()),
        Some(Party::Person(key)) => Ok(key),
        _ => Err(format!("`{name}` is not one person; {}", cx.policy.names_for_passing())),
    });
    let period = Away {
        from: words.from,
        until: words.until,
        cover: cover.transpose()?,
        why: String::new(),
    };
    // Who it will be is found as if it had been said already.
    let mut standing = cx.standing().clone();
    standing.0.entry(person.clone()).or_default().away.push(period.clone());
    let zone = cx
        .policy
        .calendar_of(person)
        .map_or(TimeZone::UTC, |calendar| calendar.zone.clone());
    let at = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M").to_string();
    let name = |key: &PersonKey| {
        cx.policy
            .people
            .get(key)
            .map_or_else(|| key.to_string(), |person| person.name.clone())
    };
    let covers = match cx.policy.chain(&standing, person, period.from) {
        Ok(stand_in) => format!("{} covers, and is handed what you hold when it begins", name(&stand_in)),
        Err(passed) if passed.len() > 1 => {
            let names: Vec<String> = passed.iter().map(name).collect();
            format!(
                "nobody covers then, as all of them are away: {}; what you hold goes to the owners of its queues",
                names.join(", ")
            )
        }
        Err(_) => "nobody covers; what you hold goes to the owners of its queues when it begins".to_owned(),
    };
    let text = format!("you are away from {} until {}; {covers}", at(period.from), at(period.until));
    Ok((period, text))
}

/// What is said to somebody who is back.
#[must_use]
pub fn welcome(person: &PersonKey, cx: &Context<'_>) -> String {
    match cx.policy.away(cx.standing(), person, cx.now) {
        Some(_) => "welcome back; what waited for you comes in one mail, and new items can come to you again".to_owned(),
        None => "you were not away; nothing changes".to_owned(),
    }
}

/// Decides on a person.
pub(super) fn decide(state: &PersonState, what: PersonCommand, cx: &Context<'_>) -> Decision {
    let mut events = Vec::new();
    match what {
        PersonCommand::Away(period) => {
            events.push(AwayEvent::Said { period });
            // What begins now begins in a record of its own, which hands their items on.
            events.push(AwayEvent::Looks { at: Some(cx.now) });
        }
        PersonCommand::Back => {
            events.push(AwayEvent::Back { at: cx.now });
            events.push(AwayEvent::Looks { at: Some(cx.now) });
        }
        PersonCommand::Look => look(state, cx, &mut events),
        // Decided by `confirm`.
        PersonCommand::Confirm(_) => {}
    }
    Decision {
        events: events.into_iter().map(|what| Event::Person(PersonEvent::Away { what })).collect(),
        ..Decision::default()
    }
}

fn look(state: &PersonState, cx: &Context<'_>, events: &mut Vec<AwayEvent>) {
    let standing = Standing([(state.key.clone(), state.said.clone())].into());
    let until = cx.policy.back_at(&standing, &state.key, cx.now);
    let opens = |from: Timestamp| cx.policy.calendar_of(&state.key).and_then(|calendar| calendar.next_open(from));
    match (until, state.said.left) {
        (Some(until), None) => {
            events.push(AwayEvent::Left {
                at: cx.now,
                until,
                stand_in: cx.stands_in(&state.key),
            });
            promise(state, opens(until), events);
        }
        (None, Some(_)) => {
            events.push(AwayEvent::Returned);
            promise(state, opens(cx.now), events);
        }
        _ => {}
    }
    let next = cx.policy.next_leave(&standing, &state.key, cx.now);
    if next != state.said.look {
        events.push(AwayEvent::Looks { at: next });
    }
}

/// What waits is told when they are there again, all of it in one mail.
fn promise(state: &PersonState, release: Option<Timestamp>, events: &mut Vec<AwayEvent>) {
    if let Some(release) = release.filter(|release| state.release.is_some_and(|promised| promised != *release)) {
        events.push(AwayEvent::Promised { release });
    }
}

/// Applies one fact.
pub(super) fn apply(state: &mut PersonState, event: &AwayEvent) {
    let said = &mut state.said;
    match event {
        AwayEvent::Said { period } => {
            said.away.push(period.clone());
            let over = said.away.len().saturating_sub(Said::MAX_AWAY);
            said.away.drain(..over);
        }
        AwayEvent::Back { at } => {
            said.away.retain(|away| away.from > *at);
            said.back = Some(*at);
        }
        AwayEvent::Left { at, .. } => said.left = Some(*at),
        AwayEvent::Returned => said.left = None,
        AwayEvent::Looks { at } => said.look = *at,
        AwayEvent::Promised { release } => state.release = Some(*release),
    }
}

impl Work<'_> {
    /// Whether somebody is away.
    pub(super) fn is_away(&self, person: &PersonKey) -> bool {
        self.cx.policy.away(self.cx.standing(), person, self.cx.now).is_some()
    }

    /// Who acts for somebody now: they themselves if they are there.
    pub(super) fn stands_in(&self, person: &PersonKey) -> Option<PersonKey> {
        self.cx.stands_in(person)
    }

    /// Whether `person` stands in for `other` now.
    pub(super) fn acts_for(&self, person: &PersonKey, other: &PersonKey) -> bool {
        self.is_away(other) && self.stands_in(other).as_ref() == Some(person)
    }

    /// Why something comes to somebody who was not meant.
    pub(super) fn in_place_of(&self, meant: &PersonKey, why: &str) -> String {
        format!("you stand in for {}, who is away; {why}", self.name(meant))
    }

    /// Their handoff came to nothing, and they are not there to have it back. The same whichever way it was handed on: whoever covers for them is
    /// asked, then whoever is next on duty, then the owner, nobody a second time; then it is parked. The owner hears of silence in any case.
    pub(super) fn without_giver(&mut self, giver: &PersonKey, why: &str, unanswered: bool) {
        let why = format!("{why}, and {} is away", self.name(giver));
        let owner = self.stands_in(&self.queue.owner.clone());
        let cover = self.stands_in(giver);
        let item = &self.item;
        let can = |person: &PersonKey| person != giver && !item.silent.contains(person) && !item.declined.contains(person);
        let next = cover.filter(can).or_else(|| self.next_on_duty(giver));
        let next = next.or_else(|| owner.clone().filter(can));
        match next {
            Some(next) => {
                // Whoever is asked hears of it so, and an owner whose item is parked too.
                if unanswered && owner.as_ref() != Some(&next) {
                    self.tell_owner_of_silence(giver, &format!("{why}; {} is asked now", self.name(&next)));
                }
                let way = if unanswered { Way::Silence } else { Way::Away };
                let occasion = Occasion::handoff(way, Some(giver.clone()), None);
                self.offer(&Party::Person(next), &occasion, &why);
            }
            None => self.park(&why),
        }
    }
}

/// Somebody has left: what they hold is handed to whoever covers, what they were asked to take is offered on.
pub(super) fn person_away(work: &mut Work<'_>, person: &PersonKey) {
    if !work.item.state.is_open() || !work.is_away(person) {
        return;
    }
    let name = work.name(person);
    let cover = work.stands_in(person);
    let asked = work.item.offered_to == Some(Party::Person(person.clone()));
    match work.item.state {
        State::Offered if asked => match work.item.giver.clone() {
            Some(giver) if cover.as_ref() == Some(&giver) => {
                work.give_back(&giver, &format!("{name} is away, and you cover for them"), Vec::new());
            }
            Some(giver) if cover.is_none() => work.give_back(&giver, &format!("{name} is away and nobody covers"), Vec::new()),
            Some(by) => work.offer(
                &Party::Person(person.clone()),
                &Occasion::handoff(Way::Away, Some(by), None),
                &format!("it was offered to {name}"),
            ),
            None => work.offer(
                &Party::Person(person.clone()),
                &Occasion::Assigned,
                &format!("it was offered to {name}"),
            ),
        },
        State::Accepted | State::Waiting | State::Snoozed | State::Blocked if work.item.holder.as_ref() == Some(person) => {
            hand_over(work, person);
        }
        _ => {}
    }
}

fn hand_over(work: &mut Work<'_>, person: &PersonKey) {
    let name = work.name(person);
    let Some(to) = super::leave::receiver(work, person) else {
        work.emit(ItemEvent::Noted {
            by: None,
            text: format!("{name} is away and nobody could be asked to take it over; it stays theirs"),
        });
        return;
    };
    super::leave::left_to(work, person, to, false);
}
