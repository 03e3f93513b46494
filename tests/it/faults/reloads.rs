//! E4: the configuration is read again a hundred times while timers run, each time with other durations, rules, ladders and people. What was promised stays promised.

use std::collections::BTreeMap;
use std::sync::Arc;

use batond::engine::{Cause, ItemEvent, Step as RecordStep};
use batond::model::{ClockKind, Escalation, Item, ItemClock, ItemId, Party};
use batond::policy::Policy;
use batond::simulate::{Step, Table, What, World, WorldError};
use jiff::{SignedDuration, Timestamp};

use super::ledger::Ledger;
use super::{number, seeds};
use crate::seeds::Dice;

/// How many worlds a plain run plays.
const SEEDS: u64 = 1;
/// How often each of them is told to read its configuration again; `BATOND_RELOADS=100` is the whole of it.
const RELOADS: u64 = 25;

/// A configuration as somebody left it after an edit: everything that can matter to a timer is rolled.
fn edited(dice: &mut Dice) -> Arc<Policy> {
    let span = |dice: &mut Dice| {
        dice.pick(&["20m", "1h", "90m", "2 working hours", "1 working day", "30h"])
            .to_owned()
    };
    let hours = dice.pick(&[
        "{ mon-fri: \"09:00-17:00\" }",
        "{ daily: \"00:00-24:00\" }",
        "{ mon-sat: \"08:00-12:00\" }",
    ]);
    // Now and then somebody has left; olga owns the queue and stays.
    let ben = dice.roll(5) > 0;
    let team = if ben { "[ana, ben]" } else { "[ana]" };
    let ben = if ben {
        "ben: { name: Ben Okafor, mail: ben@ops.example, calendar: office }"
    } else {
        ""
    };
    let steps = match dice.roll(3) {
        0 => "",
        1 => "    - { after: 30m, tell: holder }\n",
        _ => "    - { after: 10m, tell: owner }\n    - { after: 1h, pass_to: team:support }\n",
    };
    let rule = dice.pick(&["support@*", "*@ops.example", "nobody@*"]);
    let text = format!(
        "calendars:
  office: {{ time_zone: Europe/Berlin, hours: {hours} }}
people:
  ana: {{ name: Ana Ruiz, mail: ana@ops.example, calendar: office }}
  olga: {{ name: Olga Berg, mail: olga@ops.example, calendar: office }}
  {ben}
teams: {{ support: {team} }}
queues:
  support:
    prefix: SUP
    purpose: Questions of customers.
    owner: olga
    urgent_when: Never.
    handover: Nothing.
    assign: {assign}
    accept_within: {accept}
    respond_within: {respond}
    resolve_within: {resolve}
    update_every: {update}
    escalation: climb
  triage: {{ prefix: TRI, purpose: What no rule took., owner: olga, urgent_when: Never., handover: Nothing., accept_within: {triage} }}
escalations:
  climb:
{steps}    - {{ after: 3h, tell: owner, priority: high }}
rules:
  - name: support
    when: {{ to: \"{rule}\" }}
    then: {{ queue: support }}
unmatched: {{ queue: triage }}
",
        assign = dice.pick(&["ana", "team:support"]),
        accept = span(dice),
        respond = span(dice),
        resolve = span(dice),
        update = span(dice),
        triage = span(dice),
    );
    crate::site::site(&text)
}

fn step(dice: &mut Dice, at: Timestamp) -> Step {
    let what = match dice.roll(3) {
        0 => What::Mail {
            from: "kim@customer.example".to_owned(),
            to: format!("{}@ops.example", dice.pick(&["support", "sales"])),
            subject: "It burns".to_owned(),
            headers: Vec::new(),
            text: format!("Number {}", dice.roll(1_000_000)),
        },
        _ => What::Reply {
            who: dice.pick(&["ana", "ben", "olga"]).to_owned(),
            item: Some(format!("SUP-{}", dice.roll(30) + 1)),
            text: dice
                .pick(&[
                    "accept",
                    "accept",
                    "done",
                    "pass ben",
                    "pass ana",
                    "snooze 5h",
                    "wait 1d",
                    "decline no",
                ])
                .to_owned(),
        },
    };
    Step { line: 0, at, what }
}

/// What runs on an item.
type Armed = (Vec<ItemClock>, Vec<Escalation>);

fn armed(world: &World) -> BTreeMap<ItemId, (Item, Armed)> {
    let items = world.store().items(false).unwrap();
    items
        .into_iter()
        .map(|item| (item.id.clone(), (item.clone(), (item.clocks, item.escalations))))
        .collect()
}

/// Whether everybody whom an item is with is still configured: else it is offered anew, with a clock for that.
fn all_known(item: &Item, policy: &Policy) -> bool {
    let asked = match &item.offered_to {
        Some(Party::Person(person)) => Some(person),
        _ => None,
    };
    let mut concerned = item.holder.iter().chain([&item.accountable]).chain(asked);
    concerned.all(|person| policy.people.contains_key(person))
}

/// What differs of the timers before and after a reload.
fn moved(before: &BTreeMap<ItemId, (Item, Armed)>, after: &BTreeMap<ItemId, (Item, Armed)>, policy: &Policy) -> Vec<String> {
    let mut moved = Vec::new();
    for (id, (item, (clocks, ladders))) in before {
        let Some((_, (now, ladders_now))) = after.get(id) else {
            moved.push(format!("{id} is gone"));
            continue;
        };
        if all_known(item, policy) {
            if (clocks, ladders) != (now, ladders_now) {
                moved.push(format!("{id}: {clocks:?} {ladders:?} became {now:?} {ladders_now:?}"));
            }
            continue;
        }
        // The promise to the requester stands whoever has it.
        for kind in [ClockKind::Respond, ClockKind::Resolve] {
            let of = |clocks: &[ItemClock]| clocks.iter().find(|clock| clock.kind == kind).cloned();
            // Waiting and snoozing end when its holder is gone: what stood still goes on.
            if of(clocks).is_some_and(|clock| clock.paused.is_none()) && of(clocks) != of(now) {
                moved.push(format!("{id} {kind}: moved as somebody left"));
            }
        }
    }
    moved
}

fn play(seed: u64, reloads: u64) -> (World, usize, usize) {
    let mut dice = Dice::of(seed);
    let mut now: Timestamp = "2026-09-01T06:00:00Z".parse().unwrap();
    let mut table = Table::new(jiff::tz::TimeZone::UTC);
    let mut world = World::new(edited(&mut dice), now);
    let (mut pending, mut kept) = (0, 0);
    for _ in 0..reloads {
        for _ in 0..2 {
            now += SignedDuration::from_mins(i64::try_from(dice.roll(120)).unwrap());
            world.advance(now, &mut table).unwrap();
            match world.play(&step(&mut dice, now), &mut table) {
                Ok(()) | Err(WorldError::Step { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        let before = armed(&world);
        let records = world.records().len();
        let policy = edited(&mut dice);
        world.reload(Arc::clone(&policy), &mut table).unwrap();
        assert_eq!(moved(&before, &armed(&world), &policy), Vec::<String>::new(), "at {now}");
        // Nobody hears of a reload but about what somebody left behind.
        for record in &world.records()[records..] {
            for (id, event) in record.steps.iter().flat_map(events) {
                let told = matches!(event, ItemEvent::Told { .. }) && record.cause == Cause::Reload;
                let left = before.get(id).is_some_and(|(item, _)| !all_known(item, &policy));
                assert!(!told || left, "{id}: a reload told somebody at {now}");
            }
        }
        pending += before.len();
        kept += before.values().filter(|(item, _)| all_known(item, &policy)).count();
    }
    let end = now + SignedDuration::from_hours(24 * 20);
    world.advance(end, &mut table).unwrap();
    (world, pending, kept)
}

fn events(step: &RecordStep) -> impl Iterator<Item = (&ItemId, &ItemEvent)> {
    let (id, events) = match step {
        RecordStep::Item(id, events) => (Some(id), events.as_slice()),
        _ => (None, &[][..]),
    };
    id.into_iter().flat_map(move |id| events.iter().map(move |event| (id, event)))
}

#[test]
fn a_hundred_reloads_move_lose_and_double_no_timer() {
    let reloads = number("BATOND_RELOADS").unwrap_or(RELOADS);
    let (mut pending, mut kept, mut fired) = (0, 0, 0);
    seeds("a_hundred_reloads", SEEDS, |seed| {
        let (world, of_all, of_those) = play(seed, reloads);
        let mut ledger = Ledger::of(world.records());
        ledger.close(world.now());
        ledger.assert_clean();
        pending += of_all;
        kept += of_those;
        fired += ledger.fired;
    });
    println!(
        "E4: {reloads} reloads a world, {pending} items pending over reloads, {kept} with everybody still there; {fired} instants came: 0 moved, 0 lost, 0 doubled"
    );
    assert!(kept > 0 && fired > 0, "nothing was pending");
}

/// The control: a deadline a second off, a ladder and an item that are gone are seen.
#[test]
fn a_timer_that_a_reload_moved_is_seen() {
    let (world, ..) = play(1, 5);
    let before = armed(&world);
    let policy = Arc::clone(world.policy());
    assert!(moved(&before, &before, &policy).is_empty());
    let with_clock = before
        .iter()
        .find(|(_, (item, (clocks, _)))| !clocks.is_empty() && all_known(item, &policy));
    let id = with_clock.expect("something runs").0.clone();
    let mut later = before.clone();
    let clock = &mut later.get_mut(&id).unwrap().1.0[0];
    clock.deadline += SignedDuration::from_secs(1);
    assert_eq!(moved(&before, &later, &policy).len(), 1);
    let mut stopped = before.clone();
    stopped.get_mut(&id).unwrap().1.0.clear();
    assert_eq!(moved(&before, &stopped, &policy).len(), 1);
    let mut gone = before.clone();
    gone.remove(&id);
    assert_eq!(moved(&before, &gone, &policy).len(), 1);
}
