//! What our people write to each other stays inside: every scenario there is, played with a canary in each note, and every mail that goes to somebody outside looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use batond::engine::{DeliveryEvent, Step as RecordStep};
use batond::model::{Delivery, Reader, Reason};
use batond::policy::Policy;
use batond::simulate::{Scenario, Step, Table, What, World, WorldError};

/// What no mail to anybody outside may hold.
const CANARY: &str = "canary7f3a";

/// Which notices go to requesters, guests and other addresses. A new reason does not compile until somebody has thought about it here, and is not
/// green until a scenario sends it, where it goes outside.
fn goes_outside(reason: Reason) -> bool {
    match reason {
        Reason::Received
        | Reason::Reply
        | Reason::FollowUp
        | Reason::Done
        | Reason::AutoReply
        | Reason::Invited
        | Reason::Merged
        | Reason::TakenBack
        | Reason::Parked
        | Reason::Escalation
        | Reason::Mentioned
        | Reason::Forwarded
        | Reason::RoundResult
        | Reason::Confirm
        | Reason::Disowned
        | Reason::Files
        | Reason::HelpOver => true,
        Reason::Assigned
        | Reason::Reminder
        | Reason::UpdateWanted
        | Reason::Handoff
        | Reason::HandoffAnswered
        | Reason::Returned
        | Reason::Answer
        | Reason::Receipt
        | Reason::Blocked
        | Reason::DeliveryFailed
        | Reason::RuleFailed
        | Reason::ExpectationMissed
        | Reason::Grouped
        | Reason::NotesWanted
        | Reason::SwapAsked
        | Reason::SwapAnswered
        | Reason::DutyChanged
        | Reason::AwayProposed
        | Reason::MuteSummary
        | Reason::Digest
        | Reason::List
        | Reason::Watched
        | Reason::Coverage
        | Reason::WelcomeBack
        | Reason::RoundQuestion
        | Reason::RoundReminder => false,
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline")
}

fn policy(name: &str) -> Arc<Policy> {
    let copy = tempfile::tempdir().unwrap();
    let file = copy.path().join("batond.yaml");
    let text = std::fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap();
    // Somebody outside reads what comes of a round, too.
    let text = text.replace(
        "    remind: [1d, 2h]\n",
        "    remind: [1d, 2h]\n    tell: [ana, head@boss.example]\n",
    );
    std::fs::write(&file, text).unwrap();
    let loaded = batond::config::load(&file);
    Arc::new(
        loaded
            .config
            .unwrap_or_else(|| panic!("{name}.yaml: {:?}", loaded.diagnostics))
            .policy,
    )
}

/// Every scenario and the configuration it is played under, as `timeline.rs` lists them.
fn scenarios() -> Vec<(String, String)> {
    let text = include_str!("../timeline.rs");
    let block = regex::Regex::new(r#"timelines! \{\s*"(\w+)":\s*([\w\s]+)\}"#).unwrap();
    let of_block = |found: regex::Captures<'_>| {
        let config = found[1].to_owned();
        let names: Vec<_> = found[2].split_whitespace().map(|name| (name.to_owned(), config.clone())).collect();
        names
    };
    block.captures_iter(text).flat_map(of_block).collect()
}

/// The same step with a note of the canary in it, where one of our own people speaks.
fn with_canary(step: &Step, config: &str, policy: &Policy) -> Step {
    let mut step = step.clone();
    if let What::Reply { who, item, text } = &mut step.what {
        // What somebody answers in a round is for whoever reads its result.
        let in_round = config.starts_with("rounds") && item.as_ref().is_none_or(|item| item.starts_with("ROUND"));
        let ours = policy.people.contains_key(who.as_str()) && !in_round;
        // What goes below these goes with them, to whom they are for.
        let for_others = ["reply", "invite", "pass"]
            .iter()
            .any(|verb| text.trim_start_matches('/').starts_with(verb));
        if ours && !for_others {
            text.push_str(&format!("\nnote {CANARY} stays inside\nnext: {CANARY} too"));
            if text.starts_with("done\n") {
                *text = text.replacen("done", &format!("done {CANARY}"), 1);
            }
        }
    }
    step
}

/// Everything of a mail that somebody can read, and what their program can.
fn holds(delivery: &Delivery) -> bool {
    let letter = &delivery.letter;
    let headers = letter.headers.iter().map(|(_, value)| value.as_str());
    let all = [
        letter.subject.as_str(),
        &letter.text,
        &letter.html,
        letter.from_name.as_deref().unwrap_or_default(),
    ];
    all.into_iter().chain(headers).any(|text| text.to_lowercase().contains(CANARY))
}

#[test]
fn what_our_people_note_never_leaves() {
    let mut outside: BTreeMap<Reason, usize> = BTreeMap::new();
    let (mut inside, mut sung, mut bare, mut played) = (0, 0, 0, 0);
    let mut leaks: Vec<String> = Vec::new();
    let mut wrong: BTreeSet<String> = BTreeSet::new();
    for (name, config) in scenarios() {
        let text = std::fs::read_to_string(folder().join(format!("{name}.scenario"))).unwrap();
        let scenario = Scenario::parse(&text).unwrap();
        let policy_of = policy(&config);
        let mut world = World::new(Arc::clone(&policy_of), scenario.start.timestamp());
        for step in &scenario.steps {
            if let What::Reload(other) = &step.what {
                world.knows(other, policy(other));
            }
        }
        let mut table = Table::new(scenario.start.time_zone().clone());
        played += 1;
        for step in &scenario.steps {
            world.advance(step.at, &mut table).unwrap();
            match world.play(&with_canary(step, &config, &policy_of), &mut table) {
                // With more said, some item has another turn, and somebody has no mail to answer.
                Ok(()) | Err(WorldError::Step { .. }) => {}
                Err(error) => panic!("{name}: {error}"),
            }
        }
        let end = world.now() + jiff::SignedDuration::from_hours(24 * 4);
        world.advance(end, &mut table).unwrap();
        let steps = world.records().iter().flat_map(|record| &record.steps);
        let queued = steps.filter_map(|step| match step {
            RecordStep::Delivery(_, events) => Some(events),
            _ => None,
        });
        for event in queued.flatten() {
            let DeliveryEvent::Queued { delivery } = event else { continue };
            let ours = policy_of.person_by_address(&delivery.letter.to).is_some();
            if ours || matches!(delivery.reader, Reader::Person(_)) {
                inside += 1;
                sung += usize::from(holds(delivery));
                continue;
            }
            bare += usize::from(delivery.notices.is_empty());
            for (_, reason, item) in &delivery.notices {
                *outside.entry(*reason).or_default() += 1;
                if !goes_outside(*reason) {
                    wrong.insert(format!("{name}: {reason} about {item} goes to {}", delivery.letter.to));
                }
            }
            if holds(delivery) {
                let reasons: Vec<_> = delivery.notices.iter().map(|(_, reason, _)| reason.to_string()).collect();
                leaks.push(format!("{name}: {} to {}", reasons.join(", "), delivery.letter.to));
            }
        }
    }
    let total: usize = outside.values().sum::<usize>() + bare;
    println!(
        "canary: {played} scenarios, {inside} mails inside ({sung} with the note), {total} outside: {} with it",
        leaks.len()
    );
    println!("  outside: {outside:?}, {bare} answers without an item");
    assert!(leaks.is_empty(), "an internal note leaves: {leaks:#?}");
    assert!(wrong.is_empty(), "not known to go outside: {wrong:#?}");
    assert!(sung > 50, "the control: our own people read it");
    let all = [
        Reason::Received,
        Reason::Reply,
        Reason::FollowUp,
        Reason::Done,
        Reason::AutoReply,
        Reason::Invited,
        Reason::Merged,
        Reason::TakenBack,
        Reason::Parked,
        Reason::Escalation,
        Reason::Mentioned,
        Reason::Forwarded,
        Reason::RoundResult,
    ];
    let missing: Vec<_> = all
        .iter()
        .filter(|reason| goes_outside(**reason) && !outside.contains_key(reason))
        .collect();
    assert!(missing.is_empty(), "no scenario sends these outside: {missing:?}");
}
