//! What `explain` says to people. May import its peers in explain, the screen, the words of `why`. Fits 80 columns; text of strangers is made harmless and cut.

use jiff::tz::TimeZone;

use super::explained::Explained;
use super::message::MessageView;
use super::verdict::{ConditionView, QuietView, TraceView, VerdictView};
use crate::cli::screen::{COLUMNS, Screen, cut, instant_in, plain, wrapped};
use crate::cli::why;

/// Where values begin.
const INDENT: usize = 14;
/// How many rules that did not match are shown before the one that did, unless all are asked for.
const NEAREST: usize = 3;
/// Up to so many rules are shown without folding.
const FEW: usize = 6;
/// How deep conditions are shown within others.
const MAX_DEPTH: usize = 12;
/// How many things that follow from one message are told in full.
const MAX_TOLD: usize = 3;
/// How many lines of the new text are shown.
const MAX_TEXT_LINES: usize = 4;

/// One message.
pub fn human(explained: &Explained, all: bool, screen: &Screen) -> String {
    let mut lines = vec![plain(&explained.file)];
    if let Some(message) = &explained.message {
        lines.extend(about(message, screen));
    }
    if let Some(error) = &explained.error {
        lines.extend(row("Unreadable", error));
    }
    if let Some(verdict) = &explained.verdict {
        lines.push(String::new());
        lines.extend(comes_of(verdict, screen));
        for also in verdict.also.iter().take(MAX_TOLD - 1) {
            lines.push(String::new());
            lines.push("And:".to_owned());
            lines.extend(comes_of(also, screen));
        }
        let more = verdict.also.len().saturating_sub(MAX_TOLD - 1);
        if more > 0 {
            lines.extend([String::new(), format!("And {more} more; --format json tells of each.")]);
        }
    }
    if !explained.trace.is_empty() {
        lines.push(String::new());
        lines.push("Rules, in order:".to_owned());
        lines.extend(rules(&explained.trace, all));
    }
    lines.join("\n") + "\n"
}

fn about(message: &MessageView, screen: &Screen) -> Vec<String> {
    let mut rows = vec![("Source", message.source.clone())];
    rows.extend(
        message
            .kind
            .filter(|_| !message.is_hook)
            .map(|kind| ("Kind", kind_words(kind, message))),
    );
    let people = [("From", &message.from), ("To", &message.to), ("Cc", &message.cc)];
    rows.extend(
        people
            .into_iter()
            .filter(|(_, people)| !people.is_empty())
            .map(|(name, people)| (name, people.join(", "))),
    );
    rows.extend((!message.subject.is_empty()).then(|| (if message.is_hook { "Event" } else { "Subject" }, message.subject.clone())));
    rows.extend(
        message
            .date
            .map(|date| ("Written", format!("{} ({})", screen.at(date), screen.zone_name))),
    );
    rows.extend(message.attachments.iter().map(|attached| {
        let name = attached.name.clone().unwrap_or_default();
        let text = format!("{name} {}, {} KiB", attached.media_type, attached.size.div_ceil(1_024));
        ("Attached", text.trim().to_owned())
    }));
    rows.extend(message.oddities.iter().map(|oddity| ("Unusual", oddity.text.clone())));
    let mut lines: Vec<String> = rows.iter().flat_map(|(name, text)| row(name, text)).collect();
    let text: Vec<&str> = message.new_text.lines().filter(|line| !line.trim().is_empty()).collect();
    for (n, line) in text.iter().take(MAX_TEXT_LINES).enumerate() {
        let name = if n == 0 { "New text" } else { "" };
        lines.push(cut(&format!("  {name:<width$}{}", plain(line), width = INDENT - 2), COLUMNS));
    }
    if text.len() > MAX_TEXT_LINES {
        lines.push(format!("{:INDENT$}… {} more lines", "", text.len() - MAX_TEXT_LINES));
    }
    lines
}

