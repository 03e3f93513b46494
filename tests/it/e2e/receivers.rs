//! Receivers of webhooks, plain and encrypted, that answer as a test says and hand on what they hear.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

/// One request.
pub struct Heard {
    pub path: String,
    pub head: String,
    pub body: Value,
}

impl Heard {
    /// A header, empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .into_iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }
}

/// Serves on a port of its own for as long as somebody listens; `status` says by its path what each request is answered with.
pub fn receiver(tls: Option<Arc<ServerConfig>>, status: impl Fn(&str) -> &'static str + Send + 'static) -> (u16, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let found = match &tls {
                None => answer(stream, &status),
                Some(config) => answer(
                    StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), stream),
                    &status,
                ),
            };
            // A peer that refused the certificate sent nothing.
            if let Some(found) = found
                && tell.send(found).is_err()
            {
                return;
            }
        }
    });
    (port, heard)
}

fn answer(mut stream: impl Read + Write, status: &impl Fn(&str) -> &'static str) -> Option<Heard> {
    let (mut input, mut piece) = (Vec::new(), [0; 4096]);
    let (head, body) = loop {
        let text = String::from_utf8_lossy(&input).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                break (head.to_owned(), body.to_owned());
            }
        }
        match stream.read(&mut piece) {
            Ok(read) if read > 0 => input.extend_from_slice(&piece[..read]),
            _ => return None,
        }
    };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    write!(
        stream,
        "HTTP/1.1 {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        status(&path)
    )
    .ok()?;
    stream.flush().ok()?;
    Some(Heard {
        path,
        head,
        body: serde_json::from_str(&body).unwrap_or(Value::Null),
    })
}

/// An authority of one's own.
pub struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    /// Its certificate.
    pub pem: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut wanted = rcgen::CertificateParams::new(Vec::new()).unwrap();
        wanted.distinguished_name.push(rcgen::DnType::CommonName, name);
        wanted.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = wanted.self_signed(&key).unwrap().pem();
        Self {
            issuer: rcgen::Issuer::new(wanted, key),
            pem,
        }
    }

    /// A server with a certificate for this name, good until that year.
    pub fn server(&self, name: &str, until: i32) -> Arc<ServerConfig> {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut wanted = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        wanted.not_before = rcgen::date_time_ymd(2020, 1, 1);
        wanted.not_after = rcgen::date_time_ymd(until, 1, 1);
        let certificate = wanted.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            );
        Arc::new(config.unwrap())
    }
}
