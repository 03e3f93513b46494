//! How the sources are, over the control socket. May import driver, view.

use serde_json::json;

use super::Control;
use super::answer::Told;
use crate::web::view::SourceView;

/// All of them.
pub(super) async fn list(control: &Control) -> Told {
    let (now, all) = (control.clock.now(), control.handle.sources().all());
    let views: Vec<SourceView> = all.iter().map(|(name, health)| SourceView::of(name, health, None, now)).collect();
    Ok(json!({ "since": control.started, "sources": views }))
}
