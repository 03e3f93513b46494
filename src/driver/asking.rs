//! Rounds that rules begin. May import engine, model, rules. A message that comes again and again does not ask people again and again.

use super::cascade::Cascade;
use crate::engine::{Command, Context, ItemCommand, Past, Read, RoundCommand, Starting, next_id};
use crate::model::{ItemId, Round, RoundState, StartedBy};
use crate::rules::{AskDraft, Outcome, Verdict};

/// The most rounds of one name that are open at once and began by rules.
const MAX_OPEN: usize = 3;
/// Among so many of the newest rounds it is looked whether one is open.
const LOOK_BACK: u64 = 200;

/// Begins what the rules ask, each for the item that its outcome led to.
pub(super) fn begin_rounds(verdict: &Verdict, items: &[ItemId], cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<()> {
    for (at, outcome) in verdict.outcomes.iter().enumerate() {
        let item = items.get(at).or_else(|| items.last());
        for ask in Outcome::rounds(outcome) {
            begin(ask, item, cascade, cx)?;
        }
    }
    Ok(())
}

fn begin(ask: &AskDraft, item: Option<&ItemId>, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<()> {
    let begun = match refusal(ask, cascade, cx)? {
        Some(why) => Err(why),
        None => {
            let id = next_id(Round::PREFIX, &cascade.view())?;
            let starting = Starting {
                name: ask.name.clone(),
                by: StartedBy::Rule(ask.rule.clone()),
                about: ask.about.clone(),
                item: item.cloned(),
            };
            cascade.run(Command::Round(id.clone(), RoundCommand::Start(Box::new(starting))))?;
            Ok(id)
        }
    };
    if let Some(item) = item {
        let heard = ItemCommand::RoundBegun(ask.rule.clone(), ask.name.clone(), begun);
        cascade.run(Command::Item(item.clone(), heard))?;
    }
    Ok(())
}

/// Why it does not begin.
fn refusal(ask: &AskDraft, cascade: &Cascade<'_>, cx: &Context<'_>) -> Read<Option<String>> {
    if !cx.policy.rounds.contains_key(&ask.name) {
        return Ok(Some("it is not configured any more".to_owned()));
    }
    let view = cascade.view();
    let last = view.last_number(Round::PREFIX)?;
    let mut open = 0;
    for number in (last.saturating_sub(LOOK_BACK) + 1..=last).rev() {
        let round = view.round(&Round::id(number))?;
        let Some(round) = round.filter(|round| round.state == RoundState::Open && round.name == ask.name) else {
            continue;
        };
        if round.about == ask.about {
            return Ok(Some(format!("{} asks the same and is open", round.id)));
        }
        open += usize::from(matches!(round.by, StartedBy::Rule(_)));
        if open >= MAX_OPEN {
            return Ok(Some(format!("{MAX_OPEN} of them are open already")));
        }
    }
    Ok(None)
}
