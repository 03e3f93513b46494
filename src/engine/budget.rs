//! How many mails one reader is sent in a while. May import model, policy. Past it a notice waits, and by when is known.

use jiff::{SignedDuration, Timestamp};

use super::Context;
use crate::model::{ItemId, Mailed, PersonState};
use crate::policy::Budget;

/// When a mail to somebody may go by their budget: `None` is now. The last place is kept for what is urgent, so that the first urgent one always
/// goes; `item` is the one item it is about, which has a share of the budget only.
pub(super) fn room_at(state: &PersonState, urgent: bool, item: Option<&ItemId>, cx: &Context<'_>) -> Option<Timestamp> {
    let budget = cx.policy.budget_of(&state.key);
    let recent = || {
        let from = begin(budget, cx.now);
        // A clock that was set back leaves mails in the time to come: they count for nothing.
        state
            .mailed
            .iter()
            .filter(move |mail| mail.at > from && mail.at <= cx.now && !mail.watched)
    };
    let places = if urgent { budget.mails } else { budget.mails.saturating_sub(1) };
    let in_all = frees_up(recent(), places, budget);
    let about_it = || recent().filter(|mail| item.is_some() && mail.item.as_ref() == item);
    let first_urgent = urgent && !about_it().any(|mail| mail.urgent);
    let of_item = if first_urgent {
        None
    } else {
        frees_up(about_it(), budget.per_item, budget)
    };
    in_all.max(of_item)
}

/// The same for what responsibility hangs on: it has as much room again of its own, so that no storm of other mail keeps it. It counts for the others.
pub(super) fn room_apart_at(state: &PersonState, cx: &Context<'_>) -> Option<Timestamp> {
    let budget = cx.policy.budget_of(&state.key);
    let from = begin(budget, cx.now);
    let apart = state.mailed.iter().filter(|mail| mail.apart && mail.at > from && mail.at <= cx.now);
    frees_up(apart, budget.mails, budget)
}

/// The same for what somebody only watches: one mail in the time of the budget, and nothing else waits for it.
pub(super) fn room_for_watching(state: &PersonState, cx: &Context<'_>) -> Option<Timestamp> {
    let budget = cx.policy.budget_of(&state.key);
    let from = begin(budget, cx.now);
    let watched = state
        .mailed
        .iter()
        .filter(|mail| mail.watched && mail.at > from && mail.at <= cx.now);
    frees_up(watched, 1, budget)
}

/// When fewer than `places` of these mails count; `None` if that is so now.
fn frees_up<'m>(mails: impl Iterator<Item = &'m Mailed>, places: u32, budget: Budget) -> Option<Timestamp> {
    let mails: Vec<&Mailed> = mails.collect();
    let first_too_many = mails.len().checked_sub(places.max(1) as usize)?;
    let mail = mails.get(first_too_many)?;
    Some(mail.at.saturating_add(window(budget)).unwrap_or(Timestamp::MAX))
}

/// Mails up to this instant count no longer.
pub(super) fn begin(budget: Budget, now: Timestamp) -> Timestamp {
    now.saturating_sub(window(budget)).unwrap_or(Timestamp::MIN)
}

fn window(budget: Budget) -> SignedDuration {
    SignedDuration::from_secs(budget.seconds)
}
