//! `batond show ITEM`: the item and its timeline, or the bytes of one of its messages. May import control, views.

use clap::Args;
use data_encoding::BASE64;
use serde::Deserialize;

use super::Format;
use super::client::{Client, typed};
use super::screen::{Screen, length, plain};
use crate::daemon::{Exit, Failure};
use crate::model::{ItemId, PersonKey, Round};
use crate::web::control::Ask;
use crate::web::view::{HandoffView, HistoryEntry, ItemView, PlanLineView, TimerState, TimerView};

/// Lines of a message shown in the timeline; the whole is in the JSON.
const MAX_WORD_LINES: usize = 20;
/// Events that only say how clocks move: they are in the JSON, not in the timeline for people.
const QUIET: [&str; 4] = ["clock_started", "clock_set", "clock_stopped", "undoable"];

/// `show`
#[derive(Debug, Args)]
pub struct Show {
    /// The item, such as SUP-142, a round, or a list such as DAY-3
    item: ItemId,
    /// Whose list, where several have that number
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
    /// The bytes of a message as they came, and nothing else: its first, or with --raw=N the Nth, replies included
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    raw: Option<u32>,
}

#[derive(Deserialize)]
struct Raw {
    base64: String,
}

#[derive(Deserialize)]
struct Shown {
    #[serde(flatten)]
    item: ItemView,
    history: Vec<HistoryEntry>,
}

impl Show {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        if let Some(message) = self.raw {
            return self.raw(message, client, screen);
        }
        let value = client.ask(&Ask::Show {
            id: self.item.clone(),
            person: self.person.as_deref().map(PersonKey::from),
        })?;
        screen.show(&value, || {
            if super::listed::is_one(&value) {
                return super::listed::one(&value, screen);
            }
            if Round::is_id(&self.item) {
                return super::rounds::one(&value, screen);
            }
            let shown: Shown = typed(&value)?;
            Ok(human(&shown.item, &shown.history, screen))
        })
    }

    /// The bytes themselves; as JSON they are in base64.
    fn raw(&self, message: u32, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let id = self.item.clone();
        let value = client.ask(&Ask::Raw { id, message })?;
        if screen.format == Format::Json {
            return screen.print(&format!("{value:#}\n"));
        }
        let raw: Raw = typed(&value)?;
        let bytes = BASE64.decode(raw.base64.as_bytes());
        screen.print_bytes(&bytes.map_err(|error| Failure::new(Exit::Internal, format!("the daemon's answer is not base64: {error}")))?)
    }
}

/// Header, clocks, timeline.
pub fn human(item: &ItemView, history: &[HistoryEntry], screen: &Screen) -> String {
    let mut lines = vec![format!("{}  {}", item.id, plain(&item.title)), String::new()];
    lines.extend(header(item, screen).into_iter().map(|(label, text)| format!("{label:<12}{text}")));
    if !item.timers.is_empty() {
        lines.extend([String::new(), "Clocks".into()]);
        lines.extend(item.timers.iter().map(|timer| format!("  {}", clock(timer, screen))));
    }
    for (title, plan) in [("To do", &item.next), ("Watch for", &item.watch)] {
        if !plan.is_empty() {
            lines.extend([String::new(), title.into()]);
            lines.extend(plan.iter().map(|line| planned(line, screen)));
        }
    }
    if !item.files.is_empty() {
        lines.extend([String::new(), "Files".into()]);
        let numbered = (1..).zip(&item.files);
        lines.extend(numbered.map(|(number, file)| {
            let kib = file.size_bytes.div_ceil(1_024);
            format!(
                "  {number}. {} ({kib} KiB, {}), by {}",
                plain(&file.name),
                plain(&file.media_type),
                plain(&file.from)
            )
        }));
    }
    if !item.handoffs.is_empty() {
        lines.extend([String::new(), "Handoffs".into()]);
        lines.extend(item.handoffs.iter().map(|handoff| format!("  {}", handed(handoff, screen))));
    }
    lines.extend([String::new(), "Timeline".into()]);
    for entry in history.iter().filter(|entry| !QUIET.contains(&entry.event.as_str())) {
        lines.extend(moment(entry, screen));
    }
    lines.extend([String::new(), format!("Times in {}.", screen.zone_name)]);
    lines.join("\n") + "\n"
}

