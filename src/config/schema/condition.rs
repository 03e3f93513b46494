//! Conditions: parts of a message and what they are tested with. May import the small kinds.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::of;
use super::scalar::{OneOrMany, Scalar, Span};

/// All keys must hold.
pub(super) struct Conditions;

/// The parts of a message without a name of their own, and what each is.
const PARTS: [(&str, &str); 13] = [
    ("source", "The name of a source."),
    (
        "kind",
        "person, auto-reply, bounce, list, calendar, report; automatic is any but person.",
    ),
    ("from", "The sender's address, bare and as `Name <address>`."),
    ("to", "Recipients, those of the envelope among them."),
    ("cc", "Copies."),
    ("subject", "The subject of a mail."),
    ("body", "The new text, without quotes and signature; a webhook's text body."),
    ("text", "All of the text."),
    ("known", "Whether the sender is one of `people`."),
    ("list", "The mailing list: its id, the whole of List-Id, the address one posts to."),
    ("attachment.name", "The name of an attachment."),
    ("attachment.type", "The media type of an attachment."),
    ("size", "Of the raw message, in bytes or with a unit."),
];

impl JsonSchema for Conditions {
    fn schema_name() -> Cow<'static, str> {
        "Conditions".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let several = of::<Vec<Self>>(generator);
        let not = of::<Self>(generator);
        let tested = of::<Tested>(generator);
        let more_than = of::<MoreThan>(generator);
        let calendars = of::<OneOrMany<String>>(generator);
        let mut schema = json_schema!({
            "type": "object",
            "description": "All keys must hold. A bare text is a glob without case, a list means any of.",
            "properties": {
                "any": { "description": "At least one holds.", "minItems": 1, "allOf": [several] },
                "all": { "description": "All hold.", "minItems": 1, "allOf": [several] },
                "not": { "description": "It does not hold.", "allOf": [not] },
                "within": { "description": "It came in the working hours of a calendar.", "allOf": [calendars] },
                "outside": { "description": "It came outside them.", "allOf": [calendars] },
                "more_than": { "description": "More came before it than this.", "allOf": [more_than] },
                "expr": { "description": "An expression of the template language, without braces, that is true or false.", "type": "string", "minLength": 1 }
            },
            "patternProperties": {
                r"^header\.[A-Za-z0-9-]+$": tested,
                r"^auth\.(dkim|spf|dmarc)$": tested,
                r"^(json|form|query)\..+$": tested
            },
            "additionalProperties": false
        });
        if let Some(properties) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
            for (name, about) in PARTS {
                properties.insert(name.to_owned(), serde_json::json!({ "description": about, "allOf": [tested] }));
            }
        }
        schema
    }
}

/// How many count as too many in what time.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MoreThan {
    /// The most that is not yet more.
    #[schemars(range(min = 1, max = 1_000))]
    count: u32,
    /// The time looked back on, such as 1h.
    #[schemars(rename = "in")]
    within: Span,
    /// A template: what is counted apart.
    per: Option<String>,
}

/// A bare value, tests, or a list of either: one that passes is enough.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Tested {
    /// One.
    One(Asked),
    /// Several; one that passes is enough.
    Many(#[schemars(length(min = 1))] Vec<Asked>),
}

/// A bare value, or tests that must all hold.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Asked {
    /// A glob, a number, true or false.
    Bare(Scalar),
    /// Named tests.
    Tests(Box<Tests>),
}

/// Tests on a value; all of them must hold.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Tests {
    /// The whole value, without case.
    is: Option<OneOrMany<Scalar>>,
    /// The whole value is one of these, without case.
    #[schemars(rename = "in")]
    among: Option<OneOrMany<Scalar>>,
    /// The text stands there, without case.
    contains: Option<OneOrMany<Scalar>>,
    /// The value begins so, without case.
    starts_with: Option<OneOrMany<Scalar>>,
    /// The value ends so, without case.
    ends_with: Option<OneOrMany<Scalar>>,
    /// The whole value matches: `*` any text, `?` one character.
    glob: Option<OneOrMany<Scalar>>,
    /// Matches anywhere, with case unless it begins with `(?i)`.
    regex: Option<OneOrMany<Scalar>>,
    /// Something is there, or is not.
    exists: Option<bool>,
    /// Greater than.
    gt: Option<OneOrMany<Scalar>>,
    /// At least.
    gte: Option<OneOrMany<Scalar>>,
    /// Less than.
    lt: Option<OneOrMany<Scalar>>,
    /// At most.
    lte: Option<OneOrMany<Scalar>>,
    /// What the part counts as where it is not there.
    default: Option<Scalar>,
}
