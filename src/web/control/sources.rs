//! How the sources are, over the control socket. May import model, driver, observe, view.

use serde_json::json;

use super::Control;
use super::answer::Told;
use crate::model::{Expectation, SourceName};
use crate::observe::SourceHealth;
use crate::web::view::SourceView;

/// All of them.
pub(super) async fn list(control: &Control) -> Told {
    let (now, all) = (control.clock.now(), control.handle.sources().all());
    let expected = control.handle.read(|store| store.expectations()).await??;
    let view = |(name, health): &(SourceName, SourceHealth)| {
        let silence = expected.iter().find(|state| state.name == Expectation::silence_name(name));
        SourceView::of(name, health, silence, now)
    };
    let views: Vec<SourceView> = all.iter().map(view).collect();
    Ok(json!({ "since": control.started, "sources": views }))
}
