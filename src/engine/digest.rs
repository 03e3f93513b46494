//! A person's digest: armed for the start of their day, sent if there is something to say, with whatever waited for them. May import model, policy. Never a second one for the same day.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::day::Day;
use super::home::Home;
use super::list::made;
use super::shift::Saying;
use super::work::Say;
use super::{AwayEvent, Context, Decision, Effect, Event, Past, PersonEvent, Read, facts, hand_over, leave, list, person, welcome};
use crate::model::{Fact, ItemId, ItemList, Notice, Party, PersonKey, PersonState, Reason};

/// So much later than promised a digest says that it is late.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// So many items are looked at for one list, those with the nearest deadlines; of further ones it says how many there are.
const MAX_GATHERED: usize = 200;

/// The open items that concern somebody, by themselves or in a team.
#[derive(Debug, Clone, Default)]
struct Gathered {
    /// In order of their ids.
    items: Vec<ItemId>,
    /// How many more there are.
    more: usize,
}

impl Gathered {
    fn of(person: &PersonKey, past: &dyn Past, cx: &Context<'_>) -> Read<Self> {
        let teams = cx.policy.teams.iter().filter(|(_, members)| members.contains(person));
        let parties = teams
            .map(|(team, _)| Party::Team(team.clone()))
            .chain([Party::Person(person.clone())]);
        let (mut found, mut more) = (BTreeSet::new(), 0);
        for party in parties {
            let (items, further) = past.concerning(&party, MAX_GATHERED)?;
            more += further;
            found.extend(items);
        }
        Ok(Self {
            items: found.into_iter().collect(),
            more,
        })
    }
}

/// What is asked of a list that belongs to whoever reads it.
#[derive(Debug, Clone)]
pub enum ListCommand {
    /// Make one of these items of theirs, as they are away, for whoever takes them over.
    Leave(PersonKey, Vec<ItemId>),
    /// Remember one that they were sent.
    Keep(Box<ItemList>),
    /// Send its notice.
    Tell(ItemId),
    /// Remind its reader, who was handed this item in it, of all of it that they have not answered.
    Remind(ItemId),
    /// Do what they said on it.
    Say(Box<Saying>),
    /// Say what came of it.
    Receipt(Box<Saying>, Vec<String>),
    /// Send them all that is with them now, in answer to a mail with this Message-ID.
    Ask(Option<String>),
}

/// Decides on a list of a person.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn on_list(state: &PersonState, what: ListCommand, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let home = Home::Person(state.key.clone());
    let of = |id: &ItemId| state.list(id);
    match what {
        ListCommand::Leave(to, items) => Ok(leave::list(&state.key, to, items, cx)),
        ListCommand::Keep(list) => Ok(leave::keep(*list)),
        ListCommand::Tell(id) => of(&id).map_or(Ok(Decision::default()), |list| hand_over::tell(&home, list, past, cx)),
        ListCommand::Remind(item) => hand_over::remind(&home, &state.lists, &item, past, cx),
        ListCommand::Say(saying) => {
            let list = of(&saying.list).cloned();
            list.map_or(Ok(Decision::default()), |list| list::say(&home, &list, *saying, past, cx))
        }
        ListCommand::Receipt(saying, outcomes) => {
            let list = of(&saying.list);
            list.map_or(Ok(Decision::default()), |list| {
                list::receipt(&home, list, &saying, &outcomes, past, cx)
            })
        }
        ListCommand::Ask(answers) => all_of(state, answers, past, cx),
    }
}

/// Arms the next digest as the policy says now. One that is due stays so; one of today that the policy moved into the past is due now.
pub(super) fn plan(state: &PersonState, cx: &Context<'_>) -> Option<PersonEvent> {
    let armed = state.digest;
    if armed.is_some_and(|armed| armed <= cx.now) && cx.policy.digest_of(&state.key).is_some() {
        return None;
    }
    let next = cx.policy.next_digest(&state.key, cx.now, state.digested);
    let day = |at: Timestamp| {
        cx.policy
            .calendar_of(&state.key)
            .map(|calendar| at.to_zoned(calendar.zone.clone()).date())
    };
    let today = day(cx.now);
    let lost = !had_today(state, cx) && armed.is_some_and(|armed| day(armed) == today) && next.is_some_and(|next| day(next) != today);
    let next = if lost { Some(cx.now) } else { next };
    (next != armed).then_some(PersonEvent::Digest { looked: None, next })
}

