//! Asking somebody to take an item, and what happens when nobody can be found. May import model, policy. Responsibility does not move here.

use super::clocks::Start;
use super::handed::handed;
use super::work::{Say, Work};
use super::{ItemEvent, facts};
use crate::model::{ClockKind, Fact, Party, PersonKey, Reader, Reason, RotationName, Span, State, Way};

/// Counted in the receiver's calendar where a queue has no `accept_within`: an offer never waits for ever.
pub const DEFAULT_ACCEPT_WITHIN: Span = Span::WorkingDays(1);
/// How long until a parked item looks for somebody again.
const PARKED_LOOK_AGAIN: Span = Span::Elapsed(900);

/// Why an item is offered.
pub(super) enum Occasion {
    /// It is new, or nobody took it so far.
    Assigned,
    /// It is handed on.
    Handoff(Handing),
    /// A step of a ladder.
    Escalated,
    /// Something did not arrive by its time.
    Missed { facts: Vec<Fact>, note: Option<String> },
}

/// How it is handed on: by whom, and with which words.
pub(super) struct Handing {
    /// How it came about.
    pub(super) way: Way,
    /// Who hands it on: whoever had it, or was asked before.
    pub(super) by: Option<PersonKey>,
    /// What they say.
    pub(super) note: Option<String>,
    /// Whether one notice tells of several items: then this item sends none.
    pub(super) together: bool,
}

impl Occasion {
    /// Handed on by itself.
    pub(super) fn handoff(way: Way, by: Option<PersonKey>, note: Option<String>) -> Self {
        Self::Handoff(Handing {
            way,
            by,
            note,
            together: false,
        })
    }
}

