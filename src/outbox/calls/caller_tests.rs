//! Calls over loopback: what is sent, what each reply comes to, and that nothing closed is ever connected to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::Caller;
use super::guard_tests::CLOSED;
use super::sign::signatures;
use crate::config::{Webhook, Webhooks};
use crate::engine::SendOutcome;
use crate::model::{Delivery, ItemId, WebCall};

/// A receiver that answers all alike and keeps what it was sent.
struct Receiver {
    at: SocketAddr,
    connections: Arc<AtomicUsize>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn start(at: &str, answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind(at).await.unwrap();
        let receiver = Self {
            at: listener.local_addr().unwrap(),
            connections: Arc::default(),
            heard: Arc::default(),
        };
        let (connections, heard, answer) = (Arc::clone(&receiver.connections), Arc::clone(&receiver.heard), answer.into());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (heard, answer) = (Arc::clone(&heard), answer.clone());
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    // A request of these tests ends with its body's last brace.
                    while !request.ends_with(b"}") && stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {}
                    heard.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
                    // The other side may have had enough of an endless answer.
                    let _ = stream.write_all(&answer).await;
                });
            }
        });
        receiver
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

const NOW: i64 = 1_614_265_330;

fn secret(octets: &[u8]) -> secrecy::SecretSlice<u8> {
    octets.to_vec().into()
}

fn caller(networks: &[&str], named: &[(&str, &str)]) -> Caller {
    Caller::new(webhooks(networks, named)).unwrap()
}

fn webhooks(networks: &[&str], named: &[(&str, &str)]) -> Webhooks {
    let named: BTreeMap<String, Webhook> = named
        .iter()
        .map(|(name, url)| {
            let webhook = Webhook {
                url: (*url).into(),
                secrets: vec![secret(&[1; 24]), secret(&[2; 24])],
            };
            ((*name).to_owned(), webhook)
        })
        .collect();
    Webhooks {
        named,
        allow_networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
        ca: None,
    }
}

fn delivery(webhook: Option<&str>, url: &str) -> Delivery {
    let mut delivery = crate::outbox::tests::delivery(7);
    delivery.letter.message_id = "msg_7_0_1".to_owned();
    delivery.letter.subject = "order.new".to_owned();
    delivery.letter.text = r#"{"order": "ß"}"#.to_owned();
    delivery.call = Some(Box::new(WebCall {
        item: ItemId::new("SUP", 7),
        webhook: webhook.map(str::to_owned),
        url: url.to_owned(),
        by: "new order".to_owned(),
        media_type: "application/json".to_owned(),
    }));
    delivery
}

async fn send(caller: &Caller, webhook: Option<&str>, url: &str) -> SendOutcome {
    let delivery = delivery(webhook, url);
    let call = delivery.call.clone().unwrap();
    caller.send(&delivery, &call, Timestamp::from_second(NOW).unwrap()).await
}

#[tokio::test]
async fn a_call_is_signed_with_every_live_secret() {
    let receiver = Receiver::start("127.0.0.1:0", "HTTP/1.1 204 No Content\r\n\r\n").await;
    let url = format!("http://{}/hooks/batond?a=1", receiver.at);
    let caller = caller(&["127.0.0.0/8"], &[("ci", &url)]);
    assert_eq!(send(&caller, Some("ci"), "shown to people").await, SendOutcome::Sent);
    assert_eq!(send(&caller, None, &url).await, SendOutcome::Sent);
    let heard = receiver.heard.lock().unwrap().clone();
    let [named, plain] = heard.as_slice() else { panic!("{heard:?}") };
    let expected = signatures(
        &[secret(&[1; 24]), secret(&[2; 24])],
        "msg_7_0_1",
        NOW,
        r#"{"order": "ß"}"#.as_bytes(),
    );
    assert_eq!(expected.split(' ').count(), 2);
    for part in [
        "POST /hooks/batond?a=1 HTTP/1.1\r\n",
        "content-type: application/json\r\n",
        "webhook-id: msg_7_0_1\r\n",
        "webhook-timestamp: 1614265330\r\n",
        &format!("webhook-signature: {expected}\r\n"),
        "\r\n\r\n{\"order\": \"ß\"}",
    ] {
        assert!(named.contains(part), "{part}\n{named}");
    }
    assert!(plain.contains("webhook-id:") && !plain.contains("webhook-signature"), "{plain}");
    let gone = send(&caller, Some("old"), &url).await;
    assert!(matches!(&gone, SendOutcome::GiveUp(why) if why.contains("`old`")), "{gone:?}");
}

