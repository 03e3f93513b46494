//! Swaps of duty, as `batond swap` gives them. May import model.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::coverage::StretchView;
use crate::model::{ItemId, PersonKey, RotationName, Stint, Swap, SwapState};

/// One swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapView {
    /// Its id.
    pub id: ItemId,
    /// The rotation.
    pub rotation: RotationName,
    /// Who asked.
    pub asker: PersonKey,
    /// Who was asked.
    pub other: PersonKey,
    /// What goes from the asker to the other.
    pub given: Vec<StretchView>,
    /// What goes back in return.
    pub returned: Vec<StretchView>,
    /// When it was asked.
    pub asked: Timestamp,
    /// It is over if nobody has answered by then.
    pub answer_by: Timestamp,
    /// `asked`, `accepted`, `declined`, `withdrawn` or `lapsed`.
    pub state: String,
    /// Since when it is so; `null` while it waits.
    pub since: Option<Timestamp>,
    /// Why, as its people say it. Untrusted text.
    pub why: Option<String>,
}

impl From<&Swap> for SwapView {
    fn from(swap: &Swap) -> Self {
        let (since, why) = match &swap.state {
            SwapState::Asked => (None, None),
            SwapState::Accepted { at } | SwapState::Lapsed { at } => (Some(*at), None),
            SwapState::Declined { at, why } | SwapState::Withdrawn { at, why, .. } => (Some(*at), Some(why.clone())),
        };
        let stretches = |stints: &[Stint]| {
            stints
                .iter()
                .map(|stint| StretchView {
                    from: stint.from,
                    until: stint.until,
                })
                .collect()
        };
        Self {
            id: swap.id.clone(),
            rotation: swap.rotation.clone(),
            asker: swap.asker.clone(),
            other: swap.other.clone(),
            given: stretches(&swap.given),
            returned: stretches(&swap.returned),
            asked: swap.asked,
            answer_by: swap.answer_by,
            state: swap.state.as_str().to_owned(),
            since,
            why: why.filter(|why| !why.is_empty()),
        }
    }
}
