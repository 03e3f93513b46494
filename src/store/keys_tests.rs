//! Keys sort as what they are made of, and are read back as it.

use super::*;

#[test]
fn keys_sort_as_ids_and_times_do() {
    let mut ids = vec![
        ItemId::new("SU", 300),
        ItemId::new("SUP", 2),
        ItemId::new("SUP", 256),
        ItemId::new("SUP", 255),
        ItemId::new("A", u64::MAX),
    ];
    ids.sort();
    let mut by_key = ids.clone();
    by_key.sort_by_key(item);
    assert_eq!(by_key, ids);

    let instants = [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX].map(Some);
    let before = Timestamp::from_nanosecond(-1).ok();
    let order = [instants[0], before, instants[1], instants[2], None];
    let id = AggregateId::Item(ItemId::new("SUP", 1));
    let keys: Vec<_> = order.iter().map(|due| timer(*due, &id)).collect();
    assert!(keys.is_sorted());
    for (key, due) in keys.iter().zip(order) {
        assert_eq!(read_timer(key), Some((due, id.clone())));
    }
}

#[test]
fn ids_are_read_back() {
    let person = AggregateId::Person("ana".into());
    assert_eq!(read_timer(&timer(None, &person)), Some((None, person)));
    let id = DeliveryId { seq: 9, index: 3 };
    assert_eq!(read_outbox(&outbox(Timestamp::UNIX_EPOCH, &id)), Some((Timestamp::UNIX_EPOCH, id)));
    for torn in 0..20 {
        assert_eq!(read_outbox(&outbox(Timestamp::UNIX_EPOCH, &id)[..torn]), None);
    }
}

#[test]
fn nothing_is_due_before_its_nanosecond() {
    let (now, id) = (Timestamp::UNIX_EPOCH, AggregateId::Person("ana".into()));
    let next = Timestamp::from_nanosecond(1).unwrap();
    assert!(timer(Some(now), &id) < after(TIMER, now));
    assert!(timer(Some(next), &id) >= after(TIMER, now));
    assert!(after(TIMER, Timestamp::MAX) < timer(None, &id));
}

#[test]
fn long_texts_make_short_keys_that_meet_no_others() {
    let long = |end: char| Correlation::Thread(format!("{}{end}", "x".repeat(5_000)));
    assert!(correlation(&long('a')).len() < 100);
    assert_ne!(correlation(&long('a')), correlation(&long('b')));
    let text = "order-1".to_owned();
    assert_ne!(
        correlation(&Correlation::Thread(text.clone())),
        correlation(&Correlation::Key(text))
    );
    let (ana, an) = (held_of(&"ana".into()), held_of(&"an".into()));
    assert!(!ana.starts_with(&an));
}
