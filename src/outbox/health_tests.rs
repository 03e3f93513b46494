use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("an instant")
}

#[tokio::test(start_paused = true)]
async fn a_relay_that_fails_is_asked_again_ever_less_often_and_once_at_a_time() {
    let mut health = Health::new(16);
    let mut asked = Vec::new();
    for failure in 0..6 {
        assert_eq!(health.failed("refused", at(failure)), failure == 0, "only the first is news");
        let began = Instant::now();
        while !health.is_to_be_asked() {
            tokio::time::advance(Duration::from_millis(500)).await;
        }
        assert!(!health.is_to_be_asked(), "it is being asked");
        asked.push(began.elapsed().as_secs());
    }
    assert_eq!(asked, [2, 5, 10, 20, 30, 30]);
    assert_eq!(health.down().map(|down| down.since), Some(at(0)));
}

#[tokio::test]
async fn what_works_again_gets_more_only_as_it_takes_what_it_is_given() {
    let mut health = Health::new(16);
    assert_eq!(health.window(), 16);
    health.failed("refused", at(0));
    assert_eq!(health.window(), 0);
    health.greets();
    let mut windows = vec![health.window()];
    for number in 0..5 {
        assert_eq!(health.answered(), number == 0, "only the first is news");
        windows.push(health.window());
    }
    assert_eq!(windows, [1, 2, 4, 8, 16, 16]);
}

#[tokio::test]
async fn one_silent_destination_is_no_fault_of_the_relay_and_two_are() {
    let mut health = Health::new(16);
    for _ in 0..20 {
        assert_eq!(health.silent("slow.example", "no answer", at(0)), None);
    }
    assert_eq!(health.window(), 16);
    assert_eq!(health.silent("other.example", "no answer", at(1)), Some(true));
    assert_eq!(health.window(), 0);

    let mut health = Health::new(16);
    for number in 0..40 {
        assert_eq!(
            health.silent(["slow.example", "other.example"][number % 2], "no answer", at(0)),
            None
        );
        health.answered();
    }
}
