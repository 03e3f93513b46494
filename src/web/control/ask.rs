//! What can be asked over the control socket. May import model, its peers. Unknown keys are refused, so that a newer client hears it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{DeliveryId, ItemId, PersonKey, RotationName, RoundName};

/// The longest request line.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
pub enum Ask {
    /// What is open, or everything.
    List {
        /// Closed items too.
        #[serde(default)]
        all: bool,
    },
    /// One item with its history, a round, or a list.
    Show {
        /// Which.
        id: ItemId,
        /// Whose list, where several have that number.
        #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonKey>,
    },
    /// The bytes of one of its messages, as they came.
    Raw {
        /// Which item.
        id: ItemId,
        /// Which message of it, counted from 1 in the order they came.
        message: u32,
    },
    /// Its messages with their bytes, a page at a time.
    Messages {
        /// Which item.
        id: ItemId,
        /// The record that ended the page before; 0 for the first.
        #[serde(default)]
        after: u64,
    },
    /// Messages that a rule let go, a page at a time, oldest first.
    Dropped {
        /// Only what came then or later.
        #[serde(default)]
        since: Option<Timestamp>,
        /// The record that ended the page before; 0 for the first.
        #[serde(default)]
        after: u64,
        /// Their bytes too.
        #[serde(default)]
        bytes: bool,
    },
    /// Why it is where it is.
    Why {
        /// Which.
        id: ItemId,
        /// Whose list, where several have that number.
        #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonKey>,
    },
    /// Do what somebody says, in the words of a reply.
    Do {
        /// Which.
        id: ItemId,
        /// The lines.
        words: String,
        /// Who says it; the accountable person if nobody is named.
        #[serde(rename = "as", default)]
        person: Option<PersonKey>,
    },
    /// How items were handed on.
    Handoffs {
        /// At changes of shift of this rotation only.
        #[serde(default)]
        rotation: Option<RotationName>,
        /// So many of the newest at most.
        last: usize,
    },
    /// The outbox.
    Outbox {
        /// Only calls, no mail.
        #[serde(default)]
        calls: bool,
    },
    /// Do something with deliveries.
    #[serde(rename = "mail")]
    Mail {
        /// Which; every dead letter if none is named.
        ids: Vec<DeliveryId>,
        /// Why they do not go out; without it they go out again.
        #[serde(default)]
        drop: Option<String>,
    },
    /// What is expected.
    Expect,
    /// What is muted.
    Mutes,
    /// Mute something.
    Mute {
        /// An item, a queue, or `key:KEY`.
        target: String,
        /// Until when, in the words of a reply.
        until: String,
        /// Why.
        why: String,
        /// Who says so; whoever answers for it if nobody is named.
        #[serde(rename = "as", default)]
        person: Option<PersonKey>,
        /// Whether what is urgent is told all the same.
        #[serde(default)]
        except_urgent: bool,
    },
    /// End a mute before its time.
    Unmute {
        /// Its name.
        name: String,
        /// Who says so; whoever set it if nobody is named.
        #[serde(rename = "as", default)]
        person: Option<PersonKey>,
    },
    /// Addresses mail to which is in trouble.
    Addresses,
    /// Let mail to an address go on.
    AddressWorks {
        /// The address.
        address: String,
    },
    /// Swaps of duty.
    Swaps,
    /// Do what somebody says about themselves, in the words of a reply.
    About {
        /// Who says it.
        #[serde(rename = "as")]
        person: PersonKey,
        /// The lines.
        words: String,
    },
    /// What is not covered.
    Coverage {
        /// In so many weeks from now on.
        weeks: u32,
    },
    /// The secrets of the reply keys.
    Keys {
        /// What is to be done with them.
        change: super::KeyChange,
    },
    /// Who is on duty.
    Who {
        /// A queue or rotation; all rotations if none is named.
        #[serde(default)]
        name: Option<String>,
        /// When; now if nothing is said.
        #[serde(default)]
        at: Option<Timestamp>,
    },
    /// Rounds: those that are planned and open, or all.
    Rounds {
        /// Those that are over too.
        #[serde(default)]
        all: bool,
    },
    /// Begin a round.
    #[serde(rename = "round")]
    StartRound {
        /// Which.
        name: RoundName,
        /// What it is about this time.
        #[serde(default)]
        about: String,
        /// Who says so.
        #[serde(rename = "as")]
        person: PersonKey,
    },
    /// Read the configuration again.
    Reload {
        /// Decide nothing by it: only say what would be otherwise.
        #[serde(default)]
        dry_run: bool,
    },
    /// How the sources are.
    Sources,
    /// How the daemon is.
    Status,
}
