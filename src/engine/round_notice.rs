//! What a round tells people: the question, a reminder, the result, a receipt. May import model, policy. Times stay instants until the reader's zone is known.

use super::end::chosen;
use super::{RoundEvent, Work};
use crate::engine::{Effect, facts};
use crate::model::{
    Asked, AskedState, Fact, Notice, PersonKey, Priority, QueueName, Reader, Reason, Round, RoundKind, RoundResult, Silence, StartedBy,
    Voice,
};

/// What a notice of a round says.
#[derive(Default)]
struct Say {
    ask: String,
    by: Option<jiff::Timestamp>,
    why_you: String,
    facts: Vec<Fact>,
    text: String,
    answers: Vec<String>,
    urgent: bool,
    in_reply_to: Option<String>,
    subject: Option<String>,
    voices: Vec<Voice>,
}

impl Work<'_> {
    /// Puts the question to somebody, for the first time or again.
    pub(super) fn question(&mut self, person: &PersonKey, again: bool) {
        let round = &self.round;
        let kind = &round.question.kind;
        let ask = match kind {
            RoundKind::CheckIn { .. } => "please answer",
            RoundKind::Decision { .. } => "please choose",
            RoundKind::SignOff { .. } => "please approve or reject",
        };
        let why_you = format!("you are asked in the {} {}", kind.as_str(), round.name);
        let say = Say {
            ask: ask.to_owned(),
            by: round.closes,
            why_you,
            facts: self.asked_facts(),
            text: asked_text(round),
            answers: answers(kind),
            ..Say::default()
        };
        let reason = if again { Reason::RoundReminder } else { Reason::RoundQuestion };
        self.notify(Reader::Person(person.clone()), reason, say);
    }

    fn asked_facts(&self) -> Vec<Fact> {
        let round = &self.round;
        let mut lines = Vec::new();
        match &round.question.kind {
            RoundKind::CheckIn { questions, roadblocks } => {
                for (number, question) in (1..).zip(questions) {
                    lines.push(facts::fact(&format!("Question {number}"), question.clone()));
                }
                lines.extend(
                    roadblocks
                        .as_ref()
                        .map(|queue| facts::fact("Held up", format!("a line `roadblock: WHAT` becomes an item in {queue}"))),
                );
            }
            RoundKind::Decision { options } => {
                for (number, option) in (1..).zip(options) {
                    lines.push(facts::fact(&format!("Option {number}"), option.clone()));
                }
            }
            RoundKind::SignOff { needs, silence, .. } => {
                lines.push(facts::fact("Needs", format!("{needs} of {} to approve", round.people.len())));
                lines.push(facts::fact(
                    "Silence",
                    match silence {
                        Silence::Escalate => "counts as neither, and somebody has to look into it",
                        Silence::Approve => "approves",
                        Silence::Reject => "refuses",
                    },
                ));
            }
        }
        let names: Vec<String> = round.people.iter().map(|asked| self.name_of(&asked.person)).collect();
        lines.push(facts::fact("Asked", names.join(", ")));
        lines.push(facts::fact("Result to", self.readers()));
        lines.extend(round.item.as_ref().map(|item| facts::fact("Item", item.to_string())));
        if round.by != StartedBy::Schedule {
            lines.push(facts::fact("Started by", round.by.to_string()));
        }
        lines
    }

    fn readers(&self) -> String {
        let people: Vec<Reader> = self.round.people.iter().map(|asked| Reader::Person(asked.person.clone())).collect();
        if self.round.tell == people {
            return "all of them".to_owned();
        }
        let name = |reader: &Reader| reader.person().map_or_else(|| reader.to_string(), |person| self.name_of(person));
        self.round.tell.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// Everybody who is to hear the result hears it.
    pub(super) fn result(&mut self, result: &RoundResult) {
        let round = &self.round;
        let mut lines = Vec::new();
        lines.extend(self.tally());
        lines.push(facts::fact_at("Began", "", round.starts));
        if result.late_seconds > 0 {
            let late = facts::length(result.late_seconds);
            lines.push(facts::fact("Ended", format!("{late} late; batond was not running")));
        }
        let items: Vec<String> = round.items.iter().map(ToString::to_string).collect();
        lines.extend((!items.is_empty()).then(|| facts::fact("Items", items.join(", "))));
        let voices: Vec<Voice> = round.people.iter().map(|asked| self.voice(asked)).collect();
        for reader in round.tell.clone() {
            let asked = reader.person().is_some_and(|person| self.round.asked(person).is_some());
            let why = if asked { "you were asked in it" } else { "the result goes to you" };
            let say = Say {
                why_you: why.to_owned(),
                facts: lines.clone(),
                text: asked_text(&self.round),
                voices: voices.clone(),
                subject: Some(result.text.clone()),
                ..Say::default()
            };
            self.notify(reader, Reason::RoundResult, say);
        }
    }

    /// How many chose each option.
    fn tally(&self) -> Vec<Fact> {
        let RoundKind::Decision { options } = &self.round.question.kind else {
            return Vec::new();
        };
        let of = |number: u32| {
            let chose = |asked: &&Asked| {
                asked
                    .answer()
                    .is_some_and(|answer| answer.choice == crate::model::Choice::Option(number))
            };
            self.round.people.iter().filter(chose).count()
        };
        let line = |(number, option): (u32, &String)| facts::fact(&format!("Option {number}"), format!("{option}: {}", of(number)));
        (1..).zip(options).map(line).collect()
    }

    /// What one of them said, or why there is nothing.
    fn voice(&self, asked: &Asked) -> Voice {
        let name = self.name_of(&asked.person);
        let mut voice = Voice {
            who: name,
            how: String::new(),
            at: None,
            text: String::new(),
        };
        match asked.answer() {
            Some(answer) => {
                let kind = &self.round.question.kind;
                let before = asked.answers.iter().rev().filter(|earlier| !earlier.late).nth(1);
                let changed = before.filter(|_| !matches!(kind, RoundKind::CheckIn { .. }));
                let changed = changed.filter(|earlier| earlier.choice != answer.choice);
                let changed = changed.map_or_else(String::new, |earlier| format!(" (before that {})", chosen(&earlier.choice, kind)));
                voice.how = format!("{}{changed}", chosen(&answer.choice, kind));
                voice.at = Some(answer.at);
                voice.text = match kind {
                    // A further reply adds to what was said.
                    RoundKind::CheckIn { .. } => {
                        let words = asked
                            .answers
                            .iter()
                            .filter(|answer| !answer.late)
                            .map(|answer| answer.words.as_str());
                        words.collect::<Vec<_>>().join("\n\n")
                    }
                    _ => answer.words.clone(),
                };
            }
            None => {
                let how = match asked.state {
                    AskedState::Silent => "said nothing",
                    AskedState::Away => "is away",
                    AskedState::Off => "is not at work",
                    AskedState::Missed => "was not asked",
                    other => other.as_str(),
                };
                voice.how = match &asked.undelivered {
                    Some(error) => format!("{how}: the mail to them came back ({error})"),
                    None => how.to_owned(),
                };
            }
        }
        voice
    }

    /// What came of what somebody wrote.
    pub(super) fn receipt(&mut self, person: &PersonKey, text: String, in_reply_to: Option<String>) {
        let closes = self.round.closes.filter(|_| self.round.result.is_none());
        let say = Say {
            why_you: "you wrote it".to_owned(),
            facts: closes.into_iter().map(|closes| facts::fact_at("Ends", "", closes)).collect(),
            text,
            urgent: true,
            in_reply_to,
            ..Say::default()
        };
        self.notify(Reader::Person(person.clone()), Reason::Receipt, say);
    }

    fn notify(&mut self, to: Reader, reason: Reason, say: Say) {
        let round = &self.round;
        let notice = Notice {
            id: self.cx.notice_id(),
            reason,
            to: to.clone(),
            item: round.id.clone(),
            number: round.notices + 1,
            first: !round.told.contains(&to),
            queue: self.queue(),
            title: round.question.title.clone(),
            priority: Priority::Normal,
            at: self.cx.now,
            opened: round.starts,
            ask: say.ask,
            by: say.by,
            why_you: say.why_you,
            facts: say.facts,
            handed: Vec::new(),
            sections: Vec::new(),
            voices: say.voices,
            text: say.text,
            answers: say.answers,
            urgent: say.urgent,
            in_reply_to: say.in_reply_to,
            subject: say.subject,
            attached: None,
        };
        self.emit(RoundEvent::Told {
            notice: notice.id,
            to,
            reason,
        });
        self.effect(Effect::Notify(Box::new(notice)));
    }

    /// Whose owner stands in for a reader who is configured no more.
    fn queue(&self) -> QueueName {
        let named = match &self.round.question.kind {
            RoundKind::CheckIn { roadblocks, .. } => roadblocks.clone(),
            RoundKind::SignOff { escalate_to, .. } => escalate_to.clone(),
            RoundKind::Decision { .. } => None,
        };
        named.unwrap_or_else(|| self.cx.policy.unmatched.clone())
    }
}

/// The proposal, and what it is about this time.
fn asked_text(round: &Round) -> String {
    let parts = [round.question.text.as_str(), round.about.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The one-reply answers.
fn answers(kind: &RoundKind) -> Vec<String> {
    match kind {
        RoundKind::CheckIn { .. } => Vec::new(),
        RoundKind::Decision { options } => (1..)
            .zip(options)
            .map(|(number, option): (u32, _)| format!("{number} {option}"))
            .collect(),
        RoundKind::SignOff { .. } => ["approve", "reject WHY"].map(str::to_owned).to_vec(),
    }
}
