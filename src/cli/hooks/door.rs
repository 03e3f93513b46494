//! Which source is tried, what proves a delivery there, and where the daemon listens. May import config. The secrets are those that the configuration names, here and now.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use url::Url;

use crate::cli::DEFAULT_CONFIG;
use crate::config::{self, Ambient, HookDoor, Settings, SourceKind, Verify, nearest, render_text};
use crate::daemon::{Exit, Failure};

/// Where systemd keeps the credentials of the packaged service while it runs.
const SERVICE_CREDENTIALS: &str = "/run/credentials/batond.service";

/// What is knocked at.
#[derive(Debug)]
pub struct Door {
    /// How a delivery is proven.
    pub verify: Verify,
    /// Where it is posted.
    pub url: Url,
    /// The certificate that the daemon shows there; none where it is not encrypted, or where another address was named.
    pub own_cert: Option<PathBuf>,
    /// Whether another address than `web.listen` was named.
    pub elsewhere: bool,
}

/// The source of this name.
pub fn find(path: &Path, source: &str, elsewhere: Option<&Url>) -> Result<Door, Failure> {
    let mut ambient = Ambient::of_process();
    if path == Path::new(DEFAULT_CONFIG) && Path::new(SERVICE_CREDENTIALS).is_dir() {
        ambient = ambient.or_credentials(PathBuf::from(SERVICE_CREDENTIALS));
    }
    let loaded = config::load_with(path, &ambient);
    let Some(config) = &loaded.config else {
        let text = format!(
            "the configuration has mistakes, or its secrets are not at hand here:\n{}",
            render_text(&loaded, false)
        );
        return Err(Failure::new(Exit::Config, text));
    };
    let settings = &config.settings;
    let verify = named(settings, source)?.verify.clone();
    if let Some(url) = elsewhere {
        return Ok(Door {
            verify,
            url: url.clone(),
            own_cert: None,
            elsewhere: true,
        });
    }
    let web = settings.web.as_ref().filter(|web| web.listen.port() != 0);
    let web = web.ok_or_else(|| {
        Failure::new(
            Exit::Config,
            "`web.listen` names no port of its own; say where to post it with --url",
        )
    })?;
    let scheme = if web.tls.is_some() { "https" } else { "http" };
    let text = format!("{scheme}://{}/hooks/{source}", reachable(web.listen));
    let url = Url::parse(&text).map_err(|error| Failure::new(Exit::Internal, format!("{text}: {error}")))?;
    Ok(Door {
        verify,
        url,
        own_cert: web.tls.as_ref().map(|files| files.cert.clone()),
        elsewhere: false,
    })
}

/// The webhook source of this name, or what there is in its place.
fn named<'a>(settings: &'a Settings, name: &str) -> Result<&'a HookDoor, Failure> {
    let hooks = || {
        settings
            .sources
            .iter()
            .filter(|source| matches!(source.kind, SourceKind::Webhook(_)))
    };
    let all: Vec<&str> = hooks().map(|source| source.name.as_str()).collect();
    let there = match all.as_slice() {
        [] => "the configuration has no webhook source; see docs/webhooks.md".to_owned(),
        all => format!("webhook sources: {}", all.join(", ")),
    };
    match settings
        .sources
        .iter()
        .find(|source| source.name.as_str() == name)
        .map(|source| &source.kind)
    {
        Some(SourceKind::Webhook(door)) => Ok(door),
        Some(other) => {
            let text = format!("source `{name}` is of the kind `{}` and takes no webhooks; {there}", other.as_str());
            Err(Failure::new(Exit::NotFound, text))
        }
        None => {
            let near = nearest(name, all.iter().copied()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            Err(Failure::new(Exit::NotFound, format!("there is no source `{name}`{near} ({there})")))
        }
    }
}

/// An address at which a listener answers this machine: one that listens everywhere does so on the loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, listen.port())
}
