//! Rounds over the control socket: what is planned, asked, over; one with its history; starting one. May import model, driver, store, view.

use serde_json::{Value, json};

use super::Control;
use super::answer::{ErrorKind, PAGE, Told, Trouble, history_page, person};
use crate::model::{ItemId, PersonKey, Round, RoundName, RoundState};
use crate::web::view::{RoundEntry, RoundView, round_history};

/// The most rounds that are listed: the newest.
const MAX_LISTED: usize = 1_000;

/// The rounds, newest first. What was planned and is no more is left out.
pub(super) async fn list(control: &Control, all: bool) -> Told {
    let mut rounds: Vec<RoundView> = Vec::new();
    let mut before = None;
    loop {
        let page = control.handle.read(move |store| store.rounds_page(all, before, PAGE)).await??;
        let policy = control.handle.policy();
        let shown = page.iter().filter(|round| round.state != RoundState::Withdrawn);
        rounds.extend(shown.map(|round| RoundView::of(round, &policy)));
        if page.len() < PAGE || rounds.len() >= MAX_LISTED {
            rounds.truncate(MAX_LISTED);
            return Ok(json!({ "rounds": rounds }));
        }
        before = page.last().map(|round| round.id.number);
    }
}

/// One round with its history.
pub(super) async fn show(control: &Control, id: ItemId) -> Told {
    let wanted = id.clone();
    let found = control.handle.read(move |store| store.round(&wanted)).await??;
    let round: Round = found.ok_or_else(|| {
        let text = format!("there is no round {id}; `batond rounds --all` shows what there is");
        Trouble::new(ErrorKind::NotFound, text)
    })?;
    let mut lines: Vec<RoundEntry> = Vec::new();
    let mut after = 0;
    while let Some((records, last)) = history_page(control, &id, after).await? {
        lines.extend(round_history(&id, &records));
        after = last;
    }
    let mut view = serde_json::to_value(RoundView::of(&round, &control.handle.policy()))?;
    if let Value::Object(fields) = &mut view {
        fields.insert("history".into(), serde_json::to_value(lines)?);
    }
    Ok(view)
}

/// Begins one.
pub(super) async fn start(control: &Control, name: RoundName, about: String, by: PersonKey) -> Told {
    let policy = control.handle.policy();
    person(&by, &policy)?;
    let started = control.handle.start_round(name.clone(), about, by).await?;
    let id = started.ok_or_else(|| {
        let known: Vec<_> = policy.rounds.keys().map(ToString::to_string).collect();
        let known = if known.is_empty() {
            "no rounds".to_owned()
        } else {
            known.join(", ")
        };
        Trouble::new(
            ErrorKind::NotFound,
            format!("there is no round `{name}`; the configuration has {known}"),
        )
    })?;
    Ok(json!({ "round": id }))
}
