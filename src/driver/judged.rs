//! What the rules say of one message becomes items, linked where one message led to several. May import engine, model, reply, rules. Links stand in the first notice already.

use super::Reading;
use super::cascade::Cascade;
use super::layer::View;
use super::receive::follow;
use crate::engine::{Command, Context, Incoming, ItemCommand, Past, Read, Seen, route_outcome};
use crate::model::ItemId;
use crate::reply::KeyRing;
use crate::rules::Outcome;

/// A message and what follows from it.
pub(super) struct Judged<'a> {
    pub(super) reading: &'a Reading,
    pub(super) incoming: &'a Incoming,
    pub(super) outcomes: Vec<Outcome>,
    /// What the same message came to before, for other recipients.
    pub(super) before: Option<&'a Seen>,
    pub(super) past: &'a View<'a>,
}

/// The items each outcome is linked to, in the order of the outcomes.
#[derive(Debug, Default)]
pub(super) struct Links(Vec<Vec<ItemId>>);

impl Judged<'_> {
    /// Finds out which items the outcomes lead to, by deciding it all once and throwing that away: linking changes no route.
    pub(super) fn links(&self, cx: &Context<'_>, keys: &KeyRing) -> Read<Links> {
        let items = self.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Item(_)));
        let before: &[ItemId] = self.before.map_or(&[], |seen| &seen.items);
        // Elements of one list are apart from each other: only a message that several rules took leads to links.
        let apart = self.outcomes.iter().filter_map(element).flatten().count();
        if items.count() < 2 && before.is_empty() || apart == self.outcomes.len() && self.one_rule() {
            return Ok(Links::default());
        }
        let trial = Context::new(cx.policy, cx.now, cx.seq);
        let mut cascade = Cascade::new(self.past, &trial, keys);
        let made = Links::default().each(self, &mut cascade, &trial)?;
        Ok(Links(made.iter().enumerate().map(|(n, _)| self.linked(n, &made, before)).collect()))
    }

    /// The items that outcome `n` is linked to.
    fn linked(&self, n: usize, made: &[Vec<ItemId>], before: &[ItemId]) -> Vec<ItemId> {
        let Some(own) = self.outcomes.get(n).and_then(element) else {
            return Vec::new();
        };
        let others = self.outcomes.iter().zip(made).filter(|(outcome, _)| {
            let same_thing = |other: Option<usize>| own.is_none() || other.is_none() || own == other;
            element(outcome).is_some_and(same_thing)
        });
        let mut links: Vec<ItemId> = others.flat_map(|(_, items)| items.clone()).chain(before.iter().cloned()).collect();
        links.sort();
        links.dedup();
        links.retain(|id| made.get(n).is_none_or(|own| !own.contains(id)));
        links
    }

    fn one_rule(&self) -> bool {
        let mut rules = self.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Item(draft) => Some(&draft.rule),
            _ => None,
        });
        let first = rules.next();
        rules.all(|rule| Some(rule) == first)
    }
}

/// Which element of its list an item is of; `None` for what is no item.
fn element(outcome: &Outcome) -> Option<Option<usize>> {
    match outcome {
        Outcome::Item(draft) => Some(draft.element),
        _ => None,
    }
}

impl Links {
    /// Does what the outcomes say; answers the items they led to.
    pub(super) fn carry_out(&self, judged: &Judged<'_>, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<Vec<ItemId>> {
        let made = self.each(judged, cascade, cx)?;
        for (items, links) in made.iter().zip(&self.0) {
            for id in items.iter().filter(|_| !links.is_empty()) {
                cascade.run(Command::Item(id.clone(), ItemCommand::Link(links.clone())))?;
                // What was there before learns of it too.
                for other in links.iter().filter(|other| !made.iter().any(|items| items.contains(other))) {
                    cascade.run(Command::Item(other.clone(), ItemCommand::Link(vec![id.clone()])))?;
                }
            }
        }
        Ok(made.into_iter().flatten().collect())
    }

    fn each(&self, judged: &Judged<'_>, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<Vec<Vec<ItemId>>> {
        let mut made: Vec<Vec<ItemId>> = Vec::with_capacity(judged.outcomes.len());
        let mut so_far: Vec<ItemId> = Vec::new();
        for (n, outcome) in judged.outcomes.iter().enumerate() {
            // The same mail for further recipients adds only what is missing.
            if let Some(id) = made_before(outcome, judged.before, judged.past)? {
                let source = judged.reading.message.source.clone();
                cascade.run(Command::Item(id.clone(), ItemCommand::Repeat(source)))?;
                so_far.push(id.clone());
                made.push(vec![id]);
                continue;
            }
            let route = route_outcome(outcome, &judged.reading.message, judged.incoming.clone(), &so_far, &cascade.view())?;
            let links = self.0.get(n).map_or(&[][..], Vec::as_slice);
            let items = follow(route, judged.reading, links, cascade, cx)?;
            so_far.extend(items.iter().cloned());
            made.push(items);
        }
        Ok(made)
    }
}

/// The item that the same rule made of the same message for other recipients.
fn made_before(outcome: &Outcome, before: Option<&Seen>, past: &dyn Past) -> Read<Option<ItemId>> {
    let (Outcome::Item(draft), Some(before)) = (outcome, before) else {
        return Ok(None);
    };
    for id in &before.items {
        if past
            .item(id)?
            .is_some_and(|item| item.rule == draft.rule && item.queue == draft.queue)
        {
            return Ok(Some(id.clone()));
        }
    }
    Ok(None)
}
