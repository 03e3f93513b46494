//! A small world on virtual time: the driver's core over memory, a post office that delivers at once, people who answer what they got. May import everything below.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use secrecy::SecretSlice;

use super::mailboxes::{Mailboxes, answer_address};
use super::report::delivery_report;
use super::{Step, Table, What};
use crate::clock::is_set;
use crate::driver::{Arrival, ArrivalKind, Core, HookParts, Reading, Receipt};
use crate::engine::{Record, SendOutcome, said_by, when_context};
use crate::model::{AuthCheck, AuthChecks, AuthMethod, Envelope, Letter, MuteName, MuteTarget, Muting, PersonKey, Reader, SourceName};
use crate::policy::Policy;
use crate::reply::{KeyRing, parse_when};
use crate::store::{MemoryStore, Store};

/// The secret of a simulated world: known, so that two runs print the same bytes.
const KEY: [u8; 32] = [7; 32];
/// The source mail comes in by where there is one of that name.
const INBOX: &str = "inbox";
/// What a vacation robot says of itself (RFC 3834).
const ROBOT: &str = "Auto-Submitted: auto-replied";
/// The most mail one instant can give rise to; more is a storm and a defect.
const MAX_DELIVERIES: usize = 100_000;

/// The world.
pub struct World {
    core: Core,
    now: Timestamp,
    letters: Mailboxes,
    mails: u64,
    records: Vec<Record>,
    down: bool,
    begun: bool,
    waits: bool,
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
    #[must_use]
    pub fn new(policy: Arc<Policy>, now: Timestamp) -> Self {
        Self::over(MemoryStore::new(), policy, now)
    }

    /// The same for a long run: histories and raw bytes are not kept, and [`World::take_records`] empties the rest.
    #[must_use]
    pub fn without_past(policy: Arc<Policy>, now: Timestamp) -> Self {
        Self::over(MemoryStore::without_past(), policy, now)
    }

    fn over(store: MemoryStore, policy: Arc<Policy>, now: Timestamp) -> Self {
        let keys = KeyRing::new(&[SecretSlice::from(KEY.to_vec())]).expect("a secret of 32 bytes makes a key ring");
        Self {
            core: Core::new(Box::new(store), policy, keys),
            now,
            letters: Mailboxes::default(),
            mails: 0,
            records: Vec::new(),
            down: false,
            begun: false,
            waits: false,
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

    /// The records since this was last asked, oldest first.
    pub fn take_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }

    /// What decides.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        self.core.policy()
    }

