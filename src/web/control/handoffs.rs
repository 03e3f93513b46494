//! How items were handed on: who gave, who received, what, when accepted. May import model, store, view.

use serde_json::json;

use super::Control;
use super::answer::{ErrorKind, PAGE, Told, Trouble};
use crate::model::RotationName;
use crate::web::view::HandoffRow;

/// The newest handoffs, oldest first.
pub(super) async fn list(control: &Control, rotation: Option<RotationName>, last: usize) -> Told {
    let policy = control.handle.policy();
    if let Some(unknown) = rotation.as_ref().filter(|name| !policy.rotations.contains_key(*name)) {
        return Err(Trouble::new(ErrorKind::NotFound, format!("there is no rotation `{unknown}`")));
    }
    let mut rows: Vec<HandoffRow> = Vec::new();
    let mut after = None;
    loop {
        let page = control
            .handle
            .read(move |store| store.items_page(true, after.as_ref(), PAGE))
            .await??;
        rows.extend(page.iter().flat_map(|item| HandoffRow::of(item, rotation.as_ref())));
        if page.len() < PAGE {
            break;
        }
        after = page.last().map(|item| item.id.clone());
    }
    rows.sort_by(|one, other| (one.handoff.at, &one.item).cmp(&(other.handoff.at, &other.item)));
    let extra = rows.len().saturating_sub(last);
    rows.drain(..extra);
    Ok(json!({ "handoffs": rows }))
}
