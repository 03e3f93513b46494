//! Handing work on: what is to do next, what to watch for, who gave it to whom and what came of it. May import only its peers in model.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fact, ItemId, LastWord, Party, PersonKey, RotationName};

/// How an item came to be handed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Whoever had it passed it on.
    Pass,
    /// A shift of this rotation ended.
    Shift(RotationName),
    /// Whoever had it is away from now on.
    Away,
    /// Whoever was asked before did not take it.
    Decline,
    /// Whoever was asked before did not answer.
    Silence,
    /// A step of a ladder.
    Escalation,
    /// Whoever it was taken over from is there again and has taken it back.
    Back,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass => f.write_str("passed on"),
            Self::Shift(rotation) => write!(f, "shift change of {rotation}"),
            Self::Away => f.write_str("away"),
            Self::Decline => f.write_str("declined before"),
            Self::Silence => f.write_str("not answered before"),
            Self::Back => f.write_str("taken back"),
            Self::Escalation => f.write_str("escalation"),
        }
    }
}

/// What came of a handoff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Taken: responsibility passed.
    Accepted,
    /// Not taken.
    Declined,
    /// Not answered in time: it went back.
    Unanswered,
    /// Something else came first: it was offered to others, closed, parked or muted.
    Overtaken,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Unanswered => "unanswered",
            Self::Overtaken => "overtaken",
        })
    }
}

/// One handoff of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handoff {
    /// When it was offered.
    pub at: Timestamp,
    /// Who gave it, and answers for it until it is taken.
    pub giver: PersonKey,
    /// Who was asked.
    pub to: Party,
    /// How it came about.
    pub way: Way,
    /// What came of it; `None` while that is open.
    pub answer: Option<Answered>,
}

/// What came of a handoff, when, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// What.
    pub how: Answer,
    /// When.
    pub at: Timestamp,
    /// Who answered.
    pub by: Option<PersonKey>,
    /// What they said: the read-back of who took it, the reason of who did not.
    pub words: Option<String>,
}

/// What the notes on an item say to whoever has it next.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// Next steps: the `next: …` lines.
    pub next: Vec<LastWord>,
    /// Risks: the `watch: …` lines.
    pub watch: Vec<LastWord>,
}

impl Plan {
    /// The most lines of one kind that are kept; the oldest go first.
    pub const MAX_LINES: usize = 12;
    /// The most characters of a line.
    pub const MAX_LINE_CHARS: usize = 300;

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.next.is_empty() && self.watch.is_empty()
    }

    /// Takes in what a note of somebody says. Their lines of a kind stand in place of those they wrote before; `none` alone clears everybody's.
    pub fn take(&mut self, who: &str, at: Timestamp, next: &[String], watch: &[String]) {
        take(&mut self.next, who, at, next);
        take(&mut self.watch, who, at, watch);
    }
}

fn take(lines: &mut Vec<LastWord>, who: &str, at: Timestamp, said: &[String]) {
    if said.is_empty() {
        return;
    }
    if let [one] = said
        && one.trim_end_matches('.').eq_ignore_ascii_case("none")
    {
        lines.clear();
        return;
    }
    lines.retain(|line| line.who != who);
    lines.extend(said.iter().map(|text| LastWord {
        who: who.to_owned(),
        at,
        text: text.chars().take(Plan::MAX_LINE_CHARS).collect(),
        to_requester: false,
    }));
    let extra = lines.len().saturating_sub(Plan::MAX_LINES);
    lines.drain(..extra);
}

/// What a handoff notice says of one item, in the order hospitals use (I-PASS). Instants stay instants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// Its number in the notice, from 1; 0 where it is the only one.
    pub number: u32,
    /// The item.
    pub item: ItemId,
    /// Its title at that moment.
    pub title: String,
    /// How urgent: priority, each running deadline, why it is the reader's now.
    pub urgent: Vec<Fact>,
    /// What it is: who asked, what was promised.
    pub what: Vec<Fact>,
    /// The last words of each side: who, when, and their text. Untrusted text.
    pub said: Vec<Fact>,
    /// The next steps, with who wrote them and when. Untrusted text.
    pub next: Vec<Fact>,
    /// Risks. Untrusted text.
    pub watch: Vec<Fact>,
}
