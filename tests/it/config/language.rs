//! What the language says, as policy and settings.

use std::fmt::Write;
use std::time::Duration;

use batond::config::{
    HmacAlgorithm, HmacEncoding, Signed, SourceKind, StampFormat, StampHeader, StandardKey, Verify, load_with, render_json,
};
use batond::model::{Party, Priority, Span};
use batond::policy::FollowUpThen;
use jiff::SignedDuration;
use secrecy::ExposeSecret;

use super::{ambient, folder, good};

/// One of everything.
const WHOLE: &str = r##"
desk: { address: desk@ops.example, name: Ops desk }
store: { path: /var/lib/batond }
sources:
  inbox: { smtp: { listen: "127.0.0.1:2525", for: "*@ops.example", max_size: 10 MiB, max_connections: 20, max_connections_per_address: 5, trusted: true } }
  local: { lmtp: { listen: "[::1]:2424", for: ["a@b.example", "*@c.example"], trusted_receiver: mx.ops.example } }
  github: { webhook: { verify: github, secret: ["${env:HOOK_SECRET}", "${env:GITHUB_WEBHOOK_SECRET}"], max_size: 512 KiB } }
  am: { webhook: { verify: bearer, secret: "${env:HOOK_SECRET}" } }
  own: { webhook: { verify: hmac, secret: "${env:HOOK_SECRET}", header: X-Signature, algorithm: sha512, encoding: base64, prefix: "v1=", id_header: X-Id } }
  lan: { webhook: { verify: none, allow_from: ["192.0.2.0/24", "2001:db8::1"] } }
send: { relay: "smtps://relay.example" }
web: { listen: "127.0.0.1:8025" }
calendars:
  berlin: { time_zone: europe/berlin, hours: { mon-thu: "09:00-17:30", fri: ["08:30-12:00", "13:00-24:00"] }, holidays: [2026-12-25, { 2026-12-26: Boxing Day }] }
  shop: { time_zone: UTC, hours: { weekdays: "08:00-20:00", sat: "10:00-14:00" } }
  bare: { time_zone: UTC }
people:
  ana: { name: Ana Ruiz, mail: ana@ops.example, calendar: berlin, cover: ben }
  ben: { name: Ben Okafor, mail: [Ben@ops.example, ben@home.example], calendar: shop }
  cat: { name: Cat Lim, mail: cat@supplier.example, time_zone: Asia/Singapore, hours: { daily: "09:00-18:00" } }
teams: { support: [ana, ben] }
rotations:
  duty: { people: [ana, ben], changes: mon 09:00, time_zone: Europe/Berlin, starts: 2026-01-05 }
queues:
  support:
    prefix: SUP
    purpose: Questions.
    owner: ana
    urgent_when: Nobody can log in.
    handover: Say what was promised.
    assign: rotation:duty
    fallback: head@customers.example
    accept_within: 2 working hours
    respond_within: 4wh
    resolve_within: 3 working days
    update_every: 1 working day
    follow_up: { first: 2 working days, again: 1w, times: 3, then: escalate }
    escalation: ladder
    tell_requester: done
    reopen_within: 7d
    address: support@ops.example
  plain: { prefix: P2, purpose: The least., owner: ben, urgent_when: Never., handover: Nothing., calendar: bare, accept_within: 1h }
escalations:
  ladder:
    - { after: 1h, tell: [holder, owner, ben, team:support, rotation:duty, "head@customers.example"] }
    - { after: 2 working hours, pass_to: team:support, priority: urgent }
  brisk: { steps: [{ after: 5m, pass_to: owner }], again: 10m }
rules:
  - name: payment trouble
    when:
      source: [inbox, local]
      kind: person
      to: "support@*"
      known: false
      any: [{ subject: ["*refund*", "*charged twice*"] }, { body: { regex: '\bcannot pay\b' } }]
      not: { header.X-Spam: { exists: true } }
    extract: { order: { from: subject, regex: 'order #(?<order>\d+)', default: "0" } }
    then: { queue: support, priority: urgent, labels: [payments], key: "order-{{ order }}", assign: team:support, note: "Look at {{ order }}.", fields: { order: "{{ order }}" } }
  - name: alert firing
    when: { source: am, json.status: firing }
    each: json.alerts
    then: { queue: plain, key: "{{ each.labels.alertname }}", title: "{{ each.annotations.summary }}" }
    continue: true
  - name: alert resolved
    when: { source: am, json.status: resolved }
    each: json.alerts
    then: { close: { key: "{{ each.labels.alertname }}", note: Resolved. } }
  - name: noise
    when: { from: { starts_with: robot, ends_with: "@noise.example" }, subject: [plain, { contains: [a, b] }] }
    then: { drop: Only noise. }
