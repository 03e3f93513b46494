//! One folder, followed for ever: connect, read what is there, wait, begin again. May import its peers in imap. A failure is reported, and tried again later and later.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Account;
use super::connection::Connection;
use super::trouble::Trouble;

/// After news the rest of it comes within a moment.
const GATHER: Duration = Duration::from_millis(50);

/// A folder and what is known of it.
pub(super) struct Follower {
    pub(super) account: Arc<Account>,
    pub(super) folder: String,
    /// How the server numbers it now (UIDVALIDITY).
    pub(super) numbering: u64,
    /// Whether it numbered it otherwise when something was taken, and below which number mail was there then.
    pub(super) renumbered_below: Option<u32>,
    /// The next number that was not looked at.
    pub(super) next: u32,
    /// Mails that could not be fetched, and how often.
    pub(super) suspects: BTreeMap<u32, u32>,
    /// Mails that were put aside, where they lie still.
    pub(super) aside: BTreeSet<u32>,
    failures: u32,
}

impl Follower {
    pub(super) fn new(account: Arc<Account>, folder: String) -> Self {
        Self {
            account,
            folder,
            numbering: 0,
            renumbered_below: None,
            next: 1,
            suspects: BTreeMap::new(),
            aside: BTreeSet::new(),
            failures: 0,
        }
    }

    /// Follows it until `stop`. What is in hand then is dropped: it is taken, or it still lies where it lay.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        loop {
            let ended = {
                // The library has places where an odd answer makes it panic.
                let visit = AssertUnwindSafe(self.visit()).catch_unwind();
                tokio::select! {
                    biased;
                    () = stop.cancelled() => return,
                    ended = visit => ended,
                }
            };
            let trouble = match ended {
                Ok(Err(trouble)) => trouble,
                Ok(Ok(never)) => match never {},
                Err(_) => Trouble::Passing("the server's answer made the reader fail".to_owned()),
            };
            self.failures = self.failures.saturating_add(1);
            let pause = self.pause(&trouble);
            let Account { source, parts, clock, .. } = &*self.account;
            let folder = &self.folder;
            tracing::warn!(%source, folder, why = %crate::observe::one_line(&trouble.to_string()), seconds = pause.as_secs(), "reading the mailbox failed; it is tried again");
            parts.failed(folder, format!("{folder}: {trouble}"), clock.now());
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One connection, until it ends.
    async fn visit(&mut self) -> Result<Infallible, Trouble> {
        let account = Arc::clone(&self.account);
        let mut connection = Connection::open(&account).await?;
        self.select(&mut connection).await?;
        let mut selected = Instant::now();
        loop {
            self.take_all(&mut connection).await?;
            self.failures = 0;
            account.parts.works(&self.folder, account.clock.now());
            connection = connection.wait(account.settings.poll).await?;
            tokio::time::sleep(GATHER).await;
            // A folder can be deleted and made anew behind an open one, and the server goes on to show the old one (Cyrus).
            if selected.elapsed() >= account.settings.poll {
                if self.look_at(&mut connection).await?.0 != self.numbering {
                    self.select(&mut connection).await?;
                }
                selected = Instant::now();
            }
        }
    }

    /// Selects the folder: how it is numbered, and the next number if the server says it.
    async fn look_at(&self, connection: &mut Connection) -> Result<(u64, Option<u32>), Trouble> {
        let mailbox = connection.select(&self.folder).await?;
        let Some(validity) = mailbox.uid_validity else {
            return Err(Trouble::Lasting(format!(
                "folder {}: the server gives it no UIDVALIDITY, so that its mails cannot be told apart",
                self.folder
            )));
        };
        Ok((u64::from(validity), mailbox.uid_next))
    }

    async fn select(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        let (numbering, uid_next) = self.look_at(connection).await?;
        if numbering != self.numbering {
            self.suspects.clear();
            self.aside.clear();
            self.numbering = numbering;
        }
        // What lies there is compared with what was taken each time: somebody can have moved something back.
        self.next = 1;
        let Account { source, handle, .. } = &*self.account;
        let known = handle.taken(source, &self.account.place(&self.folder), Vec::new()).await;
        let (_, known) = known.map_err(|refusal| Trouble::Passing(format!("what was taken cannot be looked up: {refusal}")))?;
        if known.is_some_and(|known| known != numbering) && self.renumbered_below.is_none() {
            tracing::warn!(%source, folder = self.folder, "the server numbered this folder anew (UIDVALIDITY); what was taken is known by its content");
            self.renumbered_below = Some(uid_next.unwrap_or(u32::MAX));
        }
        Ok(())
    }

    /// Doubles with each failure, with a little chance in it so that many do not come at once.
    fn pause(&self, trouble: &Trouble) -> Duration {
        let limits = &self.account.limits;
        let doubled = limits.first_pause.saturating_mul(1 << self.failures.saturating_sub(1).min(16));
        let pause = doubled.min(limits.longest_pause);
        let pause = match trouble {
            Trouble::Lasting(_) | Trouble::NoFolder(_) => pause.max(limits.refused_pause),
            Trouble::Passing(_) | Trouble::Refused(_) => pause,
        };
        let chance = u32::try_from(self.account.clock.now().subsec_nanosecond().rem_euclid(1_000)).unwrap_or_default();
        pause + pause * chance / 4_000
    }
}
