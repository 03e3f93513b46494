//! Notices to a letter: one for each reader, one notice or several. May import model, reply, policy. Never fails: what cannot be said well is said plainly.

use jiff::Timestamp;

use super::instant::Wall;
use super::page::{Line, Page, Source};
use super::renderer::{self, Joint, written};
use super::{agenda, clean, header, subject, thread, words};
use crate::model::{Address, Bundle, HeldFor, Letter, Notice, Reader, Reason, Section, Span};
use crate::policy::{Budget, Person, Policy};
use crate::reply::{self, KeyRing, Token};

/// The most characters of a name before an address.
pub(super) const MAX_NAME_CHARS: usize = 80;
/// So many notices of a joint mail are shown in full; the others follow with one line each.
const MAX_JOINT_FULL: usize = 50;
/// The same where they came past the budget: whoever gets that many reads them as a list, and mail programs cut what is long.
const MAX_STORM_FULL: usize = 10;

/// Writes the letter that tells `reader` of `notices`. One notice gives an ordinary letter; several give a joint mail, numbered `bundle`,
/// in which each notice has its own answers with its own key, and which counts what it does not name. The same input gives the same bytes; `now` is the instant of the decision and
/// becomes the Date. A reader who is no longer configured is stood in for by the queue's owner, and the letter says so.
#[must_use]
pub fn render(notices: &[Notice], reader: &Reader, bundle: Option<Bundle>, policy: &Policy, keys: &KeyRing, now: Timestamp) -> Letter {
    let queue = notices.first().map(|notice| &notice.queue);
    let to = Recipient::of(reader, notices.first(), policy);
    let desk = Desk { policy, keys, now };
    let wall = Wall::of(&to.reader, queue, policy, now);
    match notices {
        [notice, waited @ ..] if matches!(notice.reason, Reason::Digest | Reason::List | Reason::WelcomeBack) => {
            desk.digest(notice, waited, bundle, &to, &wall)
        }
        [notice] if bundle.is_none() => desk.ordinary(notice, &to, &wall),
        _ => {
            let bundle = bundle.unwrap_or(Bundle {
                number: 0,
                more: 0,
                held_for: HeldFor::WorkingHours,
            });
            desk.joint(notices, bundle, &to, &wall)
        }
    }
}

/// Who a letter goes to.
struct Recipient {
    reader: Reader,
    address: Address,
    name: Option<String>,
    /// Who was meant, if they are no longer configured.
    instead_of: Option<String>,
}

impl Recipient {
    fn of(reader: &Reader, notice: Option<&Notice>, policy: &Policy) -> Self {
        let person = |person: &Person, instead_of: Option<String>| {
            person.mail.first().map(|address| Self {
                reader: Reader::Person(person.key.clone()),
                address: address.clone(),
                name: Some(clean::one_line(&person.name, MAX_NAME_CHARS)),
                instead_of,
            })
        };
        match reader {
            Reader::Address(address) => Self {
                reader: reader.clone(),
                address: address.clone(),
                name: None,
                instead_of: None,
            },
            Reader::Person(key) => {
                let owner = notice.and_then(|notice| policy.queues.get(&notice.queue)).map(|queue| &queue.owner);
                let stand_in = || {
                    owner
                        .and_then(|key| policy.people.get(key))
                        .or_else(|| policy.people.values().next())
                };
                policy
                    .people
                    .get(key)
                    .and_then(|found| person(found, None))
                    .or_else(|| stand_in().and_then(|found| person(found, Some(key.to_string()))))
                    .unwrap_or_else(|| Self {
                        // A policy without people: the desk hears it itself, where it is seen as a message nobody asked for.
                        reader: reader.clone(),
                        address: policy.desk.address.clone(),
                        name: None,
                        instead_of: Some(key.to_string()),
                    })
            }
        }
    }
}

struct Desk<'a> {
    policy: &'a Policy,
    keys: &'a KeyRing,
    now: Timestamp,
}

