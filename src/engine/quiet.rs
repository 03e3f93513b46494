//! What rules do to an item that is to be quiet: they mute it, and their words to people wait. May import model, policy, rules. A word that was kept is told when the quiet ends.

use jiff::{SignedDuration, Timestamp};

use super::deeds::tell_of;
use super::mute::{passes, silence};
use super::work::Work;
use super::{Deed, ItemEvent};
use crate::model::{MuteName, MuteTarget, Muting, Priority, RuleName, Word};
use crate::rules::{MuteDraft, TellDraft};

/// The mute that a rule asks for, on the item in hand. `None` where it may not be, and the item says why.
pub(super) fn muting_of(work: &mut Work<'_>, said: &MuteDraft) -> Option<Muting> {
    let until = match until_of(work, said) {
        Ok(until) => until,
        Err(why) => {
            let rule = said.rule.name.clone();
            let deed = Deed::NotMuted { why };
            work.emit(ItemEvent::ByRule { rule, deed });
            return None;
        }
    };
    let target = MuteTarget::Item(work.item.id.clone());
    let calendar = work.cx.policy.calendars.get(&work.queue.calendar);
    Some(Muting {
        name: target.name().unwrap_or_else(|| MuteName::from(work.item.id.to_string())),
        target,
        until,
        time_zone: calendar.map_or_else(|| "UTC".to_owned(), |calendar| calendar.zone_name.clone()),
        why: said.why.clone(),
        by: None,
        rule: Some(said.rule.name.clone()),
        place: said.rule.place.clone(),
        except_urgent: said.except_urgent,
    })
}

/// When it ends: ahead, and within a year.
fn until_of(work: &Work<'_>, said: &MuteDraft) -> Result<Timestamp, String> {
    let Some(sum) = work.due_sum(said.until) else {
        return Err(format!("no working time is ahead in the calendar of {}", work.item.queue));
    };
    let ahead = sum.deadline.duration_since(work.cx.now);
    let longest = SignedDuration::from_hours(24 * Muting::MAX_DAYS);
    match ahead {
        ahead if ahead <= SignedDuration::ZERO => Err(format!("{} is over", said.until)),
        ahead if ahead > longest => Err(format!("{} is more than a year ahead", said.until)),
        _ => Ok(sum.deadline),
    }
}

/// A further message whose rule mutes the item it joins. Each rule does so once; what is muted for longer, or by somebody, stays as it is.
pub(super) fn mute_joined(work: &mut Work<'_>, said: &MuteDraft, priority: Priority) {
    let by_hand = |muting: &Muting| muting.by.is_some() && matches!(muting.target, MuteTarget::Item(_));
    let stays = work.item.muted.as_ref().is_some_and(|muted| by_hand(&muted.muting));
    if !work.item.state.is_open() || stays || work.item.muted_by.contains(&said.rule.name) {
        return;
    }
    let Some(muting) = muting_of(work, said) else { return };
    let longer = work.item.muted.as_ref().is_some_and(|muted| muted.muting.until >= muting.until);
    if !longer && !passes(&muting, priority.max(work.item.priority)) {
        silence(work, muting);
    }
}

/// What a rule tells people of an item that is quiet waits until it is so no longer.
pub(super) fn keep(work: &mut Work<'_>, tell: &TellDraft) {
    let word = Word {
        rule: tell.rule.clone(),
        to: tell.to.clone(),
        why: tell.why.clone(),
        urgent: tell.urgent,
    };
    if work.item.words.contains(&word) || work.item.words.len() >= Word::MAX_KEPT {
        return;
    }
    work.emit(ItemEvent::ByRule {
        rule: tell.rule.clone(),
        deed: Deed::WordKept(word),
    });
}

/// Tells what was kept, once the item is open and quiet no longer.
pub(super) fn tell_kept(work: &mut Work<'_>) {
    if work.item.state.is_quiet() || work.item.words.is_empty() {
        return;
    }
    let words = work.item.words.clone();
    let mut rules: Vec<RuleName> = words.iter().map(|word| word.rule.clone()).collect();
    rules.dedup();
    for rule in rules {
        let deed = Deed::WordsTold;
        work.emit(ItemEvent::ByRule { rule, deed });
    }
    for word in words {
        let tell = TellDraft {
            rule: word.rule,
            to: word.to,
            why: word.why,
            urgent: word.urgent,
        };
        tell_of(work, &tell);
    }
}
