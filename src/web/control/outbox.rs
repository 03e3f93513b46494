//! What the command line does with deliveries over the control socket. May import model, engine, driver, store.

use serde_json::json;

use super::answer::{PAGE, Told};
use super::{Control, ErrorKind, Trouble};
use crate::engine::OutboxAct;
use crate::model::{Delivery, DeliveryId, DeliveryState};
use crate::store::{DeliveryFilter, Store};

/// Sends them again, or drops them. One that is not there stops before anything is done.
pub(super) async fn act(control: &Control, ids: Vec<DeliveryId>, drop: Option<String>) -> Told {
    let ids = if ids.is_empty() { dead(control).await? } else { ids };
    for id in ids.clone() {
        let found = control.handle.read(move |store: &dyn Store| store.delivery(&id)).await??;
        found.ok_or_else(|| missing(id))?;
    }
    let mut lines = Vec::new();
    for id in ids {
        let act = drop.clone().map_or(OutboxAct::Again, OutboxAct::Drop);
        let said = control.handle.outbox(id, act).await?;
        lines.extend(said.ok_or_else(|| missing(id))?);
    }
    Ok(json!({ "lines": lines }))
}

fn missing(id: DeliveryId) -> Trouble {
    let text = format!("there is no delivery {id}; see `batond outbox list --all`");
    Trouble::new(ErrorKind::NotFound, text)
}

/// Every dead letter; what waits for its address is none.
async fn dead(control: &Control) -> Result<Vec<DeliveryId>, Trouble> {
    let mut ids = Vec::new();
    let mut after: Option<Delivery> = None;
    loop {
        let look = move |store: &dyn Store| store.deliveries_page(DeliveryFilter::Dead, after.as_ref(), PAGE);
        let mut page = control.handle.read(look).await??;
        let dead = page.iter().filter(|delivery| matches!(delivery.state, DeliveryState::Dead(_)));
        ids.extend(dead.map(|delivery| delivery.id));
        if page.len() < PAGE {
            return Ok(ids);
        }
        after = page.pop();
    }
}
