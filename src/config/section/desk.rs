//! `desk`, `store`, `web`, `unmatched`. May import the rest of config.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::fields::Fields;
use super::super::hook_door::{ClientHeader, Proxies};
use super::super::nearest::nearest;
use super::super::sections::Sections;
use super::super::settings::WebDoor;
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::budget::budget;
use super::digest::digest;
use super::tls;
use super::verify::network;
use crate::model::{Address, QueueName};
use crate::policy::{Budget, Desk};

/// The longest local part of the desk's address, in octets: `+KEY` follows it, and all of it stays within 64.
pub const MAX_DESK_LOCAL_BYTES: usize = 15;

/// How the sentence about a missing section begins.
pub(crate) const NO_SECTION: &str = "the configuration has no ";

/// A section that must be there.
pub(crate) fn required<'n>(cx: &mut Check<'_>, sections: &Sections<'n>, top: Spot, key: &str, hint: &str) -> Option<&'n Entry> {
    let found = sections.single(key);
    if found.is_none() {
        cx.error(Code::MissingKey, top, format!("{NO_SECTION}`{key}`")).hint(hint);
    }
    found
}

/// `desk: { address, name, budget, digest, coverage }`
pub(crate) fn desk(cx: &mut Check<'_>, sections: &Sections<'_>, top: Spot) -> Option<(Desk, Spot)> {
    let hint = "batond needs an address of its own: `desk: { address: desk@ops.example, name: Ops desk }`";
    let entry = required(cx, sections, top, "desk", hint)?;
    let fields = Fields::open(
        cx,
        entry.spot,
        &entry.value,
        "`desk`",
        &["address", "name", "budget", "digest", "coverage"],
        &[],
    )?;
    let budget = budget(cx, &fields, "the desk", Budget::default()).unwrap_or_default();
    let digest = digest(cx, &fields).unwrap_or_default();
    let coverage = fields.get("coverage").and_then(|node| weekly(cx, node)).unwrap_or(true);
    let name = fields.require(cx, "name", "the name that stands beside the address, such as `Ops desk`");
    let name = name.and_then(|node| cx.full_text(node)).map(str::to_owned);
    let node = fields.require(
        cx,
        "address",
        "the address batond writes from and is answered at, such as `desk@ops.example`",
    )?;
    let address = address(cx, node)?;
    if address.local().len() > MAX_DESK_LOCAL_BYTES {
        let text = format!(
            "`{}` is too long: reply keys are added to it, and an address has at most 64 octets before the @",
            address.local()
        );
        let hint = format!(
            "choose one with at most {MAX_DESK_LOCAL_BYTES} octets before the @, such as `desk@{}`",
            address.domain()
        );
        cx.error(Code::LongDesk, node.spot, text).hint(hint);
    } else if address.local().contains('+') {
        let text = "the desk's address cannot hold a `+`: what follows it in a reply is the key";
        cx.error(Code::BadAddress, node.spot, text)
            .hint(format!("choose one such as `desk@{}`", address.domain()));
    }
    let name = name?;
    let desk = Desk {
        address,
        name,
        budget,
        digest,
        coverage,
    };
    Some((desk, node.spot))
}

/// `weekly` or `none`.
fn weekly(cx: &mut Check<'_>, node: &Node) -> Option<bool> {
    match cx.text(node)?.trim().to_lowercase().as_str() {
        "weekly" => Some(true),
        "none" => Some(false),
        _ => {
            cx.error(Code::BadCoverage, node.spot, "not how often owners are told what is not covered")
                .hint("write `weekly` or `none`");
            None
        }
    }
}

/// One e-mail address.
pub(crate) fn address(cx: &mut Check<'_>, node: &Node) -> Option<Address> {
    cx.parsed(node, Code::BadAddress, "an e-mail address")
}

/// `store: { path }`
pub(crate) fn store(cx: &mut Check<'_>, sections: &Sections<'_>, top: Spot) -> Option<PathBuf> {
    let hint = "batond needs a folder to keep everything in: `store: { path: /var/lib/batond }`";
    let entry = required(cx, sections, top, "store", hint)?;
    let fields = Fields::open(cx, entry.spot, &entry.value, "`store`", &["path"], &[])?;
    let node = fields.require(cx, "path", "a folder, absolute or from the configuration folder")?;
    let path = cx.full_text(node)?;
    Some(cx.root().join(path))
}

