//! A source that stays broken is an item with the cause, once; it is closed when the source works again. By the writer itself, over memory.

use batond::driver::Core;
use batond::engine::{Broken, SourceIs};
use batond::model::{SourceName, State};
use batond::reply::KeyRing;
use batond::store::MemoryStore;
use jiff::Timestamp;

use crate::site::{ONE_QUEUE, site};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn say(core: &mut Core, how: &SourceIs, now: &str) -> Vec<(String, State, String)> {
    core.source_is(&SourceName::from("helpdesk"), how, at(now)).unwrap();
    core.commit().unwrap();
    let items = core.store().items(true).unwrap();
    items
        .into_iter()
        .map(|item| (item.id.to_string(), item.state, item.title))
        .collect()
}

#[test]
fn it_is_one_item_with_the_cause_and_closed_when_it_works() {
    let keys = KeyRing::new(&[vec![7; 32].into()]).unwrap();
    let mut core = Core::new(Box::new(MemoryStore::new()), site(ONE_QUEUE), keys);
    core.begin(at("2026-11-23T09:00:00Z")).unwrap();
    core.commit().unwrap();
    let broken = SourceIs::Broken(Broken {
        kind: "imap",
        since: at("2026-11-23T09:00:00Z"),
        why: "imap.ops.example: the password is not accepted".to_owned(),
        failures: 7,
        last_delivery: None,
    });
    assert_eq!(
        say(&mut core, &SourceIs::Working, "2026-11-23T09:05:00Z"),
        [],
        "nothing was said of it"
    );
    let first = say(&mut core, &broken, "2026-11-23T09:10:00Z");
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].0.as_str(), first[0].1), ("OPS-1", State::Offered));
    assert_eq!(first[0].2, "Source helpdesk (imap) does not work");
    let letters = core.store().outbox_due(at("2026-12-30T00:00:00Z"), 99).unwrap();
    let letter = &letters[0].letter;
    assert_eq!(letter.to.to_string(), "ana@ops.example");
    assert!(letter.text.contains("the password is not accepted"), "{}", letter.text);

    assert_eq!(
        say(&mut core, &broken, "2026-11-24T09:10:00Z"),
        first,
        "it is said once while it is open"
    );
    let over = say(&mut core, &SourceIs::Working, "2026-11-24T09:20:00Z");
    assert_eq!((over.len(), over[0].1), (1, State::Done));
    assert_eq!(
        say(&mut core, &SourceIs::Working, "2026-11-24T09:25:00Z"),
        over,
        "that it works changes nothing more"
    );
    let again = say(&mut core, &broken, "2026-11-25T09:10:00Z");
    assert_eq!(again.len(), 2, "another time is another item");

    let gone = say(&mut core, &SourceIs::Gone, "2026-11-25T09:30:00Z");
    assert_eq!(
        (gone.len(), gone[1].1),
        (2, State::Done),
        "nobody looks after a source that is no more"
    );
}
