//! The story: a question answered, a build handed on, a mail that nobody answers, a kill in the middle. May import show and why. Every step is waited for.

use std::time::Duration;

use serde_json::json;

use super::mailbox::Letter;
use super::missed;
use super::process::SECRET;
use super::stage::{Actor, SOON, Stage};
use crate::cli::{show, why};
use crate::daemon::{Exit, Failure};
use crate::model::{ClockKind, ItemId};

const DORA: Actor = Actor {
    name: "Dora",
    mailbox: "Dora Klein <dora@customer.example>",
    address: "dora@customer.example",
};
const EMIL: Actor = Actor {
    name: "Emil",
    mailbox: "Emil Sand <emil@customer.example>",
    address: "emil@customer.example",
};
const ANA: Actor = Actor {
    name: "Ana",
    mailbox: "Ana Ruiz <ana@ops.example>",
    address: "ana@ops.example",
};
const BEN: Actor = Actor {
    name: "Ben",
    mailbox: "Ben Okafor <ben@ops.example>",
    address: "ben@ops.example",
};
const CAT: Actor = Actor {
    name: "Cat",
    mailbox: "Cat Lim <cat@ops.example>",
    address: "cat@ops.example",
};
/// How long the clocks of this story may take, with room for a slow machine.
const BY_THE_CLOCK: Duration = Duration::from_secs(30);

/// Plays it to the end.
pub fn play(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let notice = a_question_is_answered(stage)?;
    a_build_is_handed_on(stage)?;
    let item = nobody_answers(stage)?;
    what_is_left(stage, &notice, &item)
}

fn a_question_is_answered(stage: &mut Stage<'_>) -> Result<Letter, Failure> {
    stage.tell.act("A customer writes, and is answered by mail alone")?;
    let text = "Hello,\n\nI tried to pay twice, and both times the page said \"refused\".\n\nDora Klein\n";
    let item = stage.writes(DORA, "SUP-1", "Cannot pay for order #9313", text)?;
    stage.gets(DORA, "received", &item, SOON)?;
    let notice = stage.gets(ANA, "assigned", &item, SOON)?;
    stage.answers(ANA, &notice, "accept I look at it now")?;
    let receipt = stage.gets(ANA, "receipt", &item, SOON)?;
    stage.tell.quote(&outcome(&receipt))?;
    stage.stands(&item, "accepted", "ana")?;

    stage.answers(ANA, &notice, "reply The card company had a fault. Please try once more.")?;
    let answer = stage.gets(DORA, "reply", &item, SOON)?;
    stage.gets(ANA, "receipt", &item, SOON)?;
    stage.answers(DORA, &answer, "It worked this time. Thank you!")?;
    let word = stage.gets(ANA, "answer", &item, SOON)?;
    stage.answers(ANA, &word, "done, the card company had a fault")?;
    stage.gets(DORA, "done", &item, SOON)?;
    stage.gets(ANA, "receipt", &item, SOON)?;
    stage.stands(&item, "done", "ana")?;
    Ok(notice)
}

fn a_build_is_handed_on(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.tell.act("GitHub reports a failed build, and it is handed on")?;
    let body = json!({
        "action": "completed",
        "workflow_run": { "id": 4711, "head_branch": "main", "conclusion": "failure" },
        "repository": { "name": "shop", "full_name": "ops-example/shop" },
    });
    let (body, delivery) = (body.to_string(), "3f1c9c1e-demo");
    let answer = stage.delivers(SECRET, delivery, &body, 202)?;
    stage.tell.step(&format!("A signed webhook is taken: 202 {}", answer.trim()))?;
    let item: ItemId = "REL-1".parse().map_err(|_| Failure::new(Exit::Internal, "`REL-1` is no item id"))?;
    stage.delivers(SECRET, delivery, &body, 200)?;
    stage.tell.step("The same delivery again: 200, and nothing changes.")?;
    stage.delivers("a wrong secret", "another-delivery", &body, 401)?;
    stage.tell.step("One with a wrong signature: 401, and nothing changes.")?;
    if stage.show(&item)?.item.messages != 1 {
        return Err(missed("a repeat changes nothing", "one message in REL-1", "more"));
    }

    let notice = stage.gets(BEN, "assigned", &item, SOON)?;
    stage.answers(BEN, &notice, "accept")?;
    stage.gets(BEN, "receipt", &item, SOON)?;
    stage.answers(
        BEN,
        &notice,
        "pass ana The build before was good; I would look at the new image first.",
    )?;
    stage.gets(BEN, "receipt", &item, SOON)?;
    let handoff = stage.gets(ANA, "handoff", &item, SOON)?;
    stage.tell.quote(&facts(&handoff))?;
    let accountable = stage.show(&item)?.item.accountable.to_string();
    if accountable != "ben" {
        return Err(missed("who answers until Ana accepts", "ben", &accountable));
    }
    stage.tell.step("Until she accepts, Ben stays accountable.")?;
    stage.answers(ANA, &handoff, "accept")?;
    stage.gets(BEN, "handoff answered", &item, SOON)?;
    stage.gets(ANA, "receipt", &item, SOON)?;
    stage.stands(&item, "accepted", "ana")
}

