//! AUTH in a session (RFC 4954): PLAIN and LOGIN, under TLS only. May import its peers in intake. A wrong secret costs time, and too many cost the connection.

use data_encoding::BASE64;
use tokio::time::{Instant, sleep_until};

use super::command::{Hello, Mechanism};
use super::logins::{Given, MAX_WRONG_A_SESSION, WRONG_DELAY};
use super::reply::{self, Reply};
use super::session::{Next, Session, ended};
use super::wire::{End, Line};
use crate::observe::Report;

impl Session {
    /// AUTH.
    pub(super) async fn auth(&mut self, mechanism: Mechanism, first: Option<String>) -> Next {
        if let Some(refusal) = self.no_login() {
            self.say(&refusal);
            return Next::Command;
        }
        let given = match mechanism {
            Mechanism::Plain => self.plain(first).await,
            Mechanism::Login => self.login(first).await,
        };
        match given {
            Ok(given) => self.judge(given).await,
            Err(Refused::Said(refusal)) => {
                self.say(&refusal);
                Next::Command
            }
            Err(Refused::Ended(end)) => ended(end),
        }
    }

    /// Why nobody can log in now.
    fn no_login(&self) -> Option<Reply> {
        let peer = self.peer;
        if self.desk.logins.is_none() {
            return Some(reply::NOT_HERE);
        }
        let refusal = match &self.hello {
            _ if !self.secured => reply::LOGIN_NEEDS_TLS,
            Some((Hello::Ehlo, _)) if self.logged_in.is_some() => reply::LOGIN_ALREADY,
            Some((Hello::Ehlo, _)) if self.transaction.is_some() => reply::LOGIN_FIRST,
            Some((Hello::Ehlo, _)) if self.desk.guesses.may(peer) => return None,
            Some((Hello::Ehlo, _)) => reply::LOGIN_LATER,
            _ => reply::HELLO_FIRST,
        };
        Some(refusal)
    }

    async fn plain(&mut self, first: Option<String>) -> Result<Option<Given>, Refused> {
        let response = match first {
            Some(first) => first.into_bytes(),
            None => self.answer_to("").await?,
        };
        Ok(Given::plain(&response))
    }

    async fn login(&mut self, first: Option<String>) -> Result<Option<Given>, Refused> {
        let name = match first {
            Some(first) => first.into_bytes(),
            None => self.answer_to("Username:").await?,
        };
        let secret = self.answer_to("Password:").await?;
        Ok(Given::login(&name, &secret))
    }

    /// Asks for a line.
    async fn answer_to(&mut self, question: &str) -> Result<Vec<u8>, Refused> {
        self.wire.say(&format!("334 {}", BASE64.encode(question.as_bytes())));
        let line = match self.line().await {
            Ok(Line::Whole(line)) => line,
            Ok(Line::Long) => return Err(Refused::Said(reply::LONG)),
            Ok(Line::Bare) => return Err(Refused::Said(reply::BARE)),
            Err(end) => return Err(Refused::Ended(end)),
        };
        let answer = line.trim_ascii_end();
        if answer == b"*" {
            return Err(Refused::Said(reply::LOGIN_CANCELLED));
        }
        Ok(answer.to_vec())
    }

    async fn judge(&mut self, given: Option<Given>) -> Next {
        let logins = self.desk.logins.clone();
        let found = given.zip(logins).and_then(|(given, logins)| given.check(&logins.load()));
        if let Some(found) = found {
            tracing::info!(source = %self.desk.source, user = %found.name, "logged in");
            self.desk.guesses.right(self.peer);
            self.logged_in = Some(found);
            self.wire.say(&reply::LOGGED_IN);
            return Next::Command;
        }
        self.desk.guesses.wrong(self.peer);
        self.desk
            .accept
            .tell(&self.desk.source, Report::Refused("login"), self.desk.clock.now());
        tracing::warn!(source = %self.desk.source, peer = %self.peer, "a login was refused");
        self.wrong_logins += 1;
        let until = Instant::now() + WRONG_DELAY;
        // Whoever guesses gives their seat to anybody who needs it.
        self.seat.idle();
        let waited = tokio::select! {
            biased;
            () = self.seat.lost() => Err(End::Crowded),
            () = self.wire.last_call() => Err(End::Stop),
            () = sleep_until(until) => Ok(()),
        };
        self.seat.busy();
        if let Err(end) = waited {
            return ended(end);
        }
        if self.wrong_logins >= MAX_WRONG_A_SESSION {
            return Next::Close(reply::TOO_MANY_ERRORS);
        }
        self.say(&reply::LOGIN_WRONG);
        Next::Command
    }
}

/// Why there is nothing to judge.
enum Refused {
    Said(Reply),
    Ended(End),
}
