//! How the folders of one account are, as one source. May import model, observe. The source works while all of them do.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::model::SourceName;
use crate::observe::{Report, Sources};

/// The folders.
pub struct Parts {
    source: SourceName,
    sources: Sources,
    failing: Mutex<BTreeSet<String>>,
}

impl Parts {
    /// Of a source.
    pub fn new(source: SourceName, sources: Sources) -> Self {
        Self {
            source,
            sources,
            failing: Mutex::default(),
        }
    }

    /// A folder works.
    pub fn works(&self, folder: &str, now: Timestamp) {
        let all = {
            let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
            failing.remove(folder);
            failing.is_empty()
        };
        if all {
            self.sources.report(&self.source, Report::Works, now);
        }
    }

    /// A folder does not work.
    pub fn failed(&self, folder: &str, why: String, now: Timestamp) {
        self.failing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(folder.to_owned());
        self.sources.report(&self.source, Report::Failed(why), now);
    }

    /// Something else.
    pub fn report(&self, report: Report, now: Timestamp) {
        self.sources.report(&self.source, report, now);
    }
}
