//! A provider of tokens: it grants them, and a real Dovecot asks it whether one still holds.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A running one.
pub struct Provider {
    port: u16,
    known: Arc<Known>,
}

struct Known {
    user: String,
    granted: AtomicUsize,
    /// The tokens up to this number hold no more.
    revoked: AtomicUsize,
}

impl Provider {
    /// One that knows this user, for as long as the test runs.
    pub fn start(user: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let known = Arc::new(Known {
            user: user.to_owned(),
            granted: AtomicUsize::new(0),
            revoked: AtomicUsize::new(0),
        });
        let provider = Self {
            port,
            known: Arc::clone(&known),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &known);
            }
        });
        provider
    }

    /// How many tokens it granted.
    pub fn granted(&self) -> usize {
        self.known.granted.load(Ordering::SeqCst)
    }

    /// All tokens granted so far hold no more.
    pub fn revoke(&self) {
        self.known.revoked.store(self.granted(), Ordering::SeqCst);
    }

    /// Lines for a Dovecot that asks it; `others` are ways to sign in besides tokens.
    pub fn asked_by_dovecot(&self, folder: &Path, others: &str) -> String {
        let file = folder.join("oauth2.conf");
        let asked = format!(
            "introspection_url = http://127.0.0.1:{}/introspect?token=\nintrospection_mode = get\nusername_attribute = user\nactive_attribute = active\nactive_value = true\n",
            self.port
        );
        fs::write(&file, asked).unwrap();
        format!(
            "auth_mechanisms = {others} xoauth2 oauthbearer\npassdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {}\n}}\n",
            file.display()
        )
    }

    /// The value of `token` in a configuration; its refresh token is a file in `folder`.
    pub fn as_setting(&self, mechanism: &str, folder: &Path) -> String {
        let refresh = folder.join("refresh");
        fs::write(&refresh, "a-refresh-token").unwrap();
        fs::set_permissions(&refresh, fs::Permissions::from_mode(0o600)).unwrap();
        format!(
            "{{ mechanism: {mechanism}, url: \"http://127.0.0.1:{}/token\", client_id: batond, refresh_token: \"${{file:{}}}\" }}",
            self.port,
            refresh.display()
        )
    }
}

fn answer(mut stream: TcpStream, known: &Known) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let (status, answer) = if head.starts_with("POST /token") {
        let good = ["grant_type=refresh_token", "refresh_token=a-refresh-token", "client_id=batond"];
        if good.iter().all(|part| body.contains(part)) {
            let number = known.granted.fetch_add(1, Ordering::SeqCst) + 1;
            (
                "200 OK",
                format!(r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":3600}}"#),
            )
        } else {
            ("400 Bad Request", r#"{"error":"invalid_grant"}"#.to_owned())
        }
    } else {
        let number = head.split_once("token-").map_or("", |(_, rest)| rest);
        let number: String = number.chars().take_while(char::is_ascii_digit).collect();
        let active = number
            .parse::<usize>()
            .is_ok_and(|number| number > known.revoked.load(Ordering::SeqCst));
        ("200 OK", format!(r#"{{"active":{active},"user":"{}"}}"#, known.user))
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    );
}
