//! An item while it is decided on: facts are applied to a copy as they are found, so that later parts of a decision see them. May import model, policy, calendar.

use jiff::Timestamp;

use super::apply::change;
use super::{Actor, Asking, Command, Context, Decision, Effect, Event, ItemEvent, facts};
use crate::model::{
    Attached, Fact, Handed, Item, ItemId, MailFile, Muting, Notice, NoticeId, Party, PersonKey, Priority, QueueName, Reader, Reason,
    Section, Wanted,
};
use crate::policy::Queue;

/// The item, the context, and what was decided so far.
pub(super) struct Work<'a> {
    pub(super) item: Item,
    pub(super) cx: &'a Context<'a>,
    pub(super) queue: &'a Queue,
    /// The mute that covers the message in hand.
    pub(super) covering: Option<Muting>,
    /// Whether the message in hand is a word of our own people: a mute does not count it.
    pub(super) own_word: bool,
    /// The items that what is said names.
    pub(super) named: Vec<Item>,
    /// The files that came with the mail in hand.
    pub(super) brought: Vec<MailFile>,
    /// The Message-ID of the mail in hand.
    pub(super) answered: Option<String>,
    /// Whether what comes of it is told together with other items.
    pub(super) together: bool,
    /// How many of the lines said are asked back.
    pub(super) asked_back: usize,
    /// How much later than it was due, in seconds, that is noticed which is being decided.
    pub(super) late_seconds: i64,
    decision: Decision,
}

/// What a notice says beyond the item's own facts.
#[derive(Debug, Clone, Default)]
pub(super) struct Say {
    pub(super) ask: String,
    pub(super) by: Option<Timestamp>,
    pub(super) why_you: String,
    pub(super) facts: Vec<Fact>,
    pub(super) text: String,
    pub(super) answers: Vec<String>,
    pub(super) urgent: bool,
    pub(super) in_reply_to: Option<String>,
    pub(super) subject: Option<String>,
    /// What stands in place of the item's title.
    pub(super) title: Option<String>,
    pub(super) attached: Option<Attached>,
    /// What is handed on, in its five parts.
    pub(super) handed: Vec<Handed>,
    /// The items it lists.
    pub(super) sections: Vec<Section>,
}

/// What a notice is about, and to whom it goes.
pub(super) struct Head {
    pub(super) reason: Reason,
    pub(super) to: Reader,
    /// The item, or the list, swap or duty that takes its place.
    pub(super) item: ItemId,
    pub(super) number: u32,
    pub(super) first: bool,
    pub(super) queue: QueueName,
    pub(super) title: String,
    pub(super) opened: Timestamp,
}

impl Say {
    /// The notice of it, of normal priority.
    pub(super) fn about(self, head: Head, cx: &Context<'_>) -> Notice {
        Notice {
            id: cx.notice_id(),
            reason: head.reason,
            to: head.to,
            item: head.item,
            number: head.number,
            first: head.first,
            queue: head.queue,
            title: head.title,
            priority: Priority::Normal,
            at: cx.now,
            opened: head.opened,
            ask: self.ask,
            by: self.by,
            why_you: self.why_you,
            facts: self.facts,
            handed: self.handed,
            sections: self.sections,
            voices: Vec::new(),
            text: self.text,
            answers: self.answers,
            urgent: self.urgent,
            in_reply_to: self.in_reply_to,
            subject: self.subject,
            attached: self.attached,
        }
    }
}

impl<'a> Work<'a> {
    pub(super) fn new(item: Item, cx: &'a Context<'a>) -> Self {
        let queue = cx.policy.queue(&item.queue);
        Self {
            item,
            cx,
            queue,
            covering: None,
            own_word: false,
            named: Vec::new(),
            brought: Vec::new(),
            answered: None,
            together: false,
            asked_back: 0,
            late_seconds: 0,
            decision: Decision::default(),
        }
    }

    /// Records a fact and applies it to the copy.
    pub(super) fn emit(&mut self, event: ItemEvent) {
        let before = self.item.muted.clone();
        change(&mut self.item, &event, self.cx.now);
        self.decision
            .effects
            .extend(super::mute::news(before.as_deref(), &self.item, &event, self.own_word));
        self.decision.events.push(Event::Item(event));
    }

    /// The queue it is in now, after a fact that put it into another.
    pub(super) fn look_at_queue(&mut self) {
        self.queue = self.cx.policy.queue(&self.item.queue);
    }

    /// What was decided so far.
    pub(super) fn events(&self) -> &[Event] {
        &self.decision.events
    }

    /// The notices among the facts from that one on.
    pub(super) fn told_since(&self, first: usize) -> Vec<(NoticeId, Reader, Reason)> {
        let told = self.decision.events.iter().skip(first).filter_map(|event| match event {
            Event::Item(ItemEvent::Told { notice, to, reason }) => Some((*notice, to.clone(), *reason)),
            _ => None,
        });
        told.collect()
    }

    /// Records facts that were found beside it.
    pub(super) fn repeat(&mut self, events: Vec<Event>) {
        for event in events {
            if let Event::Item(event) = event {
                self.emit(event);
            }
        }
    }

