//! The keys of a file. May import the other parts of schema. Every key may be left out: the files of a folder are merged.

use schemars::JsonSchema;

use super::Named;
use super::case::Case;
use super::round::Round;
use super::rule::Rule;
use super::sending::Send;
use super::site::{Calendar, Desk, Person, Rotation, Source, Store, Team, Web};
use super::work::{Escalation, Expectation, Mute, Queue, Unmatched};

/// A file of batond's configuration. All files of the folder are merged by these keys.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "batond configuration")]
pub(super) struct Configuration {
    /// batond itself as a correspondent. Required once in the folder.
    desk: Option<Desk>,
    /// Where everything is kept. Required once in the folder.
    store: Option<Store>,
    /// Where messages come in: names, and one door each.
    sources: Option<Named<Source>>,
    /// Where mail goes out. Required once in the folder.
    send: Option<Send>,
    /// HTTP: webhooks, health, metrics.
    web: Option<Web>,
    /// Zones, weekly hours and holidays, by name.
    calendars: Option<Named<Calendar>>,
    /// Who can hold items, by name.
    people: Option<Named<Person>>,
    /// Groups of people, by name: `support: [ana, ben]`.
    teams: Option<Named<Team>>,
    /// Who is on duty when, by name.
    rotations: Option<Named<Rotation>>,
    /// Where items wait, by name.
    queues: Option<Named<Queue>>,
    /// What happens when a deadline passes, by name.
    escalations: Option<Named<Escalation>>,
    /// What should arrive by a time, by name.
    expect: Option<Named<Expectation>>,
    /// Which messages nobody is told of until a given time, by name.
    mute: Option<Named<Mute>>,
    /// Questions to several people with a closing time, by name.
    rounds: Option<Named<Round>>,
    /// Which message goes where. Tried in order; the first that matches ends it.
    rules: Option<Vec<Rule>>,
    /// Where a message goes that no rule takes. Required once in the folder.
    unmatched: Option<Unmatched>,
    /// Cases that `batond test` plays.
    tests: Option<Vec<Case>>,
}
