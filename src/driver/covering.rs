//! Which mute covers a message, or what is raised. May import engine, model, policy. Of several the one that lasts longest: nobody is told while one of them holds.

use crate::engine::{Context, Past, Read};
use crate::model::{MuteName, MuteTarget, Muting, QueueName};

/// The mute that covers what goes to a queue under a key. `matched` are the entries of the configuration whose conditions hold for the message.
pub(super) fn covering(
    matched: &[MuteName],
    queue: &QueueName,
    key: Option<&str>,
    past: &dyn Past,
    cx: &Context<'_>,
) -> Read<Option<Muting>> {
    let mut found: Option<Muting> = None;
    let mut take = |muting: &Muting| {
        let longer = found.as_ref().is_none_or(|found| muting.until > found.until);
        if muting.until > cx.now && longer {
            found = Some(muting.clone());
        }
    };
    for name in matched {
        let Some(said) = cx.policy.mutes.said.get(name) else { continue };
        if past.mute(name)?.is_none_or(|state| state.ended.is_none()) {
            take(said);
        }
    }
    let of_queue = MuteTarget::Queue(queue.clone()).name();
    let of_key = key.and_then(|key| MuteTarget::Key(key.to_owned()).name());
    for name in of_queue.into_iter().chain(of_key) {
        if let Some(state) = past.mute(&name)?.filter(|state| state.ended.is_none()) {
            take(&state.muting);
        }
    }
    Ok(found)
}
