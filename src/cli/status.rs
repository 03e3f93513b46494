//! `batond status`: how the daemon is. May import control.

use serde_json::Value;

use super::client::Client;
use super::screen::{Screen, plain};
use crate::daemon::Failure;
use crate::web::control::Ask;

/// The least width of the column of names.
const NAMES: usize = 22;

/// Asks and prints.
pub fn run(mut client: Client, screen: &Screen) -> Result<(), Failure> {
    let value = client.ask(&Ask::Status)?;
    screen.show(&value, || Ok(human(&value)))
}

/// One line a figure, names as in the JSON: nested ones joined by a dot.
fn human(value: &Value) -> String {
    let mut lines = Vec::new();
    flatten("", value, &mut lines);
    let width = lines.iter().map(|(name, _)| name.len() + 2).max().unwrap_or_default().max(NAMES);
    lines.iter().map(|(name, text)| format!("{name:<width$}{text}\n")).collect()
}

fn flatten(prefix: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    let Value::Object(fields) = value else {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), |text| text.lines().map(plain).collect::<Vec<_>>().join("; "));
        lines.push((prefix.to_owned(), text));
        return;
    };
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        let name = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        flatten(&name, value, lines);
    }
}