fn nobody_answers(stage: &mut Stage<'_>) -> Result<ItemId, Failure> {
    stage.tell.act("Nobody answers, and the daemon is killed meanwhile")?;
    let item = stage.writes(EMIL, "SUP-2", "My invoice shows the wrong address", "Please send it again.\n")?;
    stage.gets(EMIL, "received", &item, SOON)?;
    stage.gets(ANA, "assigned", &item, SOON)?;
    stage
        .tell
        .step("Ana has 8 seconds to accept. This time she does not look at her mail.")?;
    let before = stage.show(&item)?.item;
    stage.kill_and_start()?;
    let after = stage.show(&item)?.item;
    if (&before.timers, &before.deadlines) != (&after.timers, &after.deadlines) {
        let said = |item: &crate::web::view::ItemView| format!("{:?}", item.deadlines);
        return Err(missed("no deadline moves in a restart", &said(&before), &said(&after)));
    }
    let due = after
        .deadlines
        .get(&ClockKind::Accept)
        .map_or_else(String::new, |due| format!("{due:.3}"));
    stage
        .tell
        .step(&format!("{item} is there, and its deadline did not move: still {due}"))?;

    stage.gets(ANA, "reminder", &item, BY_THE_CLOCK)?;
    stage.tell.remark("That was three quarters of the time.")?;
    stage.gets(ANA, "reminder", &item, BY_THE_CLOCK)?;
    stage.tell.remark("That was all of it. Now the queue's escalation runs.")?;
    let told = stage.gets(BEN, "escalation", &item, BY_THE_CLOCK)?;
    stage.tell.quote(&asked(&told))?;
    stage.got_nothing(CAT)?;
    cat_hears_later(stage, &item)?;
    stage.answers(BEN, &told, "accept")?;
    stage.gets(BEN, "receipt", &item, SOON)?;
    stage.stands(&item, "accepted", "ben")?;
    Ok(item)
}

/// The owner was told while she was not at work: the notice is on the timeline, and waits.
fn cat_hears_later(stage: &Stage<'_>, item: &ItemId) -> Result<(), Failure> {
    let history = stage.show(item)?.history;
    let told = history
        .iter()
        .filter(|entry| entry.event == "told" && entry.text.starts_with("notice to cat"));
    let Some(release) = told.filter_map(|entry| entry.due).next() else {
        return Err(missed(
            "Cat, who owns the queue, is told",
            "a notice held for her hours",
            "none on the timeline",
        ));
    };
    let (at, zone) = (stage.screen.at(release), &stage.screen.zone_name);
    stage.tell.step(&format!(
        "Cat, the queue's owner, was told too, but she is not at work: that notice waits until {at} ({zone})."
    ))
}

fn what_is_left(stage: &mut Stage<'_>, notice: &Letter, item: &ItemId) -> Result<(), Failure> {
    stage.tell.act("The first notice, as it arrived at Ana's")?;
    stage.tell.block(&readable(notice))?;
    stage.tell.act(&format!("batond show {item}"))?;
    let shown = stage.show(item)?;
    stage.tell.block(&show::human(&shown.item, &shown.history, stage.screen))?;
    stage.tell.act(&format!("batond why {item}"))?;
    stage.tell.block(&why::human(&stage.why(item)?, stage.screen))?;
    let seconds = stage.tell.elapsed().as_secs_f64();
    stage.tell.act(&format!("Every step was seen. It took {seconds:.0} seconds."))?;
    stage.tell.block(GO_ON)
}

const GO_ON: &str = "
How to go on:
  make run                      a daemon that stays, with mail for you to answer
  README.md                     from there to a notice you answered yourself
  batond init DIR               a commented configuration to start from
  batond demo --keep            this again, leaving its mails, log and store
  docs/configuration.md         everything that can be written there
";

/// The first sentence of a notice: what is asked.
fn asked(letter: &Letter) -> String {
    body(letter).next().unwrap_or_default().to_owned()
}

/// What came of a command: the quoted lines of a receipt.
fn outcome(letter: &Letter) -> String {
    let quoted = body(letter).filter_map(|line| line.strip_prefix("| "));
    quoted.collect::<Vec<_>>().join("\n")
}

/// The facts of a handoff: from how urgent it is to what to watch for.
fn facts(letter: &Letter) -> String {
    let lines = body(letter).skip_while(|line| !line.starts_with("How urgent"));
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn body(letter: &Letter) -> impl Iterator<Item = &str> {
    letter.text.lines().skip_while(|line| line.starts_with("-- ") || line.is_empty())
}

/// A mail as a mail program has it: the header as it came, and its text. The HTML says the same and is left out.
fn readable(letter: &Letter) -> String {
    let header = letter.raw.split("\r\n\r\n").next().unwrap_or_default();
    let header: String = header.lines().map(|line| format!("{line}\n")).collect();
    format!("{header}\n{}\n(and the same as simple HTML)\n", letter.text.trim_end())
}
