//! By which source a message in a file came. May import model and config's settings. What the file or the command line says goes before what is likely.

use std::path::Path;

use crate::config::{SourceKind, SourceSettings, Verify};
use crate::model::SourceName;

/// What mail in files came by when no source is configured.
const SOME_MAIL: &str = "mail";
/// The same for webhooks.
const SOME_HOOK: &str = "webhook";

/// The sources that messages in files can have come by.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    named: Option<SourceName>,
    mail: Vec<SourceName>,
    hooks: Vec<HookSource>,
}

/// A webhook source, and where its sender writes its ids.
#[derive(Debug, Clone)]
pub(super) struct HookSource {
    pub(super) name: SourceName,
    /// How its deliveries are verified, which says where the ids are.
    pub(super) verify: Verify,
}

impl Sources {
    /// The configured sources; `named` is the one that all messages came by.
    #[must_use]
    pub fn of(settings: &[SourceSettings], named: Option<SourceName>) -> Self {
        let mut sources = Self { named, ..Self::default() };
        for source in settings {
            match &source.kind {
                SourceKind::Webhook(door) => sources.hooks.push(HookSource {
                    name: source.name.clone(),
                    verify: door.verify.clone(),
                }),
                SourceKind::Smtp(_) | SourceKind::Lmtp(_) | SourceKind::Imap(_) | SourceKind::Maildir(_) | SourceKind::Pipe(_) => {
                    sources.mail.push(source.name.clone())
                }
            }
        }
        sources
    }

    /// Whether the named source takes webhooks; `None` if none is named, or it is not configured.
    pub(super) fn named_is_hook(&self) -> Option<bool> {
        let named = self.named.as_ref()?;
        let hook = self.hooks.iter().any(|hook| hook.name == *named);
        (hook || self.mail.contains(named)).then_some(hook)
    }

    /// The source of a mail: the named one, else the first that takes mail.
    pub(super) fn of_mail(&self) -> SourceName {
        let first = self.named.as_ref().or_else(|| self.mail.first());
        first.cloned().unwrap_or_else(|| SourceName::from(SOME_MAIL))
    }

    /// The source of a webhook's body: the named one, the one `stated` in the file, one that the file's own folder or name begins with,
    /// one whose event header was sent, the first that takes webhooks.
    pub(super) fn of_hook(&self, stated: Option<&str>, path: &Path, headers: &[(String, String)]) -> HookSource {
        let called = |name: &str| self.hooks.iter().find(|hook| hook.name.as_str() == name);
        let whichever = |name: &str| {
            called(name).cloned().unwrap_or_else(|| HookSource {
                name: SourceName::from(name),
                verify: Verify::None,
            })
        };
        if let Some(name) = self.named.as_ref().map(SourceName::as_str).or(stated) {
            return whichever(name);
        }
        let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let by_place = parts
            .iter()
            .rev()
            .find_map(|part| called(part.split('.').next().unwrap_or_default()));
        let sent = |header: &str| headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(header));
        let by_event = || self.hooks.iter().find(|hook| hook.verify.marks().event_header.is_some_and(sent));
        let found = by_place.or_else(by_event).or_else(|| self.hooks.first());
        found.cloned().unwrap_or_else(|| whichever(SOME_HOOK))
    }
}
