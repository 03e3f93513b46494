//! A small world on virtual time: the driver's core over memory, a post office that delivers at once, people who answer what they got. May import everything below.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use secrecy::SecretSlice;

use super::{Step, Table, What};
use crate::driver::{Arrival, ArrivalKind, Core, HookParts, Reading, Receipt};
use crate::engine::{Record, SendOutcome};
use crate::model::{Delivery, Envelope, Letter, SourceName};
use crate::policy::Policy;
use crate::reply::KeyRing;
use crate::store::{MemoryStore, Store};

/// The secret of a simulated world: known, so that two runs print the same bytes.
const KEY: [u8; 32] = [7; 32];
/// The most mail one instant can give rise to; more is a storm and a defect.
const MAX_DELIVERIES: usize = 100_000;

/// The world.
pub struct World {
    core: Core,
    now: Timestamp,
    letters: BTreeMap<String, Vec<(Vec<String>, Letter)>>,
    mails: u64,
    records: Vec<Record>,
    down: bool,
    begun: bool,
    policies: BTreeMap<String, Arc<Policy>>,
}

/// A step that cannot be played, or a core that failed.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The step makes no sense here.
    #[error("line {line}: {why}")]
    Step {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The core failed.
    #[error("{0}")]
    Core(String),
}

impl World {
    /// A world that starts at `now` with nothing in it.
    ///
    /// # Panics
    /// Never: the built-in secret makes a key ring.
    #[must_use]
    pub fn new(policy: Arc<Policy>, now: Timestamp) -> Self {
        let keys = KeyRing::new(&[SecretSlice::from(KEY.to_vec())]).expect("a secret of 32 bytes makes a key ring");
        Self {
            core: Core::new(Box::new(MemoryStore::new()), policy, keys),
            now,
            letters: BTreeMap::new(),
            mails: 0,
            records: Vec::new(),
            down: false,
            begun: false,
            policies: BTreeMap::new(),
        }
    }

    /// The configuration that `reload NAME` means.
    pub fn knows(&mut self, name: &str, policy: Arc<Policy>) {
        self.policies.insert(name.to_owned(), policy);
    }

