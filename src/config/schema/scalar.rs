//! The small kinds of values. May import schemars only. What is a form of text is described, and checked where a pattern can.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// One, or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
pub(super) enum OneOrMany<T> {
    /// One.
    One(T),
    /// Several.
    Many(Vec<T>),
}

/// A plain value: a text, a number, true or false.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Scalar {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Truth(bool),
}

/// A plain value, or `~`.
pub(super) struct ScalarOrNothing;

impl JsonSchema for ScalarOrNothing {
    fn schema_name() -> Cow<'static, str> {
        "ScalarOrNothing".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A plain value, or `~`.", "not": { "type": ["object", "array"] } })
    }
}

/// A text, or a number that stands for its digits.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Written {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
}

/// Of an item. Only `urgent` disturbs people outside their hours.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Priority {
    Low,
    Normal,
    High,
    Urgent,
}

macro_rules! text {
    ($(#[doc = $doc:literal] $name:ident $pattern:literal [$($example:literal),*];)*) => {$(
        #[doc = $doc]
        pub(super) struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $doc.trim(), "pattern": $pattern, "examples": [$($example),*] })
            }
        }
    )*};
}

text! {
    /// Time that passes (`90s` `15m` `4h` `2d` `1w` `1h30m`) or working time (`30 working minutes`, `4 working hours`, `2 working days`, `4wh`, `2wd`).
    Span "^\\s*[0-9].*[a-zA-Z]\\s*$" ["15m", "4h", "2 working hours", "1 working day"];
    /// A reference to a secret, never the secret itself: `${env:NAME}`, `${file:/path}`, `${credential:name}`.
    Secret "^\\$\\{(env|file|credential):[^}]+\\}$" ["${env:HOOK_SECRET}", "${credential:hook}"];
    /// A name of the IANA database.
    TimeZone "^[A-Za-z0-9_+/-]+$" ["Europe/Berlin", "UTC"];
    /// An e-mail address.
    Address "^[^@\\s]+@[^@\\s]+$" ["ana@ops.example"];
    /// An IP address and a port.
    Listen "^.+:[0-9]+$" ["127.0.0.1:2525", "[::1]:2525"];
    /// A person, `team:NAME` or `rotation:NAME`; where it says so also `owner`, `holder` or an address.
    Party "." ["ana", "team:support", "rotation:support-duty", "owner"];
    /// MiniJinja text: what a message says is seen in `{{ … }}`.
    Template "\\S" ["{{ json.issue.title }}", "order-{{ order }}"];
}

/// A size: bytes, or a text with a unit.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Size {
    /// Bytes.
    Bytes(u32),
    /// With a unit: `25 MiB`, `500 KiB`.
    Text(#[schemars(regex(pattern = r"^[0-9]+ *[A-Za-z]*$"))] String),
}

/// Letters, digits, `-`, `_` and `.`, starting with a letter or digit.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name;

impl JsonSchema for Name {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9\u{a1}-\u{ffff}][A-Za-z0-9\u{a1}-\u{ffff}._-]{0,63}$" })
    }
}

/// Days and their hours: `{ mon-thu: "09:00-17:30", fri: ["08:30-12:00", "13:00-17:00"] }`.
pub(super) struct Hours;

impl JsonSchema for Hours {
    fn schema_name() -> Cow<'static, str> {
        "Hours".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let spans = generator.subschema_for::<OneOrMany<String>>();
        json_schema!({
            "type": "object",
            "description": "Days and their hours: `{ mon-thu: \"09:00-17:30\", fri: [\"08:30-12:00\", \"13:00-17:00\"] }`. Days: mon … sun, ranges, lists, weekdays, daily.",
            "patternProperties": { "^[A-Za-z, -]+$": spans },
            "additionalProperties": false
        })
    }
}

/// Dates and their hours: `{ 2026-12-24: "09:00-12:00", 2026-12-28: closed }`.
pub(super) struct Exceptions;

impl JsonSchema for Exceptions {
    fn schema_name() -> Cow<'static, str> {
        "Exceptions".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let spans = generator.subschema_for::<OneOrMany<String>>();
        json_schema!({
            "type": "object",
            "description": "Dates and the hours of each in place of the weekday's, on holidays too: `{ 2026-12-24: \"09:00-12:00\", 2026-12-28: closed }`.",
            "patternProperties": { "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": spans },
            "additionalProperties": false
        })
    }
}

/// A date, the path of an iCalendar file, or dates with names.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Holiday {
    /// `2026-12-25`, or `holidays/de.ics`.
    One(String),
    /// `{ 2026-12-25: Christmas Day }`
    Named(BTreeMap<String, ScalarOrNothing>),
}
