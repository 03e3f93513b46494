//! A handoff that is taken, declined or not answered: read-back, return, whoever is asked next. May import model, policy. The giver answers for it until somebody accepts.

use super::ladder::escalate_what_remains;
use super::offer::{Handing, Occasion};
use super::work::{Say, Work};
use super::{Command, ItemEvent, ListCommand, ShiftCommand, facts, plan};
use crate::model::{Aside, ClockKind, Fact, Party, PersonKey, Reason, RotationName, State, Way};

impl Work<'_> {
    /// Who it comes from, and who answers for it meanwhile.
    pub(super) fn given_by(&self, handing: &Handing) -> Vec<Fact> {
        let meanwhile = self.name(&self.item.accountable);
        let text = match (&handing.by, &handing.way) {
            (Some(by), Way::Decline) => {
                let why = handing.note.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
                format!(
                    "{}, who declined it{why}; {meanwhile} answers for it until you accept",
                    self.name(by)
                )
            }
            (Some(by), _) if *by == self.item.accountable => format!("{meanwhile}, who answers for it until you accept"),
            (Some(by), _) => format!("{}; {meanwhile} answers for it until you accept", self.name(by)),
            (None, _) => format!("{meanwhile}, who answers for it until you accept"),
        };
        vec![facts::fact("From", text)]
    }

    /// The occasion on which the next is asked after somebody declined.
    pub(super) fn declined_before(&self, why: &str) -> Occasion {
        let last = self.item.handoffs.last().and_then(|handoff| handoff.answer.as_ref());
        let by = last
            .and_then(|answer| answer.by.clone())
            .or_else(|| self.item.declined.iter().next_back().cloned());
        let why = last.and_then(|answer| answer.words.clone()).unwrap_or_else(|| why.to_owned());
        Occasion::handoff(Way::Decline, by, Some(why))
    }

    /// The offer came to nothing: the giver goes on, and is told, unless somebody else is asked at once.
    pub(super) fn give_back(&mut self, giver: &PersonKey, why: &str, silent: Vec<PersonKey>) {
        let aside = self.item.aside.clone();
        let unanswered = !silent.is_empty();
        self.stop_clock(ClockKind::Accept);
        self.emit(ItemEvent::Returned { to: giver.clone(), silent });
        escalate_what_remains(self);
        self.start_update_clock();
        self.put_aside_again(aside);
        if self.is_away(giver) {
            self.without_giver(giver, why, unanswered);
            return;
        }
        let next = if unanswered { self.next_on_duty(giver) } else { None };
        let ask = if next.is_some() {
            String::new()
        } else {
            "please go on, or pass it to somebody else".to_owned()
        };
        let asked = next
            .as_ref()
            .map_or_else(String::new, |next| format!("; {} is asked now", self.name(next)));
        let say = Say {
            ask,
            by: self.item.clock(ClockKind::Resolve).filter(|c| !c.overdue).map(|c| c.deadline),
            why_you: format!("{why}{asked}"),
            facts: facts::of_item(&self.item),
            text: self.item.summary.clone(),
            answers: ["done NOTE", "pass PERSON", "wait for WHOM", "why"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        if !self.together {
            self.tell(giver, Reason::Returned, say);
        }
        if unanswered {
            self.tell_owner_of_silence(giver, &format!("{why}{asked}"));
        }
        if let Some(next) = next {
            let occasion = Occasion::handoff(Way::Silence, Some(giver.clone()), None);
            self.offer(&Party::Person(next), &occasion, &format!("{why}, and you are next"));
        }
    }

    pub(super) fn tell_owner_of_silence(&mut self, giver: &PersonKey, why: &str) {
        let owner = self.queue.owner.clone();
        if owner == *giver {
            return;
        }
        let has_it = if self.is_away(giver) {
            "answers for it until somebody accepts"
        } else {
            "has it again"
        };
        let say = Say {
            why_you: format!("you answer for {}; {why}, and {} {has_it}", self.item.queue, self.name(giver)),
            facts: facts::of_item(&self.item),
            answers: ["pass PERSON", "why"].map(str::to_owned).to_vec(),
            ..Say::default()
        };
        self.tell(&owner, Reason::Returned, say);
    }

    /// Who is asked after somebody did not answer: whoever is on duty, then the others of the queue's rotation or team. Nobody twice.
    pub(super) fn next_on_duty(&self, giver: &PersonKey) -> Option<PersonKey> {
        let on_duty = self.readers(&self.queue.assign);
        let line = on_duty.iter().filter_map(crate::model::Reader::person).cloned().chain(self.line());
        let item = &self.item;
        line.into_iter()
            .find(|person| {
                let asked = item.silent.contains(person) || item.declined.contains(person);
                let there = self.cx.policy.people.contains_key(person) && !self.is_away(person);
                person != giver && !asked && there
            })
            .filter(|_| !matches!(self.queue.assign, Party::Person(_) | Party::Owner | Party::Holder))
    }

    /// What was put aside when it was handed on is so again for whoever has it now.
    pub(super) fn put_aside_again(&mut self, aside: Option<Box<Aside>>) {
        let Some(aside) = aside else { return };
        let now = self.cx.now;
        match (aside.state, aside.until) {
            (State::Waiting, Some(until)) => {
                self.stop_clock(ClockKind::Update);
                self.emit(ItemEvent::Waiting {
                    on: aside.waiting_for,
                    follow_up: aside.follow_up,
                    note: aside.note,
                });
                self.pause_response_clocks();
                // A reminder that came due meanwhile goes out at once.
                self.start_clock_until(ClockKind::Wait, until);
            }
            (State::Snoozed, Some(until)) if until > now => {
                self.stop_clock(ClockKind::Update);
                self.emit(ItemEvent::Snoozed { until, note: aside.note });
                self.start_clock_until(ClockKind::Snooze, until);
            }
            (State::Blocked, _) => {
                let why = aside.note.unwrap_or_default();
                self.emit(ItemEvent::Blocked { why });
                self.start_update_clock();
            }
            _ => {}
        }
    }

    /// The giver hears that it was taken, in the words of whoever took it.
    pub(super) fn read_back(&mut self, giver: &PersonKey, by: &PersonKey, words: Option<String>) {
        if self.together {
            return;
        }
        let name = self.name(by);
        let way = self.item.handoffs.last().map(|handoff| handoff.way.clone());
        let passed = match &way {
            Some(Way::Shift(rotation)) => format!("your shift in {rotation} is over"),
            Some(Way::Away) => "you are away".to_owned(),
            _ => format!("you passed it to {name}"),
        };
        let why_you = match way {
            Some(Way::Back) => format!("{name}, who was away, is back and has taken it again: it is no longer yours"),
            _ => format!("{passed}, and {name} accepted: it is no longer yours"),
        };
        let mut lines = vec![
            facts::fact_at("Accepted", format!("by {name},"), self.cx.now),
            facts::fact("Answers for it", name.clone()),
        ];
        if words.is_none() {
            lines.push(facts::fact("Says", format!("nothing besides; write a note to ask {name}")));
        }
        lines.extend(facts::of_item(&self.item));
        let ask = match way {
            Some(Way::Back) => format!("please leave it to {name}"),
            _ => String::new(),
        };
        let say = Say {
            ask,
            why_you,
            facts: lines,
            text: words.unwrap_or_default(),
            ..Say::default()
        };
        self.tell(giver, Reason::HandoffAnswered, say);
    }

    /// What the giver adds while it is on offer goes to those who are asked. Answers their names.
    pub(super) fn add_to_handoff(&mut self, author: &PersonKey, text: &str) -> Option<String> {
        let open = self.item.handoffs.last().filter(|handoff| handoff.answer.is_none())?;
        if self.item.state != State::Offered || open.giver != *author {
            return None;
        }
        let note = Some(plan::without(text)).filter(|text| !text.is_empty());
        let occasion = Occasion::handoff(open.way.clone(), Some(author.clone()), note);
        let why = format!("{} added to the handoff", self.name(author));
        let asked = self.asked();
        for person in &asked {
            self.ask_to_accept(person, &occasion, &why);
        }
        let names: Vec<String> = asked.iter().map(|person| self.name(person)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// What the queue asks the giver to say, where they said nothing.
    pub(super) fn prompt(&self) -> String {
        if !self.item.plan.next.is_empty() {
            return String::new();
        }
        format!(
            "\n  {} asks of a handoff: {}\n  Answer with it, or with lines such as `next: …` and `watch: …`: it goes into the handoff.",
            self.item.queue, self.queue.handover
        )
    }
}

/// The shift of whoever has it, or is asked to take it, is over: whoever has the shift now is asked, and told of all such items in one notice.
pub(super) fn shift_ends(work: &mut Work<'_>, giver: &PersonKey, to: &PersonKey, rotation: RotationName) {
    let held = matches!(work.item.state, State::Accepted | State::Waiting | State::Snoozed | State::Blocked);
    let asked = work.item.offered_to == Some(Party::Person(giver.clone()));
    if !(asked || held && work.item.holder.as_ref() == Some(giver)) {
        return;
    }
    let gone = work.name(giver);
    if work.item.giver.as_ref() == Some(to) {
        // They had passed it to whoever leaves: it is theirs again.
        work.give_back(to, &format!("{gone} did not answer before the end of the shift"), Vec::new());
        return;
    }
    let why = format!("{gone}'s shift in {rotation} is over, and yours has begun");
    let occasion = Occasion::Handoff(Handing {
        way: Way::Shift(rotation),
        by: Some(giver.clone()),
        note: None,
        together: true,
    });
    work.offer(&Party::Person(to.clone()), &occasion, &why);
}

/// Whom to tell that the time to accept runs out, where it was put on offer in a list with others.
pub(super) fn of_list(work: &Work<'_>) -> Option<Command> {
    let open = work.item.handoffs.last().filter(|handoff| handoff.answer.is_none())?;
    let item = work.item.id.clone();
    match (&open.way, &work.item.offered_to) {
        _ if work.item.state != State::Offered => None,
        (Way::Shift(rotation), _) => Some(Command::Shift(rotation.clone(), ShiftCommand::Remind(item))),
        (Way::Away, Some(Party::Person(person))) => Some(Command::List(person.clone(), ListCommand::Remind(item))),
        _ => None,
    }
}