impl Desk<'_> {
    fn ordinary(&self, notice: &Notice, to: &Recipient, wall: &Wall) -> Letter {
        let token = self.token(notice, to);
        let outward = words::is_outward(notice);
        let answer_to = reply::reply_address(&self.policy.desk.address, &token);
        let page = self.page(notice, wall, to, &answer_to, false);
        let (marker, page) = (reply::REPLY_MARKER, &page);
        let (text, html) = if outward {
            let (text, html) = (renderer::RequesterText { marker, page }, renderer::RequesterHtml { marker, page });
            written(&text, &html, || plain(page))
        } else {
            let (text, html) = (renderer::NoticeText { marker, page }, renderer::NoticeHtml { marker, page });
            written(&text, &html, || plain(page))
        };
        let thread = thread::thread(notice, &token, &self.policy.desk.address);
        let queue_address = self.policy.queues.get(&notice.queue).and_then(|queue| queue.address.clone());
        Letter {
            from: queue_address
                .filter(|_| outward)
                .unwrap_or_else(|| self.policy.desk.address.clone()),
            reply_to: Some(answer_to),
            null_return_path: words::is_automatic_answer(notice.reason),
            subject: subject::subject(notice, wall),
            headers: header::ordinary(notice, self.policy),
            attached: notice.attached.clone(),
            ..self.letter(to, thread, text, html)
        }
    }

    fn joint(&self, notices: &[Notice], bundle: Bundle, to: &Recipient, wall: &Wall) -> Letter {
        let pages = notices.iter().map(|notice| {
            let answer_to = reply::reply_address(&self.policy.desk.address, &self.token(notice, to));
            self.page(notice, wall, to, &answer_to, true)
        });
        let mut pages: Vec<Page> = pages.collect();
        let full = match bundle.held_for {
            HeldFor::WorkingHours | HeldFor::Watching => MAX_JOINT_FULL,
            HeldFor::Budget => MAX_STORM_FULL,
        };
        let brief = pages.split_off(pages.len().min(full));
        for (number, page) in (1..).zip(&mut pages) {
            page.headline = format!("{number}. {}", page.headline);
        }
        let asked = notices.iter().filter(|notice| !notice.ask.trim().is_empty()).count();
        let joint = Joint {
            marker: reply::REPLY_MARKER,
            desk: self.name(),
            headline: headline(notices, bundle, wall),
            asked: match asked {
                0 if bundle.more == 0 => "None of them asks anything of you.".to_owned(),
                1 => "1 of them asks something of you.".to_owned(),
                n if bundle.more > 0 => format!("{n} of those named here ask something of you."),
                n => format!("{n} of them ask something of you."),
            },
            held_back: held_back(bundle, self.budget_of(to)),
            more: more(bundle),
            zone: format!("Times are in {}.", wall.zone_name),
            pages,
            brief,
        };
        let (text, html) = (renderer::JointText { joint: &joint }, renderer::JointHtml { joint: &joint });
        let (text, html) = written(&text, &html, || {
            let pages = joint.pages.iter().chain(&joint.brief).map(plain);
            pages.collect::<Vec<_>>().join("\n\n")
        });
        Letter {
            subject: subject::joint(notices, bundle, wall),
            headers: header::joint(notices, self.policy),
            ..self.letter(to, thread::joint(notices, bundle.number, &self.policy.desk.address), text, html)
        }
    }

    /// A digest, with what waited as its last part.
    fn digest(&self, notice: &Notice, waited: &[Notice], bundle: Option<Bundle>, to: &Recipient, wall: &Wall) -> Letter {
        let token = self.token(notice, to);
        let answer_to = reply::reply_address(&self.policy.desk.address, &token);
        let mut agenda = agenda::agenda(notice, reply::REPLY_MARKER, wall, &answer_to, &self.name());
        if let Some(bundle) = bundle.filter(|bundle| !waited.is_empty() || bundle.more > 0) {
            let pages = waited.iter().map(|one| {
                let answer_to = reply::reply_address(&self.policy.desk.address, &self.token(one, to));
                let mut page = self.page(one, wall, to, &answer_to, true);
                if let Some(number) = number_of(&notice.sections, one) {
                    page.headline = format!("{number}. {}", page.headline);
                }
                page
            });
            agenda.pages = pages.collect();
            agenda.brief = agenda.pages.split_off(agenda.pages.len().min(MAX_STORM_FULL));
            agenda.waited = headline(waited, bundle, wall);
            agenda.held_back = held_back(bundle, self.budget_of(to));
            agenda.more = more(bundle);
        }
        let (text, html) = (renderer::DigestText { agenda: &agenda }, renderer::DigestHtml { agenda: &agenda });
        let (text, html) = written(&text, &html, || {
            let sections = agenda
                .sections
                .iter()
                .flat_map(|section| std::iter::once(section.title.clone()).chain(section.text()));
            let pages = agenda.pages.iter().chain(&agenda.brief).map(plain);
            sections.chain(pages).collect::<Vec<_>>().join("\n")
        });
        Letter {
            reply_to: Some(answer_to),
            null_return_path: words::is_automatic_answer(notice.reason),
            subject: format!(
                "{}: {}",
                agenda::begins(notice, wall),
                clean::one_line(&notice.title, MAX_NAME_CHARS)
            ),
            headers: header::digest(notice, waited, self.policy),
            ..self.letter(to, thread::thread(notice, &token, &self.policy.desk.address), text, html)
        }
    }

    /// What every letter has.
    fn letter(&self, to: &Recipient, thread: thread::Thread, text: String, html: String) -> Letter {
        Letter {
            to: to.address.clone(),
            to_name: to.name.clone(),
            from: self.policy.desk.address.clone(),
            from_name: Some(self.name()),
            reply_to: None,
            null_return_path: false,
            return_path: None,
            subject: String::new(),
            message_id: thread.message_id,
            in_reply_to: thread.in_reply_to,
            references: thread.references,
            date: self.now,
            headers: Vec::new(),
            text,
            html,
            attached: None,
        }
    }

    fn page(&self, notice: &Notice, wall: &Wall, to: &Recipient, answer_to: &Address, joined: bool) -> Page {
        let mut page = Page::of(&Source {
            notice,
            wall,
            policy: self.policy,
            answer_to,
            joined,
        });
        let instead_of = match (&notice.to, &to.reader) {
            (Reader::Person(meant), Reader::Person(reads)) if meant != reads => Some(meant.to_string()),
            _ => to.instead_of.clone(),
        };
        if let Some(missing) = instead_of {
            page.facts.push(Line {
                label: "Meant for".to_owned(),
                text: format!("{missing}, who is no longer configured"),
            });
        }
        page
    }

    fn token(&self, notice: &Notice, to: &Recipient) -> Token {
        self.keys.token(&notice.item, &to.reader, notice.opened)
    }

    fn budget_of(&self, to: &Recipient) -> Budget {
        to.reader
            .person()
            .map_or(self.policy.desk.budget, |person| self.policy.budget_of(person))
    }

    fn name(&self) -> String {
        clean::one_line(&self.policy.desk.name, MAX_NAME_CHARS)
    }
}

