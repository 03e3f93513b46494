//! What proves who wrote a mail. May import model, decode. A mark that fails proves nothing and takes nothing away; two authors are nobody.

use super::Policy;
use crate::decode::{Finding, Signature, findings, signatures};
use crate::model::{Address, AuthChecks, AuthMethod, Mail, Message, Proof, SourceName, same_owner};

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
    /// `auth` with logins of people: what such a person writes from an own address is proven.
    pub logins: bool,
}

impl SourceTrust {
    /// Whether anything that comes in here can be proven.
    #[must_use]
    pub fn proves(&self) -> bool {
        self.trusted || self.verifies || self.logins || !self.receivers.is_empty()
    }
}

impl Policy {
    /// What proves that a mail is its author's, if anything does. `key` is the reply key it is obeyed by: what is signed must carry it, or one signed
    /// mail and somebody else's key would make a command.
    #[must_use]
    pub fn proof(&self, message: &Message, key: Option<&str>) -> Option<Proof> {
        let mail = message.mail()?;
        let author = one_author(mail)?;
        // Whoever logged in is proven to be that person, and nobody else: not who a mail says it is from.
        if let Some(person) = &mail.envelope.login
            && self
                .people
                .get(person)
                .is_some_and(|somebody| somebody.mail.iter().any(|own| own.folded() == author.folded()))
        {
            return Some(Proof::Login(person.clone()));
        }
        if let Some(proof) = mail.envelope.checked.as_ref().and_then(|checks| checked(checks, mail, key)) {
            return Some(proof);
        }
        let trust = self.trust.get(&message.source)?;
        if trust.trusted {
            return Some(Proof::Source(message.source.clone()));
        }
        told(&findings(mail, &trust.receivers)?, mail, author.domain(), key)
    }

    /// Digests of the signatures of a mail that are known to be good: its author's domain signed it, and whoever checked says so. The same mail under
    /// another Message-ID has the same ones.
    #[must_use]
    pub fn good_signatures(&self, source: &SourceName, mail: &Mail) -> Vec<String> {
        if let Some(checks) = &mail.envelope.checked {
            return checks.signatures().map(str::to_owned).collect();
        }
        let receivers = self.trust.get(source).map_or(&[][..], |trust| &trust.receivers);
        good_signatures(mail, receivers)
    }
}

fn good_signatures(mail: &Mail, receivers: &[String]) -> Vec<String> {
    let Some((findings, author)) = findings(mail, receivers).zip(one_author(mail)) else {
        return Vec::new();
    };
    let all = signatures(mail);
    let good = all.iter().filter(|signature| vouched(signature, &findings, author.domain()));
    good.map(|signature| signature.digest.clone()).collect()
}

/// What a receiver that is trusted found. Where it tells how DMARC was passed, that way must prove it too: a signature that covers neither the subject nor the key
/// passes DMARC, and says nothing of them.
fn told(findings: &[Finding], mail: &Mail, author: &str, key: Option<&str>) -> Option<Proof> {
    let of = |method: AuthMethod| {
        findings
            .iter()
            .filter(move |found| found.method == method && found.result != "none")
    };
    if of(AuthMethod::Dmarc)
        .any(|found| found.result != "pass" || found.domain.as_ref().is_some_and(|from| !from.eq_ignore_ascii_case(author)))
    {
        return None;
    }
    let aligned = |found: &&Finding| found.result == "pass" && found.domain.as_ref().is_some_and(|domain| same_owner(domain, author));
    let network = of(AuthMethod::Spf).find(aligned);
    let all = signatures(mail);
    let signed = all
        .iter()
        .find(|signature| signature.whole && covers(&signature.signed, mail, key) && vouched(signature, findings, author));
    if of(AuthMethod::Dmarc).next().is_some() {
        let by_signature_alone = network.is_none() && of(AuthMethod::Dkim).any(|found| aligned(&found));
        return (!by_signature_alone || signed.is_some()).then(|| Proof::Receiver(author.to_lowercase()));
    }
    let dkim = signed.map(|signature| Proof::Told(AuthMethod::Dkim, signature.domain.clone()));
    dkim.or_else(|| network.map(|found| Proof::Told(AuthMethod::Spf, found.domain.clone().unwrap_or_default())))
}

/// Whether the receiver says that this signature passes, and it is of the author's owner.
fn vouched(signature: &Signature, findings: &[Finding], author: &str) -> bool {
    same_owner(&signature.domain, author)
        && findings.iter().any(|found| {
            found.method == AuthMethod::Dkim
                && found.result == "pass"
                && found.domain.as_deref() == Some(signature.domain.as_str())
                && found
                    .signature
                    .as_ref()
                    .is_none_or(|begins| signature.value.starts_with(begins.as_str()))
        })
}

/// What the door itself found: a signature first, as it says more than the network.
fn checked(checks: &AuthChecks, mail: &Mail, key: Option<&str>) -> Option<Proof> {
    let passed = |method: AuthMethod| {
        checks
            .checks
            .iter()
            .filter(move |check| check.method == method && check.aligned && check.result == "pass")
    };
    let signed = passed(AuthMethod::Dkim).find(|check| covers(&check.signed, mail, key));
    let dkim = signed.map(|check| Proof::Dkim(check.domain.clone()));
    dkim.or_else(|| passed(AuthMethod::Spf).next().map(|check| Proof::Spf(check.domain.clone())))
}

fn covers(signed: &[String], mail: &Mail, key: Option<&str>) -> bool {
    let is_signed = |name: &str| signed.iter().any(|signed| signed == name);
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

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