    /// Whether nothing arrives: batond is down.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.down
    }

    /// When something is due by itself.
    ///
    /// # Errors
    /// When the core fails.
    pub fn next_due(&self) -> Result<Option<Timestamp>, WorldError> {
        self.core.store().next_due().map_err(core)
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

    /// Sets the clock, ahead or back: no time passes by that, and what is due by it then happens.
    ///
    /// # Errors
    /// When the core fails.
    pub fn set_clock(&mut self, to: Timestamp, table: &mut Table) -> Result<(), WorldError> {
        self.now = to;
        // The driver begins once the clock is set.
        if self.waits && is_set(to) {
            self.waits = false;
            self.core.begin(to).map_err(core)?;
        }
        self.settle(table)?;
        while self.core.wake(self.now).map_err(core)? > 0 {
            if self.core.staged() == 0 {
                return Err(WorldError::Core(format!("something due at {to} decides nothing")));
            }
            self.settle(table)?;
        }
        self.settle(table)
    }

    /// Ends batond and starts it again when the clock shows `at`, which can be before.
    ///
    /// # Errors
    /// When the core fails.
    pub fn restart_at(&mut self, at: Timestamp, table: &mut Table) -> Result<(), WorldError> {
        self.core.forget();
        self.waits = true;
        self.set_clock(at, table)
    }

    /// Decides by another policy from now on.
    ///
    /// # Errors
    /// When the core fails.
    pub fn reload(&mut self, policy: Arc<Policy>, table: &mut Table) -> Result<(), WorldError> {
        self.core.set_policy(policy, self.now).map_err(core)?;
        self.settle(table)
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
            What::Mute { target, until, who, why } => {
                table.line(self.now, "-", format!("→ {who} mutes {target} until {until}: {why}"));
                let fail = |why: String| WorldError::Step { line: step.line, why };
                let muting = self.muting(target, until, who, why).map_err(fail)?;
                self.core.begin_mute(&muting, self.now).map_err(core)?;
            }
            What::Unmute { name, who } => {
                table.line(self.now, "-", format!("→ {who} ends mute {name}"));
                let name = MuteName::from(name.as_str());
                let ended = self.core.end_mute(&name, &PersonKey::from(who.as_str()), self.now).map_err(core)?;
                ended.ok_or_else(|| WorldError::Step {
                    line: step.line,
                    why: format!("there is no mute {name}"),
                })?;
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
                self.mail_in(from, to, raw, None)?;
            }
            What::Hook { source, json } => {
                table.line(self.now, "-", format!("→ hook {source}"));
                let parts = HookParts {
                    content_type: Some("application/json".to_owned()),
                    ..HookParts::default()
                };
                self.arrive(source, Bytes::from(json.clone().into_bytes()), ArrivalKind::Hook(parts))?;
            }
            What::Reply { who, item, text } => self.reply(step.line, (who, item.as_deref()), text, None, table)?,
            What::Bounce { who, said } => self.bounce(step.line, who, said, table)?,
            What::Robot { who, text } => self.reply(step.line, (who, None), text, Some(ROBOT), table)?,
        }
        self.settle(table)
    }

    /// Somebody answers the last mail they got, or the last about an item; their program adds a header, if one is given.
    fn reply(
        &mut self,
        line: usize,
        (who, item): (&str, Option<&str>),
        text: &str,
        header: Option<&str>,
        table: &mut Table,
    ) -> Result<(), WorldError> {
        let fail = |why: String| WorldError::Step { line, why };
        let (address, letter) = self
            .last_letter(who, item)
            .ok_or_else(|| fail(format!("{who} got no mail to answer")))?;
        let to = answer_address(&letter, item).ok_or_else(|| fail("that mail has no address to answer to".to_owned()))?;
        let quoted: String = letter.text.lines().map(|line| format!("> {line}\n")).collect();
        let written = letter.date.strftime("%a, %b %d, %Y at %H:%M");
        let body = format!(
            "{text}\n\nOn {written} {} <{}> wrote:\n{quoted}",
            letter.from_name.as_deref().unwrap_or_default(),
            letter.from
        );
        let mut headers = vec![format!("In-Reply-To: <{}>", letter.message_id)];
        headers.extend(header.map(str::to_owned));
        headers.extend(self.proof(&address));
        let raw = self.compose(&address, &to, &format!("Re: {}", letter.subject), &headers, &body);
        let first = text.lines().next().unwrap_or_default();
        let robot = if header.is_some() { "'s robot" } else { "" };
        table.line(self.now, "-", format!("→ {who}{robot} answers: {first}"));
        let checked = self.checked(&address);
        self.mail_in(&address, &to, raw, checked)
    }

    /// What a door that checks senders finds of a mail that is its author's.
    fn checked(&self, address: &str) -> Option<AuthChecks> {
        let verifies = self.core.policy().trust.get(&self.source()).is_some_and(|trust| trust.verifies);
        let domain = address.rsplit('@').next()?.to_owned();
        let check = AuthCheck {
            method: AuthMethod::Spf,
            result: "pass".to_owned(),
            domain,
            aligned: true,
            signed: Vec::new(),
            signature: None,
        };
        verifies.then(|| AuthChecks { checks: vec![check] })
    }

    /// The last mail somebody got comes back to its return path.
    fn bounce(&mut self, line: usize, who: &str, said: &str, table: &mut Table) -> Result<(), WorldError> {
        let fail = |why: String| WorldError::Step { line, why };
        let (_, letter) = self.last_letter(who, None).ok_or_else(|| fail(format!("{who} got no mail")))?;
        let back = letter.return_path.clone().filter(|_| !letter.null_return_path);
        let back = back.ok_or_else(|| fail("that mail has no return path".to_owned()))?.to_string();
        self.mails += 1;
        let (date, id) = (
            self.now.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            format!("r{}@mx.example", self.mails),
        );
        let raw = delivery_report(&letter, &back, said, &id, &date.to_string());
        table.line(self.now, "-", format!("→ the mail to {who} comes back: {said}"));
        let envelope = Envelope {
            from: None,
            to: vec![back],
            ..Envelope::default()
        };
        self.arrive("inbox", Bytes::from(raw.into_bytes()), ArrivalKind::Mail(envelope))
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

    /// What somebody says at the command line who mutes something.
    fn muting(&self, target: &str, until: &str, who: &str, why: &str) -> Result<Muting, String> {
        let policy = self.core.policy();
        let who = PersonKey::from(who);
        let target = target.parse::<MuteTarget>().map_err(|error| error.to_string())?;
        let context = when_context(&Reader::Person(who.clone()), policy, self.now);
        let until = parse_when(until, &context).map_err(|error| error.to_string())?;
        Ok(said_by(&who, target, until, why, policy))
    }

    /// What the receiver in front adds to a mail that is its author's.
    fn proof(&self, address: &str) -> Option<String> {
        let trust = self.core.policy().trust.get(&self.source())?;
        let (receiver, domain) = trust.receivers.first().zip(address.rsplit('@').next())?;
        Some(format!("Authentication-Results: {receiver}; dmarc=pass header.from={domain}"))
    }

    /// By which source mail comes in: `inbox`, else the first that takes any.
    fn source(&self) -> SourceName {
        let inbox = SourceName::from(INBOX);
        let trust = &self.core.policy().trust;
        match trust.keys().next() {
            Some(first) if !trust.contains_key(&inbox) => first.clone(),
            _ => inbox,
        }
    }

    fn mail_in(&mut self, from: &str, to: &str, raw: String, checked: Option<AuthChecks>) -> Result<(), WorldError> {
        let envelope = Envelope {
            from: Some(from.to_owned()),
            to: vec![to.to_owned()],
            checked,
            login: None,
            ..Envelope::default()
        };
        let source = self.source();
        self.arrive(source.as_str(), Bytes::from(raw.into_bytes()), ArrivalKind::Mail(envelope))
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
            None if who.contains('@') => vec![who.to_lowercase()],
            // Whoever is not configured and got mail is the requester.
            None => self
                .letters
                .addresses()
                .filter(|a| a.parse().is_ok_and(|a| self.core.policy().person_by_address(&a).is_none()))
                .cloned()
                .collect(),
        };
        self.letters.last(&addresses, item)
    }

    /// Commits, delivers what was queued, and notes it all.
    fn settle(&mut self, table: &mut Table) -> Result<(), WorldError> {
        for _ in 0..MAX_DELIVERIES {
            let entries = self.core.commit().map_err(core)?;
            entries.iter().for_each(|entry| table.add(&entry.record));
            self.records.extend(entries.into_iter().map(|entry| entry.record));
            let due = self.core.store().outbox_due(self.now, MAX_DELIVERIES).map_err(core)?;
            // Nothing is called here: what would be stands in the table of the item.
            let calls = self.core.store().calls_due(self.now, MAX_DELIVERIES).map_err(core)?;
            if due.is_empty() && calls.is_empty() {
                return Ok(());
            }
            for call in calls {
                self.core.attempted(call.id, SendOutcome::Sent, self.now).map_err(core)?;
            }
            for delivery in due {
                self.letters.deliver(&delivery);
                self.core.attempted(delivery.id, SendOutcome::Sent, self.now).map_err(core)?;
            }
        }
        Err(WorldError::Core("mail leads to mail without end".to_owned()))
    }
}

fn core(error: impl std::fmt::Display) -> WorldError {
    WorldError::Core(error.to_string())
}
