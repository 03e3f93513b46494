//! What a site has: desk, store, doors, people and their time. May import the small kinds.

use schemars::JsonSchema;

use super::Named;
use super::mailbox::{Imap, Maildir, Pipe};
use super::scalar::{Address, Exceptions, Holiday, Hours, Listen, OneOrMany, Secret, Size, Span, TimeZone};

/// batond itself as a correspondent.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Desk {
    /// Its mail comes from here; answers go to `local+KEY@domain`, so at most 15 octets stand before the @, and no `+`.
    address: Address,
    /// Stands beside the address.
    name: String,
    /// How many mails one person is sent in a while. Default: 5 in 10 minutes.
    budget: Option<Budget>,
    /// When digests come: `start of day`, `none`, or a crontab in the reader's zone. Default: start of day.
    digest: Option<String>,
    /// Whether the owners of queues are told each week what is not covered: `weekly` or `none`. Default: weekly.
    coverage: Option<String>,
}

/// At most so many mails to one person in a while; what comes past it is sent together as soon as there is room.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Budget {
    /// Mails, of which the last is kept for what is urgent. Default: 5.
    #[schemars(range(min = 2, max = 1_000))]
    mails: Option<u32>,
    /// The length of the while, from a minute to a day. Default: 10m.
    #[schemars(rename = "in")]
    within: Option<Span>,
    /// Of these mails so many about one item. Default: 3.
    #[schemars(range(min = 1, max = 1_000))]
    per_item: Option<u32>,
}

/// Where everything is kept.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Store {
    /// A folder; a relative path starts at the configuration folder.
    path: String,
}

/// HTTP.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Web {
    /// Where it listens: webhooks, /healthz, /readyz, /metrics.
    listen: Listen,
    /// Its certificate, for HTTPS. Default: plain HTTP.
    tls: Option<Certificate>,
    /// The proxies in front of it: what they write of the sender's address counts for `allow_from`.
    proxies: Option<OneOrMany<String>>,
    /// Where the proxies write it. Default: x-forwarded-for.
    client_header: Option<ClientHeader>,
}

/// Where proxies write who sent a request.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(super) enum ClientHeader {
    XForwardedFor,
    Forwarded,
}

/// The most deliveries in a while: who sends more is told when to come again.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Rate {
    /// How many.
    #[schemars(range(min = 1, max = 1_000_000))]
    deliveries: u32,
    /// The length of the while, at most an hour.
    #[schemars(rename = "in")]
    within: Span,
}

/// A certificate and its key; both are read again when they change.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Certificate {
    /// A PEM file: the certificate, then those between it and its root.
    cert: String,
    /// A PEM file with its key, which others cannot read, or a credential: `${credential:smtp-key}`.
    key: String,
}

/// How connections of mail are encrypted.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MailTls {
    /// A PEM file: the certificate, then those between it and its root.
    cert: String,
    /// A PEM file with its key, which others cannot read, or a credential: `${credential:smtp-key}`.
    key: String,
    /// When TLS begins. Default: starttls.
    mode: Option<TlsMode>,
    /// With `starttls`: whether nothing is taken without it. Default: false.
    required: Option<bool>,
}

/// Who may log in.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MailAuth {
    /// Whether nothing is taken from anybody else. Default: true.
    required: Option<bool>,
    /// By the name they log in with.
    users: Named<MailLogin>,
}

/// Somebody who may log in.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MailLogin {
    /// What proves it.
    secret: Secret,
    /// The person they are: what they write from an address of that person counts as proven.
    person: Option<String>,
}

/// `starttls` (when the client asks), `implicit` (with the connection, as on port 465).
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum TlsMode {
    StartTls,
    Implicit,
}

