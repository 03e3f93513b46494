//! `rounds`: questions to several people with a closing time. May import the rest of config. What silence means is always said.

use std::collections::BTreeMap;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::sections::Sections;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::calendar::{Calendars, has_hours, reference};
use super::desk::queue;
use super::escalation::duration;
use super::expect::{crontab, days};
use super::hours::time_zone;
use super::party::{ASSIGN, Allowed, Targets, party};
use crate::model::{CalendarName, Item, Party, Question, Round, RoundKind, RoundName, Silence, Span};
use crate::policy::{RoundDef, RoundStart, StartClock};

/// All of them, by name.
pub(crate) type Rounds = BTreeMap<RoundName, RoundDef>;

/// Who hears a result.
const READERS: Allowed = Allowed { address: true, ..ASSIGN };
/// `at`, where each is asked when their own day begins.
const START_OF_DAY: &str = "start of day";
/// `time_zone`, where each is asked by their own clock.
const PERSONAL: &str = "personal";
/// The longest time answers are taken, in days: reply keys are good for longer.
const MAX_CLOSE_DAYS: i64 = 60;
const DAY_SECONDS: i64 = 86_400;
/// Where nothing is said those who are silent are reminded so long before the end, or a quarter of the time, if that is less.
const REMIND_SECONDS: i64 = 4 * 3_600;
/// The most reminders.
const MAX_REMINDERS: usize = 5;
/// The most characters of a question, an option and a proposal.
const MAX_LINE_CHARS: usize = 300;
const MAX_TEXT_CHARS: usize = 4_000;
/// The most questions of a check-in.
const MAX_QUESTIONS: usize = 10;

const KEYS: [&str; 20] = [
    "kind",
    "title",
    "questions",
    "roadblocks",
    "proposal",
    "options",
    "needs",
    "silence",
    "escalate_to",
    "people",
    "tell",
    "at",
    "days",
    "time_zone",
    "close",
    "calendar",
    "remind",
    "close_early",
    "proven",
    "text",
];

/// The three kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    CheckIn,
    Decision,
    SignOff,
}

impl Kind {
    const ALL: [(&'static str, Self); 3] = [
        ("check-in", Self::CheckIn),
        ("decision", Self::Decision),
        ("sign-off", Self::SignOff),
    ];

    /// Keys that belong to other kinds.
    fn foreign(self) -> &'static [&'static str] {
        match self {
            Self::CheckIn => &["proposal", "options", "needs", "silence", "escalate_to"],
            Self::Decision => &["text", "questions", "roadblocks", "needs", "silence", "escalate_to"],
            Self::SignOff => &["text", "questions", "roadblocks", "options", "close_early"],
        }
    }
}

/// Reads all rounds.
pub(crate) fn rounds(cx: &mut Check<'_>, sections: &Sections<'_>, calendars: &Calendars, targets: &mut Targets) -> Rounds {
    let entries = sections.named("rounds").iter();
    let found = entries.filter_map(|entry| one(cx, entry, calendars, targets));
    found.map(|def| (def.name.clone(), def)).collect()
}

