//! What holds and moves items: queues, escalations, expectations. May import the small kinds.

use schemars::JsonSchema;

use super::condition::Conditions;
use super::scalar::{Address, OneOrMany, Party, Priority, Span, TimeZone};

/// Where items wait. Purpose, owner, urgent_when and handover must be written, or it does not load.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Queue {
    /// Items are called by it: `SUP` for SUP-1, SUP-2, …
    #[schemars(regex(pattern = r"^[A-Z0-9]{1,8}$"))]
    prefix: String,
    /// What belongs here.
    #[schemars(length(min = 1))]
    purpose: String,
    /// The person who answers for it.
    owner: String,
    /// What counts as urgent.
    #[schemars(length(min = 1))]
    urgent_when: String,
    /// What whoever passes an item on must tell.
    #[schemars(length(min = 1))]
    handover: String,
    /// Who new items are offered to. Default: the owner.
    assign: Option<Party>,
    /// Whom of a team: who has the fewest open items, or in turn.
    pick: Option<Pick>,
    /// Who is told besides the owner when nobody can be found.
    fallback: Option<Party>,
    /// In which its durations are counted. Default: the owner's.
    calendar: Option<String>,
    /// From the offer to the acceptance, counted in the holder's calendar.
    accept_within: Option<Span>,
    /// To the first answer to the requester.
    respond_within: Option<Span>,
    /// To done.
    resolve_within: Option<Span>,
    /// The holder owes a word this often, while the item is open. Default: 5 working days.
    update_every: Option<Span>,
    /// Reminders to a requester we wait for.
    follow_up: Option<FollowUp>,
    /// What a missed deadline starts.
    escalation: Option<String>,
    /// When the requester is written to.
    tell_requester: Option<OneOrMany<Told>>,
    /// A message within this time after closing re-opens the item. Default: 14d.
    reopen_within: Option<Span>,
    /// From which requesters are answered. Default: the desk's.
    address: Option<Address>,
}

/// Whom of a team: who has the fewest open items, or in turn.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub(super) enum Pick {
    LeastLoaded,
    RoundRobin,
}

/// Reminders to a requester we wait for.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct FollowUp {
    /// To the first reminder.
    first: Span,
    /// Between reminders. Default: as `first`.
    again: Option<Span>,
    /// How many.
    #[schemars(range(min = 1, max = 100))]
    times: u32,
    /// What happens after the last.
    then: FollowUpThen,
}

/// After the last reminder.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum FollowUpThen {
    Close,
    Escalate,
    Return,
}

/// What a requester is told.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Told {
    Received,
    Done,
}

/// Steps, which count from the start of the escalation.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Escalation {
    /// The steps.
    Steps(#[schemars(length(min = 1))] Vec<Step>),
    /// The steps, and how often the owner hears after the last.
    Ladder(Ladder),
}

/// The steps, and how often the owner hears after the last.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Ladder {
    /// What happens, in order.
    #[schemars(length(min = 1))]
    steps: Vec<Step>,
    /// The pause between words to the owner after the last step, and before the steps are gone through again. Default: 1 working day.
    again: Option<Span>,
    /// How often the steps are gone through again. Default: 0.
    #[schemars(range(max = 20))]
    repeat: Option<u32>,
    /// What makes the steps needless, and ends the escalation. Default: the end of its cause.
    unless: Option<Unless>,
}

/// One step; it tells, passes on or raises.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("anyOf" = [{ "required": ["tell"] }, { "required": ["pass_to"] }, { "required": ["priority"] }, { "required": ["labels"] }, { "required": ["call"] }]))]
pub(super) struct Step {
    /// From the start of the escalation, or from the step before.
    after: Span,
    /// What `after` counts from. Default: start.
    from: Option<From>,
    /// What makes the step needless.
    unless: Option<Unless>,
    /// Who is told: a party, `holder`, `owner`, an address.
    tell: Option<OneOrMany<Party>>,
    /// Who it is offered to.
    pass_to: Option<Party>,
    /// What it is raised to.
    priority: Option<Priority>,
    /// Labels it gets.
    labels: Option<OneOrMany<String>>,
    /// The web address that is told.
    call: Option<StepCall>,
}

/// What a step counts from.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum From {
    Start,
    Step,
}

/// What makes a step needless.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Unless {
    Accepted,
    Answered,
    Done,
}

/// A web address that is told of a step.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum StepCall {
    /// The address.
    Url(String),
    /// The address and the event's name.
    Named(NamedCall),
}

/// The address and the event's name.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct NamedCall {
    /// The address, http or https.
    url: String,
    /// The event's name. Default: item.escalated.
    event: Option<String>,
}

/// Where a message goes that no rule takes, or whose rule fails.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Unmatched {
    /// The queue.
    queue: String,
}

/// What should arrive by a time, again and again.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Expectation {
    /// A message this rule takes is what is expected.
    rule: String,
    /// A time of day, such as "07:00", or a crontab line of five fields.
    by: String,
    /// With a time of day: on which days. Default: every day.
    days: Option<OneOrMany<String>>,
    /// Where `by` is read; this or `calendar` is required.
    time_zone: Option<TimeZone>,
    /// Nothing is expected on its days off and holidays.
    calendar: Option<String>,
    /// How long before its time a message counts.
    early: Option<Span>,
    /// The item that is raised when it does not arrive.
    #[schemars(rename = "else")]
    otherwise: Otherwise,
}

/// The item that is raised.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Otherwise {
    /// Its queue.
    queue: String,
    /// Its title.
    title: Option<String>,
    /// Its priority. Default: normal.
    priority: Option<Priority>,
    /// Its labels.
    labels: Option<OneOrMany<String>>,
    /// Who it is offered to.
    assign: Option<Party>,
    /// A note on it.
    note: Option<String>,
}

/// Messages nobody is told of until a given time. What they lead to is kept, and summed up then.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Mute {
    /// Which messages: conditions as in `when` of a rule, at least one.
    #[schemars(rename = "match")]
    matches: Conditions,
    /// When it ends: "2026-12-01 06:00" beside `time_zone` or `calendar`, or an instant with its offset.
    until: String,
    /// Where `until` is read.
    time_zone: Option<TimeZone>,
    /// Where `until` is read: the zone of a calendar.
    calendar: Option<String>,
    /// Why, as those concerned read it at the end.
    #[schemars(length(min = 1))]
    why: String,
    /// What is told all the same. Default: nothing.
    except: Option<Except>,
}

/// What a mute lets through.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Except {
    Urgent,
}