    /// Every record so far, oldest first.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// What is stored.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        self.core.store()
    }

    /// Lets time pass up to `to`; everything due on the way happens at its own instant.
    ///
    /// # Errors
    /// When the core fails.
    pub fn advance(&mut self, to: Timestamp, table: &mut Table) -> Result<(), WorldError> {
        if !std::mem::replace(&mut self.begun, true) {
            self.core.begin(self.now).map_err(core)?;
            self.settle(table)?;
        }
        if std::mem::take(&mut self.down) {
            self.now = self.now.max(to);
            table.line(self.now, "-", "→ batond is up again".to_owned());
        }
        while let Some(due) = self.core.store().next_due().map_err(core)?.filter(|due| *due <= to) {
            self.now = self.now.max(due);
            self.core.wake(self.now).map_err(core)?;
            if self.core.staged() == 0 {
                return Err(WorldError::Core(format!("something due at {due} decides nothing")));
            }
            self.settle(table)?;
        }
        self.now = self.now.max(to);
        Ok(())
    }

    /// Plays one step now.
    ///
    /// # Errors
    /// When the step makes no sense, or the core fails.
    pub fn play(&mut self, step: &Step, table: &mut Table) -> Result<(), WorldError> {
        match &step.what {
            What::Wait => return Ok(()),
            What::Down => {
                table.line(self.now, "-", "→ batond is down".to_owned());
                self.down = true;
                return Ok(());
            }
            What::Reload(name) => {
                let unknown = || WorldError::Step {
                    line: step.line,
                    why: format!("there is no configuration {name}"),
                };
                let policy = self.policies.get(name).cloned().ok_or_else(unknown)?;
                table.line(self.now, "-", format!("→ reload of {name}"));
                self.core.set_policy(policy, self.now).map_err(core)?;
            }
            What::Mail {
                from,
                to,
                subject,
                headers,
                text,
            } => {
                let raw = self.compose(from, to, subject, headers, text);
                table.line(self.now, "-", format!("→ mail by {from}: {subject}"));
                self.mail_in(from, to, raw)?;
            }
            What::Hook { source, json } => {
                table.line(self.now, "-", format!("→ hook {source}"));
                let parts = HookParts {
                    content_type: Some("application/json".to_owned()),
                    ..HookParts::default()
                };
                self.arrive(source, Bytes::from(json.clone().into_bytes()), ArrivalKind::Hook(parts))?;
            }
            What::Reply { who, item, text } => {
                let fail = |why: String| WorldError::Step { line: step.line, why };
                let (address, letter) = self
                    .last_letter(who, item.as_deref())
                    .ok_or_else(|| fail(format!("{who} got no mail to answer")))?;
                let to =
                    answer_address(&letter, item.as_deref()).ok_or_else(|| fail("that mail has no address to answer to".to_owned()))?;
                let quoted: String = letter.text.lines().map(|line| format!("> {line}\n")).collect();
                let written = letter.date.strftime("%a, %b %d, %Y at %H:%M");
                let body = format!(
                    "{text}\n\nOn {written} {} <{}> wrote:\n{quoted}",
                    letter.from_name.as_deref().unwrap_or_default(),
                    letter.from
                );
                let headers = [format!("In-Reply-To: <{}>", letter.message_id)];
                let raw = self.compose(&address, &to, &format!("Re: {}", letter.subject), &headers, &body);
                table.line(
                    self.now,
                    "-",
                    format!("→ {who} answers: {}", text.lines().next().unwrap_or_default()),
                );
                self.mail_in(&address, &to, raw)?;
            }
        }
        self.settle(table)
    }

    /// Takes in a message as a door and the decoder have read it, and lets everything happen that follows at once.
    ///
    /// # Errors
    /// When the core fails.
    pub fn receive(&mut self, reading: &Reading, table: &mut Table) -> Result<Receipt, WorldError> {
        let receipt = self.core.receive(reading, self.now).map_err(core)?;
        self.settle(table)?;
        Ok(receipt)
    }

    /// The time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    fn mail_in(&mut self, from: &str, to: &str, raw: String) -> Result<(), WorldError> {
        let envelope = Envelope {
            from: Some(from.to_owned()),
            to: vec![to.to_owned()],
            ..Envelope::default()
        };
        self.arrive("inbox", Bytes::from(raw.into_bytes()), ArrivalKind::Mail(envelope))
    }

    /// A message arrives; any source will do.
    fn arrive(&mut self, source: &str, raw: Bytes, kind: ArrivalKind) -> Result<(), WorldError> {
        let arrival = Arrival {
            source: SourceName::from(source),
            received: self.now,
            raw,
            kind,
        };
        let reading = Reading::read(arrival, self.core.policy());
        self.core.receive(&reading, self.now).map(drop).map_err(core)
    }

    fn compose(&mut self, from: &str, to: &str, subject: &str, headers: &[String], text: &str) -> String {
        self.mails += 1;
        let date = self.now.strftime("%a, %d %b %Y %H:%M:%S +0000");
        let id = format!("m{}@sender.example", self.mails);
        let more: String = headers.iter().map(|h| format!("{h}\r\n")).collect();
        let text = text.replace('\n', "\r\n");
        format!("From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nDate: {date}\r\nMessage-ID: <{id}>\r\n{more}\r\n{text}\r\n")
    }

    /// The last letter somebody got, about an item if one is named, and the address they answer from.
    fn last_letter(&self, who: &str, item: Option<&str>) -> Option<(String, Letter)> {
        let people = &self.core.policy().people;
        let addresses: Vec<String> = match people.get(who) {
            Some(person) => person.mail.iter().map(|m| m.folded().to_owned()).collect(),
            // Whoever is not configured and got mail is the requester.
            None => self
                .letters
                .keys()
                .filter(|a| a.parse().is_ok_and(|a| self.core.policy().person_by_address(&a).is_none()))
                .cloned()
                .collect(),
        };
        let got = addresses.iter().filter_map(|a| Some((a, self.letters.get(a)?)));
        let about = |items: &Vec<String>| item.is_none_or(|item| items.iter().any(|i| i == item));
        got.filter_map(|(address, letters)| {
            let (_, letter) = letters.iter().rev().find(|(items, _)| about(items))?;
            Some((address.clone(), letter.clone()))
        })
        .max_by_key(|(_, letter)| letter.date)
    }

    /// Commits, delivers what was queued, and notes it all.
    fn settle(&mut self, table: &mut Table) -> Result<(), WorldError> {
        for _ in 0..MAX_DELIVERIES {
            let entries = self.core.commit().map_err(core)?;
            entries.iter().for_each(|entry| table.add(&entry.record));
            self.records.extend(entries.into_iter().map(|entry| entry.record));
            let due = self.core.store().outbox_due(self.now, MAX_DELIVERIES).map_err(core)?;
            if due.is_empty() {
                return Ok(());
            }
            for delivery in due {
                self.deliver(&delivery);
                self.core.attempted(delivery.id, SendOutcome::Sent, self.now).map_err(core)?;
            }
        }
        Err(WorldError::Core("mail leads to mail without end".to_owned()))
    }

    fn deliver(&mut self, delivery: &Delivery) {
        let items = delivery.notices.iter().map(|(_, _, item)| item.to_string()).collect();
        let box_of = self.letters.entry(delivery.letter.to.folded().to_owned()).or_default();
        box_of.push((items, delivery.letter.clone()));
    }
}

fn core(error: impl std::fmt::Display) -> WorldError {
    WorldError::Core(error.to_string())
}

/// Where an answer goes: Reply-To, or in a joint mail the address of the item's own answers.
fn answer_address(letter: &Letter, item: Option<&str>) -> Option<String> {
    if let Some(to) = &letter.reply_to {
        return Some(to.to_string());
    }
    let item = format!("{}-", item?.to_lowercase());
    let links = letter.html.split("mailto:").skip(1);
    let addresses = links.filter_map(|link| link.split(['?', '"']).next());
    addresses
        .filter(|address| address.split_once('+').is_some_and(|(_, key)| key.starts_with(&item)))
        .map(|a| a.replace("%2B", "+"))
        .next()
}
