//! Swaps of duty over the control socket, and what people say about themselves. May import model, engine, driver, view.

use serde_json::json;

use super::answer::{Told, person};
use super::{Control, Trouble};
use crate::engine::swap_of;
use crate::model::{ItemId, PersonKey, Swap};
use crate::web::view::SwapView;

/// All that are remembered, the newest first.
pub(super) async fn list(control: &Control) -> Told {
    let shifts = control.handle.read(|store| store.shifts()).await??;
    let mut views: Vec<SwapView> = shifts.iter().flat_map(|shift| &shift.swaps).map(Into::into).collect();
    views.sort_by(|one, other| other.id.cmp(&one.id));
    Ok(json!({ "swaps": views }))
}

/// The swap of that id, if it is one.
pub(super) async fn of(control: &Control, id: &ItemId) -> Result<Option<Swap>, Trouble> {
    let id = id.clone();
    Ok(control.handle.read(move |store| swap_of(store, &id)).await??)
}

/// Does what somebody says about themselves.
pub(super) async fn about(control: &Control, who: PersonKey, words: &str) -> Told {
    let policy = control.handle.policy();
    person(&who, &policy)?;
    let lines = control.read_words(words, &who, &policy)?;
    let lines = control.handle.about(who.clone(), lines).await?;
    Ok(json!({ "as": who, "lines": lines }))
}
