//! The line above a quote that says who wrote when. May import nothing of the crate. Looks at a few short lines, so its cost is bounded.

/// Most lines an attribution is wrapped over.
const MAX_LINES: usize = 4;
/// Longest attribution, in bytes.
const MAX_BYTES: usize = 400;

/// Lines are wrapped when they are long: from so many bytes on, the first line of an attribution needs no whole date.
const MIN_WRAPPED_BYTES: usize = 30;

/// `On Wednesday, the 4`: so many words at most up to the first number.
const MAX_WORDS_TO_DATE: usize = 4;

/// No word for writing is longer.
const MAX_WORD_CHARS: usize = 16;

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

/// How many lines from the first on are an attribution; 0 if they are none. `quoted` says whether a line is quoted, `ends` of each line whether it
/// [may end](may_end) one.
pub(super) fn lines(text: &[&str], ends: &[bool], quoted: impl Fn(&str) -> bool) -> usize {
    // Most lines of most mails end here.
    if !ends.iter().take(MAX_LINES).any(|ends| *ends) {
        return 0;
    }
    let mut joined = String::new();
    for (place, line) in text.iter().take(MAX_LINES).enumerate() {
        let line = line.trim();
        // A wrapped address leaves its bracket at the beginning of a line: `>:`.
        if line.is_empty() || (quoted(line) && !line.starts_with(">:")) || joined.len() + line.len() > MAX_BYTES {
            return 0;
        }
        // Text above an attribution is not the beginning of one.
        if place == 1 && (!opens(&bare(&joined)) || joined.ends_with(['.', '!', '?'])) {
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
            let first = text.first().copied().unwrap_or_default();
            let later = text.get(1..=place).unwrap_or_default();
            return if begins_later(first, later) { 0 } else { place + 1 };
        }
    }
    0
}

/// What stands before an attribution in its own first line, as where a client has lost the line's end: `done On Wed, 4 Apr … wrote:`.
pub(super) fn text_before<'a>(first: &'a str, later: &[&str]) -> Option<&'a str> {
    let mut words = first.split_inclusive(char::is_whitespace);
    let mut at = words.next()?.len();
    for word in words {
        let (before, tail) = first.split_at_checked(at)?;
        // A name or an address that comes first belongs to the attribution.
        if before.contains(|c: char| c == '@' || c == '<' || c.is_ascii_digit()) {
            return None;
        }
        let dated = word.starts_with(char::is_uppercase) && has_opener(&tail.to_lowercase()) && date_comes_first(tail);
        if dated && is_attribution(&format!("{tail} {}", later.join(" ")), false) {
            return Some(before.trim_end());
        }
        at += word.len();
    }
    None
}

/// Whether a number stands among the first words, before any address.
fn date_comes_first(text: &str) -> bool {
    let first = text.split_whitespace().take(MAX_WORDS_TO_DATE);
    first
        .take_while(|word| !word.contains(['<', '@']))
        .any(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether the attribution begins only after its first line, which is then text: `snooze 2h` above `On Monday … wrote:`.
fn begins_later(first: &str, later: &[&str]) -> bool {
    let first = bare(first);
    let year = first.split(|c: char| !c.is_ascii_digit()).any(|number| number.len() == 4);
    let dated = has_opener(&first) && (year || has_time(&first) || first.len() >= MIN_WRAPPED_BYTES);
    (0..later.len()).any(|place| {
        let rest = later.get(place..).unwrap_or_default().join(" ");
        // The second half of a wrapped one can look like a whole one, but not begin like one.
        (has_opener(&bare(&rest)) || !dated) && is_attribution(&rest, false)
    })
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
    let timed = colon && has_time(body);
    // Most lines of most mails end here.
    if !wrote && !timed {
        return false;
    }
    let before_name = timed && WROTE_BEFORE_NAME.iter().any(|word| body.contains(word));
    if !opens(body) {
        // The name can come first, but then all of it must be there.
        return timed && address && (wrote || before_name);
    }
    // With the word: a date or an address besides. Without: an address and a time of day, and the colon.
    let digit = body.bytes().any(|b| b.is_ascii_digit());
    before_name || (wrote && (colon && (digit || address) || digit && address)) || (timed && address)
}

/// Whether an attribution may end with a line: with a colon, or a word for writing.
pub(super) fn may_end(line: &str) -> bool {
    let line = line.trim().trim_end_matches(adorns);
    let last = line.chars().next_back().and_then(|last| last.to_lowercase().last());
    let word = || {
        if !WROTE.iter().any(|word| word.chars().next_back() == last) {
            return false;
        }
        let tail = line.char_indices().rev().nth(MAX_WORD_CHARS - 1).map_or(0, |(at, _)| at);
        let tail = line.get(tail..).unwrap_or_default().to_lowercase();
        WROTE.iter().any(|word| tail.ends_with(word))
    };
    line.ends_with([':', '：']) || word()
}

/// In lower case, without dashes and emphasis around it.
fn bare(text: &str) -> String {
    text.trim_matches(adorns).to_lowercase()
}

fn adorns(c: char) -> bool {
    "-—*_ \u{feff}".contains(c)
}

/// Whether a text begins as attributions do: `On …`, `Le …`, or with a number among the first three words.
fn opens(text: &str) -> bool {
    has_opener(text)
        || text
            .split_whitespace()
            .take(3)
            .any(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

fn has_opener(text: &str) -> bool {
    text.split_whitespace().next().is_some_and(|first| OPENERS.contains(&first))
}

/// Whether a time of day or a date in numbers stands in it: two digits around a colon or full stop.
fn has_time(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|three| matches!(three, [a, b':' | b'.', c] if a.is_ascii_digit() && c.is_ascii_digit()))
}
