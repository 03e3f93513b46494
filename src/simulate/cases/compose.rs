//! The short form of a mail as bytes. May import model, config. The same mail at the same time gives the same bytes.

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue, Headers};
use lettre::message::{Attachment, MultiPart, SinglePart};

use crate::config::ShortMail;

/// Writes a mail; `number` tells it from the other mails of its case.
pub(super) fn compose(mail: &ShortMail, now: Timestamp, number: u64) -> Result<Vec<u8>, String> {
    let own = |name: &str| mail.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
    let mut head = String::new();
    let mut line = |name: &str, value: &str| -> Result<(), String> {
        head.push_str(&header(name, value)?);
        Ok(())
    };
    let usual = [
        ("From", mail.from.clone()),
        ("To", mail.to.join(", ")),
        ("Cc", mail.cc.join(", ")),
        ("Subject", mail.subject.clone()),
        ("Date", now.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()),
        ("Message-ID", format!("<case-{number}@sender.example>")),
    ];
    for (name, value) in usual {
        let nobody = name == "Cc" && value.is_empty();
        if !own(name) && !nobody {
            line(name, &value)?;
        }
    }
    for (name, value) in &mail.headers {
        line(name, value)?;
    }
    // Whoever names the type of the content writes the content as it stands.
    if own("Content-Type") {
        let body = mail.body.replace("\r\n", "\n").replace('\n', "\r\n");
        return Ok(format!("{head}\r\n{body}\r\n").into_bytes());
    }
    line("MIME-Version", "1.0")?;
    let mut bytes = head.into_bytes();
    bytes.extend(content(mail, number)?);
    Ok(bytes)
}

/// One header, encoded and folded.
fn header(name: &str, value: &str) -> Result<String, String> {
    let bad = || format!("the header {name} cannot be written");
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| bad())?;
    let mut headers = Headers::new();
    headers.insert_raw(HeaderValue::new(name, value.to_owned()));
    Ok(headers.to_string())
}

/// The parts, with their own headers before them.
fn content(mail: &ShortMail, number: u64) -> Result<Vec<u8>, String> {
    let boundary = |part: &str| format!("=_case_{number}_{part}");
    let plain = || SinglePart::plain(mail.body.clone());
    if mail.attachments.is_empty() {
        return Ok(match &mail.html {
            None => plain().formatted(),
            Some(html) => alternative(plain(), html, boundary("text")).formatted(),
        });
    }
    let parts = MultiPart::mixed().boundary(boundary("whole"));
    let mut parts = match &mail.html {
        None => parts.singlepart(plain()),
        Some(html) => parts.multipart(alternative(plain(), html, boundary("text"))),
    };
    for attached in &mail.attachments {
        let kind = ContentType::parse(&attached.media_type).map_err(|_| format!("`{}` is not a media type", attached.media_type))?;
        parts = parts.singlepart(Attachment::new(attached.name.clone()).body(attached.bytes.clone(), kind));
    }
    Ok(parts.formatted())
}

fn alternative(plain: SinglePart, html: &str, boundary: String) -> MultiPart {
    MultiPart::alternative()
        .boundary(boundary)
        .singlepart(plain)
        .singlepart(SinglePart::html(html.to_owned()))
}