/// One door, of exactly one kind: `smtp`, `lmtp`, `webhook`, `imap`, `maildir` or `pipe`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
pub(super) struct Source {
    /// Mail by SMTP.
    smtp: Option<SmtpDoor>,
    /// Mail by LMTP.
    lmtp: Option<MailDoor>,
    /// A webhook, served at /hooks/NAME.
    webhook: Option<HookDoor>,
    /// A mailbox on a server, which batond reads.
    imap: Option<Imap>,
    /// A folder of mails, which batond reads.
    maildir: Option<Maildir>,
    /// What `batond ingest` drops, called by a mail server.
    pipe: Option<Pipe>,
    /// At least one message within this time, from 1m to 31d; else an item says so. Default: nothing is expected.
    expect_every: Option<Span>,
}

/// A listener for mail.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MailDoor {
    /// Where it listens.
    listen: Listen,
    /// Whose mail is accepted, with `*` and `?`: `*@ops.example`.
    #[schemars(rename = "for")]
    recipients: OneOrMany<String>,
    /// The largest message. Default: 25 MiB.
    max_size: Option<Size>,
    /// At once. Default: 200.
    #[schemars(range(min = 1, max = 10_000))]
    max_connections: Option<u32>,
    /// At once from one client. Default: 50.
    #[schemars(range(min = 1, max = 10_000))]
    max_connections_per_address: Option<u32>,
    /// The mail server in front whose Authentication-Results are believed, such as mx.ops.example.
    trusted_receiver: Option<String>,
    /// Whether what hands mail over here has made sure who wrote it, as an own mail server does. Default: false.
    trusted: Option<bool>,
    /// The certificate, if connections can be encrypted. Default: none.
    tls: Option<MailTls>,
    /// At once from one network, an IPv4 /24 or an IPv6 /48. Default: 100.
    #[schemars(range(min = 1, max = 10_000))]
    max_connections_per_network: Option<u32>,
    /// With `unix:`: who may connect, as the mode of a file. Default: 0660.
    socket_mode: Option<String>,
    /// With `unix:`: the group the socket is given to, by name or number. Default: the daemon's.
    socket_group: Option<String>,
}

/// A listener for mail that checks who sends it, if it is to.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct SmtpDoor {
    /// Where it listens.
    listen: Listen,
    /// Whose mail is accepted, with `*` and `?`: `*@ops.example`.
    #[schemars(rename = "for")]
    recipients: OneOrMany<String>,
    /// The largest message. Default: 25 MiB.
    max_size: Option<Size>,
    /// At once. Default: 200.
    #[schemars(range(min = 1, max = 10_000))]
    max_connections: Option<u32>,
    /// At once from one client. Default: 50.
    #[schemars(range(min = 1, max = 10_000))]
    max_connections_per_address: Option<u32>,
    /// The mail server in front whose Authentication-Results are believed, such as mx.ops.example.
    trusted_receiver: Option<String>,
    /// Whether what hands mail over here has made sure who wrote it, as an own mail server does. Default: false.
    trusted: Option<bool>,
    /// The certificate, if connections can be encrypted. Default: none.
    tls: Option<MailTls>,
    /// At once from one network, an IPv4 /24 or an IPv6 /48. Default: 100.
    #[schemars(range(min = 1, max = 10_000))]
    max_connections_per_network: Option<u32>,
    /// Who may log in to hand mail over. Needs `tls`. Default: nobody has to.
    auth: Option<MailAuth>,
    /// Proxies that begin with a PROXY header (version 1 or 2), and are believed for whom they speak.
    proxy_from: Option<OneOrMany<String>>,
    /// How long the greeting is held back, from 1s to 30s; whoever speaks before it is refused. Default: not at all.
    greeting_delay: Option<Span>,
    /// Whether DKIM, SPF and DMARC are checked here: for a port that takes mail from the internet itself. Default: false.
    verify: Option<SenderChecks>,
}

/// `true`, or the name server to ask.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum SenderChecks {
    /// Whether senders are checked, by the name servers of the machine.
    Wanted(bool),
    /// By this one.
    By(NameServer),
}

