//! When a round is over, what came of it, and who hears. May import model, policy. Everybody hears the same, at the same moment, in their own time.

use jiff::SignedDuration;

use super::say::{draft, is_pending};
use super::{RoundEvent, Work, life};
use crate::engine::{Command, Effect, Incoming, ItemCommand};
use crate::model::{Asked, AskedState, Choice, Outcome, RawRef, Round, RoundKind, RoundResult, Silence, SourceName};

/// The source of items that no message opened.
const SOURCE: &str = "round";
/// Later than this after its time something is said to be late: batond was not running.
pub(super) const LATE: SignedDuration = SignedDuration::from_secs(60);

/// Ends a round whose time has come, in which all has been said, or whose outcome nobody can change any more.
pub(super) fn close_if_over(work: &mut Work<'_>, over: bool) {
    let pending = work.round.people.iter().any(is_pending);
    let answered = work.round.count(AskedState::Answered) > 0;
    let round = &work.round;
    let done = match &round.question.kind {
        RoundKind::SignOff { needs, .. } => {
            let approve = count(round, &Choice::Approve);
            let could = u32::try_from(round.people.iter().filter(|asked| is_pending(asked)).count()).unwrap_or(u32::MAX);
            approve >= *needs || approve.saturating_add(could) < *needs
        }
        _ => !pending && (round.question.close_early || !answered),
    };
    if over || done || (!pending && !answered) {
        close(work);
    }
}

/// How many chose that.
fn count(round: &Round, choice: &Choice) -> u32 {
    let same = round
        .people
        .iter()
        .filter_map(Asked::answer)
        .filter(|answer| answer.choice == *choice);
    u32::try_from(same.count()).unwrap_or(u32::MAX)
}

fn close(work: &mut Work<'_>) {
    let cx = work.cx;
    for asked in work.round.people.clone() {
        let state = match asked.state {
            AskedState::Asked | AskedState::Due if life::is_away(&asked.person, cx) => AskedState::Away,
            AskedState::Asked => AskedState::Silent,
            // Enough was said before their turn came.
            AskedState::Due => AskedState::Missed,
            _ => continue,
        };
        let person = asked.person;
        work.emit(RoundEvent::Settled { person, state });
    }
    let closes = work.round.closes.unwrap_or(cx.now);
    let late = cx.now.duration_since(closes);
    let (outcome, text) = outcome(work);
    let late_seconds = if late > LATE { late.as_secs() } else { 0 };
    let result = RoundResult {
        at: cx.now,
        outcome,
        text,
        late_seconds,
    };
    work.emit(RoundEvent::Closed { result: result.clone() });
    if let Some(item) = work.round.item.clone() {
        let over = ItemCommand::RoundOver(work.round.id.clone(), result.text.clone());
        work.effect(Effect::Further(vec![Command::Item(item, over)]));
    }
    // Where nobody was to be asked there is nothing to tell.
    let idle = |asked: &Asked| matches!(asked.state, AskedState::Away | AskedState::Off);
    if result.outcome == Outcome::Nobody && work.round.people.iter().all(idle) {
        return;
    }
    if let (
        Outcome::Open,
        RoundKind::SignOff {
            escalate_to: Some(queue), ..
        },
    ) = (&result.outcome, work.round.question.kind.clone())
    {
        escalate(work, queue, &result);
    }
    work.result(&result);
}

/// What came of it, and that as a sentence.
fn outcome(work: &Work<'_>) -> (Outcome, String) {
    let round = &work.round;
    let (answered, people) = (round.count(AskedState::Answered), round.people.len());
    match &round.question.kind {
        RoundKind::CheckIn { .. } if answered == 0 && round.count(AskedState::Silent) == 0 => {
            (Outcome::Nobody, "nobody could be asked".to_owned())
        }
        RoundKind::CheckIn { .. } => (Outcome::Gathered, format!("{answered} of {people} answered")),
        RoundKind::Decision { options } => decided(round, options, answered),
        RoundKind::SignOff { needs, silence, .. } => signed(work, *needs, *silence),
    }
}

