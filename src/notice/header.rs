//! The headers that say what kind of mail this is. May import model, policy. RFC 3834 for automatic mail, RFC 2919 for List-Id.

use super::clean::one_line;
use super::words;
use crate::model::{Notice, QueueName, Reason};
use crate::policy::Policy;

/// The most characters of the phrase before a List-Id.
const MAX_PHRASE_CHARS: usize = 60;
/// The most items a joint mail names in its header; the mail itself names all.
const MAX_ITEMS_NAMED: usize = 40;

/// The headers of an ordinary notice.
pub(super) fn ordinary(notice: &Notice, policy: &Policy) -> Vec<(String, String)> {
    // What somebody wrote to a requester is no automatic mail (RFC 3834 section 5): their help desk may read it.
    let by_hand = notice.reason == Reason::Reply;
    let mut headers = if by_hand {
        Vec::new()
    } else {
        automatic(words::is_automatic_answer(notice.reason))
    };
    // Nor is it list mail.
    if !by_hand {
        headers.push(("List-Id".to_owned(), list_id(&notice.queue, policy)));
    }
    headers.push(("X-Batond-Item".to_owned(), notice.item.to_string()));
    headers.push(("X-Batond-Reason".to_owned(), notice.reason.as_str().to_owned()));
    headers
}

/// The headers of an answer that belongs to no item.
pub(super) fn bare_answer() -> Vec<(String, String)> {
    let mut headers = automatic(true);
    headers.push(("X-Batond-Reason".to_owned(), Reason::AutoReply.as_str().to_owned()));
    headers
}

/// The headers of a joint mail.
pub(super) fn joint(notices: &[Notice], policy: &Policy) -> Vec<(String, String)> {
    let mut headers = automatic(false);
    headers.push(("Precedence".to_owned(), "bulk".to_owned()));
    headers.push((
        "List-Id".to_owned(),
        format!("Held notices <held.{}>", policy.desk.address.domain()),
    ));
    let distinct = |words: Vec<String>| {
        let mut seen: Vec<String> = Vec::new();
        for word in words {
            if !seen.contains(&word) && seen.len() < MAX_ITEMS_NAMED {
                seen.push(word);
            }
        }
        seen.join(", ")
    };
    let items = notices.iter().map(|n| n.item.to_string()).collect();
    let reasons = notices.iter().map(|n: &Notice| Reason::as_str(n.reason).to_owned()).collect();
    headers.push(("X-Batond-Item".to_owned(), distinct(items)));
    headers.push(("X-Batond-Reason".to_owned(), distinct(reasons)));
    headers
}

/// The headers of a digest, and of what goes with it.
pub(super) fn digest(digest: &Notice, waited: &[Notice], policy: &Policy) -> Vec<(String, String)> {
    let all: Vec<Notice> = std::iter::once(digest).chain(waited).cloned().collect();
    let mut headers = joint(&all, policy);
    if words::is_automatic_answer(digest.reason) {
        headers.retain(|(name, _)| name != "Auto-Submitted");
        headers.insert(0, ("Auto-Submitted".to_owned(), "auto-replied".to_owned()));
    }
    for (name, value) in &mut headers {
        if name == "List-Id" {
            *value = format!("Digests <digest.{}>", policy.desk.address.domain());
        }
    }
    headers
}

fn automatic(answer: bool) -> Vec<(String, String)> {
    let kind = if answer { "auto-replied" } else { "auto-generated" };
    vec![
        ("Auto-Submitted".to_owned(), kind.to_owned()),
        ("X-Auto-Response-Suppress".to_owned(), "All".to_owned()),
    ]
}

/// `Questions and faults reported by customers <support.ops.example>`.
fn list_id(queue: &QueueName, policy: &Policy) -> String {
    let label: String = queue
        .as_str()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let purpose = policy.queues.get(queue).map_or("", |queue| queue.purpose.as_str());
    // A phrase without quotes holds letters and digits only (RFC 5322 section 3.2.5); other scripts are left out rather than encoded.
    let phrase: String = purpose
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { ' ' })
        .collect();
    let phrase = one_line(&phrase, MAX_PHRASE_CHARS).replace('…', "");
    format!("{phrase} <{label}.{}>", policy.desk.address.domain())
        .trim_start()
        .to_owned()
}