fn one(cx: &mut Check<'_>, entry: &Entry, calendars: &Calendars, targets: &mut Targets) -> Option<RoundDef> {
    let name = RoundName::from(entry.key.as_deref()?);
    let what = format!("round `{name}`");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &KEYS, &[])?;
    let kind_node = fields.require(cx, "kind", "check-in, decision or sign-off");
    let kind = kind_node.and_then(|node| cx.word(node, &Kind::ALL));
    let title = match fields.get("title") {
        Some(node) => line(cx, node, Item::MAX_TITLE_CHARS),
        None => Some(name.to_string()),
    };
    let people = fields.require(cx, "people", "who is asked: people, `team:NAME` or `rotation:NAME`");
    let people = people.and_then(|node| parties(cx, node, ASSIGN, targets));
    let tell = fields
        .get("tell")
        .map_or(Some(Vec::new()), |node| parties(cx, node, READERS, targets));
    let start = start(cx, &fields);
    let calendar = fields.get("calendar").map(|node| reference(cx, node));
    let close = fields.require(
        cx,
        "close",
        "how long answers are taken, such as `close: 4h` or `close: 2 working days`",
    );
    let close = close.and_then(|node| close_of(cx, node, &fields, calendar.as_ref(), calendars));
    let remind = close.and_then(|close| remind(cx, fields.get("remind"), close));
    let proven = fields.get("proven").map_or(Some(false), |node| cx.flag(node));
    let kind = kind?;
    for key in kind.foreign() {
        if let Some(entry) = fields.entry(key) {
            let word = Kind::ALL.iter().find(|(_, other)| *other == kind).map_or("", |(word, _)| word);
            cx.error(Code::NoEffect, entry.spot, format!("`{key}` has no effect in a {word}"))
                .hint("remove it");
        }
    }
    let early = fields.get("close_early").map_or(Some(kind == Kind::CheckIn), |node| cx.flag(node));
    let (text, kind) = match kind {
        Kind::CheckIn => check_in(cx, &fields),
        Kind::Decision => decision(cx, &fields),
        Kind::SignOff => sign_off(cx, &fields, people.as_deref()),
    }?;
    Some(RoundDef {
        question: Question {
            title: title?,
            text,
            kind,
            close: close?,
            remind: remind?,
            close_early: early?,
            proven: proven?,
        },
        people: people?,
        tell: tell?,
        start: start?,
        calendar: match calendar {
            Some(name) => Some(name?),
            None => None,
        },
        place: cx.place(entry.spot),
        name,
    })
}

