//! Authentication-Results (RFC 8601) of a receiver that is trusted. May import model. Only the topmost header is read: those below may be the sender's own.

use crate::model::{AuthMethod, AuthResults, Mail};

/// The most results taken from one header.
const MAX_RESULTS: usize = 64;

/// What the topmost Authentication-Results says, if one of `receivers` wrote it.
#[must_use]
pub fn auth_results(mail: &Mail, receivers: &[String]) -> Option<AuthResults> {
    let value = without_comments(mail.header("authentication-results").next()?);
    let mut parts = value.split(';');
    let mut head = parts.next()?.split_whitespace();
    let receiver = head.next()?.trim_matches('"');
    // A version may follow the receiver's name, and only version 1 is known.
    if head.next().is_some_and(|version| version != "1") {
        return None;
    }
    if !receivers.iter().any(|trusted| trusted.eq_ignore_ascii_case(receiver)) {
        return None;
    }
    Some(AuthResults {
        results: parts.filter_map(result).take(MAX_RESULTS).collect(),
    })
}

/// `dkim=pass header.d=customer.example`: the method and its result.
fn result(part: &str) -> Option<(AuthMethod, String)> {
    let (method, rest) = part.split_once('=')?;
    // A version may follow the method: `dkim/1`.
    let method = method.split('/').next()?.trim();
    let method = AuthMethod::ALL
        .into_iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(method))?;
    let word = rest.split_whitespace().next()?.to_ascii_lowercase();
    Some((method, word))
}

/// The text without what stands in parentheses, quoted strings kept whole. A `;` in either would tear a result apart.
fn without_comments(value: &str) -> String {
    let mut clean = String::with_capacity(value.len());
    let mut depth = 0usize;
    let mut quoted = false;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            // What is escaped stands for itself, and no word that is looked for has any.
            '\\' => drop(chars.next()),
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => {
                depth += 1;
                clean.push(' ');
            }
            ')' if !quoted && depth > 0 => depth -= 1,
            ';' | '=' if quoted => clean.push(' '),
            c if depth == 0 => clean.push(c),
            _ => {}
        }
    }
    clean
}
