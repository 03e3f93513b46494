//! Who a mail is from, as its network and its signatures tell: DKIM, SPF, DMARC. May import model, limits. DNS that fails or is slow means less evidence, never a lost mail.

use std::net::SocketAddr;
use std::time::Duration;

use mail_auth::common::crypto::Algorithm;
use mail_auth::dmarc::Alignment;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult, MessageAuthenticator, SpfOutput, SpfResult};
use tokio::time::timeout;

use super::limits::{DNS_CACHED_ANSWERS, DNS_TIMEOUT, MAX_SIGNATURES, PROOF_TIMEOUT};
use crate::decode::sha256_hex;
use crate::model::{AuthCheck, AuthChecks, AuthMethod, Peer, same_owner};

/// Checks the senders of mail. Cheap to share; answers of the DNS are kept as long as they say, up to a number of them.
#[derive(Clone)]
pub struct Prover {
    authenticator: MessageAuthenticator,
    /// The name this receiver has, for macros in SPF records.
    host: String,
    limit: Duration,
}

/// What is checked.
pub struct Sender<'a> {
    /// The mail's bytes.
    pub raw: &'a [u8],
    /// The return path, `None` for `<>`.
    pub return_path: Option<&'a str>,
    /// Who hands it over.
    pub peer: &'a Peer,
}

/// Why senders cannot be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no name server can be asked: {0}")]
pub struct NoResolver(String);

impl Prover {
    /// Asks the name server at `resolver`, or those of the machine. `host` is what this receiver calls itself.
    ///
    /// # Errors
    /// [`NoResolver`] when the machine names none.
    pub fn new(resolver: Option<SocketAddr>, host: &str) -> Result<Self, NoResolver> {
        let none = |error: &dyn std::fmt::Display| NoResolver(error.to_string());
        let (config, mut options) = match resolver {
            Some(at) => (at_address(at), ResolverOpts::default()),
            None => read_system_conf().map_err(|error| none(&error))?,
        };
        options.timeout = DNS_TIMEOUT;
        options.attempts = 2;
        options.cache_size = DNS_CACHED_ANSWERS;
        let authenticator = MessageAuthenticator::new(config, options).map_err(|error| none(&error))?;
        Ok(Self {
            authenticator,
            host: host.to_owned(),
            limit: PROOF_TIMEOUT,
        })
    }

    /// What can be found out about the sender within [`PROOF_TIMEOUT`]. What takes longer is `temperror`.
    pub async fn check(&self, sender: &Sender<'_>) -> AuthChecks {
        let late = || AuthChecks {
            checks: AuthMethod::ALL.into_iter().map(|method| plain(method, "temperror", "")).collect(),
        };
        timeout(self.limit, self.found(sender)).await.unwrap_or_else(|_| late())
    }

    async fn found(&self, sender: &Sender<'_>) -> AuthChecks {
        // Strict: a signature over a part of the body (`l=`) is none.
        let Some(mut message) = AuthenticatedMessage::parse_with_opts(sender.raw, None, true) else {
            return AuthChecks::default();
        };
        message.dkim_headers.truncate(MAX_SIGNATURES);
        let spf = self.spf(sender).await;
        let signatures = self.authenticator.verify_dkim(&message).await;
        let path_domain = sender
            .return_path
            .and_then(|path| path.rsplit_once('@'))
            .map_or("", |(_, domain)| domain);
        let dmarc = self
            .authenticator
            .verify_dmarc(DmarcParameters {
                message: &message,
                dkim_output: &signatures,
                dkim2_output: None,
                rfc5321_mail_from_domain: path_domain,
                spf_output: &spf,
            })
            .await;
        let author = match message.from.as_slice() {
            [one] => one.rsplit_once('@').map_or("", |(_, domain)| domain),
            _ => "",
        };
        let mut checks: Vec<AuthCheck> = signatures.iter().map(|signature| dkim_check(signature, author, &dmarc)).collect();
        if checks.is_empty() {
            checks.push(plain(AuthMethod::Dkim, "none", ""));
        }
        checks.push(AuthCheck {
            aligned: spf.result() == SpfResult::Pass && is_aligned(path_domain, author, &dmarc, AuthMethod::Spf),
            ..plain(AuthMethod::Spf, spf_word(&spf.result()), path_domain)
        });
        checks.push(AuthCheck {
            aligned: dmarc.result() == DmarcResult::Pass,
            ..plain(AuthMethod::Dmarc, dmarc_word(&dmarc.result()), author)
        });
        AuthChecks { checks }
    }

