//! Mutes over the control socket: what holds, setting one by hand, ending one. May import model, policy, reply, engine, driver, view.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::answer::{Told, act, item, person};
use super::{Control, ErrorKind, Trouble};
use crate::engine::{said_by, when_context};
use crate::model::{MuteName, MuteTarget, Muting, PersonKey, QueueName, Reader};
use crate::policy::Policy;
use crate::reply::parse_when;
use crate::web::view::MuteView;

/// What holds: what is stored, and what the configuration says and nothing came for so far.
pub(super) async fn list(control: &Control) -> Told {
    let stored = control.handle.read(|store| store.mutes()).await??;
    let (policy, now) = (control.handle.policy(), control.clock.now());
    let fresh = policy.mutes.said.values();
    let fresh = fresh.filter(|said| said.until > now && !stored.iter().any(|mute| mute.muting.name == said.name));
    let mut views: Vec<MuteView> = stored.iter().map(Into::into).chain(fresh.map(Into::into)).collect();
    views.sort_by(|a, b| a.until.cmp(&b.until).then_with(|| a.name.cmp(&b.name)));
    Ok(json!({ "mutes": views }))
}

/// What somebody asks to be muted.
pub(super) struct Wish {
    /// An item, a queue, or `key:KEY`.
    pub(super) target: String,
    /// Until when, in the words of a reply.
    pub(super) until: String,
    /// Why.
    pub(super) why: String,
    /// Who says so; whoever answers for it if nobody is named.
    pub(super) person: Option<PersonKey>,
    /// Whether what is urgent is told all the same.
    pub(super) except_urgent: bool,
}

/// Sets one.
pub(super) async fn begin(control: &Control, wish: Wish) -> Told {
    let policy = control.handle.policy();
    let target = target(&wish.target, &policy)?;
    let refuse = |text: String| Trouble::new(ErrorKind::BadRequest, text);
    if !wish.why.contains(char::is_alphanumeric) {
        return Err(refuse("say why: --why \"the vendor knows\"".to_owned()));
    }
    let by = match (wish.person, &target) {
        (Some(by), _) => by,
        (None, MuteTarget::Item(id)) => item(control, id).await?.accountable,
        (None, MuteTarget::Queue(queue)) => policy.queue(queue).owner.clone(),
        (None, _) => return Err(refuse("a key belongs to no one: say who mutes it, with --as PERSON".to_owned())),
    };
    person(&by, &policy)?;
    if let MuteTarget::Item(id) = target {
        if wish.except_urgent {
            return Err(refuse("of one item everything is muted; leave out --except-urgent".to_owned()));
        }
        let why = wish.why.split_whitespace().collect::<Vec<_>>().join(" ");
        return act(control, id, &format!("/mute {}: {why}", wish.until), Some(by)).await;
    }
    let now = control.clock.now();
    let until = until(&wish.until, &by, &policy, now).map_err(refuse)?;
    let muting = Muting {
        except_urgent: wish.except_urgent,
        ..said_by(&by, target, until, &wish.why, &policy)
    };
    let name = muting.name.clone();
    let lines = control.handle.mute(muting).await?;
    Ok(json!({ "name": name, "as": by, "until": until, "lines": lines }))
}

/// Ends one before its time.
pub(super) async fn end(control: &Control, name: &str, by: Option<PersonKey>) -> Told {
    let policy = control.handle.policy();
    let target = target(name, &policy);
    if let Ok(MuteTarget::Item(id)) = target {
        return act(control, id, "/unmute", by).await;
    }
    let name = target.ok().and_then(|target| target.name()).unwrap_or_else(|| MuteName::from(name));
    let known = {
        let wanted = name.clone();
        control.handle.read(move |store| store.mute(&wanted)).await??
    };
    let owner = match known.as_ref().map(|mute| &mute.muting) {
        Some(Muting { by: Some(by), .. }) => by.clone(),
        _ => policy.queue(&policy.unmatched).owner.clone(),
    };
    let by = by.unwrap_or(owner);
    person(&by, &policy)?;
    let lines = control.handle.unmute(name.clone(), by.clone()).await?;
    let none = || {
        Trouble::new(
            ErrorKind::NotFound,
            format!("there is no mute `{name}` that holds; `batond mute` lists them"),
        )
    };
    Ok(json!({ "name": name, "as": by, "lines": lines.ok_or_else(none)? }))
}

/// What is meant: an item, `queue:NAME` or the bare name of a queue, `key:KEY`.
fn target(text: &str, policy: &Policy) -> Result<MuteTarget, Trouble> {
    let bare = QueueName::from(text.trim());
    if policy.queues.contains_key(&bare) {
        return Ok(MuteTarget::Queue(bare));
    }
    match text.parse::<MuteTarget>() {
        Ok(MuteTarget::Queue(queue)) if !policy.queues.contains_key(&queue) => {
            let known: Vec<_> = policy.queues.keys().map(ToString::to_string).collect();
            let text = format!("there is no queue `{queue}`; there are {}", known.join(", "));
            Err(Trouble::new(ErrorKind::NotFound, text))
        }
        Ok(target) => Ok(target),
        Err(error) => {
            let text = format!("`{text}` is neither an item nor a queue; {error}");
            Err(Trouble::new(ErrorKind::NotFound, text))
        }
    }
}

fn until(text: &str, by: &PersonKey, policy: &Policy, now: Timestamp) -> Result<Timestamp, String> {
    let context = when_context(&Reader::Person(by.clone()), policy, now);
    let until = parse_when(text, &context).map_err(|error| error.to_string())?;
    if until.duration_since(now) > SignedDuration::from_hours(24 * Muting::MAX_DAYS) {
        return Err("a mute lasts a year at most; write a nearer time".to_owned());
    }
    Ok(until)
}
