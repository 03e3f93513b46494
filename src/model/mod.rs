//! The words of batond as data: ids, addresses, messages, items, clocks, notices. May import nothing of the crate. No behaviour beyond itself.

mod address;
mod auth;
mod automatic;
mod away;
mod call;
mod clock;
mod concern;
mod correspondent;
mod coverage;
mod delivery;
mod due;
mod duty;
mod expectation;
mod group;
mod handoff;
mod ids;
mod item;
mod list;
mod message;
mod mute;
mod notice;
mod party;
mod person;
mod place;
mod priority;
mod round;
mod shift;
mod span;
mod swap;
mod undo;
mod word;

pub use address::{Address, AddressError, Mailbox};
pub use auth::{AuthMethod, AuthResults, Proof};
pub use automatic::{AutoReply, AutoReplyKind, Bounce, Returned, Undelivered};
pub use away::{Away, Said};
pub use call::{Calls, QueuedCall};
pub use clock::{ClockKind, ItemClock, PausedAt, SumInterval};
pub use correspondent::{Correspondent, Failed, Stopped};
pub use coverage::Uncovered;
pub use delivery::{Attached, Delivery, DeliveryId, DeliveryState, Letter};
pub use due::{Due, DueError, SetBy, SetDue};
pub use duty::{DutyPlan, DutyTurn};
pub use expectation::{Arrival, Expectation, Once, Otherwise};
pub use group::{Collect, Group, Planned};
pub use handoff::{Answer, Answered, Handed, Handoff, Plan, Way};
pub use ids::{
    CalendarName, EscalationName, ExpectationName, ItemId, ItemIdError, MuteName, PersonKey, QueueName, Revision, RotationName, RoundName,
    RuleName, SourceName, TeamName,
};
pub use item::{Aside, Escalation, EscalationStep, FollowUp, Item, LastWord, Requester, RuleRef, State, Unless};
pub use list::{Entry, ItemList, Remark, Section};
pub use message::{Around, Attachment, Body, Envelope, Hook, Kind, Mail, Message, Oddity, Peer, RawRef, Unparsed};
pub use mute::{Before, Mute, MuteTarget, MuteTargetError, Muted, Muting};
pub use notice::{Fact, Notice, NoticeId, Reason, Voice};
pub use party::{Party, Pick, Reader};
pub use person::{Bundle, HeldFor, Mailed, Mode, PersonState};
pub use place::Place;
pub use priority::Priority;
pub use round::{Asked, AskedState, Choice, Outcome, Question, Round, RoundAnswer, RoundKind, RoundResult, RoundState, Silence, StartedBy};
pub use shift::Shift;
pub use span::{Span, SpanError};
pub use swap::{Stint, Swap, SwapState};
pub use undo::{Stood, Undo};
pub use word::Word;
