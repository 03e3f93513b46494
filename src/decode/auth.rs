//! Authentication-Results (RFC 8601) of a receiver that is trusted. May import model. Only the topmost header is read: those below may be the sender's own.

use crate::model::{AuthMethod, AuthResults, Mail};

/// The most results taken from one header.
const MAX_RESULTS: usize = 64;

/// One result of a receiver, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it was found.
    pub method: AuthMethod,
    /// What came of it, lower case.
    pub result: String,
    /// The domain it speaks of, lower case: `header.d` of DKIM, that of `smtp.mailfrom` of SPF, `header.from` of DMARC. Nobody's where two are named.
    pub domain: Option<String>,
    /// The first characters of the signature it speaks of (`header.b`, RFC 6008).
    pub signature: Option<String>,
}

/// What the topmost Authentication-Results says, if one of `receivers` wrote it.
#[must_use]
pub fn auth_results(mail: &Mail, receivers: &[String]) -> Option<AuthResults> {
    let results = findings(mail, receivers)?.into_iter().map(|found| (found.method, found.result));
    Some(AuthResults {
        results: results.collect(),
    })
}

/// The same with whose each result is.
#[must_use]
pub fn findings(mail: &Mail, receivers: &[String]) -> Option<Vec<Finding>> {
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
    Some(parts.filter_map(finding).take(MAX_RESULTS).collect())
}

/// `dkim=pass header.d=customer.example header.b=Q2hhbmdl`: the method, its result, whose it is.
fn finding(part: &str) -> Option<Finding> {
    let (method, rest) = part.split_once('=')?;
    // A version may follow the method: `dkim/1`.
    let method = method.split('/').next()?.trim();
    let method = AuthMethod::ALL
        .into_iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(method))?;
    let mut words = rest.split_whitespace();
    let result = words.next()?.to_ascii_lowercase();
    let properties: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
    let named = match method {
        AuthMethod::Dkim => "header.d",
        AuthMethod::Spf => "smtp.mailfrom",
        AuthMethod::Dmarc => "header.from",
    };
    let domain = only(&properties, named).map(|value| value.rsplit('@').next().unwrap_or(value).to_lowercase());
    Some(Finding {
        method,
        result,
        domain: domain.filter(|domain| !domain.is_empty()),
        signature: only(&properties, "header.b").map(str::to_owned),
    })
}

/// The value of a property that is given once. Of two, neither can be believed.
fn only<'a>(properties: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    let mut values = properties
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| *value);
    let value = values.next().map(|value| value.trim_matches('"'));
    value.filter(|_| values.next().is_none())
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
