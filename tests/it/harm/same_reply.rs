//! C3: the same reply 100 times, at once, and again after a restart, has one effect.

use batond::engine::{ItemEvent, Step};
use batond::model::State;

use super::{Driver, arrival, mail, offered};

/// How often it is delivered, at once and after each restart.
const TIMES: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_reply_has_one_effect() {
    let folder = tempfile::tempdir().unwrap();
    let driver = Driver::start(folder.path());
    let id = offered(&driver.handle, 1).await;
    let letter = driver.letter("ana@ops.example").await;
    let to = letter.reply_to.expect("an address to answer to").to_string();
    let thread = format!("In-Reply-To: <{}>\r\n", letter.message_id);
    let raw = mail(
        "ana@ops.example",
        &to,
        "Re: it",
        "one@ops.example",
        &thread,
        "done, it was the proxy",
    );

    let at_once: Vec<_> = (0..TIMES)
        .map(|_| {
            let (handle, arrival) = (driver.handle.clone(), arrival(&to, raw.clone()));
            tokio::spawn(async move { handle.receive(arrival).await.unwrap() })
        })
        .collect();
    let mut fresh = 0;
    for one in at_once {
        let receipt = one.await.unwrap();
        assert_eq!(receipt.items, std::slice::from_ref(&id));
        fresh += usize::from(!receipt.repeat);
    }
    assert_eq!(fresh, 1, "one of them is new");
    let once = driver.item(&id).await;
    assert_eq!(
        (&once.state, once.holder.as_ref().map(|key| key.as_str())),
        (&State::Done, Some("ana"))
    );
    driver.stop().await;

    // A trace that a relay adds, and a restart, make no other mail of it.
    let driver = Driver::start(folder.path());
    for number in 0..TIMES {
        let traced = format!("Received: from relay-{number}.example by mx.example; Mon, 23 Nov 2026 10:00:00 +0000\r\n{raw}");
        assert!(driver.handle.receive(arrival(&to, traced)).await.unwrap().repeat, "{number}");
    }
    let item = driver.item(&id).await;
    assert_eq!(
        (item.state, item.messages, item.notices),
        (State::Done, once.messages, once.notices)
    );
    assert_eq!(item.repeats, u32::try_from(2 * TIMES - 1).unwrap(), "each repeat is counted");
    let history = driver
        .handle
        .read(move |store| store.history_page(&id, 0, usize::MAX))
        .await
        .unwrap()
        .unwrap();
    let events = history.iter().flat_map(|record| &record.steps).filter_map(|step| match step {
        Step::Item(_, events) => Some(events),
        _ => None,
    });
    let (mut done, mut acted) = (0, 0);
    for event in events.flatten() {
        done += usize::from(matches!(event, ItemEvent::Done { .. }));
        acted += usize::from(matches!(event, ItemEvent::Acted { .. }));
    }
    assert_eq!((done, acted), (1, 1));
    println!("C3: the same reply {TIMES} times at once and {TIMES} times after a restart: {done} effect");
    driver.stop().await;
}
