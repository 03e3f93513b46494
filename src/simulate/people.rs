//! People who answer by chance: what they will write, and when. May import model, policy, engine. The same mail moves the same person alike under any configuration.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::chance::Dice;
use super::script::Script;
use crate::engine::{Cause, DeliveryEvent, ItemEvent, Past, Record, Step};
use crate::model::{Delivery, Item, ItemId, PersonKey, Reader, State};
use crate::policy::Policy;

/// What is written when something is declined by chance.
const DECLINE: &str = "decline I cannot take it now";
/// What requesters are answered by chance.
const REPLY: &str = "reply We are looking into it.";
/// The same where nobody asked: an alert, something that did not arrive.
const NOTE: &str = "note We are looking into it.";

/// Something somebody means to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Who.
    pub person: PersonKey,
    /// About which item.
    pub item: ItemId,
    /// What.
    pub text: &'static str,
}

/// Everybody's intents, soonest first.
#[derive(Debug)]
pub struct People {
    policy: Arc<Policy>,
    dice: Dice,
    intents: BTreeMap<(Timestamp, u64), Intent>,
    /// Who has something in mind about what.
    busy: BTreeSet<(PersonKey, ItemId)>,
    /// What an item came of: what is drawn about it does not hang on its number.
    origins: HashMap<ItemId, String>,
    /// How often somebody was asked about something.
    asked: HashMap<(PersonKey, ItemId), u32>,
    next: u64,
}

impl People {
    /// Nobody has anything in mind yet.
    #[must_use]
    pub fn new(policy: Arc<Policy>, seed: u64) -> Self {
        Self {
            policy,
            dice: Dice(seed),
            intents: BTreeMap::new(),
            busy: BTreeSet::new(),
            origins: HashMap::new(),
            asked: HashMap::new(),
            next: 0,
        }
    }

