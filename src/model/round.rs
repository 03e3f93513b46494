//! A question put to several people with a closing time: check-in, decision, sign-off. May import only its peers in model. Self-contained: what was asked stays as it was asked.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{ItemId, PersonKey, Place, QueueName, Reader, Revision, RoundName, RuleName, Span};

/// One round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// `ROUND-12`.
    pub id: ItemId,
    /// Which entry of `rounds` it is of.
    pub name: RoundName,
    /// What it asks, as it stood when it began; of a planned one, as it stood when it was planned.
    pub question: Question,
    /// Where it stands.
    pub state: RoundState,
    /// When it began, or will begin.
    pub starts: Timestamp,
    /// The local time it is planned for, where each is asked by their own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<DateTime>,
    /// When its answers are counted: armed while it is open; `None` while it is planned.
    pub closes: Option<Timestamp>,
    /// Who is asked, in order.
    pub people: Vec<Asked>,
    /// Who hears the result.
    pub tell: Vec<Reader>,
    /// How it came to be.
    pub by: StartedBy,
    /// What it is about this time, in the words of whoever started it. Untrusted text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The item it began for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// Items that came of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemId>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<RoundResult>,
    /// How many notices of it were made: numbers their Message-IDs.
    #[serde(default)]
    pub notices: u32,
    /// Who had one.
    #[serde(default)]
    pub told: Vec<Reader>,
    /// How the times are written by which it is planned: changes when they do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub written: String,
    /// Where it is written.
    pub place: Place,
    /// The policy revision it began under.
    pub policy: Revision,
}

/// What a round asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its title: stands in subjects.
    pub title: String,
    /// The proposal of a decision or sign-off; of a check-in what stands before its questions, if anything does.
    pub text: String,
    /// What follows by its kind.
    pub kind: RoundKind,
    /// How long answers are taken once the last was asked.
    pub close: Span,
    /// How long before the end those who are silent are reminded; empty for never.
    pub remind: Vec<Span>,
    /// Whether it ends once everybody has answered.
    pub close_early: bool,
    /// Whether an answer counts only if a trusted receiver proves who wrote it.
    pub proven: bool,
}

/// What a round is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoundKind {
    /// How people stand; what they say is gathered.
    CheckIn {
        /// What is asked.
        questions: Vec<String>,
        /// Where roadblocks become items.
        roadblocks: Option<QueueName>,
    },
    /// Which of several options.
    Decision {
        /// The options: the first is number 1.
        options: Vec<String>,
    },
    /// Whether something may go ahead.
    SignOff {
        /// So many must approve.
        needs: u32,
        /// What silence means.
        silence: Silence,
        /// Where an item is opened when silence leaves it open.
        escalate_to: Option<QueueName>,
    },
}

impl RoundKind {
    /// The word used in configuration and mail.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::CheckIn { .. } => "check-in",
            Self::Decision { .. } => "decision",
            Self::SignOff { .. } => "sign-off",
        }
    }
}

/// What it means that somebody who was asked says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Silence {
    /// Nothing: somebody must look into it.
    Escalate,
    /// They agree.
    Approve,
    /// They do not agree.
    Reject,
}

impl Silence {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Escalate, Self::Approve, Self::Reject];

    /// The word used in configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Escalate => "escalate",
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoundState {
    /// It begins by itself.
    Planned,
    /// Answers are taken.
    Open,
    /// It is over, and has a result.
    Closed,
    /// It was planned, and is configured no more.
    Withdrawn,
}

impl RoundState {
    /// The word used everywhere.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether something is armed.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Planned | Self::Open)
    }
}

impl fmt::Display for RoundState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a round came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartedBy {
    /// Its time came.
    Schedule,
    /// A rule says so, for a message.
    Rule(RuleName),
    /// Somebody wrote so to the desk.
    Mail(PersonKey),
    /// Somebody said so at the command line.
    Local(PersonKey),
}

impl fmt::Display for StartedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schedule => f.write_str("its time came"),
            Self::Rule(rule) => write!(f, "rule {rule}"),
            Self::Mail(person) => write!(f, "{person}, by mail"),
            Self::Local(person) => write!(f, "{person}, at the command line"),
        }
    }
}

/// One of those who are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who.
    pub person: PersonKey,
    /// Where they stand.
    pub state: AskedState,
    /// When they will be asked: armed while they wait for it. Then when they were.
    pub at: Timestamp,
    /// When they are reminded: armed while they are silent. The first comes first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Timestamp>,
    /// What they said, oldest first; the last of them counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<RoundAnswer>,
    /// How many receipts they got: after some there are no more, so that a robot finds no end without one.
    #[serde(default)]
    pub receipts: u32,
    /// Why a mail to them came back, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undelivered: Option<String>,
}

