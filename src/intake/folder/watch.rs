//! Tells when something appears in a folder. May import nothing of the crate. Where the system cannot tell, the regular look is left.

use std::path::Path;
use std::sync::Arc;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// Wakes whoever waits when something happens in a folder: also when the system lost count of what. Ends when dropped.
///
/// # Errors
/// The system cannot tell: too many watches, or a file system that has none.
pub fn watch(folder: &Path) -> notify::Result<(RecommendedWatcher, Arc<Notify>)> {
    let woken = Arc::new(Notify::new());
    let wake = Arc::clone(&woken);
    let mut watcher = notify::recommended_watcher(move |_: notify::Result<notify::Event>| wake.notify_one())?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok((watcher, woken))
}
