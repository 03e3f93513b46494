//! Who is meant: people, `team:`, `rotation:`, `holder`, `owner`, addresses. May import the rest of config.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::nearest::nearest;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use crate::model::{Address, Party, PersonKey, Pick, RotationName, TeamName};

/// Which parties make sense at a place, besides people, teams and rotations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    /// `holder`
    pub holder: bool,
    /// `owner`
    pub owner: bool,
    /// An address.
    pub address: bool,
}

/// `assign` of a rule.
pub(crate) const ASSIGN: Allowed = Allowed {
    holder: false,
    owner: false,
    address: false,
};
/// `assign` of a queue, `pass_to` of a step.
pub(crate) const OFFER: Allowed = Allowed { owner: true, ..ASSIGN };
/// `fallback` of a queue.
pub(crate) const FALLBACK: Allowed = Allowed { address: true, ..OFFER };
/// `tell` of a step.
pub(crate) const TELL: Allowed = Allowed { holder: true, ..FALLBACK };

/// The addresses that notices would go to, with where they stand: checked against batond's own at the end.
pub(crate) type Targets = Vec<(Address, Spot)>;

/// A party. Addresses are noted as targets.
pub(crate) fn party(cx: &mut Check<'_>, node: &Node, allowed: Allowed, targets: &mut Targets) -> Option<Party> {
    if matches!(node.value, Value::Map(_)) {
        cx.wrong_type(node, "a text")
            .hint("write `assign: team:NAME`, and beside it `pick: least_loaded` or `pick: round_robin`");
        return None;
    }
    let text = cx.full_text(node)?;
    if let Some((kind, name)) = text.split_once(':') {
        return named(cx, node, kind.trim(), name.trim());
    }
    if text.contains('@') {
        let address = super::desk::address(cx, node)?;
        if !allowed.address {
            cx.error(
                Code::BadParty,
                node.spot,
                format!("`{}` is an address; an item can only be given to people", shown(text)),
            )
            .hint("write a person, `team:NAME` or `rotation:NAME`");
            return None;
        }
        targets.push((address.clone(), node.spot));
        return Some(Party::Address(address));
    }
    match text {
        "holder" if allowed.holder => Some(Party::Holder),
        "owner" if allowed.owner => Some(Party::Owner),
        "holder" | "owner" => {
            cx.error(Code::BadParty, node.spot, format!("`{text}` means nobody here"))
                .hint("write a person, `team:NAME` or `rotation:NAME`");
            None
        }
        _ => person(cx, node).map(Party::Person),
    }
}

/// `pick`, beside an `assign` that names a team.
pub(crate) fn pick(cx: &mut Check<'_>, entry: &Entry, assign: Option<&Party>) -> Option<Pick> {
    let picks = [("least_loaded", Pick::LeastLoaded), ("round_robin", Pick::RoundRobin)];
    let pick = cx.word(&entry.value, &picks)?;
    if !matches!(assign, Some(Party::Team(_))) {
        cx.error(Code::NoEffect, entry.spot, "`pick` has no effect without a team to choose from")
            .hint("write `assign: team:NAME` beside it, or remove it");
        return None;
    }
    Some(pick)
}

fn named(cx: &mut Check<'_>, node: &Node, kind: &str, name: &str) -> Option<Party> {
    match kind {
        "team" if cx.names.teams.has(name) => return Some(Party::Team(TeamName::from(name))),
        "rotation" if cx.names.rotations.has(name) => return Some(Party::Rotation(RotationName::from(name))),
        _ => {}
    }
    let names = &cx.names;
    let (code, text, near) = match kind {
        "team" => (
            Code::UnknownTeam,
            format!("unknown team `{}`", shown(name)),
            nearest(name, names.teams.iter()),
        ),
        "rotation" => (
            Code::UnknownRotation,
            format!("unknown rotation `{}`", shown(name)),
            nearest(name, names.rotations.iter()),
        ),
        _ => (Code::BadParty, format!("`{}:` names no kind of party", shown(kind)), None),
    };
    let near = near.map(|near| format!("{kind}:{near}"));
    let hint = match kind {
        "team" => "define it under `teams`",
        "rotation" => "define it under `rotations`",
        _ => "write a person, `team:NAME` or `rotation:NAME`",
    };
    cx.error(code, node.spot, text).hint(hint).did_you_mean(near.as_deref());
    None
}

/// A person who is defined.
pub(crate) fn person(cx: &mut Check<'_>, node: &Node) -> Option<PersonKey> {
    let text = cx.full_text(node)?;
    if cx.names.people.has(text) {
        return Some(PersonKey::from(text));
    }
    let names = &cx.names;
    let near = if names.teams.spot(text).is_some() {
        Some(format!("team:{text}"))
    } else if names.rotations.spot(text).is_some() {
        Some(format!("rotation:{text}"))
    } else {
        nearest(text, names.people.iter()).map(str::to_owned)
    };
    cx.error(Code::UnknownPerson, node.spot, format!("unknown person `{}`", shown(text)))
        .hint("define them under `people`")
        .did_you_mean(near.as_deref());
    None
}
