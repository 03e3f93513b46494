//! What answers mail without reading it: vacation programs, aliases, lists, challenge senders.

use std::cell::Cell;
use std::rc::Rc;

use jiff::SignedDuration;

use super::{Mail, Robot, Sent};

/// The headers that tell machines apart, which a careless gateway takes away.
const SIGNS: [&str; 6] = [
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "Precedence",
    "X-Batond-Item",
    "X-Batond-Reason",
];

/// How a robot answers.
#[derive(Clone, Copy)]
pub struct Manner {
    /// How long it takes.
    pub delay: SignedDuration,
    /// Whether it answers to Reply-To with In-Reply-To, as mail programs do; else as something new.
    pub threads: bool,
    /// Whether its words change each time, not only its numbers.
    pub babbles: bool,
}

pub fn header(raw: &str, name: &str) -> Option<String> {
    let head = raw.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
    let value = head.split("\r\n").find_map(|line| {
        let (own, value) = line.split_once(':')?;
        own.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })?;
    Some(match value.split_once('<') {
        Some((_, rest)) if name == "From" => rest.split('>').next().unwrap_or_default().to_lowercase(),
        _ => value,
    })
}

/// Takes headers away.
pub fn without(raw: &str, names: &[&str]) -> String {
    let (head, body) = raw.split_once("\r\n\r\n").expect("headers and a body");
    let mut kept = String::new();
    let mut skips = false;
    for line in head.split("\r\n") {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default();
            skips = names.iter().any(|gone| gone.eq_ignore_ascii_case(name));
        }
        if !skips {
            kept.push_str(line);
            kept.push_str("\r\n");
        }
    }
    format!("{kept}\r\n{body}")
}

/// The mail without everything by which a machine could be known.
pub fn unmarked(raw: &str) -> String {
    without(raw, &SIGNS)
}

/// The same, and a new mail for whoever looks at ids.
pub fn made_new(raw: &str, number: usize) -> String {
    let bare = without(
        &unmarked(raw),
        &["X-Batond-Delivery", "Message-ID", "In-Reply-To", "References", "Reply-To"],
    );
    format!("Message-ID: <new-{number}@gateway.example>\r\n{bare}")
}

/// Somebody writes.
pub fn written(from: &str, to: &str, subject: &str, id: &str, text: &str) -> String {
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nMessage-ID: <{id}>\r\n\r\n{text}\r\n"
    )
}

fn counter() -> impl Fn() -> usize {
    let count = Rc::new(Cell::new(0));
    move || {
        count.set(count.get() + 1);
        count.get()
    }
}

/// A vacation program that answers every mail to `address`, says nowhere that it is one, and never writes the same subject or Message-ID twice.
/// Where it begins something new it writes to `known`.
pub fn vacation(address: &'static str, known: &'static str, manner: Manner) -> Robot {
    let next = counter();
    Box::new(move |sent: &Sent| {
        if sent.letter.to.folded() != address {
            return Vec::new();
        }
        let number = next();
        let text = if manner.babbles {
            let words = ["sea", "hills", "snow", "islands", "desert", "woods", "lake", "city"];
            let word = |n: usize| words[(number / words.len().pow(u32::try_from(n).unwrap())) % words.len()];
            format!("I am at the {} by the {} near the {}.", word(0), word(1), word(2))
        } else {
            format!("I am away at the moment. This is answer {number}.")
        };
        let to = match (&sent.letter.reply_to, manner.threads) {
            (Some(reply_to), true) => reply_to.to_string(),
            _ => known.to_owned(),
        };
        let mut raw = written(
            address,
            &to,
            &format!("Out of reach {number}"),
            &format!("away-{number}@robot.example"),
            &text,
        );
        if manner.threads {
            raw = format!("In-Reply-To: <{}>\r\nReferences: <{0}>\r\n{raw}", sent.letter.message_id);
        }
        vec![Mail {
            at: sent.at + manner.delay,
            from: Some(address.to_owned()),
            to,
            raw,
        }]
    })
}

/// An alias that sends every mail to `address` on to `to`, changed by `change`.
pub fn alias(address: &'static str, to: &'static str, change: fn(&str, usize) -> String) -> Robot {
    let next = counter();
    Box::new(move |sent: &Sent| {
        if sent.letter.to.folded() != address {
            return Vec::new();
        }
        let raw = format!(
            "Received: from mx.example by alias.example; Mon, 23 Nov 2026 10:00:00 +0000\r\n{}",
            change(&sent.raw, next())
        );
        vec![Mail {
            at: sent.at + SignedDuration::from_secs(5),
            from: sent.from.clone(),
            to: to.to_owned(),
            raw,
        }]
    })
}

/// A list at `address` that sends what it gets to all members, the desk's queue among them, in its own name.
pub fn list(address: &'static str, member: &'static str, change: fn(&str, usize) -> String) -> Robot {
    let next = counter();
    Box::new(move |sent: &Sent| {
        if sent.letter.to.folded() != address {
            return Vec::new();
        }
        let bare = without(&change(&sent.raw, next()), &["From", "Reply-To"]);
        vec![Mail {
            at: sent.at + SignedDuration::from_secs(5),
            from: Some(format!("bounces-{address}")),
            to: member.to_owned(),
            raw: format!("From: Dora via list <{address}>\r\n{bare}"),
        }]
    })
}

/// A robot that asks everybody who writes to prove that they are a person, each time.
pub fn challenge(address: &'static str, delay: SignedDuration) -> Robot {
    let next = counter();
    Box::new(move |sent: &Sent| {
        if sent.letter.to.folded() != address {
            return Vec::new();
        }
        let number = next();
        let to = sent.from.clone().unwrap_or_else(|| sent.letter.from.to_string());
        let text = format!("Your message is held. Click https://gate.example/{number} to have it delivered.");
        vec![Mail {
            at: sent.at + delay,
            from: Some(address.to_owned()),
            raw: written(
                address,
                &to,
                &format!("[gate {number}] Are you a person?"),
                &format!("gate-{number}@gate.example"),
                &text,
            ),
            to,
        }]
    })
}
