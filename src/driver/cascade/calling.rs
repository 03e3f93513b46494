//! Calls of web addresses in a cascade: what rules ask for, and what subscribers hear. May import engine, model, policy. A call is queued in the record that caused it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Cascade, MAX_LETTER_BYTES};
use crate::engine::{Deed, DeliveryEvent, ItemEvent, Past, Read, Step, happened};
use crate::model::{Delivery, DeliveryId, DeliveryState, Item, ItemId, Letter, Reader, WebCall};

/// A call while it comes about.
struct Calling<'e> {
    webhook: Option<&'e str>,
    url: &'e str,
    by: &'e str,
    event: &'e str,
    body: Option<&'e Value>,
}

impl Cascade<'_> {
    /// Queues the calls that follow from what happened to an item.
    pub(super) fn call_out(&mut self, id: &ItemId, events: &[ItemEvent]) -> Read<()> {
        let asked = |event: &ItemEvent| {
            matches!(
                event,
                ItemEvent::ByRule {
                    deed: Deed::CallQueued { .. },
                    ..
                }
            )
        };
        let policy = Arc::clone(&self.cx.policy.webhooks);
        if policy.is_empty() && !events.iter().any(asked) {
            return Ok(());
        }
        let Some(item) = self.view().item(id)? else { return Ok(()) };
        for event in events {
            if let ItemEvent::ByRule {
                rule,
                deed: Deed::CallQueued { url, event, body },
            } = event
            {
                let named = policy.iter().find(|(_, webhook)| webhook.url == *url);
                self.queue_call(
                    &item,
                    &Calling {
                        webhook: named.map(|(name, _)| name.as_str()),
                        url,
                        by: rule.as_str(),
                        event,
                        body: body.as_ref(),
                    },
                );
            }
            let Some(word) = happened(event) else { continue };
            for (name, webhook) in policy.iter().filter(|(_, webhook)| webhook.wants(word, &item.queue)) {
                self.queue_call(
                    &item,
                    &Calling {
                        webhook: Some(name),
                        url: &webhook.url,
                        by: name,
                        event: word,
                        body: None,
                    },
                );
            }
        }
        Ok(())
    }

    fn queue_call(&mut self, item: &Item, calling: &Calling<'_>) {
        let id = DeliveryId {
            seq: self.cx.seq,
            index: self.next_delivery,
        };
        self.next_delivery += 1;
        let (text, media_type) = match calling.body {
            Some(Value::String(text)) => (text.clone(), "text/plain; charset=utf-8"),
            Some(body) => (body.to_string(), "application/json"),
            None => (self.envelope(item, calling.event).to_string(), "application/json"),
        };
        self.letter_bytes += text.len();
        self.overflows |= self.letter_bytes > MAX_LETTER_BYTES;
        let desk = &self.cx.policy.desk.address;
        let delivery = Arc::new(Delivery {
            id,
            reader: Reader::Address(desk.clone()),
            notices: Vec::new(),
            letter: Letter {
                to: desk.clone(),
                to_name: None,
                from: desk.clone(),
                from_name: None,
                reply_to: None,
                null_return_path: false,
                return_path: None,
                subject: calling.event.to_owned(),
                // The same at every attempt, and no other's: a restored store counts on from another time.
                message_id: format!("msg_{}_{}_{}", id.seq, id.index, self.cx.now.as_millisecond()),
                in_reply_to: None,
                references: Vec::new(),
                date: self.cx.now,
                headers: Vec::new(),
                text,
                html: String::new(),
                attached: None,
            },
            call: Some(Box::new(WebCall {
                item: item.id.clone(),
                webhook: calling.webhook.map(str::to_owned),
                url: calling.url.to_owned(),
                by: calling.by.to_owned(),
                media_type: media_type.to_owned(),
            })),
            queued: self.cx.now,
            attempts: 0,
            last_error: None,
            replayed: None,
            state: DeliveryState::Due(self.cx.now),
        });
        let event = DeliveryEvent::Queued {
            delivery: Arc::clone(&delivery),
        };
        self.scratch.deliveries.insert(id, delivery);
        self.steps.push(Step::Delivery(id, vec![event]));
    }

    /// What is said where nobody wrote a body: the form of Standard Webhooks.
    fn envelope(&self, item: &Item, event: &str) -> Value {
        json!({
            "type": event,
            "timestamp": self.cx.now,
            "data": {
                "item": item.id,
                "queue": item.queue,
                "title": item.title,
                "priority": item.priority,
                "state": item.state,
                "holder": item.holder,
                "key": item.key,
                "labels": item.labels,
                "fields": item.fields,
            },
        })
    }
}
