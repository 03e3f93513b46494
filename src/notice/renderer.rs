//! The templates, compiled into the program. May import only its peers in notice. Outside text is only ever a value in them, never a template; HTML values are escaped.

use askama::Template;

use super::agenda::Agenda;
use super::page::Page;

/// One notice to somebody who works with batond.
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "notice.txt")]
pub(super) struct NoticeText<'a> {
    /// The line above which people reply.
    pub marker: &'a str,
    /// What it says.
    pub page: &'a Page,
}

/// See [`NoticeText`].
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "notice.html")]
pub(super) struct NoticeHtml<'a> {
    /// The line above which people reply.
    pub marker: &'a str,
    /// What it says.
    pub page: &'a Page,
}

/// One notice to a requester.
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "requester.txt")]
pub(super) struct RequesterText<'a> {
    /// The line above which people reply.
    pub marker: &'a str,
    /// What it says.
    pub page: &'a Page,
}

/// See [`RequesterText`].
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "requester.html")]
pub(super) struct RequesterHtml<'a> {
    /// The line above which people reply.
    pub marker: &'a str,
    /// What it says.
    pub page: &'a Page,
}

/// Several notices that were held.
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "joint.txt")]
pub(super) struct JointText<'a> {
    /// What it says.
    pub joint: &'a Joint<'a>,
}

/// See [`JointText`].
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "joint.html")]
pub(super) struct JointHtml<'a> {
    /// What it says.
    pub joint: &'a Joint<'a>,
}

/// A digest.
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "digest.txt")]
pub(super) struct DigestText<'a> {
    /// What it says.
    pub agenda: &'a Agenda<'a>,
}

/// See [`DigestText`].
#[derive(Template)]
#[template(config = "src/notice/askama.toml", path = "digest.html")]
pub(super) struct DigestHtml<'a> {
    /// What it says.
    pub agenda: &'a Agenda<'a>,
}

/// What a joint mail says.
pub(super) struct Joint<'a> {
    /// The line above which people reply.
    pub marker: &'a str,
    /// The desk's name.
    pub desk: String,
    /// How many there are, and since when.
    pub headline: String,
    /// How many of them ask for something.
    pub asked: String,
    /// Why they come together, where it is not the hour.
    pub held_back: String,
    /// What is not named, as a sentence.
    pub more: String,
    /// Which zone the times are in.
    pub zone: String,
    /// Those that are shown in full, numbered.
    pub pages: Vec<Page>,
    /// Those with one line each.
    pub brief: Vec<Page>,
}

/// The plain text and the HTML of a letter. Should a template fail, people must hear all the same: `plain` is sent, and the letter names the fault.
pub(super) fn written(text: &impl Template, html: &impl Template, plain: impl FnOnce() -> String) -> (String, String) {
    match text.render().and_then(|text| Ok((text, html.render()?))) {
        Ok(written) => written,
        Err(fault) => {
            let text = format!("{}\n\n{}\n\n({fault})\n", crate::reply::REPLY_MARKER, plain());
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            (text, format!("<pre>{escaped}</pre>"))
        }
    }
}
