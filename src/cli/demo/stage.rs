//! What a story is told with: a daemon, the mailboxes of its people, and every action told as it happens. May import client, views. An action that is not seen to work is a failure.

use std::io;
use std::time::Duration;

use super::hook;
use super::mail::Outgoing;
use super::mailbox::{Letter, Mailbox};
use super::missed;
use super::place::Place;
use super::process::{self, Daemon};
use super::tell::Teller;
use crate::cli::client::typed;
use crate::cli::screen::Screen;
use crate::clock::{Clock, SystemClock};
use crate::daemon::{Exit, Failure};
use crate::model::ItemId;
use crate::web::view::{HistoryEntry, ItemView, WhyView};

/// How long a thing may take that should happen at once.
pub const SOON: Duration = Duration::from_secs(10);

/// Somebody with a mailbox.
#[derive(Clone, Copy)]
pub struct Actor {
    /// How the story calls them.
    pub name: &'static str,
    /// Name and address, as their mail program writes them.
    pub mailbox: &'static str,
    /// The address.
    pub address: &'static str,
}

/// An item as `show` gives it.
#[derive(serde::Deserialize)]
pub struct Shown {
    /// The item.
    #[serde(flatten)]
    pub item: ItemView,
    /// Its timeline.
    pub history: Vec<HistoryEntry>,
}

/// Everything a story needs.
pub struct Stage<'a> {
    /// Prints.
    pub tell: Teller<'a>,
    /// Its folder and addresses.
    pub place: &'a Place,
    /// What it is printed on.
    pub screen: &'a Screen,
    mailbox: Mailbox,
    daemon: Option<Daemon>,
    sent: u32,
}

impl<'a> Stage<'a> {
    /// Starts the daemon.
    pub fn open(place: &'a Place, screen: &'a Screen) -> Result<Self, Failure> {
        let tell = Teller::new(screen);
        tell.act("The desk opens")?;
        let daemon = Daemon::start(place)?;
        let (smtp, web) = (place.smtp, place.web);
        tell.step(&format!(
            "A daemon runs (process {}): mail comes in at {smtp}, webhooks at {web}.",
            daemon.id()
        ))?;
        tell.remark(&format!(
            "Everything is in {}; notices land in outbox/ there.",
            place.folder.display()
        ))?;
        Ok(Self {
            tell,
            place,
            screen,
            mailbox: Mailbox::new(place.outbox()),
            daemon: Some(daemon),
            sent: 0,
        })
    }

    /// Ends the daemon in good order.
    pub fn close(mut self) -> Result<(), Failure> {
        self.daemon.take().map_or(Ok(()), Daemon::stop)
    }

