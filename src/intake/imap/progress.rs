//! How far the reading of many mails is: in the log and in `batond sources`. May import its peers in imap, observe. Few mails are not worth a word.

use std::time::Duration;

use tokio::time::Instant;

use super::Account;
use crate::observe::Report;

/// Fewer mails than this are read without a word.
const WORTH_A_WORD: usize = 200;
/// How often it is said.
const SAID_EVERY: Duration = Duration::from_secs(5);

/// How far it is.
pub struct Progress<'a> {
    account: &'a Account,
    folder: &'a str,
    all: usize,
    done: usize,
    began: Instant,
    said: Instant,
}

impl<'a> Progress<'a> {
    /// So many are to be read.
    pub fn begin(account: &'a Account, folder: &'a str, all: usize) -> Self {
        let now = Instant::now();
        let progress = Self {
            account,
            folder,
            all,
            done: 0,
            began: now,
            said: now,
        };
        if progress.is_worth_it() {
            tracing::info!(source = %account.source, folder, mails = all, "reading many mails");
            progress.busy();
        }
        progress
    }

    /// So many more are read.
    pub fn add(&mut self, done: usize) {
        self.done += done;
        if self.is_worth_it() && self.said.elapsed() >= SAID_EVERY {
            self.said = Instant::now();
            tracing::info!(source = %self.account.source, folder = self.folder, done = self.done, of = self.all, "reading many mails");
            self.busy();
        }
    }

    fn is_worth_it(&self) -> bool {
        self.all >= WORTH_A_WORD
    }

    fn busy(&self) {
        let text = format!("reading {}: {} of {}", self.folder, self.done, self.all);
        self.account.parts.report(Report::Busy(Some(text)), self.account.clock.now());
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.is_worth_it() {
            let seconds = self.began.elapsed().as_secs();
            tracing::info!(source = %self.account.source, folder = self.folder, done = self.done, of = self.all, seconds, "read many mails");
            self.account.parts.report(Report::Busy(None), self.account.clock.now());
        }
    }
}
