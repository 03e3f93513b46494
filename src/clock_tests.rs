use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn time_that_passes_is_no_jump_and_time_that_is_set_is() {
    let clock = VirtualClock::new(at("2026-11-23T09:00:00Z"));
    let mut watch = JumpWatch::new(&clock);
    for hours in [0, 1, 100] {
        clock.pass(Duration::from_hours(hours));
        assert_eq!(watch.look(&clock), None, "{hours} h");
    }
    let from = clock.now();
    for (to, jumped) in [
        (from + SignedDuration::from_secs(4), None),
        (from, None),
        (from + SignedDuration::from_hours(24), Some(86_400)),
        (at("1970-01-01T00:00:00Z"), Some(-from.as_second() - 86_400)),
        (at("2040-01-01T00:00:00Z"), Some(2_208_988_800)),
    ] {
        let before = clock.now();
        clock.set(to);
        let seen = watch.look(&clock);
        assert_eq!(seen.map(|jump| jump.seconds), jumped, "{before} to {to}");
        assert_eq!(watch.look(&clock), None, "it is told once");
    }
}

#[test]
fn a_jump_is_told_from_what_passed_meanwhile() {
    let clock = VirtualClock::new(at("2026-11-23T09:00:00Z"));
    let mut watch = JumpWatch::new(&clock);
    clock.pass(Duration::from_secs(60));
    clock.set(at("2026-11-23T08:01:00Z"));
    let jump = watch.look(&clock).unwrap();
    assert_eq!(
        (jump.from, jump.to, jump.seconds),
        (at("2026-11-23T09:01:00Z"), at("2026-11-23T08:01:00Z"), -3_600)
    );
}

#[test]
fn a_clock_that_begins_in_1970_is_not_set() {
    assert!(!is_set(at("1970-01-01T00:05:00Z")));
    assert!(is_set(at("2026-11-23T09:00:00Z")));
    let (first, passed) = (SystemClock.passed(), SystemClock.passed());
    assert!(first > Duration::ZERO && passed >= first);
}
