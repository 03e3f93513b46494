//! What stands in a notice, in its order, as data for the templates. May import model, policy. Every text in here is clean and capped.

use super::answer::{Answer, answers};
use super::clean::{MAX_ANSWER_CHARS, MAX_ANSWER_LINES, MAX_QUOTE_CHARS, MAX_QUOTE_LINES, block, one_line};
use super::handed::HandedPage;
use super::instant::Wall;
use super::remarks::Remarks;
use super::words::{self, Words};
use crate::model::{Address, Fact, Item, ItemList, Notice, Reason, Round, Voice};
use crate::policy::Policy;

/// The most characters of one sentence, label or fact.
const MAX_LINE_CHARS: usize = 400;
/// The most facts in one notice.
const MAX_FACTS: usize = 40;
/// The most characters of a quoted text inside a joint mail.
const MAX_JOINT_QUOTE_CHARS: usize = 600;
/// The most lines of a quoted text inside a joint mail.
const MAX_JOINT_QUOTE_LINES: usize = 12;

/// The most characters and lines of what one of several said.
const MAX_VOICE_CHARS: usize = 2_000;
const MAX_VOICE_LINES: usize = 40;

/// To those who only hear that a handoff came to nothing.
const RETURNED_TO_ANOTHER: &str = "A handoff was not answered in time, and went back to the giver.";

/// A labelled line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The label, without colon.
    pub label: String,
    /// The text.
    pub text: String,
}

/// What one of several who were asked said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VoicePage {
    /// Who.
    pub who: String,
    /// What it counts as, and when they said it.
    pub how: String,
    /// Their words, line by line.
    pub lines: Vec<String>,
}

/// One notice, in the order it is read. An empty text stands for nothing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// What is asked; where nothing is asked, what happened.
    pub headline: String,
    /// By when, and how long that is; where nothing is asked, that. Goes on from the headline.
    pub when: String,
    /// Whether anything is asked.
    pub asks: bool,
    /// The item's id.
    pub id: String,
    /// The item's title.
    pub title: String,
    /// Where the item stands for the reader.
    pub heading: String,
    /// Why this reader.
    pub why: String,
    /// The facts.
    pub facts: Vec<Line>,
    /// What the queue says of itself, as far as it helps here.
    pub queue_says: Vec<Line>,
    /// What is handed on, item by item.
    pub handed: Vec<HandedPage>,
    /// Who said what, where several were asked.
    pub voices: Vec<VoicePage>,
    /// What it says that is no item, section by section.
    pub remarks: Vec<Remarks>,
    /// Whether it is of a round: then the way to answer differs.
    pub is_round: bool,
    /// What the text is.
    pub text_label: String,
    /// The text, line by line.
    pub text: Vec<String>,
    /// Whether the text is quoted, with a bar.
    pub quoted: bool,
    /// How much of the text was left out, as a sentence.
    pub omitted: String,
    /// The one-reply answers.
    pub answers: Vec<Answer>,
    /// Where answers go; in a joint mail each notice has its own.
    pub answer_to: String,
    /// How to answer, as a sentence.
    pub how: String,
    /// Which zone the times of the facts are in, as a sentence.
    pub zone: String,
    /// The queue's purpose, or to a requester who writes.
    pub footer: String,
}

/// What the parts of a page are made from.
pub(super) struct Source<'a> {
    /// The notice.
    pub notice: &'a Notice,
    /// The reader's wall clock.
    pub wall: &'a Wall,
    /// The policy, for the texts of the queue and the name of the desk.
    pub policy: &'a Policy,
    /// The address with the reader's key.
    pub answer_to: &'a Address,
    /// Whether it is one of several in a joint mail.
    pub joined: bool,
}