fn kind_words(kind: &str, message: &MessageView) -> String {
    if let Some(bounce) = &message.bounce {
        let how = match bounce.permanent {
            Some(true) => "for good",
            Some(false) => "for now",
            None => "it does not say for how long",
        };
        let whom = if bounce.recipients.is_empty() {
            "it does not say whom".to_owned()
        } else {
            bounce.recipients.join(", ")
        };
        return format!("{kind}: not delivered {how}: {whom}");
    }
    if let Some(answer) = &message.calendar {
        return format!("{kind}: {answer}");
    }
    match &message.auto_reply {
        Some(answer) => {
            let until = answer.until.map_or_else(String::new, |until| format!(", until {until}"));
            format!("{kind}: {}{until}", answer.kind)
        }
        None => kind.to_owned(),
    }
}

fn comes_of(verdict: &VerdictView, screen: &Screen) -> Vec<String> {
    let target = &verdict.target;
    let queue = target.queue.as_deref().unwrap_or_default();
    let item = target.item.as_deref().unwrap_or("the open item with its key");
    let what = match target.way {
        "new" => format!("It would be a new item in `{queue}`."),
        "closes" => format!("It would close {item}."),
        "dropped" => "It would be let go.".to_owned(),
        _ => format!("It would join {item} in `{queue}`."),
    };
    let mut lines = vec![what];
    if let Some(rule) = &verdict.rule {
        let place = verdict
            .place
            .as_ref()
            .map_or_else(|| " (built in)".to_owned(), |place| format!(" at {place}"));
        lines.extend(row("Rule", &format!("{rule}{place}")));
    }
    lines.extend(row("Why", &target.why));
    let optional = [
        ("Title", target.title.clone()),
        ("Priority", target.priority.clone()),
        ("Labels", (!target.labels.is_empty()).then(|| target.labels.join(", "))),
        ("Key", target.key.clone()),
    ];
    lines.extend(
        optional
            .into_iter()
            .flat_map(|(name, text)| text.map(|text| row(name, &text)).unwrap_or_default()),
    );
    for (name, value) in &verdict.fields {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        lines.extend(row("Field", &format!("{name} = {value}")));
    }
    if let Some(quiet) = &target.quiet {
        lines.extend(row("Told", &told_later(quiet, screen)));
    }
    let later = target.quiet.as_ref().and_then(|quiet| quiet.then_offered_to.as_ref());
    let holder = match (&verdict.holder, &target.offered_to) {
        (None, None) if later.is_some() => later.map(|to| format!("nobody until then; {to} would be asked to accept it")),
        (Some(holder), Some(to)) if holder == to => Some(format!("{holder}, who would be asked to accept it")),
        (Some(holder), Some(to)) => Some(format!("{holder}; {to} would be asked to accept it")),
        (Some(holder), None) => Some(holder.clone()),
        (None, Some(to)) => Some(format!("nobody yet; {to} would be asked to accept it")),
        (None, None) => target.accountable.as_ref().map(|_| "nobody can be found".to_owned()),
    };
    lines.extend(holder.iter().flat_map(|holder| row("Holder", holder)));
    lines.extend(target.accountable.iter().flat_map(|owner| row("Accountable", owner)));
    lines.extend(verdict.expects.iter().flat_map(|expected| row("Expects", expected)));
    lines.extend(verdict.rounds.iter().flat_map(|round| row("Round", round)));
    for deadline in &verdict.deadlines {
        lines.extend(why::sum(deadline, screen).iter().flat_map(|line| fitted(line)));
    }
    lines
}

/// Why nobody would be told of it for now, and until when.
fn told_later(quiet: &QuietView, screen: &Screen) -> String {
    let zone = TimeZone::get(&quiet.time_zone).unwrap_or(TimeZone::UTC);
    let until = format!("{} ({})", instant_in(quiet.until, &zone, screen.now), quiet.time_zone);
    match (&quiet.mute, &quiet.by, &quiet.why) {
        (Some(mute), Some(by), Some(why)) => {
            // What a rule mutes alone is named after its item, which is not there yet.
            let name = if by.starts_with("rule ") {
                String::new()
            } else {
                format!("`{mute}`, ")
            };
            format!("nobody until {until}: it would be muted by {name}{by}. {why}")
        }
        _ => format!("nobody until {until}, or once enough has come: it would be collected with more of the same"),
    }
}