    /// Tells somebody, and records that they are told.
    pub(super) fn notify(&mut self, to: Reader, reason: Reason, say: Say) {
        // While it is quiet our people hear only of what cannot wait: an answer to themselves, a fault, a message sent on as it came, the end of a mute.
        let heard = matches!(
            reason,
            Reason::Receipt | Reason::Files | Reason::DeliveryFailed | Reason::RuleFailed | Reason::Forwarded | Reason::MuteSummary
        );
        if self.item.state.is_quiet() && to.person().is_some() && !heard {
            return;
        }
        let (to, why_you) = match self.in_place(&to, reason) {
            Some((meant, other)) => (Reader::Person(other), self.in_place_of(&meant, &say.why_you)),
            None => (to, say.why_you.clone()),
        };
        // Our people read that batond was not there; whoever wrote to us need not.
        let late = facts::noticed_late(self.late_seconds).filter(|_| to.person().is_some());
        let urgent = say.urgent || self.item.priority == Priority::Urgent;
        let head = Head {
            reason,
            to: to.clone(),
            item: self.item.id.clone(),
            number: self.item.notices + 1,
            first: !self.item.told.contains(&to),
            queue: self.item.queue.clone(),
            title: say.title.clone().unwrap_or_else(|| self.item.title.clone()),
            opened: self.item.created,
        };
        let say = Say {
            why_you,
            facts: late.into_iter().chain(say.facts).collect(),
            urgent,
            ..say
        };
        let notice = Notice {
            priority: self.item.priority,
            ..say.about(head, self.cx)
        };
        self.emit(ItemEvent::Told {
            notice: notice.id,
            to,
            reason,
        });
        self.decision.effects.push(Effect::Notify(Box::new(notice)));
    }

    /// Who hears in place of somebody who is away, of what cannot wait until they are back: who was meant, and who it is.
    fn in_place(&self, to: &Reader, reason: Reason) -> Option<(PersonKey, PersonKey)> {
        let asks = [
            Reason::Reminder,
            Reason::UpdateWanted,
            Reason::Escalation,
            Reason::Parked,
            Reason::Returned,
            Reason::Blocked,
            Reason::ExpectationMissed,
        ];
        let meant = to.person().filter(|person| asks.contains(&reason) && self.is_away(person))?;
        Some((meant.clone(), self.stands_in(meant)?))
    }

    /// Tells one of `people`.
    pub(super) fn tell(&mut self, person: &PersonKey, reason: Reason, say: Say) {
        self.notify(Reader::Person(person.clone()), reason, say);
    }

    /// Something else must be decided in the same record.
    pub(super) fn follow(&mut self, command: Command) {
        self.decision.effects.push(Effect::Further(vec![command]));
    }

    /// Whoever it was said to be is asked whether it was them.
    pub(super) fn ask_back(&mut self, actor: &Actor, wanted: Wanted, at: Timestamp) {
        let asking = Asking {
            wants: vec![wanted],
            actor: actor.clone(),
            at,
        };
        if let Some((person, command)) = asking.command() {
            self.decision.effects.push(Effect::Person(person, command));
        }
    }

    /// What came of something asked for.
    pub(super) fn outcome(&mut self, text: impl Into<String>) {
        self.decision.outcomes.push(text.into());
    }

    pub(super) fn outcomes(&self) -> &[String] {
        &self.decision.outcomes
    }

    pub(super) fn finish(self) -> Decision {
        self.decision
    }

    /// Who a party stands for on this item now: configured people, then bare addresses.
    pub(super) fn readers(&self, party: &Party) -> Vec<Reader> {
        let found = self
            .cx
            .policy
            .candidates(party, self.item.holder.as_ref(), &self.queue.owner, self.cx.now);
        found
            .people
            .into_iter()
            .map(Reader::Person)
            .chain(found.addresses.into_iter().map(Reader::Address))
            .collect()
    }

    /// The people who are asked to take it now.
    pub(super) fn asked(&self) -> Vec<PersonKey> {
        let Some(party) = &self.item.offered_to else { return Vec::new() };
        let readers = self.readers(party);
        let giver = self.item.giver.as_ref();
        readers
            .iter()
            .filter_map(Reader::person)
            .filter(|p| !self.item.declined.contains(*p) && giver != Some(p))
            // Of a team, those who are there; somebody asked by name is stood in for when they leave.
            .filter(|p| !matches!(party, Party::Team(_)) || !self.is_away(p))
            .cloned()
            .collect()
    }

    /// Who must act on it now: those asked, else the holder, else who is accountable.
    pub(super) fn actors(&self) -> Vec<PersonKey> {
        let asked = self.asked();
        if asked.is_empty() {
            vec![self.item.holder.clone().unwrap_or_else(|| self.item.accountable.clone())]
        } else {
            asked
        }
    }

    /// How people are named in sentences.
    pub(super) fn name(&self, person: &PersonKey) -> String {
        self.cx
            .policy
            .people
            .get(person)
            .map_or_else(|| person.to_string(), |p| p.name.clone())
    }
}
