//! Lists of items over the control socket: what stands numbered in a digest, a list, a change of shift, what somebody left. May import model, policy, reply, engine, driver, view.

use serde_json::{Value, json};

use super::answer::{Told, person as known};
use super::{Control, ErrorKind, Trouble};
use crate::engine::{Actor, Evidence, Home, is_list, list_of, when_context};
use crate::model::{Item, ItemId, ItemList, Party, PersonKey, Reader, State};
use crate::reply::{Line, Numbered, ReadContext, Said, Verb, read_numbered};
use crate::web::view::ListView;

/// Whether an id is that of a list.
pub(super) fn is_one(id: &ItemId) -> bool {
    is_list(id)
}

/// A list with its items as they are now. Those of people are numbered for each: whose is meant must be said where several have that number.
async fn find(control: &Control, id: &ItemId, person: Option<PersonKey>) -> Result<(Home, ItemList, Vec<(u32, Item)>), Trouble> {
    let policy = control.handle.policy();
    let people: Vec<PersonKey> = match person {
        Some(person) => {
            known(&person, &policy)?;
            vec![person]
        }
        None => policy.people.keys().cloned().collect(),
    };
    let wanted = id.clone();
    let found = control
        .handle
        .read(move |store| {
            let mut found: Vec<(Home, ItemList)> = Vec::new();
            for person in people {
                let list = list_of(store, &wanted, Some(&Reader::Person(person)))?;
                found.extend(list.filter(|(_, list)| !found.iter().any(|(_, other)| other == list)));
            }
            let mut items = Vec::new();
            if let [(_, list)] = found.as_slice() {
                for (number, id) in list.numbered() {
                    items.extend(store.item(id)?.map(|item| (number, item)));
                }
            }
            Ok::<_, crate::engine::ReadError>((found, items))
        })
        .await??;
    let (mut lists, items) = found;
    match (lists.pop(), lists.is_empty()) {
        (Some((home, list)), true) => Ok((home, list, items)),
        (Some((_, last)), false) => {
            let readers: Vec<String> = lists
                .iter()
                .map(|(_, list)| list.reader.to_string())
                .chain([last.reader.to_string()])
                .collect();
            let text = format!("{} have a {id} each; say whose with `--as {}`", readers.join(", "), last.reader);
            Err(Trouble::new(ErrorKind::BadRequest, text))
        }
        (None, _) => {
            let text = format!("there is no list {id}; lists are remembered for some weeks");
            Err(Trouble::new(ErrorKind::NotFound, text))
        }
    }
}

/// The list, as `show` and `why` give it.
pub(super) async fn show(control: &Control, id: ItemId, person: Option<PersonKey>) -> Told {
    let (home, list, items) = find(control, &id, person).await?;
    Ok(serde_json::to_value(ListView::of(&home, &list, &items))?)
}

/// Does what somebody says of the items of a list, by number, one after the other.
pub(super) async fn act(control: &Control, id: ItemId, words: &str, person: Option<PersonKey>) -> Told {
    let (_, list, items) = find(control, &id, person.clone()).await?;
    let policy = control.handle.policy();
    let person = person.unwrap_or_else(|| list.reader.clone());
    known(&person, &policy)?;
    let reader = Reader::Person(person.clone());
    let said = {
        let is_party = |name: &str| policy.party_named(name).is_some();
        let context = ReadContext {
            when: when_context(&reader, &policy, control.clock.now()),
            is_party: &is_party,
        };
        let count = u32::try_from(list.items.len()).unwrap_or(u32::MAX);
        read_numbered(words, "", count, &context)
    };
    let actor = Actor {
        reader,
        evidence: Evidence::Local,
        proof: None,
        address: None,
    };
    let mut lines: Vec<String> = Vec::new();
    for one in said {
        let meant = match meant(&one, &list, &items) {
            Ok(meant) => meant,
            Err(why) => {
                lines.push(format!("✗ {}: {why}", one.line.text));
                continue;
            }
        };
        for (number, item) in meant {
            let line = Line {
                text: format!("{number}. {item}: {}", one.line.text),
                said: one.line.said.clone(),
            };
            lines.extend(control.handle.act(item, actor.clone(), vec![line]).await?);
        }
    }
    if lines.is_empty() {
        let text = "nothing was said; write for example `accept 1,2` or `3 done`";
        return Err(Trouble::new(ErrorKind::BadRequest, text));
    }
    let told: Value = json!({ "item": id, "as": person, "lines": lines });
    Ok(told)
}

/// The items a line is about, or why it is about none. Without numbers only an answer to an offer is about all that wait for it.
fn meant(one: &Numbered, list: &ItemList, items: &[(u32, Item)]) -> Result<Vec<(u32, ItemId)>, String> {
    let named = |wanted: &dyn Fn(u32, &Item) -> bool| -> Vec<(u32, ItemId)> {
        let found = items.iter().filter(|(number, item)| wanted(*number, item));
        found.map(|(number, item)| (*number, item.id.clone())).collect()
    };
    if !one.numbers.is_empty() {
        return Ok(named(&|number, _| one.numbers.contains(&number)));
    }
    let verb = match &one.line.said {
        Said::Verb(verb) => verb,
        Said::Unclear(why) => return Err(format!("not understood: {why}")),
    };
    let waits = |item: &Item| item.state == State::Offered && item.offered_to == Some(Party::Person(list.reader.clone()));
    match verb {
        Verb::Accept(_) | Verb::Decline(_) if items.iter().any(|(_, item)| waits(item)) => Ok(named(&|_, item| waits(item))),
        Verb::Accept(_) | Verb::Decline(_) => Err("nothing of this list waits for an answer".to_owned()),
        _ if items.len() == 1 => Ok(named(&|_, _| true)),
        _ => Err(format!("say which: `1 {}`", one.line.text)),
    }
}
