//! What the log says of rounds. May import engine, model. No words of anybody stand in it.

use metrics::counter;
use tracing::{debug, info, warn};

use crate::engine::RoundEvent;
use crate::model::{ItemId, Reader};

/// Tells of one fact.
pub(super) fn round(id: &ItemId, event: &RoundEvent) {
    let key = |reader: &Reader| reader.person().map(|person| person.to_string());
    match event {
        RoundEvent::Planned { round } => info!(round = %id, name = %round.name, starts = %round.starts, "round planned"),
        RoundEvent::Replanned { starts, .. } => info!(round = %id, starts = %starts, "round planned anew"),
        RoundEvent::Withdrawn => info!(round = %id, "round withdrawn"),
        RoundEvent::Begun { round, late_seconds } => {
            counter!("batond_rounds_total", "name" => round.name.to_string(), "outcome" => "begun").increment(1);
            info!(round = %id, name = %round.name, people = round.people.len(), late_seconds, "round begun");
        }
        RoundEvent::Asked { person, .. } => info!(round = %id, person = %person, "asked"),
        RoundEvent::Postponed { person, until } => debug!(round = %id, person = %person, until = %until, "asked later"),
        RoundEvent::Settled { person, state } => info!(round = %id, person = %person, state = state.as_str(), "did not answer"),
        RoundEvent::Reminded { person, .. } => debug!(round = %id, person = %person, "reminded"),
        RoundEvent::Heard { message } => debug!(round = %id, source = %message.source, "a message in a round"),
        RoundEvent::Answered { person, answer } => info!(round = %id, person = %person, late = answer.late, "answered"),
        RoundEvent::Refused { who, .. } => info!(round = %id, person = key(who), "not an answer"),
        RoundEvent::Undelivered { to, .. } => warn!(round = %id, person = key(to), "a mail could not be delivered"),
        RoundEvent::ItemOpened { item } => info!(round = %id, item = %item, "an item of a round"),
        RoundEvent::Closed { result } => {
            info!(round = %id, outcome = result.outcome.as_str(), late_seconds = result.late_seconds, "round closed");
        }
        RoundEvent::Told { notice, to, reason } => info!(round = %id, notice = %notice, person = key(to), reason = %reason, "notice"),
    }
}