/// Where somebody who is asked stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskedState {
    /// Will be asked at a time of their own.
    Due,
    /// Was asked, and has not answered.
    Asked,
    /// Has answered.
    Answered,
    /// Was asked, and said nothing until the end.
    Silent,
    /// Is away, and was not asked.
    Away,
    /// Does not work before it closes, and was not asked.
    Off,
    /// Was not asked, for batond did not run then.
    Missed,
}

impl AskedState {
    /// The word used everywhere.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "not asked yet",
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Silent => "silent",
            Self::Away => "away",
            Self::Off => "not at work",
            Self::Missed => "not asked",
        }
    }

    /// Whether nothing more is to come of them.
    #[must_use]
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Due | Self::Asked)
    }
}

/// What somebody said in a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundAnswer {
    /// When it was received.
    pub at: Timestamp,
    /// What it counts as.
    pub choice: Choice,
    /// The words with it. Untrusted text.
    pub words: String,
    /// Whether it came after the end, and changes nothing.
    #[serde(default)]
    pub late: bool,
}

/// What an answer counts as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Words, to a check-in.
    Said,
    /// An option: the first is 1.
    Option(u32),
    /// It may go ahead.
    Approve,
    /// It may not.
    Reject,
}

/// What came of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundResult {
    /// When it ended.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// That as a sentence.
    pub text: String,
    /// How much later than promised that was, in seconds.
    pub late_seconds: i64,
}

/// The outcome of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A check-in: what was said is gathered.
    Gathered,
    /// A check-in that nobody could be asked in.
    Nobody,
    /// A decision: this option.
    Option(u32),
    /// A decision: several options are even.
    Tied,
    /// A decision: nobody chose.
    Undecided,
    /// A sign-off: enough approve.
    Approved,
    /// A sign-off: refused.
    Rejected,
    /// A sign-off: not enough said so, and silence means nothing.
    Open,
}

impl Outcome {
    /// The word programs know it by.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Gathered => "gathered",
            Self::Nobody => "nobody asked",
            Self::Option(_) => "decided",
            Self::Tied => "tied",
            Self::Undecided => "undecided",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Open => "not reached",
        }
    }
}

impl Round {
    /// The prefix of the ids of rounds. No queue may have it.
    pub const PREFIX: &'static str = "ROUND";
    /// The most people one round asks.
    pub const MAX_PEOPLE: usize = 60;
    /// The most answers kept of one person; the newest.
    pub const MAX_ANSWERS: usize = 20;
    /// The most characters kept of the words of one answer.
    pub const MAX_WORDS_CHARS: usize = 4_000;
    /// The most options of a decision.
    pub const MAX_OPTIONS: usize = 20;
    /// The most items one round opens.
    pub const MAX_ITEMS: usize = 100;

    /// Whether an id is one of a round.
    #[must_use]
    pub fn is_id(id: &ItemId) -> bool {
        &*id.prefix == Self::PREFIX
    }

    /// The id with that number.
    #[must_use]
    pub fn id(number: u64) -> ItemId {
        ItemId::new(Self::PREFIX, number)
    }

    /// The next instant at which it must be looked at; `None` once it is over.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        match self.state {
            RoundState::Planned => Some(self.starts),
            RoundState::Open => {
                let of_people = self.people.iter().filter_map(Asked::next_due);
                of_people.chain(self.closes).min()
            }
            RoundState::Closed | RoundState::Withdrawn => None,
        }
    }

    /// One of those who are asked.
    #[must_use]
    pub fn asked(&self, person: &PersonKey) -> Option<&Asked> {
        self.people.iter().find(|asked| asked.person == *person)
    }

    /// How many are in a state.
    #[must_use]
    pub fn count(&self, state: AskedState) -> usize {
        self.people.iter().filter(|asked| asked.state == state).count()
    }
}

impl Asked {
    /// When something is to be done about them.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        match self.state {
            AskedState::Due => Some(self.at),
            AskedState::Asked => self.reminders.first().copied(),
            _ => None,
        }
    }

    /// What they said that counts: the last that was in time.
    #[must_use]
    pub fn answer(&self) -> Option<&RoundAnswer> {
        self.answers.iter().rev().find(|answer| !answer.late)
    }
}
