//! The five parts of a handoff, filled from what the item knows (I-PASS). May import model, policy. Instants stay instants: the notice layer prints them in the reader's zone.

use super::facts::{deadline, fact, fact_at, is_promise};
use super::offer::Handing;
use super::plan;
use super::work::Work;
use crate::model::{ClockKind, Fact, Handed, LastWord, State, Way};

/// What the notice says of the item to whoever is asked to take it. `number` is 0 where it is the only one.
pub(super) fn handed(work: &Work<'_>, number: u32, handing: &Handing, why_you: &str) -> Handed {
    let note = handing.note.as_deref().map(plan::without).unwrap_or_default();
    Handed {
        number,
        item: work.item.id.clone(),
        title: work.item.title.clone(),
        urgent: urgent(work, number, why_you),
        what: what(work),
        said: said(work, &note),
        next: next(work, handing, &note),
        watch: watch(work, number == 0),
    }
}

/// Priority, each running deadline, what climbs or rests, why it is theirs now.
fn urgent(work: &Work<'_>, number: u32, why_you: &str) -> Vec<Fact> {
    let item = &work.item;
    let mut facts = vec![fact("Priority", item.priority.as_str())];
    // By when to accept the only one stands above all.
    let shown = |kind: ClockKind| is_promise(kind) && (number > 0 || kind != ClockKind::Accept);
    facts.extend(item.clocks.iter().filter(|clock| shown(clock.kind)).map(deadline));
    for run in &item.escalations {
        let text = format!("{} runs since {} passed; it goes on", run.ladder, run.cause);
        facts.push(fact_at("Escalated", text, run.due));
    }
    if let Some(aside) = &item.aside {
        let what = match (aside.state, &aside.waiting_for, &item.requester) {
            (State::Waiting, Some(whom), _) => format!("it waits for {whom}"),
            (State::Waiting, None, Some(_)) => "it waits for the requester".to_owned(),
            (state, ..) => format!("it is {state}"),
        };
        let why = aside.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
        facts.push(match aside.until {
            Some(until) => fact_at("At rest", format!("{what}{why}, until"), until),
            None => fact("At rest", format!("{what}{why}")),
        });
    }
    if number == 0 {
        facts.push(fact("Why you", why_you));
    }
    facts
}

/// Who asked, what they were promised, where it belongs.
fn what(work: &Work<'_>) -> Vec<Fact> {
    let item = &work.item;
    let mut facts = Vec::new();
    match &item.requester {
        Some(requester) => {
            let name = requester.name.as_ref().map(|name| format!("{name}, {}", requester.reader));
            let name = name.unwrap_or_else(|| requester.reader.to_string());
            facts.push(fact("Asked by", name));
            facts.push(promised(work));
        }
        None => facts.push(fact_at("Came by", format!("{},", item.source), item.created)),
    }
    if !item.labels.is_empty() {
        facts.push(fact("Labels", item.labels.iter().cloned().collect::<Vec<_>>().join(", ")));
    }
    if !item.links.is_empty() {
        let links: Vec<String> = item.links.iter().take(8).map(ToString::to_string).collect();
        facts.push(fact("Linked", links.join(", ")));
    }
    facts
}

/// What the requester was told to expect, or that nothing was.
fn promised(work: &Work<'_>) -> Fact {
    let item = &work.item;
    let told = item
        .requester
        .as_ref()
        .is_some_and(|requester| item.told.contains(&requester.reader));
    match item.clock(ClockKind::Respond).filter(|clock| clock.paused.is_none()) {
        Some(clock) if told => fact_at("Promised", "an answer by", clock.deadline),
        _ if item.our_word.as_ref().is_some_and(|word| word.to_requester) => fact("Promised", "what we wrote last, below"),
        _ => fact("Promised", "nothing so far"),
    }
}

/// The last words of each side, and the first ones.
fn said(work: &Work<'_>, note: &str) -> Vec<Fact> {
    let item = &work.item;
    let who = item
        .requester
        .as_ref()
        .and_then(|r| r.name.clone().or_else(|| Some(r.reader.to_string())));
    let mut said = Vec::new();
    if !item.summary.trim().is_empty() {
        let label = who
            .clone()
            .map_or_else(|| "It began with".to_owned(), |who| format!("{who} wrote first"));
        said.push(fact_at(&label, item.summary.clone(), item.created));
    }
    let theirs = item
        .their_word
        .as_ref()
        .filter(|word| word.text.trim() != item.summary.trim() && !word.text.trim().is_empty());
    if let Some(word) = theirs {
        said.push(fact_at(
            &format!("{} wrote last", who.unwrap_or_else(|| word.who.clone())),
            word.text.clone(),
            word.at,
        ));
    }
    if let Some(word) = &item.our_word {
        let text = plan::without(&word.text);
        // What the giver says on passing it on stands among the next steps.
        if !text.is_empty() && text != note {
            let to = if word.to_requester { "We answered" } else { "Our last note" };
            let by = if word.who == "us" {
                String::new()
            } else {
                format!(", by {}", by(work, word))
            };
            said.push(fact_at(&format!("{to}{by}"), text, word.at));
        }
    }
    said.sort_by_key(|fact| fact.at);
    said
}

/// The giver's next steps, with who and when; that there are none is said.
fn next(work: &Work<'_>, handing: &Handing, note: &str) -> Vec<Fact> {
    let giver = handing.by.as_ref().map(|giver| work.name(giver));
    let mut next = Vec::new();
    if !note.is_empty() && handing.way != Way::Decline {
        next.push(fact_at(giver.as_deref().unwrap_or_default(), note, work.cx.now));
    }
    next.extend(
        work.item
            .plan
            .next
            .iter()
            .map(|line| fact_at(&by(work, line), line.text.clone(), line.at)),
    );
    if next.is_empty() {
        next.push(fact(
            "",
            match (&handing.way, giver) {
                (Way::Pass | Way::Shift(_) | Way::Away, Some(giver)) => {
                    format!("{giver} left no next step. Ask, if the words above do not say it.")
                }
                _ => "Nobody left a next step.".to_owned(),
            },
        ));
    }
    next
}

/// Risks from notes, and with them what the queue says of itself.
fn watch(work: &Work<'_>, with_queue: bool) -> Vec<Fact> {
    let mut watch: Vec<Fact> = Vec::new();
    watch.extend(
        work.item
            .plan
            .watch
            .iter()
            .map(|line| fact_at(&by(work, line), line.text.clone(), line.at)),
    );
    if with_queue {
        watch.push(fact("", format!("Urgent in {}: {}", work.item.queue, work.queue.urgent_when)));
        watch.push(fact("", format!("A handoff here owes you: {}", work.queue.handover)));
    }
    watch
}

/// Who wrote a line: one of ours by name.
fn by(work: &Work<'_>, line: &LastWord) -> String {
    work.name(&line.who.as_str().into())
}
