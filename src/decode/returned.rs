//! What the copy of a returned message says of itself: its Message-ID, and our mark. May import model. Read only where a report carries one.

use crate::model::{Mail, Returned};

use super::limits::MAX_REPORT_BYTES;
use super::oddities::Oddities;
use super::parts::Part;
use super::{charset, clean, ids};

/// The header that names a delivery of ours.
const MARK: &str = "x-batond-delivery";
/// The longest mark that is looked at, in bytes.
const MAX_MARK_BYTES: usize = 128;

/// What is known of the returned message: from its copy, or from the text where a mailer puts the copy there.
pub(super) fn of(mail: &Mail, raw: &[u8], parts: &[Part], odd: &mut Oddities) -> Returned {
    for part in parts.iter().filter(|part| is_copy(&part.media.kind) && !part.is_container()) {
        let bytes = raw.get(part.body.clone()).unwrap_or_default();
        let bytes = part.media.encoding.decode(bytes, MAX_REPORT_BYTES, odd);
        let found = read(&charset::decode(&bytes, None, odd));
        if !found.is_empty() {
            return found;
        }
    }
    read(clean::capped(&mail.text, MAX_REPORT_BYTES))
}

fn is_copy(kind: &str) -> bool {
    matches!(
        kind,
        "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers"
    )
}

/// The first of each header; quoted copies have a mark of quoting before them.
fn read(text: &str) -> Returned {
    let mut found = Returned::default();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.trim_start_matches(['>', ' ']).split_once(':') else {
            continue;
        };
        let mut value = value.trim().to_owned();
        // A long value stands on the line below.
        if value.is_empty()
            && let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t']))
        {
            more.trim().clone_into(&mut value);
        }
        if name.eq_ignore_ascii_case("message-id") && found.message_id.is_none() {
            found.message_id = ids::read(&value).into_iter().next();
        } else if name.eq_ignore_ascii_case(MARK) && found.mark.is_none() && value.len() <= MAX_MARK_BYTES {
            found.mark = Some(value);
        }
    }
    found
}
