//! What people agreed to exchange, as the writer keeps it at hand: in the policy it decides by. May import engine, model, policy, store. Follows what is staged, as who is away does.

use std::sync::Arc;

use jiff::Timestamp;

use super::Core;
use crate::engine::{Actor, Cause, Change, Command, Context, Past, Read, ShiftCommand, SwapCommand, about};
use crate::model::{PersonKey, Shift, Swap};
use crate::reply::{Line, Said};

impl Core {
    /// Reads what is agreed, and decides by it.
    pub(super) fn exchange(&mut self) -> Read<()> {
        let shifts = self.view().shifts()?;
        let swaps: Vec<Swap> = shifts.iter().flat_map(Shift::standing_swaps).cloned().collect();
        self.policy = match swaps.is_empty() {
            true => Arc::clone(&self.written),
            false => Arc::new(self.written.with_swaps(swaps)),
        };
        Ok(())
    }

    /// Notes what a record says of swaps.
    pub(super) fn exchanged(&mut self, changes: &[Change]) {
        for change in changes {
            let Change::Shift(state) = change else { continue };
            let before = self.policy.swaps.iter().filter(|swap| swap.rotation == state.rotation);
            let same = |(one, two): (&Swap, &Swap)| one.id == two.id && one.state == two.state;
            if before.clone().count() == state.standing_swaps().count() && before.zip(state.standing_swaps()).all(same) {
                continue;
            }
            let others = self.policy.swaps.iter().filter(|swap| swap.rotation != state.rotation);
            let mut swaps: Vec<Swap> = others.chain(state.standing_swaps()).cloned().collect();
            swaps.sort_by(|one, two| one.rotation.cmp(&two.rotation));
            self.policy = Arc::new(self.written.with_swaps(swaps));
            self.looked_for.insert(state.rotation.clone());
        }
    }

    /// Whose shift it is can be otherwise now, or will be.
    pub(super) fn look_at_duty(&mut self, cause: Cause, now: Timestamp) -> Read<()> {
        for rotation in std::mem::take(&mut self.looked_for) {
            self.stage(Command::Shift(rotation, ShiftCommand::Begin), cause, now)?;
        }
        Ok(())
    }

    /// Stages what somebody at the command line said on a swap.
    pub(super) fn act_on_swap(&mut self, swap: Swap, actor: Actor, lines: Vec<Line>, now: Timestamp) -> Read<Vec<String>> {
        let say = SwapCommand::Say {
            id: swap.id,
            actor,
            lines,
            message: None,
        };
        self.stage(Command::Shift(swap.rotation, ShiftCommand::Swap(Box::new(say))), Cause::Local, now)
    }

    /// Stages what somebody at the command line said about themselves; answers what came of it.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn about(&mut self, person: &PersonKey, lines: &[Line], now: Timestamp) -> Read<Vec<String>> {
        let mut outcomes = Vec::with_capacity(lines.len());
        for line in lines {
            let policy = Arc::clone(&self.policy);
            let cx = Context::new(&policy, now, 0).with_standing(Arc::clone(&self.standing));
            let said = match &line.said {
                Said::Verb(verb) => about(person, verb, &cx),
                Said::Unclear(hint) => Some(Err(format!("not understood: {hint}"))),
            };
            let text = match said.unwrap_or_else(|| Err("this is not about yourself; `batond do ID` is for items".to_owned())) {
                Ok((command, text)) => {
                    self.stage(command, Cause::Local, now)?;
                    format!("✓ {}: {text}", line.text)
                }
                Err(why) => format!("✗ {}: {why}", line.text),
            };
            outcomes.push(text);
        }
        Ok(outcomes)
    }
}