    async fn spf(&self, sender: &Sender<'_>) -> SpfOutput {
        match sender.return_path.filter(|path| path.contains('@')) {
            Some(path) => {
                let parameters = SpfParameters::verify_mail_from(sender.peer.address, &sender.peer.helo, &self.host, path);
                self.authenticator.verify_spf(parameters).await
            }
            // A null path proves nobody.
            None => SpfOutput::new(String::new()).with_result(SpfResult::None),
        }
    }
}

fn at_address(at: SocketAddr) -> ResolverConfig {
    let with_port = |mut connection: ConnectionConfig| {
        connection.port = at.port();
        connection
    };
    let connections = vec![with_port(ConnectionConfig::udp()), with_port(ConnectionConfig::tcp())];
    ResolverConfig::from_parts(None, Vec::new(), vec![NameServerConfig::new(at.ip(), true, connections)])
}

fn plain(method: AuthMethod, result: &str, domain: &str) -> AuthCheck {
    AuthCheck {
        method,
        result: result.to_owned(),
        domain: domain.to_lowercase(),
        aligned: false,
        signed: Vec::new(),
        signature: None,
    }
}

fn dkim_check(output: &DkimOutput<'_>, author: &str, dmarc: &DmarcOutput) -> AuthCheck {
    let Some(signature) = output.signature() else {
        return plain(AuthMethod::Dkim, dkim_word(output.result()), "");
    };
    // RFC 8301: SHA-1 proves nothing any more. Keys below 1,024 bits are refused by the library.
    let weak = signature.a == Algorithm::RsaSha1;
    let pass = *output.result() == DkimResult::Pass && !weak;
    AuthCheck {
        aligned: pass && is_aligned(&signature.d, author, dmarc, AuthMethod::Dkim),
        signed: signature.h.iter().map(|name| name.to_lowercase()).collect(),
        signature: Some(sha256_hex(&signature.b)),
        ..plain(
            AuthMethod::Dkim,
            if weak { "policy" } else { dkim_word(output.result()) },
            &signature.d,
        )
    }
}

/// Whether a domain that passed is the author's: the same where the author's DMARC record asks for that, else of the same owner. While that record
/// cannot be read, nothing is.
fn is_aligned(domain: &str, author: &str, dmarc: &DmarcOutput, method: AuthMethod) -> bool {
    let (domain, author) = (domain.to_lowercase(), author.to_lowercase());
    if domain.is_empty() || author.is_empty() || matches!(dmarc.result(), DmarcResult::TempError(_)) {
        return false;
    }
    let mode = dmarc.dmarc_record().map_or(Alignment::Relaxed, |record| match method {
        AuthMethod::Spf => record.aspf,
        AuthMethod::Dkim | AuthMethod::Dmarc => record.adkim,
    });
    match mode {
        Alignment::Strict => domain == author,
        Alignment::Relaxed => same_owner(&domain, &author),
    }
}

fn dkim_word(result: &DkimResult) -> &'static str {
    match result {
        DkimResult::Pass => "pass",
        DkimResult::Neutral(_) => "neutral",
        DkimResult::Fail(_) => "fail",
        DkimResult::PermError(_) => "permerror",
        DkimResult::TempError(_) => "temperror",
        DkimResult::None => "none",
    }
}

fn spf_word(result: &SpfResult) -> &'static str {
    match result {
        SpfResult::Pass => "pass",
        SpfResult::Fail => "fail",
        SpfResult::SoftFail => "softfail",
        SpfResult::Neutral => "neutral",
        SpfResult::TempError => "temperror",
        SpfResult::PermError => "permerror",
        SpfResult::None => "none",
    }
}

fn dmarc_word(result: &DmarcResult) -> &'static str {
    match result {
        DmarcResult::Pass => "pass",
        DmarcResult::Fail(_) => "fail",
        DmarcResult::TempError(_) => "temperror",
        DmarcResult::PermError(_) => "permerror",
        DmarcResult::None => "none",
    }
}
