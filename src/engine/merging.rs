//! `merge ID`: two items become one. May import model, policy. The one it is said on is closed with a link, the other goes on; whoever asked for either is kept. No circle can come of it: only an open item goes on, and what was merged never opens again.

use serde::{Deserialize, Serialize};

use super::work::{Say, Work};
use super::{Command, ItemCommand, ItemEvent, Past, Read, facts};
use crate::model::{Item, ItemId, PersonKey, Reader, Reason, Requester};
use crate::reply::{Line, Said, Verb};

/// So many steps from one merged item to the next are followed; far more than anybody merges.
const MAX_STEPS: usize = 64;

/// What an item that ends brings to the one that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// The item that ended.
    pub from: ItemId,
    /// Its title.
    pub title: String,
    /// What it was about.
    pub summary: String,
    /// Those who asked for it.
    pub askers: Vec<Requester>,
    /// Who merged them.
    pub by: PersonKey,
}

/// The item that goes on for one that was merged, through as many as were; the same item if it was not.
///
/// # Errors
/// When the store cannot be read.
pub fn goes_on(item: Item, past: &dyn Past) -> Read<Item> {
    let mut current = item;
    for _ in 0..MAX_STEPS {
        let next = match &current.merged_into {
            Some(into) => past.item(into)?,
            None => None,
        };
        match next {
            Some(next) => current = next,
            None => break,
        }
    }
    Ok(current)
}

/// The items that lines speak of.
pub(super) fn named(lines: &[Line], past: &dyn Past) -> Read<Vec<Item>> {
    let mut found = Vec::new();
    for line in lines {
        if let Said::Verb(Verb::Merge(id)) = &line.said {
            found.extend(past.item(id)?);
        }
    }
    Ok(found)
}

/// Closes this item; the other goes on.
pub(super) fn merge(work: &mut Work<'_>, person: &PersonKey, into: &ItemId) -> Result<String, String> {
    if *into == work.item.id {
        return Err("that is this item; name the one that goes on".to_owned());
    }
    let Some(other) = work.named.iter().find(|item| item.id == *into).cloned() else {
        return Err(format!("there is no item {into}"));
    };
    if let Some(on) = &other.merged_into {
        return Err(format!("{into} was merged itself and goes on as {on}; write `merge {on}`"));
    }
    if !other.state.is_open() {
        return Err(format!(
            "{into} is {}; `reopen` it first, or say `merge {}` there",
            other.state, work.item.id
        ));
    }
    let by = work.name(person);
    let others = super::acts::others(work, person);
    let askers: Vec<Requester> = work.item.askers().cloned().collect();
    let brought = Brought {
        from: work.item.id.clone(),
        title: work.item.title.clone(),
        summary: work.item.summary.clone(),
        askers: askers.clone(),
        by: person.clone(),
    };
    work.emit(ItemEvent::Merged {
        into: into.clone(),
        by: person.clone(),
    });
    for other_person in others {
        let say = Say {
            why_you: format!("you held it or were asked to take it; {by} merged it"),
            text: format!("It goes on as {into}: {}. Answers to mail about it go there.", other.title),
            ..Say::default()
        };
        work.tell(&other_person, Reason::Done, say);
    }
    // Who never had a mail of it knows no number of ours: nothing changes for them.
    for asker in askers
        .iter()
        .filter(|asker| work.item.told.contains(&asker.reader))
        .cloned()
        .collect::<Vec<_>>()
    {
        tell_asker(work, asker, into);
    }
    work.follow(Command::Item(into.clone(), ItemCommand::TakeIn(Box::new(brought))));
    Ok(format!("closed; {into} goes on for both, and later mail to this one goes there"))
}

fn tell_asker(work: &mut Work<'_>, asker: Requester, into: &ItemId) {
    let say = Say {
        why_you: "you wrote to us".to_owned(),
        text: format!(
            "We work on it together with another request that is about the same, under the number {into}. You need do nothing: our answer comes to you, \
             and you can reply to any mail of ours as before."
        ),
        urgent: true,
        in_reply_to: asker.message_id,
        title: Some(asker.subject),
        ..Say::default()
    };
    work.notify(asker.reader, Reason::Merged, say);
}

/// Another item was merged into this one.
pub(super) fn take_in(work: &mut Work<'_>, brought: &Brought) {
    if !work.item.state.is_open() {
        return;
    }
    work.emit(ItemEvent::TookIn {
        from: brought.from.clone(),
        title: brought.title.clone(),
        askers: brought.askers.clone(),
        by: brought.by.clone(),
    });
    // Whoever merged them answers mail of either here: nothing they said before is meant by `undo` now.
    let by = Reader::Person(brought.by.clone());
    super::undo::mark_merged(work, by, format!("merge {}", work.item.id), super::undo::merged(&work.item.id));
    let asked: Vec<String> = brought.askers.iter().map(|asker| asker.reader.to_string()).collect();
    for person in work.actors().into_iter().filter(|person| *person != brought.by) {
        let mut lines = vec![facts::fact("Merged", format!("{} {}", brought.from, brought.title))];
        lines.extend((!asked.is_empty()).then(|| facts::fact("Asked there", asked.join(", "))));
        lines.extend(facts::of_item(&work.item));
        let say = Say {
            why_you: format!("{} merged it into one that is with you", work.name(&brought.by)),
            facts: lines,
            text: brought.summary.clone(),
            answers: ["reply TEXT", "note TEXT", "show", "why"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        work.notify(Reader::Person(person), Reason::Answer, say);
    }
}
