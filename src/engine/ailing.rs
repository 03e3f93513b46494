//! A source that stays broken, and the item that says so. May import model, policy, rules. Pure: what is known of the source comes in.

use jiff::Timestamp;

use super::trouble::{nobody_said, self_opened, time_in};
use super::{Context, Draft, Incoming};
use crate::model::{Item, SourceName};

/// The field of an item that says which source it is about.
pub const SOURCE_FIELD: &str = "source_in_trouble";

/// The kind of a relay, and what stands before its name where names of sources stand: no source has a space in its name.
pub const RELAY: &str = "relay";

/// What is wrong with a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// `imap`, `webhook`, …
    pub kind: &'static str,
    /// Since when.
    pub since: Timestamp,
    /// Why, in one line.
    pub why: String,
    /// How often it failed since the process started.
    pub failures: u64,
    /// When it last brought something, if it did since the process started.
    pub last_delivery: Option<Timestamp>,
}

/// How a source is, as far as somebody is to hear of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceIs {
    /// It stays broken.
    Broken(Broken),
    /// It works.
    Working,
    /// The configuration does not have it any more.
    Gone,
}

/// How the keys of all these items begin.
pub const AILING_KEYS: &str = "batond:source:";

/// The key by which the item is found again.
#[must_use]
pub fn ailing_key(source: &SourceName) -> String {
    format!("{AILING_KEYS}{source}")
}

/// Which source an item says does not work, while it is open.
#[must_use]
pub fn ailing_source(item: &Item) -> Option<SourceName> {
    let source = item.fields.get(SOURCE_FIELD).and_then(|field| field.as_str());
    source.filter(|_| item.state.is_open()).map(SourceName::from)
}

/// The item that says it, where what no rule took goes.
#[must_use]
pub fn ailing_draft(source: &SourceName, broken: &Broken, cx: &Context<'_>) -> Draft {
    if broken.kind == RELAY {
        return relay_draft(source, broken, cx);
    }
    let queue = &cx.policy.unmatched;
    let kind = broken.kind;
    let title = format!("Source {source} ({kind}) does not work");
    let last = broken.last_delivery.map_or_else(
        || "Nothing came by it since batond started.".to_owned(),
        |at| format!("The last message came by it {}.", time_in(queue, at, cx)),
    );
    let what = if kind == "webhook" { "turned away everybody" } else { "failed" };
    let text = format!(
        "Source `{source}` ({kind}) {what} since {since}. The last time it was because of:\n\n  {why}\n\nIt happened {failures} times. {last} \
What is sent meanwhile stays with its senders, who try again for a while, most of them for some days.\n\n\
batond goes on trying by itself. `batond sources` says how it is now. Once it works this item is closed with a note.",
        since = time_in(queue, broken.since, cx),
        why = broken.why,
        failures = broken.failures,
    );
    let mut draft = self_opened(queue, &title, nobody_said(&title, &text, cx.now));
    draft.draft.key = Some(ailing_key(source));
    draft.draft.fields = [(SOURCE_FIELD.to_owned(), source.as_str().into())].into();
    draft
}

/// The same of a relay: what goes out by it.
fn relay_draft(relay: &SourceName, broken: &Broken, cx: &Context<'_>) -> Draft {
    let queue = &cx.policy.unmatched;
    let title = format!("No mail goes out by {relay}");
    let text = format!(
        "The {relay} takes no mail since {since}. The last time it was because of:\n\n  {why}\n\n\
Mail goes out by the next relay of the configuration, if there is one that works. Else it waits in the outbox, where each mail is given up after five days, \
and this notice waits with it.\n\n\
`batond outbox list` says how the relays are and what waits. batond asks this relay again every half minute; once it takes mail this item is closed with a note.",
        since = time_in(queue, broken.since, cx),
        why = broken.why,
    );
    let mut draft = self_opened(queue, &title, nobody_said(&title, &text, cx.now));
    draft.draft.key = Some(ailing_key(relay));
    draft.draft.fields = [(SOURCE_FIELD.to_owned(), relay.as_str().into())].into();
    draft
}

/// Why it is closed where the source is gone.
const NOT_CONFIGURED: &str = "The configuration does not have it any more.";

/// What closes the item, if it is open and about this source: a note, and what is said. `gone` says that the source is no more.
#[must_use]
pub fn recovered(item: &Item, source: &SourceName, gone: bool, now: Timestamp) -> Option<(String, Incoming)> {
    if ailing_source(item).as_ref() != Some(source) {
        return None;
    }
    let (note, subject) = match source.as_str().strip_prefix(RELAY) {
        Some(relay) if gone => (NOT_CONFIGURED, format!("Relay{relay} is gone")),
        None if gone => (NOT_CONFIGURED, format!("Source {source} is gone")),
        Some(relay) => ("It works again.", format!("Relay{relay} takes mail again")),
        None => ("It works again.", format!("Source {source} works again")),
    };
    let said = nobody_said(&subject, note, now);
    Some((note.to_owned(), said))
}
