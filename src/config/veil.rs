//! Hides secrets in a line that is about to be shown. May import nothing of the crate. Works on the text, so that a file that is not YAML shows none either.

/// Keys whose values nobody should see.
const KEYS: [&str; 7] = [
    "secret",
    "secrets",
    "password",
    "token",
    "api_key",
    "client_secret",
    "refresh_token",
];

/// Replaces what stands after such a key by stars, references such as `${env:NAME}` excepted.
pub(crate) fn veil(line: &mut [char]) {
    let mut at = 0;
    while at < line.len() {
        let Some(value) = value_after_key(line, at) else {
            at += 1;
            continue;
        };
        let to = end(line, value);
        if !line.get(value..to).unwrap_or_default().windows(2).any(|pair| pair == ['$', '{']) {
            line.iter_mut().take(to).skip(value).for_each(|c| *c = '*');
        }
        at = to.max(at + 1);
    }
}

/// Where the value begins, if one of the keys stands at `at`, in quotes or not.
fn value_after_key(line: &[char], at: usize) -> Option<usize> {
    let is_word = |c: &char| c.is_alphanumeric() || "_-".contains(*c);
    if at > 0 && line.get(at - 1).is_some_and(is_word) {
        return None;
    }
    let rest = line.get(at..)?;
    let word = rest.iter().take_while(|c| is_word(c)).count();
    let key: String = rest.iter().take(word).flat_map(|c| c.to_lowercase()).collect();
    if !KEYS.contains(&key.as_str()) {
        return None;
    }
    let quote = rest.get(word).is_some_and(|c| "'\"".contains(*c));
    let colon = word + usize::from(quote);
    if rest.get(colon) != Some(&':') {
        return None;
    }
    let blanks = rest.iter().skip(colon + 1).take_while(|c| c.is_whitespace()).count();
    Some(at + colon + 1 + blanks)
}

/// Where the value ends: at its closing quote or bracket, in a flow mapping at a comma or brace, else with the line.
fn end(line: &[char], from: usize) -> usize {
    let rest = line.get(from..).unwrap_or_default();
    let upto = |stop: &dyn Fn(char) -> bool, skip: usize| rest.iter().skip(skip).position(|c| stop(*c)).map(|n| from + skip + n);
    let found = match rest.first() {
        Some(quote @ ('"' | '\'')) => upto(&|c| c == *quote, 1).map(|n| n + 1),
        Some('[') => upto(&|c| c == ']', 1).map(|n| n + 1),
        _ if line.iter().take(from).any(|c| *c == '{') => upto(&|c| c == ',' || c == '}', 0),
        _ => None,
    };
    found.unwrap_or(line.len())
}

#[cfg(test)]
#[path = "veil_tests.rs"]
mod tests;
