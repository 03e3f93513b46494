//! A source is what its last report says; a webhook that turns away everybody is told of after a while.

use jiff::{SignedDuration, Timestamp};

use super::{Report, SourceState, Sources};
use crate::model::SourceName;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap() + SignedDuration::from_mins(minutes)
}

fn of(kind: &'static str) -> (Sources, SourceName) {
    let (sources, name) = (Sources::default(), SourceName::from("helpdesk"));
    sources.known([(name.clone(), kind)]);
    (sources, name)
}

#[test]
fn failing_begins_with_the_first_failure_and_ends_with_work() {
    let (sources, name) = of("imap");
    let state = |now| sources.all()[0].1.state(now);
    assert_eq!(state(at(0)), SourceState::Idle);
    sources.report(&name, Report::Failed("the password\nis wrong".to_owned()), at(1));
    sources.report(&name, Report::Failed("no route".to_owned()), at(3));
    assert_eq!(state(at(4)), SourceState::Failing(at(1)));
    let (_, health) = sources.all().remove(0);
    assert_eq!((health.failures, health.why().unwrap().what.as_str()), (2, "no route"));
    sources.report(&name, Report::Works, at(5));
    assert_eq!(state(at(5)), SourceState::Ok);
    sources.report(&name, Report::Failed("again".to_owned()), at(6));
    sources.delivered(&name, false, at(7));
    assert_eq!(state(at(7)), SourceState::Failing(at(6)), "another folder brought it");
    sources.report(&name, Report::Works, at(8));
    assert_eq!(state(at(8)), SourceState::Ok);
    let (_, health) = sources.all().remove(0);
    assert_eq!((health.delivered, health.last_delivery), (1, Some(at(7))));
}

#[test]
fn turning_away_everybody_is_a_fault_of_a_webhook_only() {
    for (kind, expected) in [("webhook", SourceState::Failing(at(0))), ("smtp", SourceState::Idle)] {
        let (sources, name) = of(kind);
        for minute in 0..5 {
            sources.report(&name, Report::Refused("signature"), at(minute));
        }
        assert_eq!(sources.all()[0].1.state(at(29)), SourceState::Idle, "{kind}: not at once");
        assert_eq!(sources.all()[0].1.state(at(30)), expected, "{kind}");
        assert_eq!(sources.all()[0].1.why().unwrap().what, "signature");
        sources.delivered(&name, true, at(31));
        assert_eq!(sources.all()[0].1.state(at(90)), SourceState::Ok, "{kind}");
    }
}

#[test]
fn what_stays_configured_keeps_what_is_known_of_it() {
    let (sources, name) = of("imap");
    sources.delivered(&name, false, at(0));
    sources.known([(name.clone(), "imap"), (SourceName::from("other"), "smtp")]);
    assert_eq!(sources.all()[0].1.delivered, 1);
    sources.known([(name, "maildir")]);
    let all = sources.all();
    assert_eq!((all.len(), all[0].1.delivered), (1, 0), "of another kind it is another source");
    sources.report(&SourceName::from("other"), Report::Works, at(1));
    assert_eq!(sources.all().len(), 1, "what is not configured is not kept");
}
