//! Waiting for something to be seen, with a deadline. May import nothing of the crate.

use std::time::Duration;

use tokio::time::Instant;

/// How often one looks.
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// Looks until something is seen, or `None` when the time is up.
#[expect(
    clippy::disallowed_methods,
    reason = "the demo is one plain thread that has nothing else to do meanwhile"
)]
pub fn until<T, E>(patience: Duration, mut look: impl FnMut() -> Result<Option<T>, E>) -> Result<Option<T>, E> {
    let end = Instant::now() + patience;
    loop {
        if let Some(seen) = look()? {
            return Ok(Some(seen));
        }
        if Instant::now() >= end {
            return Ok(None);
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
