//! What comes of a swap: offered, answered, over; who is told. May import model, policy, reply. Everybody whose duty changes hears of it once, with the old and the new.

use jiff::Timestamp;

use super::roles::is_proven_for;
use super::say::UNPROVEN;
use super::swap::{SwapCommand, SwapEvent, may_be, span, spoken};
use super::work::{Head, Say};
use super::{
    Actor, Asked, Asking, Context, Decision, Effect, Event, Incoming, Past, Read, ShiftEvent, Tier, about, asked, fact_lines, facts, help,
};
use crate::model::{Fact, ItemId, PersonKey, Reader, Reason, Shift, Swap, SwapState, Wanted};
use crate::reply::{Line, Said, Verb};

/// Decides.
pub(super) fn decide(shift: &Shift, what: SwapCommand, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    match what {
        SwapCommand::Ask(swap) => ask(*swap, past, cx),
        SwapCommand::Say { id, actor, lines, message } => Ok(say(shift, &id, &actor, &lines, message.as_deref(), cx)),
        SwapCommand::Undelivered { id, reader, reason, error } => Ok(undelivered(shift, &id, &reader, reason, &error, cx)),
    }
}

/// A swap while it is decided on.
struct Swapping<'a> {
    swap: Swap,
    cx: &'a Context<'a>,
    decision: Decision,
}

/// The swap of that id, with its rotation.
///
/// # Errors
/// When the store cannot be read.
pub fn swap_of(past: &dyn Past, id: &ItemId) -> Read<Option<Swap>> {
    if &*id.prefix != Swap::PREFIX {
        return Ok(None);
    }
    Ok(past.shifts()?.into_iter().find_map(|shift| shift.swap(id).cloned()))
}

fn ask(mut swap: Swap, past: &dyn Past, cx: &Context<'_>) -> Read<Decision> {
    let shifts = past.shifts()?;
    let last = shifts.iter().flat_map(|shift| &shift.swaps).map(|swap| swap.id.number).max();
    swap.id = ItemId::new(Swap::PREFIX, last.unwrap_or(0) + 1);
    let mut work = Swapping {
        swap: swap.clone(),
        cx,
        decision: Decision::default(),
    };
    work.emit(SwapEvent::Asked {
        swap: Box::new(swap.clone()),
    });
    let asker = cx.policy.name(&swap.asker);
    let answers = work.answers(&swap.other);
    let say = Say {
        ask: "please accept or decline".to_owned(),
        by: Some(swap.answer_by),
        why_you: format!("{asker} asks you to take over duty of theirs in {}", swap.rotation),
        facts: work.terms(&swap.other),
        answers,
        urgent: work.cannot_wait(&swap.other, swap.answer_by),
        ..Say::default()
    };
    work.notify(&swap.other, Reason::SwapAsked, say);
    Ok(work.decision)
}

/// Whoever was to answer has not.
pub(super) fn lapse(shift: &Shift, cx: &Context<'_>, decision: &mut Decision) {
    for swap in shift.swaps.iter().filter(|swap| swap.is_open() && swap.answer_by <= cx.now) {
        let mut work = Swapping {
            swap: swap.clone(),
            cx,
            decision: Decision::default(),
        };
        work.settle(SwapState::Lapsed { at: cx.now });
        let why = format!("{} did not answer in time; the duty stays yours", cx.policy.name(&swap.other));
        work.tell_asker(&why, String::new());
        decision.events.append(&mut work.decision.events);
        decision.effects.append(&mut work.decision.effects);
    }
}

