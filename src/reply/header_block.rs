//! The headers that mail programs put above the mail they answer or forward. May import nothing of the crate. Knows the common languages.

/// What a header line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    From,
    Date,
    To,
    Subject,
    Other,
}

const FROM: &[&str] = &[
    "from",
    "von",
    "de",
    "da",
    "van",
    "fra",
    "från",
    "od",
    "от",
    "kimden",
    "lähettäjä",
    "remitente",
    "mittente",
    "expéditeur",
    "feladó",
    "发件人",
    "差出人",
];
const DATE: &[&str] = &[
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "envoyé le",
    "enviado",
    "enviado el",
    "enviada em",
    "fecha",
    "data",
    "inviato",
    "verzonden",
    "sendt",
    "dato",
    "skickat",
    "wysłano",
    "отправлено",
    "дата",
    "lähetetty",
    "päivämäärä",
    "odesláno",
    "elküldve",
    "gönderme tarihi",
    "tarih",
    "发送时间",
    "日時",
    "message du",
];
const TO: &[&str] = &[
    "to",
    "an",
    "à",
    "a",
    "para",
    "aan",
    "til",
    "till",
    "do",
    "кому",
    "vastaanottaja",
    "komu",
    "címzett",
    "kime",
    "收件人",
    "宛先",
];
const SUBJECT: &[&str] = &[
    "subject",
    "betreff",
    "objet",
    "sujet",
    "asunto",
    "assunto",
    "oggetto",
    "onderwerp",
    "emne",
    "ämne",
    "temat",
    "тема",
    "aihe",
    "předmět",
    "tárgy",
    "konu",
    "主题",
    "件名",
];
const OTHER: &[&str] = &[
    "cc",
    "kopie",
    "copie à",
    "kopia",
    "kopi",
    "reply-to",
    "importance",
    "attachments",
    "répondre à",
    "antwort an",
];

/// Words for a mail, in the line of dashes above an original or forwarded one.
const MAIL: [&str; 22] = [
    "message",
    "nachricht",
    "meddelelse",
    "besked",
    "bericht",
    "mensaje",
    "messaggio",
    "mensagem",
    "meddelande",
    "melding",
    "viesti",
    "wiadomość",
    "сообщение",
    "повідомлення",
    "письмо",
    "zpráva",
    "üzenet",
    "mesaj",
    "mail",
    "e-mail",
    "wiadomości",
    "missatge",
];

/// Most lines that are looked at for one block.
const MAX_LINES: usize = 12;
/// Longest label, in bytes.
const MAX_LABEL_BYTES: usize = 30;
/// How much of a line is looked at for a separator, in characters, and most words in one.
const MAX_SEPARATOR_CHARS: usize = 100;
const MAX_SEPARATOR_WORDS: usize = 7;
/// What rules are drawn with.
const RULE: [char; 7] = ['-', '_', '=', '—', '–', '*', ' '];

/// Whether a block of headers begins here: who, and two further things, within a few lines.
pub(super) fn begins(text: &[&str]) -> bool {
    let Some(first) = text.first().and_then(|line| label(line)) else {
        return false;
    };
    if first == Label::From && text.first().is_some_and(|line| is_run_together(line)) {
        return true;
    }
    let mut seen = vec![first];
    let mut others = 0;
    for line in text.iter().take(MAX_LINES).skip(1).filter(|line| !line.trim().is_empty()) {
        match label(line) {
            Some(label) => seen.push(label),
            // Long values are wrapped.
            None => others += 1,
        }
        if others > 2 {
            break;
        }
    }
    let has = |label| usize::from(seen.contains(&label));
    first != Label::Other && has(Label::From) == 1 && has(Label::Date) + has(Label::To) + has(Label::Subject) >= 2
}

/// `----- Original Message -----`, `-------- Forwarded message --------`, `Begin forwarded message:` and their like.
pub(super) fn is_separator(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    // The headers can follow in the same line, so that only its beginning counts.
    let end = line.char_indices().nth(MAX_SEPARATOR_CHARS).map_or(line.len(), |(at, _)| at);
    let line = line.get(..end).unwrap_or_default().trim_end();
    if !line.starts_with("--") && !line.ends_with(':') {
        return false;
    }
    let line = line.to_lowercase();
    let line = line.as_str();
    if let Some(dashed) = line.strip_prefix("--") {
        let inner = dashed.trim_start_matches(RULE);
        let (inner, closed) = inner
            .split_once("--")
            .map_or((inner, inner.ends_with(':')), |(inner, _)| (inner, true));
        let words = inner.trim_matches(RULE).trim_end_matches(':').split([' ', '\'', '’', '-']);
        return closed && words.clone().count() <= MAX_SEPARATOR_WORDS && words.clone().any(|word| MAIL.contains(&word));
    }
    let inner = line.trim_matches(RULE);
    let apple = [
        "forwarded message",
        "begin forwarded message",
        "anfang der weitergeleiteten",
        "début du message",
        "inicio del mensaje",
        "inizio messaggio",
        "begin doorgestuurd",
        "início da mensagem",
        "vidarebefordrat",
        "videresendt",
        "start på",
        "välitetty viesti",
        "начало переадресованного",
        "початок листа",
    ];
    line.ends_with(':') && apple.iter().any(|start| inner.starts_with(start))
}

/// A line of underscores, equals signs or dashes, as stands above a block.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 4 && line.chars().all(|c| "-_=—*".contains(c))
}

/// Sender and date on one line, as where HTML sets them side by side: `From: ana@ops.example Date: Mon, …`.
fn is_run_together(line: &str) -> bool {
    let folded = line.to_lowercase();
    let after = folded.split_once('@').map_or("", |(_, after)| after);
    DATE.iter().any(|word| {
        after
            .split_once(&format!(" {word}:"))
            .is_some_and(|(_, date)| date.contains(|c: char| c.is_ascii_digit()))
    })
}

fn label(line: &str) -> Option<Label> {
    let line = line.trim().trim_start_matches(['*', '=', ' ', '|']);
    let colon = line.find([':', '：']).filter(|at| *at <= MAX_LABEL_BYTES)?;
    let label = line
        .get(..colon)?
        .trim_matches(|c: char| c == '*' || c.is_whitespace())
        .to_lowercase();
    let label = label.as_str();
    let known = [
        (FROM, Label::From),
        (DATE, Label::Date),
        (TO, Label::To),
        (SUBJECT, Label::Subject),
        (OTHER, Label::Other),
    ];
    known.into_iter().find(|(words, _)| words.contains(&label)).map(|(_, label)| label)
}
