//! A bare listener over a raw log: our SMTP session and a plain axum handler, and behind them nothing but bytes that are on disk before the answer. The least that keeps the promise.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use batond::clock::SystemClock;
use batond::config::{Listen, MailDoor};
use batond::driver::{Accept, Acceptance, Arrival, Receipt, Refusal};
use batond::intake::{MailService, Protocol, SessionLimits, serve_mail};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Fallible, Process, free_port};

/// The word that makes the benchmark's own program be this peer.
pub const WORD: &str = "serve-raw-log";
/// Reserved ahead, as the journal does.
const RESERVED_BYTES: u64 = 256 << 20;
/// How many may wait for the log.
const DEPTH: usize = 4_096;

/// A running raw log.
pub struct RawLog {
    _process: Process,
    /// Where it takes mail.
    pub smtp: SocketAddr,
    /// Where it takes webhooks.
    pub web: SocketAddr,
}

impl RawLog {
    /// Starts this program again, as the peer.
    pub fn start(folder: &Path) -> Fallible<Self> {
        let (smtp, web) = (free_port()?, free_port()?);
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(WORD).arg(folder.join("log")).args([smtp.to_string(), web.to_string()]);
        let process = Process::start(command.stdout(Stdio::null()), &[smtp, web])?;
        Ok(Self {
            _process: process,
            smtp,
            web,
        })
    }
}

/// Is the peer, until it is told to end.
pub async fn serve(log: &Path, smtp: SocketAddr, web: SocketAddr) -> Fallible<()> {
    let log = Log::open(log)?;
    let service = MailService {
        prover: None,
        room: batond::intake::Room::new(std::env::temp_dir().join("batond-bench"), 0),
        logins: None,
        tls: None,
        protocol: Protocol::Smtp,
        source: "inbox".into(),
        door: MailDoor {
            verify: None,
            tls: None,
            listen: Listen::Tcp(smtp),
            recipients: vec!["*@ops.example".to_owned()],
            max_message_bytes: 25 << 20,
            max_connections: 200,
            max_connections_per_address: 200,
            max_connections_per_network: 1_000,
            auth: None,
            proxies: Vec::new(),
            greeting_delay: std::time::Duration::ZERO,
        },
        desk: "desk@ops.example".parse()?,
        accept: Arc::new(log.clone()),
        clock: Arc::new(SystemClock),
        limits: SessionLimits::default(),
    };
    serve_mail(TcpListener::bind(smtp).await?, service, CancellationToken::new())?;
    let app = axum::Router::new().route("/hooks/load", post(hook)).with_state(log);
    axum::serve(TcpListener::bind(web).await?, app).await?;
    Ok(())
}

async fn hook(State(log): State<Log>, body: Bytes) -> StatusCode {
    match log.append(body).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

type Entry = (Bytes, oneshot::Sender<()>);

/// Appends on a thread of its own; whatever waits goes into one write and one sync.
#[derive(Clone)]
struct Log(mpsc::Sender<Entry>);

impl Log {
    fn open(path: &Path) -> Fallible<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, RESERVED_BYTES)?;
        let (entries, waiting) = mpsc::channel(DEPTH);
        std::thread::spawn(move || {
            if let Err(error) = write(file, waiting) {
                eprintln!("the raw log: {error}");
                std::process::exit(1);
            }
        });
        Ok(Self(entries))
    }

    async fn append(&self, bytes: Bytes) -> Result<(), Refusal> {
        let (done, wait) = oneshot::channel();
        self.0.send((bytes, done)).await.map_err(|_| Refusal::Stopping)?;
        wait.await.map_err(|_| Refusal::Store)
    }
}

fn write(mut file: File, mut waiting: mpsc::Receiver<Entry>) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    while let Some(first) = waiting.blocking_recv() {
        buffer.clear();
        let mut answers = Vec::new();
        let mut next = Some(first);
        while let Some((bytes, done)) = next {
            buffer.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            buffer.extend_from_slice(&bytes);
            answers.push(done);
            next = waiting.try_recv().ok();
        }
        file.write_all(&buffer)?;
        file.sync_data()?;
        for done in answers {
            // Whoever asked may be gone.
            let _ = done.send(());
        }
    }
    Ok(())
}

impl Accept for Log {
    fn accept(&self, arrival: Arrival) -> Acceptance<'_> {
        Box::pin(async move {
            self.append(arrival.raw).await?;
            Ok(Receipt {
                items: Vec::new(),
                repeat: false,
            })
        })
    }
}