    /// Kills the daemon and starts another on the same folder.
    pub fn kill_and_start(&mut self) -> Result<(), Failure> {
        if let Some(daemon) = self.daemon.take() {
            let id = daemon.id();
            daemon.kill()?;
            self.tell
                .step(&format!("Process {id} is killed (kill -9): it had no time to say goodbye."))?;
        }
        let daemon = Daemon::start(self.place)?;
        self.tell
            .step(&format!("A new daemon runs on the same store (process {}).", daemon.id()))?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// Somebody writes to support by SMTP. The answer has to name `item`.
    pub fn writes(&mut self, who: Actor, item: &str, subject: &str, text: &str) -> Result<ItemId, Failure> {
        self.tell
            .step(&format!("{} sends a mail to support@ops.example: \"{subject}\"", who.name))?;
        self.tell.quote(text)?;
        let mail = Outgoing {
            from: who.mailbox.to_owned(),
            to: "support@ops.example".to_owned(),
            subject: subject.to_owned(),
            id: self.next_id("customer.example"),
            answers: None,
            text: text.to_owned(),
        };
        let word = self.sends(&mail)?;
        if !word.ends_with(&format!("queued as {item}")) {
            return Err(missed("a mail by SMTP", &format!("250, queued as {item}"), &word));
        }
        self.tell.step(&format!("Taken, and on the disk: {word}"))?;
        item.parse()
            .map_err(|_| Failure::new(Exit::Internal, format!("`{item}` is no item id")))
    }

    /// Somebody answers a notice by mail.
    pub fn answers(&mut self, who: Actor, letter: &Letter, words: &str) -> Result<(), Failure> {
        let shown = words.replace('\n', " / ");
        self.tell.step(&format!("{} answers that mail: \"{shown}\"", who.name))?;
        let id = self.next_id("ops.example");
        let mail = Outgoing::answer(letter, who.mailbox, id, words, SystemClock.now());
        let word = self.sends(&mail)?;
        if word.ends_with(&format!("queued as {}", letter.item)) {
            return Ok(());
        }
        Err(missed(
            &format!("{} answers by mail", who.name),
            &format!("250, queued as {}", letter.item),
            &word,
        ))
    }

    /// A mail has to arrive.
    pub fn gets(&mut self, who: Actor, reason: &str, item: &ItemId, patience: Duration) -> Result<Letter, Failure> {
        let taken = self.mailbox.take(who.address, reason, &item.to_string(), patience);
        let letter = taken.map_err(|error| io_failure("the outbox", &error))?;
        let Some(letter) = letter else {
            let left = self.mailbox.left();
            let unread = if left.is_empty() {
                "none of them unexpected".to_owned()
            } else {
                left.join("; ")
            };
            return Err(missed(
                &format!("{} gets mail about {item}", who.name),
                &format!("a notice `{reason}` to {} within {} s", who.address, patience.as_secs()),
                &format!("{} mails in all, {unread}", self.mailbox.count()),
            ));
        };
        self.tell.step(&format!("{} gets mail ({reason}): {}", who.name, letter.subject))?;
        Ok(letter)
    }

    /// Nothing may have arrived.
    pub fn got_nothing(&mut self, who: Actor) -> Result<(), Failure> {
        match self.mailbox.holds_any_for(who.address) {
            Err(error) => Err(io_failure("the outbox", &error)),
            Ok(false) => Ok(()),
            Ok(true) => Err(missed(
                &format!("{} is not disturbed outside her hours", who.name),
                "no mail to her yet",
                &self.mailbox.left().join("; "),
            )),
        }
    }

    /// GitHub delivers a webhook; the answer must have this status. Gives its body.
    pub fn delivers(&mut self, secret: &str, delivery: &str, body: &str, status: u16) -> Result<String, Failure> {
        let answer = hook::deliver(self.place.web, secret, delivery, body).map_err(|error| io_failure("the webhook door", &error))?;
        if answer.status == status {
            return Ok(answer.body);
        }
        Err(missed(
            "a webhook signed as GitHub signs",
            &format!("status {status}"),
            &format!("status {}: {}", answer.status, answer.body),
        ))
    }

    /// The item now.
    pub fn show(&self, item: &ItemId) -> Result<Shown, Failure> {
        typed(&process::show(self.place, item)?)
    }

    /// Why it is where it is.
    pub fn why(&self, item: &ItemId) -> Result<WhyView, Failure> {
        typed(&process::why(self.place, item)?)
    }

    /// An item has to be in a state, with somebody.
    pub fn stands(&self, item: &ItemId, state: &str, holder: &str) -> Result<(), Failure> {
        let shown = self.show(item)?.item;
        let (now, has) = (
            shown.state.to_string(),
            shown.holder.map_or_else(String::new, |holder| holder.to_string()),
        );
        if (now.as_str(), has.as_str()) == (state, holder) {
            return self.tell.step(&format!("{item} is {state}; {holder} holds it."));
        }
        Err(missed(
            &format!("how {item} stands"),
            &format!("{state}, held by {holder}"),
            &format!("{now}, held by {has}"),
        ))
    }

    fn sends(&self, mail: &Outgoing) -> Result<String, Failure> {
        mail.send(self.place.smtp, SystemClock.now())
            .map_err(|error| io_failure("the mail door", &error))
    }

    fn next_id(&mut self, domain: &str) -> String {
        self.sent += 1;
        format!("demo.{}.{}@{domain}", std::process::id(), self.sent)
    }
}

fn io_failure(what: &str, error: &io::Error) -> Failure {
    missed(&format!("talking to {what}"), "an answer", &error.to_string())
}
