//! A round as people and programs see it, and its history. May import model, engine, policy.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::{Cause, Record, RoundEvent, Step};
use crate::model::{Asked, Choice, ItemId, PersonKey, Reader, Round, RoundAnswer, RoundKind, RoundName, RoundState};
use crate::policy::Policy;

/// One round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundView {
    /// `ROUND-12`.
    pub id: ItemId,
    /// Its name in the configuration.
    pub name: RoundName,
    /// `check-in`, `decision` or `sign-off`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// `planned`, `open` or `closed`.
    pub state: String,
    /// When it begins, or began.
    pub starts: Timestamp,
    /// When it closes.
    pub closes: Option<Timestamp>,
    /// When it was over.
    pub closed: Option<Timestamp>,
    /// How it came to be.
    pub by: String,
    /// What it is about this time. Untrusted text.
    pub about: String,
    /// The proposal, or what stands before the questions.
    pub text: String,
    /// The questions of a check-in, the options of a decision.
    pub asks: Vec<String>,
    /// What came of it, as a word and as a sentence.
    pub outcome: Option<String>,
    /// See `outcome`.
    pub result: Option<String>,
    /// Who is asked.
    pub people: Vec<AskedView>,
    /// Who hears the result.
    pub tell: Vec<String>,
    /// Items that came of it.
    pub items: Vec<ItemId>,
}

/// One of those who are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedView {
    /// Who.
    pub person: PersonKey,
    /// Their name.
    pub name: String,
    /// `not asked yet`, `asked`, `answered`, `silent`, `away`, `not at work`, `not asked`.
    pub state: String,
    /// When they are asked, or were.
    pub at: Timestamp,
    /// What they said, oldest first.
    pub answers: Vec<SaidView>,
    /// Why a mail to them came back.
    pub undelivered: Option<String>,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidView {
    /// When.
    pub at: Timestamp,
    /// What it counts as: `said`, the option, `approve`, `reject`.
    pub choice: String,
    /// The words with it. Untrusted text.
    pub words: String,
    /// Whether it came too late to count.
    pub late: bool,
}

impl RoundView {
    /// The view of a round.
    #[must_use]
    pub fn of(round: &Round, policy: &Policy) -> Self {
        let kind = &round.question.kind;
        let asks = match kind {
            RoundKind::CheckIn { questions, .. } => questions.clone(),
            RoundKind::Decision { options } => options.clone(),
            RoundKind::SignOff { needs, silence, .. } => vec![format!("{needs} must approve; silence: {}", silence.as_str())],
        };
        let name = |person: &PersonKey| policy.people.get(person).map_or_else(|| person.to_string(), |p| p.name.clone());
        Self {
            id: round.id.clone(),
            name: round.name.clone(),
            kind: kind.as_str().to_owned(),
            title: round.question.title.clone(),
            state: round.state.as_str().to_owned(),
            starts: round.starts,
            closes: round.closes,
            closed: round.result.as_ref().map(|result| result.at),
            by: round.by.to_string(),
            about: round.about.clone(),
            text: round.question.text.clone(),
            asks,
            outcome: round.result.as_ref().map(|result| result.outcome.as_str().to_owned()),
            result: round.result.as_ref().map(|result| result.text.clone()),
            people: round
                .people
                .iter()
                .map(|asked| AskedView::of(asked, kind, name(&asked.person)))
                .collect(),
            tell: round.tell.iter().map(Reader::to_string).collect(),
            items: round.items.clone(),
        }
    }

    /// How many have answered, of those who are asked.
    #[must_use]
    pub fn answered(&self) -> (usize, usize) {
        let answered = self.people.iter().filter(|asked| !asked.answers.is_empty()).count();
        (answered, self.people.len())
    }

    /// Whether it has not begun.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        self.state == RoundState::Planned.as_str()
    }
}

impl AskedView {
    fn of(asked: &Asked, kind: &RoundKind, name: String) -> Self {
        let said = |answer: &RoundAnswer| SaidView {
            at: answer.at,
            choice: choice(&answer.choice, kind),
            words: answer.words.clone(),
            late: answer.late,
        };
        Self {
            person: asked.person.clone(),
            name,
            state: asked.state.as_str().to_owned(),
            at: asked.at,
            answers: asked.answers.iter().map(said).collect(),
            undelivered: asked.undelivered.clone(),
        }
    }
}

