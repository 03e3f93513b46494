//! Message-IDs and threads: one thread for an item and a reader. May import model, reply. Only well-formed ids leave here.

use crate::model::{Address, Notice};
use crate::reply::{self, Token};

/// The number of the Message-ID that begins a thread; it is known before any notice has a number.
const ROOT: u32 = 0;
/// The longest Message-ID taken over from outside, in bytes; a header line holds 998.
const MAX_ID_BYTES: usize = 500;

/// Where a letter stands in its thread. All ids without angle brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thread {
    /// Its own id.
    pub message_id: String,
    /// What it answers.
    pub in_reply_to: Option<String>,
    /// What came before, oldest first.
    pub references: Vec<String>,
}

/// The thread of a notice: the first begins it with number 0, later ones refer to that, and answers refer to what they answer too.
pub(super) fn thread(notice: &Notice, token: &Token, desk: &Address) -> Thread {
    let root = reply::message_id(token, ROOT, desk.domain());
    let answered = notice.in_reply_to.clone().filter(|id| is_id(id));
    let mut references: Vec<String> = Vec::new();
    if !notice.first {
        references.push(root.clone());
    }
    references.extend(answered.clone().filter(|id| *id != root));
    Thread {
        in_reply_to: answered.or_else(|| references.first().cloned()),
        references,
        message_id: if notice.first {
            root
        } else {
            reply::message_id(token, notice.number, desk.domain())
        },
    }
}

/// The thread of a joint mail: none. Its id holds no reply key, so that a bare answer to it acts on no item by accident.
pub(super) fn joint(notices: &[Notice], bundle: u32, desk: &Address) -> Thread {
    let first = notices.first().map_or_else(|| "none".to_owned(), |notice| notice.id.to_string());
    Thread {
        message_id: format!("joint-{bundle}-{first}@{}", desk.domain()),
        in_reply_to: None,
        references: Vec::new(),
    }
}

/// Whether `id` can stand between angle brackets: printable ASCII without spaces or brackets, with an `@` (RFC 5322 section 3.6.4).
pub(super) fn is_id(id: &str) -> bool {
    let good = |b: u8| b.is_ascii_graphic() && !b"<>(),;\\\"".contains(&b);
    id.len() <= MAX_ID_BYTES && id.bytes().all(good) && id.split_once('@').is_some_and(|(l, r)| !l.is_empty() && !r.is_empty())
}
