//! The one door into the engine: a command and its aggregate in, a decision out. May import model, policy. Changes nothing.

use super::deeds::carry_out;
use super::message::{close_by_rule, join, join_by_rule, link, missed_again, open, people_gone, rule_failed};
use super::quiet::tell_kept;
use super::work::Work;
use super::{
    Command, Context, Decision, Deed, Event, ItemCommand, ItemEvent, Past, PersonCommand, PersonEvent, Read, away, confirm, coverage,
    delivery, digest, expectation, handoff, happened, invariants, leave, merging, mute, muting, person, round, say, shift, standstill,
    undelivered, undo, wake, watch, withdraw,
};
use crate::model::{Item, ItemId, PersonState};

/// Decides. Looks up only the aggregate the command names; a command to an aggregate that is not there decides nothing.
///
/// # Errors
/// When the store cannot be read.
pub fn decide(command: Command, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    match command {
        Command::Item(id, ItemCommand::Open(draft)) => {
            let decision = open(&id, *draft, cx);
            Ok(checked(None, decision, cx))
        }
        Command::Item(id, what) => {
            let Some(item) = past.item(&id)? else {
                return Ok(Decision::default());
            };
            let before = cfg!(debug_assertions).then(|| item.clone());
            let named = match &what {
                ItemCommand::Say { lines, .. } | ItemCommand::Together { lines, .. } => merging::named(lines, past)?,
                _ => Vec::new(),
            };
            let decision = on_item(item, what, named, cx);
            Ok(checked(before, decision, cx))
        }
        Command::Tell(key, notice) => {
            let state = past.person(&key)?.unwrap_or_else(|| PersonState::new(key));
            Ok(person::tell(&state, *notice, cx))
        }
        Command::Release(key) => {
            let state = past.person(&key)?.unwrap_or_else(|| PersonState::new(key.clone()));
            person::release(&state, past.held(&key)?, past, cx)
        }
        Command::Digest(key) => {
            let state = past.person(&key)?.unwrap_or_else(|| PersonState::new(key));
            digest::look(&state, past, cx)
        }
        Command::Plan(key) => {
            let state = past.person(&key)?.unwrap_or_else(|| PersonState::new(key));
            let events = digest::plan(&state, cx).into_iter().chain(coverage::plan(&state, cx));
            Ok(Decision {
                events: events.map(Event::Person).collect(),
                ..Decision::default()
            })
        }
        Command::Coverage(key) => {
            let state = past.person(&key)?.unwrap_or_else(|| PersonState::new(key));
            Ok(coverage::look(&state, cx))
        }
        Command::List(key, what) => {
            let state = past.person(&key)?.unwrap_or_else(|| PersonState::new(key));
            digest::on_list(&state, what, past, cx)
        }
        Command::Unsay(key, notice, item, reason, said) => undo::unsay(&key, (notice, item, reason), said, past),
        Command::Person(key, what) => {
            let state = past.person(&key)?.unwrap_or_else(|| PersonState::new(key));
            match what {
                PersonCommand::Confirm(what) => confirm::decide(&state, what, past, cx),
                what => Ok(away::decide(&state, what, cx)),
            }
        }
        Command::Turn(_, team, turn) => Ok(Decision {
            events: vec![Event::Person(PersonEvent::Chosen { team, turn })],
            ..Decision::default()
        }),
        Command::Attempted(id, outcome) => {
            let found = past.delivery(&id)?;
            Ok(found.map(|d| delivery::attempted(&d, outcome, cx.now)).unwrap_or_default())
        }
        Command::Returned(id, failure) => {
            let found = past.delivery(&id)?;
            Ok(found.map(|d| delivery::returned(&d, &failure)).unwrap_or_default())
        }
        Command::Outbox(id, act) => Ok(past.delivery(&id)?.map(|d| delivery::said(&d, act)).unwrap_or_default()),
        Command::Unpark(id, goes) => Ok(past.delivery(&id)?.map(|d| delivery::unpark(&d, goes)).unwrap_or_default()),
        Command::Shift(rotation, what) => shift::decide(&rotation, what, past, cx),
        Command::Round(id, what) => round::decide(&id, what, past, cx),
        Command::Mute(name, what) => Ok(muting::decide(past.mute(&name)?, what, cx)),
        Command::Expectation(name, what) => Ok(expectation::decide(&name, past.expectation(&name)?, what, cx)),
    }
}