fn header(item: &ItemView, screen: &Screen) -> Vec<(&'static str, String)> {
    let note = item
        .state_note
        .as_deref()
        .map_or_else(String::new, |note| format!(": {}", plain(note)));
    let place = item.rule.place.as_deref().map_or_else(String::new, |place| format!(" ({place})"));
    let mut lines = vec![
        ("State", format!("{}{note}", item.state)),
        ("Queue", format!("{}, priority {}", item.queue, item.priority)),
        (
            "Holder",
            item.holder.as_ref().map_or_else(|| "nobody yet".into(), ToString::to_string),
        ),
        ("Accountable", item.accountable.to_string()),
    ];
    let optional = [
        (
            "Muted",
            item.muted.as_ref().map(|muted| {
                format!(
                    "until {} by {}, set by {}",
                    screen.at(muted.until),
                    plain(muted.name.as_str()),
                    plain(&muted.by)
                )
            }),
        ),
        ("Offered to", item.offered_to.clone()),
        ("Waits for", item.waiting_for.as_deref().map(plain)),
        ("Asked by", item.requester.as_deref().map(plain)),
        (
            "Labels",
            (!item.labels.is_empty()).then(|| item.labels.iter().cloned().collect::<Vec<_>>().join(", ")),
        ),
        ("Key", item.key.as_deref().map(plain)),
        ("Follows", item.follows.as_ref().map(ToString::to_string)),
        ("Linked", linked(item)),
        ("Goes on as", item.merged_into.as_ref().map(ToString::to_string)),
        ("Merged in", named(&item.merged)),
        ("Watched by", named(&item.watchers)),
        ("Guests", named(&item.guests)),
    ];
    lines.extend(optional.into_iter().filter_map(|(label, text)| text.map(|text| (label, text))));
    for (name, value) in &item.fields {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        lines.push(("Field", format!("{name} = {}", plain(&text))));
    }
    lines.push(("Rule", format!("{}{place}", plain(&item.rule.name))));
    lines.push(("Opened", format!("{} by {}", screen.at(item.created), item.source)));
    lines.extend(item.closed.map(|at| ("Closed", screen.at(at))));
    lines
}

/// The items that came of the same message.
fn linked(item: &ItemView) -> Option<String> {
    let ids: Vec<String> = item.links.iter().map(ToString::to_string).collect();
    (!ids.is_empty()).then(|| format!("{}, of the same message", ids.join(", ")))
}

fn named<T: ToString>(all: &std::collections::BTreeSet<T>) -> Option<String> {
    let names: Vec<String> = all.iter().map(|one| plain(&one.to_string())).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn planned(line: &PlanLineView, screen: &Screen) -> String {
    format!("  - {} ({}, {})", plain(&line.text), plain(&line.who), screen.at(line.at))
}

/// `Tue 24 Nov 09:00  ana to ben, passed on: accepted by ben Tue 24 Nov 09:20`.
fn handed(handoff: &HandoffView, screen: &Screen) -> String {
    let by = handoff.by.as_ref().map_or_else(String::new, |by| format!(" by {by}"));
    let answer = match (handoff.answer, handoff.answered) {
        (Some(answer), Some(at)) => format!("{answer}{by} {}", screen.at(at)),
        _ => "not answered yet".to_owned(),
    };
    let words = handoff
        .words
        .as_deref()
        .map(|words| format!(", `{}`", plain(words)))
        .unwrap_or_default();
    let at = screen.at(handoff.at);
    format!(
        "{at}  {} to {}, {}: {answer}{words}",
        handoff.giver,
        plain(&handoff.to),
        handoff.way
    )
}

fn clock(timer: &TimerView, screen: &Screen) -> String {
    let name = match (&timer.ladder, timer.cause) {
        (Some(ladder), Some(cause)) => format!("{ladder} ({cause})"),
        _ => timer.clock.clone(),
    };
    let how = match (timer.state, timer.left_seconds) {
        (TimerState::Paused, Some(left)) => format!("stands still, {} left", length(left)),
        (TimerState::Paused, None) => "stands still".into(),
        (TimerState::Overdue, _) => format!("due {}  OVERDUE", screen.at(timer.due)),
        (TimerState::Running, _) => format!("due {}", screen.at(timer.due)),
    };
    let warn = timer.warn.map_or_else(String::new, |at| format!(", warning {}", screen.at(at)));
    format!("{name:<10}  {how}{warn}")
}

/// One event; what somebody wrote stands indented below it.
fn moment(entry: &HistoryEntry, screen: &Screen) -> Vec<String> {
    let due = entry.due.map_or_else(String::new, |due| format!(" ({})", screen.at(due)));
    let mut lines = vec![format!(
        "  {}  {}: {}{due}",
        screen.at(entry.at),
        plain(&entry.who),
        plain(&entry.text)
    )];
    let words: Vec<&str> = entry.words.as_deref().unwrap_or_default().lines().collect();
    lines.extend(
        words
            .iter()
            .take(MAX_WORD_LINES)
            .map(|line| format!("      | {}", plain(line)).trim_end().to_owned()),
    );
    if words.len() > MAX_WORD_LINES {
        lines.push(format!("      | … {} lines more, see --format json", words.len() - MAX_WORD_LINES));
    }
    lines
}