unmatched: { queue: plain }
"##;

/// `WHOLE` without the ladder that nothing uses, which is a warning.
fn whole() -> batond::config::Config {
    let text = WHOLE.replace(
        "calendar: bare, accept_within: 1h",
        "calendar: bare, accept_within: 1h, escalation: brisk",
    );
    let folder = folder(&[("batond.yaml", &text)]);
    good(folder.path(), &ambient(None))
}

#[test]
fn everything_written_is_in_the_policy() {
    let policy = whole().policy;
    let support = &policy.queues["support"];
    assert_eq!(support.assign.to_string(), "rotation:duty");
    assert_eq!(support.fallback.as_ref().unwrap().to_string(), "head@customers.example");
    assert_eq!(support.accept_within, Some(Span::Working(7_200)));
    assert_eq!(support.respond_within, Some(Span::Working(14_400)));
    assert_eq!(support.resolve_within, Some(Span::WorkingDays(3)));
    assert_eq!(support.update_every, Span::WorkingDays(1));
    assert_eq!(support.reopen_within, Span::Elapsed(7 * 86_400));
    assert_eq!((support.tell_requester.received, support.tell_requester.done), (false, true));
    assert_eq!(support.calendar.as_str(), "berlin");
    assert_eq!(support.address.as_ref().unwrap().as_str(), "support@ops.example");
    let plan = support.follow_up.as_ref().unwrap();
    assert_eq!(
        (plan.first, plan.again, plan.times, plan.then),
        (Span::WorkingDays(2), Span::Elapsed(604_800), 3, FollowUpThen::Escalate)
    );
    let place = support.place.as_ref().unwrap();
    assert_eq!(WHOLE.lines().nth(place.line as usize - 1), Some("  support:"));
    let plain = &policy.queues["plain"];
    assert_eq!(plain.assign, Party::Person("ben".into()));
    assert_eq!(
        (plain.update_every, plain.reopen_within),
        (Span::WorkingDays(5), Span::Elapsed(14 * 86_400))
    );
    let ladder = &policy.ladders["ladder"];
    let told: Vec<String> = ladder.steps[0].tell.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["holder", "owner", "ben", "team:support", "rotation:duty", "head@customers.example"]
    );
    assert_eq!(
        (ladder.steps[1].priority, ladder.again),
        (Some(Priority::Urgent), Span::WorkingDays(1))
    );
    assert_eq!(policy.ladders["brisk"].again, Span::Elapsed(600));
    assert_eq!(policy.people["ben"].mail.len(), 2);
    assert_eq!(policy.people["ana"].cover.as_ref().unwrap().as_str(), "ben");
    assert_eq!(
        policy.person_by_address(&"BEN@home.example".parse().unwrap()).unwrap().key.as_str(),
        "ben"
    );
    assert_eq!(policy.teams["support"].len(), 2);
    assert_eq!(policy.unmatched.as_str(), "plain");
    let berlin = &policy.calendars["berlin"];
    assert_eq!(berlin.zone_name, "Europe/Berlin");
    assert_eq!(
        berlin.week[4].iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["08:30-12:00", "13:00-24:00"]
    );
    assert_eq!(
        berlin.holidays.values().map(|day| day.name.as_str()).collect::<Vec<_>>(),
        ["holiday", "Boxing Day"]
    );
    assert_eq!(
        policy.calendars["shop"].week.iter().map(Vec::len).collect::<Vec<_>>(),
        [1, 1, 1, 1, 1, 1, 0]
    );
}

