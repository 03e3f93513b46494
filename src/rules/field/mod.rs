//! What conditions and extractions look at, read from a message. May import model and def. One file per family of fields; a new field gets its line in `read` and `describe`.

mod address;
mod attachment;
mod content;
mod json;
mod list;
mod origin;
mod pair;
mod value;

use std::borrow::Cow;

use crate::model::Message;
use crate::rules::{Facts, Field};

pub(super) use json::{Elements, MAX_JSON_DEPTH, Path, depth_within, within};
pub(super) use value::FieldValue;

/// A field ready to be read: names in the case they are compared in, paths parsed.
#[derive(Debug, Clone)]
pub(super) struct FieldReader {
    field: Field,
    path: Option<Path>,
    /// What it counts as where the message has none.
    default: Option<String>,
}

impl FieldReader {
    /// Prepares a field.
    ///
    /// # Errors
    /// What is wrong with its JSON path, as a sentence.
    pub(super) fn new(field: &Field) -> Result<Self, String> {
        if let Field::Or(field, default) = field {
            return Ok(Self {
                default: Some(default.clone()),
                ..Self::new(field)?
            });
        }
        let path = match field {
            Field::Json(path) => Some(Path::parse(path)?),
            _ => None,
        };
        Ok(Self {
            field: normal(field),
            path,
            default: None,
        })
    }

    /// The field's values; none if the message has no such field.
    ///
    /// # Errors
    /// Why the field could not be read: the rule that looks at it fails.
    pub(super) fn read<'m>(&self, message: &'m Message, facts: &Facts) -> Result<Vec<FieldValue<'m>>, String> {
        let values = self.written(message, facts)?;
        Ok(match &self.default {
            Some(default) if !values.iter().any(FieldValue::exists) => vec![FieldValue::Text(Cow::Owned(default.clone()))],
            _ => values,
        })
    }

    /// The values the message itself has.
    fn written<'m>(&self, message: &'m Message, facts: &Facts) -> Result<Vec<FieldValue<'m>>, String> {
        Ok(match &self.field {
            Field::Source => origin::source(message),
            Field::Kind => origin::kind(message),
            Field::Known => origin::known(facts),
            Field::From => address::from(message),
            Field::To => address::to(message),
            Field::Cc => address::cc(message),
            Field::Subject => content::subject(message),
            Field::Body => content::body(message),
            Field::Text => content::text(message),
            Field::Header(name) => pair::header(message, name),
            Field::Form(name) => pair::form(message, name),
            Field::Query(name) => pair::query(message, name),
            Field::Json(_) => match &self.path {
                Some(path) => json::read(message, path)?,
                None => Vec::new(),
            },
            Field::List => list::list(message),
            Field::AttachmentName => attachment::name(message),
            Field::AttachmentType => attachment::media_type(message),
            Field::Size => origin::size(message),
            Field::Auth(method) => origin::auth(facts, *method),
            Field::Within => origin::calendars(facts, true),
            Field::Outside => origin::calendars(facts, false),
            // `new` took the field out of it.
            Field::Or(..) => Vec::new(),
        })
    }

    /// The field.
    pub(super) fn field(&self) -> &Field {
        &self.field
    }

    /// The field as the configuration writes it, such as `header.x-mailer`.
    pub(super) fn describe(&self) -> String {
        describe(&self.field)
    }
}

/// A field as the configuration writes it.
pub(super) fn describe(field: &Field) -> String {
    match field {
        Field::Source => "source".into(),
        Field::Kind => "kind".into(),
        Field::Known => "known".into(),
        Field::From => "from".into(),
        Field::To => "to".into(),
        Field::Cc => "cc".into(),
        Field::Subject => "subject".into(),
        Field::Body => "body".into(),
        Field::Text => "text".into(),
        Field::Header(name) => format!("header.{name}"),
        Field::Json(path) => format!("json.{path}"),
        Field::Form(name) => format!("form.{name}"),
        Field::Query(name) => format!("query.{name}"),
        Field::List => "list".into(),
        Field::AttachmentName => "attachment.name".into(),
        Field::AttachmentType => "attachment.type".into(),
        Field::Size => "size".into(),
        Field::Auth(method) => format!("auth.{}", method.as_str()),
        Field::Within => "within".into(),
        Field::Outside => "outside".into(),
        Field::Or(field, _) => describe(field),
    }
}

/// What tells a field apart from others: its name, and what it counts as where it is missing.
pub(super) fn key(field: &Field) -> String {
    match normal(field) {
        Field::Or(field, default) => format!("{} or {default:?}", describe(&field)),
        field => describe(&field),
    }
}

/// Two spellings of one field made one: header names have no case.
pub(super) fn normal(field: &Field) -> Field {
    match field {
        Field::Header(name) => Field::Header(name.trim().to_ascii_lowercase()),
        Field::Or(field, default) => Field::Or(Box::new(normal(field)), default.clone()),
        other => other.clone(),
    }
}
