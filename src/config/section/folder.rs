//! `maildir` and `pipe` of a source: mail that lies in a folder. May import the rest of config.

use std::time::Duration;

use super::super::check::Check;
use super::super::fields::Fields;
use super::super::mailboxes::{MaildirSource, PipeSource};
use super::super::yaml::Entry;
use super::imap::poll;
use super::source::{MAIL_BYTES, size, trust};

/// How often a folder is looked at where nothing is said.
const POLL: Duration = Duration::from_secs(60);

/// `maildir: { path, max_size, poll, trusted, trusted_receiver }`
pub(crate) fn maildir(cx: &mut Check<'_>, entry: &Entry, source: &str) -> Option<MaildirSource> {
    let what = format!("`maildir` of source `{source}`");
    let known = ["path", "max_size", "poll", "trusted", "trusted_receiver"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[])?;
    trust(cx, &fields, source, entry.spot, false);
    let path = fields
        .require(cx, "path", "the folder with `new` and `cur` in it, such as /var/mail/help/Maildir")
        .and_then(|node| cx.full_text(node));
    Some(MaildirSource {
        path: cx.root().join(path?),
        max_message_bytes: fields.get("max_size").map_or(Some(MAIL_BYTES), |node| size(cx, node))?,
        poll: fields.get("poll").map_or(Some(POLL), |node| poll(cx, node))?,
    })
}

/// `pipe: { spool, max_size, trusted, trusted_receiver }`
pub(crate) fn pipe(cx: &mut Check<'_>, entry: &Entry, source: &str) -> Option<PipeSource> {
    let what = format!("`pipe` of source `{source}`");
    let known = ["spool", "max_size", "trusted", "trusted_receiver"];
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &known, &[])?;
    trust(cx, &fields, source, entry.spot, false);
    let spool = fields
        .get("spool")
        .map_or(Some(None), |node| Some(Some(cx.root().join(cx.full_text(node)?))));
    Some(PipeSource {
        spool: spool?,
        max_message_bytes: fields.get("max_size").map_or(Some(MAIL_BYTES), |node| size(cx, node))?,
    })
}
