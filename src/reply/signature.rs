//! Where a signature begins. May import nothing of the crate. Only what is plainly none of the text; a name below a text stays.

/// First words of the lines that telephones and mail programs put below a mail.
const DEVICES: [&str; 26] = [
    "sent from",
    "sent via",
    "sent with",
    "get outlook for",
    "gesendet von",
    "gesendet mit",
    "von meinem",
    "diese nachricht wurde von meinem",
    "envoyé de",
    "envoyé depuis",
    "envoyé à partir",
    "envoyé avec",
    "obtenez outlook",
    "télécharger outlook",
    "enviado desde",
    "enviado do",
    "enviado de",
    "obtener outlook",
    "obter o outlook",
    "inviato da",
    "verzonden vanaf",
    "verzonden met",
    "skickat från",
    "sendt fra",
    "wysłane z",
    "отправлено с",
];
/// Closing words that stand alone in a line above a name.
const CLOSINGS: [&str; 24] = [
    "regards",
    "best regards",
    "kind regards",
    "kindest regards",
    "warm regards",
    "with kind regards",
    "with best regards",
    "many regards",
    "sincerely",
    "yours sincerely",
    "mit freundlichen grüßen",
    "freundliche grüße",
    "viele grüße",
    "beste grüße",
    "mfg",
    "cordialement",
    "bien cordialement",
    "saludos",
    "un saludo",
    "cordiali saluti",
    "met vriendelijke groet",
    "med vänlig hälsning",
    "med venlig hilsen",
    "atenciosamente",
];

/// Longest line of a device, in bytes and words.
const MAX_DEVICE_BYTES: usize = 120;
const MAX_DEVICE_WORDS: usize = 8;
/// Most lines below a closing word that are still name, role and telephone.
pub(super) const MAX_CLOSING_LINES: usize = 6;
/// Longest of them, in bytes.
const MAX_CLOSING_BYTES: usize = 60;

/// Whether a line begins a signature: `-- ` (RFC 3676 section 4.3, with or without its space), or the two underscores of list footers.
pub(super) fn is_delimiter(line: &str) -> bool {
    matches!(line.trim_end(), "--" | "—" | "__" | "___") && !line.starts_with([' ', '\t'])
}

/// `Sent from my telephone` and its like: a short line of its own that is no sentence.
pub(super) fn is_device(line: &str) -> bool {
    let line = line.trim();
    if line.len() > MAX_DEVICE_BYTES || line.ends_with(['.', '!', '?']) || line.contains(", ") {
        return false;
    }
    let first = line
        .trim_start_matches(['-', '*', '_', ' '])
        .chars()
        .flat_map(char::to_lowercase)
        .next();
    if !DEVICES.iter().any(|start| start.chars().next() == first) && !line.ends_with("から送信") {
        return false;
    }
    let lower = line.to_lowercase();
    let lower = lower.trim_start_matches(['-', '*', '_', ' ']);
    let short = lower.split_whitespace().count() <= MAX_DEVICE_WORDS;
    short
        && (DEVICES
            .iter()
            .any(|start| lower.strip_prefix(start).is_some_and(|rest| rest.starts_with(' ')))
            || lower.ends_with("から送信"))
}

/// Whether the text from here on is a closing word alone in its line and a few short lines below it.
pub(super) fn closes(text: &[&str]) -> bool {
    let Some(first) = text.first().map(|line| line.trim()).filter(|line| line.len() <= MAX_CLOSING_BYTES) else {
        return false;
    };
    if !first.starts_with(char::is_alphabetic) {
        return false;
    }
    let word = first.trim_end_matches([',', '.', '!', ' ']).to_lowercase();
    if !CLOSINGS.contains(&word.as_str()) {
        return false;
    }
    let below: Vec<_> = text
        .iter()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .take(MAX_CLOSING_LINES + 1)
        .collect();
    below.len() <= MAX_CLOSING_LINES && below.iter().all(|line| line.len() <= MAX_CLOSING_BYTES)
}
