//! What was sent and what was held, against what should have been. May import model, engine, config.

use jiff::Timestamp;

use super::Difference;
use super::clock::{resolve, shown};
use super::scene::Scene;
use crate::config::{Moment, NoticeWant, Want};
use crate::engine::{DeliveryEvent, PersonEvent, Step};
use crate::model::{ItemId, Reader, Reason};

/// How many notices that were there a difference tells of.
const MAX_TOLD: usize = 8;

/// A notice that went out or was held.
struct Seen {
    at: Timestamp,
    to: Reader,
    reason: Reason,
    item: ItemId,
    /// Subject and text of the mail; `None` while it is held.
    letter: Option<(String, String)>,
    held_until: Option<Timestamp>,
}

/// Each expected notice that was not there; with none expected, that there were some.
pub(super) fn compare(want: &Want, wanted: &[NoticeWant], of: Option<&ItemId>, scene: &Scene<'_>) -> Vec<Difference> {
    let mut seen = seen(scene);
    seen.retain(|notice| of.is_none_or(|of| *of == notice.item));
    let notes = || -> Vec<String> {
        let mut notes: Vec<String> = seen.iter().take(MAX_TOLD).map(|notice| told(notice, scene)).collect();
        if seen.len() > MAX_TOLD {
            notes.push(format!("and {} more", seen.len() - MAX_TOLD));
        }
        notes
    };
    let got = |all: bool| match (seen.len(), all) {
        (0, _) => "there was none".to_owned(),
        (1, true) => "there was one".to_owned(),
        (n, true) => format!("there were {n}"),
        (1, false) => "the one there was is another".to_owned(),
        (n, false) => format!("none of the {n} there were"),
    };
    let difference = |place, expected: String, all: bool| Difference {
        place,
        what: "notices".to_owned(),
        expected,
        got: got(all),
        notes: notes(),
    };
    if wanted.is_empty() && !seen.is_empty() {
        return vec![difference(want.place.clone(), "none".to_owned(), true)];
    }
    let missing = wanted
        .iter()
        .filter(|wanted| !seen.iter().any(|notice| fits(wanted, notice, scene)));
    missing
        .map(|wanted| difference(wanted.place.clone(), described(wanted), false))
        .collect()
}

/// All notices that went out or were held since the last look, oldest first.
fn seen(scene: &Scene<'_>) -> Vec<Seen> {
    let mut found = Vec::new();
    for record in scene.records {
        for step in &record.steps {
            match step {
                Step::Delivery(_, events) => found.extend(events.iter().flat_map(|event| sent(event, record.at))),
                Step::Person(person, events) => {
                    let held = events.iter().filter_map(|event| match event {
                        PersonEvent::Held { notice, release, .. } => Some(Seen {
                            at: record.at,
                            to: Reader::Person(person.clone()),
                            reason: notice.reason,
                            item: notice.item.clone(),
                            letter: None,
                            held_until: Some(*release),
                        }),
                        PersonEvent::Counted { item, reason, release, .. } => Some(Seen {
                            at: record.at,
                            to: Reader::Person(person.clone()),
                            reason: *reason,
                            item: item.clone(),
                            letter: None,
                            held_until: Some(*release),
                        }),
                        PersonEvent::Released { .. }
                        | PersonEvent::Withdrawn { .. }
                        | PersonEvent::Digest { .. }
                        | PersonEvent::Coverage { .. }
                        | PersonEvent::Listed { .. }
                        | PersonEvent::Told { .. }
                        | PersonEvent::Reminded { .. }
                        | PersonEvent::Chosen { .. }
                        | PersonEvent::Away { .. }
                        | PersonEvent::Confirm { .. }
                        | PersonEvent::Mailed { .. }
                        | PersonEvent::Postponed { .. } => None,
                    });
                    found.extend(held);
                }
                _ => {}
            }
        }
    }
    found
}

fn sent(event: &DeliveryEvent, at: Timestamp) -> Vec<Seen> {
    let DeliveryEvent::Queued { delivery } = event else {
        return Vec::new();
    };
    let one = |(_, reason, item): &(_, Reason, ItemId)| Seen {
        at,
        to: delivery.reader.clone(),
        reason: *reason,
        item: item.clone(),
        letter: Some((delivery.letter.subject.clone(), delivery.letter.text.clone())),
        held_until: None,
    };
    delivery.notices.iter().map(one).collect()
}

fn fits(wanted: &NoticeWant, notice: &Seen, scene: &Scene<'_>) -> bool {
    let to = wanted.to.as_ref().is_none_or(|to| {
        let asked = || scene.item(&notice.item).and_then(|item| item.requester).map(|asked| asked.reader);
        to.matches(&notice.to.to_string()) || to.as_str() == "requester" && asked().as_ref() == Some(&notice.to)
    });
    let letter = |wanted: &Option<crate::config::Pattern>, part: fn(&(String, String)) -> &str| {
        wanted
            .as_ref()
            .is_none_or(|wanted| notice.letter.as_ref().is_some_and(|letter| wanted.matches(part(letter).trim_end())))
    };
    let sent = wanted
        .at
        .as_ref()
        .is_none_or(|at| notice.letter.is_some() && at_time(at, notice.at, scene));
    let held = match (&wanted.held_until, notice.held_until) {
        (Some(until), Some(release)) => at_time(until, release, scene),
        (Some(_), None) => false,
        (None, _) => true,
    };
    to && wanted.reason.is_none_or(|reason| reason == notice.reason)
        && letter(&wanted.subject, |letter| &letter.0)
        && letter(&wanted.text, |letter| &letter.1)
        && sent
        && held
}

/// Whether an instant is the one meant, to the minute; a time is read from where the case begins to look.
fn at_time(moment: &Moment, at: Timestamp, scene: &Scene<'_>) -> bool {
    let meant = resolve(moment, scene.since, scene.zone, scene.calendar);
    meant.is_ok_and(|meant| meant.as_second().div_euclid(60) == at.as_second().div_euclid(60))
}

fn described(wanted: &NoticeWant) -> String {
    let parts = [
        wanted.to.as_ref().map(|to| format!("to {to}")),
        wanted.reason.map(|reason| reason.to_string()),
        wanted.subject.as_ref().map(|subject| format!("subject \"{subject}\"")),
        wanted.text.as_ref().map(|text| format!("text \"{text}\"")),
        wanted.at.as_ref().map(|at| format!("at {at}")),
        wanted.held_until.as_ref().map(|until| format!("held until {until}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        "a notice".to_owned()
    } else {
        parts.join(", ")
    }
}

fn told(notice: &Seen, scene: &Scene<'_>) -> String {
    let at = shown(notice.at, scene.zone);
    let what = match (&notice.letter, notice.held_until) {
        (Some((subject, _)), _) => format!("\"{subject}\""),
        (None, Some(until)) => format!("held until {}", shown(until, scene.zone)),
        (None, None) => "held".to_owned(),
    };
    format!("{at}  to {}, {}: {what}", notice.to, notice.reason)
}
