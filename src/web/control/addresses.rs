//! Addresses in trouble over the control socket: listing them, saying that one works. May import model, driver, view.

use serde_json::json;

use super::answer::Told;
use super::{Control, ErrorKind, Trouble};
use crate::model::Address;
use crate::web::view::AddressView;

/// All of them.
pub(super) async fn list(control: &Control) -> Told {
    let now = control.clock.now();
    let stored = control.handle.read(|store| store.correspondents()).await??;
    let views: Vec<AddressView> = stored.iter().filter_map(|state| AddressView::of(state, now)).collect();
    Ok(json!({ "addresses": views }))
}

/// One works again.
pub(super) async fn works(control: &Control, address: &str) -> Told {
    let parsed: Result<Address, _> = address.parse();
    let address = parsed.map_err(|error| Trouble::new(ErrorKind::BadRequest, format!("{address}: {error}")))?;
    let none = || {
        let text = format!("nothing is the matter with mail to {address}; `batond addresses` lists where something is");
        Trouble::new(ErrorKind::NotFound, text)
    };
    let lines = control.handle.address_works(address.clone()).await?.ok_or_else(none)?;
    Ok(json!({ "lines": lines }))
}
