//! Quiet that somebody asked for, on an item: it begins, it ends, and nothing is lost meanwhile. May import model, policy. An item stays somebody's, and a clock on it says until when.

use jiff::Timestamp;

use super::clocks::Start;
use super::ladder::escalate_what_remains;
use super::message::start_promises;
use super::offer::Occasion;
use super::wake::hand_back;
use super::work::Work;
use super::{Effect, ItemEvent, MuteCommand};
use crate::calendar::Sum;
use crate::model::{Before, ClockKind, Item, MuteName, MuteTarget, Muted, Muting, Party, PersonKey, Priority, Span, State, SumInterval};
use crate::policy::Policy;

/// Mutes an open item: nobody is told of it until the end. What is muted for longer already stays as it is.
pub(super) fn silence(work: &mut Work<'_>, muting: Muting) {
    let before = match (&work.item.muted, work.item.state) {
        (Some(muted), _) if muted.muting.says_as(&muting) => return,
        (Some(muted), _) if muted.muting.until >= muting.until && muted.muting.name != muting.name => return,
        (Some(muted), _) => muted.before,
        (None, State::Collecting) => Before::New,
        (None, _) if work.has_it().is_some() => Before::Had,
        (None, _) => Before::Asked,
    };
    let came = if before == Before::New { work.item.messages } else { 0 };
    silence_as(work, muting, before, came);
}

/// The same for an item that stood as said. So many of its messages came under the mute.
pub(super) fn silence_as(work: &mut Work<'_>, muting: Muting, before: Before, came: u32) {
    let asked = work.item.muted.as_ref().and_then(|muted| muted.asked.clone());
    let asked = asked.or_else(|| work.item.offered_to.clone());
    let messages = work.item.muted.as_ref().map(|muted| muted.messages);
    let holder = work.has_it();
    for kind in [
        ClockKind::Accept,
        ClockKind::Update,
        ClockKind::Wait,
        ClockKind::Snooze,
        ClockKind::Parked,
        ClockKind::Collect,
        ClockKind::Mute,
    ] {
        work.stop_clock(kind);
    }
    for cause in work.item.escalations.iter().map(|e| e.cause).collect::<Vec<_>>() {
        work.emit(ItemEvent::EscalationEnded { cause });
    }
    work.pause_response_clocks();
    let until = muting.until;
    work.emit(ItemEvent::Muted {
        holder: holder.or_else(|| work.item.holder.clone()),
        muted: Box::new(Muted {
            muting,
            since: work.cx.now,
            before,
            asked,
            messages: messages.unwrap_or(work.item.messages.saturating_sub(came)),
        }),
    });
    start_mute_clock(work, until);
}

/// The end is the instant that was said, to the last digit: the mute itself ends then.
fn start_mute_clock(work: &mut Work<'_>, until: Timestamp) {
    let now = work.cx.now;
    let calendar = work.queue.calendar.clone();
    let seconds = until.duration_since(now).as_secs().max(1);
    let start = Start {
        kind: ClockKind::Mute,
        span: Span::Elapsed(seconds.min(Span::MAX_SECONDS)),
        calendar: &calendar,
        warns: false,
    };
    let sum = Sum {
        deadline: until,
        intervals: vec![SumInterval { from: now, to: until }],
        holidays: Vec::new(),
    };
    work.promise(&start, Some(sum), None);
}

/// Whatever takes a muted item up starts what was promised with it, or lets it go on.
pub(super) fn leave(work: &mut Work<'_>) {
    let Some(muted) = work.item.muted.clone() else { return };
    work.stop_clock(ClockKind::Mute);
    match muted.before {
        Before::New => {
            let due = work.item.planned.as_ref().and_then(|planned| planned.due.clone());
            start_promises(work, due.as_ref());
        }
        Before::Again => start_promises(work, None),
        Before::Asked | Before::Had => work.resume_clocks(),
    }
}

/// The mute is over: its holder has it back, or it is offered as if it had just come.
pub(super) fn end(work: &mut Work<'_>, why: &str) {
    let Some(muted) = work.item.muted.clone() else { return };
    leave(work);
    work.emit(ItemEvent::MuteEnded { why: why.to_owned() });
    let came = work.item.messages.saturating_sub(muted.messages);
    let came = match (came, muted.before) {
        // The message that opened it is what it is about.
        (0, _) | (1, Before::New | Before::Again) => String::new(),
        (1, _) => ", and 1 message came meanwhile".to_owned(),
        (came, _) => format!(", and {came} messages came meanwhile"),
    };
    let said = format!("it was muted, as {}{came}", reason(&muted.muting));
    if muted.before == Before::Had {
        work.emit(ItemEvent::Resumed { why: why.to_owned() });
        work.start_update_clock();
        escalate_what_remains(work);
        hand_back(work, &said);
        return;
    }
    let (to, asked) = match (&work.item.planned, muted.before) {
        (Some(planned), Before::New) => (planned.to.clone(), format!("{}; ", planned.why)),
        (_, Before::Again) => {
            let last = work.item.holder.clone();
            (
                last.map_or_else(|| work.queue.assign.clone(), Party::Person),
                "it is open again; ".to_owned(),
            )
        }
        _ => (muted.asked.clone().unwrap_or_else(|| work.queue.assign.clone()), String::new()),
    };
    // Whoever is gone, or declined it meanwhile, is nobody to ask.
    let to = if work.resolve(&to, &Occasion::Assigned).is_some() {
        to
    } else {
        work.queue.assign.clone()
    };
    work.offer(&to, &Occasion::Assigned, &format!("{asked}{said}"));
    escalate_what_remains(work);
}

