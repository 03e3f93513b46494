//! How many mails a second go through, printed for people; a debug build says little.

use std::time::Instant;

use super::{Client, Setting};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_sessions() {
    const SESSIONS: usize = 20;
    const MAILS: usize = 50;
    let door = Setting::default().open().await;
    let begin = Instant::now();
    let mail = format!(
        "Subject: load\r\n\r\n{}.\r\n",
        "0123456789 0123456789 0123456789 0123456789 0123456789\r\n".repeat(36)
    );
    let sessions: Vec<_> = (0..SESSIONS)
        .map(|_| {
            let (address, mail) = (door.address, mail.clone());
            tokio::spawn(async move {
                let mut client = Client::connect(address).await;
                client.talk(&["HELO load.example"]).await;
                assert!(client.line().await.starts_with("250"));
                for _ in 0..MAILS {
                    client.talk(&["MAIL FROM:<>", "RCPT TO:<ana@ops.example>", "DATA"]).await;
                    client.say(&mail).await;
                    assert!(client.line().await.starts_with("250 2.0.0 Ok: queued"));
                }
            })
        })
        .collect();
    for session in sessions {
        session.await.unwrap();
    }
    let rate = (SESSIONS * MAILS) as f64 / begin.elapsed().as_secs_f64();
    println!(
        "{SESSIONS} sessions, {} mails of {} octets: {rate:.0} a second",
        SESSIONS * MAILS,
        mail.len()
    );
    assert_eq!(door.fake.mails().len(), SESSIONS * MAILS);
}
