//! The stored messages of an item over the control socket, a page at a time. May import engine, store, views. Reads, and changes nothing.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::Control;
use super::answer::{Told, Trouble, history_page, item};
use crate::model::ItemId;
use crate::web::view::{StoredView, stored_messages};

/// A page ends with the message that brings it over so many bytes.
pub(super) const PAGE_BYTES: usize = 4 << 20;

/// The messages of `id` in the records after number `after`, and where the next page begins; `null` at the end.
pub(super) async fn messages(control: &Control, id: ItemId, after: u64) -> Told {
    let item = item(control, &id).await?;
    let mut views: Vec<StoredView> = Vec::new();
    let mut bytes = 0;
    let mut read = after;
    while let Some((records, last)) = history_page(control, &id, read).await? {
        for record in &records {
            let one = std::slice::from_ref(record);
            for (incoming, went) in stored_messages(&id, &item.queue, item.key.as_deref(), one) {
                let wanted = incoming.raw.clone();
                let raw = control.handle.read(move |store| store.raw(&wanted)).await??;
                let raw = raw.ok_or_else(|| gone(&id))?;
                bytes += raw.len();
                let base64 = BASE64.encode(&raw);
                views.push(StoredView { incoming, went, base64 });
            }
            read = record.seq;
            if bytes >= PAGE_BYTES {
                return page(views, Some(read));
            }
        }
        read = read.max(last);
    }
    page(views, None)
}

fn page(views: Vec<StoredView>, next: Option<u64>) -> Told {
    Ok(json!({ "messages": serde_json::to_value(views)?, "next": next.map_or(Value::Null, Value::from) }))
}

fn gone(id: &ItemId) -> Trouble {
    Trouble::new(
        super::ErrorKind::NotFound,
        format!("the bytes of a message of {id} are not there any more"),
    )
}
