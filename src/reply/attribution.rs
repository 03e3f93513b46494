//! The line above a quote that says who wrote when. May import nothing of the crate. Looks at a few short lines, so its cost is bounded.

/// Most lines an attribution is wrapped over.
const MAX_LINES: usize = 4;
/// Longest attribution, in bytes.
const MAX_BYTES: usize = 400;

/// Words for writing with which an attribution ends, before its colon.
const WROTE: [&str; 27] = [
    "wrote",
    "sent",
    "writes",
    "said",
    "schrieb",
    "geschrieben",
    "a écrit",
    "a ecrit",
    "escribió",
    "escribio",
    "escreveu",
    "ha scritto",
    "scrisse",
    "schreef",
    "geschreven",
    "skrev",
    "skrifaði",
    "kirjoitti",
    "napisał",
    "napisał(a)",
    "napisal(a)",
    "napsal",
    "írta",
    "пишет",
    "написал",
    "написал(а)",
    "yazdı",
];
/// Words for writing that stand before the name.
const WROTE_BEFORE_NAME: [&str; 6] = [" schrieb ", " skrev ", " schreef ", " heeft ", " kirjoitti ", " escribió "];
/// First words of attributions; a date near the beginning does as well.
const OPENERS: [&str; 19] = [
    "on",
    "am",
    "le",
    "el",
    "il",
    "op",
    "em",
    "den",
    "på",
    "in",
    "dnia",
    "w",
    "dne",
    "в",
    "il",
    "a",
    "from",
    "sent",
    "tarihinde",
];

/// How many lines from the first on are an attribution; 0 if they are none. `quoted` says whether a line is quoted.
pub(super) fn lines(text: &[&str], quoted: impl Fn(&str) -> bool) -> usize {
    let mut joined = String::new();
    for (place, line) in text.iter().take(MAX_LINES).enumerate() {
        let line = line.trim();
        // A wrapped address leaves its bracket at the beginning of a line: `>:`.
        if line.is_empty() || (quoted(line) && !line.starts_with(">:")) || joined.len() + line.len() > MAX_BYTES {
            return 0;
        }
        // Text above an attribution is not the beginning of one.
        if place == 1 && !opens(&bare(&joined)) {
            return 0;
        }
        joined.push(' ');
        joined.push_str(line);
        let next = text.get(place + 1..).unwrap_or_default();
        let followed = next
            .iter()
            .take(2)
            .find(|line| !line.trim().is_empty())
            .is_some_and(|line| quoted(line.trim()));
        if is_attribution(&joined, followed) {
            return place + 1;
        }
    }
    0
}

fn is_attribution(text: &str, followed_by_quote: bool) -> bool {
    let dashed = text.trim().starts_with("--") && text.trim().ends_with("--");
    let text = bare(text);
    let (body, colon) = match text.strip_suffix([':', '：']) {
        Some(body) => (body.trim_end(), true),
        None => (text.as_str(), false),
    };
    let wrote = WROTE.iter().any(|word| {
        body.strip_suffix(word)
            .is_some_and(|before| before.is_empty() || before.ends_with([' ', '\u{a0}', '>', ')']))
    });
    let address = body.contains('@');
    if wrote && dashed || wrote && colon && followed_by_quote {
        return true;
    }
    if !opens(body) {
        return false;
    }
    // With the word: a date or an address besides. Without: an address and a time of day, and the colon.
    let digit = body.bytes().any(|b| b.is_ascii_digit());
    let before_name = colon && has_time(body) && WROTE_BEFORE_NAME.iter().any(|word| body.contains(word));
    before_name || (wrote && (colon && (digit || address) || digit && address)) || (colon && address && has_time(body))
}

/// In lower case, without dashes and emphasis around it.
fn bare(text: &str) -> String {
    text.trim_matches(|c: char| "-—*_ \u{feff}".contains(c)).to_lowercase()
}

/// Whether a text begins as attributions do: `On …`, `Le …`, or with a number among the first three words.
fn opens(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.clone().next().unwrap_or_default();
    OPENERS.contains(&first) || words.by_ref().take(3).any(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a time of day or a date in numbers stands in it: two digits around a colon or full stop.
fn has_time(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|three| matches!(three, [a, b':' | b'.', c] if a.is_ascii_digit() && c.is_ascii_digit()))
}
