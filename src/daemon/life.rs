//! The parts of a running daemon, each with a name and a way to end. May import nothing of the crate. They end in reverse order, all under one deadline.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

type Ending = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// What has been started, in order.
#[derive(Default)]
pub struct Life {
    parts: Vec<(&'static str, Ending)>,
}

/// How the parts ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Parts that ended badly, and why.
    pub failed: Vec<(&'static str, String)>,
    /// Parts that had not ended when the deadline, or the word to hurry, came.
    pub cut: Vec<&'static str>,
}

impl Ended {
    /// Whether every part ended in good order.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failed.is_empty() && self.cut.is_empty()
    }
}

impl Life {
    /// A part has started; `ending` ends it and resolves when it has ended.
    pub fn started(&mut self, name: &'static str, ending: impl Future<Output = Result<(), String>> + Send + 'static) {
        tracing::debug!(part = name, "started");
        self.parts.push((name, Box::pin(ending)));
    }

    /// Ends every part, the last started first, all of it within `deadline`, or until `hurry` resolves.
    pub async fn end(self, deadline: Duration, hurry: impl Future<Output = ()>) -> Ended {
        let until = Instant::now() + deadline;
        let mut ended = Ended::default();
        let mut hurried = false;
        tokio::pin!(hurry);
        for (name, ending) in self.parts.into_iter().rev() {
            if hurried {
                ended.cut.push(name);
                continue;
            }
            tracing::debug!(part = name, "ending");
            tokio::select! {
                outcome = tokio::time::timeout_at(until, ending) => match outcome {
                    Ok(Ok(())) => {}
                    Ok(Err(why)) => ended.failed.push((name, why)),
                    Err(_) => ended.cut.push(name),
                },
                () = &mut hurry => {
                    hurried = true;
                    ended.cut.push(name);
                }
            }
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    fn note(log: &Arc<Mutex<Vec<&'static str>>>, word: &'static str) -> impl Future<Output = Result<(), String>> + Send + 'static {
        let log = Arc::clone(log);
        async move {
            log.lock().unwrap().push(word);
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn parts_end_in_reverse_order() {
        let log = Arc::default();
        let mut life = Life::default();
        life.started("store", note(&log, "store"));
        life.started("doors", note(&log, "doors"));
        assert!(life.end(Duration::from_secs(30), std::future::pending()).await.is_clean());
        assert_eq!(*log.lock().unwrap(), ["doors", "store"]);
    }

    #[tokio::test(start_paused = true)]
    async fn one_deadline_for_all() {
        let log = Arc::default();
        let mut life = Life::default();
        life.started("store", note(&log, "store"));
        life.started("stuck", std::future::pending());
        life.started("broken", async { Err("no".to_owned()) });
        let begun = Instant::now();
        let ended = life.end(Duration::from_secs(30), std::future::pending()).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(30));
        // The store's ending needs no waiting, so it still runs: a stuck door must not cost the clean mark.
        assert_eq!(*log.lock().unwrap(), ["store"]);
        assert_eq!((ended.cut, ended.failed), (vec!["stuck"], vec![("broken", "no".to_owned())]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_signal_ends_at_once() {
        let mut life = Life::default();
        life.started("store", std::future::pending());
        life.started("doors", std::future::pending());
        let begun = Instant::now();
        let ended = life.end(Duration::from_secs(30), tokio::time::sleep(Duration::from_secs(1))).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(1));
        assert_eq!(ended.cut, ["doors", "store"]);
    }
}