/// The documented example of Standard Webhooks.
#[test]
fn the_signature_is_that_of_the_standard() {
    let key = data_encoding::BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let signed = signatures(&[secret(&key)], "msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, br#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[tokio::test]
async fn each_reply_comes_to_something() {
    let retry = |said: &str| SendOutcome::Retry(said.to_owned());
    let after = |said: &str, seconds| SendOutcome::RetryAfter(said.to_owned(), SignedDuration::from_secs(seconds));
    for (reply, expected) in [
        ("200 OK\r\n\r\nthanks", SendOutcome::Sent),
        ("202 Accepted\r\nContent-Length: 1000000\r\n\r\n", SendOutcome::Sent),
        ("400 Bad Request\r\n\r\n", retry("it answered 400 Bad Request")),
        ("404 Not Found\r\n\r\n", retry("it answered 404 Not Found")),
        (
            "410 Gone\r\n\r\n",
            SendOutcome::GiveUp("it answered 410 Gone: it wants no more of them".to_owned()),
        ),
        (
            "429 Too Many Requests\r\nRetry-After: 120\r\n\r\n",
            after("it answered 429 Too Many Requests", 120),
        ),
        (
            "503 Service Unavailable\r\nRetry-After: Thu, 25 Feb 2021 15:03:10 GMT\r\n\r\n",
            after("it answered 503 Service Unavailable", 60),
        ),
        (
            "503 Service Unavailable\r\nRetry-After: 4000000000\r\n\r\n",
            after("it answered 503 Service Unavailable", 21_600),
        ),
        (
            "500 No\r\nRetry-After: soon\r\n\r\n",
            retry("it answered 500 Internal Server Error"),
        ),
    ] {
        let receiver = Receiver::start("127.0.0.1:0", format!("HTTP/1.1 {reply}")).await;
        let outcome = send(&caller(&["127.0.0.1/32"], &[]), None, &format!("http://{}/", receiver.at)).await;
        assert_eq!(outcome, expected, "{reply}");
        assert_eq!(receiver.connections(), 1, "{reply}");
    }
    let nonsense = Receiver::start("127.0.0.1:0", "SSH-2.0-OpenSSH\r\n").await;
    let outcome = send(
        &caller(&["127.0.0.1/32"], &[]),
        None,
        &format!("http://{}/?token=canary", nonsense.at),
    )
    .await;
    assert!(
        matches!(&outcome, SendOutcome::Retry(why) if !why.contains("canary")),
        "{outcome:?}"
    );
    let nobody = send(&caller(&["127.0.0.1/32"], &[]), None, "http://127.0.0.1:1/?token=canary").await;
    assert!(
        matches!(&nobody, SendOutcome::Retry(why) if why.contains("refused") && !why.contains("canary")),
        "{nobody:?}"
    );
    // An endless answer is not waited for.
    let endless = Receiver::start("127.0.0.1:0", [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &vec![b'x'; 64 << 20]].concat()).await;
    let outcome = send(&caller(&["127.0.0.1/32"], &[]), None, &format!("http://{}/", endless.at)).await;
    assert_eq!(outcome, SendOutcome::Sent);
}

#[tokio::test]
async fn nothing_closed_is_connected_to() {
    let everywhere = Receiver::start("0.0.0.0:0", "HTTP/1.1 200 OK\r\n\r\n").await;
    let six = TcpListener::bind(("::1", everywhere.at.port())).await.ok();
    let port = everywhere.at.port();
    let closed = caller(&[], &[]);
    for host in CLOSED
        .iter()
        .copied()
        .chain(["localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "①②⑦.⓪.⓪.①"])
    {
        let url = format!("http://{host}:{port}/");
        let outcome = send(&closed, None, &url).await;
        // A name that is none at all has no address either.
        let unknown = matches!(&outcome, SendOutcome::Retry(why) if why.contains("lookup") || why.contains("dns"));
        assert!(matches!(outcome, SendOutcome::GiveUp(_)) || unknown, "{url}: {outcome:?}");
    }
    assert_eq!(everywhere.connections(), 0);
    if let Some(six) = six {
        let waited = tokio::time::timeout(std::time::Duration::from_millis(50), six.accept()).await;
        assert!(waited.is_err(), "somebody connected to ::1");
    }
    // The same listener is reached where its network is named: the rig can see a connection.
    let open = caller(&["127.0.0.0/8"], &[]);
    assert_eq!(send(&open, None, &format!("http://localhost:{port}/")).await, SendOutcome::Sent);
    assert_eq!(everywhere.connections(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let inner = Receiver::start("127.0.0.1:0", "HTTP/1.1 200 OK\r\n\r\n").await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let reply = format!("HTTP/1.1 {status}\r\nLocation: http://{}/\r\n\r\n", inner.at);
        let outer = Receiver::start("127.0.0.2:0", reply).await;
        let outcome = send(&caller(&["127.0.0.2/32"], &[]), None, &format!("http://{}/", outer.at)).await;
        assert!(
            matches!(&outcome, SendOutcome::Retry(why) if why.contains("redirects are not followed")),
            "{outcome:?}"
        );
        assert_eq!(outer.connections(), 1);
    }
    assert_eq!(inner.connections(), 0);
}

/// A name whose answers change from one question to the next, as an attacker's does; the last one stays. How often it was asked.
fn rebinding(answers: &'static [&'static [&'static str]]) -> (super::resolver::Lookup, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let lookup: super::resolver::Lookup = Arc::new(move |_| {
        let number = counter.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let answer = answers[number].iter().map(|at| SocketAddr::new(at.parse().unwrap(), 0)).collect();
        Box::pin(async move { Ok(answer) })
    });
    (lookup, asked)
}

/// `127.0.0.2` stands for the internet here: its network is named, that of `127.0.0.1` is not.
#[tokio::test]
async fn a_name_that_changes_its_address_reaches_nothing_near() {
    let inner = Receiver::start("127.0.0.1:0", "HTTP/1.1 200 OK\r\n\r\n").await;
    let port = inner.at.port();
    let outer = Receiver::start(&format!("127.0.0.2:{port}"), "HTTP/1.1 503 No\r\nRetry-After: 1\r\n\r\n").await;
    let url = format!("http://rebound.example:{port}/");
    let (lookup, asked) = rebinding(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let closed = Caller::asking(webhooks(&["127.0.0.2/32"], &[]), lookup).unwrap();
    let first = send(&closed, None, &url).await;
    assert!(matches!(first, SendOutcome::RetryAfter(..)), "{first:?}");
    // Checked and connected to are one answer: nobody asked in between.
    assert_eq!((outer.connections(), asked.load(Ordering::SeqCst)), (1, 1));
    for _ in 0..3 {
        let again = send(&closed, None, &url).await;
        assert!(
            matches!(&again, SendOutcome::GiveUp(why) if why.contains("rebound.example")),
            "{again:?}"
        );
    }
    assert_eq!((outer.connections(), inner.connections()), (1, 0));
    // Both at once, and the one that may be called does not answer: the other is no second choice.
    drop(outer);
    let (lookup, _) = rebinding(&[&["127.0.0.3", "127.0.0.1", "::ffff:127.0.0.1"]]);
    let both = Caller::asking(webhooks(&["127.0.0.3/32"], &[]), lookup).unwrap();
    let outcome = send(&both, None, &url).await;
    assert!(
        matches!(&outcome, SendOutcome::Retry(why) if why.contains("refused")),
        "{outcome:?}"
    );
    assert_eq!(inner.connections(), 0);
    // The control: the same name, port and receiver where its network is named.
    let (lookup, _) = rebinding(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let open = Caller::asking(webhooks(&["127.0.0.0/8"], &[]), lookup).unwrap();
    let _ = send(&open, None, &url).await;
    assert_eq!(send(&open, None, &url).await, SendOutcome::Sent);
    assert_eq!(inner.connections(), 1);
}