impl Page {
    /// The page of a notice.
    pub fn of(source: &Source<'_>) -> Self {
        let notice = source.notice;
        let outward = words::is_outward(notice);
        let words = if outward {
            words::outward(notice.reason)
        } else {
            words::inward(notice.reason)
        };
        let (headline, when, heading) = headline(notice, source.wall, words, outward);
        let (max_chars, max_lines) = match (source.joined, notice.reason) {
            (true, _) => (MAX_JOINT_QUOTE_CHARS, MAX_JOINT_QUOTE_LINES),
            (false, Reason::Reply | Reason::AutoReply) => (MAX_ANSWER_CHARS, MAX_ANSWER_LINES),
            (false, _) => (MAX_QUOTE_CHARS, MAX_QUOTE_LINES),
        };
        let text = block(&notice.text, max_chars, max_lines);
        let answers = if outward {
            Vec::new()
        } else {
            answers(&notice.answers, &notice.item, source.answer_to)
        };
        Self {
            headline,
            when,
            asks: !notice.ask.trim().is_empty(),
            heading,
            id: notice.item.to_string(),
            title: one_line(&notice.title, Item::MAX_TITLE_CHARS),
            // The only item says among its parts why it is the reader's now.
            why: match notice.handed.as_slice() {
                [only] if only.number == 0 => String::new(),
                _ => why(&notice.why_you, outward),
            },
            facts: facts(&notice.facts, source.wall),
            queue_says: if outward { Vec::new() } else { queue_says(notice, source.policy) },
            text_label: words.text_label.to_owned(),
            handed: notice.handed.iter().map(|handed| HandedPage::of(handed, source.wall)).collect(),
            voices: voices(notice, source.wall),
            remarks: Remarks::of(&notice.sections),
            is_round: Round::is_id(&notice.item),
            omitted: omitted(text.omitted, outward),
            text: text.lines,
            quoted: !speaks_itself(notice.reason, outward),
            how: how(
                notice.reason,
                outward,
                answers.is_empty(),
                notice.handed.len(),
                Round::is_id(&notice.item),
            )
            .to_owned(),
            answers,
            answer_to: source.answer_to.to_string(),
            zone: zone(notice, source.wall),
            footer: footer(notice, source.policy, outward),
        }
    }
}

impl Page {
    /// How to answer, below a line that says already that one answers on the first line.
    pub(super) fn after_answers(&self) -> &str {
        let rest = WHERE.iter().find_map(|sentence| self.how.strip_prefix(sentence));
        rest.unwrap_or(&self.how)
    }

    /// A line of the text as it stands in the plain text: with a bar before it if it is quoted.
    pub fn shown(&self, line: &str) -> String {
        if self.quoted {
            format!("| {line}").trim_end().to_owned()
        } else {
            line.to_owned()
        }
    }
}

/// Whether the text is what the mail itself says, and nobody's words.
fn speaks_itself(reason: Reason, outward: bool) -> bool {
    matches!(reason, Reason::Reply | Reason::AutoReply | Reason::Merged) || (outward && reason == Reason::TakenBack)
}

/// What is asked, by when, and the sentence below them. Where nothing is asked that sentence moves up.
fn headline(notice: &Notice, wall: &Wall, words: Words, outward: bool) -> (String, String, String) {
    let ask = one_line(&notice.ask, MAX_LINE_CHARS);
    let by = notice.by.map(|by| (wall.say_fully(by), wall.is_past(by)));
    if ask.is_empty() {
        let when = match by {
            Some((by, false)) if notice.reason == Reason::Received => format!("You get an answer by {by}."),
            Some((by, false)) => format!("Due by {by}."),
            Some((by, true)) if !outward => format!("It was due {by}."),
            // What somebody wrote wants to be read, even if nothing more is asked.
            _ if outward || matches!(notice.reason, Reason::Answer | Reason::Forwarded) => String::new(),
            _ => "Nothing is asked of you.".to_owned(),
        };
        if let (Reason::RoundResult, Some(result)) = (notice.reason, &notice.subject) {
            let result = capitalised(&one_line(result, MAX_LINE_CHARS));
            return (format!("{result}."), String::new(), words.heading.to_owned());
        }
        let heading = if notice.reason == Reason::Returned {
            RETURNED_TO_ANOTHER
        } else {
            words.heading
        };
        return (heading.to_owned(), when, String::new());
    }
    let ask = capitalised(ask.trim_end_matches('.'));
    let (headline, when) = match by {
        None => (format!("{ask}."), String::new()),
        Some((by, false)) => (ask, format!("by {by}.")),
        Some((by, true)) => (format!("{ask}."), format!("It was due {by}.")),
    };
    (headline, when, words.heading.to_owned())
}