fn decided(round: &Round, options: &[String], answered: usize) -> (Outcome, String) {
    let counts: Vec<(u32, &String, u32)> = (1..)
        .zip(options)
        .map(|(number, option)| (number, option, count(round, &Choice::Option(number))))
        .collect();
    let most = counts.iter().map(|(_, _, votes)| *votes).max().unwrap_or(0);
    if most == 0 {
        return (Outcome::Undecided, "nobody chose".to_owned());
    }
    let first: Vec<&(u32, &String, u32)> = counts.iter().filter(|(_, _, votes)| *votes == most).collect();
    match first.as_slice() {
        [(number, option, votes)] => (Outcome::Option(*number), format!("{option}, by {votes} of {answered}")),
        several => {
            let names: Vec<&str> = several.iter().map(|(_, option, _)| option.as_str()).collect();
            (Outcome::Tied, format!("no decision: {} are even", names.join(" and ")))
        }
    }
}

fn signed(work: &Work<'_>, needs: u32, silence: Silence) -> (Outcome, String) {
    let round = &work.round;
    let (approve, reject) = (count(round, &Choice::Approve), count(round, &Choice::Reject));
    let silent = u32::try_from(round.count(AskedState::Silent)).unwrap_or(u32::MAX);
    if approve >= needs {
        return (Outcome::Approved, format!("approved by {approve}"));
    }
    let by_silence = round.closes.is_some_and(|closes| closes <= work.cx.now);
    if by_silence && silence == Silence::Approve && approve + silent >= needs {
        let text = format!("approved by {approve} and the silence of {silent}");
        return (Outcome::Approved, text);
    }
    if by_silence && silence == Silence::Reject && silent > 0 {
        let text = format!("refused by {reject} and the silence of {silent}");
        return (Outcome::Rejected, text);
    }
    if reject > 0 && (silence != Silence::Escalate || silent == 0 || !by_silence) {
        return (Outcome::Rejected, format!("refused by {reject} of {}", round.people.len()));
    }
    (Outcome::Open, format!("not signed off: {approve} of {needs} approved"))
}

/// An answer as people read it.
pub(super) fn chosen(choice: &Choice, kind: &RoundKind) -> String {
    match (choice, kind) {
        (Choice::Said, _) => "answered".to_owned(),
        (Choice::Approve, _) => "approve".to_owned(),
        (Choice::Reject, _) => "reject".to_owned(),
        (Choice::Option(number), RoundKind::Decision { options }) => {
            let named = usize::try_from(number.saturating_sub(1)).ok().and_then(|at| options.get(at));
            named.map_or_else(|| number.to_string(), |option| format!("{number}. {option}"))
        }
        (Choice::Option(number), _) => number.to_string(),
    }
}

/// How it stands, for whoever asks meanwhile. What others chose is said at the end only.
pub(super) fn so_far(work: &Work<'_>) -> String {
    if let Some(result) = &work.round.result {
        return format!("It is over: {}.", result.text);
    }
    let line = |asked: &Asked| format!("{}: {}", work.name_of(&asked.person), asked.state.as_str());
    let lines: Vec<String> = work.round.people.iter().map(line).collect();
    lines.join("\n")
}

/// An item says that silence left it open.
fn escalate(work: &mut Work<'_>, queue: crate::model::QueueName, result: &RoundResult) {
    let title = format!("{}: {}", work.round.question.title, result.text);
    let mut lines = vec![format!("{} {}: {}", work.round.id, work.round.question.title, result.text)];
    for asked in &work.round.people {
        let how = asked.answer().map_or_else(
            || asked.state.as_str().to_owned(),
            |answer| chosen(&answer.choice, &work.round.question.kind),
        );
        lines.push(format!("{}: {how}", work.name_of(&asked.person)));
    }
    lines.extend(Some(work.round.question.text.clone()).filter(|text| !text.is_empty()));
    let text = lines.join("\n");
    let message = Incoming {
        source: SourceName::from(SOURCE),
        at: work.cx.now,
        from: None,
        author: None,
        by_mail: false,
        message_id: None,
        subject: title.clone(),
        text,
        in_summary: false,
        attachments: Vec::new(),
        files: Vec::new(),
        raw: RawRef {
            sha256: String::new(),
            size_bytes: 0,
        },
        automatic: true,
        oddities: Vec::new(),
        around: None,
    };
    let draft = draft(&work.round, queue, title, None, work.cx, &message);
    work.effect(Effect::OpenFor(work.round.id.clone(), Box::new(draft)));
}
