//! Mail to an address is in trouble: it comes back, it is answered for ever, it is sent round. May import engine, model. What is stopped stands on an item, with the evidence and how it goes on.

use jiff::SignedDuration;

use super::cascade::Cascade;
use crate::engine::{
    Command, Context, DeliveryEvent, Event, ItemCommand, MAX_FAILURES, Past, Read, STOPPED_FOR, Seen, SeenKey, Trouble, failed, time_in,
    trouble_said,
};
use crate::model::{Address, Correspondent, Delivery, Item, ItemId, Notice, QueueName, Reader, Reason, Stopped};

/// How many mails of ours that come round to us by way of one address in a day somebody is told of.
const MAX_ECHOES_A_DAY: usize = 3;
/// How many receipts one person gets about one item in a day: more than people write, and an end for programs.
const MAX_RECEIPTS_A_DAY: usize = 40;
/// How many of those by which nothing was done: somebody who slips asks for help by then.
const MAX_REFUSALS_A_DAY: usize = 15;
/// How many mails by itself go to one address about one item in a day.
const MAX_ITEM_MAILS_A_DAY: usize = 6;
/// What stands before a line that was obeyed.
const DONE_MARK: char = '✓';
/// The most lines of evidence.
const MAX_EVIDENCE: usize = 20;
/// A day.
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Why the address of a delivery is at fault, if what came of it says so.
pub(super) fn at_fault(events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match event {
        Event::Delivery(DeliveryEvent::Returned { error, permanent: true }) => Some(error.clone()),
        // What a relay refuses at once can have many causes; a status of 5.1 is about the address (RFC 3463).
        Event::Delivery(DeliveryEvent::Died { error }) if error.contains(" 5.1.") => Some(error.clone()),
        _ => None,
    })
}

/// A mail came back for good: after several in a row nothing more goes to its address.
pub(super) fn came_back(delivery: &Delivery, why: &str, cascade: &mut Cascade<'_>) -> Read<()> {
    let (address, cx) = (&delivery.letter.to, cascade.cx());
    let state = cascade.view().correspondent(address)?;
    let state = state.unwrap_or_else(|| Correspondent::new(address.clone()));
    let (state, marks) = failed(&state, why, cx.now);
    if marks {
        let queue = queue_of(delivery.notices.iter().map(|(_, _, item)| item), cascade)?;
        let (who, whose) = named(address, cx);
        let text = format!(
            "The last {MAX_FAILURES} mails to {who} came back for good. The last one, about {about}, at {at}:\n\n  {why}\n\n\
From now on mail to {address} waits in the outbox and is not sent: `batond outbox list` shows it as parked. {whose}\n\n\
To let it go on: mend the address in the configuration or with the one who has it, then close this item with `done`, which sends what \
still makes sense; `drop WHY` closes it and throws away what waits. A mail that comes from {address} lets it go on too, and so does \
`batond addresses works {address}`.",
            about = about(delivery),
            at = time_in(&queue, cx.now, cx),
        );
        cascade.trouble(Trouble {
            address: address.clone(),
            title: format!("Comes back: mail to {who}"),
            text,
            queue,
        });
    }
    cascade.set_correspondent(state);
    Ok(())
}

/// Batond writes nothing by itself to an address for a while. `evidence` is what led to it, a line each.
pub(super) fn stop(address: &Address, queue: &QueueName, why: &str, evidence: &[String], cascade: &mut Cascade<'_>) -> Read<()> {
    let title = format!("Stopped: automatic mail to {}", named(address, cascade.cx()).0);
    let now = format!(
        "batond sends nothing by itself to {address}: no word that we have a mail, no answers of rules, no reminders. What comes from there is \
kept as always. What people write with `reply` still goes out, and so do escalations.\n\nIt may be a program that answers every mail, such as a \
vacation responder. Ask whoever runs it to obey `Auto-Submitted` (RFC 3834), or write a rule for its mail."
    );
    cut_off(address, queue, title, [why, &now], evidence, cascade)
}

/// What comes in the name of an address is kept on one item for a while, and begins nothing new.
pub(super) fn keep_together(address: &Address, queue: &QueueName, why: &str, evidence: &[String], cascade: &mut Cascade<'_>) -> Read<()> {
    let title = format!("Goes round: mail from {}", named(address, cascade.cx()).0);
    let now = format!(
        "such mails are kept on this item and begin nothing new. Answers from {address} to our mail, and everything else it sends, are taken as \
always.\n\nIt may be a vacation responder that says nowhere that it is one, or an alias that sends our own notices back to us."
    );
    cut_off(address, queue, title, [why, &now], evidence, cascade)
}

