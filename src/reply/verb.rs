//! The verbs. May import model. Each says what it carries; who may say it is the engine's table.

use jiff::Timestamp;

use super::{AwayWords, SwapWords};
use crate::model::{Address, ItemId, Priority};

/// What somebody asks for in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// `accept [what I will do]`
    Accept(Option<String>),
    /// `decline WHY`
    Decline(String),
    /// `done [NOTE]`
    Done(Option<String>),
    /// `pass PERSON|TEAM [NOTE]`: the name as written.
    Pass(String, Option<String>),
    /// `snooze WHEN`
    Snooze(Timestamp),
    /// `wait [WHEN] [for WHOM]`
    Wait(Option<Timestamp>, Option<String>),
    /// `block WHY`
    Block(String),
    /// `unblock`
    Unblock,
    /// `mute WHEN WHY`
    Mute(Timestamp, String),
    /// `unmute`
    Unmute,
    /// `note TEXT`
    Note(String),
    /// `reply TEXT`: goes to the requester.
    Reply(String),
    /// `reopen [WHY]`
    Reopen(Option<String>),
    /// `drop WHY`
    Drop(String),
    /// `priority P`
    Priority(Priority),
    /// `away FROM until WHEN [cover NAME]`
    Away(AwayWords),
    /// `back`
    Back,
    /// `swap WHEN with NAME [for WHEN] [in ROTATION]`
    Swap(SwapWords),
    /// `due WHEN`
    Due(Timestamp),
    /// `escalate [WHY]`
    Escalate(Option<String>),
    /// `undo`: the last command of the writer.
    Undo,
    /// `watch`
    Watch,
    /// `unwatch`
    Unwatch,
    /// `move QUEUE [NOTE]`: the name as written.
    Move(String, Option<String>),
    /// `merge ID`: into that one.
    Merge(ItemId),
    /// `invite ADDRESS [WORDS]`
    Invite(Address, Option<String>),
    /// `send`, `send 1,2`: the files of the item, by their numbers in `show`; none means all.
    Send(Vec<u32>),
    /// `list`: what is with the writer.
    List,
    /// `who`: who has duty, who is away.
    Who,
    /// `queue NAME`: its page in the handbook, the name as written.
    Queue(String),
    /// `why`
    Why,
    /// `show`
    Show,
    /// `help`
    Help,
}

impl Verb {
    /// The word of each verb, once, in the order people are shown them.
    pub const WORDS: [&'static str; 33] = [
        "show", "why", "help", "list", "who", "queue", "send", "note", "accept", "decline", "snooze", "wait", "block", "unblock", "unmute",
        "reply", "watch", "unwatch", "undo", "done", "reopen", "pass", "due", "priority", "escalate", "drop", "mute", "move", "merge",
        "invite", "away", "back", "swap",
    ];

    /// The word it is written with.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::Decline(_) => "decline",
            Self::Done(_) => "done",
            Self::Pass(..) => "pass",
            Self::Snooze(_) => "snooze",
            Self::Wait(..) => "wait",
            Self::Block(_) => "block",
            Self::Unblock => "unblock",
            Self::Mute(..) => "mute",
            Self::Unmute => "unmute",
            Self::Note(_) => "note",
            Self::Reply(_) => "reply",
            Self::Reopen(_) => "reopen",
            Self::Drop(_) => "drop",
            Self::Priority(_) => "priority",
            Self::Away(_) => "away",
            Self::Back => "back",
            Self::Swap(_) => "swap",
            Self::Due(_) => "due",
            Self::Escalate(_) => "escalate",
            Self::Undo => "undo",
            Self::Watch => "watch",
            Self::Unwatch => "unwatch",
            Self::Move(..) => "move",
            Self::Merge(_) => "merge",
            Self::Invite(..) => "invite",
            Self::Send(_) => "send",
            Self::Why => "why",
            Self::Show => "show",
            Self::Help => "help",
            Self::List => "list",
            Self::Who => "who",
            Self::Queue(_) => "queue",
        }
    }
}

/// One line of a reply and what it was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line as written, trimmed, at most 500 characters; for a note the first line of it.
    pub text: String,
    /// What it was read as.
    pub said: Said,
}

/// What a line was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A command.
    Verb(Verb),
    /// `/verb` that is none, or a near miss in a one-line reply, or a verb whose argument cannot be read: why, and the nearest form. The text is kept as a note.
    Unclear(String),
}
