//! Reading the configuration again while running. May import clock, config settings, driver, observe, policy, control. A bad one is refused and the old one runs on.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::readers::Readers;
use crate::clock::Clock;
use crate::config::{Settings, SourceKind, SourceSettings};
use crate::driver::{Handle, Moved, moved_items};
use crate::model::ItemId;
use crate::observe;
use crate::policy::Policy;
use crate::web::control::LastReload;

/// A configuration that can be used.
pub struct Loaded {
    /// What decides.
    pub policy: Policy,
    /// What the shells need.
    pub settings: Settings,
    /// What is odd about it but does not stop it, one line each.
    pub warnings: Vec<String>,
}

/// The most deadlines that are listed after a reload; the rest are counted.
const MAX_LISTED: usize = 20;

/// Reads the configuration. Blocks on files. The error is its mistakes, one line each.
pub type Load = dyn Fn() -> Result<Loaded, Vec<String>> + Send + Sync;

/// What a reload needs.
#[derive(Clone)]
pub struct Reloader {
    /// How the configuration is read.
    pub load: Arc<Load>,
    /// The driver.
    pub handle: Handle,
    /// The settings the process was started with.
    pub settings: Arc<Settings>,
    /// Takes over what can change while running: the webhook sources and their secrets.
    pub on_settings: Arc<dyn Fn(&Settings) + Send + Sync>,
    /// The sources that batond reads itself: begun, exchanged and ended as the configuration says.
    pub readers: Readers,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Where the outcome is kept for `status`.
    pub last: Arc<ArcSwap<LastReload>>,
}

impl Reloader {
    /// Reads the configuration and decides by it from now on, or refuses it. Moves no deadline. The answer is a text for people.
    ///
    /// # Errors
    /// The mistakes, and that the old configuration runs on.
    pub async fn reload(&self) -> Result<String, String> {
        let outcome = self.attempt().await;
        observe::reload(outcome.is_ok());
        let text = match &outcome {
            Ok(text) | Err(text) => text.clone(),
        };
        self.last.store(Arc::new(LastReload {
            at: self.clock.now(),
            ok: outcome.is_ok(),
            text,
        }));
        outcome
    }

    async fn attempt(&self) -> Result<String, String> {
        let load = Arc::clone(&self.load);
        let loaded = tokio::task::spawn_blocking(move || load()).await;
        let loaded = match loaded
            .map_err(|error| vec![format!("reading the configuration failed: {error}")])
            .flatten()
        {
            Ok(loaded) => loaded,
            Err(mistakes) => {
                for mistake in &mistakes {
                    tracing::error!(mistake = %observe::one_line(mistake), "configuration refused");
                }
                tracing::error!(mistakes = mistakes.len(), policy = %self.handle.policy().revision, "the old configuration runs on");
                return Err(format!("refused, the old configuration runs on:\n{}", mistakes.join("\n")));
            }
        };
        for warning in &loaded.warnings {
            tracing::warn!(warning = %observe::one_line(warning), "configuration");
        }
        let late = needs_restart(&self.settings, &loaded.settings);
        let revision = loaded.policy.revision.clone();
        let (old, new) = (self.handle.policy(), Arc::new(loaded.policy));
        self.handle.reload(Arc::clone(&new)).await.map_err(|refusal| refusal.to_string())?;
        (self.on_settings)(&loaded.settings);
        observe::policy(&revision);
        let changed = self.readers.change(&loaded.settings).await;
        tracing::info!(policy = %revision, "configuration reloaded");
        let mut text = format!("reloaded, policy {revision}");
        if !late.is_empty() {
            let late = late.join(", ");
            tracing::warn!(changed = %late, "changed and only read at a start: restart to apply");
            text.push_str(&format!("; changed and only read at a start: {late}"));
        }
        for change in &changed {
            tracing::info!(%change, "a source changed with the configuration");
            text.push_str(&format!("\n{change}"));
        }
        text.push_str(&self.promises(&old, &new).await);
        Ok(text)
    }

    /// The promised deadlines that the new calendars would have set otherwise, one a line. They stand.
    async fn promises(&self, old: &Arc<Policy>, new: &Arc<Policy>) -> String {
        let items = match moved_items(&self.handle, old, new, self.clock.now()).await {
            Ok(items) => items,
            Err(refusal) => return format!("\nwhich deadlines the new calendars would have moved is not known: {refusal}"),
        };
        let line = |item: &ItemId, moved: &Moved| {
            let (promised, would) = moved.told();
            let would = match moved.would {
                Some(_) => format!("not {would} as {} has it now", moved.calendar),
                None => format!("for which {} has no hours now", moved.calendar),
            };
            format!("{item} {} {promised}, {would}", moved.clock)
        };
        let lines: Vec<String> = items
            .iter()
            .flat_map(|(item, moved)| moved.iter().map(move |moved| line(item, moved)))
            .collect();
        if lines.is_empty() {
            return String::new();
        }
        for line in lines.iter().take(MAX_LISTED) {
            tracing::info!(deadline = %observe::one_line(line), "a promised deadline stands that the new calendars would have moved");
        }
        let (count, listed) = (lines.len(), lines.iter().take(MAX_LISTED));
        let deadlines = if count == 1 { "deadline stands" } else { "deadlines stand" };
        let mut text = format!("\n{count} promised {deadlines} that the new calendars would have moved:");
        listed.for_each(|line| text.push_str(&format!("\n  {line}")));
        if count > MAX_LISTED {
            text.push_str(&format!("\n  and {} more", count - MAX_LISTED));
        }
        text
    }
}

/// The settings that changed and are only read at a start: a secret that changed alone counts too.
fn needs_restart(old: &Settings, new: &Settings) -> Vec<&'static str> {
    let mail = |settings: &Settings| {
        let sources = settings
            .sources
            .iter()
            .filter(|source| matches!(source.kind, SourceKind::Smtp(_) | SourceKind::Lmtp(_)));
        // Who may log in is exchanged while running; whether somebody may is not.
        sources.map(|source| format!("{:?}", without_users(source))).collect::<Vec<_>>()
    };
    let pairs = [
        ("store", old.store != new.store),
        ("sources", mail(old) != mail(new)),
        ("send", old.send != new.send),
        ("web", old.web != new.web),
    ];
    pairs.into_iter().filter_map(|(name, changed)| changed.then_some(name)).collect()
}

fn without_users(source: &SourceSettings) -> SourceSettings {
    let mut source = source.clone();
    if let SourceKind::Smtp(door) | SourceKind::Lmtp(door) = &mut source.kind
        && let Some(logins) = &mut door.auth
    {
        logins.users.clear();
        logins.required = true;
    }
    source
}

#[cfg(test)]
#[path = "reload_tests.rs"]
mod tests;
