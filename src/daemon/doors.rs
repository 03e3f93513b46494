//! Every listener: bound together before anything runs, served together, stopped together. May import intake, web, config settings.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::certificates::Certificates;
use super::{Exit, Failure, Life};
use crate::clock::Clock;
use crate::config::{MailDoor, MailTls, Settings, SourceKind, TlsMode};
use crate::driver::Accept;
use crate::intake::{self, DoorTls, MailService, Protocol, Prover, SessionLimits};
use crate::model::{Address, SourceName};
use crate::web::{self, HookTable, WebLimits, WebState, control};

/// Bound, not yet served.
pub struct Bound {
    mail: Vec<BoundMail>,
    web: Option<(TcpListener, Option<TlsAcceptor>)>,
    control: (UnixListener, PathBuf),
}

struct BoundMail {
    listener: TcpListener,
    protocol: Protocol,
    source: SourceName,
    door: MailDoor,
    tls: Option<DoorTls>,
}

/// What mail doors need besides their settings.
pub struct Behind {
    /// Who takes messages.
    pub accept: Arc<dyn Accept>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// The desk's address.
    pub desk: Address,
}

/// Binds everything the settings name, and the control socket.
///
/// # Errors
/// [`Exit::Io`]: which source could not have which address.
pub async fn bind(settings: &Settings, certificates: &Certificates, socket: &Path) -> Result<Bound, Failure> {
    let control = control::bind(socket).map_err(|error| Failure::new(Exit::Io, error.to_string()))?;
    let mut mail = Vec::new();
    for source in &settings.sources {
        let (protocol, door) = match &source.kind {
            SourceKind::Smtp(door) => (Protocol::Smtp, door),
            SourceKind::Lmtp(door) => (Protocol::Lmtp, door),
            SourceKind::Webhook(_) | SourceKind::Imap(_) | SourceKind::Maildir(_) | SourceKind::Pipe(_) => continue,
        };
        let what = format!("source `{}`", source.name);
        let tls = door.tls.as_ref().map(|tls| encrypted(tls, certificates, &what)).transpose()?;
        let listener = listen(door.listen, &what).await?;
        mail.push(BoundMail {
            listener,
            protocol,
            source: source.name.clone(),
            door: door.clone(),
            tls,
        });
    }
    let web = match &settings.web {
        Some(web) => {
            let certificate = web.tls.as_ref().map(|files| certificates.of(files)).transpose()?;
            let acceptor = certificate
                .map(|tls| tls.for_http().map_err(|error| no_tls("`web`", &error)))
                .transpose()?;
            Some((listen(web.listen, "`web`").await?, acceptor))
        }
        None => None,
    };
    Ok(Bound {
        mail,
        web,
        control: (control, socket.to_owned()),
    })
}

/// How a door encrypts.
fn encrypted(tls: &MailTls, certificates: &Certificates, what: &str) -> Result<DoorTls, Failure> {
    let acceptor = certificates.of(&tls.files)?.for_mail();
    Ok(DoorTls {
        acceptor: acceptor.map_err(|error| no_tls(what, &error))?,
        implicit: tls.mode == TlsMode::Implicit,
        required: tls.required,
    })
}

fn no_tls(what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Internal, format!("{what} cannot offer TLS: {error}"))
}

async fn listen(address: SocketAddr, what: &str) -> Result<TcpListener, Failure> {
    let failed = |error| Failure::new(Exit::Io, format!("{what} cannot listen on {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    tracing::info!(part = %what, %address, "listening");
    Ok(listener)
}

/// Every source with its kind.
pub fn kinds(settings: &Settings) -> Vec<(SourceName, &'static str)> {
    let sources = settings.sources.iter();
    sources.map(|source| (source.name.clone(), source.kind.as_str())).collect()
}

/// The webhook sources.
pub fn hooks(settings: &Settings) -> HookTable {
    let hooks = settings.sources.iter().filter_map(|source| match &source.kind {
        SourceKind::Webhook(door) => Some((source.name.clone(), door.clone())),
        _ => None,
    });
    hooks.collect()
}

impl Bound {
    /// Serves everything from now on. All doors hear the word to stop at once; each then ends on its own.
    ///
    /// # Errors
    /// [`Exit::Config`] for a recipient pattern that cannot be read; a checked configuration has none.
    pub fn serve(self, behind: &Behind, web: WebState, control: control::Control, life: &mut Life) -> Result<(), Failure> {
        let stop = CancellationToken::new();
        let (listener, socket) = self.control;
        let serving = tokio::spawn(control::serve(listener, control, stop.clone()));
        let served = ending(stop.clone(), serving);
        life.started("control socket", async move {
            served.await?;
            std::fs::remove_file(&socket).map_err(|error| format!("{}: {error}", socket.display()))
        });
        if let Some((listener, tls)) = self.web {
            let serving = web::serve(listener, tls, web::router(web), WebLimits::default(), stop.clone());
            life.started("web", ending(stop.clone(), serving));
        }
        for bound in self.mail {
            let BoundMail {
                listener,
                protocol,
                source,
                door,
                tls,
            } = bound;
            let failed = |error: intake::NoResolver| {
                Failure::new(
                    Exit::Config,
                    format!("source `{source}`: {error}; name one under `verify: {{ resolver: … }}`"),
                )
            };
            let prover = door
                .verify
                .as_ref()
                .map(|checks| Prover::new(checks.resolver, behind.desk.domain()));
            let prover = prover.transpose().map_err(failed)?;
            let service = MailService {
                prover,
                tls,
                protocol,
                source,
                door,
                desk: behind.desk.clone(),
                accept: Arc::clone(&behind.accept),
                clock: Arc::clone(&behind.clock),
                limits: SessionLimits::default(),
            };
            let serving = intake::serve_mail(listener, service, stop.clone());
            let serving = serving.map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
            life.started("mail", ending(stop.clone(), serving));
        }
        Ok(())
    }
}

/// Says stop, and waits for the task.
pub async fn ending(stop: CancellationToken, task: JoinHandle<()>) -> Result<(), String> {
    stop.cancel();
    task.await.map_err(|error| error.to_string())
}

/// The table the webhooks are served from; a reload swaps it.
pub fn hook_table(settings: &Settings) -> Arc<ArcSwap<HookTable>> {
    Arc::new(ArcSwap::from_pointee(hooks(settings)))
}
