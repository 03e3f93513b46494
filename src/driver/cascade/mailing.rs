//! Mail in a cascade: who gets it, what waits because of its address, what somebody must see to. May import engine, notice, model. Everything is rendered before anything is committed.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::trouble;
use super::{Cascade, MAX_LETTER_BYTES, Target};
use crate::engine::{
    ADDRESS_FIELD, Command, Context, DeliveryEvent, Event, ItemCommand, ItemEvent, MARK_HEADER, MAX_PARKED, Past, Read, Step, Trouble,
    decide, next_id, trouble_draft, trouble_said,
};
use crate::model::{
    Address, Bundle, Correspondent, Delivery, DeliveryId, DeliveryState, ItemId, Letter, Message, Notice, NoticeId, PersonKey, Reader,
    Reason, Requester,
};
use crate::notice;
use crate::rules::ReplyDraft;

impl<'a> Cascade<'a> {
    /// What somebody must see to is opened last, when the numbers that were taken before are used; and what was closed goes on.
    pub(in crate::driver) fn see_to_troubles(&mut self) -> Read<()> {
        for (address, keep) in std::mem::take(&mut self.settled) {
            trouble::works(&address, keep, self)?;
        }
        for trouble in std::mem::take(&mut self.troubles) {
            let state = self.view().correspondent(&trouble.address)?;
            let mut state = state.unwrap_or_else(|| Correspondent::new(trouble.address.clone()));
            let there = state.item.as_ref().map_or(Ok(None), |id| self.view().item(id))?;
            let mut waiting = VecDeque::new();
            if let Some(item) = there.filter(|item| item.state.is_open()) {
                let said = trouble_said(&trouble, self.cx.now);
                waiting.push_back(Command::Item(item.id, ItemCommand::Join(Box::new(said))));
            } else {
                let id = next_id(&self.cx.policy.queue(&trouble.queue).prefix, &self.view())?;
                state.item = Some(id.clone());
                self.set_correspondent(state);
                waiting.push_back(Command::Item(id, ItemCommand::Open(Box::new(trouble_draft(&trouble, self.cx)))));
            }
            self.all(waiting)?;
        }
        Ok(())
    }

    /// The surroundings of what is decided.
    pub(in crate::driver) fn cx(&self) -> &'a Context<'a> {
        self.cx
    }

    /// Somebody must see to an address.
    pub(in crate::driver) fn trouble(&mut self, trouble: Trouble) {
        self.troubles.push(trouble);
    }

    /// What is known of mail to an address.
    pub(in crate::driver) fn set_correspondent(&mut self, state: Correspondent) {
        let (address, state) = (state.address.clone(), Box::new(state));
        self.scratch.correspondents.insert(address.clone(), Some(state.clone()));
        self.steps.push(Step::Correspondent(address, Some(state)));
    }

    /// Nothing is to be remembered of an address.
    pub(in crate::driver) fn clear_correspondent(&mut self, address: &Address) {
        self.scratch.correspondents.insert(address.clone(), None);
        self.steps.push(Step::Correspondent(address.clone(), None));
    }

    /// Whose working hours a notice waits for. Somebody who is not configured any more is stood in for by the queue's owner.
    pub(in crate::driver) fn addressee(&self, notice: &Notice) -> Option<PersonKey> {
        let person = notice.to.person()?;
        let known = self.cx.policy.people.contains_key(person);
        Some(if known {
            person.clone()
        } else {
            self.cx.policy.queue(&notice.queue).owner.clone()
        })
    }

    /// Renders one mail and queues it.
    pub(in crate::driver) fn send(&mut self, reader: &Reader, notices: &[Notice], bundle: Option<Bundle>) -> Read<()> {
        let letter = notice::render(notices, reader, bundle, self.cx.policy, self.keys, self.cx.now);
        let carried = notices.iter().map(|n| (n.id, n.reason, n.item.clone())).collect();
        self.queue(reader, letter, carried)
    }

