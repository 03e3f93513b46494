//! Whom a mail listener accepts mail for. May import model. What is not named here is refused: nothing is ever relayed.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::model::Address;

/// A `for:` glob that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`for: {glob}` is not a glob: {why}")]
pub struct BadGlob {
    /// The glob as written.
    pub glob: String,
    /// What is wrong with it.
    pub why: String,
}

/// The recipients a listener accepts: its `for:` globs, and the desk's own addresses.
#[derive(Debug, Clone)]
pub struct Recipients {
    globs: GlobSet,
    desk: Address,
}

/// Why a recipient is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// A source route (RFC 5321 appendix C): a way of asking for relaying.
    Route,
    /// A quoted local part, or something that is not `name@domain`.
    Form,
    /// An address nobody here reads.
    Unknown,
}

impl Recipients {
    /// Reads the globs.
    ///
    /// # Errors
    /// The first glob that cannot be read.
    pub fn new(globs: &[String], desk: Address) -> Result<Self, BadGlob> {
        let bad = |glob: &str, error: &globset::Error| BadGlob {
            glob: glob.to_owned(),
            why: error.kind().to_string(),
        };
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            let glob = glob.as_str();
            set.add(GlobBuilder::new(&glob.to_lowercase()).build().map_err(|error| bad(glob, &error))?);
        }
        let globs = set.build().map_err(|error| bad(&globs.join(" "), &error))?;
        Ok(Self { globs, desk })
    }

    /// Reads what stood between `<` and `>` of a RCPT. A bare `postmaster` means the one of the desk's domain (RFC 5321 section 4.5.1).
    ///
    /// # Errors
    /// Why the mail is not for us.
    pub fn read(&self, path: &str) -> Result<Address, Foreign> {
        if path.starts_with('@') {
            return Err(Foreign::Route);
        }
        let address: Address = if path.eq_ignore_ascii_case("postmaster") {
            format!("{path}@{}", self.desk.domain()).parse().map_err(|_| Foreign::Form)?
        } else {
            path.parse().map_err(|_| Foreign::Form)?
        };
        if self.is_desk(&address) || self.globs.is_match(address.folded()) {
            Ok(address)
        } else {
            Err(Foreign::Unknown)
        }
    }

    /// `desk@ops.example`, and `desk+anything@ops.example`: the addresses answers come to.
    fn is_desk(&self, address: &Address) -> bool {
        let local = |address: &Address| address.local().to_lowercase();
        let (asked, desk) = (local(address), local(&self.desk));
        address.domain().eq_ignore_ascii_case(self.desk.domain())
            && asked
                .strip_prefix(&desk)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('+'))
    }
}

#[cfg(test)]
#[path = "recipients_tests.rs"]
mod tests;
