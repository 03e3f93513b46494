//! What every store keeps of rounds: their numbers, their alarms, who said what, their history.

use batond::engine::{AggregateId, RoundEvent, Step, project};
use batond::model::{AskedState, Round, RoundState};
use batond::store::{Entry, Store};

use super::conformance::each_back_end;
use super::sample;

fn decided(store: &mut dyn Store, number: u64, event: RoundEvent) {
    let step = Step::Round(Round::id(number), vec![event]);
    let record = sample::record(store.next_seq(), sample::at(0), vec![step]);
    let changes = project(&record, store).unwrap();
    let entry = Entry {
        record,
        raw: None,
        changes,
    };
    store.commit(vec![entry]).unwrap();
}

fn round(number: u64, state: &str) -> Round {
    serde_json::from_value(serde_json::json!({
        "id": Round::id(number),
        "name": "freeze",
        "question": {
            "title": "Freeze", "text": "No releases.", "kind": { "decision": { "options": ["yes", "no"] } },
            "close": "2d", "remind": ["2h"], "close_early": false, "proven": false
        },
        "state": state,
        "starts": sample::at(3_600),
        "closes": sample::at(7_200),
        "people": [{ "person": "ana", "state": "due", "at": sample::at(3_600) }],
        "tell": [{ "person": "ana" }],
        "by": "schedule",
        "place": { "file": "batond.yaml", "line": 1, "column": 1 },
        "policy": "p"
    }))
    .unwrap()
}

#[test]
fn a_round_its_alarms_and_its_history_are_kept() {
    each_back_end(|store| {
        assert_eq!(store.last_number(Round::PREFIX).unwrap(), 0);
        assert!(store.rounds_page(true, None, 9).unwrap().is_empty());
        let id = AggregateId::Round(Round::id(1));
        let planned = Box::new(round(1, "planned"));
        decided(store, 1, RoundEvent::Planned { round: planned });
        assert_eq!(store.due(sample::at(3_600), 9).unwrap(), [(sample::at(3_600), id.clone())]);
        let begun = Box::new(round(1, "open"));
        decided(
            store,
            1,
            RoundEvent::Begun {
                round: begun,
                late_seconds: 0,
            },
        );
        let reminders = vec![sample::at(5_000), sample::at(6_000)];
        let person = || "ana".into();
        decided(
            store,
            1,
            RoundEvent::Asked {
                person: person(),
                reminders,
            },
        );
        assert_eq!(store.due(sample::at(9_000), 9).unwrap(), [(sample::at(5_000), id.clone())]);
        let left = vec![sample::at(6_000)];
        decided(store, 1, RoundEvent::Reminded { person: person(), left });
        assert_eq!(store.next_due().unwrap(), Some(sample::at(6_000)));
        let answer = serde_json::json!({ "at": sample::at(5_500), "choice": { "option": 2 }, "words": "we are late" });
        let answer = serde_json::from_value(answer).unwrap();
        decided(store, 1, RoundEvent::Answered { person: person(), answer });
        assert_eq!(store.due(sample::at(9_000), 9).unwrap(), [(sample::at(7_200), id)]);
        let kept = store.round(&Round::id(1)).unwrap().unwrap();
        assert_eq!((kept.state, kept.people[0].state), (RoundState::Open, AskedState::Answered));
        assert_eq!(kept.people[0].answer().unwrap().words, "we are late");
        let result = serde_json::json!({ "at": sample::at(7_200), "outcome": { "option": 2 }, "text": "no, by 1 of 1", "late_seconds": 0 });
        let result = serde_json::from_value(result).unwrap();
        decided(store, 1, RoundEvent::Closed { result });
        assert_eq!(store.next_due().unwrap(), None, "what is over has no alarm");
        assert_eq!(store.history(&Round::id(1)).unwrap().len(), 6);
        assert!(store.items(true).unwrap().is_empty(), "a round is no item");
    });
}

#[test]
fn rounds_are_listed_newest_first_and_in_pages() {
    each_back_end(|store| {
        for number in 1..=5 {
            let state = if number % 2 == 0 { "closed" } else { "open" };
            let begun = Box::new(round(number, state));
            decided(
                store,
                number,
                RoundEvent::Begun {
                    round: begun,
                    late_seconds: 0,
                },
            );
        }
        assert_eq!(store.last_number(Round::PREFIX).unwrap(), 5);
        let numbers = |all, before, limit| -> Vec<u64> {
            let page = store.rounds_page(all, before, limit).unwrap();
            page.iter().map(|round| round.id.number).collect()
        };
        assert_eq!(numbers(true, None, 9), [5, 4, 3, 2, 1]);
        assert_eq!(numbers(true, None, 2), [5, 4]);
        assert_eq!(numbers(true, Some(4), 2), [3, 2]);
        assert_eq!(numbers(false, None, 9), [5, 3, 1]);
        assert_eq!(numbers(false, Some(5), 1), [3]);
        assert!(numbers(true, Some(1), 9).is_empty());
    });
}