/// Whether they were looked at on this day of theirs.
fn had_today(state: &PersonState, cx: &Context<'_>) -> bool {
    let day = |at: Timestamp| {
        let calendar = cx.policy.calendar_of(&state.key)?;
        Some(at.to_zoned(calendar.zone.clone()).date())
    };
    state
        .digested
        .filter(|last| *last <= cx.now)
        .is_some_and(|last| day(last) == day(cx.now))
}

/// What a look finds due.
struct Due {
    /// Since when the digest is.
    digest: Option<Timestamp>,
    /// Since when what happened while they were away is.
    back: Option<Timestamp>,
    /// Whether their day is told.
    day: bool,
}

impl Due {
    fn of(state: &PersonState, cx: &Context<'_>) -> Self {
        let away = cx.policy.back_at(cx.standing(), &state.key, cx.now).is_some();
        let digest = state.digest.filter(|due| *due <= cx.now);
        // It goes with a digest that comes before it: one mail, not two.
        let back = state.said.meanwhile.due.filter(|due| !away && (*due <= cx.now || digest.is_some()));
        let wanted = cx.policy.digest_of(&state.key).is_some() && !away;
        Self {
            digest,
            back,
            day: wanted && (digest.is_some() || (back.is_some() && !had_today(state, cx))),
        }
    }

    fn since(&self) -> Option<Timestamp> {
        [self.digest, self.back].into_iter().flatten().min()
    }

    /// That it was looked at.
    fn looked(&self, state: &PersonState, cx: &Context<'_>) -> Vec<Event> {
        let digest = (self.digest.is_some() || self.day).then(|| PersonEvent::Digest {
            looked: self.day.then_some(cx.now),
            next: cx.policy.next_digest(&state.key, cx.now, Some(cx.now)),
        });
        let summed = self.back.map(|_| PersonEvent::Away { what: AwayEvent::Summed });
        digest.into_iter().chain(summed).map(Event::Person).collect()
    }
}

/// Looks at what is due for somebody: their digest, what happened while they were away, what waits for them; all of it in one mail.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn look(state: &PersonState, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let held = past.held(&state.key)?;
    let found = Due::of(state, cx);
    let Some(due) = found.since() else {
        return person::release(state, held, past, cx);
    };
    let what = &state.said.meanwhile;
    let first = match found.back {
        Some(_) => welcome::meanwhile(&state.key, what, past, cx)?,
        None => Day::default(),
    };
    let back = !first.sections.is_empty();
    let mut lines = if back { welcome::notes(what, &first) } else { Vec::new() };
    let gathered = if found.day {
        Gathered::of(&state.key, past, cx)?
    } else {
        Gathered::default()
    };
    let others = welcome::others(gathered.items, &first);
    let mut day = Day::below(first, &state.key, &others, state.digested, past, cx)?;
    let looked = found.looked(state, cx);
    if day.sections.is_empty() {
        let mut decision = person::release(state, held, past, cx)?;
        decision.events.splice(0..0, looked);
        return Ok(decision);
    }
    if back {
        day.sections.extend(welcome::duty(&state.key, cx));
        day.line = format!("welcome back, {}", day.line);
    }
    let (held, mut settled) = super::withdraw::part(&state.key, held, past, cx)?;
    let (told, held): (Vec<Notice>, Vec<Notice>) = held.into_iter().partition(|notice| back && welcome::tells(notice, state, &day));
    settled.extend(told.into_iter().map(|notice| super::withdraw::Settled {
        notice,
        why: "the mail on their return says it".to_owned(),
    }));
    day.with_waiting(&held, past)?;
    let list = list_of_day(state, &day, cx);
    let mut decision = Decision {
        events: looked,
        ..Decision::default()
    };
    decision.events.push(Event::Person(PersonEvent::Listed {
        list: Box::new(list.clone()),
    }));
    if cx.now.duration_since(due) > LATE_AFTER {
        lines.push(facts::fact_at("Late", "it was to come", due));
    }
    let reason = if back { Reason::WelcomeBack } else { Reason::Digest };
    let notice = notice_of(&mut decision, state, &list, day, (reason, lines, gathered.more), cx);
    person::release_with(&mut decision, state, notice, held, &settled, cx);
    Ok(decision)
}

