//! C10: two claims at once, and `done` against `pass`, on the driver's own thread: one wins, and whoever loses is told who. `BATOND_RACES=10000` runs that many pairs.

use batond::engine::{Actor, Evidence};
use batond::model::{ItemId, Reader, State};
use batond::reply::{Line, Said, Verb};

use super::{Driver, number, offered};

/// How many pairs a plain run plays.
const PAIRS: u64 = 300;
/// How many at once.
const AT_ONCE: u64 = 100;

fn actor(who: &str) -> Actor {
    Actor {
        reader: Reader::Person(who.into()),
        evidence: Evidence::Local,
        proof: None,
        address: None,
    }
}

fn line(text: &str, verb: Verb) -> Vec<Line> {
    vec![Line {
        text: text.to_owned(),
        said: Said::Verb(verb),
    }]
}

/// What each was told, the one who is first in the pair first.
async fn pair(driver: &Driver, id: &ItemId, one: (&str, Vec<Line>), other: (&str, Vec<Line>), swapped: bool) -> [String; 2] {
    let act = |(who, lines): (&str, Vec<Line>)| {
        let (handle, id, actor) = (driver.handle.clone(), id.clone(), actor(who));
        tokio::spawn(async move { handle.act(id, actor, lines).await.unwrap().join("\n") })
    };
    let (one, other) = if swapped {
        let other = act(other);
        (act(one), other)
    } else {
        let one = act(one);
        (one, act(other))
    };
    [one.await.unwrap(), other.await.unwrap()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who() {
    let pairs = number("BATOND_RACES").unwrap_or(PAIRS);
    let folder = tempfile::tempdir().unwrap();
    let driver = std::sync::Arc::new(Driver::start(folder.path()));
    let (mut ana, mut ben) = (0, 0);
    for first in (0..pairs).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let running: Vec<_> = (first..pairs.min(first + AT_ONCE))
            .map(|number| {
                let driver = std::sync::Arc::clone(&driver);
                tokio::spawn(async move {
                    let id = offered(&driver.handle, number).await;
                    let claim = || line("accept", Verb::Accept(None));
                    let told = pair(&driver, &id, ("ana", claim()), ("ben", claim()), number % 2 == 1).await;
                    (driver.item(&id).await, told)
                })
            })
            .collect();
        for one in running {
            let (item, [to_ana, to_ben]) = one.await.unwrap();
            assert_eq!(item.state, State::Accepted);
            let holder = item.holder.as_ref().expect("a holder").as_str();
            assert_eq!(item.accountable.as_str(), holder);
            let (won, lost, name) = if holder == "ana" {
                ana += 1;
                (to_ana, to_ben, "Ana Ruiz")
            } else {
                ben += 1;
                (to_ben, to_ana, "Ben Okafor")
            };
            assert!(won.contains("it is yours"), "{won}");
            assert!(lost.contains(&format!("{name} has it")), "{lost}");
        }
    }
    println!("C10: {pairs} pairs of claims: ana had {ana}, ben {ben}; each time one, and the other was told who");
    assert!(pairs < 1_000 || (ana > 0 && ben > 0), "nothing raced");
    std::sync::Arc::into_inner(driver).expect("nobody else has it").stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn done_against_pass_has_one_winner() {
    let pairs = number("BATOND_RACES").unwrap_or(PAIRS);
    let folder = tempfile::tempdir().unwrap();
    let driver = std::sync::Arc::new(Driver::start(folder.path()));
    let (mut done_first, mut pass_first) = (0, 0);
    for first in (0..pairs).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let running: Vec<_> = (first..pairs.min(first + AT_ONCE))
            .map(|number| {
                let driver = std::sync::Arc::clone(&driver);
                tokio::spawn(async move {
                    let id = offered(&driver.handle, number).await;
                    driver
                        .handle
                        .act(id.clone(), actor("ana"), line("accept", Verb::Accept(None)))
                        .await
                        .unwrap();
                    let done = line("done", Verb::Done(None));
                    let pass = line("pass ben", Verb::Pass("ben".to_owned(), None));
                    let told = pair(&driver, &id, ("ana", done), ("cat", pass), number % 2 == 1).await;
                    (driver.item(&id).await, told)
                })
            })
            .collect();
        for one in running {
            let (item, [to_ana, to_cat]) = one.await.unwrap();
            if to_cat.starts_with('✗') {
                // Closed before it could be passed: nobody is asked any more.
                done_first += 1;
                assert_eq!((item.state, &item.offered_to), (State::Done, &None));
                assert!(to_ana.contains("closed"), "{to_ana}");
                assert!(to_cat.contains("done already, by Ana Ruiz"), "{to_cat}");
            } else {
                // Passed first, and then closed by whoever still answers for it: ben is told that it is done.
                pass_first += 1;
                assert_eq!(item.state, State::Done);
                assert!(to_cat.contains("offered to ben"), "{to_cat}");
            }
        }
    }
    println!("C10: {pairs} pairs of done against pass: done first in {done_first}, pass first in {pass_first}");
    assert!(pairs < 1_000 || (done_first > 0 && pass_first > 0), "nothing raced");
    std::sync::Arc::into_inner(driver).expect("nobody else has it").stop().await;
}