fn say(shift: &Shift, id: &ItemId, actor: &Actor, lines: &[Line], message: Option<&Incoming>, cx: &Context<'_>) -> Decision {
    let (Some(swap), Some(person)) = (shift.swap(id), actor.reader.person()) else {
        return Decision::default();
    };
    let mut work = Swapping {
        swap: swap.clone(),
        cx,
        decision: Decision::default(),
    };
    let mut wants_help = false;
    let mut unproven = Vec::new();
    for line in lines {
        let outcome = match &line.said {
            Said::Verb(verb) if !is_proven_for(actor, verb) => {
                unproven.push(line.text.clone());
                Err(UNPROVEN.to_owned())
            }
            Said::Verb(Verb::Note(_)) | Said::Unclear(_) if !actor.reaches(Tier::One) => continue,
            Said::Unclear(hint) => Err(format!("not understood: {hint}")),
            Said::Verb(verb) => {
                wants_help |= matches!(verb, Verb::Help);
                work.obey(person, verb, message.is_some())
            }
        };
        let (mark, text) = match outcome {
            Ok(text) => ("✓", text),
            Err(text) => ("✗", text),
        };
        work.decision.outcomes.push(format!("{mark} {}: {text}", line.text));
    }
    let only_asked_back = unproven.len() == work.decision.outcomes.len() && (!unproven.is_empty() || !actor.reaches(Tier::One));
    if let Some(message) = message.filter(|message| !unproven.is_empty() && !message.automatic) {
        let asking = Asking {
            wants: vec![Wanted::Swap(work.swap.rotation.clone(), id.clone(), unproven)],
            actor: actor.clone(),
            at: message.at,
        };
        work.decision
            .effects
            .extend(asking.command().map(|(person, command)| Effect::Person(person, command)));
    }
    if let Some(message) = message.filter(|message| !message.automatic && !only_asked_back) {
        let mut text = work.decision.outcomes.join("\n");
        if wants_help {
            text = format!("{text}\n\n{}", help::TEXT);
        }
        let say = Say {
            why_you: "you wrote it".to_owned(),
            facts: work.terms(person),
            text,
            urgent: true,
            in_reply_to: message.message_id.clone(),
            ..Say::default()
        };
        work.notify(person, Reason::Receipt, say);
    }
    work.decision
}

/// A mail about it did not arrive: whoever waits for the answer hears that, or the owner where it was them.
fn undelivered(shift: &Shift, id: &ItemId, reader: &Reader, reason: Reason, error: &str, cx: &Context<'_>) -> Decision {
    let Some(swap) = shift.swap(id).filter(|_| reason != Reason::DeliveryFailed) else {
        return Decision::default();
    };
    let mut work = Swapping {
        swap: swap.clone(),
        cx,
        decision: Decision::default(),
    };
    let asker = Reader::Person(swap.asker.clone());
    let to = if *reader == asker {
        work.owners().into_iter().next()
    } else {
        Some(swap.asker.clone())
    };
    let Some(to) = to.filter(|to| Reader::Person(to.clone()) != *reader) else {
        return Decision::default();
    };
    let mut lines = vec![
        facts::fact("To", reader.to_string()),
        facts::fact("Was", reason.as_str()),
        facts::fact("Cause", error),
    ];
    lines.extend(work.terms(&to));
    let say = Say {
        ask: "please see that they hear of it another way".to_owned(),
        why_you: "a mail about this swap could not be delivered".to_owned(),
        facts: lines,
        ..Say::default()
    };
    work.notify(&to, Reason::DeliveryFailed, say);
    work.decision
}