fn line(cx: &mut Check<'_>, node: &Node, max: usize) -> Option<String> {
    // A number that stands as an option is text.
    let text = match &node.value {
        Value::Number(_, text) => text.as_str(),
        _ => cx.full_text(node)?,
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > max {
        cx.error(Code::BadNumber, node.spot, format!("this is longer than {max} characters"))
            .hint("shorten it");
        return None;
    }
    Some(text)
}

fn parties(cx: &mut Check<'_>, node: &Node, allowed: Allowed, targets: &mut Targets) -> Option<Vec<Party>> {
    let nodes = cx.one_or_many(node, Code::RoundOfNobody, "people");
    let found: Vec<Option<Party>> = nodes.iter().map(|node| party(cx, node, allowed, targets)).collect();
    let found = found.into_iter().collect::<Option<Vec<_>>>()?;
    if found.len() > Round::MAX_PEOPLE {
        let text = format!("a round asks at most {} people", Round::MAX_PEOPLE);
        cx.error(Code::BadNumber, node.spot, text).hint("make two rounds of it");
        return None;
    }
    (!found.is_empty()).then_some(found)
}

/// When it begins by itself. The outer `None` says that something is wrong.
fn start(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<Option<RoundStart>> {
    let days = fields.entry("days").map(|entry| (entry.spot, days(cx, &entry.value)));
    let Some(at) = fields.get("at") else {
        for key in ["days", "time_zone"] {
            if let Some(entry) = fields.entry(key) {
                cx.error(Code::NoEffect, entry.spot, format!("`{key}` has no effect without `at`"))
                    .hint("say when it begins, `at: start of day`; or remove it, if a rule or somebody starts it");
            }
        }
        return (!fields.reported("at")).then_some(None);
    };
    let zone = fields.get("time_zone");
    let personal = matches!(zone.map(|node| &node.value), Some(Value::Text(text)) if text.trim() == PERSONAL);
    let morning = matches!(&at.value, Value::Text(text) if text.trim() == START_OF_DAY);
    if morning {
        if let Some(node) = zone.filter(|_| !personal) {
            cx.error(Code::NoEffect, node.spot, "`time_zone` has no effect beside `at: start of day`")
                .hint("everybody's own day begins in their own zone; write `time_zone: personal`, or remove it");
            return None;
        }
        let midnight = Node {
            spot: at.spot,
            value: Value::Text("00:00".to_owned()),
        };
        let (crontab, written) = crontab(cx, &midnight, days.as_ref(), STARTS)?;
        return Some(Some(RoundStart {
            crontab,
            clock: StartClock::Personal,
            written: format!("{START_OF_DAY} {written}"),
        }));
    }
    let found = crontab(cx, at, days.as_ref(), STARTS);
    let Some(zone) = zone else {
        if !fields.reported("time_zone") {
            cx.error(Code::MissingKey, fields.head, "this round has `at` and no `time_zone`")
                .hint("say by which clock: `time_zone: Europe/Berlin` for all at once, `time_zone: personal` for each by their own");
        }
        return None;
    };
    let (clock, name) = if personal {
        (StartClock::Personal, PERSONAL.to_owned())
    } else {
        let (zone, name) = time_zone(cx, zone)?;
        (StartClock::Zone(zone), name)
    };
    let (crontab, written) = found?;
    Some(Some(RoundStart {
        crontab,
        clock,
        written: format!("{written} {name}"),
    }))
}

/// What is said of a time at which no round can begin.
const STARTS: (Code, &str, &str) = (
    Code::BadStart,
    "a time at which a round begins",
    "write `start of day`, a time of day such as \"09:00\", or a crontab line of five fields",
);

/// How long answers are taken.
fn close_of(
    cx: &mut Check<'_>,
    node: &Node,
    fields: &Fields<'_>,
    calendar: Option<&Option<CalendarName>>,
    calendars: &Calendars,
) -> Option<Span> {
    let span = duration(cx, node)?;
    let longest = match span {
        Span::Elapsed(seconds) => seconds / DAY_SECONDS,
        Span::Working(seconds) => seconds / (8 * 3_600),
        Span::WorkingDays(days) => i64::from(days),
    };
    if longest > MAX_CLOSE_DAYS || matches!(span, Span::Elapsed(seconds) | Span::Working(seconds) if seconds < 60) {
        cx.error(Code::BadDuration, node.spot, format!("nobody takes answers for {span}"))
            .hint(format!("write a minute at least and {MAX_CLOSE_DAYS} days at most"));
        return None;
    }
    if !span.is_working() {
        if let Some(entry) = fields.entry("calendar") {
            cx.error(Code::NoEffect, entry.spot, "`calendar` has no effect beside elapsed time")
                .hint("write `close: 4 working hours`, or remove it");
        }
        return Some(span);
    }
    match calendar {
        None => {
            cx.error(
                Code::MissingKey,
                node.spot,
                "working time is counted in a calendar, and this round names none",
            )
            .hint("add `calendar: NAME`, or write elapsed time such as `4h`");
            None
        }
        Some(None) => None,
        Some(Some(name)) if calendars.get(name).is_some_and(|calendar| !has_hours(calendar)) => {
            let text = format!("this round counts working time, and its calendar `{name}` has no hours");
            cx.error(Code::NoHours, node.spot, text)
                .hint("give the calendar `hours`, or write elapsed time such as `4h`");
            None
        }
        Some(Some(_)) => Some(span),
    }
}

/// `remind: 2h`, a list, or `remind: never`.
fn remind(cx: &mut Check<'_>, node: Option<&Node>, close: Span) -> Option<Vec<Span>> {
    let Some(node) = node else {
        let quarter = match close {
            Span::Elapsed(seconds) | Span::Working(seconds) => seconds / 4,
            Span::WorkingDays(_) => REMIND_SECONDS,
        };
        return Some(vec![Span::Elapsed(quarter.clamp(1, REMIND_SECONDS))]);
    };
    if matches!(&node.value, Value::Text(text) if text.trim() == "never") {
        return Some(Vec::new());
    }
    let nodes = cx.one_or_many(node, Code::EmptyText, "reminders");
    let mut found = Vec::new();
    for node in nodes.iter().take(MAX_REMINDERS) {
        let span = duration(cx, node)?;
        let too_long = matches!((span, close), (Span::Elapsed(before), Span::Elapsed(close)) if before >= close);
        if span.is_working() || too_long {
            let text = format!("{span} before the end is no time for a reminder");
            cx.error(Code::BadDuration, node.spot, text)
                .hint("write elapsed time shorter than `close`, such as `2h`, or `never`; reminders keep to working hours by themselves");
            return None;
        }
        found.push(span);
    }
    Some(found)
}

fn check_in(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<(String, RoundKind)> {
    let nodes = fields.require(cx, "questions", "what is asked, such as `questions: [What is next?]`")?;
    let nodes = cx.one_or_many(nodes, Code::EmptyText, "questions");
    let questions: Vec<Option<String>> = nodes
        .iter()
        .take(MAX_QUESTIONS)
        .map(|node| line(cx, node, MAX_LINE_CHARS))
        .collect();
    let roadblocks = fields.get("roadblocks").map(|node| queue(cx, node));
    let text = fields.get("text").map(|node| text_of(cx, node));
    Some((
        text.map_or(Some(String::new()), |text| text)?,
        RoundKind::CheckIn {
            questions: questions.into_iter().collect::<Option<Vec<_>>>()?,
            roadblocks: match roadblocks {
                Some(queue) => Some(queue?),
                None => None,
            },
        },
    ))
}

fn text_of(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    if text.chars().count() > MAX_TEXT_CHARS {
        cx.error(
            Code::BadNumber,
            node.spot,
            format!("this is longer than {MAX_TEXT_CHARS} characters"),
        )
        .hint("shorten it, and say where the rest can be read");
        return None;
    }
    Some(text.to_owned())
}

fn proposal(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<String> {
    let node = fields.require(cx, "proposal", "what is proposed, as people read it")?;
    text_of(cx, node)
}

fn decision(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<(String, RoundKind)> {
    let text = proposal(cx, fields);
    let node = fields.require(cx, "options", "what can be chosen, such as `options: [yes, no, later]`")?;
    let nodes = cx.one_or_many(node, Code::BadOptions, "options");
    let mut options: Vec<String> = Vec::new();
    for node in nodes {
        let option = line(cx, node, MAX_LINE_CHARS)?;
        let number = option.chars().all(|c| c.is_ascii_digit());
        if number || options.iter().any(|other| other.to_lowercase() == option.to_lowercase()) {
            let why = if number {
                "is a number, and so are the answers"
            } else {
                "stands twice"
            };
            cx.error(Code::BadOptions, node.spot, format!("the option `{}` {why}", shown(&option)))
                .hint("give each option words of its own");
            return None;
        }
        options.push(option);
    }
    if !(2..=Round::MAX_OPTIONS).contains(&options.len()) {
        if !nodes.is_empty() {
            let text = format!("a decision has 2 to {} options", Round::MAX_OPTIONS);
            cx.error(Code::BadOptions, node.spot, text)
                .hint("write at least two, such as `[yes, no]`");
        }
        return None;
    }
    Some((text?, RoundKind::Decision { options }))
}

fn sign_off(cx: &mut Check<'_>, fields: &Fields<'_>, people: Option<&[Party]>) -> Option<(String, RoundKind)> {
    let text = proposal(cx, fields);
    let most = u32::try_from(Round::MAX_PEOPLE).unwrap_or(u32::MAX);
    let needs_node = fields.require(cx, "needs", "how many must approve, such as `needs: 2`");
    let needs = needs_node.and_then(|node| cx.number(node, 1, most));
    let silence_node = fields.require(
        cx,
        "silence",
        "what it means that somebody says nothing: escalate, approve or reject",
    );
    let silence = silence_node.and_then(|node| cx.word(node, &Silence::ALL.map(|silence| (silence.as_str(), silence))));
    let escalate_to = fields.entry("escalate_to").map(|entry| (entry.spot, queue(cx, &entry.value)));
    match (silence, &escalate_to) {
        (Some(Silence::Escalate), None) if !fields.reported("escalate_to") => {
            let spot: Spot = silence_node.map_or(fields.head, |node| node.spot);
            cx.error(Code::MissingKey, spot, "silence escalates, and nobody hears of it")
                .hint("add `escalate_to: QUEUE`, where an item is opened");
        }
        (Some(Silence::Approve | Silence::Reject), Some((spot, _))) => {
            cx.error(Code::NoEffect, *spot, "`escalate_to` has no effect beside this `silence`")
                .hint("write `silence: escalate`, or remove it");
        }
        _ => {}
    }
    let named = people.filter(|people| people.iter().all(|party| matches!(party, Party::Person(_))));
    let (needs, silence) = (needs?, silence?);
    if let (Some(people), Some(node)) = (named, needs_node)
        && people.len() < usize::try_from(needs).unwrap_or(usize::MAX)
    {
        let text = format!("{needs} must approve, and {} are asked", people.len());
        cx.error(Code::BadNeeds, node.spot, text)
            .hint("ask more people, or ask for fewer approvals");
        return None;
    }
    Some((
        text?,
        RoundKind::SignOff {
            needs,
            silence,
            escalate_to: match escalate_to {
                Some((_, queue)) => Some(queue?),
                None => None,
            },
        },
    ))
}
