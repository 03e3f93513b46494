//! What people and programs are shown: model types in, plain structs out. May import the core. Pure; field names are stable, they are the JSON of every surface.

mod address;
mod away;
mod coverage;
mod delivery;
mod dropped;
mod duty;
mod expected;
mod handoff;
mod history;
mod item;
mod list;
mod muted;
mod next;
mod round;
mod source;
mod stored;
mod swap;
mod why;

pub use address::AddressView;
pub use away::AwayView;
pub use coverage::{AgreedView, CoverageView, FindingView, StretchView};
pub use delivery::{DeliveryView, RelayView};
pub use dropped::DroppedView;
pub use duty::DutyView;
pub use expected::ExpectedView;
pub use handoff::{HandoffRow, HandoffView, PlanLineView};
pub use history::{HistoryEntry, RawView, history, raw_messages};
pub use item::{FileView, ItemView, MutedView, RuleView, TimerState, TimerView};
pub use list::{ListView, ListedView};
pub use muted::MuteView;
pub use next::NextView;
pub use round::{AskedView, RoundEntry, RoundView, SaidView, round_history};
pub use source::{HappenedView, SourceView};
pub use stored::{StoredView, WentView, stored_messages};
pub use swap::SwapView;
pub use why::{CountedView, DeadlineView, WhyView};

#[cfg(test)]
pub(crate) mod tests;