    /// An item about an address in trouble is closed: mail to it goes on.
    pub(super) fn note_end(&mut self, target: &Target, events: &[Event]) -> Read<()> {
        let end = events.iter().find_map(|event| match event {
            Event::Item(ItemEvent::Done { .. }) => Some(true),
            Event::Item(ItemEvent::Dropped { .. }) => Some(false),
            _ => None,
        });
        let (Target::Item(id), Some(keep)) = (target, end) else {
            return Ok(());
        };
        let Some(item) = self.view().item(id)? else { return Ok(()) };
        let address: Option<Address> = item.fields.get(ADDRESS_FIELD).and_then(|field| field.as_str()?.parse().ok());
        if let Some(address) = address
            && let Some(state) = self.view().correspondent(&address)?
            && state.item.as_ref() == Some(id)
        {
            self.settled.push((address, keep));
        }
        Ok(())
    }

    /// Answers the sender of a message that leads to no item.
    pub(in crate::driver) fn answer(&mut self, reply: &ReplyDraft, to: &Requester, message: &Message) -> Read<()> {
        let number = (self.cx.seq, self.next_delivery);
        let letter = notice::bare_answer(reply, to, message, number, self.cx.policy, self.cx.now);
        self.queue(&to.reader, letter, Vec::new())
    }

    fn queue(&mut self, reader: &Reader, mut letter: Letter, notices: Vec<(NoticeId, Reason, ItemId)>) -> Read<()> {
        let id = DeliveryId {
            seq: self.cx.seq,
            index: self.next_delivery,
        };
        letter.return_path = self.keys.return_path(&self.cx.policy.desk.address, id);
        letter.headers.push((MARK_HEADER.to_owned(), self.keys.mark(id)));
        self.next_delivery += 1;
        self.letter_bytes += letter.text.len() + letter.html.len();
        self.overflows |= self.letter_bytes > MAX_LETTER_BYTES;
        let waits = self.waits(&letter.to, id)?;
        let delivery = Arc::new(Delivery {
            id,
            reader: reader.clone(),
            notices,
            letter,
            call: None,
            queued: self.cx.now,
            attempts: 0,
            last_error: waits.clone(),
            replayed: None,
            state: match waits {
                Some(_) => DeliveryState::Parked(self.cx.now),
                None => DeliveryState::Due(self.cx.now),
            },
        });
        let event = DeliveryEvent::Queued {
            delivery: Arc::clone(&delivery),
        };
        self.scratch.deliveries.insert(id, Arc::clone(&delivery));
        self.steps.push(Step::Delivery(id, vec![event]));
        for (_, reason, item) in delivery.notices.iter().filter(|_| waits.is_some()) {
            let why = waits.clone().unwrap_or_default();
            let Command::Item(item, said) = trouble::not_sent(item, reader, *reason, why) else {
                continue;
            };
            let decision = decide(Command::Item(item.clone(), said), &self.view(), self.cx)?;
            self.take(&Target::Item(item), decision.events)?;
        }
        Ok(())
    }

    /// Why a delivery waits, if what goes to its address comes back; it is noted with the address.
    fn waits(&mut self, to: &Address, id: DeliveryId) -> Read<Option<String>> {
        let Some(mut state) = self.view().correspondent(to)?.filter(|state| state.marked.is_some()) else {
            return Ok(None);
        };
        let why = format!("mail to {to} comes back, so it waits as {id}{}", trouble::see(&state));
        state.parked.push(id);
        let oldest = (state.parked.len() > MAX_PARKED).then(|| state.parked.remove(0));
        self.set_correspondent(state);
        if let Some(oldest) = oldest {
            let decision = decide(Command::Unpark(oldest, false), &self.view(), self.cx)?;
            self.take(&Target::Delivery(oldest), decision.events)?;
        }
        Ok(Some(why))
    }
}
