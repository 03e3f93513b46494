//! `round NAME: ABOUT` in a mail to the desk: one of `people` begins a round. May import engine, model. Whether they are who they say is asked elsewhere.

use super::cascade::Cascade;
use crate::engine::{Command, Context, Past, Read, RoundCommand, Starting, next_id};
use crate::model::{Mail, PersonKey, Round, RoundName, StartedBy};

/// A line of more words that names no round is prose.
const SHORT_WORDS: usize = 4;

/// What somebody wants to begin.
pub(super) struct Wish {
    /// The line that says so.
    pub(super) line: String,
    /// Its name as written, and whether there is one.
    name: Result<RoundName, String>,
    /// What it is about.
    about: String,
}

/// The wish of a mail: its first line, or its subject where there is no text; what stands below says what it is about.
pub(super) fn wish(mail: &Mail, cx: &Context<'_>) -> Option<Wish> {
    let body = mail.new_text.trim();
    let text = if body.is_empty() { mail.subject.trim() } else { body };
    let (line, below) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim().trim_start_matches('/');
    let rest = line.get(..5).filter(|word| word.eq_ignore_ascii_case("round")).and(line.get(5..))?;
    let rest = rest.strip_prefix(char::is_whitespace)?.trim();
    let end = rest.find(|c: char| c.is_whitespace() || ",:".contains(c)).unwrap_or(rest.len());
    let (name, about) = rest.split_at(end);
    let known = cx.policy.rounds.keys().find(|known| known.as_str().eq_ignore_ascii_case(name));
    if known.is_none() && line.split_whitespace().count() > SHORT_WORDS {
        return None;
    }
    let about = about.trim_start_matches([',', ':', ' ', '-', '–']).trim();
    let about = [about, below.trim()].into_iter().filter(|part| !part.is_empty());
    Some(Wish {
        line: line.chars().take(200).collect(),
        name: known.cloned().ok_or_else(|| name.to_owned()),
        about: about.collect::<Vec<_>>().join("\n"),
    })
}

/// Begins it; a sentence says what came of it.
pub(super) fn begin(wish: Wish, person: &PersonKey, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<Result<String, String>> {
    let name = match wish.name {
        Ok(name) => name,
        Err(unknown) => {
            let known: Vec<&str> = cx.policy.rounds.keys().map(RoundName::as_str).collect();
            let known = if known.is_empty() {
                "none is configured".to_owned()
            } else {
                format!("there are {}", known.join(", "))
            };
            return Ok(Err(format!("there is no round `{unknown}`; {known}")));
        }
    };
    let id = next_id(Round::PREFIX, &cascade.view())?;
    let starting = Starting {
        name,
        by: StartedBy::Mail(person.clone()),
        about: wish.about,
        item: None,
    };
    cascade.run(Command::Round(id.clone(), RoundCommand::Start(Box::new(starting))))?;
    let round = cascade.view().round(&id)?;
    let asked = round.map_or(0, |round| round.people.len());
    Ok(Ok(format!("{id} has begun, and {asked} are asked")))
}