fn choice(choice: &Choice, kind: &RoundKind) -> String {
    match (choice, kind) {
        (Choice::Said, _) => "said".to_owned(),
        (Choice::Approve, _) => "approve".to_owned(),
        (Choice::Reject, _) => "reject".to_owned(),
        (Choice::Option(number), RoundKind::Decision { options }) => {
            let at = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
            options
                .get(at)
                .map_or_else(|| number.to_string(), |option| format!("{number}. {option}"))
        }
        (Choice::Option(number), _) => number.to_string(),
    }
}

/// One line of a round's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundEntry {
    /// The journal record it stands in.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The event's word.
    pub event: String,
    /// A sentence.
    pub text: String,
    /// An instant that belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// What somebody wrote. Untrusted text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// The history of `id` from the records that touched it, oldest first.
#[must_use]
pub fn round_history(id: &ItemId, records: &[Record]) -> Vec<RoundEntry> {
    let mut entries = Vec::new();
    for record in records {
        let events = record.steps.iter().filter_map(|step| match step {
            Step::Round(round, events) if round == id => Some(events),
            _ => None,
        });
        let by_timer = record.cause == Cause::Timer;
        entries.extend(events.flatten().map(|event| entry(record, event, by_timer)));
    }
    entries
}

fn entry(record: &Record, event: &RoundEvent, by_timer: bool) -> RoundEntry {
    let (word, text, due, words) = said(event, by_timer);
    RoundEntry {
        seq: record.seq,
        at: record.at,
        event: word.to_owned(),
        text,
        due,
        words,
    }
}

type Line = (&'static str, String, Option<Timestamp>, Option<String>);

fn said(event: &RoundEvent, by_timer: bool) -> Line {
    let line = |word, text: String| (word, text, None, None);
    match event {
        RoundEvent::Planned { round } => ("planned", "planned for".to_owned(), Some(round.starts), None),
        RoundEvent::Replanned { starts, .. } => (
            "replanned",
            "its times were written anew; planned for".to_owned(),
            Some(*starts),
            None,
        ),
        RoundEvent::Withdrawn => line("withdrawn", "is planned no more".to_owned()),
        RoundEvent::Begun { round, late_seconds } => {
            let late = match *late_seconds {
                late if late > 60 => format!(" {} late, as batond was not running", length(late)),
                _ => String::new(),
            };
            ("begun", format!("begins{late} ({}); closes", round.by), round.closes, None)
        }
        RoundEvent::Asked { person, .. } => line("asked", format!("asks {person}")),
        RoundEvent::Postponed { person, until } => ("postponed", format!("{person} is away, and is asked"), Some(*until), None),
        RoundEvent::Settled { person, state } => line("settled", format!("{person}: {}", state.as_str())),
        RoundEvent::Reminded { person, .. } => line("reminded", format!("reminds {person}")),
        RoundEvent::Heard { message } => {
            let from = message
                .from
                .as_ref()
                .map_or_else(|| message.source.to_string(), ToString::to_string);
            (
                "heard",
                format!("a message from {from}"),
                None,
                Some(message.text.clone()).filter(|text| !text.is_empty()),
            )
        }
        RoundEvent::Answered { person, answer } => {
            let what = match &answer.choice {
                Choice::Said => "answers".to_owned(),
                Choice::Option(number) => format!("chooses {number}"),
                Choice::Approve => "approves".to_owned(),
                Choice::Reject => "rejects".to_owned(),
            };
            let late = if answer.late { ", too late to count" } else { "" };
            line("answered", format!("{person} {what}{late}"))
        }
        RoundEvent::Refused { who, why } => line("refused", format!("not taken from {who}: {why}")),
        RoundEvent::Undelivered { to, error } => line("undelivered", format!("a mail to {to} could not be delivered: {error}")),
        RoundEvent::ItemOpened { item } => line("item_opened", format!("{item} was opened for it")),
        RoundEvent::Closed { result } => {
            let late = if result.late_seconds > 0 {
                format!(", {} late", length(result.late_seconds))
            } else {
                String::new()
            };
            let how = if by_timer { "its time is over" } else { "all was said" };
            line("closed", format!("is over{late}, as {how}: {}", result.text))
        }
        RoundEvent::Told { to, reason, .. } => line("told", format!("tells {to}: {reason}")),
    }
}

/// `3 h`, `20 min`.
fn length(seconds: i64) -> String {
    match seconds {
        s if s >= 3_600 => format!("{} h", s / 3_600),
        s if s >= 60 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
