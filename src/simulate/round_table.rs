//! What happens in a round, as lines of the table. May import model, engine.

use jiff::Timestamp;

use crate::engine::RoundEvent;
use crate::model::{Choice, Round};

/// The moves of a round worth a line; notices show as mails.
pub(super) fn in_round(event: &RoundEvent, time: impl Fn(Timestamp) -> String) -> Option<String> {
    Some(match event {
        RoundEvent::Planned { round } => format!("{} {} is planned for {}", kind(round), round.name, time(round.starts)),
        RoundEvent::Replanned { starts, .. } => format!("is planned for {} now", time(*starts)),
        RoundEvent::Withdrawn => "is planned no more".to_owned(),
        RoundEvent::Begun { round, late_seconds } => {
            let late = if *late_seconds > 60 {
                format!(", {late_seconds} s late")
            } else {
                String::new()
            };
            let closes = round.closes.map(&time).unwrap_or_default();
            format!("{} {} begins{late} ({}), closes {closes}", kind(round), round.name, round.by)
        }
        RoundEvent::Asked { person, .. } => format!("asks {person}"),
        RoundEvent::Postponed { person, until } => format!("asks {person} at {}: away until then", time(*until)),
        RoundEvent::Settled { person, state } => format!("{person}: {}", state.as_str()),
        RoundEvent::Reminded { person, .. } => format!("reminds {person}"),
        RoundEvent::Answered { person, answer } => {
            let what = match &answer.choice {
                Choice::Said => "answers".to_owned(),
                Choice::Option(number) => format!("chooses {number}"),
                Choice::Approve => "approves".to_owned(),
                Choice::Reject => "rejects".to_owned(),
            };
            format!("{person} {what}{}", if answer.late { ", too late" } else { "" })
        }
        RoundEvent::Refused { who, why } => format!("not taken from {who}: {why}"),
        RoundEvent::Undelivered { to, .. } => format!("undelivered to {to}"),
        RoundEvent::ItemOpened { item } => format!("opens {item}"),
        RoundEvent::Closed { result } => {
            let late = match result.late_seconds {
                0 => String::new(),
                late => format!(", {late} s late"),
            };
            format!("is over{late}: {}", result.text)
        }
        RoundEvent::Heard { .. } | RoundEvent::Told { .. } => return None,
    })
}

fn kind(round: &Round) -> &'static str {
    round.question.kind.as_str()
}