#[test]
fn everything_written_is_in_the_settings() {
    let settings = whole().settings;
    let kind = |name: &str| &settings.sources.iter().find(|source| source.name.as_str() == name).unwrap().kind;
    let SourceKind::Smtp(inbox) = kind("inbox") else { panic!() };
    assert_eq!(
        (inbox.max_message_bytes, inbox.max_connections, inbox.max_connections_per_address),
        (10 << 20, 20, 5)
    );
    let SourceKind::Lmtp(local) = kind("local") else { panic!() };
    assert_eq!(
        (local.max_message_bytes, local.max_connections, local.max_connections_per_address),
        (25 << 20, 200, 50)
    );
    assert_eq!(local.recipients, ["a@b.example", "*@c.example"]);
    let SourceKind::Webhook(github) = kind("github") else { panic!() };
    assert_eq!(github.max_body_bytes, 512 << 10);
    assert!(matches!(&github.verify, Verify::Github { secrets } if secrets.len() == 2));
    let SourceKind::Webhook(own) = kind("own") else { panic!() };
    assert_eq!(own.max_body_bytes, 1 << 20);
    let Verify::Hmac(scheme) = &own.verify else { panic!() };
    assert_eq!(
        (scheme.header.as_str(), scheme.prefix.as_str(), scheme.id_header.as_deref()),
        ("x-signature", "v1=", Some("x-id"))
    );
    assert_eq!(
        (scheme.algorithm, scheme.encoding, &scheme.stamp, scheme.signs.as_slice()),
        (HmacAlgorithm::Sha512, HmacEncoding::Base64, &None, &[Signed::Body][..])
    );
    let SourceKind::Webhook(lan) = kind("lan") else { panic!() };
    assert!(matches!(&lan.verify, Verify::None));
    assert_eq!(lan.allow_from[1].to_string(), "2001:db8::1/128");
    assert_eq!(settings.web.unwrap().listen.port(), 8025);
    assert_eq!(settings.store.to_str(), Some("/var/lib/batond"));
}

