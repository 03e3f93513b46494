//! The demo's folder: made new, for this user alone, with the configuration in it. May import config's own example. Free ports are asked of the machine.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::daemon::{Exit, Failure};

/// The configuration, as it stands in `examples/demo`.
const FILES: [(&str, &str); 3] = [
    ("batond.yaml", include_str!("../../../examples/demo/batond.yaml")),
    ("queues.yaml", include_str!("../../../examples/demo/queues.yaml")),
    ("rules.yaml", include_str!("../../../examples/demo/rules.yaml")),
];
/// What is put in its place there.
const SMTP: &str = "127.0.0.1:2525";
const WEB: &str = "127.0.0.1:8025";
const CAT: &str = "hours: { mon: ";
/// How far away the day is on which Cat works: never today or tomorrow, in any zone.
const DAYS_AWAY: i64 = 3;

/// Where everything of one demo is.
pub struct Place {
    /// The folder, which is the configuration too.
    pub folder: PathBuf,
    /// Where mail is taken.
    pub smtp: SocketAddr,
    /// Where HTTP is served.
    pub web: SocketAddr,
}

impl Place {
    /// Makes the folder and writes the configuration.
    pub fn make(now: Timestamp) -> Result<Self, Failure> {
        let folder = new_folder().map_err(|error| Failure::new(Exit::Io, format!("no folder for the demo can be made: {error}")))?;
        let written = Self::fill(folder.clone(), now);
        written.map_err(|error| {
            Failure::new(
                Exit::Io,
                format!("the demo's folder {} cannot be filled: {error}", folder.display()),
            )
        })
    }

    fn fill(folder: PathBuf, now: Timestamp) -> io::Result<Self> {
        let (smtp, web) = free_addresses()?;
        let (smtp_text, web_text) = (smtp.to_string(), web.to_string());
        let hours = format!("hours: {{ {}: ", day_away(now));
        for (name, text) in FILES {
            let mut text = text.to_owned();
            if name == "batond.yaml" {
                for (old, new) in [(SMTP, &smtp_text), (WEB, &web_text), (CAT, &hours)] {
                    text = replaced_once(&text, old, new)?;
                }
            }
            File::create_new(folder.join(name))?.write_all(text.as_bytes())?;
        }
        Ok(Self { folder, smtp, web })
    }

    /// Where notices land.
    pub fn outbox(&self) -> PathBuf {
        self.folder.join("outbox")
    }

    /// What the daemon logs.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Puts a file where the outbox has to be a folder, so that no notice can be written.
    pub fn break_relay(&self) -> Result<(), Failure> {
        let broken = File::create_new(self.outbox());
        broken
            .map(drop)
            .map_err(|error| Failure::new(Exit::Io, format!("the relay cannot be broken: {error}")))
    }

    /// Removes everything.
    pub fn remove(&self) -> Result<(), Failure> {
        fs::remove_dir_all(&self.folder)
            .map_err(|error| Failure::new(Exit::Io, format!("{} cannot be removed: {error}", self.folder.display())))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the demo leaves nothing behind; a temporary folder is where such things go"
)]
fn new_folder() -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("batond-demo-{}", std::process::id()));
    // Not recursive: a folder that is there already, perhaps somebody else's, is refused.
    DirBuilder::new().mode(0o700).create(&folder)?;
    fs::canonicalize(folder)
}

/// Two that were free a moment ago. Both are held until both are known, so that they differ.
fn free_addresses() -> io::Result<(SocketAddr, SocketAddr)> {
    let (one, two) = (
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
    );
    Ok((one.local_addr()?, two.local_addr()?))
}

fn day_away(now: Timestamp) -> &'static str {
    let today = now.to_zoned(TimeZone::UTC).weekday();
    match today.wrapping_add(DAYS_AWAY) {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

/// A text that has changed so that the demo would run on fixed ports is a fault of this program, and is said.
fn replaced_once(text: &str, old: &str, new: &str) -> io::Result<String> {
    if text.matches(old).count() != 1 {
        return Err(io::Error::other(format!("`{old}` does not stand once in its configuration")));
    }
    Ok(text.replace(old, new))
}

/// Reads a file, at most this much of it.
pub fn read_at_most(path: &Path, limit_bytes: u64) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    File::open(path)?.take(limit_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}
