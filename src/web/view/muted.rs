//! What is muted, as `batond mute` gives it. May import model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{ItemId, Mute, MuteName, Muting, PersonKey};

/// A mute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MuteView {
    /// Its name: of the entry in the configuration, or what it is set on.
    pub name: MuteName,
    /// `holds`, or `ended` for one of the configuration that was ended by hand.
    pub state: String,
    /// What it covers, such as `queue support`.
    pub covers: String,
    /// When it ends.
    pub until: Timestamp,
    /// The zone that is best read in.
    pub zone: String,
    /// Why.
    pub why: String,
    /// Who set it; `null` for the configuration.
    pub by: Option<PersonKey>,
    /// Where the configuration says so.
    pub place: Option<String>,
    /// Whether what is urgent is told all the same.
    pub except_urgent: bool,
    /// Since when it covers something; `null` if nothing came so far.
    pub since: Option<Timestamp>,
    /// How many messages came.
    pub messages: u32,
    /// How many items it covered.
    pub items: u32,
    /// How many of them were closed meanwhile.
    pub closed: u32,
    /// How many left it otherwise: taken up, or muted by another.
    pub left: u32,
    /// The first hundred of those it mutes now.
    pub open: Vec<ItemId>,
    /// How many more it mutes now.
    pub more: u32,
}

impl From<&Muting> for MuteView {
    /// One that covered nothing so far.
    fn from(muting: &Muting) -> Self {
        Self {
            name: muting.name.clone(),
            state: "holds".to_owned(),
            covers: muting.target.to_string(),
            until: muting.until,
            zone: muting.time_zone.clone(),
            why: muting.why.clone(),
            by: muting.by.clone(),
            place: muting.place.as_ref().map(ToString::to_string),
            except_urgent: muting.except_urgent,
            since: None,
            messages: 0,
            items: 0,
            closed: 0,
            left: 0,
            open: Vec::new(),
            more: 0,
        }
    }
}

impl From<&Mute> for MuteView {
    fn from(mute: &Mute) -> Self {
        Self {
            state: if mute.ended.is_some() { "ended" } else { "holds" }.to_owned(),
            since: Some(mute.since),
            messages: mute.messages,
            items: mute.items,
            closed: mute.closed,
            left: mute.taken,
            open: mute.open.iter().cloned().collect(),
            more: mute.more,
            ..Self::from(&mute.muting)
        }
    }
}