fn on_item(item: Item, what: ItemCommand, named: Vec<Item>, cx: &Context<'_>) -> Decision {
    let watched_by = item.watchers.iter().cloned().collect();
    let mut work = Work::new(item, cx);
    work.named = named;
    let what = match what {
        ItemCommand::Covered(muting, what) => {
            work.covering = Some(*muting);
            *what
        }
        what => what,
    };
    match what {
        // Opening an item that is there already decides nothing; a message is covered once.
        ItemCommand::Open(_) | ItemCommand::Covered(..) => {}
        ItemCommand::Mute(muting) if work.item.state.is_open() => mute::silence(&mut work, *muting),
        ItemCommand::Mute(_) => {}
        ItemCommand::Unmute(why) => mute::end(&mut work, &why),
        ItemCommand::RoundBegun(rule, name, begun) => work.emit(ItemEvent::ByRule {
            rule,
            deed: match begun {
                Ok(round) => Deed::RoundBegun { round, name },
                Err(why) => Deed::RoundNotBegun { name, why },
            },
        }),
        ItemCommand::RoundOver(round, text) => work.emit(ItemEvent::Noted {
            by: None,
            text: format!("{round} is over: {text}"),
        }),
        ItemCommand::SumUp(mute, still) => muting::sum_up(&mut work, &mute, &still),
        ItemCommand::Join(message) => join(&mut work, *message, false),
        ItemCommand::JoinByRule(message, draft, allowance) => join_by_rule(&mut work, *message, *draft, allowance),
        ItemCommand::Bounced(reader, message, failure) => undelivered::bounced(&mut work, &reader, *message, &failure),
        ItemCommand::PeopleGone => people_gone(&mut work),
        ItemCommand::PersonAway(person) => away::person_away(&mut work, &person),
        ItemCommand::LeftTo(person, to) => leave::left_to(&mut work, &person, to, true),
        ItemCommand::RemindAlone => wake::remind(&mut work),
        ItemCommand::CountAgain => standstill::count_again(&mut work),
        ItemCommand::RuleFailed { rule, why, owner } => rule_failed(&mut work, &rule, &why, &owner),
        ItemCommand::Link(others) => link(&mut work, others),
        ItemCommand::Repeat(source) => work.emit(ItemEvent::Repeated { source }),
        ItemCommand::CloseByRule {
            rule,
            note,
            message,
            deeds,
        } => {
            let (deeds, allowance) = *deeds;
            let said = (*message).clone();
            close_by_rule(&mut work, rule, note, *message);
            carry_out(&mut work, deeds, allowance, &said);
        }
        ItemCommand::Say { actor, lines, message } => say::say(&mut work, &actor, &lines, message.map(|m| *m)),
        ItemCommand::Together {
            actor,
            lines,
            message,
            own,
        } => {
            work.together = !own;
            say::say_together(&mut work, &actor, &lines, *message);
        }
        ItemCommand::Disowned { person, said, from } => {
            let name = work.name(&person);
            let said = said.join(", ");
            work.emit(ItemEvent::Noted {
                by: None,
                text: format!("{name} says that this was not from them: `{said}`, from {from}; it was not done"),
            });
        }
        ItemCommand::HandOver { giver, to, rotation } => handoff::shift_ends(&mut work, &giver, &to, rotation),
        ItemCommand::MissedAgain(missed) => missed_again(&mut work, *missed),
        ItemCommand::Wake => wake::wake(&mut work),
        ItemCommand::Withdrawn { to, reason, why } => withdraw::record(&mut work, to, reason, why),
        ItemCommand::NotSent { to, reason, why } => work.emit(ItemEvent::NotSent { to, reason, why }),
        ItemCommand::TakenBack(reader, said) => undo::tell(&mut work, &reader, &said),
        ItemCommand::TakeIn(brought) => merging::take_in(&mut work, &brought),
        ItemCommand::CallFailed { by, url, event, why } => happened::call_failed(&mut work, by, url, event, why),
        ItemCommand::Undelivered { reader, reason, error } => undelivered::undelivered(&mut work, &reader, Some(reason), &error),
    }
    tell_kept(&mut work);
    watch::tell(&mut work, watched_by);
    work.finish()
}

/// In debug builds, tests and simulation every decision is checked against the promises.
fn checked(before: Option<Item>, decision: Decision, cx: &Context<'_>) -> Decision {
    if cfg!(debug_assertions) {
        let after = invariants::after(before.clone(), &decision, cx.now);
        let broken = invariants::broken(before.as_ref(), after.as_ref(), &decision);
        assert!(broken.is_empty(), "a decision breaks the engine's promises: {broken:?}\n{after:#?}");
    }
    decision
}

/// The id the next item with this prefix gets.
///
/// # Errors
/// When the store cannot be read.
pub fn next_id(prefix: &str, past: &dyn Past) -> Read<ItemId> {
    Ok(ItemId::new(prefix, past.last_number(prefix)? + 1))
}
