//! What a part is: media type, parameters, disposition, transfer encoding. May import its peers in decode. mail-parser reads the parameters (RFC 2231 too) from unfolded text.

use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderValue};

use super::clean::capped;
use super::fields::Field;
use super::limits::{MAX_BOUNDARY_BYTES, MAX_PARAMETER_BYTES};
use super::oddities::Oddities;
use super::transfer::Encoding;
use super::{clean, words};

/// What stands for `=?` while the parameters are read.
const HIDDEN_WORD: &str = "\u{1}?";

/// The MIME headers of one part.
#[derive(Debug, Default, Clone)]
pub(super) struct Media {
    /// `type/subtype`, lower case; `text/plain` if it is missing or no type.
    pub(super) kind: String,
    /// Whether the part says its type itself.
    pub(super) stated: bool,
    /// The parameters, names lower case, values decoded but not cleaned.
    parameters: Vec<(String, String)>,
    /// Whether the disposition is `attachment`.
    pub(super) attached: bool,
    /// The file name, clean.
    pub(super) name: Option<String>,
    /// How the body is packed.
    pub(super) encoding: Encoding,
}

impl Media {
    /// Whether it is what a calendar answers to an invitation.
    pub(super) fn is_calendar_answer(&self) -> bool {
        self.kind == "text/calendar" && (self.says("method", "reply") || self.says("method", "counter"))
    }

    /// Whether it wraps other content in a format of Outlook's own.
    pub(super) fn is_tnef(&self) -> bool {
        let named = self.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"));
        named || matches!(self.kind.as_str(), "application/ms-tnef" | "application/vnd.ms-tnef")
    }

    /// Reads the MIME headers among these fields. `default` is the type of a part that does not say.
    pub(super) fn read(fields: &[Field<'_>], default: &str, odd: &mut Oddities) -> Self {
        let first = |name: &str| fields.iter().find(|f| f.is(name));
        let mut media = Self {
            kind: default.to_owned(),
            ..Self::default()
        };
        let mut named = None;
        if let Some(parsed) = first("Content-Type").and_then(|f| parse(f, odd)) {
            if let Some(kind) = full_type(&parsed) {
                media.kind = kind;
                media.stated = true;
            } else {
                odd.add(
                    "bad-content-type",
                    "A Content-Type names no media type; the part was read as plain text.",
                );
                "text/plain".clone_into(&mut media.kind);
            }
            media.parameters = parameters(&parsed);
            named = media.parameter("name").map(str::to_owned);
        }
        if let Some(parsed) = first("Content-Disposition").and_then(|f| parse(f, odd)) {
            media.attached = parsed.c_type.eq_ignore_ascii_case("attachment");
            named = parameters(&parsed)
                .into_iter()
                .find(|(n, _)| n == "filename")
                .map(|(_, v)| v)
                .or(named);
        }
        media.name = named.and_then(|raw| clean::file_name(&words::decode(&raw, odd), odd));
        if let Some(field) = first("Content-Transfer-Encoding") {
            media.encoding = Encoding::from_header(&field.unfolded(odd));
        }
        media
    }

    /// A parameter of the Content-Type by its lower-case name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether a parameter has this value, in any case.
    pub(super) fn says(&self, name: &str, value: &str) -> bool {
        self.parameter(name).is_some_and(|v| v.trim().eq_ignore_ascii_case(value))
    }

    /// Whether it is a multipart.
    pub(super) fn is_multipart(&self) -> bool {
        self.kind.starts_with("multipart/")
    }

    /// The boundary, if it is a multipart with a usable one.
    pub(super) fn boundary(&self) -> Option<&[u8]> {
        let boundary = self.parameter("boundary")?.trim_end().as_bytes();
        (self.is_multipart() && !boundary.is_empty() && boundary.len() <= MAX_BOUNDARY_BYTES).then_some(boundary)
    }
}

fn parse(field: &Field<'_>, odd: &mut Oddities) -> Option<ContentType<'static>> {
    if field.folds_after_equals() {
        odd.add(
            "folded-parameter",
            "A boundary or file name stands on the line after its `=`; the lines were joined to read it.",
        );
    }
    let value = field.unfolded(odd);
    // Encoded words in parameters are against RFC 2047 and common. They are hidden from the parser and decoded by `words`, which joins neighbours.
    let line = format!("{}\n", capped(&value, MAX_PARAMETER_BYTES).replace("=?", HIDDEN_WORD));
    match MessageStream::new(line.as_bytes()).parse_content_type().into_owned() {
        HeaderValue::ContentType(parsed) => Some(parsed),
        _ => None,
    }
}

fn parameters(parsed: &ContentType<'_>) -> Vec<(String, String)> {
    parsed
        .attributes
        .iter()
        .flatten()
        .map(|a| (a.name.to_ascii_lowercase(), a.value.replace(HIDDEN_WORD, "=?")))
        .collect()
}

/// The type as `type/subtype` if both are tokens (RFC 2045 section 5.1).
fn full_type(parsed: &ContentType<'_>) -> Option<String> {
    let subtype = parsed.c_subtype.as_deref()?;
    let token = |t: &str| !t.is_empty() && t.len() <= 127 && t.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b));
    (token(&parsed.c_type) && token(subtype)).then(|| format!("{}/{}", parsed.c_type, subtype).to_ascii_lowercase())
}
