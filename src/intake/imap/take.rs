//! What lies in a folder is taken: sizes first, then the mails in pieces, the commit, and only then the move. May import its peers in intake, driver, observe. Nothing is lost, nothing doubled, and one bad mail stops nothing.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use futures_util::future::join_all;
use tokio::time::timeout;

use super::super::lying::{arrival, envelope};
use super::aside::Why;
use super::connection::Connection;
use super::follow::Follower;
use super::name::set;
use super::progress::Progress;
use super::trouble::Trouble;
use crate::driver::{Accept, Aside, KEPT_BYTES, Origin};
use crate::observe::Report;

/// How many mails are asked for at a time.
const BATCH_MAILS: usize = 100;
/// How many bytes of mail are asked for at a time; a larger one comes alone, in pieces of this size.
const PIECE_BYTES: usize = 4 << 20;
/// How often a mail is fetched in vain until it is put aside.
const MAX_TRIES: u32 = 4;
/// A server's sizes are not always exact: it may send so many times what it said.
const SIZE_SLACK: u64 = 2;

impl Follower {
    /// Takes everything that is there and was not taken.
    ///
    /// # Errors
    /// [`Trouble`]: what was not taken lies there still.
    pub(super) async fn take_all(&mut self, connection: &mut Connection) -> Result<(), Trouble> {
        let found = connection.numbers(self.next).await?;
        let new: Vec<u32> = found.iter().copied().filter(|number| !self.aside.contains(number)).collect();
        let (taken, todo) = self.told_apart(&new).await?;
        for done in taken.chunks(BATCH_MAILS) {
            self.finish(connection, done).await?;
        }
        let account = std::sync::Arc::clone(&self.account);
        let folder = self.folder.clone();
        let healthy: Vec<u32> = todo.iter().copied().filter(|number| !self.suspects.contains_key(number)).collect();
        {
            let mut progress = Progress::begin(&account, &folder, healthy.len());
            for batch in healthy.chunks(BATCH_MAILS) {
                if let Err(trouble) = self.take(connection, batch).await {
                    // One of them may be the cause.
                    self.suspect(batch);
                    return Err(trouble);
                }
                progress.add(batch.len());
            }
        }
        // The least suspect first: one that ends every connection keeps nobody waiting.
        let mut suspects: Vec<(u32, u32)> = self.suspects.iter().map(|(number, tries)| (*tries, *number)).collect();
        suspects.sort_unstable();
        for (_, number) in suspects {
            self.take_suspect(connection, number).await?;
        }
        if let Some(last) = found.last() {
            self.next = last.saturating_add(1);
        }
        Ok(())
    }

    /// From now on each of these comes alone, after all others.
    fn suspect(&mut self, numbers: &[u32]) {
        for number in numbers {
            self.suspects.entry(*number).or_insert(0);
        }
    }

    /// What was taken already, and what was not.
    async fn told_apart(&self, numbers: &[u32]) -> Result<(Vec<u32>, Vec<u32>), Trouble> {
        let (mut taken, mut todo) = (Vec::new(), Vec::new());
        for some in numbers.chunks(BATCH_MAILS * 10) {
            let keys = some.iter().map(|number| self.origin(*number).key(&self.account.source)).collect();
            let place = self.account.place(&self.folder);
            let known = self.account.handle.taken(&self.account.source, &place, keys).await;
            let (known, _) = known.map_err(|refusal| Trouble::Passing(format!("what was taken cannot be looked up: {refusal}")))?;
            for (number, known) in some.iter().zip(known) {
                if known { taken.push(*number) } else { todo.push(*number) }
            }
        }
        Ok((taken, todo))
    }

    fn origin(&self, number: u32) -> Origin {
        Origin {
            place: self.account.place(&self.folder),
            numbering: self.numbering,
            name: number.to_string(),
            renumbered: self.renumbered_below.is_some_and(|below| number < below),
        }
    }

