//! `watch`: somebody is told of each change of state and each note of an item that is not theirs. May import model, reply. A room of its own in the budget, and it ends with the item.

use super::work::{Say, Work};
use super::{Event, ItemEvent, facts};
use crate::model::{Item, PersonKey, Reader, Reason};

/// The most characters of what somebody wrote in one line.
const MAX_WORDS_CHARS: usize = 200;

/// Somebody watches from now on.
pub(super) fn watch(work: &mut Work<'_>, person: &PersonKey) -> Result<String, String> {
    if work.item.watchers.contains(person) {
        return Ok("you watch it already".to_owned());
    }
    if work.item.watchers.len() >= Item::MAX_WATCHERS {
        return Err(format!("{} people watch it already, and that is the most", Item::MAX_WATCHERS));
    }
    work.emit(ItemEvent::Watched {
        person: person.clone(),
        on: true,
    });
    Ok("you hear of every change and note until it is closed; `unwatch` ends that".to_owned())
}

/// And no longer.
pub(super) fn unwatch(work: &mut Work<'_>, person: &PersonKey) -> Result<String, String> {
    if !work.item.watchers.contains(person) {
        return Err("you do not watch it".to_owned());
    }
    work.emit(ItemEvent::Watched {
        person: person.clone(),
        on: false,
    });
    Ok("you hear no more of it than is yours to do".to_owned())
}

/// Tells those who watched the item before what was decided on it now. Whoever did it, or is told of it anyhow, is not told again.
pub(super) fn tell(work: &mut Work<'_>, watched_by: Vec<PersonKey>) {
    if watched_by.is_empty() {
        return;
    }
    let mut lines = Vec::new();
    let (mut acted, mut told) = (Vec::new(), Vec::new());
    for event in work.events() {
        let Event::Item(event) = event else { continue };
        match event {
            ItemEvent::Acted { actor, .. } => acted.extend(actor.reader.person().cloned()),
            ItemEvent::Told { to, .. } => told.extend(to.person().cloned()),
            _ => {}
        }
        lines.extend(line(work, event));
    }
    if lines.is_empty() {
        return;
    }
    // Whoever is not configured any more watches nothing.
    let known = |person: &PersonKey| work.cx.policy.people.contains_key(person);
    let hears = |person: &PersonKey| known(person) && !acted.contains(person) && !told.contains(person);
    let hearing: Vec<PersonKey> = watched_by.into_iter().filter(hears).collect();
    for person in hearing {
        let say = Say {
            why_you: "you watch it".to_owned(),
            facts: super::say::state_facts(work),
            text: lines.join("\n"),
            answers: ["note TEXT", "show", "unwatch"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        work.notify(Reader::Person(person), Reason::Watched, say);
    }
}

/// A fact as a line, if it is a change of state or a note.
fn line(work: &Work<'_>, event: &ItemEvent) -> Option<String> {
    let name = |person: &PersonKey| work.name(person);
    let words = |words: &str| {
        let text: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(MAX_WORDS_CHARS) {
            Some((end, _)) => format!(": {}…", text.get(..end).unwrap_or_default()),
            None if text.is_empty() => String::new(),
            None => format!(": {text}"),
        }
    };
    let said = |said: &Option<String>| said.as_deref().map_or_else(String::new, words);
    Some(match event {
        ItemEvent::Joined { message, .. } if !message.automatic => {
            let from = message
                .from
                .as_ref()
                .map_or_else(|| message.source.to_string(), ToString::to_string);
            // What our own people write by mail stands below as what came of it.
            if message
                .author
                .as_ref()
                .is_some_and(|author| work.cx.policy.person_by_address(author).is_some())
            {
                return None;
            }
            format!("{from} wrote{}", words(&message.text))
        }
        ItemEvent::Offered { to, .. } => format!("offered to {to}"),
        ItemEvent::Accepted { by, words: words_of } => format!("{} has accepted it{}", name(by), said(words_of)),
        ItemEvent::Declined { by, why } => format!("{} declined{}", name(by), words(why)),
        ItemEvent::Returned { to, .. } => format!("{} has it again", name(to)),
        ItemEvent::Parked { why } => format!("parked{}", words(why)),
        ItemEvent::Waiting { on, .. } => format!("it waits for {}", on.as_deref().unwrap_or("the requester")),
        ItemEvent::Snoozed { .. } => "put off".to_owned(),
        ItemEvent::Blocked { why } => format!("it cannot go on{}", words(why)),
        ItemEvent::Resumed { why } => format!("it goes on{}", words(why)),
        ItemEvent::Done { note, .. } => format!("done{}", said(note)),
        ItemEvent::Dropped { why } => format!("dropped{}", words(why)),
        ItemEvent::Reopened { why } => format!("open again{}", words(why)),
        ItemEvent::Noted { by, text } => match by {
            Some(by) => format!("{} noted{}", name(by), words(text)),
            None => format!("note{}", words(text)),
        },
        ItemEvent::Replied { text } => format!("answered the requester{}", words(text)),
        ItemEvent::Muted { .. } => "muted".to_owned(),
        ItemEvent::MuteEnded { .. } => "muted no longer".to_owned(),
        ItemEvent::Prioritised { priority } => format!("its priority is {priority}"),
        ItemEvent::ClockOverdue { kind, .. } => format!("the time to {kind} is over"),
        ItemEvent::EscalationStepped { what, .. } => format!("escalation{}", words(what)),
        ItemEvent::Orphaned { owner, .. } => format!("{} answers for it", name(owner)),
        ItemEvent::Moved { to, .. } => format!("it is in {to} now"),
        ItemEvent::Merged { into, .. } => format!("it goes on as {into}"),
        ItemEvent::TookIn { from, .. } => format!("{from} was merged into it"),
        ItemEvent::Invited { guest, .. } => format!("{guest} was invited"),
        ItemEvent::Undone { said, .. } => format!("`{said}` was taken back"),
        _ => return None,
    })
}

/// Who watches it, for those who ask how it stands.
pub(super) fn fact(work: &Work<'_>) -> Option<crate::model::Fact> {
    let names: Vec<String> = work.item.watchers.iter().map(|person| work.name(person)).collect();
    (!names.is_empty()).then(|| facts::fact("Watched by", names.join(", ")))
}
