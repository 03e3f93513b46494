//! How the subjects of automatic answers read, in the languages that mail programs and servers come in. May import nothing. Lower case; a phrase ends at a word's end.

/// What only programs begin a subject with.
const MACHINES: [&str; 36] = [
    "auto:",
    "autoreply",
    "auto-reply",
    "auto reply",
    "automatic reply",
    "automated reply",
    "automated response",
    "automatic response",
    "auto response",
    "auto-response",
    "autoresponse",
    "autoresponder",
    "automatische antwort",
    "autoantwort",
    "abwesenheitsnotiz",
    "réponse automatique",
    "respuesta automática",
    "respuesta automatica",
    "resposta automàtica",
    "risposta automatica",
    "resposta automática",
    "autosvar",
    "automatiskt svar",
    "automaattinen vastaus",
    "automatisch antwoord",
    "odpowiedź automatyczna",
    "automatická odpověď",
    "automatická odpoveď",
    "automatikus válasz",
    "răspuns automat",
    "автоответ",
    "автоматический ответ",
    "otomatik yanıt",
    "自動応答",
    "自动答复",
    "自動回覆",
];

/// What an absence is called in a subject.
const ABSENCES: [&str; 125] = [
    // English
    "out of office",
    "out of the office",
    "out-of-office",
    "away",
    "away until",
    "away from",
    "away from the office",
    "on vacation",
    "vacation",
    "on holiday",
    "on leave",
    "absence",
    "absent",
    // German, Dutch, the North
    "abwesenheit",
    "abwesend",
    "nicht im büro",
    "ausser haus",
    "außer haus",
    "im urlaub",
    "urlaub",
    "afwezig",
    "afwezigheid",
    "afwezigheids bericht",
    "afwezigheidsbericht",
    "niet aanwezig",
    "buiten kantoor",
    "op vakantie",
    "ikke tilstede",
    "ikke til stede",
    "ikke på kontoret",
    "ikkje på kontoret",
    "fraværende",
    "fravær",
    "på ferie",
    "frånvarande",
    "frånvaro",
    "inte på kontoret",
    "ej på kontoret",
    "på semester",
    "lomalla",
    "poissa",
    "poissa toimistosta",
    "en ole paikalla",
    "er ekki við",
    "fjarverandi",
    "ikki á skrivstovuni",
    // Romance languages and Basque
    "absence du bureau",
    "absent du bureau",
    "hors du bureau",
    "message d'absence",
    "en vacances",
    "en congé",
    "congés",
    "fuera de la oficina",
    "fuera de oficina",
    "ausente",
    "ausencia",
    "ausência",
    "de vacaciones",
    "fora de l'oficina",
    "fora de la feina",
    "de vacances",
    "fóra do traballo",
    "fóra da oficina",
    "fora do escritório",
    "fora do escritorio",
    "de férias",
    "férias",
    "fuori ufficio",
    "fuori sede",
    "assente",
    "assenza",
    "in ferie",
    "în afara biroului",
    "absent din birou",
    "în concediu",
    "lanetik kanpo",
    "bulegotik kanpo",
    // Slavic and Baltic languages, Hungarian, Estonian
    "mimo kancelář",
    "mimo kanceláriu",
    "nepřítomnost",
    "nepřítomen",
    "neprítomnosť",
    "dovolená",
    "dovolenka",
    "odsutnost",
    "odsutan",
    "odsotnost",
    "odsoten",
    "izvan ureda",
    "van kancelarije",
    "na odmoru",
    "na dopustu",
    "poza biurem",
    "nieobecność",
    "nieobecny",
    "urlop",
    "na urlopie",
    "вне офиса",
    "отсутствую",
    "нет на месте",
    "в отпуске",
    "отпуск",
    "поза офісом",
    "відсутній",
    "у відпустці",
    "извън офиса",
    "отсъствам",
    "отсутен",
    "одсутан",
    "одсутност",
    "ван канцеларије",
    "esu išvykęs",
    "ne biure",
    "atostogos",
    "atostogauju",
    "neesmu birojā",
    "prombūtnē",
    "atvaļinājumā",
    "házon kívül",
    "irodán kívül",
    "szabadságon",
    "kontorist väljas",
    "puhkusel",
    "eemal",
];

