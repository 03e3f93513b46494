//! The dice: fair, repeatable, apart for different questions.

use super::*;

#[test]
fn the_same_seed_and_question_fall_the_same_and_others_apart() {
    let drawn = |seed: u64| {
        (0..200)
            .map(|n: u32| Dice(seed).percent(&["ana", &n.to_string()]))
            .collect::<Vec<_>>()
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    assert_ne!(
        Dice(1).percent(&["ab", "c", "x"]),
        Dice(1).percent(&["a", "bc", "x"]),
        "parts are kept apart"
    );
}

#[test]
fn every_number_comes_about_as_often() {
    let mut seen = [0_u32; 100];
    for n in 0..20_000_u32 {
        seen[Dice(7).percent(&["ana", &n.to_string()]) as usize] += 1;
    }
    assert!(seen.iter().all(|count| (120..=290).contains(count)), "{seen:?}");
}

#[test]
fn an_answer_lies_in_working_time_and_within_its_span() {
    let nine = jiff::civil::time(9, 0, 0, 0);
    let day = crate::calendar::DaySpan {
        start: nine,
        end: Some(jiff::civil::time(17, 0, 0, 0)),
    };
    let work = || vec![day];
    let calendar = Calendar {
        name: "c".into(),
        zone: jiff::tz::TimeZone::UTC,
        zone_name: "UTC".into(),
        week: [work(), work(), work(), work(), work(), vec![], vec![]],
        holidays: Default::default(),
        exceptions: Default::default(),
    };
    // A Friday evening: the two working hours are Monday's first.
    let from: Timestamp = "2026-11-27T18:00:00Z".parse().unwrap();
    for n in 0..50_u32 {
        let at = Dice(3).instant(&[&n.to_string()], &calendar, from, Span::Working(7_200)).unwrap();
        assert!(
            ("2026-11-30T09:00:00Z".parse().unwrap()..="2026-11-30T11:00:00Z".parse().unwrap()).contains(&at),
            "{at}"
        );
    }
}
