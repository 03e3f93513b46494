//! What proves who wrote a mail. May import model, decode. A mark that fails proves nothing and takes nothing away; two authors are nobody.

use super::Policy;
use crate::decode::auth_results;
use crate::model::{Address, AuthCheck, AuthChecks, AuthMethod, Mail, Message, Proof};

/// What a signature must cover to prove who writes what to whom.
const MUST_BE_SIGNED: [&str; 3] = ["from", "to", "subject"];
/// Where a reply key can stand in a mail.
const KEY_HEADERS: [&str; 4] = ["to", "cc", "in-reply-to", "references"];

/// How far what comes in by a source can prove who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceTrust {
    /// `trusted: true`: what hands mail over there has made sure who wrote it.
    pub trusted: bool,
    /// `verify`: the door itself checks DKIM, SPF and DMARC.
    pub verifies: bool,
    /// The receivers whose Authentication-Results are believed.
    pub receivers: Vec<String>,
}

impl SourceTrust {
    /// Whether anything that comes in here can be proven.
    #[must_use]
    pub fn proves(&self) -> bool {
        self.trusted || self.verifies || !self.receivers.is_empty()
    }
}

impl Policy {
    /// What proves that a mail is its author's, if anything does. `key` is the reply key it is obeyed by: what is signed must carry it, or one signed
    /// mail and somebody else's key would make a command.
    #[must_use]
    pub fn proof(&self, message: &Message, key: Option<&str>) -> Option<Proof> {
        let mail = message.mail()?;
        let author = one_author(mail)?;
        if let Some(proof) = mail.envelope.checked.as_ref().and_then(|checks| checked(checks, mail, key)) {
            return Some(proof);
        }
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

/// What the door itself found: a signature first, as it says more than the network.
fn checked(checks: &AuthChecks, mail: &Mail, key: Option<&str>) -> Option<Proof> {
    let passed = |method: AuthMethod| {
        checks
            .checks
            .iter()
            .filter(move |check| check.method == method && check.aligned && check.result == "pass")
    };
    let signed = passed(AuthMethod::Dkim).find(|check| covers(check, mail, key));
    let dkim = signed.map(|check| Proof::Dkim(check.domain.clone()));
    dkim.or_else(|| passed(AuthMethod::Spf).next().map(|check| Proof::Spf(check.domain.clone())))
}

fn covers(check: &AuthCheck, mail: &Mail, key: Option<&str>) -> bool {
    let is_signed = |name: &str| check.signed.iter().any(|signed| signed == name);
    let carries = |name: &str| key.is_none_or(|key| mail.header(name).any(|value| value.to_lowercase().contains(key)));
    MUST_BE_SIGNED.into_iter().all(is_signed) && KEY_HEADERS.into_iter().any(|name| is_signed(name) && carries(name))
}

/// The author of a mail with exactly one From header that names exactly one address.
fn one_author(mail: &Mail) -> Option<Address> {
    let mut headers = mail.header("from");
    headers.next()?;
    match headers.next() {
        Some(_) => None,
        None => mail.author(),
    }
}