    /// Takes some mails.
    async fn take(&mut self, connection: &mut Connection, numbers: &[u32]) -> Result<(), Trouble> {
        let sizes = sizes(connection, numbers).await?;
        let mut batch: Vec<u32> = Vec::new();
        let mut bytes = 0;
        for number in numbers {
            // Somebody took it away meanwhile, or the server cannot read it: then it is there the next time.
            let Some(size) = sizes.get(number).copied() else {
                self.suspects.entry(*number).or_insert(0);
                continue;
            };
            if size > self.account.settings.max_message_bytes as u64 {
                let query = format!("(UID BODY.PEEK[]<0.{KEPT_BYTES}>)");
                let answers = connection.fetch(&number.to_string(), &query, KEPT_BYTES as u64).await?;
                let head = answers.iter().find(|answer| answer.uid == Some(*number));
                let head = head.and_then(async_imap::types::Fetch::body).map(Bytes::copy_from_slice);
                self.put_aside(connection, *number, head.unwrap_or_default(), Why::TooLarge(size))
                    .await?;
                continue;
            }
            if bytes + size > PIECE_BYTES as u64 && !batch.is_empty() {
                self.take_batch(connection, &std::mem::take(&mut batch), bytes).await?;
                bytes = 0;
            }
            batch.push(*number);
            bytes += size;
        }
        if !batch.is_empty() {
            self.take_batch(connection, &batch, bytes).await?;
        }
        Ok(())
    }

    async fn take_batch(&mut self, connection: &mut Connection, numbers: &[u32], bytes: u64) -> Result<(), Trouble> {
        let mut mails: BTreeMap<u32, Bytes> = BTreeMap::new();
        let query = format!("(UID BODY.PEEK[]<0.{PIECE_BYTES}>)");
        let answers = connection.fetch(&set(numbers), &query, bytes.saturating_mul(SIZE_SLACK)).await?;
        for answer in answers {
            let asked = answer.uid.filter(|number| numbers.contains(number));
            if let Some((number, body)) = asked.zip(answer.body()) {
                mails.insert(number, Bytes::copy_from_slice(body));
            }
        }
        let missing: Vec<u32> = numbers.iter().copied().filter(|number| !mails.contains_key(number)).collect();
        self.suspect(&missing);
        let (mut whole, mut partial) = (Vec::new(), Vec::new());
        for (number, first) in mails {
            if first.len() < PIECE_BYTES {
                whole.push((number, first))
            } else {
                partial.push((number, first))
            }
        }
        self.hand_over(connection, whole).await?;
        for (number, first) in partial {
            match self.rest(connection, number, first.clone()).await? {
                Some(mail) => self.hand_over(connection, vec![(number, mail)]).await?,
                None => self.put_aside(connection, number, first, Why::LargerThanSaid).await?,
            }
        }
        Ok(())
    }

    /// The pieces after the first. `None` if there are too many.
    async fn rest(&self, connection: &mut Connection, number: u32, first: Bytes) -> Result<Option<Bytes>, Trouble> {
        let mut mail = BytesMut::from(&first[..]);
        loop {
            let query = format!("(UID BODY.PEEK[]<{}.{PIECE_BYTES}>)", mail.len());
            let answers = connection.fetch(&number.to_string(), &query, PIECE_BYTES as u64).await?;
            let piece = answers
                .iter()
                .find(|answer| answer.uid == Some(number))
                .and_then(async_imap::types::Fetch::body);
            let Some(piece) = piece else {
                return Err(Trouble::Passing(format!("FETCH: mail {number} came only in part")));
            };
            mail.extend_from_slice(piece);
            if mail.len() > self.account.settings.max_message_bytes {
                return Ok(None);
            }
            if piece.len() < PIECE_BYTES {
                return Ok(Some(mail.freeze()));
            }
        }
    }

