//! A source stays broken, or works again: the item that says so is opened once, and closed by itself. May import engine, model. Nothing is kept beside the item.

use super::cascade::Cascade;
use super::core::Core;
use crate::engine::{Cause, Command, Context, Correlation, ItemCommand, Past, Read, SourceIs, ailing_draft, ailing_key, recovered};
use crate::model::SourceName;

impl Core {
    /// Stages what follows from how a source is. Saying the same again changes nothing while the item is open.
    ///
    /// # Errors
    /// When the store cannot be read; nothing is staged.
    pub fn source_is(&mut self, source: &SourceName, how: &SourceIs, now: jiff::Timestamp) -> Read<()> {
        let policy = std::sync::Arc::clone(&self.policy);
        let cx = Context::new(&policy, now, self.next_seq).with_standing(std::sync::Arc::clone(&self.standing));
        let settled = {
            let view = self.view();
            let id = view.correlated(&Correlation::Key(ailing_key(source)))?;
            let item = id.map_or(Ok(None), |id| view.item(&id))?;
            let open = item.filter(|item| item.state.is_open());
            let mut cascade = Cascade::new(&view, &cx, &self.keys);
            match (how, open) {
                (SourceIs::Broken(broken), None) => cascade.open_by_itself(ailing_draft(source, broken, &cx))?,
                (SourceIs::Working | SourceIs::Gone, Some(item)) => {
                    let Some((note, said)) = recovered(&item, source, *how == SourceIs::Gone, now) else {
                        return Ok(());
                    };
                    let close = ItemCommand::CloseByRule {
                        rule: item.rule.clone(),
                        note: Some(note),
                        message: Box::new(said),
                        deeds: Box::default(),
                    };
                    cascade.run(Command::Item(item.id.clone(), close))?;
                }
                _ => return Ok(()),
            }
            cascade.settle(Cause::Timer, None)
        };
        self.add(settled, None);
        self.look_at_duty(Cause::Timer, now)
    }
}
