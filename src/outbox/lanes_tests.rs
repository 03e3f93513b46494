use super::super::tests::delivery;
use super::*;

fn to(number: u64, domain: &str) -> Delivery {
    let mut delivery = delivery(number);
    delivery.letter.to = format!("reader{number}@{domain}").parse().expect("an address");
    delivery
}

#[tokio::test(start_paused = true)]
async fn destinations_take_turns_and_each_has_its_share() {
    let mut lanes = Lanes::default();
    (1..=200).for_each(|number| lanes.push(to(number, "many.example")));
    lanes.push(to(201, "One.example"));
    let order: Vec<String> = std::iter::from_fn(|| lanes.next())
        .map(|(delivery, _)| destination(&delivery))
        .collect();
    assert_eq!(order.len(), 13, "twelve to one, and the other's");
    assert_eq!(order[1], "one.example");
    assert!(lanes.is_waiting());
    assert_eq!(lanes.full(), ["many.example"], "no more is read for it now");
}

#[tokio::test(start_paused = true)]
async fn a_slow_destination_gets_few_hands_until_it_is_quick_again() {
    let mut lanes = Lanes::default();
    (1..=20).for_each(|number| lanes.push(to(number, "slow.example")));
    let begun: Vec<Instant> = (0..12).map(|_| lanes.next().expect("a mail").1).collect();
    assert_eq!(lanes.quick(), 12);
    tokio::time::advance(SLOW * 2).await;
    assert_eq!(lanes.quick(), 0, "slow ones do not count against others");
    for begun in &begun {
        lanes.ended("slow.example", *begun);
    }
    let (_, begun) = lanes.next().expect("a mail");
    assert!(lanes.next().is_some());
    assert!(lanes.next().is_none(), "two at a time");
    lanes.ended("slow.example", begun);
    assert_eq!(std::iter::from_fn(|| lanes.next()).count(), 6, "it was quick: the rest goes");
}
