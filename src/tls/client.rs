//! TLS towards servers that we connect to. May import nothing of the crate. Who the server is is always checked; there is no setting that leaves it out.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// The largest file of certificates, in bytes.
const MAX_CA_BYTES: u64 = 1 << 20;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum NoTls {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, String),
    /// There is no certificate in it, or in the system.
    #[error("no certificate of an authority was found in {0}")]
    NoRoots(String),
    /// rustls refuses what it is given.
    #[error("TLS cannot be set up: {0}")]
    Refused(String),
}

/// A connector that trusts the system's authorities, or only those in a file of PEM certificates.
///
/// # Errors
/// [`NoTls`]: what is missing.
pub fn connector(ca: Option<&Path>) -> Result<TlsConnector, NoTls> {
    let mut roots = RootCertStore::empty();
    let place = match ca {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|error| NoTls::Refused(error.to_string()))?;
            }
            path.display().to_string()
        }
        None => {
            // One that cannot be read does not make the others worthless.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            "the system's store (install `ca-certificates`)".to_owned()
        }
    };
    if roots.is_empty() {
        return Err(NoTls::NoRoots(place));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| NoTls::Refused(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The certificates in a file.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, NoTls> {
    let unreadable = |error: String| NoTls::Unreadable(path.to_owned(), error);
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let read = file.take(MAX_CA_BYTES + 1).read_to_end(&mut text);
    read.map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > MAX_CA_BYTES {
        return Err(unreadable(format!("larger than {MAX_CA_BYTES} bytes")));
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    found.map_err(|error| unreadable(format!("not PEM: {error}")))
}

/// The name a server must prove to have.
///
/// # Errors
/// It is neither a host name nor an IP address.
pub fn server_name(host: &str) -> Result<ServerName<'static>, NoTls> {
    ServerName::try_from(host.to_owned()).map_err(|error| NoTls::Refused(format!("{host}: {error}")))
}