/// A line of a sum, indented; what is too long goes on below it, further in.
fn fitted(line: &str) -> Vec<String> {
    let own = line.len() - line.trim_start().len() + 2;
    if own + line.trim_start().chars().count() <= COLUMNS {
        return vec![format!("  {line}")];
    }
    let mut lines = wrapped(line, own + 2, COLUMNS);
    if let Some(first) = lines.first_mut() {
        *first = format!("{:own$}{}", "", first.trim_start());
    }
    lines
}

/// The rules that matched or failed, and of the others the nearest.
fn rules(trace: &[TraceView], all: bool) -> Vec<String> {
    let decisive = |view: &TraceView| view.matched || view.broke;
    let last = trace.len().saturating_sub(1);
    let near = trace.iter().rposition(decisive).unwrap_or(last);
    let shown = |n: usize, view: &TraceView| all || trace.len() <= FEW || decisive(view) || n == last || (n < near && n + NEAREST >= near);
    let mut lines = Vec::new();
    let mut folded = 0;
    for (n, view) in trace.iter().enumerate() {
        if shown(n, view) {
            lines.extend(left_out(std::mem::take(&mut folded)));
            lines.extend(rule(view, all));
        } else {
            folded += 1;
        }
    }
    lines.extend(left_out(folded));
    lines
}

fn left_out(folded: usize) -> Option<String> {
    match folded {
        0 => None,
        1 => Some("  …    1 rule that does not match; --all shows it".to_owned()),
        many => Some(format!("  …    {many} rules that do not match; --all shows them")),
    }
}

/// One rule; of one that matched each condition with what was seen, of the others the one that failed.
fn rule(view: &TraceView, all: bool) -> Vec<String> {
    let word = match (view.matched, view.broke) {
        (_, true) => "FAIL",
        (true, false) => "yes",
        (false, false) => "no",
    };
    let place = view.place.as_deref().map_or_else(String::new, |place| format!(" at {place}"));
    let mut lines = vec![cut(&format!("  {word:<4} {}{place}", plain(&view.rule)), COLUMNS)];
    if (all || view.matched) && !view.broke && !view.conditions.is_empty() {
        lines.extend(view.conditions.iter().flat_map(condition));
        return lines;
    }
    if let Some(failed) = &view.failed {
        let own = view.place.as_deref() == Some(failed.place.as_str());
        let at = if own { String::new() } else { format!(" ({})", failed.place) };
        lines.extend(wrapped(&format!("{}{at}", plain(&failed.why)), 7, COLUMNS));
    }
    lines
}

/// One condition, in the depth it is written.
fn condition(view: &ConditionView) -> Vec<String> {
    let word = match view.held {
        Some(true) => "yes",
        Some(false) => "no",
        None => "?",
    };
    let indent = 7 + 2 * view.depth.min(MAX_DEPTH);
    let seen = if view.seen.is_empty() {
        String::new()
    } else {
        format!("; {}", plain(&view.seen))
    };
    let mut lines = wrapped(&format!("{}{seen}", plain(&view.wanted)), indent + 5, COLUMNS);
    if let Some(first) = lines.first_mut() {
        *first = format!("{:indent$}{word:<4} {}", "", first.trim_start());
    }
    lines
}

/// A name and what it is, the rest of it below.
fn row(name: &str, text: &str) -> Vec<String> {
    let mut lines = wrapped(&plain(text), INDENT, COLUMNS);
    if let Some(first) = lines.first_mut() {
        *first = format!("  {name:<width$}{}", first.trim_start(), width = INDENT - 2);
    }
    lines
}