/// Why this reader. To a requester a clause such as `you wrote to us` becomes a sentence.
fn why(given: &str, outward: bool) -> String {
    let why = one_line(given, MAX_LINE_CHARS);
    let why = why.trim_end_matches('.');
    let clause = why.chars().next().is_some_and(char::is_lowercase);
    match (why.is_empty(), outward && clause) {
        (true, _) => String::new(),
        (false, true) => format!("You get this mail because {why}."),
        (false, false) => format!("{why}."),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn facts(facts: &[Fact], wall: &Wall) -> Vec<Line> {
    let line = |fact: &Fact| {
        let text = one_line(&fact.text, MAX_LINE_CHARS);
        let at = fact.at.map(|at| wall.say(at)).unwrap_or_default();
        Line {
            label: one_line(&fact.label, MAX_LINE_CHARS),
            text: format!("{text} {at}").trim().to_owned(),
        }
    };
    facts
        .iter()
        .take(MAX_FACTS)
        .map(line)
        .filter(|line| !line.text.is_empty())
        .collect()
}

/// The queue's own words where they help to decide, unless a fact quotes them already: what is urgent, and what a handoff owes.
fn queue_says(notice: &Notice, policy: &Policy) -> Vec<Line> {
    let mut lines = Vec::new();
    let queue = policy.queues.get(&notice.queue);
    let Some(queue) = queue.filter(|_| notice.handed.is_empty()) else {
        return lines;
    };
    let mut say = |label: &str, text: &str| {
        if notice.facts.iter().any(|fact| fact.text.contains(text)) {
            return;
        }
        lines.push(Line {
            label: label.to_owned(),
            text: one_line(text, MAX_LINE_CHARS),
        });
    };
    if words::quotes_urgent_when(notice.reason) {
        say("Urgent here", &queue.urgent_when);
    }
    lines
}

/// Who said what, each with their own words.
fn voices(notice: &Notice, wall: &Wall) -> Vec<VoicePage> {
    let voice = |voice: &Voice| {
        let at = voice.at.map(|at| format!(", {}", wall.say(at))).unwrap_or_default();
        VoicePage {
            who: one_line(&voice.who, MAX_LINE_CHARS),
            how: format!("{}{at}", one_line(&voice.how, MAX_LINE_CHARS)),
            lines: block(&voice.text, MAX_VOICE_CHARS, MAX_VOICE_LINES).lines,
        }
    };
    notice.voices.iter().map(voice).collect()
}

fn omitted(chars: usize, outward: bool) -> String {
    match (chars, outward) {
        (0, _) => String::new(),
        (n, true) => format!("(the other {n} characters are left out here)"),
        (n, false) => format!("(the other {n} characters are on the item)"),
    }
}

/// How a sentence begins that says where the answer is written, which HTML has said above it.
const WHERE: [&str; 2] = [
    "Reply to this mail with it on the first line. ",
    "Reply to this mail with what you decide on the first line. ",
];

fn how(reason: Reason, outward: bool, no_answers: bool, handed: usize, round: bool) -> &'static str {
    match (outward, reason) {
        (true, Reason::Received) => "To add something, just reply to this mail.",
        (true, Reason::Done) => "If something is still open, just reply to this mail.",
        (true, Reason::HelpOver) => "If you have something to add, just reply to this mail.",
        (true, Reason::Invited) => "To answer, just reply to this mail. To hear no more of this, reply with the word stop.",
        (true, Reason::Reply | Reason::FollowUp) => "To answer, just reply to this mail. If it is solved, reply with the word solved.",
        (true, _) => "To answer, just reply to this mail.",
        (false, Reason::Forwarded) => "To answer, just reply to this mail: it reaches whoever works on it.",
        (false, Reason::NotesWanted) => {
            "Begin each line with its number, in one mail: 1 next: call Kim. Text without a number is kept on all of them."
        }
        (false, Reason::RoundQuestion | Reason::RoundReminder) if no_answers => {
            "To answer, just reply to this mail. What all of you say is sent together at the end."
        }
        (false, Reason::RoundQuestion | Reason::RoundReminder) => {
            "It stands on the first line of a reply, your reasons below it. Until the end another reply changes it."
        }
        (false, Reason::RoundResult) => "The result is kept. What you reply now is kept with it, and changes nothing.",
        (false, Reason::Receipt) if round => "Reply `help` for what you can write, `show` for how it stands.",
        (false, Reason::SwapAsked | Reason::SwapAnswered) => {
            "Reply to this mail with what you decide on the first line. Any other text goes to the other of you."
        }
        (false, Reason::AwayProposed) => {
            "Reply to this mail with it on the first line. Other days will do as well; without an answer nothing changes, and you are not asked again."
        }
        (false, Reason::Confirm) => "It must come from an address of yours, and works once; without an answer nothing is done.",
        (false, Reason::Coverage) => {
            "Answer with what is about yourself: `swap` for duty of your own, `away` when you leave; `help` lists all you can write. `batond coverage` shows this at any time."
        }
        (false, Reason::DutyChanged) => {
            "To have it otherwise, reply `swap WHEN with NAME` about duty of your own; `help` lists all you can write."
        }
        (false, _) if handed > 1 => {
            "accept alone takes all; accept 2,3 takes part; decline 1 WHY gives one back. A line such as 2 next: call Kim is kept on that one. The giver reads what you will do."
        }
        (false, _) if handed == 1 => "What you will do goes to whoever gave it. Any other text is kept as a note.",
        (false, _) if no_answers => "Reply `help` for all you can write on the first line. Any other text is kept as a note.",
        (false, _) => "Reply to this mail with it on the first line. Any other text is kept as a note.",
    }
}

fn zone(notice: &Notice, wall: &Wall) -> String {
    if !notice.handed.is_empty()
        || notice.sections.iter().any(|section| !section.remarks.is_empty())
        || notice.facts.iter().any(|fact| fact.at.is_some())
        || notice.voices.iter().any(|voice| voice.at.is_some())
    {
        format!("Times are in {}.", wall.zone_name)
    } else {
        String::new()
    }
}

fn footer(notice: &Notice, policy: &Policy, outward: bool) -> String {
    if outward {
        return one_line(&format!("{} · {}", policy.desk.name, notice.item), MAX_LINE_CHARS);
    }
    if Round::is_id(&notice.item) {
        return one_line(&format!("{}: {}", policy.desk.name, notice.item), MAX_LINE_CHARS);
    }
    // Lists and questions of somebody's own belong to no queue.
    let own = [ItemList::DAY, ItemList::AWAY].contains(&&*notice.item.prefix);
    if own || notice.reason == Reason::AwayProposed {
        return one_line(&format!("{}: {}", policy.desk.name, notice.item), MAX_LINE_CHARS);
    }
    if notice.reason == Reason::Coverage {
        return one_line(&format!("{}: coverage, once a week.", policy.desk.name), MAX_LINE_CHARS);
    }
    let purpose = policy.queues.get(&notice.queue).map_or("", |queue| queue.purpose.as_str());
    one_line(&format!("{}: {purpose}", notice.queue), MAX_LINE_CHARS)
}