#[test]
fn one_file_or_many_make_no_difference() {
    let (head, queues) = WHOLE.split_once("queues:").unwrap();
    let (queues, rules) = queues.split_once("rules:").unwrap();
    let (queues, ladders) = queues.split_once("escalations:").unwrap();
    let ladders = ladders.split("  brisk:").next().unwrap();
    let files = [
        ("batond.yaml", head.to_owned()),
        ("queues/all.yml", format!("queues:{queues}")),
        ("more/deep/ladders.yaml", format!("escalations:{ladders}")),
        ("rules.yaml", format!("rules:{rules}")),
        (".hidden/broken.yaml", "[".to_owned()),
        ("rules/support.test.yaml", "cases: [".to_owned()),
        ("notes.txt", "[".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = folder(&files);
    let config = good(folder.path(), &ambient(None));
    assert_eq!(config.policy.queues.len(), 3);
    let revision = config.policy.revision.as_str().to_owned();
    assert_eq!(
        (revision.len(), good(folder.path(), &ambient(None)).policy.revision.as_str()),
        (12, revision.as_str())
    );
    std::fs::rename(folder.path().join("rules.yaml"), folder.path().join("rules2.yaml")).unwrap();
    assert_ne!(good(folder.path(), &ambient(None)).policy.revision.as_str(), revision);
}

#[test]
fn anchors_and_merge_keys_work() {
    let text = WHOLE
        .replace("  plain: {", "  plain: &least {")
        .replace("  brisk:", "  other: { steps: &steps [{ after: 1h, tell: owner }], again: 1h }\n  again: { steps: *steps, again: 2h }\n  brisk:")
        .replace("escalations:\n", "  third: { <<: *least, prefix: P3, escalation: other }\n  fourth: { <<: *least, prefix: P4, escalation: again }\n  fifth: { <<: *least, prefix: P5, escalation: brisk }\nescalations:\n");
    let more = "rules:\n  - { name: 3, when: { kind: list }, then: { queue: third } }\n  - { name: 4, when: { kind: report }, then: { queue: fourth } }\n  \
                - { name: 5, when: { kind: bounce }, then: { queue: fifth } }\n".replace("name: ", "name: to queue ");
    let folder = folder(&[("batond.yaml", &text), ("rules/more.yaml", &more)]);
    let config = good(folder.path(), &ambient(None));
    assert_eq!(config.policy.queues["third"].purpose, "The least.");
    assert_eq!(config.policy.queues["third"].prefix, "P3");
}

#[test]
fn json_has_everything_the_text_has() {
    let text = WHOLE.replace("unmatched: { queue: plain }", "unmatched: { queue: plan }\ndesk: {}");
    let folder = folder(&[("batond.yaml", &text)]);
    let loaded = load_with(folder.path(), &ambient(None));
    insta::assert_json_snapshot!(render_json(&loaded));
}

/// What this thread has had of a processor: the same on a busy machine as on an idle one.
fn processor_time() -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(schedule.split_whitespace().next().unwrap().parse().unwrap())
}

#[test]
fn ten_thousand_rules_load_in_time() {
    let mut files = vec![("batond.yaml".to_owned(), WHOLE.to_owned())];
    for file in 0..20 {
        let mut text = String::from("rules:\n");
        for n in 0..500 {
            let id = file * 500 + n;
            writeln!(
                text,
                "  - name: rule {id}\n    when: {{ source: inbox, to: \"team-{id}@*\", subject: [\"*word {id}*\", {{ contains: other {id} }}] }}\n    \
                 extract: {{ order: {{ from: subject, regex: 'order #(?<order>\\d+)', default: none }} }}\n    \
                 then: {{ queue: support, priority: high, labels: [\"l-{id}\"], key: \"{id}-{{{{ order }}}}\" }}"
            )
            .unwrap();
        }
        files.push((format!("rules/{file:02}.yaml"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let start = processor_time();
    let loaded = load_with(folder.path(), &ambient(None));
    let took = processor_time() - start;
    eprintln!("10,000 rules took {took:?} of processor time");
    assert!(loaded.config.is_some(), "{:?}", loaded.diagnostics.first());
    // A build without optimisation takes several times as long as the promised two seconds.
    let limit = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });
    assert!(took < limit, "{took:?}");
}

#[test]
fn every_scheme_of_webhooks_is_read() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    let key = format!("${{file:{}}}", secret.path().display());
    let hooks = format!(
        r#"
sources:
  code: {{ webhook: {{ verify: github, secret: "${{env:HOOK_SECRET}}", allow_from: 192.0.2.0/24 }} }}
  forge: {{ webhook: {{ verify: gitlab, secret: "${{env:HOOK_SECRET}}" }} }}
  pay: {{ webhook: {{ verify: stripe, secret: ["${{env:HOOK_SECRET}}", "${{env:GITHUB_WEBHOOK_SECRET}}"], tolerance: 90s }} }}
  chat: {{ webhook: {{ verify: slack, secret: "${{env:HOOK_SECRET}}" }} }}
  events: {{ webhook: {{ verify: standard, secret: "{key}" }} }}
  graphs: {{ webhook: {{ verify: basic, user: grafana, secret: "${{env:HOOK_SECRET}}" }} }}
  shop:
    webhook:
      verify: hmac
      secret: "${{env:HOOK_SECRET}}"
      header: X-Sum
      id_header: X-Id
      timestamp: X-Time
      timestamp_format: milliseconds
      signs: "v0:{{timestamp}}:{{ id }}:{{body}}"
  till: {{ webhook: {{ verify: hmac, secret: "${{env:HOOK_SECRET}}", header: X-Sum, timestamp: X-Time }} }}
"#
    );
    let rest = include_str!("../../fixtures/config/invalid/bad_header.yaml");
    let rest: String = rest
        .lines()
        .filter(|line| !line.starts_with("sources:") && !line.starts_with("  hook:") && !line.starts_with("  inbox:"))
        .fold(String::new(), |text, line| text + line + "\n");
    let inbox = "  inbox: { smtp: { listen: \"127.0.0.1:2525\", for: [\"*@ops.example\"] } }\n";
    let site = folder(&[("batond.yaml", &format!("{rest}{hooks}{inbox}"))]);
    let settings = load_with(&site.path().join("batond.yaml"), &ambient(None));
    let settings = settings.config.unwrap_or_else(|| panic!("{:?}", settings.diagnostics)).settings;
    let hook = |name: &str| {
        let found = settings.sources.iter().find(|source| source.name.as_str() == name).unwrap();
        let SourceKind::Webhook(hook) = &found.kind else { panic!("{name}") };
        hook.clone()
    };
    let five = SignedDuration::from_mins(5);
    assert_eq!(hook("code").allow_from[0].to_string(), "192.0.2.0/24");
    assert!(matches!(hook("forge").verify, Verify::Gitlab { secrets } if secrets.len() == 1));
    assert!(matches!(hook("pay").verify, Verify::Stripe { secrets, tolerance } if secrets.len() == 2 && tolerance.as_secs() == 90));
    assert!(matches!(hook("chat").verify, Verify::Slack { tolerance, .. } if tolerance == five));
    let Verify::Standard { keys, .. } = hook("events").verify else {
        panic!()
    };
    assert!(matches!(&keys[..], [StandardKey::Shared(octets)] if octets.expose_secret().len() == 24));
    assert!(matches!(hook("graphs").verify, Verify::Basic { user, .. } if user == "grafana"));
    let Verify::Hmac(shop) = hook("shop").verify else { panic!() };
    let text = |text: &str| Signed::Text(text.to_owned());
    assert_eq!(
        shop.signs,
        [text("v0:"), Signed::Timestamp, text(":"), Signed::Id, text(":"), Signed::Body]
    );
    assert_eq!(
        shop.stamp,
        Some(StampHeader {
            header: "x-time".to_owned(),
            format: StampFormat::Milliseconds,
            tolerance: five
        })
    );
    let Verify::Hmac(till) = hook("till").verify else { panic!() };
    assert_eq!(till.signs, [Signed::Timestamp, text("."), Signed::Body]);
}
