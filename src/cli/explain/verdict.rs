//! What would come of a message, as `explain` gives it to programs. May import model, rules, the driver's foresight, views. The names are stable; `docs/explain.md` tells of them.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::driver::{By, Foreseen, Way};
use crate::model::{ClockKind, Item, RuleRef, State};
use crate::rules::{CondTrace, ExpectDraft, Failure, Outcome, RuleTrace};
use crate::web::view::DeadlineView;

/// The name that stands for a rule where a message could not be read.
const QUARANTINE: &str = "quarantine";

/// What would come of a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerdictView {
    /// The rule that decides; `unmatched` and `quarantine` are built in; `null` where no rule was asked, as for an answer in a thread.
    pub rule: Option<String>,
    /// Where it is written.
    pub place: Option<String>,
    /// Extracted and set fields.
    pub fields: Map<String, Value>,
    /// Where it would go.
    pub target: TargetView,
    /// Who would have it, or be asked first; `null` where several are asked, or nobody.
    pub holder: Option<String>,
    /// The sum behind each deadline.
    pub deadlines: Vec<DeadlineView>,
    /// What would be expected after it, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expects: Vec<String>,
    /// Which rounds would begin with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<String>,
    /// What else would come of it, when one message leads to several things.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<VerdictView>,
}

/// Where a message would go.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct TargetView {
    /// `new`, `joins`, `closes` or `dropped`.
    pub way: &'static str,
    /// How that was found: `reply-key`, `thread`, `key`, `repeat`; else `none`.
    pub by: &'static str,
    /// A sentence.
    pub why: String,
    /// The item that is there.
    pub item: Option<String>,
    /// The queue.
    pub queue: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The priority.
    pub priority: Option<String>,
    /// Labels.
    pub labels: Vec<String>,
    /// The key by which later messages join it.
    pub key: Option<String>,
    /// Who would be asked to take it, as the configuration writes it.
    pub offered_to: Option<String>,
    /// Who would answer for it.
    pub accountable: Option<String>,
    /// That nobody would be told of it for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietView>,
}

/// That nobody would be told of an item for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuietView {
    /// `muted`, or `collecting` for a group.
    pub state: String,
    /// Until when.
    pub until: Timestamp,
    /// The zone that is best read in, an IANA name.
    pub time_zone: String,
    /// The mute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mute: Option<String>,
    /// Who or what set it: a person, a rule, a place in the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Who is asked at its end, as the configuration writes it.
    pub then_offered_to: Option<String>,
}

/// How one rule fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceView {
    /// Its name.
    pub rule: String,
    /// `file:line:column`.
    pub place: Option<String>,
    /// Whether all its conditions held.
    pub matched: bool,
    /// Why not, or what went wrong.
    pub failed: Option<FailedView>,
    /// Whether the rule itself failed while it ran.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub broke: bool,
    /// Every condition with what came of it, in the order they are written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionView>,
}

/// How one condition fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionView {
    /// Where its value is written; `null` for `any`, `all` and `not`.
    pub place: Option<String>,
    /// How deep it stands in `any`, `all` and `not`.
    pub depth: usize,
    /// What is asked.
    pub wanted: String,
    /// Whether it held; `null` where that could not be said.
    pub held: Option<bool>,
    /// What was seen.
    pub seen: String,
}

/// The condition that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedView {
    /// Where it is written.
    pub place: String,
    /// A sentence with the value that was seen.
    pub why: String,
}

impl VerdictView {
    /// The first thing that follows, the others within it. `outcomes` are what the rules say, or what stands for it.
    pub fn of(outcomes: &[Outcome], failure: Option<&Failure>, foreseen: &Foreseen) -> Option<Self> {
        // An answer goes where its thread or key leads; then what the rules say is not asked.
        let asked = foreseen.ways.len() == outcomes.len() && !foreseen.answers;
        let ways = foreseen.ways.iter().enumerate();
        let mut views = ways.map(|(n, way)| of_way(way, outcomes.get(n).filter(|_| asked), failure));
        let mut first = views.next()?;
        first.also = views.collect();
        Some(first)
    }
}

fn of_way(way: &Way, outcome: Option<&Outcome>, failure: Option<&Failure>) -> VerdictView {
    let (mut word, mut by, item) = match way {
        Way::New(item) => ("new", "none", Some(&**item)),
        Way::Joins(item, by) => ("joins", by_word(*by), Some(&**item)),
        Way::Closes(item) => ("closes", "key", Some(&**item)),
        Way::Dropped(..) => ("dropped", "none", None),
    };
    // A closing that finds nothing to close is let go by the engine; here it is shown as what the rule does.
    let closing_key = match outcome {
        Some(Outcome::Close(closing)) => Some(closing.key.clone()),
        _ => None,
    };
    if closing_key.is_some() {
        (word, by) = ("closes", "key");
    }
    let rule = outcome.map(rule_of);
    let built_in = rule.is_some_and(|rule| rule.place.is_none());
    let there = item.filter(|_| !matches!(way, Way::New(_)));
    let target = TargetView {
        way: word,
        by,
        why: why(way, closing_key.as_deref(), failure.filter(|_| built_in)),
        item: there.map(|item| item.id.to_string()),
        queue: item.map(|item| item.queue.to_string()),
        title: item.map(|item| item.title.clone()),
        priority: item.map(|item| item.priority.to_string()),
        labels: item.map(|item| item.labels.iter().cloned().collect()).unwrap_or_default(),
        key: closing_key.or_else(|| item.and_then(|item| item.key.clone())),
        offered_to: item.and_then(|item| item.offered_to.as_ref()).map(ToString::to_string),
        accountable: item.map(|item| item.accountable.to_string()),
        quiet: item.and_then(quiet),
    };
    VerdictView {
        rule: rule.map(|rule| rule.name.to_string()),
        place: rule.and_then(|rule| rule.place.as_ref()).map(ToString::to_string),
        fields: item.map(fields).unwrap_or_default(),
        target,
        holder: item.and_then(|item| item.holder.as_ref()).map(ToString::to_string),
        deadlines: item.map(|item| item.clocks.iter().map(Into::into).collect()).unwrap_or_default(),
        expects: outcome.map(Outcome::expects).unwrap_or_default().iter().map(expected).collect(),
        rounds: outcome
            .map(Outcome::rounds)
            .unwrap_or_default()
            .iter()
            .map(|ask| ask.name.to_string())
            .collect(),
        also: Vec::new(),
    }
}

