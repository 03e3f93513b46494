//! An out-of-office answer with a date proposes an absence to its person. May import model, policy, calendar. Nothing holds until they say so themselves.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::work::{Head, Say};
use super::{Command, Context, facts};
use crate::calendar::instant;
use crate::model::{DutyPlan, ItemId, PersonKey, Reader, Reason};

/// A date further ahead is taken for a misreading.
const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(24 * 200);

/// What is told to somebody whose mail says that they are away up to and with `last_day`; `None` if that is over, far ahead, or known already.
#[must_use]
pub fn absence_proposed(person: &PersonKey, last_day: Date, cx: &Context<'_>) -> Option<Command> {
    let policy = cx.policy;
    let zone = policy.calendar_of(person)?.zone.clone();
    let until = instant(last_day.tomorrow().ok()?.at(0, 0, 0, 0), &zone);
    let far = cx.now.checked_add(MAX_AHEAD).unwrap_or(Timestamp::MAX);
    let known = policy.back_at(cx.standing(), person, cx.now);
    if until <= cx.now || until > far || known.is_some_and(|back| back >= until) {
        return None;
    }
    let cover = policy.people.get(person).and_then(|person| person.cover.clone());
    let covers = match &cover {
        Some(cover) => format!("{}, as configured; `… cover NAME` names somebody else", policy.name(cover)),
        None => "nobody: add `cover NAME`, or what you hold goes to the owners of its queues".to_owned(),
    };
    let day = last_day.strftime("%a %-d %b %Y").to_string();
    let say = Say {
        ask: "please confirm that you are away".to_owned(),
        why_you: format!("an automatic answer of yours says that you are away until {day}"),
        facts: vec![
            facts::fact("Until you confirm", "nothing changes: work and duty still come to you"),
            facts::fact("Covers", covers),
        ],
        answers: vec![format!("away until {last_day}"), format!("away until {last_day} cover PERSON")],
        ..Say::default()
    };
    let head = Head {
        reason: Reason::AwayProposed,
        to: Reader::Person(person.clone()),
        item: ItemId::new(DutyPlan::PREFIX, cx.seq),
        number: 1,
        first: true,
        queue: policy.unmatched.clone(),
        title: format!("away until {day}"),
        opened: cx.now,
    };
    let notice = say.about(head, cx);
    Some(Command::Tell(person.clone(), Box::new(notice)))
}
