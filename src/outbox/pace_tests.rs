use super::*;

#[tokio::test(start_paused = true)]
async fn no_minute_sees_more_than_its_mails_and_a_burst() {
    tokio::time::advance(Duration::from_secs(600)).await;
    let mut pace = Pace::new(60);
    let began = Instant::now();
    let mut sent = Vec::new();
    while began.elapsed() < Duration::from_secs(180) {
        match pace.wait() {
            Some(wait) => tokio::time::advance(wait).await,
            None => {
                pace.take();
                sent.push(began.elapsed());
            }
        }
    }
    let in_minute = |from: u64| {
        let (from, to) = (Duration::from_secs(from), Duration::from_secs(from + 60));
        sent.iter().filter(|at| (from..to).contains(*at)).count()
    };
    assert!(in_minute(0) <= 66, "{}", in_minute(0));
    assert!((59..=61).contains(&in_minute(60)), "{}", in_minute(60));
    assert!((59..=61).contains(&in_minute(120)), "{}", in_minute(120));
}
