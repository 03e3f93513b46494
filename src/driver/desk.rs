//! Mail to the desk about its writer themselves: `away`, `back`, `swap`; `round NAME`; what is asked. May import engine, model, policy, reply.
//! Obeyed only when a trusted receiver proves who wrote it; what is only asked is answered to the person's own address.

use super::Reading;
use super::allowance::may_answer_again;
use super::cascade::Cascade;
use super::desk_round::{begin, wish};
use crate::engine::{
    Actor, Asked, Asking, Command, Context, Evidence, HELP, Past, Read, Seen, SeenKey, Tier, about, absence_proposed, asked, fact_lines,
    rule_of, when_context,
};
use crate::model::{Address, Kind, Mail, Message, PersonKey, Reader, Requester, RuleName, Wanted};
use crate::policy::Person;
use crate::reply::{Line, ReadContext, Said, Verb, read};
use crate::rules::ReplyDraft;

/// What stands for a rule where an answer names one.
const DESK: &str = "desk";
/// What to do where nothing proves who wrote to the desk.
const DESK_UNPROVEN: &str = "nothing was done, as nothing proves that this mail is yours. Write the same line as an answer to any mail you have from here; \
or have the source it comes in by prove who writes (docs/trust.md)";

/// Does what one of `people` says of themselves to the desk's own address. Whether the message was that; if not, the rules decide on it.
pub(super) fn about_themselves(reading: &Reading, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<bool> {
    let Some(mail) = reading.message.mail().filter(|mail| mail.kind == Kind::Person) else {
        return Ok(false);
    };
    let person = mail.author().and_then(|author| cx.policy.person_by_address(&author));
    let (Some(person), true) = (person, is_to_desk(mail, &cx.policy.desk.address)) else {
        return Ok(false);
    };
    let proven = cx.policy.proof(&reading.message, None).is_some();
    let (line, outcome) = match (wish(mail, cx), said(mail, &person.key, cx)) {
        (Some(wish), _) if !proven => (wish.line, Err(DESK_UNPROVEN.to_owned())),
        (Some(wish), _) => (wish.line.clone(), begin(wish, &person.key, cascade, cx)?),
        (None, None) => return Ok(false),
        (None, Some(line)) => {
            let answers = mail.message_id.as_ref();
            let outcome = match &line.said {
                // The list itself is the answer, and goes to the person's own address whoever asked for it.
                Said::Verb(Verb::List) => {
                    if proven || may_answer_again(&writer(person, mail, cx), &cx.policy.unmatched, cascade)?.is_ok() {
                        obey(&Verb::List, &person.key, answers, cascade, cx)?.ok();
                    }
                    return Ok(true);
                }
                Said::Verb(Verb::Help) => Ok(format!("\n{HELP}")),
                Said::Verb(verb) if !proven && rule_of(verb).is_none_or(|rule| rule.tier > Tier::Zero) => {
                    ask_back(person, &reading.message, &line, cascade)?;
                    return Ok(true);
                }
                Said::Verb(verb) => obey(verb, &person.key, answers, cascade, cx)?,
                Said::Unclear(hint) => Err(format!("not understood: {hint}")),
            };
            (line.text, outcome)
        }
    };
    let (mark, outcome) = match outcome {
        Ok(text) => ("✓", text),
        Err(why) => ("✗", why),
    };
    let to = writer(person, mail, cx);
    // What nobody proved can come from anybody: it is answered no oftener than other mail. What is proven is always answered.
    if proven || may_answer_again(&to, &cx.policy.unmatched, cascade)?.is_ok() {
        let reply = ReplyDraft {
            rule: RuleName::from(DESK),
            subject: None,
            text: format!("{mark} {line}: {outcome}"),
        };
        cascade.answer(&reply, &to, &reading.message)?;
    }
    Ok(true)
}

/// What nothing proves is asked back: nothing in it answers a mail of ours.
fn ask_back(person: &Person, message: &Message, line: &Line, cascade: &mut Cascade<'_>) -> Read<()> {
    let actor = Actor {
        reader: Reader::Person(person.key.clone()),
        evidence: Evidence::FromOnly,
        address: message.mail().and_then(Mail::author),
        proof: None,
    };
    let asking = Asking {
        wants: vec![Wanted::Own(vec![line.text.clone()])],
        actor,
        at: message.received,
    };
    match asking.command() {
        Some((person, command)) => cascade.run(Command::Person(person, command)),
        None => Ok(()),
    }
}

/// To whom what comes of it goes: the person's own address, whoever wrote.
fn writer(person: &Person, mail: &Mail, cx: &Context<'_>) -> Requester {
    Requester {
        name: None,
        reader: Reader::Address(person.mail.first().cloned().unwrap_or_else(|| cx.policy.desk.address.clone())),
        message_id: mail.message_id.clone(),
        subject: mail.subject.clone(),
    }
}

/// An out-of-office answer of one of `people` that names a day proposes an absence to them, once for each such day.
pub(super) fn propose_absence(message: &Message, cascade: &mut Cascade<'_>, cx: &Context<'_>) -> Read<()> {
    let Some(mail) = message.mail() else { return Ok(()) };
    let last_day = mail.auto_reply.as_ref().and_then(|answer| answer.until);
    let person = mail.author().and_then(|author| cx.policy.person_by_address(&author));
    let (Some(last_day), Some(person)) = (last_day, person) else {
        return Ok(());
    };
    let key = SeenKey::of_absence(&person.key, last_day);
    if cascade.view().seen(&key)?.is_some() {
        return Ok(());
    }
    let Some(tell) = absence_proposed(&person.key, last_day, cx) else {
        return Ok(());
    };
    cascade.remember(
        key,
        Seen {
            number: 1,
            ..Seen::new(cx.now)
        },
    );
    cascade.run(tell)
}

/// Does what somebody answers to a notice that is about them and no item.
pub(super) fn answered(
    person: &PersonKey,
    actor: &Actor,
    lines: &[Line],
    message: &Message,
    cascade: &mut Cascade<'_>,
    cx: &Context<'_>,
) -> Read<()> {
    let mut said: Vec<String> = Vec::with_capacity(lines.len());
    let mut unproven: Vec<String> = Vec::new();
    let id = message.mail().and_then(|mail| mail.message_id.as_ref());
    for line in lines {
        let outcome = match &line.said {
            Said::Verb(Verb::Help) => Ok(HELP.to_owned()),
            Said::Verb(verb) if !rule_of(verb).is_some_and(|rule| actor.reaches(rule.tier)) => {
                unproven.push(line.text.clone());
                continue;
            }
            Said::Unclear(_) if !actor.reaches(Tier::One) => continue,
            Said::Verb(verb) => obey(verb, person, id, cascade, cx)?,
            Said::Unclear(hint) => Err(format!("not understood: {hint}")),
        };
        let (mark, text) = match outcome {
            Ok(text) => ("✓", text),
            Err(text) => ("✗", text),
        };
        said.push(format!("{mark} {}: {text}", line.text));
    }
    if !unproven.is_empty() {
        let asking = Asking {
            wants: vec![Wanted::Own(unproven)],
            actor: actor.clone(),
            at: message.received,
        };
        if let Some((person, command)) = asking.command() {
            cascade.run(Command::Person(person, command))?;
        }
    }
    if said.is_empty() {
        return Ok(());
    }
    let (Some(mail), Some(address)) = (message.mail(), cx.policy.people.get(person).and_then(|person| person.mail.first())) else {
        return Ok(());
    };
    let to = Requester {
        name: None,
        reader: Reader::Address(address.clone()),
        message_id: mail.message_id.clone(),
        subject: mail.subject.clone(),
    };
    let reply = ReplyDraft {
        rule: RuleName::from(DESK),
        subject: None,
        text: said.join("\n"),
    };
    cascade.answer(&reply, &to, message)
}

fn is_to_desk(mail: &Mail, desk: &Address) -> bool {
    let listed = mail.to.iter().chain(&mail.cc).map(|mailbox| &mailbox.address);
    let mut addressed = mail.envelope.to.iter().chain(listed);
    addressed.any(|address| address.trim_matches(['<', '>']).to_lowercase() == desk.folded())
}

/// The first line, if it is about its writer; the subject where there is no text.
fn said(mail: &Mail, person: &PersonKey, cx: &Context<'_>) -> Option<Line> {
    let is_party = |name: &str| cx.policy.party_named(name).is_some();
    let context = ReadContext {
        when: when_context(&Reader::Person(person.clone()), cx.policy, cx.now),
        is_party: &is_party,
    };
    let text = if mail.new_text.trim().is_empty() {
        &mail.subject
    } else {
        &mail.new_text
    };
    let line = read(text, "", &context).into_iter().next()?;
    let begins = |word: &str| line.text.trim_start_matches('/').to_lowercase().starts_with(word);
    let theirs = match &line.said {
        Said::Verb(verb) => matches!(
            verb,
            Verb::Away(_) | Verb::Back | Verb::Swap(_) | Verb::List | Verb::Who | Verb::Queue(_) | Verb::Help
        ),
        Said::Unclear(_) => ["away", "back", "swap", "list", "who", "queue", "help"].into_iter().any(begins),
    };
    theirs.then_some(line)
}

fn obey(
    verb: &Verb,
    person: &PersonKey,
    answers: Option<&String>,
    cascade: &mut Cascade<'_>,
    cx: &Context<'_>,
) -> Read<Result<String, String>> {
    match asked(person, verb, answers, cx) {
        Some(Ok(Asked::Facts(facts))) => return Ok(Ok(format!("\n{}", fact_lines(&facts, person, cx)))),
        Some(Ok(Asked::Mail(command))) => {
            cascade.run(command)?;
            return Ok(Ok("it comes in a mail of its own".to_owned()));
        }
        Some(Err(why)) => return Ok(Err(why)),
        None => {}
    }
    let (command, text) = match about(person, verb, cx) {
        Some(Ok(said)) => said,
        Some(Err(why)) => return Ok(Err(why)),
        None => {
            return Ok(Err(
                "that is said of an item: answer a mail about it; here you can write `list`, `who`, `queue NAME`, `away`, `back`, `swap`, `help`".to_owned()
            ));
        }
    };
    cascade.run(command)?;
    Ok(Ok(text))
}
