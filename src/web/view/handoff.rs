//! What is to do next, and how an item was handed on, as `show` and `handoffs` give it. May import model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Answer, Handoff, Item, ItemId, LastWord, PersonKey, RotationName, Way};

/// A `next: …` or `watch: …` line of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLineView {
    /// Who wrote it: a person's key, or a rule.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What. Untrusted text.
    pub text: String,
}

impl From<&LastWord> for PlanLineView {
    fn from(line: &LastWord) -> Self {
        Self {
            who: line.who.clone(),
            at: line.at,
            text: line.text.clone(),
        }
    }
}

/// One handoff of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoffView {
    /// When it was offered.
    pub at: Timestamp,
    /// Who gave it, and answered for it until it was taken.
    pub giver: PersonKey,
    /// Who was asked, as the configuration writes it.
    pub to: String,
    /// How it came about.
    pub way: String,
    /// What came of it; `null` while that is open.
    pub answer: Option<Answer>,
    /// When that was.
    pub answered: Option<Timestamp>,
    /// Who answered.
    pub by: Option<PersonKey>,
    /// What they said: the read-back, or the reason. Untrusted text.
    pub words: Option<String>,
}

impl From<&Handoff> for HandoffView {
    fn from(handoff: &Handoff) -> Self {
        let answer = handoff.answer.as_ref();
        Self {
            at: handoff.at,
            giver: handoff.giver.clone(),
            to: handoff.to.to_string(),
            way: handoff.way.to_string(),
            answer: answer.map(|answer| answer.how),
            answered: answer.map(|answer| answer.at),
            by: answer.and_then(|answer| answer.by.clone()),
            words: answer.and_then(|answer| answer.words.clone()),
        }
    }
}

/// One handoff, with its item, as `handoffs` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoffRow {
    /// The item.
    pub item: ItemId,
    /// Its title. Untrusted text.
    pub title: String,
    /// How it was handed on.
    #[serde(flatten)]
    pub handoff: HandoffView,
}

impl HandoffRow {
    /// The handoffs an item remembers; of one rotation, where one is named.
    #[must_use]
    pub fn of(item: &Item, rotation: Option<&RotationName>) -> Vec<Self> {
        let wanted = |way: &Way| rotation.is_none_or(|rotation| *way == Way::Shift(rotation.clone()));
        let handoffs = item.handoffs.iter().filter(|handoff| wanted(&handoff.way));
        let row = |handoff: &Handoff| Self {
            item: item.id.clone(),
            title: item.title.clone(),
            handoff: handoff.into(),
        };
        handoffs.map(row).collect()
    }
}
