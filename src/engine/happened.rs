//! The words by which subscribers hear of what happens to an item, and what a call that was given up comes to. May import model.

use super::undelivered::who_hears;
use super::work::{Say, Work};
use super::{Deed, ItemEvent, facts};
use crate::model::{Reader, Reason, RuleName};

/// Everything a subscriber can hear of.
pub const EVENTS: [&str; 8] = [
    "item.opened",
    "item.joined",
    "item.accepted",
    "item.escalated",
    "item.moved",
    "item.done",
    "item.dropped",
    "item.reopened",
];

/// The word for a fact about an item, if there is one.
#[must_use]
pub fn happened(event: &ItemEvent) -> Option<&'static str> {
    Some(match event {
        ItemEvent::Opened { .. } => "item.opened",
        ItemEvent::Joined { .. } => "item.joined",
        ItemEvent::Accepted { .. } => "item.accepted",
        ItemEvent::EscalationStepped { .. } => "item.escalated",
        ItemEvent::Moved { .. } => "item.moved",
        ItemEvent::Done { .. } => "item.done",
        ItemEvent::Dropped { .. } => "item.dropped",
        ItemEvent::Reopened { .. } => "item.reopened",
        _ => return None,
    })
}

/// A call that was given up: it stands on its item, and whoever works on that hears, and so does the owner.
pub(super) fn call_failed(work: &mut Work<'_>, by: RuleName, url: String, event: String, why: String) {
    let nobody = Reader::Address(work.cx.policy.desk.address.clone());
    for person in who_hears(work, &nobody) {
        let mut lines = vec![facts::fact("Call", format!("{event} to {url}")), facts::fact("Cause", why.clone())];
        lines.extend(facts::of_item(&work.item));
        let say = Say {
            ask: "please see that the other side hears of it another way".to_owned(),
            why_you: format!("you answer for {}, and a call of a web address was given up", work.item.queue),
            facts: lines,
            answers: ["note TEXT", "why"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        work.tell(&person, Reason::DeliveryFailed, say);
    }
    work.emit(ItemEvent::ByRule {
        rule: by,
        deed: Deed::CallFailed { url, event, why },
    });
}
