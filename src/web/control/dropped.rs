//! Dropped messages over the control socket, a page at a time. May import engine, store, views. Reads, and changes nothing.

use data_encoding::BASE64;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Control;
use super::answer::{PAGE, Told};
use super::messages::PAGE_BYTES;
use crate::engine::Record;
use crate::web::view::DroppedView;

/// Those that came at `since` or later, in records after number `after`; where the next page begins, `null` at the end; and how many could not be read.
pub(super) async fn dropped(control: &Control, since: Option<Timestamp>, after: u64, with_bytes: bool) -> Told {
    let mut read = after;
    if let Some(since) = since.filter(|_| after == 0) {
        read = control.handle.read(move |store| store.dropped_before(since)).await??;
    }
    let (mut views, mut unreadable, mut bytes): (Vec<DroppedView>, u64, usize) = (Vec::new(), 0, 0);
    loop {
        let records = control.handle.read(move |store| store.dropped_page(read, PAGE)).await??;
        let Some(last) = records.last().map(|record| record.seq) else {
            return page(&views, unreadable, None);
        };
        for record in records.iter().filter(|record| since.is_none_or(|since| record.at >= since)) {
            read = record.seq;
            let Some(mut view) = DroppedView::of(record) else {
                unreadable += 1;
                continue;
            };
            if with_bytes {
                let Some(raw) = raw(control, record).await? else {
                    unreadable += 1;
                    continue;
                };
                bytes += raw.len();
                view.base64 = Some(BASE64.encode(&raw));
            } else {
                view.incoming = None;
            }
            views.push(view);
            if bytes >= PAGE_BYTES {
                return page(&views, unreadable, Some(read));
            }
        }
        if views.len() >= PAGE {
            return page(&views, unreadable, Some(last));
        }
        read = last;
    }
}

async fn raw(control: &Control, record: &Record) -> Result<Option<bytes::Bytes>, super::Trouble> {
    let Some(wanted) = record.raw.clone() else { return Ok(None) };
    Ok(control.handle.read(move |store| store.raw(&wanted)).await??)
}

fn page(views: &[DroppedView], unreadable: u64, next: Option<u64>) -> Told {
    Ok(json!({
        "dropped": serde_json::to_value(views)?,
        "unreadable": unreadable,
        "next": next.map_or(Value::Null, Value::from),
    }))
}
