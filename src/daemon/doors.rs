//! Every listener: bound together before anything runs, served together, stopped together. May import intake, web, config settings.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::certificates::Certificates;
use super::{Exit, Failure, Life, socket_door};
use crate::clock::Clock;
use crate::config::{Listen, Logins, MailDoor, MailTls, Settings, SourceKind, TlsMode};
use crate::driver::Accept;
use crate::intake::{self, DoorTls, Listener, LoginTable, MailService, Protocol, Prover, Room, SessionLimits};
use crate::model::{Address, SourceName};
use crate::web::{self, HookTable, WebLimits, WebState, control};

/// Bound, not yet served.
pub struct Bound {
    mail: Vec<BoundMail>,
    web: Option<(TcpListener, Option<TlsAcceptor>)>,
    control: (UnixListener, PathBuf),
}

struct BoundMail {
    listener: Listener,
    /// A socket in the file system, to be taken away at the end.
    socket: Option<PathBuf>,
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
    /// Room for large mails.
    pub room: Room,
    /// Who may log in, by source.
    pub logins: BTreeMap<SourceName, LoginTable>,
}

/// The folder below the store's where large mails wait until they are whole.
const INCOMING: &str = "incoming";

/// Room for large mails, for all doors of mail together.
pub fn room(settings: &Settings) -> Room {
    let largest = mail(settings).map(|(_, door)| door.max_message_bytes).max();
    Room::new(settings.store.join(INCOMING), largest.unwrap_or_default())
}

/// Who may log in where; a reload exchanges what the tables hold.
pub fn logins(settings: &Settings) -> BTreeMap<SourceName, LoginTable> {
    let table = |logins: &Logins| Arc::new(ArcSwap::from_pointee(logins.clone()));
    mail(settings)
        .filter_map(|(source, door)| Some((source.clone(), table(door.auth.as_ref()?))))
        .collect()
}

/// Takes over who may log in from now on. A source that had no logins before needs a restart.
pub fn exchange(tables: &BTreeMap<SourceName, LoginTable>, settings: &Settings) {
    for (source, door) in mail(settings) {
        if let (Some(table), Some(logins)) = (tables.get(source), &door.auth) {
            table.store(Arc::new(logins.clone()));
        }
    }
}

fn mail(settings: &Settings) -> impl Iterator<Item = (&SourceName, &MailDoor)> {
    settings.sources.iter().filter_map(|source| match &source.kind {
        SourceKind::Smtp(door) | SourceKind::Lmtp(door) => Some((&source.name, door)),
        _ => None,
    })
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
        let (listener, socket) = match &door.listen {
            Listen::Tcp(at) => (listen(*at, &what).await?.into(), None),
            Listen::Unix(at) => {
                let listener = socket_door::listen(at);
                let failed = |error| Failure::new(Exit::Io, format!("{what} cannot listen on {}: {error}", door.listen));
                let listener = listener.map_err(failed)?;
                tracing::info!(part = %what, address = %door.listen, "listening");
                (listener.into(), Some(at.path.clone()))
            }
        };
        mail.push(BoundMail {
            listener,
            socket,
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
                socket,
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
                room: behind.room.clone(),
                logins: behind.logins.get(&source).cloned(),
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
            let served = ending(stop.clone(), serving);
            life.started("mail", async move {
                served.await?;
                socket.map_or(Ok(()), |path| {
                    std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))
                })
            });
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