/// Which name server is asked.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct NameServer {
    /// Its address and port, such as 127.0.0.1:53.
    resolver: Option<Listen>,
}

/// A webhook.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct HookDoor {
    /// How deliveries are verified.
    verify: Scheme,
    /// One, or two while it is being changed.
    secret: Option<OneOrMany<Secret>>,
    /// The networks that may send. Required with `none`; without it all may send what is proven.
    allow_from: Option<OneOrMany<String>>,
    /// The largest body. Default: 1 MiB.
    max_size: Option<Size>,
    /// The most deliveries in a while. Default: as many as come.
    rate: Option<Rate>,
    /// With `basic`: the name the sender signs in with.
    user: Option<String>,
    /// With `hmac`: the header that carries the digest.
    header: Option<String>,
    /// With `hmac`. Default: sha256.
    algorithm: Option<Algorithm>,
    /// With `hmac`. Default: hex.
    encoding: Option<Encoding>,
    /// With `hmac`: what stands before the digest.
    prefix: Option<String>,
    /// With `hmac`: the header with the delivery's id, by which repeats are known.
    id_header: Option<String>,
    /// With `hmac`: what is signed, with `{timestamp}`, `{id}` and `{body}`. Default: "{body}", with `timestamp` "{timestamp}.{body}".
    signs: Option<String>,
    /// With `hmac`: the header with the time of signing.
    timestamp: Option<String>,
    /// With `timestamp`. Default: seconds.
    timestamp_format: Option<StampFormat>,
    /// How far the time of signing may be from now, at most a day. Default: 5m.
    tolerance: Option<Span>,
}

/// `github` (X-Hub-Signature-256), `gitlab` (X-Gitlab-Token), `stripe` (Stripe-Signature), `slack` (X-Slack-Signature), `standard`
/// (Standard Webhooks), `bearer` and `basic` (Authorization), `hmac` (spelled out), `none` (with `allow_from`).
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Scheme {
    Github,
    Gitlab,
    Stripe,
    Slack,
    Standard,
    Bearer,
    Basic,
    Hmac,
    None,
}

/// How a time of signing is written.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum StampFormat {
    Seconds,
    Milliseconds,
    Rfc3339,
}

/// Of an HMAC.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

/// Of a digest.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(super) enum Encoding {
    Hex,
    Base64,
}

/// A zone, weekly hours, holidays.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Calendar {
    /// The zone its hours are read in.
    time_zone: TimeZone,
    /// Without hours nothing that counts working time can use it.
    hours: Option<Hours>,
    /// Days without working time.
    holidays: Option<OneOrMany<Holiday>>,
    /// Days with hours of their own.
    exceptions: Option<Exceptions>,
}

/// Somebody who can hold items.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Person {
    /// How they are called in mail.
    name: String,
    /// Notices go to the first, answers may come from any.
    mail: OneOrMany<Address>,
    /// Their working hours; or `time_zone` and `hours` of their own.
    calendar: Option<String>,
    /// The zone of their own hours.
    time_zone: Option<TimeZone>,
    /// Hours of their own.
    hours: Option<Hours>,
    /// Their holidays.
    holidays: Option<OneOrMany<Holiday>>,
    /// Days on which they have other hours.
    exceptions: Option<Exceptions>,
    /// Who covers when they are away, and is asked first when they decline a new item.
    cover: Option<String>,
    /// How many mails they are sent in a while, if not as the desk says.
    budget: Option<Budget>,
    /// When their digest comes, if not as the desk says.
    digest: Option<String>,
    /// When they are away.
    away: Option<OneOrMany<Away>>,
    /// What may disturb them outside their hours. Default: `urgent`.
    reach_me: Option<ReachMe>,
}

/// What may disturb somebody outside their hours: in all, or by priority.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum ReachMe {
    /// In all.
    All(ReachWord),
    /// By priority.
    ByPriority(ReachByPriority),
}