impl Swapping<'_> {
    fn emit(&mut self, event: SwapEvent) {
        self.decision.events.push(Event::Shift(ShiftEvent::Swap { what: event }));
    }

    fn settle(&mut self, state: SwapState) {
        self.swap.state = state.clone();
        let id = self.swap.id.clone();
        self.emit(SwapEvent::Settled { id, state });
    }

    /// Does one thing. `Ok` says what came of it, `Err` why not.
    fn obey(&mut self, person: &PersonKey, verb: &Verb, by_mail: bool) -> Result<String, String> {
        if let Some(outcome) = about(person, verb, self.cx) {
            let (command, text) = outcome?;
            self.decision.effects.push(Effect::Further(vec![command]));
            return Ok(text);
        }
        if let Some(outcome) = asked(person, verb, None, self.cx) {
            return match outcome? {
                Asked::Facts(facts) => Ok(format!("\n{}", fact_lines(&facts, person, self.cx))),
                Asked::Mail(command) => {
                    self.decision.effects.push(Effect::Further(vec![command]));
                    Ok("it comes in a mail of its own".to_owned())
                }
            };
        }
        let (is_asker, is_other) = (*person == self.swap.asker, *person == self.swap.other);
        match verb {
            Verb::Accept(words) if is_other => self.accept(words.as_deref(), by_mail),
            Verb::Decline(why) if is_other => self.decline(why),
            Verb::Drop(why) if is_asker || !by_mail => self.withdraw(person, why),
            Verb::Note(text) if is_asker || is_other => {
                let to = if is_asker {
                    self.swap.other.clone()
                } else {
                    self.swap.asker.clone()
                };
                let say = Say {
                    why_you: format!("{} wrote about this swap", self.cx.policy.name(person)),
                    facts: self.terms(&to),
                    text: super::apply::clip(text),
                    answers: self.answers(&to),
                    ..Say::default()
                };
                self.notify(&to, Reason::SwapAnswered, say);
                Ok(format!("{} gets it", self.cx.policy.name(&to)))
            }
            Verb::Why | Verb::Show | Verb::Help => Ok("answered here".to_owned()),
            Verb::Accept(_) | Verb::Decline(_) => Err(format!("only {} can answer this", self.cx.policy.name(&self.swap.other))),
            Verb::Drop(_) => Err(format!("only {} can take it back", self.cx.policy.name(&self.swap.asker))),
            _ => Err("this is a swap of duty: write `accept` or `decline: WHY`; who asked takes it back with `drop: WHY`".to_owned()),
        }
    }

    /// What a reader can answer as it stands.
    fn answers(&self, reader: &PersonKey) -> Vec<String> {
        let words: &[&str] = match (self.swap.is_open(), *reader == self.swap.other) {
            (true, true) => &["accept", "decline WHY"],
            (true, false) => &["drop WHY"],
            (false, _) => &[],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn still_open(&self) -> Result<(), String> {
        match &self.swap.state {
            SwapState::Asked => Ok(()),
            SwapState::Accepted { .. } => Err("it is accepted already; `swap WHEN with NAME` asks for it back".to_owned()),
            SwapState::Declined { .. } => Err("it is declined already".to_owned()),
            SwapState::Withdrawn { by, .. } => Err(format!("{} took it back", self.cx.policy.name(by))),
            SwapState::Lapsed { at } => {
                let at = super::swap::moment(*at, &self.swap.other, self.cx.policy);
                Err(format!("it is over since {at}, as nobody had answered"))
            }
        }
    }

    fn accept(&mut self, words: Option<&str>, by_mail: bool) -> Result<String, String> {
        self.still_open()?;
        may_be(&self.swap, self.cx)?;
        self.settle(SwapState::Accepted { at: self.cx.now });
        let policy = self.cx.policy;
        let other = policy.name(&self.swap.other);
        let why = format!("{other} accepted: from now on this is agreed");
        self.tell_asker(&why, words.unwrap_or_default().to_owned());
        let (asker, taker) = (self.swap.asker.clone(), self.swap.other.clone());
        for owner in self.owners().into_iter().filter(|owner| *owner != asker && *owner != taker) {
            self.tell_of_change(&owner, format!("you answer for what {} serves", self.swap.rotation));
        }
        // Who wrote it has the receipt.
        if !by_mail {
            self.tell_of_change(&taker, "it was accepted for you at the command line".to_owned());
        }
        let back = match self.swap.returned.as_slice() {
            [] => String::new(),
            stints => format!("; {} takes {}", policy.name(&asker), spoken(stints, &taker, policy)),
        };
        Ok(format!(
            "you have duty in {} {}, in place of {}{back}",
            self.swap.rotation,
            spoken(&self.swap.given, &taker, policy),
            policy.name(&asker)
        ))
    }

    fn decline(&mut self, why: &str) -> Result<String, String> {
        self.still_open()?;
        self.settle(SwapState::Declined {
            at: self.cx.now,
            why: super::apply::clip(why),
        });
        let text = format!("{} declined; the duty stays yours", self.cx.policy.name(&self.swap.other));
        self.tell_asker(&text, why.to_owned());
        Ok(format!("{} keeps it, and hears why", self.cx.policy.name(&self.swap.asker)))
    }

    /// Taken back: by who asked while it is open, at the command line at any time.
    fn withdraw(&mut self, by: &PersonKey, why: &str) -> Result<String, String> {
        let held = self.swap.is_agreed() && self.swap.ends() > self.cx.now;
        let is_party = *by == self.swap.asker || *by == self.swap.other;
        if !held {
            self.still_open()?;
        } else if is_party {
            return Err("it is accepted; `swap WHEN with NAME` asks for it back".to_owned());
        }
        self.settle(SwapState::Withdrawn {
            at: self.cx.now,
            by: by.clone(),
            why: super::apply::clip(why),
        });
        let text = format!("{} took it back: it holds no longer", self.cx.policy.name(by));
        let mut readers = vec![self.swap.other.clone(), self.swap.asker.clone()];
        if held {
            readers.extend(self.owners());
        }
        let mut told: Vec<PersonKey> = vec![by.clone()];
        for reader in readers {
            if told.contains(&reader) {
                continue;
            }
            let say = Say {
                why_you: text.clone(),
                facts: self.terms(&reader),
                text: why.to_owned(),
                urgent: held && self.begins().is_some_and(|begins| self.cannot_wait(&reader, begins)),
                ..Say::default()
            };
            self.notify(&reader, Reason::SwapAnswered, say);
            told.push(reader);
        }
        Ok("it holds no longer; the others are told".to_owned())
    }

    /// When the first of it begins that is still to come.
    fn begins(&self) -> Option<Timestamp> {
        let ahead = self.swap.moves().filter(|(_, _, stint)| stint.until > self.cx.now);
        ahead.map(|(_, _, stint)| stint.from).min()
    }

    fn tell_asker(&mut self, why: &str, words: String) {
        let asker = self.swap.asker.clone();
        let say = Say {
            why_you: why.to_owned(),
            facts: self.terms(&asker),
            text: words,
            urgent: self.begins().is_some_and(|begins| self.cannot_wait(&asker, begins)),
            ..Say::default()
        };
        self.notify(&asker, Reason::SwapAnswered, say);
    }

    fn tell_of_change(&mut self, reader: &PersonKey, why_you: String) {
        let say = Say {
            why_you,
            facts: self.terms(reader),
            urgent: self.begins().is_some_and(|begins| self.cannot_wait(reader, begins)),
            ..Say::default()
        };
        self.notify(reader, Reason::DutyChanged, say);
    }

    /// Who answers for what the rotation serves.
    fn owners(&self) -> Vec<PersonKey> {
        super::list::owners_of(&self.swap.rotation, self.cx)
    }

    /// What changes hands, in the reader's own time.
    fn terms(&self, reader: &PersonKey) -> Vec<Fact> {
        let policy = self.cx.policy;
        let line = |(giver, taker, stint): (&PersonKey, &PersonKey, _)| {
            let (giver, taker) = (policy.name(giver), policy.name(taker));
            let text = match self.swap.state {
                SwapState::Asked => format!("{taker} instead of {giver}, once it is accepted"),
                SwapState::Accepted { .. } => format!("now {taker}, before {giver}"),
                _ => format!("stays with {giver}"),
            };
            facts::fact(&span(stint, reader, policy), text)
        };
        let mut lines: Vec<Fact> = vec![facts::fact("Rotation", self.swap.rotation.as_str())];
        lines.extend(self.swap.moves().map(line));
        lines
    }

    /// `Thu 24 Dec with Ben Okafor, accepted`: the first day, whom it concerns besides the reader, how it stands.
    fn title(&self, reader: &PersonKey) -> String {
        let policy = self.cx.policy;
        let (asker, other) = (policy.name(&self.swap.asker), policy.name(&self.swap.other));
        let who = match reader {
            reader if *reader == self.swap.asker => format!(" with {other}"),
            reader if *reader == self.swap.other => format!(" with {asker}"),
            _ => format!(", {other} for {asker}"),
        };
        let state = match self.swap.state {
            SwapState::Asked => String::new(),
            SwapState::Lapsed { .. } => ", not answered".to_owned(),
            ref settled => format!(", {}", settled.as_str()),
        };
        let day = self.swap.given.first().map_or(self.swap.asked, |stint| stint.from);
        format!("{}{who}{state}", super::swap::day(day, reader, policy))
    }

    /// Whether somebody reads what waits for their working hours too late.
    fn cannot_wait(&self, reader: &PersonKey, by: Timestamp) -> bool {
        super::person::reads_after(reader, by, self.cx)
    }

    fn notify(&mut self, to: &PersonKey, reason: Reason, say: Say) {
        let reader = Reader::Person(to.clone());
        let mut told: Vec<&Reader> = self.swap.told.iter().collect();
        let mut number = self.swap.notices + 1;
        for event in &self.decision.events {
            if let Event::Shift(ShiftEvent::Swap {
                what: SwapEvent::Told { to, .. },
            }) = event
            {
                told.push(to);
                number += 1;
            }
        }
        let first = !told.contains(&&reader);
        let head = Head {
            reason,
            to: reader,
            item: self.swap.id.clone(),
            number,
            first,
            queue: super::list::queue_of(&self.swap.rotation, self.cx),
            title: self.title(to),
            opened: self.swap.asked,
        };
        let notice = say.about(head, self.cx);
        self.emit(SwapEvent::Told {
            id: self.swap.id.clone(),
            notice: notice.id,
            to: notice.to.clone(),
            reason,
        });
        self.decision.effects.push(Effect::Notify(Box::new(notice)));
    }
}