/// What would be expected after it.
fn expected(said: &ExpectDraft) -> String {
    let key = said.once.key.as_ref().map_or_else(String::new, |key| format!(" with key `{key}`"));
    let queue = &said.once.otherwise.queue;
    format!(
        "a message of rule `{}`{key} within {}; else an item in `{queue}`",
        said.rule, said.within
    )
}

/// Until when nobody would be told of it, and why.
fn quiet(item: &Item) -> Option<QuietView> {
    let planned = item.planned.as_ref().map(|planned| planned.to.to_string());
    let view = |until, time_zone: &str| QuietView {
        state: item.state.to_string(),
        until,
        time_zone: time_zone.to_owned(),
        mute: None,
        by: None,
        why: None,
        then_offered_to: planned.clone(),
    };
    match (item.state, &item.muted) {
        (State::Muted, Some(muted)) => Some(QuietView {
            mute: Some(muted.muting.name.to_string()),
            by: Some(muted.muting.said_by()),
            why: Some(muted.muting.why.clone()),
            ..view(muted.muting.until, &muted.muting.time_zone)
        }),
        (State::Collecting, _) => item.clock(ClockKind::Collect).map(|clock| view(clock.deadline, &clock.time_zone)),
        _ => None,
    }
}

fn by_word(by: By) -> &'static str {
    match by {
        By::ReplyKey => "reply-key",
        By::Thread => "thread",
        By::Key => "key",
        By::Repeat => "repeat",
    }
}

/// The rule an outcome comes from.
pub fn rule_of(outcome: &Outcome) -> &RuleRef {
    match outcome {
        Outcome::Item(draft) => &draft.rule,
        Outcome::Close(closing) => &closing.rule,
        Outcome::Drop(dropping) => &dropping.rule,
    }
}

fn fields(item: &Item) -> Map<String, Value> {
    item.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Why it goes there.
fn why(way: &Way, closing_key: Option<&str>, failure: Option<&Failure>) -> String {
    match (way, closing_key) {
        (Way::Closes(item), _) => format!("{} is open and has the key", item.id),
        (_, Some(_)) => "without an open item that has the key, it is let go".to_owned(),
        (Way::Dropped(_, reason), None) => reason.clone(),
        (Way::Joins(item, By::ReplyKey), None) => format!("it carries a valid reply key of {}", item.id),
        (Way::Joins(item, By::Thread), None) => format!("it answers a message of {}", item.id),
        (Way::Joins(item, By::Key), None) => format!("{} is open and has the key", item.id),
        (Way::Joins(item, By::Repeat), None) => format!("the same message came before and is on {}", item.id),
        (Way::New(item), None) => match (failure, &item.key) {
            (Some(failed), _) => format!("rule `{}` failed, and no rule after it was tried: {}", failed.rule.name, failed.why),
            (None, Some(key)) => format!("no open item has the key `{key}`"),
            (None, None) if item.rule.place.is_none() && item.rule.name.as_str() == QUARANTINE => {
                "it could not be read; its bytes are kept".to_owned()
            }
            (None, None) if item.rule.place.is_none() => "no rule takes it".to_owned(),
            (None, None) => "it has no key and answers no known message".to_owned(),
        },
    }
}

impl TraceView {
    /// One rule; `failure` is the one that failed while it ran, if one did.
    pub fn of(trace: &RuleTrace, failure: Option<&Failure>) -> Self {
        Self {
            rule: trace.rule.name.to_string(),
            place: trace.rule.place.as_ref().map(ToString::to_string),
            matched: trace.matched,
            failed: trace.failed.as_ref().map(|(place, why)| FailedView {
                place: place.to_string(),
                why: why.clone(),
            }),
            broke: failure.is_some_and(|failure| failure.rule == trace.rule),
            conditions: trace.conditions.iter().map(Into::into).collect(),
        }
    }
}

impl From<&CondTrace> for ConditionView {
    fn from(condition: &CondTrace) -> Self {
        Self {
            place: condition.place.as_ref().map(ToString::to_string),
            depth: condition.depth,
            wanted: condition.wanted.clone(),
            held: condition.held,
            seen: condition.seen.clone(),
        }
    }
}
