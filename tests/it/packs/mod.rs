//! The rule packs under `rules/`: what `batond init --with` writes, loaded and shown real payloads.

mod corpora;
mod mails;
mod pages;
mod shape;

use std::path::Path;

use batond::config::{Config, Pack, load, render_text, starter};
use batond::driver::{Arrival, ArrivalKind, HookParts, Reading};
use batond::model::{Envelope, SourceName};
use batond::rules::Verdict;
use bytes::Bytes;
use jiff::Timestamp;

use crate::config::folder;

/// A new configuration with packs in it, as `batond init` writes it.
pub struct Site {
    config: Config,
    _folder: tempfile::TempDir,
}

impl Site {
    /// With these packs.
    pub fn with(packs: &[&Pack]) -> Self {
        let folder = folder(&starter(packs));
        let loaded = load(folder.path());
        assert_eq!(render_text(&loaded, false), "", "a new folder has nothing to complain of");
        Self {
            config: loaded.config.expect("a configuration without mistakes"),
            _folder: folder,
        }
    }

    /// What the rules say of a webhook's delivery.
    pub fn hook(&self, source: &str, headers: &[(String, String)], body: &[u8]) -> Verdict {
        let parts = HookParts {
            content_type: Some("application/json".to_owned()),
            headers: headers.to_vec(),
            ..HookParts::default()
        };
        self.read(source, body, ArrivalKind::Hook(parts))
    }

    /// What the rules say of a mail.
    pub fn mail(&self, raw: &[u8], to: &str) -> Verdict {
        let envelope = Envelope {
            to: vec![to.to_owned()],
            ..Envelope::default()
        };
        self.read("inbox", raw, ArrivalKind::Mail(envelope))
    }

    fn read(&self, source: &str, raw: &[u8], kind: ArrivalKind) -> Verdict {
        let arrival = Arrival {
            source: SourceName::from(source),
            received: Timestamp::UNIX_EPOCH,
            raw: Bytes::copy_from_slice(raw),
            kind,
        };
        Reading::read(arrival, &self.config.policy).verdict
    }
}

/// A file of the checkout.
fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
