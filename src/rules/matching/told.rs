//! What is told of a rule's conditions: which held, and what was seen. May import the rest of matching. Only for people; nothing here decides.

use super::Run;
use super::node::{FieldNode, Node};
use crate::model::Place;
use crate::rules::{CondTrace, Field};

/// The most characters of a value that a sentence shows.
const MAX_SHOWN_CHARS: usize = 120;
/// The most values that a sentence shows.
const MAX_SHOWN_VALUES: usize = 3;

/// The condition that decided that a rule does not match.
#[derive(Debug)]
pub(in crate::rules) struct Miss {
    /// Where it is written; `None` for an empty `any`.
    pub(in crate::rules) place: Option<Place>,
    /// A sentence with what was seen.
    pub(in crate::rules) sentence: String,
}

impl Node {
    /// Every condition with what came of it, in the order they are written. The mapping of `when` itself is left out.
    pub(in crate::rules) fn told(&self, run: &Run<'_, '_>) -> Vec<CondTrace> {
        let mut told = Vec::new();
        match self {
            Self::All(nodes) => nodes.iter().for_each(|node| node.tell(run, 0, &mut told)),
            other => other.tell(run, 0, &mut told),
        }
        told
    }

    fn tell(&self, run: &Run<'_, '_>, depth: usize, told: &mut Vec<CondTrace>) {
        let held = self.holds(run);
        let values = match self {
            Self::Field(field) => field.each(run),
            _ => Vec::new(),
        };
        let mut one = |place: Option<Place>, wanted: String, seen: String| {
            told.push(CondTrace {
                values: values.clone(),
                place,
                depth,
                wanted,
                held: held.as_ref().ok().copied(),
                seen,
            });
        };
        match self {
            Self::Field(field) => one(
                Some(field.place.clone()),
                format!("{}: {}", field.name(run), field.written),
                held.as_ref().err().cloned().unwrap_or_else(|| field.shown(run)),
            ),
            Self::Live(live) => one(
                Some(live.place.clone()),
                live.written(),
                match &held {
                    Ok(held) => live.seen(*held, run),
                    Err(why) => why.clone(),
                },
            ),
            Self::All(nodes) | Self::Any(nodes) => {
                let word = if matches!(self, Self::All(_)) { "all" } else { "any" };
                one(None, word.into(), String::new());
                nodes.iter().for_each(|node| node.tell(run, depth + 1, told));
            }
            Self::Not(node) => {
                one(None, "not".into(), String::new());
                node.tell(run, depth + 1, told);
            }
        }
    }

    /// Why it does not hold, once it is known that it does not.
    pub(in crate::rules) fn miss(&self, run: &Run<'_, '_>) -> Option<Miss> {
        match self {
            Self::All(nodes) => nodes
                .iter()
                .find(|node| node.holds(run) == Ok(false))
                .and_then(|node| node.miss(run)),
            Self::Any(nodes) => {
                let first = nodes.iter().find_map(|node| node.miss(run));
                let more = nodes.len().saturating_sub(1);
                Some(match first {
                    Some(miss) if more > 0 => Miss {
                        sentence: format!("none of {} alternatives of `any` held; the first: {}", nodes.len(), miss.sentence),
                        ..miss
                    },
                    Some(miss) => miss,
                    None => Miss {
                        place: None,
                        sentence: "an `any` without alternatives never holds".into(),
                    },
                })
            }
            Self::Not(node) => {
                let (place, what) = node.hit(run);
                Some(Miss {
                    place,
                    sentence: format!("`not` stands before what held: {what}"),
                })
            }
            Self::Live(live) => Some(Miss {
                place: Some(live.place.clone()),
                sentence: format!("{}; wanted {}", live.seen(false, run), live.written()),
            }),
            Self::Field(field) => Some(Miss {
                place: Some(field.place.clone()),
                sentence: format!("{}; wanted {}", field.shown(run), field.written),
            }),
        }
    }

    /// What held, for the sentence about a `not`.
    fn hit(&self, run: &Run<'_, '_>) -> (Option<Place>, String) {
        let first = |nodes: &[Node]| nodes.iter().find(|node| node.holds(run) == Ok(true)).map(|node| node.hit(run));
        match self {
            Self::All(nodes) | Self::Any(nodes) => first(nodes).unwrap_or((None, "a condition without parts".into())),
            Self::Not(node) => match node.miss(run) {
                Some(miss) => (miss.place, miss.sentence),
                None => (None, "a `not`".into()),
            },
            Self::Live(live) => (Some(live.place.clone()), format!("{} ({})", live.seen(true, run), live.written())),
            Self::Field(field) => (
                Some(field.place.clone()),
                format!("{}, which is {}", field.shown(run), field.written),
            ),
        }
    }
}

impl FieldNode {
    pub(super) fn name(&self, run: &Run<'_, '_>) -> String {
        self.field.map(|field| run.describe(field)).unwrap_or_default()
    }

    /// Each of several values, and whether it held; nothing for a single one.
    fn each(&self, run: &Run<'_, '_>) -> Vec<(String, bool)> {
        let name = || self.name(run);
        let held = self.values.iter().zip(&self.tests);
        held.map(|(value, test)| (format!("{}: {value}", name()), run.holds(*test) == Ok(true)))
            .collect()
    }

    /// What was seen of the field.
    fn shown(&self, run: &Run<'_, '_>) -> String {
        let name = self.name(run);
        let hours = self.field.and_then(|field| run.field(field));
        if matches!(hours, Some(Field::Within | Field::Outside)) {
            return came(run);
        }
        let Some(Ok(seen)) = self.field.map(|field| run.seen(field)) else {
            return format!("`{name}` could not be read");
        };
        let texts: Vec<String> = seen
            .texts()
            .take(MAX_SHOWN_VALUES)
            .map(|text| quoted(text, MAX_SHOWN_CHARS))
            .collect();
        let more = seen.texts().count().saturating_sub(texts.len());
        match (texts.is_empty(), more) {
            (true, _) if seen.values().is_empty() => format!("there is no `{name}`"),
            (true, _) => format!("`{name}` is not a text"),
            (false, 0) => format!("`{name}` is {}", texts.join(", ")),
            (false, more) => format!("`{name}` is {} and {more} more", texts.join(", ")),
        }
    }
}

/// When the message came, as the calendars say.
fn came(run: &Run<'_, '_>) -> String {
    let mut parts = vec![format!("the message came at {}", run.message().received)];
    for (word, open) in [("within", true), ("outside", false)] {
        let calendars = run.facts().calendars.iter().filter(|(_, is_open)| **is_open == open);
        let names: Vec<&str> = calendars.map(|(name, _)| name.as_str()).take(MAX_SHOWN_VALUES).collect();
        if !names.is_empty() {
            parts.push(format!("{word} {}", names.join(", ")));
        }
    }
    parts.join(", ")
}

/// A value in quotes, one line, cut.
pub(in crate::rules) fn quoted(text: &str, max_chars: usize) -> String {
    let flat = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(max_chars).map(flat).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("\"{short}\"")
}
