//! False ends of DATA through real sessions: one mail comes in, never a second, however the octets are cut into packets.

use super::{Client, Setting};

const HEAD: &str = "HELO a.example\r\nMAIL FROM:<kim@cust.example>\r\nRCPT TO:<ana@ops.example>\r\nDATA\r\n";
const SECOND: &[u8] = b"MAIL FROM:<boss@ops.example>\r\nRCPT TO:<ben@ops.example>\r\nDATA\r\nforged\r\n";

#[tokio::test]
async fn only_crlf_dot_crlf_ends_a_mail() {
    let door = Setting::default().open().await;
    let mut count = 0;
    for (sent, kept) in super::super::dots::FALSE_ENDS {
        let mail = [b"Subject: x\r\n\r\nfirst", *sent, SECOND, b".\r\nQUIT\r\n"].concat();
        let want = [b"Subject: x\r\n\r\nfirst", *kept, SECOND].concat();
        // The first cut falls inside the false end.
        for sizes in [&[usize::MAX][..], &[20, 1, 1, 1, 1, usize::MAX], &[1]] {
            let mut client = Client::connect(door.address).await;
            client.say(HEAD).await;
            for want in ["220", "250", "250", "250", "354"] {
                assert!(client.line().await.starts_with(want));
            }
            client.send(&mail, sizes).await;
            count += 1;
            assert_eq!(client.line().await, format!("250 2.0.0 Ok: queued as SUP-{count}"));
            assert_eq!(client.line().await, "221 2.0.0 Bye");
            let mails = door.fake.mails();
            assert_eq!(mails.len(), count, "{}", sent.escape_ascii());
            assert_eq!(
                mails[count - 1].1.escape_ascii().to_string(),
                want.escape_ascii().to_string(),
                "{}",
                sent.escape_ascii()
            );
        }
    }
    assert!(count >= 24 * 3);
}

#[tokio::test]
async fn a_command_line_without_cr_lf_is_never_obeyed() {
    let door = Setting::default().open().await;
    let mut client = Client::connect(door.address).await;
    client.say("NOOP\nHELO a.example\nNOOP\rNOOP\r\nNOOP\r\r\nNOOP\r\n").await;
    assert!(client.line().await.starts_with("220"));
    for _ in 0..4 {
        assert_eq!(client.line().await, "500 5.5.2 End each line with CR LF, and use neither alone");
    }
    assert_eq!(client.line().await, "250 2.0.0 Ok");
}