/// `urgent` (what asks something of them, escalations, and the rest while on duty), `always`, `working_hours`.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub(super) enum ReachWord {
    Urgent,
    Always,
    WorkingHours,
}

/// By priority; what is not named is as usual.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ReachByPriority {
    /// Default: working_hours.
    low: Option<Reach>,
    /// Default: working_hours.
    normal: Option<Reach>,
    /// Default: working_hours.
    high: Option<Reach>,
    /// Default: on_duty.
    urgent: Option<Reach>,
}

/// `always`, `on_duty` (what asks something, escalations, and the rest while on duty), `working_hours`.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub(super) enum Reach {
    Always,
    OnDuty,
    WorkingHours,
}

/// A stretch over which somebody is away, in their own zone.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Away {
    /// A date, from its beginning, or a local time.
    from: String,
    /// A date, until its end, or a local time.
    until: String,
    /// Who covers. Default: the person's `cover`.
    cover: Option<String>,
    /// Why; people are told.
    why: Option<String>,
}

/// People, at least one, none twice.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub(super) struct Team(#[schemars(length(min = 1))] Vec<String>);

/// People who take turns: by `people` and `changes`, by `shifts`, or as a calendar (`ics`) says; `layers` and `overrides` cover them.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Rotation {
    /// Who takes turns, in order.
    people: Option<OneOrMany<Member>>,
    /// `mon 09:00` (weekly), `daily 09:00`, `every 2 weeks mon 09:00`, `every 3 days 09:00`, or the five fields of crontab(5).
    changes: Option<String>,
    /// In which its times are read.
    time_zone: TimeZone,
    /// The first person's turn is the one that runs then. Default: 2024-01-01.
    starts: Option<String>,
    /// In place of `people`: several shifts, each with its people, hours and zone. Where two overlap, the later one has it.
    #[schemars(length(min = 1))]
    shifts: Option<Vec<Shift>>,
    /// Each covers what stands before it, where it has somebody.
    #[schemars(length(min = 1))]
    layers: Option<Vec<Layer>>,
    /// What was agreed besides; covers everything.
    overrides: Option<Vec<Override>>,
    /// Paths of iCalendar files whose events name who is on duty; they cover turns and layers.
    ics: Option<OneOrMany<String>>,
}

/// A person, or from when and until when they take turns.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Member {
    /// A person.
    Name(String),
    /// From when, until when.
    Time(MemberTime),
}

/// From when and until when somebody takes turns.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct MemberTime {
    /// Who.
    person: String,
    /// A date or local time: in the first turn that begins then or later.
    from: Option<String>,
    /// A date, which is the last day, or a local time.
    until: Option<String>,
}

/// Turns within some hours of the week.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Shift {
    /// How it is called.
    name: Option<String>,
    /// Who takes turns, in order.
    people: OneOrMany<Member>,
    /// When turns change; required if there are several people.
    changes: Option<String>,
    /// Its zone. Default: the rotation's.
    time_zone: Option<TimeZone>,
    /// The first person's turn is the one that runs then.
    starts: Option<String>,
    /// Its hours.
    hours: Hours,
}

/// Turns that cover those before them.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Layer {
    /// How it is called.
    name: Option<String>,
    /// Who takes turns, in order.
    people: OneOrMany<Member>,
    /// When turns change; required if there are several people.
    changes: Option<String>,
    /// Its zone. Default: the rotation's.
    time_zone: Option<TimeZone>,
    /// The first person's turn is the one that runs then.
    starts: Option<String>,
    /// Its hours. Default: always.
    hours: Option<Hours>,
}

/// Somebody has it for a time, whatever the turns say.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Override {
    /// A date, from its beginning, or a local time.
    from: String,
    /// A date, until its end, or a local time.
    until: String,
    /// Who has it.
    person: String,
    /// Why.
    why: Option<String>,
}
