//! What became of each message: where it went, what was promised, who was told. May import model, engine. Says nothing of item numbers where two runs are compared.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use jiff::Timestamp;

use super::catalogue::Played;
use crate::engine::{DeliveryEvent, ItemEvent, Record, Step};
use crate::model::{Body, ClockKind, Item, ItemId, Message, Priority, QueueName, Reader, Reason};

/// The most characters of a message's headline.
const MAX_HEADLINE_CHARS: usize = 120;

/// What became of a message.
#[derive(Debug, Clone)]
pub struct Fate {
    /// The file, and in a mailbox the number of the message.
    pub name: String,
    /// When it came.
    pub at: Timestamp,
    /// What it is, in a line: `mail by dora@customer.example: The printer is on fire`. Text of strangers.
    pub headline: String,
    /// What it did at once. Nothing for a message that closes nothing.
    pub did: Vec<Did>,
    /// The items it opened.
    pub items: Vec<ItemId>,
    /// The deadlines that were promised at once, for each item it opened in turn.
    pub deadlines: Vec<(ClockKind, Timestamp)>,
    /// Every notice about an item it opened, up to the end.
    pub told: Vec<Told>,
}

/// One thing a message did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Did {
    /// It opened an item.
    Opened {
        /// In this queue.
        queue: QueueName,
        /// By this rule.
        rule: String,
        /// With this priority.
        priority: Priority,
        /// With these labels.
        labels: BTreeSet<String>,
    },
    /// It joined an item.
    Joined {
        /// In this queue.
        queue: QueueName,
    },
    /// It had come before, and changed nothing.
    Repeated {
        /// In this queue.
        queue: QueueName,
    },
    /// It closed an item.
    Closed {
        /// In this queue.
        queue: QueueName,
        /// By this rule.
        rule: String,
    },
    /// It was let go.
    Dropped {
        /// By this rule.
        rule: String,
        /// For this reason.
        reason: String,
    },
}

/// Somebody was told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// When the mail went out.
    pub at: Timestamp,
    /// Who.
    pub to: Reader,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opened {
                queue,
                rule,
                priority,
                labels,
            } => {
                write!(f, "opened in {queue} by `{rule}`, {priority}")?;
                for label in labels {
                    write!(f, ", {label}")?;
                }
                Ok(())
            }
            Self::Joined { queue } => write!(f, "joined an item in {queue}"),
            Self::Repeated { queue } => write!(f, "a repeat in {queue}"),
            Self::Closed { queue, rule } => write!(f, "closed an item in {queue} by `{rule}`"),
            Self::Dropped { rule, reason } => write!(f, "dropped by `{rule}`: {reason}"),
        }
    }
}

impl Fate {
    /// A message of which nothing came yet.
    pub(super) fn new(played: &Played, message: &Message) -> Self {
        Self {
            name: played.name.clone(),
            at: played.at,
            headline: headline(message),
            did: Vec::new(),
            items: Vec::new(),
            deadlines: Vec::new(),
            told: Vec::new(),
        }
    }

    /// What it did, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let did: Vec<String> = self.did.iter().map(ToString::to_string).collect();
        if did.is_empty() {
            "changed nothing".to_owned()
        } else {
            did.join("; ")
        }
    }
}

/// What a message is, in a line.
fn headline(message: &Message) -> String {
    let text = match &message.body {
        Body::Mail(mail) => {
            let from = mail.from.first().map_or("nobody", |from| from.address.as_str());
            format!("mail by {from}: {}", mail.subject)
        }
        Body::Hook(hook) => {
            let event = hook.event.as_deref().map(|event| format!(" {event}"));
            format!("webhook {}{}", message.source, event.unwrap_or_default())
        }
        Body::Unparsed { why, .. } => format!("a message that cannot be read: {}", why.text),
    };
    if text.chars().count() <= MAX_HEADLINE_CHARS {
        return text;
    }
    let kept: String = text.chars().take(MAX_HEADLINE_CHARS - 1).collect();
    format!("{kept}…")
}

/// Which message each item came of.
#[derive(Debug, Default)]
pub(super) struct Trail {
    now: Option<usize>,
    items: HashMap<ItemId, (usize, QueueName)>,
}

impl Trail {
    /// What follows is done by the message with this number.
    pub(super) fn begin(&mut self, number: usize) {
        self.now = Some(number);
    }

    /// What follows is done by no message.
    pub(super) fn end(&mut self) {
        self.now = None;
    }

    /// Writes down what a record says of messages.
    pub(super) fn follow(&mut self, record: &Record, fates: &mut [Fate]) {
        for step in &record.steps {
            match step {
                Step::Item(id, events) => events.iter().for_each(|event| self.item(id, event, fates)),
                Step::Delivery(_, events) => {
                    for event in events {
                        let DeliveryEvent::Queued { delivery } = event else { continue };
                        for (_, reason, item) in &delivery.notices {
                            let Some(fate) = self.items.get(item).and_then(|(number, _)| fates.get_mut(*number)) else {
                                continue;
                            };
                            fate.told.push(Told {
                                at: record.at,
                                to: delivery.reader.clone(),
                                reason: *reason,
                            });
                        }
                    }
                }
                Step::Dropped(rule, reason) => {
                    if let Some(fate) = self.now.and_then(|number| fates.get_mut(number)) {
                        fate.did.push(Did::Dropped {
                            rule: rule.clone(),
                            reason: reason.clone(),
                        });
                    }
                }
                _ => {}
            }
        }
    }

    fn item(&mut self, id: &ItemId, event: &ItemEvent, fates: &mut [Fate]) {
        let Some((number, fate)) = self.now.and_then(|number| Some((number, fates.get_mut(number)?))) else {
            // A timer can open items too.
            return;
        };
        if let ItemEvent::Opened { item, .. } = event {
            self.items.insert(id.clone(), (number, item.queue.clone()));
            fate.items.push(id.clone());
            fate.did.push(opened(item));
            return;
        }
        let Some((_, queue)) = self.items.get(id) else { return };
        let queue = queue.clone();
        match event {
            ItemEvent::Joined { .. } => fate.did.push(Did::Joined { queue }),
            ItemEvent::Repeated { .. } => fate.did.push(Did::Repeated { queue }),
            ItemEvent::Done { rule: Some(rule), .. } => {
                // The message joins what it closes: one word for both.
                fate.did.retain(|did| !matches!(did, Did::Joined { .. }));
                let rule = rule.name.to_string();
                fate.did.push(Did::Closed { queue, rule });
            }
            ItemEvent::ClockStarted(clock) if fate.items.contains(id) => fate.deadlines.push((clock.kind, clock.deadline)),
            _ => {}
        }
    }
}

fn opened(item: &Item) -> Did {
    Did::Opened {
        queue: item.queue.clone(),
        rule: item.rule.name.to_string(),
        priority: item.priority,
        labels: item.labels.clone(),
    }
}
