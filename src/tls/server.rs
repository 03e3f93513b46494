//! The certificate of a door, exchanged while it runs. May import its peers in tls. Connections that are open keep the one they began with.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use aws_lc_rs::digest::Digest;
use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use super::files::{BadPair, CertFiles};
use super::pair::{Pair, fingerprint, our_provider};

/// The protocol of HTTP doors, as TLS names it.
const HTTP: &[u8] = b"http/1.1";

/// One certificate with its key, for as many doors as name it.
#[derive(Debug)]
pub struct ServerTls {
    files: CertFiles,
    current: Arc<Current>,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Current(ArcSwap<Pair>);

/// What was last found on disk.
#[derive(Debug)]
struct Seen {
    /// Of the bytes, if they could be read.
    print: Option<Digest>,
    /// Why what lies there is not used.
    trouble: Option<BadPair>,
    /// A trouble that was met once: two files are seldom written in one instant.
    suspect: Option<BadPair>,
}

/// What a look at the files came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// Nothing new, or something that is looked at once more before it is told.
    Same,
    /// New connections get the new certificate, which is good until then.
    Taken(Timestamp),
    /// What lies there cannot be used; the old one stays. Said once for each trouble.
    Refused(BadPair),
}

/// How a certificate stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Until when the one in use is good.
    pub ends: Timestamp,
    /// Why what lies on disk is not used.
    pub trouble: Option<BadPair>,
}

impl ServerTls {
    /// Reads the pair.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn open(files: CertFiles) -> Result<Self, BadPair> {
        let bytes = files.read()?;
        let pair = Pair::of(&files, &bytes)?;
        Ok(Self {
            files,
            current: Arc::new(Current(ArcSwap::from_pointee(pair))),
            seen: Mutex::new(Seen {
                print: Some(fingerprint(&bytes)),
                trouble: None,
                suspect: None,
            }),
        })
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> &CertFiles {
        &self.files
    }

    /// For mail.
    ///
    /// # Errors
    /// When the library does not know the versions of TLS it was built with.
    pub fn for_mail(&self) -> Result<TlsAcceptor, rustls::Error> {
        self.acceptor(&[])
    }

    /// For HTTP.
    ///
    /// # Errors
    /// As [`Self::for_mail`].
    pub fn for_http(&self) -> Result<TlsAcceptor, rustls::Error> {
        self.acceptor(&[HTTP])
    }

    fn acceptor(&self, protocols: &[&[u8]]) -> Result<TlsAcceptor, rustls::Error> {
        let builder = ServerConfig::builder_with_provider(Arc::new(our_provider())).with_safe_default_protocol_versions()?;
        let mut config = builder
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Looks at the files again. A good new pair is taken at once; a bad one is told when it is met a second time. Blocks on files.
    pub fn refresh(&self) -> Refreshed {
        let bytes = match self.files.read() {
            Ok(bytes) => bytes,
            Err(bad) => return self.seen().met(None, bad),
        };
        let print = fingerprint(&bytes);
        let mut seen = self.seen();
        let known = seen.print.as_ref().is_some_and(|known| known.as_ref() == print.as_ref());
        if known && seen.trouble.is_none() && seen.suspect.is_none() {
            return Refreshed::Same;
        }
        match Pair::of(&self.files, &bytes) {
            Ok(pair) => {
                let ends = pair.ends;
                let back = self.current.0.load().certified.cert == pair.certified.cert;
                *seen = Seen {
                    print: Some(print),
                    trouble: None,
                    suspect: None,
                };
                self.current.0.store(Arc::new(pair));
                // What was wrong is gone, and the pair in use lies there again: nothing to tell.
                if back { Refreshed::Same } else { Refreshed::Taken(ends) }
            }
            Err(bad) => seen.met(Some(print), bad),
        }
    }

    /// How it stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            ends: self.current.0.load().ends,
            trouble: self.seen().trouble.clone(),
        }
    }

    /// A panic elsewhere leaves it whole: nothing in between can.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn met(&mut self, print: Option<Digest>, bad: BadPair) -> Refreshed {
        self.print = print;
        if self.trouble.as_ref() == Some(&bad) {
            return Refreshed::Same;
        }
        if self.suspect.as_ref() == Some(&bad) {
            (self.suspect, self.trouble) = (None, Some(bad.clone()));
            return Refreshed::Refused(bad);
        }
        self.suspect = Some(bad);
        Refreshed::Same
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.load().certified))
    }
}