impl Work<'_> {
    /// Offers it to a party, or parks it when that stands for nobody.
    pub(super) fn offer(&mut self, party: &Party, occasion: &Occasion, why: &str) {
        super::group::leave_quiet(self);
        let meant = self.absent(party);
        let Some(to) = self.resolve(party, occasion) else {
            // Who is on duty is away and nobody covers: the others come before nobody.
            self.came_for(meant.as_ref());
            let others = meant
                .filter(|_| matches!(occasion, Occasion::Assigned))
                .and_then(|_| self.next_in_line());
            match others {
                Some(next) => self.offer(&Party::Person(next), occasion, why),
                None => self.park(&format!("nobody can be found for {party}")),
            }
            return;
        };
        let meant = meant.filter(|meant| to != Party::Person(meant.clone()));
        self.came_for(meant.as_ref());
        let why = &match &meant {
            Some(meant) => self.in_place_of(meant, why),
            None => why.to_owned(),
        };
        let giver = match occasion {
            Occasion::Assigned | Occasion::Missed { .. } => None,
            Occasion::Handoff(_) | Occasion::Escalated => self.has_it(),
        };
        let holder = match (&giver, occasion, &to) {
            (Some(giver), ..) => Some(giver.clone()),
            (None, Occasion::Escalated, _) => self.item.holder.clone(),
            (None, _, Party::Person(key)) => Some(key.clone()),
            (None, ..) => None,
        };
        let way = match occasion {
            Occasion::Assigned | Occasion::Missed { .. } => None,
            Occasion::Handoff(handing) => Some(handing.way.clone()),
            Occasion::Escalated => Some(Way::Escalation),
        };
        self.emit(ItemEvent::Offered {
            to: to.clone(),
            holder,
            giver,
            why: why.clone(),
            way,
            meant,
        });
        self.resume_clocks();
        self.stop_clock(ClockKind::Wait);
        self.stop_clock(ClockKind::Snooze);
        self.stop_clock(ClockKind::Parked);
        self.stop_clock(ClockKind::Update);
        // While the ladder of an unanswered offer runs, the ladder is the clock.
        let climbing = self.item.escalations.iter().any(|e| e.cause == ClockKind::Accept);
        if !climbing {
            let receiver = if let Party::Person(key) = &to { Some(key.clone()) } else { None };
            self.start_accept_clock(receiver.as_ref());
        }
        let together = matches!(occasion, Occasion::Handoff(handing) if handing.together);
        for person in self.asked().iter().filter(|_| !together) {
            self.ask_to_accept(person, occasion, why);
        }
        if self.item.group.as_ref().is_some_and(|group| group.untold > 0) {
            self.emit(ItemEvent::GroupTold);
        }
    }

    /// The party as it is offered: a rotation becomes whoever is on duty. `None` if nobody who could answer is meant.
    pub(super) fn resolve(&self, party: &Party, occasion: &Occasion) -> Option<Party> {
        let people: Vec<PersonKey> = self.readers(party).iter().filter_map(Reader::person).cloned().collect();
        let people: Vec<PersonKey> = match party {
            Party::Team(_) => people.into_iter().filter(|person| !self.is_away(person)).collect(),
            _ => people.iter().filter_map(|person| self.stands_in(person)).collect(),
        };
        // Who is passed to by name is asked whatever they said before; who has it is never asked.
        let passed = matches!(occasion, Occasion::Handoff(handing) if handing.way != Way::Decline);
        let by_name = passed && matches!(party, Party::Person(_));
        let has_it = self.has_it();
        let willing = people
            .into_iter()
            .find(|p| has_it.as_ref() != Some(p) && (by_name || !self.item.declined.contains(p)));
        match party {
            Party::Team(_) => willing.map(|_| party.clone()),
            _ => willing.map(Party::Person),
        }
    }

    /// Who a party stands for in the first place, if they are away.
    fn absent(&self, party: &Party) -> Option<PersonKey> {
        let readers = self.readers(party);
        let first = readers
            .iter()
            .find_map(Reader::person)
            .filter(|_| !matches!(party, Party::Team(_)))?;
        self.is_away(first).then(|| first.clone())
    }

    /// Asks somebody who is asked already, or is asked now.
    pub(super) fn ask_to_accept(&mut self, person: &PersonKey, occasion: &Occasion, why: &str) {
        let by = self.item.clock(ClockKind::Accept).filter(|c| !c.overdue).map(|c| c.deadline);
        let handed = |work: &Self, handing: &Handing| vec![handed(work, 0, handing, why)];
        let (reason, facts, handed) = match occasion {
            Occasion::Assigned => {
                let collected = super::group::of_group(&self.item);
                let facts = collected.into_iter().chain(facts::of_item(&self.item)).collect();
                (Reason::Assigned, facts, Vec::new())
            }
            Occasion::Handoff(handing) => (Reason::Handoff, self.given_by(handing), handed(self, handing)),
            Occasion::Escalated => {
                let handing = Handing {
                    way: Way::Escalation,
                    by: self.item.giver.clone(),
                    note: None,
                    together: false,
                };
                (Reason::Escalation, self.given_by(&handing), handed(self, &handing))
            }
            Occasion::Missed { facts, .. } => {
                let facts = facts.iter().cloned().chain(facts::of_item(&self.item)).collect();
                (Reason::ExpectationMissed, facts, Vec::new())
            }
        };
        let answers: &[&str] = if handed.is_empty() {
            &["accept", "decline WHY", "pass PERSON", "done NOTE", "why"]
        } else {
            &[
                "accept",
                "accept, WHAT YOU WILL DO",
                "decline WHY",
                "pass PERSON",
                "done NOTE",
                "why",
            ]
        };
        let list = super::group::list(&self.item);
        let say = Say {
            ask: "please accept".to_owned(),
            by,
            why_you: why.to_owned(),
            facts,
            text: match occasion {
                // Its facts say all there is.
                Occasion::Missed { note, .. } => note.clone().unwrap_or_default(),
                // The words of each side stand in their part.
                _ if !handed.is_empty() => list,
                _ => [list, self.item.summary.clone()]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join("\n\n"),
            },
            answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
            handed,
            ..Say::default()
        };
        self.tell(person, reason, say);
    }

    /// Nobody can be found: the owner and the queue's fallback are told, and it looks again by itself.
    pub(super) fn park(&mut self, why: &str) {
        self.stop_clock(ClockKind::Wait);
        self.stop_clock(ClockKind::Snooze);
        self.stop_clock(ClockKind::Update);
        self.resume_clocks();
        self.emit(ItemEvent::Parked { why: why.to_owned() });
        self.look_again_later();
        // Parked is no rest: the owner has as long to take it as anybody would have had.
        if !self.item.escalations.iter().any(|e| e.cause == ClockKind::Accept) {
            let owner = self.queue.owner.clone();
            self.start_accept_clock(Some(&owner));
        }
        let by = self.item.clock(ClockKind::Accept).filter(|c| !c.overdue).map(|c| c.deadline);
        let mut readers = vec![Reader::Person(self.queue.owner.clone())];
        if let Some(fallback) = &self.queue.fallback {
            readers.extend(self.readers(fallback).into_iter().filter(|r| *r != readers[0]).collect::<Vec<_>>());
        }
        for reader in readers {
            let say = Say {
                ask: "please accept, or pass it to somebody".to_owned(),
                by,
                why_you: format!("{why}; you answer for the queue {}", self.item.queue),
                facts: facts::of_item(&self.item),
                text: self.item.summary.clone(),
                answers: ["accept", "pass PERSON", "why"].map(str::to_owned).to_vec(),
                ..Say::default()
            };
            self.notify(reader, Reason::Parked, say);
        }
    }

    /// From an offer to its acceptance, in the receiver's calendar.
    fn start_accept_clock(&mut self, receiver: Option<&PersonKey>) {
        let calendar = self.person_calendar(receiver);
        let span = self.queue.accept_within.unwrap_or(DEFAULT_ACCEPT_WITHIN);
        self.start_clock(&Start {
            kind: ClockKind::Accept,
            span,
            calendar: &calendar,
            warns: true,
        });
    }

    /// Sets the next look for somebody.
    pub(super) fn look_again_later(&mut self) {
        let calendar = self.queue.calendar.clone();
        self.start_clock(&Start {
            kind: ClockKind::Parked,
            span: PARKED_LOOK_AGAIN,
            calendar: &calendar,
            warns: false,
        });
    }

    /// After a refusal: the giver has it back, or the next of those who could be asked, or the owner.
    pub(super) fn offer_on(&mut self, why: &str) {
        if !self.asked().is_empty() {
            return;
        }
        if let Some(giver) = self.item.giver.clone() {
            self.give_back(&giver, why, Vec::new());
            return;
        }
        let others = self.next_in_line();
        match others {
            Some(next) => self.offer(&Party::Person(next), &self.declined_before(why), why),
            None => self.park("everybody who could be asked declined"),
        }
    }

    /// Who accepted it and has it still: its holder, or the giver while it is offered on.
    pub(super) fn has_it(&self) -> Option<PersonKey> {
        match self.item.state {
            State::Accepted | State::Waiting | State::Snoozed | State::Blocked => self.item.holder.clone(),
            State::Muted => self.item.holder.clone().filter(|_| super::mute::had(&self.item)),
            State::Offered => self.item.giver.clone(),
            State::Parked | State::Collecting | State::Done | State::Dropped => None,
        }
    }

    /// The next person to ask: who covers for those who declined, the others of the queue's rotation or team, then the owner.
    fn next_in_line(&self) -> Option<PersonKey> {
        let policy = self.cx.policy;
        // Whoever covers for somebody who cannot take it comes first.
        let covers = self.item.declined.iter().filter_map(|p| policy.people.get(p)?.cover.clone());
        let line = covers.chain(self.line()).chain([self.queue.owner.clone()]);
        line.into_iter()
            .find(|p| !self.item.declined.contains(p) && policy.people.contains_key(p) && !self.is_away(p))
    }

    /// The others of the queue's rotation or team.
    pub(super) fn line(&self) -> Vec<PersonKey> {
        match &self.queue.assign {
            Party::Rotation(name) => self.members(name),
            Party::Team(name) => self.cx.policy.teams.get(name).cloned().unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Those who take turns in a rotation now.
    fn members(&self, name: &RotationName) -> Vec<PersonKey> {
        let rotation = self.cx.policy.rotations.get(name);
        let members = rotation.map(|rotation| rotation.members(self.cx.now)).unwrap_or_default();
        members.into_iter().cloned().collect()
    }

    /// The holder owes a word from now on.
    pub(super) fn start_update_clock(&mut self) {
        let calendar = self.person_calendar(self.item.holder.clone().as_ref());
        self.start_clock(&Start {
            kind: ClockKind::Update,
            span: self.queue.update_every,
            calendar: &calendar,
            warns: false,
        });
    }
}
