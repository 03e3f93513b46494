//! Rounds, as a schema. May import the small kinds.

use schemars::JsonSchema;

use super::scalar::{OneOrMany, Span};

/// A question put to several people with a closing time.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Round {
    /// Which of the three it is.
    kind: RoundKind,
    /// How it is called in mail. Default: its name.
    title: Option<String>,
    /// Of a check-in: what stands before its questions.
    text: Option<String>,
    /// Of a check-in: what is asked.
    questions: Option<OneOrMany<String>>,
    /// Of a check-in: the queue in which a `roadblock: …` line becomes an item.
    roadblocks: Option<String>,
    /// Of a decision and a sign-off: what is proposed.
    proposal: Option<String>,
    /// Of a decision: what can be chosen, at least two.
    #[schemars(length(min = 2))]
    options: Option<Vec<String>>,
    /// Of a sign-off: so many must approve.
    #[schemars(range(min = 1, max = 60))]
    needs: Option<u32>,
    /// Of a sign-off: what it means that somebody says nothing.
    silence: Option<Silence>,
    /// With `silence: escalate`: the queue in which an item is opened.
    escalate_to: Option<String>,
    /// Who is asked: people, `team:NAME`, `rotation:NAME`.
    people: OneOrMany<String>,
    /// Who hears the result. Default: those who are asked.
    tell: Option<OneOrMany<String>>,
    /// When it begins by itself: `start of day`, a time of day, or a crontab line of five fields.
    at: Option<String>,
    /// With a time of day: on which days. Default: every day.
    days: Option<OneOrMany<String>>,
    /// Where `at` is read: a zone, or `personal` for each person's own.
    time_zone: Option<String>,
    /// How long answers are taken once the last was asked.
    close: Span,
    /// In which working time of `close` is counted.
    calendar: Option<String>,
    /// How long before the end those who are silent are reminded, or `never`. Default: 4h, or a quarter of `close` if that is less.
    remind: Option<OneOrMany<String>>,
    /// Whether it ends once everybody has answered. Default: a check-in does, a decision does not.
    close_early: Option<bool>,
    /// Whether an answer counts only if a trusted receiver proves who wrote it. Default: false.
    proven: Option<bool>,
}

/// Which of the three a round is.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) enum RoundKind {
    CheckIn,
    Decision,
    SignOff,
}

/// What it means that somebody says nothing.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Silence {
    Escalate,
    Approve,
    Reject,
}