    /// When somebody writes next.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        self.intents.keys().next().map(|(at, _)| *at)
    }

    /// What is written next, if it still makes sense.
    pub fn take(&mut self, now: Timestamp, past: &dyn Past) -> Option<Intent> {
        let (key, _) = self.intents.first_key_value().filter(|((at, _), _)| *at <= now)?;
        let intent = self.intents.remove(&key.clone())?;
        if intent.text != REPLY && intent.text != NOTE {
            self.busy.remove(&(intent.person.clone(), intent.item.clone()));
        }
        let item = past.item(&intent.item).ok()??;
        let fits = match intent.text {
            "accept" | DECLINE => self.is_asked(&item, &intent.person, now),
            _ => item.state == State::Accepted && item.holder.as_ref() == Some(&intent.person),
        };
        fits.then_some(intent)
    }

    /// Looks at what happened: who was asked for what, who has taken what.
    pub fn follow(&mut self, record: &Record, script: &Script, past: &dyn Past) {
        let mut opened = 0_u32;
        for step in &record.steps {
            match step {
                Step::Item(id, events) => {
                    for event in events {
                        match event {
                            ItemEvent::Opened { .. } => {
                                self.origins.insert(id.clone(), origin(record, opened, id));
                                opened += 1;
                            }
                            ItemEvent::Accepted { by, .. } => self.works(by, id, record.at, script, Some(word(past, id))),
                            _ => {}
                        }
                    }
                }
                Step::Delivery(_, events) => {
                    for event in events {
                        if let DeliveryEvent::Queued { delivery } = event
                            && delivery.call.is_none()
                        {
                            self.reads(delivery, record.at, script, past);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn reads(&mut self, delivery: &Delivery, at: Timestamp, script: &Script, past: &dyn Past) {
        let Reader::Person(person) = &delivery.reader else { return };
        for (_, _, id) in &delivery.notices {
            let Ok(Some(item)) = past.item(id) else { continue };
            if self.is_asked(&item, person, at) {
                self.decides(person, id, at, script);
            } else if item.state == State::Accepted && item.holder.as_ref() == Some(person) {
                self.works(person, id, at, script, None);
            }
        }
    }

    fn is_asked(&self, item: &Item, person: &PersonKey, now: Timestamp) -> bool {
        let Some(party) = item.offered_to.as_ref().filter(|_| item.state == State::Offered) else {
            return false;
        };
        let owner = &self.policy.queue(&item.queue).owner;
        let asked = self.policy.candidates(party, item.holder.as_ref(), owner, now);
        asked.people.contains(person) && !item.declined.contains(person)
    }

    /// Accepts, declines, or lets it lie.
    fn decides(&mut self, person: &PersonKey, id: &ItemId, at: Timestamp, script: &Script) {
        let Some((habit, parts)) = script.habit(person).zip(self.ask(person, id)) else {
            return;
        };
        let drawn = self.draw(&parts, "decide");
        let text = if drawn < habit.accept.percent {
            "accept"
        } else if drawn < habit.accept.percent + habit.decline_percent {
            DECLINE
        } else {
            self.busy.remove(&(person.clone(), id.clone()));
            return;
        };
        self.plan(person, id, text, &parts, at, habit.accept.within);
    }

    /// Says a word, once, and finishes it.
    fn works(&mut self, person: &PersonKey, id: &ItemId, at: Timestamp, script: &Script, word: Option<&'static str>) {
        let Some((habit, parts)) = script.habit(person).zip(self.ask(person, id)) else {
            return;
        };
        if let Some(word) = word.filter(|_| self.draw(&parts, "reply") < habit.reply.percent) {
            self.plan(person, id, word, &parts, at, habit.reply.within);
        }
        if self.draw(&parts, "finish") < habit.finish.percent {
            self.plan(person, id, "done", &parts, at, habit.finish.within);
        } else {
            self.busy.remove(&(person.clone(), id.clone()));
        }
    }

    /// What is drawn for the next question to somebody about an item; none while they have something in mind about it.
    fn ask(&mut self, person: &PersonKey, id: &ItemId) -> Option<[String; 3]> {
        let pair = (person.clone(), id.clone());
        if !self.busy.insert(pair.clone()) {
            return None;
        }
        let asked = self.asked.entry(pair).or_default();
        *asked += 1;
        let origin = self.origins.get(id).cloned().unwrap_or_else(|| id.to_string());
        Some([person.to_string(), origin, asked.to_string()])
    }

    fn draw(&self, [person, origin, asked]: &[String; 3], what: &str) -> u32 {
        self.dice.percent(&[person, origin, asked, what])
    }

    fn plan(
        &mut self,
        person: &PersonKey,
        id: &ItemId,
        text: &'static str,
        parts: &[String; 3],
        at: Timestamp,
        within: crate::model::Span,
    ) {
        let Some(calendar) = self.policy.calendar_of(person) else { return };
        let [who, origin, asked] = parts;
        let when = self.dice.instant(&[who, origin, asked, text, "when"], calendar, at, within);
        // Somebody without hours ahead does not answer.
        let Some(when) = when else { return };
        self.next += 1;
        let intent = Intent {
            person: person.clone(),
            item: id.clone(),
            text,
        };
        self.intents.insert((when, self.next), intent);
    }
}

/// What an item came of: the bytes of its message and its place among what that opened; for what a timer opened, the item and its time.
fn origin(record: &Record, place: u32, id: &ItemId) -> String {
    match (&record.raw, record.cause) {
        (Some(raw), Cause::Message) => format!("{}#{place}", raw.sha256),
        _ => format!("{id}@{}", record.at),
    }
}

/// The word for whoever asked; where nobody did, a note.
fn word(past: &dyn Past, id: &ItemId) -> &'static str {
    let asked = past.item(id).ok().flatten().is_some_and(|item| item.requester.is_some());
    if asked { REPLY } else { NOTE }
}
