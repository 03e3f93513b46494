//! Told once it lasts, again after a day, and once that it works.

use jiff::{SignedDuration, Timestamp};

use super::{Said, TOLD_AFTER, TOLD_AGAIN, gone, to_say};
use crate::engine::SourceIs;
use crate::model::SourceName;
use crate::observe::{Report, SourceHealth, Sources};

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
fn what_a_reload_took_away_is_gone_and_a_relay_is_not() {
    let [here, away, relay] = ["helpdesk", "alerts", "relay smtp://mx.example"].map(SourceName::from);
    let said = [&here, &away, &relay].map(|name| (name.clone(), Said::Broken(start()))).into();
    assert_eq!(gone(&said, [&here].into_iter()), [away]);
}