/// `3 notices were held for your working hours; the oldest is from Mon 23 Nov 18:02.`, or `37 more notices came at once; …`
fn headline(notices: &[Notice], bundle: Bundle, wall: &Wall) -> String {
    let oldest = notices.iter().map(|notice| notice.at).min();
    let since = oldest
        .map(|at| format!("; the oldest is from {}", wall.say(at)))
        .unwrap_or_default();
    let count = notices.len() + bundle.more as usize;
    match bundle.held_for {
        HeldFor::WorkingHours => format!("{count} notices were held for your working hours{since}."),
        HeldFor::Budget => format!("{count} more notices came{since}."),
        HeldFor::Watching => format!("{count} notices of what you watch{since}."),
    }
}

/// The number of an item that stands in a section of the digest too.
fn number_of(sections: &[Section], notice: &Notice) -> Option<u32> {
    let mut entries = sections.iter().flat_map(|section| &section.entries);
    entries.find(|entry| entry.item == notice.item).map(|entry| entry.number)
}

/// Why they come together, where it is not the hour.
fn held_back(bundle: Bundle, budget: Budget) -> String {
    match bundle.held_for {
        HeldFor::WorkingHours | HeldFor::Watching => String::new(),
        HeldFor::Budget => format!(
            "They come in one mail because you get at most {} in {}, the last of them kept for what is urgent, and {} about one item.",
            budget.mails,
            Span::Elapsed(budget.seconds),
            budget.per_item
        ),
    }
}

/// What is not named, and where it is.
fn more(bundle: Bundle) -> String {
    match bundle.more {
        0 => String::new(),
        n => format!("And {n} more, which are not listed here. Each stands on its item: `batond list` shows what is open."),
    }
}

/// The words of a page without a template: what is sent should a template ever fail.
fn plain(page: &Page) -> String {
    let facts = page.facts.iter().map(|line| format!("{}: {}", line.label, line.text));
    let answers = page
        .answers
        .iter()
        .map(|answer| answer.words.as_str())
        .collect::<Vec<_>>()
        .join(" · ");
    let head = [&page.headline, &page.when, &page.id, &page.title, &page.heading, &page.why].map(Clone::clone);
    let text = page
        .text
        .iter()
        .map(|line| if page.quoted { format!("| {line}") } else { line.clone() });
    let tail = [answers, format!("Answers go to {}", page.answer_to)];
    let all = head.into_iter().chain(facts).chain(text).chain(tail);
    all.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
