//! The rotations as people agreed to change them. May import model, calendar. An agreement covers turns, feeds and overrides; where one of the two is not configured any more it holds no longer.

use super::Policy;
use crate::calendar::Stretch;
use crate::model::{Swap, SwapState};

impl Policy {
    /// The same policy with these swaps: those that were accepted are in the rotations, in the order they were.
    #[must_use]
    pub fn with_swaps(&self, swaps: Vec<Swap>) -> Self {
        let mut policy = self.clone();
        let accepted = |swap: &Swap| match swap.state {
            SwapState::Accepted { at } => Some(at),
            _ => None,
        };
        let mut agreed: Vec<&Swap> = swaps.iter().filter(|swap| swap.is_agreed() && self.knows_both(swap)).collect();
        agreed.sort_by_key(|swap| (accepted(swap), swap.id.clone()));
        for swap in agreed {
            let Some(rotation) = policy.rotations.get_mut(&swap.rotation) else {
                continue;
            };
            for (giver, taker, stint) in swap.moves() {
                rotation.overrides.push(Stretch {
                    from: stint.from,
                    until: stint.until,
                    person: taker.clone(),
                    why: format!("{} took it over from {giver} ({})", taker, swap.id),
                });
            }
        }
        policy.swaps = swaps;
        policy
    }

    /// Whether both people of a swap are configured.
    #[must_use]
    pub fn knows_both(&self, swap: &Swap) -> bool {
        self.people.contains_key(&swap.asker) && self.people.contains_key(&swap.other)
    }
}
