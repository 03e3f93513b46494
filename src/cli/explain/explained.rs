//! One message, explained: what it says, what would come of it, how each rule fared. May import model, engine, policy, the driver's foresight. One object a line.

use std::panic::{AssertUnwindSafe, catch_unwind};

use secrecy::SecretSlice;
use serde::Serialize;

use super::message::MessageView;
use super::verdict::{TraceView, VerdictView};
use crate::driver::{Arrival, Reading, foresee};
use crate::engine;
use crate::model::{Body, Message};
use crate::policy::Policy;
use crate::reply::KeyRing;
use crate::simulate::messages::FileMessage;
use crate::store::MemoryStore;

/// A secret that signs nothing: whether a reply key is valid only the daemon knows.
const NO_KEY: [u8; 32] = [0; 32];
/// What is said when reading or deciding fails.
const DEFECT: &str = "explaining it failed; this is a defect of batond";

/// One message, explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The path as it was given or found; in a mailbox followed by `:N`.
    pub file: String,
    /// The message; `null` when there is none.
    pub message: Option<MessageView>,
    /// What would come of it; `null` without a configuration.
    pub verdict: Option<VerdictView>,
    /// How each rule fared, in order, up to the one that ended it.
    pub trace: Vec<TraceView>,
    /// Why the file or the message cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Explains messages.
pub struct Explainer<'a> {
    policy: Option<&'a Policy>,
    keys: KeyRing,
    nothing: MemoryStore,
}

impl<'a> Explainer<'a> {
    /// Explains by a policy; without one, only what messages say.
    ///
    /// # Panics
    /// Never: the built-in secret makes a key ring.
    pub fn new(policy: Option<&'a Policy>) -> Self {
        Self {
            policy,
            keys: KeyRing::new(&[SecretSlice::from(NO_KEY.to_vec())]).expect("a secret of 32 bytes makes a key ring"),
            nothing: MemoryStore::new(),
        }
    }

    /// Explains one message, as if it arrived at its time and nothing had come before it. Never fails: what went wrong is told in its place.
    pub fn explain(&self, found: FileMessage) -> Explained {
        let file = found.name;
        match found.arrival {
            Err(why) => Explained::without_message(file, why),
            Ok(arrival) => {
                let explained = catch_unwind(AssertUnwindSafe(|| self.arrival(file.clone(), arrival)));
                explained.unwrap_or_else(|_| Explained::without_message(file, DEFECT.to_owned()))
            }
        }
    }

    fn arrival(&self, file: String, arrival: Arrival) -> Explained {
        let Some(policy) = self.policy else {
            return Explained::of(file, &Reading::message(&arrival));
        };
        let now = arrival.received;
        let reading = Reading::read_traced(arrival, policy);
        let mut explained = Explained::of(file, &reading.message);
        let outcomes = engine::outcomes(&reading.message, &reading.verdict, policy);
        match foresee(&reading, &self.nothing, policy, &self.keys, now) {
            Ok(foreseen) => explained.verdict = VerdictView::of(&outcomes, reading.verdict.failure.as_ref(), &foreseen),
            Err(error) => explained.error = Some(error.to_string()),
        }
        let failure = reading.verdict.failure.as_ref();
        explained.trace = reading.verdict.trace.iter().map(|trace| TraceView::of(trace, failure)).collect();
        explained
    }
}

impl Explained {
    /// A file without a message.
    fn without_message(file: String, why: String) -> Self {
        Self {
            file,
            message: None,
            verdict: None,
            trace: Vec::new(),
            error: Some(why),
        }
    }

    /// A message as it was read.
    fn of(file: String, message: &Message) -> Self {
        let error = match &message.body {
            Body::Unparsed { why, .. } => Some(why.text.clone()),
            Body::Mail(_) | Body::Hook(_) => None,
        };
        Self {
            file,
            message: Some(message.into()),
            verdict: None,
            trace: Vec::new(),
            error,
        }
    }
}
