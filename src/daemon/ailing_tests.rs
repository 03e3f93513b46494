//! Told once it lasts, again after a day, and once that it works.

use arc_swap::ArcSwap;

use super::*;
use crate::clock::SystemClock;
use crate::daemon::writer;
use crate::driver::Core;
use crate::observe::{Report, Sources};
use crate::policy::site::policy;
use crate::reply::KeyRing;
use crate::store::MemoryStore;

/// Who takes what nobody else does.
const SITE: &str = r#"
calendars: { always: { time_zone: Etc/UTC, hours: { mon-sun: "00:00-24:00" } } }
people: { ana: { name: Ana Ruiz, mail: ana@ops.example, calendar: always } }
queues:
  support:
    prefix: SUP
    purpose: Questions of customers.
    owner: ana
    calendar: always
    urgent_when: Never.
    handover: Say what you tried.
    accept_within: 4h
unmatched: { queue: support }
"#;

fn start() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn failing(report: Report) -> SourceHealth {
    let (sources, name) = (Sources::default(), SourceName::from("helpdesk"));
    sources.known([(name.clone(), "imap")]);
    sources.report(&name, report, start());
    sources.all().remove(0).1
}

#[test]
fn what_lasts_is_told_once_and_again_after_a_day() {
    let health = failing(Report::Failed("no route".to_owned()));
    assert_eq!(to_say(&health, None, start() + TOLD_AFTER - SignedDuration::from_secs(1)), None);
    let now = start() + TOLD_AFTER;
    let (said, broken) = to_say(&health, None, now).unwrap();
    let SourceIs::Broken(broken) = broken else { panic!("{broken:?}") };
    assert_eq!((broken.since, broken.why.as_str(), broken.failures), (start(), "no route", 1));
    assert_eq!(to_say(&health, Some(said), now + SignedDuration::from_secs(5)), None);
    assert!(to_say(&health, Some(said), now + TOLD_AGAIN).is_some());
}

#[test]
fn that_it_works_is_told_once() {
    let health = failing(Report::Works);
    assert_eq!(to_say(&health, None, start()), Some((Said::Works, SourceIs::Working)));
    assert_eq!(to_say(&health, Some(Said::Works), start()), None);
    assert_eq!(
        to_say(&health, Some(Said::Broken(start())), start()),
        Some((Said::Works, SourceIs::Working))
    );
}

#[test]
fn of_what_nothing_is_known_nothing_is_said() {
    assert_eq!(to_say(&failing(Report::Busy(None)), None, start()), None);
}

#[test]
fn what_is_configured_no_more_is_gone() {
    let names = ["helpdesk", "alerts", "relay mx.example:25", "relay old.example:25"].map(SourceName::from);
    let [here, away, relay, old] = &names;
    let said = names.iter().map(|name| (name.clone(), Said::Broken(start()))).collect();
    assert_eq!(gone(&said, [here, relay].into_iter()), [away.clone(), old.clone()]);
}

/// What a process found broken is left out of the configuration, and another one starts.
#[tokio::test]
async fn a_start_without_it_closes_the_item() {
    let policy = Arc::new(policy(SITE));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (handle, requests) = Handle::new(Arc::new(ArcSwap::new(Arc::clone(&policy))), 16);
    let ring = KeyRing::new(&[vec![7; 32].into()]).unwrap();
    let mut core = Core::new(Box::new(MemoryStore::new()), policy, ring);
    core.begin(clock.now()).unwrap();
    core.commit().unwrap();
    for (name, kind) in [("helpdesk", "imap"), ("inbox", "smtp"), ("relay old.example:25", RELAY)] {
        let broken = Broken {
            kind,
            since: clock.now(),
            why: "no route".to_owned(),
            failures: 1,
            last_delivery: None,
        };
        core.source_is(&name.into(), &SourceIs::Broken(broken), clock.now()).unwrap();
        core.commit().unwrap();
    }
    handle.sources().known([("inbox".into(), "smtp")]);
    handle.relays().known(["new.example:25".to_owned()]);
    let ended = writer::start(core, Arc::clone(&clock), &handle, requests).unwrap();
    let stop = CancellationToken::new();
    let watching = tokio::spawn(watch(handle.clone(), clock, stop.clone()));
    let left_open = async {
        loop {
            let open = handle.read(|store| store.items_page(false, None, 9)).await.unwrap().unwrap();
            if open.len() < 2 {
                return open;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let open = tokio::time::timeout(Duration::from_secs(20), left_open)
        .await
        .expect("two are closed");
    stop.cancel();
    watching.await.unwrap();
    handle.stop().await.unwrap();
    drop(ended);
    let names: Vec<_> = open.iter().filter_map(ailing_source).collect();
    assert_eq!(names, ["inbox".into()]);
}
