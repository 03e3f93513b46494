//! The certificates of all doors: read at the start, looked at again and again, and at each reload. May import config settings, tls, observe, clock. A bad one on disk never takes the place of a good one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Exit, Failure};
use crate::clock::Clock;
use crate::config::{CERTIFICATE_SOON, Settings, SourceKind};
use crate::observe;
use crate::tls::{CertFiles, Refreshed, ServerTls};

/// How often the files are looked at. Two small files: this costs nothing, and works with links that are exchanged as well as with files.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How often a certificate that ends soon is said again in the log.
const REMIND_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// One certificate and the doors that use it.
struct Shelf {
    tls: Arc<ServerTls>,
    /// Source names, and `web`.
    doors: Vec<String>,
}

/// All certificates, each read once however many doors name it.
#[derive(Clone)]
pub struct Certificates(Arc<BTreeMap<CertFiles, Shelf>>);

/// How the certificate of a door stands, for `batond status`.
#[derive(Debug, Serialize)]
pub struct CertificateView {
    /// Until when the one in use is good.
    until: Timestamp,
    /// Why what lies on disk is not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

impl Certificates {
    /// Reads every certificate that the settings name.
    ///
    /// # Errors
    /// [`Exit::Config`]: which cannot be used. A configuration that has just been checked has none, unless a file changed since.
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        let mail = settings.sources.iter().filter_map(|source| match &source.kind {
            SourceKind::Smtp(door) | SourceKind::Lmtp(door) => Some((source.name.to_string(), &door.tls.as_ref()?.files)),
            SourceKind::Webhook(_) | SourceKind::Imap(_) | SourceKind::Maildir(_) | SourceKind::Pipe(_) => None,
        });
        let web = settings.web.iter().filter_map(|web| Some(("web".to_owned(), web.tls.as_ref()?)));
        let mut shelves: BTreeMap<CertFiles, Shelf> = BTreeMap::new();
        for (door, files) in mail.chain(web) {
            if let Some(shelf) = shelves.get_mut(files) {
                shelf.doors.push(door);
                continue;
            }
            let tls = ServerTls::open(files.clone())
                .map_err(|bad| Failure::new(Exit::Config, format!("`tls` of `{door}`: {bad}; {}", bad.hint())))?;
            let shelf = Shelf {
                tls: Arc::new(tls),
                doors: vec![door],
            };
            shelves.insert(files.clone(), shelf);
        }
        let all = Self(Arc::new(shelves));
        all.count();
        Ok(all)
    }

    /// The certificate of a door.
    ///
    /// # Errors
    /// [`Exit::Internal`] if it was never opened.
    pub fn of(&self, files: &CertFiles) -> Result<Arc<ServerTls>, Failure> {
        let shelf = self.0.get(files);
        let unknown = || Failure::new(Exit::Internal, format!("{} was not opened", files.cert.display()));
        shelf.map(|shelf| Arc::clone(&shelf.tls)).ok_or_else(unknown)
    }

    /// How each door's certificate stands.
    #[must_use]
    pub fn standing(&self) -> BTreeMap<String, CertificateView> {
        let view = |shelf: &Shelf| {
            let standing = shelf.tls.standing();
            let trouble = standing
                .trouble
                .map(|bad| format!("not taken, the one before stays: {bad}; {}", bad.hint()));
            (standing.ends, trouble)
        };
        let mut all = BTreeMap::new();
        for shelf in self.0.values() {
            let (until, trouble) = view(shelf);
            for door in &shelf.doors {
                let trouble = trouble.clone();
                all.insert(door.clone(), CertificateView { until, trouble });
            }
        }
        all
    }

    /// Looks at all files once. Blocks on them.
    pub fn look(&self) {
        for shelf in self.0.values() {
            let doors = shelf.doors.join(", ");
            match shelf.tls.refresh() {
                Refreshed::Same => {}
                Refreshed::Taken(until) => tracing::info!(%doors, %until, "a new certificate is in use"),
                Refreshed::Refused(bad) => {
                    tracing::error!(%doors, %bad, hint = %bad.hint(), "the certificate on disk cannot be used; the one before stays in use");
                }
            }
        }
        self.count();
    }

    fn count(&self) {
        for shelf in self.0.values() {
            let standing = shelf.tls.standing();
            for door in &shelf.doors {
                observe::certificate(door, standing.ends, standing.trouble.is_none());
            }
        }
    }

    fn remind(&self, now: Timestamp) {
        for shelf in self.0.values() {
            let until = shelf.tls.standing().ends;
            if until.duration_since(now) < CERTIFICATE_SOON {
                let doors = shelf.doors.join(", ");
                tracing::warn!(%doors, %until, "a certificate ends soon or has ended: renew it; the new one is taken without a restart");
            }
        }
    }

    /// Looks at the files every few seconds until `stop`.
    pub async fn watch(self, clock: Arc<dyn Clock>, stop: CancellationToken) {
        if self.0.is_empty() {
            return stop.cancelled().await;
        }
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut reminded: Option<Timestamp> = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let all = self.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || all.look()).await {
                tracing::error!(%error, "looking at the certificates failed");
            }
            let now = clock.now();
            if reminded.is_none_or(|last| now.duration_since(last) >= REMIND_EVERY) {
                self.remind(now);
                reminded = Some(now);
            }
        }
    }
}