/// All that is with somebody, as they asked.
fn all_of(state: &PersonState, answers: Option<String>, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let gathered = Gathered::of(&state.key, past, cx)?;
    let day = Day::whole(&state.key, &gathered.items, past, cx)?;
    let list = list_of_day(state, &day, cx);
    let mut decision = Decision {
        events: vec![Event::Person(PersonEvent::Listed {
            list: Box::new(list.clone()),
        })],
        ..Decision::default()
    };
    let empty = day.sections.is_empty();
    let say = Say {
        why_you: "you asked for it".to_owned(),
        sections: day.sections,
        text: rest_of(0, gathered.more),
        answers: if empty { Vec::new() } else { list_answers() },
        urgent: true,
        in_reply_to: answers,
        ..Say::default()
    };
    let title = if empty { "nothing is with you".to_owned() } else { day.line };
    let notice = made(
        &mut decision,
        &Home::Person(state.key.clone()),
        &list,
        (state.key.clone(), Reason::List),
        title,
        say,
        cx,
    );
    decision.effects.push(Effect::Notify(Box::new(notice)));
    Ok(decision)
}

fn list_answers() -> Vec<String> {
    ["accept NUMBERS", "NUMBER done NOTE", "NUMBER show", "NUMBER why"]
        .map(str::to_owned)
        .to_vec()
}

fn list_of_day(state: &PersonState, day: &Day, cx: &Context<'_>) -> ItemList {
    ItemList {
        id: ItemId::new(ItemList::DAY, state.listed + 1),
        notes: false,
        at: cx.now,
        giver: state.key.clone(),
        reader: state.key.clone(),
        items: day.items.clone(),
        notices: 0,
        reminded: false,
    }
}

/// What the sections leave out: what can wait for another day, and what was too much to look at.
fn rest_of(rest: usize, more: usize) -> String {
    let can_wait = match rest {
        0 => None,
        1 => Some("1 more is with you; nothing of it is due today.".to_owned()),
        rest => Some(format!("{rest} more are with you; nothing of them is due today.")),
    };
    let unread = (more > 0).then(|| format!("{more} more with later deadlines were not looked at; `batond list` shows them."));
    [can_wait, unread].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// The notice, which goes with what waited and not by itself.
fn notice_of(
    decision: &mut Decision,
    state: &PersonState,
    list: &ItemList,
    day: Day,
    (reason, facts, more): (Reason, Vec<Fact>, usize),
    cx: &Context<'_>,
) -> Notice {
    let why_you = match reason {
        Reason::WelcomeBack => "you were away, and are there again",
        _ => "your day begins",
    };
    let say = Say {
        why_you: why_you.to_owned(),
        facts,
        sections: day.sections,
        text: rest_of(day.rest, more),
        answers: list_answers(),
        ..Say::default()
    };
    let to: (PersonKey, Reason) = (state.key.clone(), reason);
    made(decision, &Home::Person(state.key.clone()), list, to, day.line, say, cx)
}

#[cfg(test)]
mod tests {
    use super::rest_of;

    #[test]
    fn what_was_not_looked_at_is_not_said_to_be_able_to_wait() {
        assert_eq!(rest_of(0, 0), "");
        assert_eq!(rest_of(4, 0), "4 more are with you; nothing of them is due today.");
        assert_eq!(
            rest_of(1, 30),
            "1 more is with you; nothing of it is due today.\n30 more with later deadlines were not looked at; `batond list` shows them."
        );
        assert!(!rest_of(0, 30).contains("due today"));
    }
}
