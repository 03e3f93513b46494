//! Signing in with tokens: renewed before they end and when the relay refuses them, from a provider that gives a new refresh token each time and ends the one before.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use secrecy::SecretString;

use super::*;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, TokenMechanism, TokenSource};
use crate::tokens::TokenShelf;

/// Serves each connection on a thread of its own.
fn serve(session: impl Fn(TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let session = Arc::new(session);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let session = Arc::clone(&session);
            // A cut by the other side ends the session.
            std::thread::spawn(move || drop(session(stream)));
        }
    });
    address
}

/// A provider: the n-th refresh gives `token-n` and `refresh-n`, for `refresh-(n-1)` and nothing else.
struct Provider {
    address: SocketAddr,
    granted: Arc<AtomicUsize>,
}

impl Provider {
    fn start(lives_seconds: i64) -> Self {
        let granted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&granted);
        let address = serve(move |mut stream| {
            let mut reader = BufReader::new(stream.try_clone()?);
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line)? == 0 || line == "\r\n" {
                    break;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a number");
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            let number = count.load(Ordering::SeqCst);
            let body = String::from_utf8_lossy(&body).into_owned();
            let good = body.split('&').any(|pair| pair == format!("refresh_token=refresh-{number}"));
            let (status, answer) = if good {
                let next = count.fetch_add(1, Ordering::SeqCst) + 1;
                let answer = format!(r#"{{"access_token":"token-{next}","expires_in":{lives_seconds},"refresh_token":"refresh-{next}"}}"#);
                ("200 OK", answer)
            } else {
                ("400 Bad Request", r#"{"error":"invalid_grant"}"#.to_owned())
            };
            let length = answer.len();
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{answer}"
            )
        });
        Self { address, granted }
    }

    fn granted(&self) -> usize {
        self.granted.load(Ordering::SeqCst)
    }
}

/// A relay that takes this token and no other: it says why in a challenge, as Google and Microsoft do, and then 535. What was shown to it.
fn relay(good: Arc<Mutex<String>>, shown: Arc<Mutex<Vec<String>>>) -> SocketAddr {
    serve(move |mut stream| {
        let mut reader = BufReader::new(stream.try_clone()?);
        stream.write_all(b"220 relay.example\r\n")?;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let answer = match line.trim_end().strip_prefix("AUTH ").and_then(|rest| rest.split_once(' ')) {
                Some((mechanism, first)) => {
                    let first = BASE64.decode(first.as_bytes()).expect("base64");
                    let first = String::from_utf8(first).expect("text");
                    shown.lock().expect("a list").push(format!("{mechanism} {first}"));
                    let good = format!("auth=Bearer {}\x01", good.lock().expect("a token"));
                    if first.contains(&good) {
                        "235 2.7.0 welcome\r\n"
                    } else {
                        stream.write_all(b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n")?;
                        reader.read_line(&mut String::new())?;
                        "535 5.7.8 the token is no good\r\n"
                    }
                }
                None if line.starts_with("EHLO") => "250-relay.example\r\n250-PIPELINING\r\n250 AUTH XOAUTH2 OAUTHBEARER\r\n",
                None => "250 ok\r\n",
            };
            stream.write_all(answer.as_bytes())?;
        }
    })
}

fn settings(relay: SocketAddr, provider: &Provider, mechanism: TokenMechanism) -> config::Relay {
    config::Relay::Smtp(config::SmtpRelay {
        token: Some(TokenSource {
            mechanism,
            url: format!("http://{}/token", provider.address),
            client_id: "batond".to_owned(),
            client_secret: None,
            refresh_token: SecretString::from("refresh-0"),
            scope: None,
        }),
        ..config::SmtpRelay::at(format!("smtp://desk%40ops.example@{relay}"))
    })
}

/// A relay as a process that has just begun has it.
fn begun(settings: &config::Relay, store: &Path) -> Relay {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Relay::with_tokens(settings, &TokenShelf::of(store), &clock).expect("a relay")
}

#[tokio::test]
async fn a_token_is_renewed_when_the_relay_refuses_it_and_the_newest_refresh_token_outlives_the_process() {
    let store = tempfile::tempdir().expect("a folder");
    let provider = Provider::start(3_600);
    let (good, shown) = (Arc::new(Mutex::new("token-1".to_owned())), Arc::<Mutex<Vec<String>>>::default());
    let at = relay(Arc::clone(&good), Arc::clone(&shown));
    let settings = settings(at, &provider, TokenMechanism::Xoauth2);
    let relay = begun(&settings, store.path());
    for _ in 0..3 {
        relay.greet().await.expect("signed in");
    }
    assert_eq!(provider.granted(), 1, "a token that is good is used again");
    assert_eq!(
        shown.lock().expect("a list")[0],
        "XOAUTH2 user=desk@ops.example\x01auth=Bearer token-1\x01\x01"
    );
    // The provider has ended it before its time.
    *good.lock().expect("a token") = "token-2".to_owned();
    relay.greet().await.expect("signed in with the next one, in the same attempt");
    assert_eq!(provider.granted(), 2);
    // Now the relay takes none: each attempt asks for one, and no more.
    *good.lock().expect("a token") = "none".to_owned();
    let why = relay.greet().await.expect_err("refused");
    assert!(why.contains("535") && why.contains("the token is no good"), "{why}");
    assert_eq!(provider.granted(), 3);
    relay.greet().await.expect_err("refused");
    assert_eq!(provider.granted(), 4);
    // The next process: what is configured was ended long ago.
    *good.lock().expect("a token") = "token-5".to_owned();
    begun(&settings, store.path()).greet().await.expect("signed in");
    assert_eq!(provider.granted(), 5);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let why = begun(&settings, elsewhere.path()).greet().await.expect_err("nothing is kept there");
    assert!(why.contains("invalid_grant"), "{why}");
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let store = tempfile::tempdir().expect("a folder");
    // Less than the two minutes before its end in which it is renewed.
    let provider = Provider::start(100);
    let good = Arc::new(Mutex::new("token-1".to_owned()));
    let shown = Arc::<Mutex<Vec<String>>>::default();
    let at = relay(Arc::clone(&good), Arc::clone(&shown));
    let relay = begun(&settings(at, &provider, TokenMechanism::Oauthbearer), store.path());
    for number in 1..=3 {
        *good.lock().expect("a token") = format!("token-{number}");
        relay.greet().await.expect("signed in");
        assert_eq!(provider.granted(), number);
    }
    let first = shown.lock().expect("a list")[0].clone();
    assert!(
        first.starts_with("OAUTHBEARER n,a=desk@ops.example,\x01host=127.0.0.1\x01port="),
        "{first}"
    );
}