    /// Hands mails over, all into one commit if it goes well, and then moves or marks them.
    async fn hand_over(&mut self, connection: &mut Connection, mails: Vec<(u32, Bytes)>) -> Result<(), Trouble> {
        let account = std::sync::Arc::clone(&self.account);
        let now = account.clock.now();
        let numbers: Vec<u32> = mails.iter().map(|(number, _)| *number).collect();
        let arrivals = mails
            .into_iter()
            .map(|(number, raw)| arrival(&account.source, raw, self.origin(number), now));
        let accepting = arrivals.map(|arrival| timeout(account.limits.accept, account.handle.accept(arrival)));
        let answers = join_all(accepting).await;
        let mut done = Vec::with_capacity(numbers.len());
        let mut refused = None;
        for (number, answer) in numbers.iter().zip(answers) {
            match answer {
                Ok(Ok(_)) => done.push(*number),
                Ok(Err(refusal)) => refused = Some(refusal.to_string()),
                Err(_) => refused = Some("the store did not answer in time".to_owned()),
            }
        }
        self.suspects.retain(|number, _| !done.contains(number));
        self.finish(connection, &done).await?;
        refused.map_or(Ok(()), |why| Err(Trouble::Refused(why)))
    }

    /// Moves or marks what is on stable storage.
    async fn finish(&self, connection: &mut Connection, done: &[u32]) -> Result<(), Trouble> {
        let settings = &self.account.settings;
        if done.is_empty() {
            return Ok(());
        }
        if settings.mark_seen {
            connection.mark_seen(&set(done)).await?;
        }
        match &settings.done_folder {
            Some(folder) => connection.put(&set(done), folder).await,
            None => Ok(()),
        }
    }

    /// A mail that could not be fetched, alone and after all others.
    async fn take_suspect(&mut self, connection: &mut Connection, number: u32) -> Result<(), Trouble> {
        let tries = self.suspects.get(&number).copied().unwrap_or_default();
        if tries >= MAX_TRIES {
            return self.put_aside(connection, number, Bytes::new(), Why::NotGiven).await;
        }
        self.suspects.insert(number, tries + 1);
        if !connection.numbers(number).await?.contains(&number) {
            self.suspects.remove(&number);
            return Ok(());
        }
        let took = self.take(connection, &[number]).await;
        // That batond takes nothing now is not the mail's fault.
        if matches!(took, Err(Trouble::Refused(_))) {
            self.suspects.insert(number, tries);
        }
        took?;
        if self.suspects.contains_key(&number) {
            return Err(Trouble::Passing(format!("FETCH: the server does not give mail {number}")));
        }
        Ok(())
    }

    /// So that the rest goes on: an item says so, then it is moved to the folder for that, if there is one, else it stays and is left alone until
    /// the source is started again. Killed in between, the item is known.
    async fn put_aside(&mut self, connection: &mut Connection, number: u32, bytes: Bytes, why: Why) -> Result<(), Trouble> {
        let account = std::sync::Arc::clone(&self.account);
        let (folder, settings) = (&self.folder, &account.settings);
        let to = settings.failed_folder.as_ref();
        let aside = Aside {
            source: account.source.clone(),
            at: account.clock.now(),
            origin: self.origin(number),
            envelope: envelope(&bytes),
            whole: matches!(why, Why::TooLarge(size) if bytes.len() as u64 >= size),
            bytes,
            why: format!("mail {number} (UID) of the folder {folder} {}", why.because()),
            what_to_do: why.what_to_do(&account.place(folder), to.map(String::as_str)),
        };
        let kept = timeout(account.limits.accept, account.handle.put_aside(aside)).await;
        kept.map_err(|_| Trouble::Refused("the store did not answer in time".to_owned()))?
            .map_err(|refusal| Trouble::Refused(refusal.to_string()))?;
        if let Some(to) = to {
            connection.put(&number.to_string(), to).await?;
        }
        self.suspects.remove(&number);
        self.aside.insert(number);
        let place = to.map_or_else(|| format!("it stays in {folder}"), |to| format!("it is in {to}"));
        let why = why.because();
        let text = format!("mail {number} of {folder} {why}; {place}");
        tracing::error!(source = %account.source, folder, number, why, "a mail is put aside");
        account.parts.report(Report::Aside(text), account.clock.now());
        Ok(())
    }
}

/// The sizes of mails, of those that are there.
async fn sizes(connection: &mut Connection, numbers: &[u32]) -> Result<BTreeMap<u32, u64>, Trouble> {
    let answers = connection.fetch(&set(numbers), "(UID RFC822.SIZE)", 0).await?;
    let sizes = answers.iter().filter_map(|answer| Some((answer.uid?, u64::from(answer.size?))));
    Ok(sizes.collect())
}