/// `said` is why, and what holds meanwhile.
fn cut_off(
    address: &Address,
    queue: &QueueName,
    title: String,
    said: [&str; 2],
    evidence: &[String],
    cascade: &mut Cascade<'_>,
) -> Read<()> {
    let cx = cascade.cx();
    let state = cascade.view().correspondent(address)?;
    let mut state = state.unwrap_or_else(|| Correspondent::new(address.clone()));
    if state.stopped_at(cx.now).is_some() {
        return Ok(());
    }
    let until = cx.now.saturating_add(STOPPED_FOR).unwrap_or(cx.now);
    let [why, now] = said;
    state.stopped = Some(Stopped {
        since: cx.now,
        until,
        why: why.to_owned(),
    });
    cascade.set_correspondent(state);
    let lines: String = evidence
        .iter()
        .rev()
        .take(MAX_EVIDENCE)
        .rev()
        .map(|line| format!("  {line}\n"))
        .collect();
    let text = format!(
        "{why}\n\n{lines}\nFrom now until {until} {now}\n\nTo let it go on now: close this item with `done`, or run \
`batond addresses works {address}`. Otherwise it goes on by itself at {until}.",
        until = time_in(queue, until, cx),
    );
    cascade.trouble(Trouble {
        address: address.clone(),
        title,
        text,
        queue: queue.clone(),
    });
    Ok(())
}

/// Our own mail came round by way of an address: after a few in a day somebody is told, once.
pub(super) fn came_round(address: &Address, item: Option<&ItemId>, subject: &str, cascade: &mut Cascade<'_>) -> Read<()> {
    let cx = cascade.cx();
    let mut seen = running(&SeenKey::of_echo(address), address, cascade)?;
    seen.recipients.push(format!("{} {subject}", cx.now));
    let number = seen.recipients.len();
    let evidence = seen.recipients.clone();
    cascade.remember(SeenKey::of_echo(address), seen);
    if number != MAX_ECHOES_A_DAY {
        return Ok(());
    }
    let queue = queue_of(item.into_iter(), cascade)?;
    let (who, _) = named(address, cx);
    let lines: String = evidence.iter().map(|line| format!("  {line}\n")).collect();
    let text = format!(
        "Mails of ours to {who} come back to us, sent on by an alias, a forwarder or a list: {number} in a day.\n\n{lines}\n\
Each stands on the item it is about; nothing was opened and nobody was answered, so nothing goes round. Whether {address} gets its mail is \
not known from here.\n\nPlease look where mail to {address} is sent on to, and take our own addresses out of there. Then close this item with `done`."
    );
    cascade.trouble(Trouble {
        address: address.clone(),
        title: format!("Comes round to us: our own mail to {who}"),
        text,
        queue,
    });
    Ok(())
}

/// Why a notice does not go out, if it does not: it would be one too many to somebody who answers each.
pub(super) fn holds_back(notice: &Notice, cascade: &mut Cascade<'_>) -> Read<Option<String>> {
    let cx = cascade.cx();
    let (address, most, what) = match (&notice.to, notice.reason) {
        (Reader::Person(person), Reason::Receipt) => {
            let Some(address) = cx.policy.people.get(person).and_then(|person| person.mail.first()) else {
                return Ok(None);
            };
            if notice.text.contains(DONE_MARK) {
                (address.clone(), MAX_RECEIPTS_A_DAY, "receipts")
            } else {
                (address.clone(), MAX_REFUSALS_A_DAY, "receipts by which nothing was done")
            }
        }
        (Reader::Address(address), Reason::Received | Reason::AutoReply | Reason::FollowUp | Reason::Done) => {
            (address.clone(), MAX_ITEM_MAILS_A_DAY, "automatic mails")
        }
        _ => return Ok(None),
    };
    let person = notice.to.person().is_some();
    if let Some(state) = cascade.view().correspondent(&address)?.filter(|_| !person)
        && let Some(stopped) = state.stopped_at(cx.now)
    {
        let until = time_in(&notice.queue, stopped.until, cx);
        return Ok(Some(format!("nothing goes to {address} by itself until {until}{}", see(&state))));
    }
    let key = SeenKey::of_told(&notice.to, &notice.item, what);
    let mut seen = running(&key, &address, cascade)?;
    if seen.recipients.len() >= most {
        let why = format!(
            "{most} {what} about {} went to {address} within a day, and more would follow.",
            notice.item
        );
        stop(&address, &notice.queue, &why, &seen.recipients, cascade)?;
        return Ok(Some(format!("{most} {what} about it went there within a day")));
    }
    seen.recipients
        .push(format!("{}: {}", time_in(&notice.queue, cx.now, cx), notice.reason));
    cascade.remember(key, seen);
    Ok(None)
}

