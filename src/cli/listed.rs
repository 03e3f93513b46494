//! `batond show DAY-3`, `batond why SHIFT-2`: a list of items as they stand now. May import views.

use serde_json::Value;

use super::client::typed;
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::Failure;
use crate::web::view::ListView;

/// Why it was made, and its items with their numbers.
pub fn one(value: &Value, screen: &Screen) -> Result<String, Failure> {
    let list: ListView = typed(value)?;
    let rows: Vec<[String; 5]> = list
        .items
        .iter()
        .map(|item| {
            [
                item.number.to_string(),
                item.id.to_string(),
                item.state.to_string(),
                item.accountable.to_string(),
                plain(&item.title),
            ]
        })
        .collect();
    let items = if rows.is_empty() {
        "There is nothing in it.\n".to_owned()
    } else {
        table(["NO", "ID", "STATE", "ANSWERS FOR IT", "TITLE"], &rows, screen.columns)
    };
    let at = screen.at(list.at);
    Ok(format!(
        "{}  {at} ({}): {}\n\n{items}",
        list.list,
        screen.zone_name,
        plain(&list.why)
    ))
}

/// Whether what came back is a list.
pub fn is_one(value: &Value) -> bool {
    value.get("list").is_some()
}
