//! `batond why ITEM`: which rule, which sum, who is told next. May import control, views.

use clap::Args;
use jiff::tz::TimeZone;

use super::client::{Client, typed};
use super::screen::{Screen, instant_in, length, plain};
use crate::daemon::Failure;
use crate::model::{ClockKind, ItemId, PersonKey};
use crate::web::control::Ask;
use crate::web::view::{CountedView, DeadlineView, TimerState, WhyView};

/// `why`
#[derive(Debug, Args)]
pub struct Why {
    /// The item, such as SUP-142, or a list such as DAY-3
    item: ItemId,
    /// Whose list, where several have that number
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
}

impl Why {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let value = client.ask(&Ask::Why {
            id: self.item.clone(),
            person: self.person.as_deref().map(PersonKey::from),
        })?;
        screen.show(&value, || {
            if super::listed::is_one(&value) {
                return super::listed::one(&value, screen);
            }
            Ok(human(&typed(&value)?, screen))
        })
    }
}

/// Sentences and sums.
pub fn human(why: &WhyView, screen: &Screen) -> String {
    let place = why
        .rule
        .place
        .as_deref()
        .map_or_else(|| "it is built in".to_owned(), |place| format!("written at {place}"));
    let mut lines = vec![
        format!("{} is here because of rule `{}`, {place}.", why.item, plain(&why.rule.name)),
        format!("{} answers for it now.", why.accountable),
    ];
    for rule in &why.also {
        let place = rule
            .place
            .as_deref()
            .map_or_else(String::new, |place| format!(", written at {place}"));
        lines.insert(1, format!("Rule `{}`{place}, says of it too.", plain(&rule.name)));
    }
    lines.extend(why.chosen.as_deref().map(|chosen| format!("Chosen: {}.", plain(chosen))));
    lines.extend(why.muted.as_ref().map(|muted| {
        let (until, name) = (screen.at(muted.until), plain(muted.name.as_str()));
        format!(
            "Nobody is told of it until {until} ({}): {name}, set by {}, says: {}",
            screen.zone_name,
            plain(&muted.by),
            plain(&muted.why)
        )
    }));
    for deadline in &why.deadlines {
        lines.push(String::new());
        lines.extend(sum(deadline, screen));
    }
    lines.push(String::new());
    match &why.next {
        None => lines.push("Nothing happens by itself any more: it is closed.".into()),
        Some(next) => {
            let told = if next.tells.is_empty() {
                "nobody can be found".into()
            } else {
                format!("tells {}", next.tells.join(", "))
            };
            lines.push(format!(
                "Next, {} ({}): {}; {told}.",
                screen.at(next.due),
                screen.zone_name,
                plain(&next.what)
            ));
            lines.push(format!("Why: {}.", plain(&next.why)));
        }
    }
    lines.join("\n") + "\n"
}

/// One deadline and how it came about, in the zone it is best read in.
pub fn sum(deadline: &DeadlineView, screen: &Screen) -> Vec<String> {
    let (zone, zone_name) = match TimeZone::get(&deadline.zone) {
        Ok(zone) => (zone, deadline.zone.as_str()),
        Err(_) => (screen.zone.clone(), screen.zone_name.as_str()),
    };
    let at = |instant| instant_in(instant, &zone, screen.now);
    let state = match (deadline.state, deadline.left_seconds) {
        (TimerState::Running, _) => String::new(),
        (TimerState::Overdue, _) => ", OVERDUE".into(),
        (TimerState::Paused, left) => {
            let since = deadline.paused.map_or_else(String::new, |since| format!(" since {}", at(since)));
            format!(", stands still{since}, {} left", length(left.unwrap_or(0)))
        }
    };
    let counted_in = deadline
        .calendar
        .as_deref()
        .map_or_else(|| "elapsed time".into(), |calendar| format!("calendar {calendar}"));
    let stands = |look| {
        let since = deadline.paused.map_or_else(String::new, |since| format!(" since {}", at(since)));
        format!(
            "{}: none yet, stands still{since}: {counted_in} has too few working hours ahead; looked at again {} ({zone_name})",
            deadline.clock,
            at(look)
        )
    };
    let head = format!("{}: {} ({zone_name}){state}", deadline.clock, at(deadline.deadline));
    let mut lines = vec![
        deadline.look_again.map_or(head, stands),
        // The end of a mute is an instant that was said, however long that is.
        if deadline.clock == ClockKind::Mute.as_str() {
            format!("  nobody is told until then, as was said; policy {}", deadline.policy)
        } else {
            format!(
                "  promised {}, counted in {counted_in}, policy {}",
                deadline.promised, deadline.policy
            )
        },
        format!("  started {}", at(deadline.started)),
    ];
    let last = deadline.counted.len().saturating_sub(1);
    for (index, interval) in deadline.counted.iter().enumerate() {
        if index == last && deadline.omitted > 0 {
            lines.push(format!("    … {} more …", deadline.omitted));
        }
        lines.push(format!("    {}", stretch(interval, &zone, screen)));
    }
    lines.extend(deadline.holidays.iter().map(|holiday| format!("    no work on {}", plain(holiday))));
    lines
}

/// `Mon 23 Nov 09:00–11:00  2 h`
fn stretch(interval: &CountedView, zone: &TimeZone, screen: &Screen) -> String {
    let (from, to) = (interval.from.to_zoned(zone.clone()), interval.to.to_zoned(zone.clone()));
    let end = if from.date() == to.date() {
        to.strftime("%H:%M").to_string()
    } else {
        instant_in(interval.to, zone, screen.now)
    };
    let seconds = interval.to.as_second() - interval.from.as_second();
    format!("{}–{end}  {}", instant_in(interval.from, zone, screen.now), length(seconds))
}
