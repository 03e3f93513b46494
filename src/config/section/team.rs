//! `teams`. May import the rest of config.

use std::collections::BTreeMap;

use super::super::check::Check;
use super::super::code::Code;
use super::super::sections::Sections;
use super::super::texts::Spot;
use super::super::yaml::{Node, Value};
use super::party::person;
use crate::model::{PersonKey, TeamName};

/// Teams by name, members in the order written.
pub(crate) type Teams = BTreeMap<TeamName, Vec<PersonKey>>;

/// All teams.
pub(crate) fn teams(cx: &mut Check<'_>, sections: &Sections<'_>) -> Teams {
    let mut teams = Teams::new();
    for entry in sections.named("teams") {
        let Some(name) = entry.key.as_deref() else { continue };
        let what = format!("team `{name}`");
        let members = members(cx, entry.spot, &entry.value, &what, Code::EmptyTeam);
        let mut seen: Vec<&PersonKey> = Vec::new();
        for (member, spot) in &members {
            if seen.contains(&member) {
                cx.error(Code::NamedTwiceInList, *spot, format!("`{member}` stands twice in {what}"))
                    .hint("remove one of the two");
            }
            seen.push(member);
        }
        teams.insert(TeamName::from(name), members.into_iter().map(|(member, _)| member).collect());
    }
    teams
}

/// A list of people; an empty one is reported with `empty`.
pub(crate) fn members(cx: &mut Check<'_>, head: Spot, node: &Node, what: &str, empty: Code) -> Vec<(PersonKey, Spot)> {
    let nodes = match &node.value {
        Value::List(nodes) if !nodes.is_empty() => nodes.as_slice(),
        Value::List(_) | Value::Null => {
            cx.error(empty, head, format!("{what} is empty")).hint("name at least one person");
            return Vec::new();
        }
        Value::Text(_) => std::slice::from_ref(node),
        _ => {
            cx.wrong_type(node, "a list of people");
            return Vec::new();
        }
    };
    nodes.iter().filter_map(|node| Some((person(cx, node)?, node.spot))).collect()
}
