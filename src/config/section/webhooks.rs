//! `send: { webhooks, allow_networks, ca }`: web addresses that are called. May import the rest of config. A secret never reaches the policy, nor a diagnostic.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use url::Url;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::{Fields, key};
use super::super::nearest::nearest;
use super::super::secret::{self, Piece};
use super::super::sections::Sections;
use super::super::webhooks::{Webhook, Webhooks};
use super::super::yaml::{Node, Value};
use super::authorities::authorities;
use super::call::address;
use super::desk::queue;
use super::verify::{network, secrets};
use super::verify_standard::shared;
use crate::engine::EVENTS;
use crate::model::QueueName;
use crate::policy::Subscriber;

/// The keys of `send` that are read here.
pub(crate) const KEYS: [&str; 3] = ["webhooks", "allow_networks", "ca"];
/// The address of a configuration that is read without its secrets.
const STAND_IN: &str = "https://stand-in.example/";

/// What the shells need, and what the policy does.
pub(crate) type Read = (Webhooks, BTreeMap<String, Subscriber>);

/// Reads what is called.
pub(crate) fn webhooks(cx: &mut Check<'_>, sections: &Sections<'_>) -> Read {
    let mut read = Read::default();
    let Some(send) = sections.single("send") else { return read };
    let Value::Map(entries) = &send.value.value else { return read };
    let find = |name: &str| {
        entries
            .iter()
            .find(|entry| entry.key.as_deref() == Some(name))
            .map(|entry| &entry.value)
    };
    read.0.allow_networks = networks(cx, find("allow_networks"));
    read.0.ca = find("ca").and_then(|node| authorities(cx, node, Code::BadWebhook, "a receiver's"));
    let Some(node) = find("webhooks").filter(|node| !node.is_null()) else {
        return read;
    };
    let Value::Map(named) = &node.value else {
        cx.wrong_type(node, "a mapping of names")
            .hint("write `webhooks: { ci: { url: \"https://ci.example/hooks/batond\", secret: \"${env:CI_SECRET}\" } }`");
        return read;
    };
    for entry in named {
        let Some(name) = key(cx, entry) else { continue };
        if read.1.contains_key(name) {
            cx.error(
                Code::DefinedTwice,
                entry.spot,
                format!("the webhook `{}` stands twice in `send`", shown(name)),
            )
            .hint("give one of them another name");
            continue;
        }
        if let Some((webhook, subscriber)) = webhook(cx, &entry.value, name) {
            read.0.named.insert(name.to_owned(), webhook);
            read.1.insert(name.to_owned(), subscriber);
        }
    }
    read
}

fn networks(cx: &mut Check<'_>, node: Option<&Node>) -> Vec<IpNet> {
    let nodes = node.map_or(&[][..], |node| cx.one_or_many(node, Code::BadNetwork, "networks"));
    nodes.iter().filter_map(|node| network(cx, node)).collect()
}

fn webhook(cx: &mut Check<'_>, node: &Node, name: &str) -> Option<(Webhook, Subscriber)> {
    let what = format!("webhook `{}` of `send`", shown(name));
    let fields = Fields::open(cx, node.spot, node, &what, &["url", "secret", "events", "queues"], &[])?;
    let secrets = fields
        .get("secret")
        .map(|node| secrets(cx, node).and_then(|found| keys(cx, node, &found)));
    let hint = "the address that is called, such as https://ci.example/hooks/batond";
    let url = fields.require(cx, "url", hint).and_then(|node| url(cx, node, name));
    let events = fields
        .get("events")
        .map_or_else(Vec::new, |node| cx.one_or_many(node, Code::BadWord, "events").to_vec());
    let events: BTreeSet<String> = events.iter().filter_map(|node| event(cx, node)).collect();
    let queues = fields
        .get("queues")
        .map_or_else(Vec::new, |node| cx.one_or_many(node, Code::UnknownQueue, "queues").to_vec());
    let queues: BTreeSet<QueueName> = queues.iter().filter_map(|node| queue(cx, node)).collect();
    if let Some(entry) = fields.entry("queues").filter(|_| events.is_empty()) {
        cx.error(Code::NoEffect, entry.spot, "`queues` has no effect without `events`")
            .hint("say what it hears of: `events: [item.opened, item.done]`, or remove this");
    }
    let (url, shown) = url?;
    let secrets = secrets.unwrap_or_else(|| Some(Vec::new()))?;
    Some((
        Webhook { url, secrets },
        Subscriber {
            url: shown,
            events,
            queues,
        },
    ))
}

/// The keys of Standard Webhooks, decoded.
fn keys(cx: &mut Check<'_>, node: &Node, secrets: &[SecretString]) -> Option<Vec<SecretSlice<u8>>> {
    if cx.ambient.stands_in() {
        return Some(Vec::new());
    }
    let keys = secrets.iter().zip(node.one_or_many()).map(|(secret, node)| {
        let found = shared(secret.expose_secret().trim());
        if found.is_none() {
            cx.error(Code::SecretForm, node.spot, "this secret is not one of Standard Webhooks")
                .hint("make one and give it to the receiver: `echo whsec_$(openssl rand -base64 32)`");
        }
        found
    });
    keys.collect::<Vec<_>>().into_iter().collect()
}

fn event(cx: &mut Check<'_>, node: &Node) -> Option<String> {
    let text = cx.full_text(node)?;
    if EVENTS.contains(&text) {
        return Some(text.to_owned());
    }
    let near = nearest(text, EVENTS).map(str::to_owned);
    cx.error(Code::BadWord, node.spot, format!("there is no event `{}`", shown(text)))
        .hint(format!("the events are {}", EVENTS.join(", ")))
        .did_you_mean(near.as_deref());
    None
}

/// The address, and what people may see of it: all of it, or its host where the rest is a secret.
fn url(cx: &mut Check<'_>, node: &Node, name: &str) -> Option<(SecretString, String)> {
    let written = match &node.value {
        Value::Text(text) => text.trim(),
        _ => "",
    };
    let pieces = secret::pieces(written);
    let [Piece::Secret(reference)] = pieces.as_slice() else {
        return address(cx, node).map(|url| (SecretString::from(url.clone()), url));
    };
    if cx.ambient.stands_in() {
        return Some((SecretString::from(STAND_IN), format!("{STAND_IN}{name}")));
    }
    let found = match secret::resolve(reference, cx.root(), cx.ambient) {
        Ok(found) => found,
        Err(why) => {
            cx.error(why.code, node.spot, why.text).hint(why.hint);
            return None;
        }
    };
    let parsed = Url::parse(found.expose_secret().trim()).ok();
    let parsed = parsed.filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty()));
    let Some(url) = parsed else {
        cx.error(Code::BadWebhook, node.spot, format!("{reference} holds no web address"))
            .hint("put the whole address there, such as https://hooks.chat.example/services/…");
        return None;
    };
    // With the name, by which two of one host are told apart.
    let seen = format!("{}://{}/… ({name})", url.scheme(), url.host_str().unwrap_or_default());
    Some((SecretString::from(String::from(url)), seen))
}
