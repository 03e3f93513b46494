//! `pick`: who of a team is asked to take a new item. May import engine, model, policy. Read from what is stored, so the same state gives the same choice.

use crate::engine::{Chosen, Command, Context, Draft, Past, Read};
use crate::model::{Party, PersonKey, PersonState, Pick, TeamName};

/// Chooses one of the team a new item goes to, where a rule or the queue says how. Answers the turn that is to be recorded, if turns are taken.
pub(super) fn choose(draft: &mut Draft, past: &dyn Past, cx: &Context<'_>) -> Read<Option<Command>> {
    let policy = cx.policy;
    let queue = policy.queue(&draft.queue);
    let (party, pick) = match &draft.draft.assign {
        Some(party) => (party, draft.draft.pick),
        None => (&queue.assign, queue.pick),
    };
    let (Party::Team(team), Some(pick)) = (party, pick) else {
        return Ok(None);
    };
    let mut members = Vec::new();
    for key in policy
        .teams
        .get(team)
        .into_iter()
        .flatten()
        .filter(|key| policy.people.contains_key(*key) && policy.away(cx.standing(), key, cx.now).is_none())
    {
        members.push(past.person(key)?.unwrap_or_else(|| PersonState::new(key.clone())));
    }
    let (chosen, turn) = match pick {
        Pick::LeastLoaded => (least_loaded(team, &members), None),
        Pick::RoundRobin => next_in_turn(team, &members),
    };
    draft.chosen = chosen;
    Ok(turn)
}

/// Who carries the fewest open items; of several the first in the team.
fn least_loaded(team: &TeamName, members: &[PersonState]) -> Option<Chosen> {
    let person = members.iter().min_by_key(|member| member.load)?;
    let loads: Vec<String> = members.iter().map(|member| format!("{} {}", member.key, member.load)).collect();
    Some(Chosen {
        person: person.key.clone(),
        why_you: format!("of team:{team} you have the fewest open items ({})", loads.join(", ")),
        why: format!("{} has the fewest open items of team:{team} ({})", person.key, loads.join(", ")),
    })
}

/// Who was chosen longest ago, or never; of several the first in the team.
fn next_in_turn(team: &TeamName, members: &[PersonState]) -> (Option<Chosen>, Option<Command>) {
    let turn = |member: &PersonState| member.turns.get(team).copied().unwrap_or(0);
    let Some(person) = members.iter().min_by_key(|member| turn(member)) else {
        return (None, None);
    };
    let last = members.iter().map(turn).max().unwrap_or(0);
    let before: Option<&PersonKey> = members.iter().filter(|m| turn(m) > 0).max_by_key(|m| turn(m)).map(|m| &m.key);
    let after = before.map_or_else(String::new, |key| format!(", after {key}"));
    let chosen = Chosen {
        person: person.key.clone(),
        why_you: format!("it is your turn in team:{team}{after}"),
        why: format!("it is the turn of {} in team:{team}{after}", person.key),
    };
    (Some(chosen), Some(Command::Turn(person.key.clone(), team.clone(), last + 1)))
}