/// The reason as a clause: without what ends a sentence.
fn reason(muting: &Muting) -> String {
    let why = muting.why.split_whitespace().collect::<Vec<_>>().join(" ");
    let by = match (&muting.by, &muting.rule) {
        (Some(person), _) => format!("{person} said"),
        (None, Some(rule)) => format!("rule {rule} says"),
        (None, None) => format!("{} says", muting.name),
    };
    format!("{by}: {}", why.trim_end_matches(['.', '!', ';', ',']))
}

/// A mute of a queue or a key takes in what nobody has accepted. One of messages mutes what they open: an item that others know of stays as it
/// is. And a message that it does not cover, on an item that it muted, is told with all that came before.
pub(super) fn cover(work: &mut Work<'_>) {
    let of_messages = |muting: &Muting| muting.target == MuteTarget::Messages;
    let Some(muting) = work.covering.clone() else {
        if work.item.muted.as_ref().is_some_and(|muted| of_messages(&muted.muting)) {
            end(work, "a message came that it does not cover");
        }
        return;
    };
    if of_messages(&muting) && work.item.muted.is_none() {
        return;
    }
    let free = matches!(work.item.state, State::Offered | State::Parked | State::Collecting | State::Muted);
    if free && work.has_it().is_none() && !passes(&muting, work.item.priority) {
        silence(work, muting);
    }
}

/// Whether something of this priority is told all the same.
pub(super) fn passes(muting: &Muting, priority: Priority) -> bool {
    muting.except_urgent && priority == Priority::Urgent
}

/// What turned urgent is told, if its mute says so.
pub(super) fn end_if_urgent(work: &mut Work<'_>) {
    let let_through = work
        .item
        .muted
        .as_ref()
        .is_some_and(|muted| passes(&muted.muting, work.item.priority));
    if let_through {
        end(work, "it is urgent now");
    }
}

/// Whether its holder had accepted it before it was muted.
pub(super) fn had(item: &Item) -> bool {
    item.muted.as_ref().is_some_and(|muted| muted.before == Before::Had)
}

/// What the mute itself must hear of a fact: `before` is the item as it was.
pub(super) fn news(before: Option<&Muted>, item: &Item, event: &ItemEvent, own_word: bool) -> Vec<Effect> {
    let to = |name: &MuteName, what: MuteCommand| Effect::Mute(name.clone(), what);
    let covered = |muted: &Muted, messages: u32| {
        let what = MuteCommand::Cover {
            muting: Box::new(muted.muting.clone()),
            item: item.id.clone(),
            queue: item.queue.clone(),
            messages,
        };
        to(&muted.muting.name, what)
    };
    let left = |muted: &Muted| {
        // Whoever closes the one item that a mute is on knows all there is to sum up.
        let by_hand = matches!(muted.muting.target, MuteTarget::Item(_)) && !matches!(event, ItemEvent::Done { rule: Some(_), .. });
        let what = if item.state.is_open() || by_hand {
            MuteCommand::Left(item.id.clone())
        } else {
            MuteCommand::Closed(item.id.clone())
        };
        to(&muted.muting.name, what)
    };
    match (before, item.muted.as_deref()) {
        // Its time is up, and the mute knows.
        (Some(was), None) if matches!(event, ItemEvent::MuteEnded { .. }) && was.muting.until <= item.updated => Vec::new(),
        (None, Some(now)) => vec![covered(now, item.messages.saturating_sub(now.messages))],
        (Some(was), None) => vec![left(was)],
        (Some(was), Some(now)) if was.muting.name != now.muting.name => vec![left(was), covered(now, 0)],
        (Some(was), Some(now)) if !was.muting.says_as(&now.muting) => {
            vec![to(&now.muting.name, MuteCommand::Begin(Box::new(now.muting.clone())))]
        }
        (Some(_), Some(now)) if !own_word && matches!(event, ItemEvent::Joined { .. }) => vec![to(&now.muting.name, MuteCommand::Message)],
        _ => Vec::new(),
    }
}

/// What one of `people` says who mutes something until then; its zone is theirs. The one on a target takes the place of the one before.
#[must_use]
pub fn said_by(by: &PersonKey, target: MuteTarget, until: Timestamp, why: &str, policy: &Policy) -> Muting {
    let zone = policy.calendar_of(by).map_or("UTC", |calendar| calendar.zone_name.as_str());
    Muting {
        name: target.name().unwrap_or_else(|| MuteName::from("messages")),
        target,
        until,
        time_zone: zone.to_owned(),
        why: why.trim().to_owned(),
        by: Some(by.clone()),
        rule: None,
        place: None,
        except_urgent: false,
    }
}

/// Who is asked at the end of a mute.
#[must_use]
pub fn asked_after(item: &Item, queue_assign: &Party) -> Option<Party> {
    let muted = item.muted.as_ref()?;
    Some(match muted.before {
        Before::Had => Party::Holder,
        Before::New => item
            .planned
            .as_ref()
            .map_or_else(|| queue_assign.clone(), |planned| planned.to.clone()),
        Before::Asked | Before::Again => muted.asked.clone().unwrap_or_else(|| queue_assign.clone()),
    })
}