/// The address works again: what waits for it and still makes sense goes out, or nothing of it does. What came of it, as sentences.
pub(super) fn works(address: &Address, keep: bool, cascade: &mut Cascade<'_>) -> Read<Option<Vec<String>>> {
    let Some(mut state) = cascade.view().correspondent(address)? else {
        return Ok(None);
    };
    let parked = std::mem::take(&mut state.parked);
    let waited = parked.len();
    let mut said = Vec::new();
    said.extend(state.marked.map(|_| format!("mail to {address} is sent again")));
    said.extend(
        state
            .stopped_at(cascade.cx().now)
            .map(|_| format!("batond writes to {address} by itself again")),
    );
    cascade.clear_correspondent(address);
    cascade.remember(SeenKey::of_going_on(address), Seen::new(cascade.cx().now));
    let item = state.item.as_ref().map_or(Ok(None), |id| cascade.view().item(id))?;
    let mut sent = 0;
    for id in parked {
        let goes = keep && still_makes_sense(id, cascade)?;
        sent += usize::from(goes);
        cascade.run(Command::Unpark(id, goes))?;
    }
    if waited > 0 {
        said.push(format!(
            "of {waited} mails that waited {sent} go out now; the others are not needed any more"
        ));
    }
    if said.is_empty() {
        said.push(format!("what came back from {address} is forgotten"));
    }
    if let Some(item) = item.filter(|item| item.state.is_open()) {
        let note = said.join("; ");
        cascade.run(close(&item, address, note, cascade.cx()))?;
    }
    Ok(Some(said))
}

/// The item that said so is closed: its cause is gone.
fn close(item: &Item, address: &Address, note: String, cx: &Context<'_>) -> Command {
    let over = Trouble {
        address: address.clone(),
        title: format!("In order again: mail to {address}"),
        text: note.clone(),
        queue: item.queue.clone(),
    };
    let close = ItemCommand::CloseByRule {
        rule: item.rule.clone(),
        note: Some(note),
        message: Box::new(trouble_said(&over, cx.now)),
        deeds: Box::default(),
    };
    Command::Item(item.id.clone(), close)
}

/// Somebody wrote from there: what came back is forgotten, and what waits goes out. That batond writes nothing there by itself stays as it is.
pub(super) fn works_again(address: &Address, cascade: &mut Cascade<'_>) -> Read<()> {
    let Some(state) = cascade.view().correspondent(address)? else {
        return Ok(());
    };
    if state.failures == 0 && state.marked.is_none() {
        return Ok(());
    }
    let stopped = state.stopped.clone();
    works(address, true, cascade)?;
    if stopped.is_some() {
        cascade.set_correspondent(Correspondent {
            stopped,
            item: state.item,
            ..Correspondent::new(address.clone())
        });
    }
    Ok(())
}

/// Whether a mail that waited is still worth sending: it is not too old, and what it is about is open, or somebody wrote it.
fn still_makes_sense(id: crate::model::DeliveryId, cascade: &Cascade<'_>) -> Read<bool> {
    let now = cascade.cx().now;
    let Some(delivery) = cascade.view().delivery(&id)? else {
        return Ok(false);
    };
    if now.duration_since(delivery.queued) > crate::engine::PARKED_FOR {
        return Ok(false);
    }
    for (_, reason, item) in &delivery.notices {
        let open = cascade.view().item(item)?.is_none_or(|item| item.state.is_open());
        if open || matches!(reason, Reason::Reply | Reason::Done) {
            return Ok(true);
        }
    }
    Ok(delivery.notices.is_empty())
}

/// Records on an item that something did not go out.
pub(super) fn not_sent(item: &ItemId, to: &Reader, reason: Reason, why: String) -> Command {
    let to = to.clone();
    Command::Item(item.clone(), ItemCommand::NotSent { to, reason, why })
}

/// What is counted of an address under a key within a day, from the first on; anew where somebody let it go on since.
pub(super) fn running(key: &SeenKey, address: &Address, cascade: &Cascade<'_>) -> Read<Seen> {
    let now = cascade.cx().now;
    let went_on = cascade.view().seen(&SeenKey::of_going_on(address))?.map(|seen| seen.at);
    let counts = |seen: &Seen| now.duration_since(seen.at) < DAY && went_on.is_none_or(|at| seen.at > at);
    let seen = cascade.view().seen(key)?.filter(counts);
    Ok(seen.unwrap_or_else(|| Seen::new(now)))
}

/// Which item says so.
pub(super) fn see(state: &Correspondent) -> String {
    state.item.as_ref().map_or_else(String::new, |item| format!("; see {item}"))
}

/// The queue of the first of these items, or where what nobody took goes.
pub(super) fn queue_of<'i>(mut items: impl Iterator<Item = &'i ItemId>, cascade: &Cascade<'_>) -> Read<QueueName> {
    let item = items.next().map_or(Ok(None), |id| cascade.view().item(id))?;
    Ok(item.map_or_else(|| cascade.cx().policy.unmatched.clone(), |item| item.queue))
}

fn about(delivery: &Delivery) -> String {
    let first = delivery.notices.first();
    first.map_or_else(|| delivery.letter.subject.clone(), |(_, reason, item)| format!("{item} ({reason})"))
}

/// How an address is named, and what follows if one of ours reads there.
fn named(address: &Address, cx: &Context<'_>) -> (String, String) {
    match cx.policy.person_by_address(address) {
        Some(person) => (
            format!("{} ({address})", person.name),
            format!(
                "{} hears nothing from here meanwhile: deadlines go on, and escalate to others.",
                person.name
            ),
        ),
        None => (address.to_string(), String::new()),
    }
}