/// `web: { listen, tls }`, with the spot of the address.
pub(crate) fn web(cx: &mut Check<'_>, sections: &Sections<'_>) -> Option<(WebDoor, Spot)> {
    let entry = sections.single("web")?;
    let known = ["listen", "tls", "proxies", "client_header"];
    let fields = Fields::open(cx, entry.spot, &entry.value, "`web`", &known, &["url", "pages"])?;
    let tls = fields.get("tls").map_or(Some(None), |node| tls::of_web(cx, node).map(Some));
    cx.proxies = proxies(cx, &fields);
    let node = fields.require(cx, "listen", "where HTTP listens, such as \"127.0.0.1:8025\"")?;
    let (listen, spot) = listen(cx, node)?;
    Some((WebDoor { listen, tls: tls? }, spot))
}

/// `proxies`, `client_header`: who stands in front, and where they write who sent a request.
fn proxies(cx: &mut Check<'_>, fields: &Fields<'_>) -> Proxies {
    let words = [
        ("x-forwarded-for", ClientHeader::XForwardedFor),
        ("forwarded", ClientHeader::Forwarded),
    ];
    let header = fields
        .get("client_header")
        .and_then(|node| cx.word(node, &words))
        .unwrap_or_default();
    if let Some(entry) = fields.entry("client_header").filter(|_| fields.get("proxies").is_none()) {
        cx.error(Code::NoEffect, entry.spot, "`client_header` has no effect without `proxies`")
            .hint("name the proxies whose word counts: `proxies: [\"10.0.0.7\"]`, or remove this");
    }
    let nodes = fields
        .get("proxies")
        .map_or(&[][..], |node| cx.one_or_many(node, Code::BadNetwork, "networks"));
    Proxies {
        networks: nodes.iter().filter_map(|node| network(cx, node)).collect(),
        header,
    }
}

/// An IP address and a port.
pub(crate) fn listen(cx: &mut Check<'_>, node: &Node) -> Option<(SocketAddr, Spot)> {
    let text = match &node.value {
        Value::Number(_, text) => text,
        _ => cx.text(node)?,
    };
    if let Ok(address) = text.parse() {
        return Some((address, node.spot));
    }
    let hint = match text.rsplit_once(':').map_or((None, text), |(host, port)| (Some(host), port)) {
        (Some("localhost"), port) => format!("write the IP address: \"127.0.0.1:{port}\""),
        (None | Some("" | "*"), port) if port.parse::<u16>().is_ok() => {
            format!("write \"0.0.0.0:{port}\" for all of IPv4, \"127.0.0.1:{port}\" for this machine only")
        }
        _ => "write an IP address and a port, such as \"127.0.0.1:2525\" or \"[::1]:2525\"".to_owned(),
    };
    let said = format!("`{}` is not an address to listen on", shown(text));
    cx.error(Code::BadListen, node.spot, said).hint(hint);
    None
}

/// `unmatched: { queue }`
pub(crate) fn unmatched(cx: &mut Check<'_>, sections: &Sections<'_>, top: Spot) -> Option<QueueName> {
    let Some(entry) = sections.single("unmatched") else {
        let text = "there is no `unmatched`: messages that no rule takes would have nowhere to go";
        cx.error(Code::NoUnmatched, top, text)
            .hint("name a queue for them: `unmatched: { queue: triage }`");
        return None;
    };
    let fields = Fields::open(cx, entry.spot, &entry.value, "`unmatched`", &["queue"], &[])?;
    let node = fields.require(cx, "queue", "the queue for messages that no rule takes")?;
    queue(cx, node)
}

/// The name of a queue that exists.
pub(crate) fn queue(cx: &mut Check<'_>, node: &Node) -> Option<QueueName> {
    let text = cx.text(node)?;
    if cx.names.queues.has(text) {
        return Some(QueueName::from(text));
    }
    let near = nearest(text, cx.names.queues.iter()).map(str::to_owned);
    let known = cx.names.queues.iter().collect::<Vec<_>>().join(", ");
    let hint = format!("the queues are {}", shown(&known));
    let said = cx.error(Code::UnknownQueue, node.spot, format!("unknown queue `{}`", shown(text)));
    if !known.is_empty() {
        said.hint(hint);
    }
    said.did_you_mean(near.as_deref());
    None
}
