//! What proves who wrote a mail. May import model, decode. A mark that fails proves nothing and takes nothing away; two authors are nobody.

use super::Policy;
use crate::decode::auth_results;
use crate::model::{AuthMethod, Mail, Message, Proof};

/// How far what comes in by a source can prove who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceTrust {
    /// `trusted: true`: what hands mail over there has made sure who wrote it.
    pub trusted: bool,
    /// The receivers whose Authentication-Results are believed.
    pub receivers: Vec<String>,
}

impl SourceTrust {
    /// Whether anything that comes in here can be proven.
    #[must_use]
    pub fn proves(&self) -> bool {
        self.trusted || !self.receivers.is_empty()
    }
}

impl Policy {
    /// What proves that a mail is its author's, if anything does.
    #[must_use]
    pub fn proof(&self, message: &Message) -> Option<Proof> {
        let mail = message.mail()?;
        let author = one_author(mail)?;
        let trust = self.trust.get(&message.source)?;
        if trust.trusted {
            return Some(Proof::Source(message.source.clone()));
        }
        let results = auth_results(mail, &trust.receivers)?;
        let mut dmarc = results.of(AuthMethod::Dmarc).peekable();
        dmarc.peek()?;
        dmarc
            .all(|result| result == "pass")
            .then(|| Proof::Receiver(author.domain().to_lowercase()))
    }
}

/// The author of a mail with exactly one From header that names exactly one address.
fn one_author(mail: &Mail) -> Option<crate::model::Address> {
    let mut headers = mail.header("from");
    headers.next()?;
    match headers.next() {
        Some(_) => None,
        None => mail.author(),
    }
}
