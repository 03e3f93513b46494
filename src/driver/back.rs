//! Something of ours came back: it is kept where it belongs, the delivery it is about fails, and nothing else follows. May import engine, model. Nothing is dropped.

use super::cascade::Cascade;
use super::trouble;
use crate::engine::{Back, Command, ItemCommand, Kept, Read, RoundCommand};
use crate::model::ItemId;

/// What stands for a rule where such a message is listed as let go.
const RETURNED: &str = "returned mail";

/// Keeps the message and tells of the failure; answers the item it is kept on.
pub(super) fn take(back: Back, cascade: &mut Cascade<'_>) -> Read<Vec<ItemId>> {
    let subject = back.message.subject.clone();
    let items = match back.kept {
        Kept::Item(id) => {
            cascade.run(Command::Item(id.clone(), ItemCommand::Join(back.message)))?;
            vec![id]
        }
        Kept::Round(id) => {
            cascade.run(Command::Round(id.clone(), RoundCommand::Heard(back.message)))?;
            vec![id]
        }
        Kept::Nowhere => {
            cascade.drop_message(RETURNED.to_owned(), back.what);
            Vec::new()
        }
    };
    if let Some(address) = back.echo {
        trouble::came_round(&address, items.first(), &subject, cascade)?;
        cascade.see_to_troubles()?;
    }
    if let Some((delivery, failure)) = back.failed {
        cascade.run(Command::Returned(delivery, failure))?;
    }
    Ok(items)
}
