//! A word at the command line that an address works. May import engine, model. What waits for it goes out.

use jiff::Timestamp;

use super::Core;
use super::cascade::Cascade;
use super::layer::View;
use super::trouble::works;
use crate::engine::{Cause, Context, Read};
use crate::model::Address;

impl Core {
    /// Stages that an address works again; `None` if there is no trouble with it. Answers what came of it.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn address_works(&mut self, address: &Address, now: Timestamp) -> Read<Option<Vec<String>>> {
        let policy = std::sync::Arc::clone(&self.policy);
        let cx = Context::new(&policy, now, self.next_seq).with_standing(std::sync::Arc::clone(&self.standing));
        let view = View {
            base: &*self.store,
            layer: &self.group,
        };
        let mut cascade = Cascade::new(&view, &cx, &self.keys);
        let said = works(address, true, &mut cascade)?;
        let settled = cascade.settle(Cause::Local, None);
        self.add(settled, None);
        Ok(said)
    }
}