/// The same where words are not parted by spaces, and in the languages written in other letters.
const ABSENCES_ELSEWHERE: [&str; 24] = [
    "ofis dışında",
    "ofis dışı",
    "ofiste değil",
    "izinde",
    "izindeyim",
    "tatilde",
    "εκτός γραφείου",
    "απουσία",
    "άδεια",
    "מחוץ למשרד",
    "בחופשה",
    "خارج المكتب",
    "إجازة",
    "خارج از دفتر",
    "不在",
    "外出",
    "休暇",
    "休假",
    "不在办公室",
    "不在辦公室",
    "부재중",
    "휴가",
    "vắng mặt",
    "di luar kantor",
];

/// How subjects of answers people write begin, in the mail programs in use.
const REPLY_PREFIXES: [&str; 17] = [
    "re", "aw", "sv", "vs", "antw", "ant", "odp", "ref", "rv", "res", "r", "ynt", "vá", "atb", "απ", "回复", "回覆",
];

/// Whether a subject, lower case, begins as no person begins one.
pub(super) fn begins_as_machines_do(subject: &str) -> bool {
    MACHINES.iter().any(|start| begins(subject, start).is_some())
}

/// What follows the name of an absence that begins a subject, lower case: nothing, or what stands behind a sign or a date.
pub(super) fn after_phrase(subject: &str) -> Option<&str> {
    let subject = subject.trim_start_matches(|sign: char| "[(*".contains(sign) || sign.is_whitespace());
    let phrases = ABSENCES.iter().chain(&ABSENCES_ELSEWHERE);
    // The longest phrase leaves the least behind.
    let rest = phrases.filter_map(|phrase| begins(subject, phrase)).min_by_key(|rest| rest.len())?;
    let next = rest.trim_start();
    let closed = next.is_empty() || next.starts_with(|sign: char| sign.is_ascii_digit() || (!sign.is_alphanumeric() && sign != '\''));
    (closed || DATE_WORDS.iter().any(|word| begins(next, word).is_some())).then_some(next)
}

/// Whether a subject, lower case, names an absence anywhere.
pub(super) fn names_absence(subject: &str) -> bool {
    let phrases = MACHINES.iter().chain(&ABSENCES).chain(&ABSENCES_ELSEWHERE);
    let mut stems = phrases.chain(&STEMS);
    stems.any(|phrase| subject.contains(phrase))
}

/// Whether a subject, lower case, begins with the mark of an answer.
pub(super) fn is_answer_of_people(subject: &str) -> bool {
    let subject = subject.trim_start_matches(|sign: char| sign == '[' || sign.is_whitespace());
    REPLY_PREFIXES.iter().any(|prefix| {
        let rest = subject.strip_prefix(prefix).unwrap_or_default();
        let rest = rest.trim_start_matches(|sign: char| sign.is_ascii_digit() || "[]()^".contains(sign));
        rest.trim_start().starts_with([':', '：'])
    })
}

/// What an absence's beginning or end is named with.
const DATE_WORDS: [&str; 14] = [
    "until", "till", "from", "bis", "vom", "von", "jusqu", "du", "hasta", "fino", "dal", "tot", "do", "fins",
];

/// Beginnings of words that name an absence in subjects of mail known to be automatic.
const STEMS: [&str; 6] = ["holiday", "abwesen", "fora do", "nieobecn", "kancelar", "канцелари"];

/// What follows a phrase that begins a text and ends at a word's end.
fn begins<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(phrase)?;
    let open = phrase.ends_with(|last: char| last.is_alphabetic() && !is_unspaced(last));
    let goes_on = open && rest.starts_with(char::is_alphabetic);
    (!goes_on).then_some(rest)
}

/// Whether a letter belongs to a script that writes words without spaces.
fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}
