//! Addresses in trouble: kept whole, listed, forgotten, parked deliveries stand with those given up.

use batond::engine::{DeliveryEvent, Step, project};
use batond::model::{Address, Correspondent, DeliveryId, DeliveryState, Failed, ItemId};
use batond::store::{DeliveryFilter, Entry, Store};

use super::conformance::each_back_end;
use super::sample;

fn decided(store: &mut dyn Store, step: Step) {
    let record = sample::record(store.next_seq(), sample::at(0), vec![step]);
    let changes = project(&record, store).unwrap();
    let entry = Entry {
        record,
        raw: None,
        changes,
    };
    store.commit(vec![entry]).unwrap();
}

fn marked(address: &str) -> Correspondent {
    let address: Address = address.parse().unwrap();
    Correspondent {
        failures: 3,
        last_failure: Some(Failed {
            at: sample::at(7),
            why: "550 5.1.1 no such user".to_owned(),
        }),
        marked: Some(sample::at(7)),
        ..Correspondent::new(address)
    }
}

#[test]
fn an_address_in_trouble_is_kept_whole_and_forgotten() {
    each_back_end(|store| {
        let long = format!("{}@there.example", "very-long-name-".repeat(4));
        for address in ["Cat@There.example", long.as_str()] {
            let state = marked(address);
            let key = state.address.clone();
            assert_eq!(store.correspondent(&key).unwrap(), None);
            decided(store, Step::Correspondent(key.clone(), Some(Box::new(state.clone()))));
            assert_eq!(store.correspondent(&key).unwrap(), Some(state.clone()));
            let folded: Address = address.to_lowercase().parse().unwrap();
            assert_eq!(store.correspondent(&folded).unwrap(), Some(state.clone()), "in any case");
            assert_eq!(store.correspondents().unwrap(), vec![state.clone()]);
            let again = Correspondent { failures: 4, ..state };
            decided(store, Step::Correspondent(key.clone(), Some(Box::new(again.clone()))));
            assert_eq!(store.correspondents().unwrap(), vec![again]);
            decided(store, Step::Correspondent(key.clone(), None));
            assert_eq!(store.correspondent(&key).unwrap(), None);
            assert!(store.correspondents().unwrap().is_empty());
        }
    });
}

#[test]
fn what_waits_is_listed_with_what_was_given_up_and_is_due_once_it_goes() {
    each_back_end(|store| {
        let id = DeliveryId {
            seq: store.next_seq(),
            index: 0,
        };
        let mut delivery = sample::delivery(id, &ItemId::new("RIG", 1), sample::at(0));
        delivery.state = DeliveryState::Parked(sample::at(3));
        let queued = DeliveryEvent::Queued {
            delivery: std::sync::Arc::new(delivery),
        };
        decided(store, Step::Delivery(id, vec![queued]));
        let listed = store.deliveries_page(DeliveryFilter::Dead, None, 9).unwrap();
        assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), vec![id]);
        assert!(store.outbox_due(sample::at(9_999), 9).unwrap().is_empty(), "it is not sent");
        decided(store, Step::Delivery(id, vec![DeliveryEvent::Unparked]));
        assert!(store.deliveries_page(DeliveryFilter::Dead, None, 9).unwrap().is_empty());
        let due = store.outbox_due(sample::at(9_999), 9).unwrap();
        assert_eq!(due.len(), 1, "it is due");
        assert!(due[0].letter.text.contains("order does not arrive"), "with its letter");
    });
}
